"""What one talks over with a student in a tutorial, on one screen: what is done, late and next, what came of quizzes,
which questions were missed, what holds for them alone. Nothing in it that tutors do not see on other pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.completion.models import State
from course.groups.models import Enrolment, Subgroup, SubgroupMember
from course.outline.models import Activity
from course.syllabus.excepting import live_accommodation
from course.syllabus.exceptions import value_of
from course.syllabus.models import RuleException
from course.texts.models import Anchor, Passage, Text
from kruzhok.progress.record import Record
from kruzhok.today.again import ReadAgain, read_again
from kruzhok.today.tasks import Task
from quizzes.attempts.pages import Line
from quizzes.attempts.side_door import open_item_ids
from quizzes.models import ItemVersion
from quizzes.rules.telling import factor_in_words, length_in_words

#: How many of the parts that are late, or next, are named.
MOST_NAMED = 6

#: What an exception is of, in a word or two.
FIELDS = {
    "open": _("opens"),
    "due": _("due"),
    "reply_due": _("replies due"),
    "close": _("closes"),
    "time_limit": _("time limit"),
    "attempts": _("attempts"),
}


class Sat(NamedTuple):
    """A quiz that was taken, and its attempts from the first on."""

    task: Task
    attempts: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Tutorial:
    """What is talked over. LATE and NEXT are parts that are asked; of what is WRITTEN only how much it is."""

    late: Sequence[Task]
    next: Sequence[Task]
    quizzes: Sequence[Sat]
    posts: int
    replies: int
    last_act: datetime
    missed: Sequence[ReadAgain]
    holds: Sequence[str]


def tutorial_of(session: Session, record: Record, *, looker_id: int, say: Callable[[datetime], str]) -> Tutorial:
    """Return what is talked over with the student of RECORD by LOOKER; SAY says a moment. Up to six queries.

    What leads to an item that stands in an open attempt of the looker's is left out."""
    parts = [part for lesson in record.lessons for part in lesson.parts] + list(record.beside)
    asked = [part.task for part in parts if part.task.required and part.task.state is not State.done]
    posts = [post for part in parts for post in part.work.posts]
    replies = sum(post.is_reply for post in posts)
    closed = _passages_of(session, open_item_ids(session, looker_id))
    place = record.place
    return Tutorial(
        late=[task for task in asked if task.late],
        next=[task for task in asked if not task.late],
        quizzes=[Sat(part.task, part.work.attempts) for part in parts if part.work.attempts],
        posts=len(posts) - replies,
        replies=replies,
        last_act=max(place.used_at, place.joined_at),
        missed=[one for one in read_again(session, place) if (one.text_ident, one.ident) not in closed],
        holds=_holds(session, place, say),
    )


def _passages_of(session: Session, item_ids: frozenset[int]) -> frozenset[tuple[str, str]]:
    """Return the passages that those items test, each as the idents of its text and its own."""
    if not item_ids:
        return frozenset()
    rows = session.execute(
        select(Text.ident, Passage.ident)
        .join(Anchor, Anchor.text_id == Text.id)
        .join(Passage, Passage.id == Anchor.now_passage_id)
        .join(ItemVersion, ItemVersion.anchor_id == Anchor.id)
        .where(ItemVersion.item_id.in_(item_ids))
    )
    return frozenset((text, passage) for text, passage in rows)


def _holds(session: Session, place: Enrolment, say: Callable[[datetime], str]) -> list[str]:
    """Return what holds for the student of PLACE and not for all: accommodation, exceptions of theirs and of their
    subgroups."""
    said = []
    if (given := live_accommodation(session, place)) is not None:
        if given.row.factor > 1:
            said.append(_("Always {factor} times as long").format(factor=factor_in_words(given.row.factor)))
        if given.row.days:
            said.append(plural("Always {n} day later", "Always {n} days later", given.row.days))
    theirs = select(SubgroupMember.subgroup_id).where(SubgroupMember.enrolment_id == place.id)
    rows = session.execute(
        select(RuleException, Activity.title, Subgroup.name)
        .join(Activity, Activity.id == RuleException.activity_id)
        .outerjoin(Subgroup, Subgroup.id == RuleException.subgroup_id)
        .where(or_(RuleException.enrolment_id == place.id, RuleException.subgroup_id.in_(theirs)))
        .where(RuleException.revoked_at.is_(None))
        .order_by(RuleException.id)
    )
    for row, title, subgroup in rows:
        words = _("{title}: {field} {value}").format(title=title, field=FIELDS[row.field], value=_value(row, say))
        said.append(_("{words} (subgroup {name})").format(words=words, name=subgroup) if subgroup else words)
    return said


def _value(row: RuleException, say: Callable[[datetime], str]) -> str:
    value = value_of(row)
    if value is None:
        return _("without limit") if row.field in {"time_limit", "attempts"} else _("at no time")
    if isinstance(value, datetime):
        return say(value)
    return length_in_words(value) if isinstance(value, timedelta) else str(value)
