"""Historical dates: as exact as we know them, in the New Style, with the Old Style day where that is given too.

New Style is the Gregorian calendar, Old Style the Julian; both are carried back to the year 1 as if they had always
been kept, and there is no year 0 and nothing before it. The two are compared by Julian day number, so the gap between
them (twelve days in the 19th century, thirteen in the 20th) is written nowhere.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, date
from typing import Literal, NamedTuple

from course.base.words import _

Precision = Literal["day", "month", "year", "decade", "century"]

PRECISIONS: tuple[Precision, ...] = ("day", "month", "year", "decade", "century")

MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)


class BadDate(ValueError):
    """No date, or a date whose two calendars disagree. `str(error)` says what is wrong, in words for its author."""


@dataclass(frozen=True, slots=True)
class HistoricalDate:
    """A day, month, year, decade or century, or a span from one of these to another.

    `earliest` and `latest` are its first and last day, New Style. `precision` of a span is that of its vaguer end, and
    `circa` is true where either end is. `old_style` is the Julian (year, month, day) where one was written, for a
    single day only. `ends` are the two ends of a span, None for anything else."""

    earliest: date
    latest: date
    precision: Precision
    circa: bool = False
    old_style: tuple[int, int, int] | None = None
    ends: "tuple[HistoricalDate, HistoricalDate] | None" = None


class Written(NamedTuple):
    """A point in time as it is written, in either calendar; a decade and a century are named by their first year."""

    precision: Precision
    year: int
    month: int = 1
    day: int = 1
    circa: bool = False


def parse_date(text: str, *, old_style: str | None = None) -> HistoricalDate:
    """Return the date written as TEXT, New Style, with its OLD_STYLE day ('1917-04-03') if that is given.

    TEXT is '1917-04-16', '1917-04', '1917', '1640s' or '17th century' (1601 to 1700), each with 'c. ' before it or not,
    or a span 'first..last' of any two of them that do not overlap. Raise BadDate for anything else, for a day that its
    calendar lacks, and for an OLD_STYLE that is not the same day or stands beside anything but a single day."""
    first, dots, last = text.partition("..")
    when = _span(_point(first), _point(last), text) if dots else _point(text)
    if old_style is None:
        return when
    if when.ends is not None or when.precision != "day":
        raise BadDate(_("An Old Style date needs a single day beside it, and “{text}” is none.").format(text=text))
    given, right = _julian_day(old_style), gregorian_to_julian(when.earliest)
    if given != right:
        message = _("“{text}” is {right} in the Old Style, not “{given}”.")
        raise BadDate(message.format(text=text, right="{:04}-{:02}-{:02}".format(*right), given=old_style))
    return HistoricalDate(when.earliest, when.latest, when.precision, when.circa, given)


def julian_to_gregorian(year: int, month: int, day: int) -> date:
    """Return the New Style date of a day of the Julian calendar.

    Raise BadDate if that calendar has no such day, or if it falls outside the years 1 to 9999 of the New Style."""
    if not (1 <= year <= MAXYEAR and 1 <= month <= 12 and 1 <= day <= days_of_month(year, month, old_style=True)):
        message = _("There is no day {year:04}-{month:02}-{day:02} in the Old Style.")
        raise BadDate(message.format(year=year, month=month, day=day))
    # Years are counted from March, so that the leap day ends one; 153 days are five months of 31, 30, 31, 30, 31.
    before_march = (14 - month) // 12
    since, months = year + 4800 - before_march, month + 12 * before_march - 3
    number = day + (153 * months + 2) // 5 + 365 * since + since // 4 - 32083
    try:
        return date.fromordinal(number - _ORDINAL_TO_DAY_NUMBER)
    except (ValueError, OverflowError):
        message = _("{year:04}-{month:02}-{day:02} is outside the years 1 to 9999 of the New Style.")
        raise BadDate(message.format(year=year, month=month, day=day)) from None


def days_of_month(year: int, month: int, *, old_style: bool = False) -> int:
    """Return how many days MONTH (1 to 12) of YEAR has in the New Style, or in the Old Style."""
    return (29 if year % 4 == 0 else 28) if old_style and month == 2 else monthrange(year, month)[1]


def days_in(when: Written, *, old_style: bool = False) -> tuple[date, date]:
    """Return the first and the last day of WHEN, New Style, where a day or a month is of the OLD_STYLE or of the New.

    What is vaguer than a month is read alike in both. Raise BadDate for a day that its calendar lacks, by its name in
    words, and for what falls outside the years 1 to 9999 of the New Style."""
    if when.precision not in {"day", "month"}:
        last = when.year + {"year": 0, "decade": 9, "century": 99}[when.precision]
        return date(when.year, 1, 1), date(min(last, MAXYEAR), 12, 31)
    length = days_of_month(when.year, when.month, old_style=old_style)
    if not 1 <= when.day <= length:
        raise BadDate(_never_was(when, length, old_style=old_style))
    first, last = (when.day, when.day) if when.precision == "day" else (1, length)
    make = julian_to_gregorian if old_style else date
    return make(when.year, when.month, first), make(when.year, when.month, last)


def _never_was(when: Written, length: int, *, old_style: bool) -> str:
    if length == days_of_month(when.year, when.month, old_style=not old_style):
        message = _("There was no {day}: {month} had {length} days.")
    elif old_style:
        message = _("There was no {day} in the Old Style: {month} had {length} days.")
    else:
        message = _("There was no {day} in the New Style: {month} had {length} days.")
    return message.format(day=point_in_words(when._replace(circa=False)), month=MONTHS[when.month - 1], length=length)


def gregorian_to_julian(when: date) -> tuple[int, int, int]:
    """Return the year, month and day of WHEN in the Julian calendar."""
    number = when.toordinal() + _ORDINAL_TO_DAY_NUMBER + 32082
    years = (4 * number + 3) // 1461
    days = number - 1461 * years // 4
    months = (5 * days + 2) // 153
    return years - 4800 + months // 10, months + 3 - 12 * (months // 10), days - (153 * months + 2) // 5 + 1


#: What is added to the ordinal of a Python date to make its Julian day number.
_ORDINAL_TO_DAY_NUMBER = 1_721_425


def sort_key(when: HistoricalDate) -> tuple[date, int]:
    """Return what WHEN is sorted by: its first day and, of those that share it, the longer first."""
    return when.earliest, -when.latest.toordinal()


def in_words(when: HistoricalDate) -> str:
    """Return WHEN as it is read: "16 April 1917", "April 1917", "c. 1917", "1640s", "8–12 March 1917", "1914–1918"."""
    if when.ends is None:
        return point_in_words(as_written(when))
    first, last = when.ends
    return span_in_words(as_written(first), as_written(last))


def as_written(when: HistoricalDate) -> Written:
    """Return WHEN, which is no span, as it is written in the New Style."""
    at = when.earliest
    return Written(when.precision, at.year, at.month, at.day, when.circa)


def span_in_words(first: Written, last: Written) -> str:
    """Return the span from FIRST to LAST as it is read: "8–12 March 1917", "1914–1918", "1914 – c. 1918"."""
    start, end = _bare(first), point_in_words(last)
    if first.precision == last.precision and first.year == last.year and not last.circa:
        start = start.removesuffix(f" {_year(first.year)}")
        if first.precision == "day" and first.month == last.month:
            start = str(first.day)
        close = " " not in start
    else:
        # A dash between things of several words has room at its sides: 1 August 1914 – 11 November 1918.
        close = " " not in start + end
    return f"{_circa(first)}{start}{'–' if close else ' – '}{end}"


def point_in_words(when: Written) -> str:
    """Return WHEN as it is read: "16 April 1917", "c. 1917", "17th century"; a year before 100 as "AD 14"."""
    return _circa(when) + _bare(when)


def old_style_in_words(when: HistoricalDate) -> str | None:
    """Return the Old Style day of WHEN, "3 April", with its year where that differs ("31 December 1899"), or None."""
    if when.old_style is None:
        return None
    year, month, day = when.old_style
    words = f"{day} {MONTHS[month - 1]}"
    return words if year == when.earliest.year else f"{words} {year}"


def _circa(when: Written) -> str:
    return _("c. {date}").format(date="") if when.circa else ""


def _bare(when: Written) -> str:
    match when.precision:
        case "day":
            return f"{when.day} {MONTHS[when.month - 1]} {_year(when.year)}"
        case "month":
            return f"{MONTHS[when.month - 1]} {_year(when.year)}"
        case "year":
            return _year(when.year)
        case "decade":
            return _("{year}s").format(year=when.year)
        case "century":
            return _("{ordinal} century").format(ordinal=_ordinal(when.year // 100 + 1))


def _year(year: int) -> str:
    return str(year) if year >= 100 else _("AD {year}").format(year=year)  # a bare 17 would be taken for a day or 1917


def _ordinal(number: int) -> str:
    last = number % 10 if number % 100 not in {11, 12, 13} else 0
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def _span(first: HistoricalDate, last: HistoricalDate, text: str) -> HistoricalDate:
    if first.latest >= last.earliest:
        raise BadDate(_("In “{text}” the end does not come after the beginning.").format(text=text))
    vaguer = max(first.precision, last.precision, key=PRECISIONS.index)
    return HistoricalDate(first.earliest, last.latest, vaguer, first.circa or last.circa, None, (first, last))


def _point(text: str) -> HistoricalDate:
    """Return the date of TEXT, which is no span."""
    bare = re.sub(r"\Ac\. ?", "", text)
    for pattern, read in _POINTS:
        if match := re.fullmatch(pattern, bare):
            earliest, latest, precision = read(bare, *match.groups())
            return HistoricalDate(earliest, latest, precision, bare != text)
    raise BadDate(_("“{text}” is not a date.").format(text=text))


_Read = tuple[date, date, Precision]


def _read_day(text: str, year: str, month: str, day: str) -> _Read:
    at = _day(text, year, month, day)
    return at, at, "day"


def _read_month(text: str, year: str, month: str) -> _Read:
    start = _day(text, year, month, "1")
    return start, start.replace(day=monthrange(start.year, start.month)[1]), "month"


def _read_year(text: str, year: str) -> _Read:
    return _day(text, year, "1", "1"), _day(text, year, "12", "31"), "year"


def _read_decade(text: str, year: str) -> _Read:
    return _day(text, year, "1", "1"), _day(text, str(int(year) + 9), "12", "31"), "decade"


def _read_century(text: str, number: str) -> _Read:
    if text != f"{(right := _ordinal(int(number)))} century":
        raise BadDate(_("“{text}” is not a date: write “{right} century”.").format(text=text, right=right))
    return date(100 * int(number) - 99, 1, 1), date(min(100 * int(number), MAXYEAR), 12, 31), "century"


_POINTS: tuple[tuple[str, Callable[..., _Read]], ...] = (
    ("([0-9]{4})-([0-9]{2})-([0-9]{2})", _read_day),
    ("([0-9]{4})-([0-9]{2})", _read_month),
    ("([0-9]{4})", _read_year),
    ("([0-9]{3}0)s", _read_decade),
    ("([1-9][0-9]?)(?:st|nd|rd|th) century", _read_century),
)


def _day(text: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise BadDate(_("“{text}” is not in the calendar.").format(text=text)) from None


def _julian_day(text: str) -> tuple[int, int, int]:
    match = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if match is None:
        raise BadDate(_("“{text}” is not a day: write the Old Style as '1917-04-03'.").format(text=text))
    year, month, day = (int(group) for group in match.groups())
    julian_to_gregorian(year, month, day)
    return year, month, day
