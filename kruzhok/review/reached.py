"""What a user has come so far as to be asked, and was not yet: new items for review."""

from collections.abc import Collection, Iterable, Set
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.completion.models import State
from course.completion.records import stands_of
from course.groups.enrolments import courses_of, live_places_of
from course.groups.models import Role
from course.outline.models import ActivityKind
from course.outline.nodes import outline_of
from course.users.models import User
from kruzhok.calendar.dates import MEETING, Dated
from lessons.questions import questions_of
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose
from quizzes.review.models import Card


class Met(NamedTuple):
    """The items that a user met: those that stood in a quiz which they handed in, and those of which they have a
    card."""

    in_quiz: Set[int]
    with_card: Set[int]


def reached_by(
    session: Session, user: User, dates: Iterable[Dated], now: datetime, met: Met | None = None
) -> list[int]:
    """Return the items of courses that may come up for USER although they have no card, in the order of the course.

    They are of lessons reached in some place where USER is a student: done there; or begun, if the meeting it is for is
    today or past. In a study group no lesson is reached that is for a meeting after the one at hand. Of quizzes there
    is only what stood in one that they handed in. Two queries, one less where it is known what they MET, or nothing was
    reached; and one less where the page asked for the states of the same places."""
    lessons = _lessons(session, user, dates, now)
    questions = [one for one in questions_of(session, courses_of(session, user), lessons) if one.of_course]
    met = met or _met(session, user, {one.item_id for one in questions})
    asked = [one.item_id for one in questions if one.item_id in met.in_quiz or not one.in_quiz]
    return list(dict.fromkeys(item_id for item_id in asked if item_id not in met.with_card))


def _lessons(session: Session, user: User, dates: Iterable[Dated], now: datetime) -> set[int]:
    """Return the lessons that USER has reached in one of their places."""
    places = live_places_of(session, user)
    nodes = outline_of(session, courses_of(session, user), ())
    lessons = {node.id for node in nodes if node.kind is ActivityKind.lesson}
    stands = stands_of(session, [place.id for place in places])
    meetings = _Meetings(dates, now)
    return {
        activity_id
        for place in places
        if place.role is Role.student
        for activity_id, one in stands[place.id].items()
        if activity_id in lessons and meetings.may_come(place.id, activity_id, one.state)
    }


class _Meetings:
    """How far the study groups are: by their meetings that are held."""

    def __init__(self, dates: Iterable[Dated], now: datetime) -> None:
        #: (enrolment, lesson) -> when it is first met about; enrolment -> the day of its meeting at hand; what is past.
        self.first: dict[tuple[int, int], date] = {}
        self.at_hand: dict[int, date] = {}
        self.today: dict[int, date] = {}
        for dated in dates:
            if dated.kind == MEETING and not dated.cancelled:
                self._add(dated, now.astimezone(dated.zone).date())

    def _add(self, dated: Dated, today: date) -> None:
        place_id, day = dated.enrolment_id, dated.day
        self.today[place_id] = today
        if day >= today:
            self.at_hand[place_id] = min(day, self.at_hand.get(place_id, day))
        for activity_id in dated.activity_ids:
            key = place_id, activity_id
            self.first[key] = min(day, self.first.get(key, day))

    def may_come(self, place_id: int, lesson_id: int, state: State) -> bool:
        """Return whether a lesson that is in that STATE there is reached there."""
        day = self.first.get((place_id, lesson_id))
        if day is None:
            return state is State.done
        if day > self.at_hand.get(place_id, day):
            return False
        return state is State.done or day <= self.today[place_id]


def _met(session: Session, user: User, item_ids: Collection[int]) -> Met:
    """Return which of the items USER met. One query, none where there are no items."""
    if not item_ids:
        return Met(set(), set())
    rows = session.execute(_MET, {"user_id": user.id, "item_ids": list(item_ids)}).all()
    return Met({item_id for is_card, item_id in rows if not is_card}, {item_id for is_card, item_id in rows if is_card})


_AMONG: BindParameter[Any] = bindparam("item_ids", expanding=True)
_MET = union_all(
    select(literal(0), ItemVersion.item_id)
    .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(Attempt.user_id == bindparam("user_id"), ItemVersion.item_id.in_(_AMONG))
    .where(Attempt.purpose == in_words(Purpose.quiz), Attempt.submitted_at.is_not(None)),
    select(literal(1), Card.item_id).where(Card.user_id == bindparam("user_id"), Card.item_id.in_(_AMONG)),
)
