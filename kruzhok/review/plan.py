"""Review as it is today: what the minutes that somebody set go to, what each is for, and what does not fit.

The plan is made anew whenever it is looked at, from what is remembered and what is needed; nothing of it is stored, so
that no pile is left behind by days that were missed."""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.users.models import User
from kruzhok.calendar.dates import Dated
from kruzhok.review.needs import Need, needs_of, order
from kruzhok.review.reached import Met, reached_by
from quizzes import scheduling
from quizzes.review.candidates import Done, candidates_of, done_on, next_due
from quizzes.review.cards import Cards, cards_of
from quizzes.review.withheld import sat_by, withheld_of
from quizzes.scheduling import Candidate, DayPlan, Memory, Rated, Rating, comes_from, due, recall, reviewed, study_day

#: How much more comes to who goes on although the minutes of the day are used up, in seconds.
FURTHER = 5 * 60.0

#: How many days the load is worked out for.
COMING = 14

A_DAY = timedelta(days=1)


class Reason(enum.Enum):
    """Why an item comes now: it was reached and is new; its chance is below what the user set; it is needed for
    something; or it would come soon and there is time."""

    new = "new"
    fallen = "fallen"
    needed = "needed"
    ahead = "ahead"


@dataclass(frozen=True, slots=True)
class Queued:
    """An item of today's review. `recall` is the chance (0 to 1) that it is known today; `memory` and it are None of
    what is new."""

    item_id: int
    memory: Memory | None
    seconds: float
    need: Need | None
    recall: float | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Short:
    """That to be ready for a need takes more minutes a day, from today on, than the user set."""

    need: Need
    minutes_a_day: int
    set_minutes: int


@dataclass(frozen=True, slots=True)
class Review:
    """A user's review on one day of study: the items in order, and how many minutes they take.

    `done_today` counts the reviews that were made today; `next_on` is the first day after today on which something is
    due, None where there is none. `closed` is what is withheld: of these items nothing may be told."""

    today: date
    queue: Sequence[Queued]
    minutes: int
    set_minutes: int
    done_today: int
    short: Sequence[Short]
    next_on: date | None
    closed: frozenset[int]


def review_of(
    session: Session, user: User, dates: Iterable[Dated], now: datetime, closed: frozenset[int] | None = None
) -> Review:
    """Return what USER reviews today, whose dates in the calendar DATES are, where it is known what is withheld from
    them (CLOSED) or not.

    Their cards and what they sat are two queries, and what they have reached a third, where the dates did not ask for
    the same; more where a study group asks questions of its own, or an attempt may not show its key at all times."""
    day = _Day.read(session, user, dates, now, closed)
    return day.review(max(0.0, user.review_minutes * 60 - day.done.seconds))


def more_of(
    session: Session, user: User, dates: Iterable[Dated], now: datetime, closed: frozenset[int] | None = None
) -> Review:
    """Return what comes next for USER, who goes on although the minutes of today are used up."""
    return _Day.read(session, user, dates, now, closed).review(FURTHER, further=True)


@dataclass(frozen=True, slots=True)
class _Day:
    """What is known of a user's review on one day."""

    user: User
    today: date
    needs: Mapping[int, Need]
    cards: Cards
    candidates: Sequence[Candidate]
    done: Done
    closed: frozenset[int]

    @classmethod
    def read(
        cls, session: Session, user: User, dates: Iterable[Dated], now: datetime, closed: frozenset[int] | None
    ) -> "_Day":
        dates = list(dates)
        today = study_day(now, ZoneInfo(user.zone))
        needs = needs_of(session, user, dates, now)
        cards, sat = cards_of(session, user, today), sat_by(session, user.id)
        reached = reached_by(session, user, dates, now, Met(sat.handed_in, cards.of.keys()))
        if closed is None:
            closed = withheld_of(session, user.id, now, sat, cards.not_theirs)
        candidates = candidates_of(cards, today, _need_by(needs), reached, closed)
        return cls(user, today, needs, cards, candidates, done_on(cards), closed)

    def review(self, seconds: float, *, further: bool = False) -> Review:
        planned = scheduling.plan(
            self.candidates,
            self.today,
            seconds=seconds,
            a_day=self.user.review_minutes * 60,
            retention=self.user.retention,
            passages_done=self.done.passages,
            new_done=self.done.new_seconds,
            further=further,
        )
        return Review(
            self.today,
            [self._queued(one) for one in planned.queue],
            minutes=_minutes(sum(one.seconds for one in planned.queue)),
            set_minutes=self.user.review_minutes,
            done_today=self.done.answers,
            short=self._short(planned),
            next_on=self._next_on(planned),
            closed=self.closed,
        )

    def _queued(self, one: Candidate) -> Queued:
        need, memory = self.needs.get(one.item_id), one.memory
        chance = recall(memory, self.today) if memory else None
        return Queued(one.item_id, memory, one.seconds, need, chance, self._reason(memory, need))

    def _reason(self, memory: Memory | None, need: Need | None) -> Reason:
        if memory is None:
            return Reason.new
        if due(memory, self.user.retention) <= self.today:
            return Reason.fallen
        return Reason.needed if need else Reason.ahead

    def _short(self, planned: DayPlan) -> list[Short]:
        """Return that what is needed by a day does not fit, said of the first thing it is needed for."""
        if planned.short is None:
            return []
        by, minutes = planned.short.by, _minutes(planned.short.seconds_a_day)
        needs = [need for need in self.needs.values() if need.by == by]
        if not needs or minutes <= self.user.review_minutes:
            return []
        return [Short(min(needs, key=order), minutes, self.user.review_minutes)]

    def _next_on(self, planned: DayPlan) -> date | None:
        """Return when something is due after today if today's queue is worked through."""
        queued, tomorrow = {one.item_id for one in planned.queue}, self.today + A_DAY
        first: date | None = None
        for one in self.candidates:
            if one.item_id not in queued:
                day = comes_from(one.memory, self.user.retention, one.need_by) if one.memory else tomorrow
                if day <= tomorrow:
                    return tomorrow
                first = min(day, first or day)
        return first or next_due(self.cards, self.today, self.closed)


def load_of(
    session: Session, user: User, needs: Mapping[int, Need], now: datetime, closed: Collection[int]
) -> list[tuple[date, int]]:
    """Return how many minutes of review each of the next two weeks' days takes, today first (what is left of it).

    Each day is planned as today is, in the minutes set, so what was missed is spread and no day has more. Assumed is
    that everything is known when it comes, and that nothing new is met. What is withheld (CLOSED) is left out. One
    query."""
    today = study_day(now, ZoneInfo(user.zone))
    cards = cards_of(session, user, today)
    candidates = candidates_of(cards, today, _need_by(needs), (), closed)
    known = {one.item_id: one for one in candidates if one.memory is not None}
    budget = user.review_minutes * 60
    left = max(0.0, budget - done_on(cards).seconds)
    found = []
    for day in (today + days * A_DAY for days in range(COMING)):
        queue = scheduling.plan(list(known.values()), day, seconds=left, a_day=budget, retention=user.retention).queue
        for one in queue:
            known[one.item_id] = one._replace(memory=reviewed(one.memory, Rated(day, Rating.Good)))
        found.append((day, _minutes(sum(one.seconds for one in queue))))
        left = budget
    return found


def _need_by(needs: Mapping[int, Need]) -> dict[int, date]:
    return {item_id: need.by for item_id, need in needs.items()}


def _minutes(seconds: float) -> int:
    """Return SECONDS as whole minutes, begun ones too."""
    return ceil(seconds / 60)
