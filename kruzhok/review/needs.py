"""By when a user needs an item, in whichever of their places it is needed first: from the dates of the calendar.

What one meets about, or sits a quiz on, is to be known by then, and not only some day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.groups.enrolments import courses_of
from course.users.models import User
from kruzhok.calendar.dates import CLOSES, DUE, MEETING, Dated
from lessons.questions import questions_of
from quizzes.review.candidates import AHEAD
from quizzes.scheduling import study_day

#: What one needs in the morning is studied on the day before: the last day of study is the one this long ago.
BEFORE = timedelta(hours=12)

QUIZ = "quiz"


@dataclass(frozen=True, slots=True)
class Need:
    """What an item is needed for, and by when.

    `by` is the last day of study before it, in the user's zone; never one that has passed. `dated` is what it is for,
    as the calendar has it, and leads there (`today.addresses.dated_address`); `lesson` is the number of the lesson that
    asks it, None of none."""

    by: date
    dated: Dated
    lesson: int | None = None

    @property
    def day(self) -> date:
        """On which day that is, by the group."""
        return self.dated.day

    @property
    def kind(self) -> str:
        """Return "meeting", else what is due: "quiz", "lesson", "reading"."""
        return self.dated.task.kind if self.dated.task is not None else MEETING

    @property
    def title(self) -> str:
        """What it is called."""
        return self.dated.title

    @property
    def group(self) -> str | None:
        """The name of the study group; None alone."""
        return self.dated.group

    @property
    def slug(self) -> str | None:
        """The name of the study group in addresses; None alone."""
        return self.dated.slug

    @property
    def number(self) -> int:
        """The number of a meeting, 0 of anything else."""
        return self.dated.number

    @property
    def course(self) -> str:
        """The ident of the course."""
        return self.dated.course


def order(need: Need) -> tuple[date, date, bool, datetime, str]:
    """Return what sorts needs: what is needed first comes first; of a meeting and what is due at it, the meeting."""
    dated = need.dated
    return (need.by, dated.day, dated.kind != MEETING, dated.moment, dated.uid)


def needs_of(session: Session, user: User, dates: Iterable[Dated], now: datetime) -> Mapping[int, Need]:
    """Return item -> the earliest need of it within AHEAD (what comes later moves nothing yet), over all of the places
    that DATES are of where USER is a student.

    Meetings that are held need what is at work there; a lesson, a reading or a quiz that is due by itself, or closes,
    needs its own, a quiz while it is not done. Two queries where something is needed that a group gave itself."""
    zone = ZoneInfo(user.zone)
    today = study_day(now, zone)
    first: dict[int, Need] = {}
    for dated in dates:
        if _needs(dated, now) and (by := max(study_day(dated.moment - BEFORE, zone), today)) <= today + AHEAD:
            need = Need(by, dated)
            for activity_id in _activities(dated):
                first[activity_id] = min(need, first.get(activity_id, need), key=order)
    found: dict[int, Need] = {}
    asked: dict[tuple[int, int], Need] = {}  # in a quiz, and in a lesson, dozens of items are needed for one thing
    for question in questions_of(session, courses_of(session, user), first):
        where = question.activity_id, question.lesson_id or 0
        if where not in asked:
            need = min(filter(None, map(first.get, where)), key=order)
            asked[where] = replace(need, lesson=question.lesson)
        need, before = asked[where], found.get(question.item_id)
        if before is not None and order(before) < order(need):
            need = before if before.lesson is not None else replace(before, lesson=question.lesson)
        found[question.item_id] = need
    return found


def _needs(dated: Dated, now: datetime) -> bool:
    """Return whether DATED, which is for who studies there, is still to come and asks that something is known."""
    if not dated.studies or dated.cancelled or dated.kind not in {MEETING, DUE, CLOSES}:
        return False
    if dated.task is not None and dated.task.kind == QUIZ and dated.done:
        return False
    return dated.day >= now.astimezone(dated.zone).date() if dated.whole_day else dated.moment >= now


def _activities(dated: Dated) -> Iterator[int]:
    yield from dated.activity_ids
    if dated.task is not None:
        yield dated.task.id
