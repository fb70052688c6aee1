"""How well a study group remembers each lesson of its syllabus today: all of it together, in rough words.

What somebody remembers is theirs. Here it counts where they were asked in this group, and each member for as much as
any other, however many questions they answered; what may be said of them `sums` decides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from course.completion.everybody import live_students
from course.groups.models import Enrolment, StudyGroup
from course.syllabus.models import Assignment, AssignmentTarget
from kruzhok.memory.known import lessons_of_items
from kruzhok.progress.sums import Share, first_fives, share_of
from kruzhok.progress.together import kept_back
from lessons.outline import LessonLine, lessons_of
from quizzes.attempts.side_door import open_item_ids
from quizzes.models import Attempt, AttemptItem, Item, Quiz, QuizSlot
from quizzes.review.models import MEMORY, Card, ReviewLog
from quizzes.scheduling import Memory, recall, study_day

#: Chances are added as thousandths.
_WHOLE = 1000


class Remembered(NamedTuple):
    """A lesson, and how much of what was asked of it the group would know today."""

    lesson: LessonLine
    share: Share


class _Mind(NamedTuple):
    """What one member remembers of one lesson: the chance of each question, and when the first was answered here."""

    since: datetime
    enrolment_id: int
    chances: tuple[float, ...]


def remembered_in(session: Session, group: StudyGroup, looker_id: int, now: datetime) -> list[Remembered]:
    """Return the lessons of the syllabus of GROUP of which a share may be said, in their order. Eight queries.

    Left out are lessons with a question that stands in an open attempt of whoever looks, and the questions of quizzes
    whose outcome is not to be seen at all times."""
    homes = lessons_of_items(session, [group.course_id])
    closed = {homes.get(item_id) for item_id in open_item_ids(session, looker_id)}
    minds = _minds(session, group, homes, study_day(now, ZoneInfo(group.zone)))
    asked = _lessons_given(session, group)
    found = []
    for lesson in lessons_of(session, group.course):
        share = _share_of(minds.get(lesson.activity_id, ()))
        if share is not None and lesson.activity_id not in closed and (not asked or lesson.activity_id in asked):
            found.append(Remembered(lesson, share))
    return found


def _share_of(minds: Iterable[_Mind]) -> Share | None:
    """Return what is said of MINDS: of the first fives of them, in the order in which they began."""
    behind = first_fives(sorted(minds))
    known = sum(round(_WHOLE * sum(one.chances) / len(one.chances)) for one in behind)
    return share_of(known, _WHOLE * len(behind), members=len(behind))


def _minds(session: Session, group: StudyGroup, homes: Mapping[int, int], today: date) -> dict[int, list[_Mind]]:
    """Return lesson -> what each student who is here remembers of it. Two queries."""
    chances: dict[tuple[int, int], list[float]] = defaultdict(list)
    since: dict[tuple[int, int], datetime] = {}
    for enrolment_id, joined_at, at, item_id, *parts in session.execute(
        _asked_here(group, kept_back(session, group.course_id))
    ):
        if item_id in homes:
            key = (homes[item_id], enrolment_id)
            chances[key].append(recall(Memory(*parts), today))
            # What came along with somebody who joined is here from then on.
            since[key] = min(since.get(key, max(at, joined_at)), max(at, joined_at))
    found: dict[int, list[_Mind]] = defaultdict(list)
    for key, heap in chances.items():
        found[key[0]].append(_Mind(since[key], key[1], tuple(heap)))
    return found


def _asked_here(group: StudyGroup, without: Collection[int]) -> Any:
    """Return the query for the memories of the students of GROUP that belong to it: of items of its course that they
    answered in their place in it, in a quiz or a self-check. What they review is theirs alone and makes no member of
    this list, though it keeps up what is in it."""
    kept = select(QuizSlot.item_id).join(Quiz, Quiz.id == QuizSlot.quiz_id).where(Quiz.activity_id.in_(without))
    here = (
        select(Attempt.enrolment_id, ReviewLog.card_id, func.min(ReviewLog.at).label("at"))
        .join(AttemptItem, AttemptItem.id == ReviewLog.attempt_item_id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(live_students(group.id), ReviewLog.counts, ReviewLog.taken_back_at.is_(None))
        .group_by(Attempt.enrolment_id, ReviewLog.card_id)
        .subquery()
    )
    return (
        select(
            Enrolment.id,
            Enrolment.joined_at,
            here.c.at,
            Card.item_id,
            *MEMORY,
        )
        .join(here, here.c.enrolment_id == Enrolment.id)
        .join(Card, (Card.id == here.c.card_id) & (Card.user_id == Enrolment.user_id))
        .join(Item, Item.id == Card.item_id)
        .where(Item.course_id == group.course_id, Item.retired_at.is_(None), Item.id.not_in(kept))
        .where(Card.last_on.is_not(None))
    )


def _lessons_given(session: Session, group: StudyGroup) -> frozenset[int]:
    """Return what is assigned to the whole of GROUP; where nothing is, the whole course is there. One query."""
    targeted = exists().where(AssignmentTarget.assignment_id == Assignment.id)
    rows = select(Assignment.activity_id).where(Assignment.group_id == group.id, Assignment.withdrawn_at.is_(None))
    return frozenset(session.scalars(rows.where(~targeted)))
