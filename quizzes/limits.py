"""Whose rule holds at a quiz for one enrolment: from when, until when, how long, how often (RULES, section 6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course import rules
from course.base.words import _
from course.groups.models import Enrolment, StudyGroup
from course.rules import NO_ACCOMMODATION, Accommodation, Layer, Level, Resolved
from course.syllabus.assigned import given_to
from course.syllabus.exceptions import accommodations_in, given_layers, layers_of, layers_with, rules_of
from quizzes.models import Quiz

UTC = ZoneInfo("UTC")

#: After a deadline a save still counts for so long: then the worker submits what was saved.
GRACE = timedelta(seconds=60)

#: The levels of what assignments say: that of a lesson holds for its parts too.
ASSIGNED = (Level.user_assignment, Level.subgroup_assignment, Level.group_assignment)


@dataclass(frozen=True, slots=True)
class Limits:
    """All rules that speak of a quiz for one enrolment, and what they come to. Moments are UTC."""

    layers: tuple[Layer, ...]
    accommodation: Accommodation = NO_ACCOMMODATION
    zone: ZoneInfo = UTC

    def resolved(self, field: str) -> Resolved:
        """Return what the rules say of FIELD, before any accommodation, and whose rules those are."""
        return rules.resolve(self.layers, field)

    @property
    def attempts(self) -> int | None:
        """How many attempts are allowed; None: as many as one likes."""
        allowed: int | None = self.resolved("attempts").value
        return allowed

    @property
    def opens_at(self) -> datetime | None:
        """From when one may begin."""
        return self._date("open")

    @property
    def due_at(self) -> datetime | None:
        """When it is due."""
        return self._date("due")

    @property
    def closes_at(self) -> datetime | None:
        """Until when one may begin, the moment included."""
        return self._date("close")

    @property
    def base_limit(self) -> timedelta | None:
        """How long everybody has."""
        return rules.base_limit(self.layers)

    @property
    def own_limit(self) -> timedelta | None:
        """How long this enrolment has."""
        return rules.own_limit(self.layers, self.accommodation)

    def may_start(self, now: datetime) -> bool:
        """Say whether an attempt may begin NOW."""
        return rules.may_start(now, self.closes_at, self.opens_at)

    def deadline(self, start: datetime) -> datetime | None:
        """Return until when an attempt that began at START may last; None for ever."""
        return rules.deadline(start, self.base_limit, self.own_limit, self.closes_at)

    def minutes(self, now: datetime) -> int | None:
        """Return how many whole minutes one who begins NOW will have; None for no end."""
        return rules.minutes_one_will_have(now, self.base_limit, self.own_limit, self.closes_at)

    def _date(self, field: str) -> datetime | None:
        return rules.own_date(self.layers, field, self.accommodation, self.zone)


def limits_at(session: Session, quiz: Quiz, enrolment: Enrolment | None) -> Limits:
    """Return the limits of ENROLMENT at QUIZ, those of everybody for a visitor. At most three queries."""
    own = tuple(layers_of_quiz(quiz))
    if enrolment is None:
        return Limits(own)
    given = given_layers(session, enrolment, quiz.activity) if enrolment.group_id is not None else []
    said, always = layers_with(session, enrolment, quiz.activity, given)
    return Limits((*said, *own), always or NO_ACCOMMODATION, _zone(session, enrolment))


def limits_of_all(
    session: Session, quiz: Quiz, group: StudyGroup, enrolments: Collection[Enrolment]
) -> dict[int, Limits]:
    """Return the limits at QUIZ of each of ENROLMENTS, which are in GROUP, by its id. Three queries."""
    own, said = layers_of_quiz(quiz), layers_of(session, enrolments, quiz.activity)
    always, zone = accommodations_in(session, group.id), ZoneInfo(group.zone)
    return {one.id: Limits((*said[one.id], *own), always.get(one.id, NO_ACCOMMODATION), zone) for one in enrolments}


def closing_times(
    session: Session, places: Collection[Enrolment], quiz_ids: Collection[int | None]
) -> dict[tuple[int, int], datetime | None]:
    """Return (enrolment, quiz) -> until when each of those quizzes (activities) may be begun in each of PLACES. Three
    queries, however many there are, for places whose groups are loaded."""
    quizzes = session.scalars(
        select(Quiz).where(Quiz.activity_id.in_(quiz_ids)).options(joinedload(Quiz.activity))
    ).all()
    said, always = rules_of(session, places, given_to(session, places))
    found = {}
    for place in places:
        here, zone = said[place.id], ZoneInfo(place.group.zone) if place.group else UTC
        for quiz in quizzes:
            of_lesson = [one for one in here.get(quiz.activity.parent_id or 0, ()) if one.level in ASSIGNED]
            layers = (*here.get(quiz.activity_id, ()), *of_lesson, *layers_of_quiz(quiz))
            limits = Limits(layers, always.get(place.id, NO_ACCOMMODATION), zone)
            found[place.id, quiz.activity_id] = limits.closes_at
    return found


def layers_of_quiz(quiz: Quiz) -> list[Layer]:
    """Return what QUIZ says of itself, for everybody."""
    limit = None if quiz.time_limit is None else timedelta(seconds=quiz.time_limit)
    said = {"open": quiz.opens_at, "close": quiz.closes_at, "time_limit": limit, "attempts": quiz.attempts_allowed}
    return [Layer(Level.quiz, field, value, _("The quiz")) for field, value in said.items() if value is not None]


def _zone(session: Session, enrolment: Enrolment) -> ZoneInfo:
    if enrolment.group_id is None:
        return UTC
    return ZoneInfo(session.get_one(StudyGroup, enrolment.group_id).zone)
