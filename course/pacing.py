"""On which days a study group meets, and where its meetings go when one comes, goes or moves (RULES, section 8). Pure.

*Laying out*: meeting n is on the n-th chosen weekday from the start that is no holiday. *Moving*: only the days that
free meetings have are handed on. A new meeting takes the day of the one it is put before, that one the day of the next,
and the last the next chosen day; when one goes, the days are handed back. So the one undoes the other, whatever was
changed by hand before. A meeting that is fixed, over or cancelled *stays*: the others pass it by, and numbers are given
in the order of the days.

When something is due on such a day, and whether a clock shows an hour on it, `course.rules` says.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import NamedTuple, TypeVar

#: Days of the week as Python numbers them: Monday is 0.
WEEKDAYS = range(7)

T = TypeVar("T")

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

#: No day is sought further on than this, in days: holidays may swallow all there are.
HORIZON = 3660


class NoRoom(ValueError):
    """There are not enough days to meet on; `found` are those there are."""

    def __init__(self, found: Sequence[date]) -> None:
        super().__init__(f"only {len(found)} days to meet on")
        self.found = found


class Break(NamedTuple):
    """Days on which nobody meets, the FIRST and the LAST of them included."""

    first: date
    last: date
    name: str = ""


class Pace(NamedTuple):
    """So many LESSONS at a meeting, each at work for so many MEETINGS; one of the two is 1."""

    lessons: int = 1
    meetings: int = 1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On which days of the week a group meets, but for its breaks."""

    weekdays: frozenset[int]
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(WEEKDAYS):
            raise ValueError(f"no days of the week: {sorted(self.weekdays)}")

    def break_on(self, day: date) -> Break | None:
        """Return which break DAY is in, None where it is in none."""
        return next((one for one in self.breaks if one.first <= day <= one.last), None)

    def has(self, day: date) -> bool:
        """Return whether the group meets on such a day as DAY."""
        return day.weekday() in self.weekdays and self.break_on(day) is None

    def days(self, start: date) -> Iterator[date]:
        """Yield the days to meet on, from START on, as far as HORIZON goes."""
        for n in range(min(HORIZON, (date.max - start).days + 1)):
            if self.has(day := start + n * DAY):
                yield day

    def after(self, day: date, taken: Collection[date] = ()) -> date:
        """Return the next day to meet on after DAY that is not TAKEN. Raise NoRoom."""
        if day < date.max:
            for found in self.days(day + DAY):
                if found not in taken:
                    return found
        raise NoRoom([])

    def shifted(self, by: timedelta) -> "Rhythm":
        """Return the rhythm on days of the week as many days later, with the same breaks."""
        return Rhythm(frozenset((weekday + by.days) % 7 for weekday in self.weekdays), self.breaks)


# Laying out


def meeting_days(start: date, rhythm: Rhythm, count: int, ends: date | None = None) -> list[date]:
    """Return the first COUNT days of RHYTHM from START on, none later than ENDS. Raise NoRoom if there are fewer."""
    found = list(islice((day for day in rhythm.days(start) if ends is None or day <= ends), count))
    if len(found) < count:
        raise NoRoom(found)
    return found


def suggested_pace(days_per_lesson: int, weekdays: int) -> Pace:
    """Return the pace of one lesson in so many days, nearly, for a group that meets on so many WEEKDAYS each week."""
    sevenths = days_per_lesson * weekdays
    if sevenths >= len(WEEKDAYS):
        return Pace(meetings=(2 * sevenths + 7) // 14)
    return Pace(lessons=(14 + sevenths) // (2 * sevenths))


def share_out(lessons: Sequence[T], pace: Pace) -> list[tuple[T, ...]]:
    """Return what is at work at each meeting when LESSONS are taken in their order at PACE."""
    if pace.meetings > 1:
        return [(lesson,) for lesson in lessons for _again in range(pace.meetings)]
    return [tuple(lessons[n : n + pace.lessons]) for n in range(0, len(lessons), pace.lessons)]


def spread_out(lessons: Sequence[T], meetings: int) -> list[tuple[T, ...]]:
    """Return what is at work at each of so many MEETINGS (one or more) when they share LESSONS as evenly as can be."""
    count = len(lessons)
    if count >= meetings:
        return [tuple(lessons[n * count // meetings : (n + 1) * count // meetings]) for n in range(meetings)]
    return [(lessons[((n + 1) * count - 1) // meetings],) for n in range(meetings)] if count else [()] * meetings


# Moving


class Slot(NamedTuple):
    """A meeting, by a KEY of the caller's, on its day; it STAYS there where it is fixed, over or cancelled."""

    key: int
    day: date
    stays: bool = False


def opened(slots: Sequence[Slot], at: int, key: int, rhythm: Rhythm) -> list[Slot]:
    """Return SLOTS, in order, with a new one of KEY before the one AT, or after all; the free ones from there move on.

    The one AT must not stay. Raise NoRoom."""
    free = [n for n in range(at, len(slots)) if not slots[n].stays]
    days = [slots[n].day for n in free]
    last = max((slot.day for slot in slots), default=None) if not days else days[-1]
    assert last is not None
    days.append(rhythm.after(last, {slot.day for slot in slots}))
    moved = _with_days(slots, free, days[1:])
    return _lined_up([*moved[:at], Slot(key, days[0]), *moved[at:]])


def closed(slots: Sequence[Slot], at: int, rhythm: Rhythm) -> list[Slot]:
    """Return SLOTS as they are when the one AT gives its day to the next that is free, and each to the one before.

    It stands there itself no longer, or is cancelled: the caller leaves it out, or on its day. A day that is none of
    RHYTHM, chosen by hand for a meeting that stays, is given to nobody."""
    if slots[at].stays and not rhythm.has(slots[at].day):
        return list(slots)
    free = [n for n in range(at + 1, len(slots)) if not slots[n].stays]
    days = [slots[at].day, *(slots[n].day for n in free)]
    return _lined_up(_with_days(slots, free, days[: len(free)]))


def reopened(slots: Sequence[Slot], at: int, rhythm: Rhythm) -> list[Slot]:
    """Return SLOTS as they are when the one AT, cancelled until now, is held on its day: where another is there by now,
    the free ones after it move on. Raise NoRoom."""
    free = [n for n, slot in enumerate(slots) if n != at and not slot.stays and slot.day >= slots[at].day]
    days = [slots[n].day for n in free]
    if slots[at].day not in days:
        return list(slots)
    days.append(rhythm.after(days[-1], {slot.day for slot in slots}))
    return _lined_up(_with_days(slots, free, days[1:]))


def followed(slots: Sequence[Slot], at: int, day: date, rhythm: Rhythm) -> tuple[list[Slot], Rhythm]:
    """Return SLOTS when the one AT goes to DAY and the free ones after it go along; and the rhythm they are in then.

    On a day of RHYTHM they go as many of its days further, or back; on another the whole week is shifted, from there
    on. Raise NoRoom."""
    by = day - slots[at].day
    free = [n for n in range(at + 1, len(slots)) if not slots[n].stays]
    taken = {slot.day for n, slot in enumerate(slots) if n not in free and n != at} | {day}
    goes_on = rhythm if rhythm.has(day) else rhythm.shifted(by)
    days: list[date] = []
    before = day
    if goes_on is rhythm:
        until = slots[free[-1]].day if free else day
        line = list(takewhile(lambda one: one <= max(until, day), rhythm.days(min(day, slots[at].day))))
        steps = bisect_left(line, day) - bisect_left(line, slots[at].day)
    for n in free:
        wanted = slots[n].day + by
        if goes_on is rhythm:
            wanted = _at_rank(line, bisect_left(line, slots[n].day) + steps, rhythm)
        if wanted <= before or wanted in taken or not goes_on.has(wanted):
            wanted = goes_on.after(max(before, wanted - DAY), taken)
        days.append(wanted)
        before = wanted
    moved = [slot._replace(day=day) if n == at else slot for n, slot in enumerate(slots)]
    return _lined_up(_with_days(moved, free, days)), goes_on


def _at_rank(line: list[date], rank: int, rhythm: Rhythm) -> date:
    """Return the day of that RANK in LINE, which is made longer by days of RHYTHM until there is one."""
    while len(line) <= rank:
        line.append(rhythm.after(line[-1]))
    return line[max(rank, 0)]


def avoided(slots: Sequence[Slot], before: Rhythm, after: Rhythm, start: date) -> list[Slot]:
    """Return SLOTS when other days are breaks: those of AFTER and not, as until now, those of BEFORE.

    Free ones on a day of a break take the next that is no break, and those after them move on; into days that are no
    break any longer, from START on and where the meetings had gone on past them, they move back. Raise NoRoom."""
    free = [n for n, slot in enumerate(slots) if not slot.stays]
    if not free:
        return list(slots)
    days = [slots[n].day for n in free]
    stay = {slot.day for slot in slots if slot.stays}
    left = [day for day in days if after.break_on(day) is None]
    pool = sorted({*left, *_given_back(before, after, start, max(days), {*days, *stay}) - stay})
    last = max(days)
    while len(pool) < len(free):
        last = after.after(last, stay)
        pool.append(last)
    return _lined_up(_with_days(slots, free, pool[: len(free)]))


def _given_back(before: Rhythm, after: Rhythm, start: date, last: date, used: Collection[date]) -> set[date]:
    """Return the days from START to LAST that were in a break, are no longer, and follow on a day that is USED."""
    found: set[date] = set()
    follows = True
    for day in after.days(start):
        if day > last:
            break
        if before.break_on(day) is not None and follows:
            found.add(day)
        follows = day in used or day in found
    return found


def reordered(slots: Sequence[Slot], at: int, to: int) -> list[Slot]:
    """Return SLOTS when the one AT stands where the one TO stood, and those between move up; both are free.

    The days that the free ones have stay the same."""
    free = [n for n, slot in enumerate(slots) if not slot.stays]
    days = [slots[n].day for n in free]
    order = [n for n in free if n != at]
    order.insert(free.index(to), at)
    return _lined_up(_with_days(slots, order, days))


def _with_days(slots: Sequence[Slot], which: Sequence[int], days: Sequence[date]) -> list[Slot]:
    given = dict(zip(which, days, strict=True))
    return [slot._replace(day=given.get(n, slot.day)) for n, slot in enumerate(slots)]


def _lined_up(slots: Sequence[Slot]) -> list[Slot]:
    return sorted(slots, key=lambda slot: slot.day)


# Looking


def current(days: Sequence[date], today: date) -> int | None:
    """Return which of DAYS, in order, is the first that has not passed TODAY (today has not); None if all have."""
    return next((at for at, day in enumerate(days) if day >= today), None)
