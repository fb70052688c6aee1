"""One point in time as somebody types it: a day, a month, a year, a decade, a century.

The examples in what is said here are of no day that a course is likely to ask for.
"""

import re
from collections.abc import Callable

from course.base.words import _
from course.chronology import MONTHS, Written, point_in_words
from quizzes.items.common import BadResponse


def read_point(text: str) -> Written | None:
    """Return the point that TEXT is (lower case, plain digits), None if it is none.

    Raise BadResponse where it would be one but could be two, or lacks its year. A day that its month lacks passes."""
    circa = re.fullmatch(r"(?:(?:circa|ca|c|about|around|approximately|approx|roughly)(?:\. ?| |(?=\d))|~ ?)(.+)", text)
    bare = re.sub(r"\A(?:(?:in|on) )?(?:the )?(?:year )?", "", circa[1] if circa else text)
    bare = re.sub(r"\A(?:mon|tues|wednes|thurs|fri|satur|sun)day ", "", bare)
    for pattern, read in _POINTS:
        if (match := re.fullmatch(pattern, bare)) and (point := read(*match.groups())):
            return point._replace(circa=circa is not None)
    return None


def _year(digits: str) -> int:
    if not int(digits):
        raise BadResponse(_("There is no year 0: the year before 1 is 1 BC."))
    if len(digits) < 3:
        raise BadResponse(_("Write the year in full, as 1752."))
    return int(digits)


def _month(word: str) -> int | None:
    """Return the number of the month WORD, which may be shortened to three letters or more."""
    found = [number for number, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.lower().startswith(word)]
    return found[0] if found else None


def _day_first(day: str, word: str, year: str) -> Written | None:
    month = _month(word)
    return None if month is None else Written("day", _year(year), month, int(day))


def _month_first(word: str, day: str, year: str) -> Written | None:
    return _day_first(day, word, year)


def _year_first(year: str, word: str, day: str | None) -> Written | None:
    return _day_first(day, word, year) if day else _month_and_year(word, year)


def _month_and_year(word: str, year: str) -> Written | None:
    month = _month(word)
    if month is not None and len(year) < 3 and int(year):
        _without_year(word)  # October 25
    return None if month is None else Written("month", _year(year), month)


def _without_year(word: str) -> None:
    if _month(word) is not None:
        raise BadResponse(_("Which year? Write it too, as 3 May 1752."))


def _numbers(one: str, other: str, digits: str) -> Written:
    """Return a day in figures, whichever way round, if only one of its numbers can be the month."""
    year = _year(digits)
    pairs = dict.fromkeys([(int(one), int(other)), (int(other), int(one))])
    days = [Written("day", year, month, day) for day, month in pairs if 1 <= month <= 12]
    if len(days) == 1:
        return days[0]
    if not days:
        raise BadResponse(_("Neither of these numbers is a month. Write the date as 3 May 1752."))
    first, second = (point_in_words(day) for day in days)
    raise BadResponse(_("Which is the month? Write {first} or {second}.").format(first=first, second=second))


def _iso_day(year: str, month: str, day: str) -> Written | None:
    return Written("day", _year(year), int(month), int(day)) if 1 <= int(month) <= 12 else None


def _iso_month(year: str, month: str) -> Written | None:
    """Return the month of "1917-10", which as years would run backwards; 1905-07 might be two years."""
    if not 1 <= int(month) <= 12:
        return None
    point = Written("month", _year(year), int(month))
    if (last := year[: -len(month)] + month) > year:
        message = _("Which is meant? Write {month}, or {first}–{last}.")
        raise BadResponse(message.format(month=point_in_words(point), first=int(year), last=int(last)))
    return point


def _month_in_figures(month: str, year: str) -> Written | None:
    return Written("month", _year(year), int(month)) if 1 <= int(month) <= 12 else None


def _decade(digits: str) -> Written | None:
    year = _year(digits)
    if year % 10 or year < 100:
        return None
    if year % 100 == 0:
        message = _("Ten years or a hundred? Write {first}–{last}, or {century}.")
        century = point_in_words(Written("century", year + 1))
        raise BadResponse(message.format(first=year, last=year + 9, century=century))
    return Written("decade", year)


def _century(text: str) -> Written | None:
    bare = re.sub(r"(?<=[\divx])(?:st|nd|rd|th)\Z", "", text)
    number = int(bare) if re.fullmatch(r"\d{1,2}", bare) else _NUMBERS.get(text) or _NUMBERS.get(bare)
    return Written("century", 100 * number - 99) if number else None


_NUMBERS = {
    name: number
    for names in (
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first",
    )
    for number, name in enumerate(names.split(), 1)
}

_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_WORD = r"([a-z]+)\.?"

_POINTS: tuple[tuple[str, Callable[..., Written | None]], ...] = (
    (r"(\d{3,4})[-./ ](\d{1,2})[-./ ](\d{1,2})", _iso_day),
    (r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{1,4})", _numbers),
    (r"(\d{3,4})[-./](\d{1,2})", _iso_month),
    (r"(\d{1,2})[-./](\d{3,4})", _month_in_figures),
    (rf"{_DAY}[ -]?(?:of )?{_WORD}[ -]?(?:of )?(\d{{1,4}})", _day_first),
    (rf"{_WORD} ?{_DAY} (\d{{1,4}})", _month_first),
    (rf"(\d{{3,4}})[ -]{_WORD}(?:[ -]{_DAY})?", _year_first),
    (rf"{_WORD}[ -]?(?:of )?(\d{{1,4}})", _month_and_year),
    (rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ -]?(?:of )?)?{_WORD}", _without_year),
    (r"(\d{1,4})", lambda digits: Written("year", _year(digits))),
    (r"(\d{3,4})'?s", _decade),
    (r"(.+?)[ -]?(?:century|centuries|cent|c)\.?", _century),
)
"""Patterns, and who reads their groups; the first that makes a point of them counts."""
