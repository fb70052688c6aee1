"""Zooming into time: decades, years, months and days, and in which of them something happened. Pure.

A day is (year, month, day) of whichever calendar leads: the Old Style has days that the New one lacks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from course.chronology import days_of_month

Day = tuple[int, int, int]

#: How many numbers of a day tell a span: none for all of time, and a decade is a year without its last digit.
LEVELS = ("all", "decade", "year", "month", "day")

#: More decades than that are not all drawn: those in which nothing happened are left out.
MOST_DECADES = 30

_DECADE = re.compile(r"([0-9]{3})0s")
_POINT = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """All of time (without any `numbers`), or a decade (191), year (1917), month (1917, 10) or day (1917, 10, 25)."""

    level: int
    numbers: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The span as an address says it: "", "1910s", "1917", "1917-10" or "1917-10-25"."""
        if self.level == 0:
            return ""
        if self.level == 1:
            return f"{self.numbers[0]:03}0s"
        return "-".join((f"{self.numbers[0]:04}", *(f"{number:02}" for number in self.numbers[1:])))

    @property
    def kind(self) -> str:
        """Which of LEVELS it is."""
        return LEVELS[self.level]

    @property
    def above(self) -> Sequence["Span"]:
        """The spans that hold it, all of time first."""
        if self.level <= 1:
            return [ALL] * self.level
        first = (self.numbers[0], *self.numbers[1:], 1, 1)[:3]
        return [span_of((first[0], first[1], first[2]), level) for level in range(self.level)]


ALL = Span(0)


def span_named(name: str) -> Span | None:
    """Return the span of that NAME, all of time for an empty one; None where it names none."""
    if not name:
        return ALL
    if decade := _DECADE.fullmatch(name):
        return Span(1, (int(decade[1]),))
    point = _POINT.fullmatch(name)
    if point is None:
        return None
    year, month, day = (int(number or 1) for number in point.groups())
    if not (year and 1 <= month <= 12 and 1 <= day <= days_of_month(year, month, old_style=True)):
        return None
    return span_of((year, month, day), 2 + (point[2] is not None) + (point[3] is not None))


def span_of(day: Day, level: int) -> Span:
    """Return the span of LEVEL (a place in LEVELS) in which DAY is."""
    return Span(level, (day[0] // 10,) if level == 1 else day[: level - 1] if level else ())


class Lasting(NamedTuple):
    """From which day to which something happened, at the widest; for one day both are the same."""

    first: Day
    last: Day

    def is_in(self, span: Span) -> bool:
        """Say whether it happened in SPAN for certain."""
        return span_of(self.first, span.level) == span == span_of(self.last, span.level)

    def reaches_over(self, span: Span) -> bool:
        """Say whether it is longer than SPAN, or not known so exactly, and may have happened in it."""
        first, last = span_of(self.first, span.level), span_of(self.last, span.level)
        return first != last and first <= span <= last

    def part_of(self, span: Span) -> Span | None:
        """Return the part of SPAN, one level deeper, in which it happened; None where that is not known so exactly."""
        deeper = min(span.level + 1, len(LEVELS) - 1)
        first, last = span_of(self.first, deeper), span_of(self.last, deeper)
        return first if first == last else None

    @property
    def home(self) -> Span:
        """The smallest span in which it happened for certain."""
        return next(
            span_of(self.first, level)
            for level in reversed(range(len(LEVELS)))
            if span_of(self.first, level) == span_of(self.last, level)
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a span, and how many things happened in it."""

    span: Span
    count: int


class Chart(NamedTuple):
    """The parts of a span in order, and how much in it is not known so exactly, or lasted longer than a part."""

    bars: Sequence[Bar]
    vague: int

    @property
    def highest(self) -> int:
        """The most that happened in a part, 1 at the least."""
        return max((bar.count for bar in self.bars), default=0) or 1


def chart_of(span: Span, lasting: Iterable[Lasting], *, old_style: bool = False) -> Chart:
    """Return what of LASTING is in SPAN, by its parts: everything once. A day has no parts.

    With OLD_STYLE a month has the days of that calendar."""
    if span.kind == "day":
        return Chart([], 0)
    parts = [one.part_of(span) for one in lasting if one.is_in(span)]
    known = [part for part in parts if part is not None]
    counted = dict.fromkeys(_parts(span, known, old_style=old_style), 0)
    for part in known:
        counted[part] += 1
    return Chart([Bar(part, count) for part, count in counted.items()], parts.count(None))


def _parts(span: Span, known: Sequence[Span], *, old_style: bool) -> list[Span]:
    if span.kind == "all":
        return _decades(known)
    start = span.numbers
    if span.kind == "decade":
        numbers: Iterator[tuple[int, ...]] = ((year,) for year in range(start[0] * 10, start[0] * 10 + 10) if year)
    elif span.kind == "year":
        numbers = ((*start, month) for month in range(1, 13))
    else:
        numbers = ((*start, day) for day in range(1, days_of_month(*start, old_style=old_style) + 1))
    return [Span(span.level + 1, one) for one in numbers]


def _decades(known: Sequence[Span]) -> list[Span]:
    decades = sorted(set(known))
    if not decades:
        return []
    every = [Span(1, (number,)) for number in range(decades[0].numbers[0], decades[-1].numbers[0] + 1)]
    return every if len(every) <= MOST_DECADES else decades


def neighbours(span: Span, lasting: Iterable[Lasting]) -> tuple[Span | None, Span | None]:
    """Return the spans as long as SPAN, before and after it, that are nearest and in which something happened."""
    happened = {span_of(one.first, span.level) for one in lasting if one.is_in(span_of(one.first, span.level))}
    before = [one for one in happened if one < span]
    after = [one for one in happened if one > span]
    return max(before, default=None), min(after, default=None)
