"""Days that prose gives in both calendars: `7 November 1917 (25 October)`.

The first is New Style, the one in brackets Old Style; the other way round is understood, too. Several days and ranges
go pairwise: `3 and 4 May (20 and 21 April)`, `7 to 12 May (24 to 29 April)`.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from course.base.words import _
from course.chronology import MONTHS, BadDate, gregorian_to_julian, julian_to_gregorian
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Page, Sheet
from kruzhok.curriculum.places import Place

_MONTH = "|".join(MONTHS)
_DAY = rf"[0-9]{{1,2}}(?:\s+(?:{_MONTH})(?:\s+[0-9]{{4}})?)?"
#: Repetitions are bounded, so that no file can make the search long.
_DAYS = rf"{_DAY}(?:\s*(?:\band\b|\bor\b|\bto\b|[,–-])\s*{_DAY}){{0,5}}"
#: In the brackets stand days and, it may be, the name of a calendar, as a link or not.
_CALENDAR = (
    r"(?:,?\s+(?:in\s+the\s+|by\s+the\s+)?\[?(?:Old Style|New Style|O\.\s?S\.|N\.\s?S\.)(?:\]\([a-z:-]{1,80}\))?)?"
)
#: The day that comes first may be the words of a link, as to its event.
_LINK = r"(?:\]\([a-z]{1,10}:[a-z0-9#-]{1,140}\))?"
_PAIR = re.compile(rf"(?<![0-9.–-])({_DAYS}){_LINK}{_CALENDAR}\s+\(({_DAYS}){_CALENDAR}\)")
_ONE = re.compile(rf"([0-9]{{1,2}})(?:\s+({_MONTH}))?(?:\s+([0-9]{{4}}))?")

_YEAR = re.compile(r"\b(?:1[5-9]|20)[0-9]{2}\b")

#: A pair that says no year may be of a leap year or not; and of the 19th century where no later year was named before.
_SINCE_1900 = (1917, 1904)
_BEFORE = (1890, 1896)


class Day(NamedTuple):
    """A day in one of the calendars; `year` is 0 where it is not said."""

    year: int
    month: int
    day: int


class Mismatch(NamedTuple):
    """Two days that are not the same: where they stand in the text, how they are written, and the right Old Style day.

    `right` is None where the first is no day of the calendar."""

    start: int
    written: str
    right: Day | None


def mismatches(text: str) -> Iterator[Mismatch]:
    """Yield each pair of days in TEXT whose two calendars do not agree."""
    years: tuple[int, ...] = _SINCE_1900 + _BEFORE
    seen_to = 0
    for pair in _PAIR.finditer(text):
        if named := _YEAR.findall(text, seen_to, pair.start()):
            years = _SINCE_1900 if int(named[-1]) >= 1900 else _SINCE_1900 + _BEFORE
        seen_to = pair.start()
        new, old = _days(pair[1]), _days(pair[2])
        if len(new) != len(old):
            continue  # as "1 to 3 May (18 April)": what is meant cannot be told
        for one, other in zip(new, old, strict=True):
            if not _same(one, other, years):
                yield Mismatch(pair.start(), " ".join(pair[0].split()), _old_style_of(one))


def _days(words: str) -> list[Day]:
    """Return the days that WORDS name; a month or year that one leaves out is that of the next."""
    days: list[Day] = []
    month, year = 0, 0
    for day, its_month, its_year in reversed(_ONE.findall(words)):
        month = MONTHS.index(its_month) + 1 if its_month else month
        year = int(its_year) if its_year else year
        days.insert(0, Day(year, month, int(day)))
    return days if month and all(day.month for day in days) else []


def _same(new: Day, old: Day, years: Iterable[int]) -> bool:
    """Say whether NEW and OLD are one day; where neither says its year, in any of YEARS."""
    said = {new.year, old.year} - {0}
    return any(_is_pair(new, old, year) or _is_pair(old, new, year) for year in said or years)


def _is_pair(new: Day, old: Day, year: int) -> bool:
    """Say whether NEW and OLD are one day, where those of them that say no year are of YEAR or of the one before."""
    try:
        if new.year or not old.year:
            right = gregorian_to_julian(date(new.year or year, new.month, new.day))
            return right[1:] == old[1:] and old.year in {0, right[0]}
        then = julian_to_gregorian(*old)
    except (ValueError, BadDate):
        return False
    return (then.month, then.day) == new[1:]


def _old_style_of(new: Day) -> Day | None:
    try:
        return Day(*gregorian_to_julian(date(new.year or _SINCE_1900[0], new.month, new.day)))
    except ValueError:
        return None


def calendar_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each pair of days that differs; the words of documents are not ours, and not looked at."""
    for sheet in curriculum.sheets():
        for wrong in mismatches(_our_words(sheet)):
            before = sheet.text[: wrong.start]
            place = Place(before.count("\n") + 1, wrong.start - before.rfind("\n"))
            message = _("The two calendars do not agree in “{written}”.").format(written=wrong.written)
            yield sheet.finding(place, message, _hint(wrong.right), "warning")


def _our_words(sheet: Sheet[Any]) -> str:
    if isinstance(sheet, Page) and sheet.kind == "text":
        return sheet.text.removesuffix(sheet.body)
    return sheet.text


def _hint(right: Day | None) -> str:
    if right is None:
        return _("The first of them is no day.")
    day = f"{right.day} {MONTHS[right.month - 1]}"
    return _(
        "The Old Style day would be {day} (twelve days earlier in the 19th century, thirteen in the 20th)."
    ).format(day=day)
