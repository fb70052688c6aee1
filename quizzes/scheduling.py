"""When an item comes back, and which items today's minutes go to. Pure: no web, no database, no clock.

What a review does to a memory is FSRS's to say (the library `fsrs`, its default parameters, no steps within a day and
no fuzz: RULES, section 9). Ours is the day: nothing is due later than it is needed, the work is levelled over the days
that are left, and it fits the minutes somebody set, or the plan says that it does not."""

from collections.abc import Collection, Hashable, Iterable, Sequence
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
    "comes_from",
    "due",
    "gain",
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

#: For how long what is reviewed is to be known: the most endangered is what would be known so much less by then.
FOR = timedelta(days=28)

#: What has lost so much of the way from certain to due is about to be: two thirds. It comes with what is due, unless
#: that alone would take so many days.
BRINK, FULL_DAYS = 2 / 3, 3

#: New items have this part of a day's minutes: they ask for the rest later. So has what has been due for FULL_DAYS:
#: else it would wait for weeks behind what comes early and saves more.
SHARE = 3

#: So much of recall a review must save to be offered before its time.
WORTHWHILE = 0.01

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
    return _at(max(0, (day - memory.last).days), memory.stability)


def interval(stability: float, retention: float) -> int:
    """Return after how many days recall has fallen to RETENTION: S / F (R ^ (1 / D) - 1), a day at least (FSRS)."""
    days: int = round(stability / _FACTOR * (retention ** (1 / _DECAY) - 1))
    return min(max(days, 1), _FSRS.maximum_interval)


def due(memory: Memory, retention: float, need_by: date | None = None) -> date:
    """Return when MEMORY is due: when recall falls to RETENTION, and no later than NEED_BY unless that has passed."""
    falls = memory.last + timedelta(days=interval(memory.stability, retention))
    return falls if need_by is None or need_by <= memory.last else min(falls, need_by)


def comes_from(memory: Memory, retention: float, need_by: date | None = None) -> date:
    """Return from which day on MEMORY comes where there are minutes for it: when it is about to be due (BRINK)."""
    soon = memory.last + timedelta(days=interval(memory.stability, _brink(retention)))
    return min(soon, due(memory, retention, need_by))


def _brink(retention: float) -> float:
    return 1 - (1 - retention) * BRINK


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
    """That what is needed by a day cannot be ready by then: so many seconds a day it would take, from today on."""

    by: date
    seconds_a_day: float


class DayPlan(NamedTuple):
    """What today's minutes go to, in order; and what cannot be ready in time."""

    queue: list[Candidate]
    short: Short | None


def plan(
    candidates: Sequence[Candidate],
    today: date,
    *,
    seconds: float,
    a_day: float,
    retention: float,
    passages_done: Collection[Hashable] = (),
    new_done: float = 0.0,
    further: bool = False,
) -> DayPlan:
    """Return what to review TODAY in the SECONDS that are left of it, where there are A_DAY on each day to come.

    First what is needed by a day and would not be ready, as far as it cannot wait (`_pressing`); then what is due, and
    what is about to be, the most endangered first: where a review saves the most of what would be known in four weeks,
    for the time it takes; then new items, which have a third of the day, less the NEW_DONE seconds they had.

    Where all that is due would take FULL_DAYS or less, what has waited so long has a third of the day before the rest,
    and the third of new items is kept for them; where it would take more, nothing comes early, and what is new has what
    is left over.

    Who goes FURTHER gets after these what is worth a review before its time, and then what else is new. Of one passage
    one item comes a day, and none of PASSAGES_DONE today, unless it presses. Nothing is carried over: after days away
    the plan is made anew of what is so then."""
    brink = _brink(retention)
    open_ones = [
        _Open.of(one, today, retention, chance, brink)
        for one in candidates
        if (chance := _chance(one, today)) is not None and (further or one.need_by or chance <= brink)
    ]
    pressing, short = _pressing(open_ones, today, seconds, a_day)
    first = {one.item.item_id for one in pressing}
    rest = [one for one in open_ones if one.item.item_id not in first]
    is_full = sum(one.item.seconds for one in rest if one.waits is not None) > FULL_DAYS * a_day
    new = sorted((one for one in rest if not one.item.memory), key=lambda one: one.item.place)
    for_new = min(sum(one.item.seconds for one in new), max(0.0, a_day / SHARE - new_done))
    day = _Day(seconds, set(passages_done))
    day.take(pressing, always=True)
    if is_full:
        day.take(_endangered(one for one in rest if one.waits is not None))
    else:
        late = [one for one in rest if one.waits is not None and one.waits >= FULL_DAYS]
        day.take(_endangered(late), at_most=a_day / SHARE)
        soon = (one for one in rest if one.is_soon or one.waits is not None)
        day.take(_endangered(soon), at_most=day.left - for_new)
    day.take(new, at_most=for_new)
    if further:
        day.take(_endangered((one for one in rest if one.item.memory), least=WORTHWHILE))
        day.take(new)
    return DayPlan(day.queue, short)


class _Open(NamedTuple):
    """A candidate as it stands today: for how many days it has been due, None before; whether it is about to be;
    whether it will be ready when it is needed."""

    item: Candidate
    today: date
    waits: int | None
    is_soon: bool
    is_ready: bool

    @classmethod
    def of(cls, item: Candidate, today: date, retention: float, chance: float, brink: float) -> "_Open":
        memory, need_by = item.memory, item.need_by if item.need_by and item.need_by >= today else None
        if memory is None:
            return cls(item, today, None, False, need_by is None)
        is_soon = chance <= brink
        waits = (today - due(memory, retention, need_by)).days if is_soon or need_by == today else -1
        is_ready = need_by is None or recall(memory, need_by) >= retention
        return cls(item, today, waits if waits >= 0 else None, is_soon, is_ready)

    @property
    def gain(self) -> float:
        """What a review saves: of a new item all there is."""
        return gain(self.item.memory, self.today) if self.item.memory else 1.0


def _chance(item: Candidate, today: date) -> float | None:
    """Return the chance that ITEM is known TODAY, 0 if it is new; None where it was reviewed today."""
    if item.memory is None:
        return 0.0
    return recall(item.memory, today) if item.memory.last < today else None


def _endangered(items: Iterable[_Open], *, least: float = -1.0) -> list[_Open]:
    """Return those of ITEMS of which a review saves LEAST or more, those first of which it saves the most for its time;
    of equals the one met first."""
    found = [(one.gain, one) for one in items]
    worth = [(-gained / max(one.item.seconds, 1.0), one.item.item_id, one) for gained, one in found if gained >= least]
    return [one for *_order, one in sorted(worth)]


class _Day:
    """The minutes of a day, given to one item after another as long as they last."""

    def __init__(self, seconds: float, passages: set[Hashable]) -> None:
        self.queue: list[Candidate] = []
        self.left, self.passages = seconds, passages
        self.taken: set[int] = set()

    def take(self, items: Iterable[_Open], *, at_most: float | None = None, always: bool = False) -> None:
        """Take those of ITEMS that still fit and were not taken, together AT_MOST so many seconds; ALWAYS also of one
        passage."""
        share = self.left if at_most is None else min(self.left, at_most)
        for one in items:
            passage = one.item.passage
            met = one.item.item_id in self.taken or (not always and passage is not None and passage in self.passages)
            if met or one.item.seconds > share:
                continue
            self.queue.append(one.item)
            self.taken.add(one.item.item_id)
            self.passages.add(passage)
            self.left -= one.item.seconds
            share -= one.item.seconds


def gain(memory: Memory, today: date) -> float:
    """Return how much more of MEMORY is expected to be recalled in four weeks if it is reviewed TODAY (-1 to 1).

    Known with the chance of today, and then good; else missed."""
    now, then = recall(memory, today), today + FOR
    good, again = (_stability_after(memory, rating, now) for rating in (Rating.Good, Rating.Again))
    return now * _at(FOR.days, good) + (1 - now) * _at(FOR.days, again) - recall(memory, then)


def _stability_after(memory: Memory, rating: Rating, chance: float) -> float:
    """Return the stability after a review that comes out so, at that CHANCE of recall.

    Of the library the one step that `reviewed` takes, without the cards around it: a plan asks for thousands. A test
    holds the two together."""
    after: float = _FSRS._next_stability(
        difficulty=memory.difficulty, stability=memory.stability, retrievability=chance, rating=rating
    )
    return after


def _at(days: int, stability: float) -> float:
    chance: float = (1 + _FACTOR * days / stability) ** _DECAY
    return chance


def _pressing(items: Sequence[_Open], today: date, seconds: float, a_day: float) -> tuple[list[_Open], Short | None]:
    """Return those of ITEMS that are needed, will not be ready and cannot wait, the earliest first; and what is short.

    For each day that something is needed by, what is not ready must fit into the days until then. So much as would not
    fit into those after today is for today, and so is what is needed by tomorrow."""
    needed = sorted(_endangered(one for one in items if not one.is_ready), key=lambda one: one.item.need_by or today)
    total, must, short = 0.0, 0.0, None
    for one in needed:
        by = one.item.need_by or today
        total += one.item.seconds
        days = (by - today).days
        must = max(must, total - a_day * days)
        if total > seconds + a_day * days and (short is None or short.by == by):
            short = Short(by, total / (days + 1))
    found, sum_of = [], 0.0
    for one in needed:
        if sum_of >= must and (one.item.need_by or today) > today + timedelta(days=1):
            break
        found.append(one)
        sum_of += one.item.seconds
    return found, short
