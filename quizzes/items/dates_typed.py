"""What a student types as a date, read into what is meant and written down again in one form.

Nothing is guessed: what could mean two dates is asked back. Whether a day was in the calendar is asked later, when it
is known which calendar it may be of (`course.chronology.days_in`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from course.base.words import _
from course.chronology import MONTHS, Written, point_in_words, span_in_words
from quizzes.items.common import BadResponse, tidy
from quizzes.items.dates_points import read_point

Calendar = Literal["new", "old"]
Form = Literal["point", "span", "between", "before", "after", "until", "since"]

LONGEST = 100  #: characters of a date


@dataclass(frozen=True, slots=True)
class Typed:
    """A date as it was typed: a point, from one to another, some time between two, or open at one end.

    `last` is None where there are no two ends. `calendar` is the one that was said, if any."""

    form: Form
    first: Written
    last: Written | None = None
    calendar: Calendar | None = None


def read(text: str) -> Typed:
    """Return what TEXT means; raise BadResponse for what is no date, and for what could be two."""
    plain, calendar = _calendar(_plain(text))
    if "(" in plain:
        raise BadResponse(_("Write one date only, in one of the two calendars."))
    if re.search(r"\d ?b\.?c(?![a-z])|\d ?b\.?c\.?e", plain):
        raise BadResponse(_("Dates before the year 1 are not understood here."))
    if len(plain) > LONGEST or (typed := _typed(plain)) is None:
        message = _(
            "This is not understood as a date. Write it as 3 May 1752, May 1752, 1752, c. 1640, 1640s, "
            "17th century or 1756–1763."
        )
        raise BadResponse(message)
    return replace(typed, calendar=calendar)


def written(typed: Typed) -> str:
    """Return TYPED in the one form that `read` takes for the same again; the calendar is not in it."""
    first = point_in_words(typed.first)
    if typed.last is None:
        return _OPEN[typed.form].format(date=first)
    if typed.form == "between":
        return _("between {first} and {last}").format(first=first, last=point_in_words(typed.last))
    return span_in_words(typed.first, typed.last)


_OPEN: dict[Form, str] = {
    "point": "{date}",
    "before": _("before {date}"),
    "after": _("after {date}"),
    "until": _("until {date}"),
    "since": _("since {date}"),
}

_OLD = r"(?:old (?:style|calendar)|julian(?: calendar)?|o\.? ?s\.?)"
_NEW = r"(?:new (?:style|calendar)|gregorian(?: calendar)?|n\.? ?s\.?)"
_CALENDAR = rf"\(?(?:(?:in|by) (?:the )?)?(?:(?P<old>{_OLD})|(?P<new>{_NEW}))\)?"


def _plain(text: str) -> str:
    """Return TEXT in small letters and plain digits, with one kind of dash, and without what nobody sees.

    A year "AD 14" or "14 CE" gets its zeros, 0014: so it is not taken for a day, nor for the end of 1914."""
    chars = []
    for char in unicodedata.normalize("NFKC", text[: 2 * LONGEST]):
        category = unicodedata.category(char)
        if category == "Nd":
            chars.append(str(unicodedata.decimal(char)))
        elif category == "Pd" or char == "−":
            chars.append("-")
        elif category != "Cf":
            chars.append({"’": "'", ",": " "}.get(char, char))
    plain = tidy("".join(chars).casefold()).rstrip(" .;!")
    of_our_era = r"(?:a\.?d|c\.?e)(?![a-z])\.?"
    plain = re.sub(rf"(?<![a-z]){of_our_era} ?(\d{{1,4}})(?!\d)", lambda match: match[1].zfill(4), plain)
    return re.sub(rf"(?<!\d)(\d{{1,4}}) ?{of_our_era}", lambda match: match[1].zfill(4), plain)


def _calendar(text: str) -> tuple[str, Calendar | None]:
    """Return TEXT without the calendar named at its end or beginning, and which that is."""
    for pattern in (rf"(?P<rest>.+?) ?(?<![a-z]){_CALENDAR}", rf"{_CALENDAR}:? (?P<rest>.+)"):
        if match := re.fullmatch(pattern, text):
            return match["rest"], "old" if match["old"] else "new"
    return text, None


def _typed(text: str) -> Typed | None:
    if (between := text.removeprefix("between ")) != text:
        return _between_or_span("between", between, " and | to ")
    for word, form in _WORDS.items():
        if (rest := text.removeprefix(word)) != text:
            point = read_point(rest)
            return None if point is None else Typed(form, point)
    if (point := read_point(text)) is not None:
        return Typed("point", point)
    return _between_or_span("span", text.removeprefix("from "), " (?:to|until|till|through) ")


_WORDS: dict[str, Form] = {
    "before ": "before",
    "after ": "after",
    "until ": "until",
    "till ": "until",
    "since ": "since",
}


def _between_or_span(form: Form, text: str, words: str) -> Typed | None:
    """Return the date with two ends that TEXT is, parted at one of WORDS (a pattern) or at a dash."""
    # "March 8–12, 1917" is turned round to "8 March – 12 March 1917".
    days = r"([a-z]{3,})\.? (\d{1,2}) ?(-|to|and) ?(\d{1,2}) (\d{3,4})"
    text = re.sub(rf"\A{days}\Z", r"\2 \1 \3 \4 \1 \5", text)
    for mark in [*re.finditer(words, text), *re.finditer(" ?- ?", text)]:
        first, last = text[: mark.start()], text[mark.end() :]
        end = read_point(_in_full(first, last)) if first else None
        start = None if end is None else _start(first, end)
        if start is not None:
            return Typed(form, start, end)
    return None


def _in_full(first: str, last: str) -> str:
    """Return LAST with the century of FIRST where they are years as in 1914–18; nothing where they run backwards."""
    year = re.fullmatch(r"(?:.*\D)?(\d{1,2})(\d\d)", first)
    if year is None or not re.fullmatch(r"\d{1,2}", last):
        return last
    return year[1] + last if len(last) == 2 and last > year[2] else ""


def _start(text: str, end: Written) -> Written | None:
    """Return the date of TEXT, which leaves out what it shares with END or not: "8", "8 March", "8 March 1917"."""
    for completed in _completed(text, end):
        if (point := read_point(completed)) is not None:
            return point
    return read_point(text)


def _completed(text: str, end: Written) -> Iterator[str]:
    month, year = MONTHS[end.month - 1].lower(), f"{end.year:04}"
    if end.precision == "day":
        yield f"{text} {month} {year}"
    if end.precision in {"day", "month"}:
        yield f"{text} {year}"
    if end.precision == "century":
        yield f"{text} century"
