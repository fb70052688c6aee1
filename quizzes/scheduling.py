"""When an item comes back, and which items today's minutes go to. Pure: no web, no database, no clock.

What a review does to a memory is FSRS's to say (the library `fsrs`, its default parameters, no steps within a day and
no fuzz: RULES, section 9). Ours is the day: nothing is due later than it is needed, the work is levelled over the days
that are left, and it fits the minutes somebody set, or the plan says that it does not."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fsrs import Card, Rating, Scheduler, State

__all__ = [
    "DAY_BEGINS",
    "LONGEST",
    "NEARLY_RIGHT",
    "Candidate",
    "DayPlan",
    "Memory",
    "Rated",
    "Rating",
    "Short",
    "due",
    "interval",
    "plan",
    "rating_of",
    "recall",
    "replay",
    "reviewed",
    "study_day",
]

#: Whoever is up late still studies on the day before.
DAY_BEGINS = timedelta(hours=4)

#: The longest that a review is taken to have lasted, in seconds (DESIGN, invariant 6).
LONGEST = 120.0

#: Partly right is a memory from this score on (with effort), and none below it.
NEARLY_RIGHT = Fraction(4, 5)

_FSRS = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_DECAY = -_FSRS.parameters[20]
_FACTOR = 0.9 ** (1 / _DECAY) - 1


def study_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day of study that MOMENT, which is aware, falls on in ZONE: it begins at four in the morning."""
    return (moment.astimezone(zone) - DAY_BEGINS).date()


def rating_of(score: Fraction, *, tries: int = 1, hinted: bool = False, certainty: int | None = None) -> Rating:
    """Return what an answer says of the memory of its item (RULES, section 9).

    Wrong: again. Right: good; hard after a hint, at a further try, or where one said to have guessed (certainty 1), and
    where it is not all right but nearly (NEARLY_RIGHT). Never easy: that cannot be seen from an answer."""
    if score < NEARLY_RIGHT:
        return Rating.Again
    effort = score < 1 or tries > 1 or hinted or certainty == 1
    return Rating.Hard if effort else Rating.Good


class Rated(NamedTuple):
    """One review that counts: on which day of study, how it came out, how many seconds it took if that is known."""

    day: date
    rating: Rating
    seconds: float | None = None


class Memory(NamedTuple):
    """What a user's memory of one item comes to after some reviews.

    `stability` is in days, `difficulty` from 1 to 10; `lapses` counts how often it was forgotten after it was known,
    `misses` how often it was missed since it was last known; `seconds` is how long a review takes, None if unknown."""

    stability: float
    difficulty: float
    last: date
    reviews: int
    lapses: int
    misses: int
    seconds: float | None


def reviewed(memory: Memory | None, rated: Rated) -> Memory:
    """Return what MEMORY, None before the first, is after one more review."""
    missed = rated.rating is Rating.Again
    if memory is None:
        before = Card(card_id=1)
    else:
        before = Card(1, State.Review, None, memory.stability, memory.difficulty, _noon(rated.day), _noon(memory.last))
    after, _log = _FSRS.review_card(before, rated.rating, _noon(rated.day))
    assert after.stability is not None
    assert after.difficulty is not None  # both are there after a review
    return Memory(
        stability=after.stability,
        difficulty=after.difficulty,
        last=rated.day,
        reviews=memory.reviews + 1 if memory else 1,
        lapses=(memory.lapses if memory else 0) + (missed and memory is not None and not memory.misses),
        misses=(memory.misses if memory else 0) + 1 if missed else 0,
        seconds=_usual(memory.seconds if memory else None, rated.seconds),
    )


def replay(log: Iterable[Rated]) -> Memory | None:
    """Return what a memory comes to by its LOG, in order; None where nothing counts."""
    memory = None
    for rated in log:
        memory = reviewed(memory, rated)
    return memory


def recall(memory: Memory, day: date) -> float:
    """Return the chance (0 to 1) that MEMORY holds on DAY: (1 + F t / S) ^ D with t in whole days (FSRS)."""
    return (1 + _FACTOR * max(0, (day - memory.last).days) / memory.stability) ** _DECAY


def interval(stability: float, retention: float) -> int:
    """Return after how many days recall has fallen to RETENTION: S / F (R ^ (1 / D) - 1), a day at least (FSRS)."""
    days = round(stability / _FACTOR * (retention ** (1 / _DECAY) - 1))
    return min(max(days, 1), _FSRS.maximum_interval)


def due(memory: Memory, retention: float, need_by: date | None = None) -> date:
    """Return when MEMORY is due: when recall falls to RETENTION, and no later than NEED_BY unless that has passed."""
    falls = memory.last + timedelta(days=interval(memory.stability, retention))
    return falls if need_by is None or need_by <= memory.last else min(falls, need_by)


def _noon(day: date) -> datetime:
    """FSRS counts whole days between moments; at noon of each they are the days of the calendar."""
    return datetime.combine(day, time(12), UTC)


def _usual(before: float | None, seconds: float | None) -> float | None:
    """Return how long a review takes by now: the last one weighs as much as all before it."""
    if seconds is None:
        return before
    seconds = min(max(seconds, 0.0), LONGEST)
    return seconds if before is None else (before + seconds) / 2


class Candidate(NamedTuple):
    """An item that may be reviewed: what is remembered of it, None where it is new; how many seconds it takes.

    Items that hang on one `passage` are kept apart; `need_by` is the day it is needed, None for no such day; `place` is
    its place in the course, by which new ones come."""

    item_id: int
    memory: Memory | None
    seconds: float
    passage: Hashable = None
    need_by: date | None = None
    place: int = 0


class Short(NamedTuple):
    """That what is due by a day does not fit: so many seconds a day would be needed from today on."""

    by: date
    seconds_a_day: float


class DayPlan(NamedTuple):
    """What today's minutes go to, in order; the first day by which not all that is due will fit, if there is one."""

    queue: list[Candidate]
    short: Short | None


def plan(candidates: Sequence[Candidate], today: date, *, seconds: float, retention: float) -> DayPlan:
    """Return what to review TODAY in the SECONDS that are left of it."""
    queue, left = [], seconds
    known = [(due(one.memory, retention, one.need_by), one) for one in candidates if one.memory]
    ready = sorted((recall(one.memory, today), one.item_id, one) for day, one in known if day <= today and one.memory)
    for _recall, _item_id, one in ready:
        if one.seconds <= left:
            queue.append(one)
            left -= one.seconds
    return DayPlan(queue, None)
