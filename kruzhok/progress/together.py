"""What the members of a study group have done together, and which passages were missed: for all of its members.

It is worked out over the whole group and nothing else, alike for whoever looks, so that there are no two figures to
be subtracted from each other; what may be said of it `sums` decides."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.base.words import _
from course.completion.everybody import Standpoint, asked_in, live_students, standpoints_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity
from course.syllabus.meetings import today_of
from course.texts.models import Anchor, Passage, Text
from kruzhok.progress.students import students_of
from kruzhok.progress.sums import FEWEST, Share, first_fives, share_of
from kruzhok.today.again import beginning
from lessons.models import Lesson
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.steps import VERDICTS
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz, Step
from quizzes.policy import HAIR, Policy


class Figure(NamedTuple):
    """Something the group has done, and how much of it: None where too few stand behind it."""

    words: str
    share: Share | None


@dataclass(frozen=True, slots=True)
class MissedPassage:
    """A passage that questions test, and which share of those who answered one missed it at first.

    `text_ident` is that of its lesson, where it is in the notes of one."""

    ident: str
    number: int | None
    begins: str
    text_ident: str
    text_title: str
    lesson_number: int | None
    share: Share


def figures_of(session: Session, group: StudyGroup, now: datetime) -> list[Figure]:
    """Return what the students of GROUP have done together. Ten queries, eleven with subgroups."""
    # By when they joined: in an order in which who comes is last.
    students = sorted(students_of(session, group.id), key=lambda one: (one.joined_at, one.id))
    ids = [one.id for one in students]
    asked = asked_in(session, group, now)
    standpoints = standpoints_of(session, group.id, asked, ids, everybody=True)
    stands = [standpoints[key] for key in ids]
    at_hand = asked.rest.syllabus.at_hand(today_of(group, now))
    checked = _answered_a_check(session, group.id)
    some = first_fives(students)
    figures = [Figure(_("of all that is asked is done"), _done_of(stands, None))]
    if at_hand is not None:
        words = _("of what the next meeting asks is done")
        figures.append(Figure(words, _done_of(stands, asked.parts_at(at_hand.activity_ids))))
    share = share_of(sum(one.id in checked for one in some), len(some), members=len(some))
    return [*figures, Figure(_("of the students have answered a self-check"), share)]


def _done_of(stands: Sequence[Standpoint], parts: frozenset[int] | None) -> Share | None:
    """Return the share done of what counts, of PARTS only if they are given, by those of whom any of it is asked."""
    counting = [(one.counting if parts is None else one.counting & parts, one.done) for one in stands]
    behind = first_fives([(asked, done) for asked, done in counting if asked])
    whole = sum(len(asked) for asked, _done in behind)
    return share_of(sum(len(asked & done) for asked, done in behind), whole, members=len(behind))


def _answered_a_check(session: Session, group_id: int) -> frozenset[int]:
    answered = exists().where(Attempt.enrolment_id == Enrolment.id, Attempt.purpose == in_words(Purpose.check))
    return frozenset(session.scalars(select(Enrolment.id).where(live_students(group_id), answered)))


def missed_in(session: Session, group: StudyGroup, looker_id: int) -> list[MissedPassage]:
    """Return the passages of the course of which a share may be said, the most missed first and then as they come.

    Left out are those that an item tests which stands in an open attempt of whoever looks. Four queries."""
    counted = session.execute(_counted(group, kept_back(session, group.course_id))).all()
    shares = {row.passage_id: share_of(row.missed, row.behind, members=row.behind) for row in counted}
    closed = _passages_of(session, open_item_ids(session, looker_id))
    said = {key: share for key, share in shares.items() if share is not None and key not in closed}
    rows = session.execute(
        select(Passage, Text, Lesson.number, Activity.ident)
        .join(Text, Text.current_version_id == Passage.version_id)
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Activity, Activity.id == Lesson.activity_id)
        .where(Passage.id.in_(said), Text.retired_at.is_(None))
        .order_by(Lesson.number.is_(None), Lesson.number, Text.id, Passage.position)
    )
    found = [
        MissedPassage(
            passage.ident,
            passage.number,
            beginning(passage.plain),
            lesson or text.ident,
            text.title,
            number,
            said[passage.id],
        )
        for passage, text, number, lesson in rows
    ]
    return sorted(found, key=lambda one: -one.share.size)


def kept_back(session: Session, course_id: int) -> list[int]:
    """Return the quizzes whose outcome is not to be seen at all times: nor is it here. One query."""
    quizzes = session.scalars(select(Quiz).join(Quiz.activity).where(Quiz.activity.has(course_id=course_id)))
    return [quiz.activity_id for quiz in quizzes if not Policy.of(quiz).always("right", "feedback")]


def _passages_of(session: Session, item_ids: Collection[int]) -> frozenset[int]:
    """Return the passages that any version of those items tests. One query."""
    rows = session.scalars(
        select(Anchor.now_passage_id)
        .join(ItemVersion, ItemVersion.anchor_id == Anchor.id)
        .where(ItemVersion.item_id.in_(item_ids), Anchor.now_passage_id.is_not(None))
    )
    return frozenset(key for key in rows if key is not None)


def _later(one: Any, other: Any) -> ColumnElement[Any]:
    return case((one > other, one), else_=other)


def _counted(group: StudyGroup, without: Collection[int]) -> Any:
    """Return the query for how many missed each passage, of the first fives of those who answered a question on it.

    Whether somebody missed it is said by their first answer to any item that tests it, and stays so. They come in the
    order in which these answers had their scores here. Who has left keeps their place in it, or each who leaves would
    be the difference of two figures; but five who are still members must stand behind it."""
    first_answers = _first_answers(group, without).subquery()
    # Behind each other, in an order in which whoever comes is last.
    place = func.row_number().over(
        partition_by=first_answers.c.passage_id, order_by=(first_answers.c.at, first_answers.c.enrolment_id)
    )
    placed = select(first_answers, place.label("place")).where(first_answers.c.nth == 1).subquery()
    totals = (
        select(
            placed.c.passage_id,
            func.count().label("answered"),
            func.sum(placed.c.live).label("live"),
        )
        .group_by(placed.c.passage_id)
        .subquery()
    )
    behind = totals.c.answered - totals.c.answered % FEWEST
    return (
        select(
            placed.c.passage_id,
            cast(func.max(behind), Integer).label("behind"),
            func.sum(placed.c.missed).label("missed"),
        )
        .join(totals, totals.c.passage_id == placed.c.passage_id)
        .where(totals.c.live >= FEWEST, placed.c.place <= behind)
        .group_by(placed.c.passage_id)
    )


def _first_answers(group: StudyGroup, without: Collection[int]) -> Any:
    """Return the query for the answers that students of GROUP, former ones too, have given to items of its course.

    Of each its place (`nth`) among those of its writer on the passage. Open attempts, previews and blanks are none."""
    earlier = aliased(Step)
    is_first = ~exists().where(
        earlier.attempt_item_id == Step.attempt_item_id, earlier.number < Step.number, earlier.kind.in_(VERDICTS)
    )
    # What came along with somebody who joined is here from then on.
    at = _later(_later(Step.at, Attempt.submitted_at), Enrolment.joined_at)
    nth = func.row_number().over(partition_by=(Anchor.now_passage_id, Attempt.enrolment_id), order_by=(at, Step.id))
    return (
        select(
            Anchor.now_passage_id.label("passage_id"),
            Attempt.enrolment_id.label("enrolment_id"),
            case((Enrolment.left_at.is_(None), 1), else_=0).label("live"),
            case((Step.score < 1 - HAIR, 1), else_=0).label("missed"),
            at.label("at"),
            nth.label("nth"),
        )
        .select_from(Enrolment)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Step, Step.attempt_item_id == AttemptItem.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Item, and_(Item.id == ItemVersion.item_id, Item.course_id == group.course_id))
        .join(Anchor, Anchor.id == ItemVersion.anchor_id)
        .where(Enrolment.group_id == group.id, Enrolment.role == Role.student)
        .where(Attempt.purpose.in_([Purpose.quiz, Purpose.check]), Attempt.submitted_at.is_not(None))
        .where((Attempt.purpose == in_words(Purpose.check)) | Attempt.activity_id.not_in(without))
        .where(Anchor.now_passage_id.is_not(None))
        .where(Step.kind.in_(VERDICTS), Step.score.is_not(None), Step.response.is_not(None), is_first)
    )
