"""Holidays as somebody types them: "24 December 2026 - 6 January 2027 Christmas", one break on a line. Pure.

Days are read in the ways people write them; a year that is missing is that of the other day of the line, else the one
in which the day comes next. What can be read in two ways is asked back, not guessed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from course.base.words import _
from course.pacing import Break

#: As many breaks as one group can have, days in one of them, and characters in the name of one.
MOST_BREAKS = 60
LONGEST_BREAK = 200
LONGEST_NAME = 80

#: Between these years a break may be.
YEARS = range(2000, 2101)

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_END = r"(?!\w)"

#: How a day is written, with the most exact first. "24" alone is a day only before a dash.
_WAYS = [
    re.compile(way + _END, re.IGNORECASE)
    for way in (
        rf"{_WEEKDAY}{_YEAR}-(?P<number>\d{{1,2}})-(?P<day>\d{{1,2}})",
        rf"{_WEEKDAY}{_DAY}\.?\s*(?:of\s+)?{_MONTH}(?:,?\s*{_YEAR})?",
        rf"{_WEEKDAY}{_MONTH}\s*{_DAY}(?:,?\s*{_YEAR})?",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<number>\d{{1,2}})\.(?:\s?{_YEAR})?",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})/(?P<number>\d{{1,2}})(?:/{_YEAR})?",
    )
]
_BARE = re.compile(rf"{_WEEKDAY}{_DAY}\.?" + _END, re.IGNORECASE)
_DASH = re.compile(r"\s*(?:-+|[\u2010-\u2015]|\b(?:to|until|till|through)\b)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"^[\s:,;.\-\u2010-\u2015]+")


class Problem(NamedTuple):
    """What is wrong with a line, by its number from 1."""

    line: int
    message: str


class _Said(NamedTuple):
    """A day as it is written: what of it is missing stands nowhere in the line, or at its other day."""

    day: int
    month: int | None
    year: int | None


class _Unclear(ValueError):
    pass


def read_breaks(text: str, start: date) -> tuple[list[Break], list[Problem]]:
    """Return the breaks that TEXT names, one a line, in their order, and what is wrong with the other lines.

    A day without a year is the next one from START on."""
    found: list[Break] = []
    problems: list[Problem] = []
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines[: MOST_BREAKS + 1]:
        if len(found) == MOST_BREAKS:
            problems.append(Problem(number, _("At most {n} lines fit.").format(n=MOST_BREAKS)))
            break
        try:
            found.append(_break(line, start))
        except _Unclear as error:
            problems.append(Problem(number, str(error)))
    return sorted(found), problems


def as_lines(breaks: Iterable[Break]) -> str:
    """Return BREAKS as `read_breaks` reads them."""
    return "\n".join(f"{span_in_words(one)} {one.name}".strip() for one in breaks)


def span_in_words(one: Break) -> str:
    """Return "24 December 2026 - 6 January 2027", of one day "1 May 2027"."""
    return _in_words(one.first) if one.first == one.last else f"{_in_words(one.first)} - {_in_words(one.last)}"


def _in_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def _break(line: str, start: date) -> Break:
    first, rest = _a_day(line, bare=True)
    last = None
    if dash := _DASH.match(rest):
        try:
            last, rest = _a_day(rest[dash.end() :])
        except _Unclear:
            if first.month is None or _looks_like_a_day(rest[dash.end() :]):
                raise
    if first.month is None and last is None:
        raise _Unclear(_("Say of which month it is, as in “24 December 2026”."))
    name = _BETWEEN.sub("", rest).strip()
    if len(name) > LONGEST_NAME:
        raise _Unclear(_("The name has {n} characters; at most {most} fit.").format(n=len(name), most=LONGEST_NAME))
    return _checked(*_dates(first, last, start), name)


def _looks_like_a_day(text: str) -> bool:
    return bool(re.match(r"\d", text))


def _a_day(text: str, *, bare: bool = False) -> tuple[_Said, str]:
    """Return the day that TEXT begins with, and what comes after; BARE allows a number that the next day explains."""
    text = text.strip()
    for way in _WAYS:
        if found := way.match(text):
            said, rest = _said(found), text[found.end() :]
            if said.year is None and re.match(r"\s*\d{3}", rest):
                break
            return said, rest
    if bare and (found := _BARE.match(text)) and _DASH.match(text[found.end() :]):
        return _Said(int(found["day"]), None, None), text[found.end() :]
    words = _("There is no day in “{words}” that can be read. Write it as “24 December 2026 - 6 January 2027”.")
    raise _Unclear(words.format(words=text[:40]))


def _said(found: "re.Match[str]") -> _Said:
    parts = found.groupdict()
    day, year = int(parts["day"]), int(parts["year"]) if parts.get("year") else None
    if parts.get("month"):
        written = parts["month"].lower()
        months = [n for n, name in enumerate(MONTHS, 1) if name.startswith("sep" if written == "sept" else written)]
        if not months:
            raise _Unclear(_("There is no month “{word}”.").format(word=parts["month"]))
        return _Said(day, months[0], year)
    month = int(parts["number"])
    if "/" in found[0] and max(day, month) > 12 >= min(day, month):
        day, month = max(day, month), min(day, month)
    elif "/" in found[0] and day != month:
        words = _("“{words}” can be read in two ways. Write the month in letters, as in “24 December 2026”.")
        raise _Unclear(words.format(words=found[0]))
    return _Said(day, month, year)


def _dates(first: _Said, last: _Said | None, start: date) -> tuple[date, date]:
    if last is None:
        one = _date(first, first.year) if first.year else _next(first, start)
        return one, one
    if first.month is None:
        first = first._replace(month=last.month)
    if first.year is None and last.year is None:
        begins = _next(first, start)
        return begins, _next(last, begins)
    if first.year is None:
        ends = _date(last, last.year)
        begins = _date(first, ends.year)
        return (begins if begins <= ends else _date(first, ends.year - 1)), ends
    begins = _date(first, first.year)
    return begins, _date(last, last.year) if last.year else _next(last, begins)


def _next(said: _Said, start: date) -> date:
    """Return the first such day from START on; a 29 February may be years away."""
    for year in range(start.year, start.year + 9):
        try:
            if (found := _date(said, year)) >= start:
                return found
        except _Unclear:
            continue
    assert said.month is not None
    raise _Unclear(_("There is no {day} {month}.").format(day=said.day, month=_month(said.month)))


def _date(said: _Said, year: int | None) -> date:
    assert year is not None
    assert said.month is not None
    if year not in YEARS:
        raise _Unclear(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))
    try:
        return date(year, said.month, said.day)
    except ValueError:
        words = _("There is no {day} {month} {year}.")
        raise _Unclear(words.format(day=said.day, month=_month(said.month), year=year)) from None


def _month(number: int) -> str:
    return MONTHS[number - 1].capitalize() if 1 <= number <= len(MONTHS) else _("month {n}").format(n=number)


def _checked(first: date, last: date, name: str) -> Break:
    if last < first:
        words = _("It ends, on {last}, before it begins, on {first}.")
        raise _Unclear(words.format(first=_in_words(first), last=_in_words(last)))
    if (last - first).days >= LONGEST_BREAK:
        words = _("From {first} to {last} is longer than {n} days: is the year right?")
        raise _Unclear(words.format(first=_in_words(first), last=_in_words(last), n=LONGEST_BREAK))
    return Break(first, last, name)


def in_words(problems: Sequence[Problem]) -> list[str]:
    """Return PROBLEMS as sentences that name their lines."""
    return [_("Line {n}: {message}").format(n=one.line, message=one.message) for one in problems]
