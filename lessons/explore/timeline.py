"""The timeline: a span of time with its parts, what happened in it, and what of that is asked for. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from course.chronology import MONTHS, Written, point_in_words
from lessons.explore.happenings import Calendar, Happening
from lessons.explore.spans import Chart, Span, chart_of, neighbours, span_of

#: Where more than that happened in years or longer, the turning points stand for all of it.
MOST_LISTED = 60


class Asked(NamedTuple):
    """What an address asks of the timeline.

    `vague` is what happened in the span and in none of its parts for certain; `as_list` is everything, one below the
    other; `place`, `lesson` (its slug) and `turning_points` choose among events."""

    span: Span
    vague: bool = False
    as_list: bool = False
    calendar: Calendar = Calendar.both
    place: str | None = None
    lesson: str | None = None
    turning_points: bool = False

    @property
    def chooses(self) -> bool:
        """Whether some events are left out."""
        return bool(self.place or self.lesson or self.turning_points)

    @property
    def arguments(self) -> dict[str, Any]:
        """What an address must say to ask for the same."""
        return {
            "at": self.span.name or None,
            "vague": "1" if self.vague else None,
            "list": "1" if self.as_list else None,
            "calendar": self.calendar.value if self.calendar is not Calendar.both else None,
            "place": self.place,
            "lesson": self.lesson,
            "turning": "1" if self.turning_points else None,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose events by: its value, in words, and of how many events it is true."""

    value: str
    words: str
    count: int


class Listed(NamedTuple):
    """Events one below the other, under the year in which they begin; None where one year, or less, is shown."""

    year: int | None
    events: Sequence[Happening]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """The timeline as it is shown. `total` counts what is in the span and chosen, `everything` what the course has.

    `chart` is of the span, or of the month around it where that is a day. `abridged` says that `listed` are the turning
    points alone. `beyond` is what reaches over the span. `switched` is, for each calendar, where to look in it."""

    asked: Asked
    everything: int
    total: int
    chart: Chart
    charted: Span
    before: Span | None
    after: Span | None
    listed: Sequence[Listed]
    abridged: bool
    beyond: Sequence[Happening]
    places: Sequence[Choice]
    lessons: Sequence[Choice]
    turning_points: int
    switched: Mapping[Calendar, Span]
    has_old_style: bool

    @property
    def shown(self) -> int:
        """How many events are listed."""
        return sum(len(heap.events) for heap in self.listed)


def timeline_page(happenings: Sequence[Happening], asked: Asked) -> TimelinePage:
    """Return the page of HAPPENINGS, in order of time, that ASKED asks for."""
    chosen = [one for one in happenings if _is_chosen(one, asked)]
    lasting = [one.lasting(asked.calendar) for one in chosen]
    inside = [one for one, long in zip(chosen, lasting, strict=True) if long.is_in(asked.span)]
    charted = asked.span.above[-1] if asked.span.kind == "day" else asked.span
    before, after = neighbours(asked.span, lasting)
    listed, abridged = _listed(inside, asked)
    return TimelinePage(
        asked=asked,
        everything=len(happenings),
        total=len(inside),
        chart=chart_of(charted, lasting, old_style=asked.calendar is Calendar.old),
        charted=charted,
        before=before,
        after=after,
        listed=listed,
        abridged=abridged,
        beyond=[one for one, long in zip(chosen, lasting, strict=True) if long.reaches_over(asked.span)],
        places=_places(happenings),
        lessons=_lessons(happenings),
        turning_points=sum(one.turning_point for one in happenings),
        switched={calendar: _switched(inside, asked.span, calendar) for calendar in Calendar},
        has_old_style=any(one.old_style for one in happenings),
    )


def _is_chosen(one: Happening, asked: Asked) -> bool:
    return (
        (asked.place is None or one.place == asked.place)
        and (asked.lesson is None or asked.lesson in one.lessons)
        and (one.turning_point or not asked.turning_points)
    )


def _listed(inside: Sequence[Happening], asked: Asked) -> tuple[list[Listed], bool]:
    """Return what of INSIDE, which is in the span, is listed, and whether that is the turning points alone."""
    if asked.vague:
        inside = [one for one in inside if one.lasting(asked.calendar).part_of(asked.span) is None]
    turning = [one for one in inside if one.turning_point]
    is_long = asked.span.kind in {"all", "decade", "year"} and len(inside) > MOST_LISTED
    abridged = is_long and not asked.as_list and not asked.vague and 0 < len(turning) < len(inside)
    shown = turning if abridged else inside
    if asked.span.kind not in {"all", "decade"}:
        return ([Listed(None, shown)] if shown else []), abridged
    years = groupby(shown, key=lambda one: one.lasting(asked.calendar).first[0])
    return [Listed(year, list(heap)) for year, heap in years], abridged


def _switched(inside: Sequence[Happening], span: Span, calendar: Calendar) -> Span:
    """Return where to look, with CALENDAR, for what is INSIDE the SPAN: a day or a month has another name in another
    calendar, a year is nearly the same."""
    if span.kind not in {"day", "month"} or not inside:
        return span
    return span_of(inside[0].lasting(calendar).first, span.level)


def _places(happenings: Sequence[Happening]) -> list[Choice]:
    counted = Counter(one.place for one in happenings if one.place)
    return [Choice(place, place, count) for place, count in sorted(counted.items())]


def _lessons(happenings: Sequence[Happening]) -> list[Choice]:
    """Return the lessons that tell of HAPPENINGS, by number."""
    told = {naming.slug: naming for one in happenings for naming in one.named if naming.place == "lesson"}
    counted = Counter(slug for one in happenings for slug in one.lessons)
    ordered = sorted(told.values(), key=lambda naming: naming.lesson or 0)
    return [Choice(naming.slug, f"{naming.lesson}. {naming.title}", counted[naming.slug]) for naming in ordered]


def around(one: Happening) -> Asked:
    """Return what to ask of the timeline so that ONE is listed among what happened about then."""
    home = one.lasting(Calendar.both).home
    if home.kind == "day":
        return Asked(home.above[-1])
    return Asked(home, vague=home.kind != "month")


def span_in_words(span: Span) -> str:
    """Return SPAN as it is read: "1910s", "1917", "October 1917", "25 October 1917"; nothing for all of time."""
    match span.kind, span.numbers:
        case "decade", (decade,):
            return point_in_words(Written("decade", decade * 10))
        case "year", (year,):
            return point_in_words(Written("year", year))
        case "month", (year, month):
            return point_in_words(Written("month", year, month))
        case "day", (year, month, day):
            return point_in_words(Written("day", year, month, day))
    return ""


def short(span: Span) -> str:
    """Return SPAN as it stands under its bar, among others of its kind: "1910s", "1917", "Oct", "25"."""
    if span.kind == "month":
        return MONTHS[span.numbers[1] - 1][:3]
    return str(span.numbers[2]) if span.kind == "day" else span_in_words(span)
