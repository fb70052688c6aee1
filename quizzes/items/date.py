"""A historical date, typed: a point, an uncertain one, or a span, in either calendar (RULES section 11)."""

import datetime
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, ValidationInfo, field_validator, model_validator

from course.base.words import _
from course.chronology import (
    PRECISIONS,
    BadDate,
    HistoricalDate,
    Precision,
    Written,
    as_written,
    days_in,
    in_words,
    old_style_in_words,
    parse_date,
    point_in_words,
    span_in_words,
)
from quizzes.date_scoring import (
    NOTHING,
    UNITS,
    Unit,
    Worth,
    interval,
    score_point,
    share_of_union,
    unit_of,
    widest,
    years_after,
    years_before,
)
from quizzes.items.common import (
    BLANK,
    BadResponse,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Words,
    check_known,
    clean_text,
    exactly,
    fault,
    one_value,
)
from quizzes.items.dates_typed import Calendar, Typed, read, written

CIRCA = 5  #: years to either side of an uncertain date, unless the item says otherwise


class Date(ItemData):
    """A question whose answer is a date; KEY is New Style, as `course.chronology.parse_date` reads it."""

    type: Literal["date"]
    key: Words
    between: bool = False
    old_style: Words | None = None
    old_style_place: bool = False
    circa: Annotated[int, Field(ge=1, le=1000)] = CIRCA
    tolerance: Annotated[int, Field(ge=0, le=10_000)] = 0
    coarse: Annotated[int | float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    ask_calendar: bool = False
    feedback: Words | None = None

    @field_validator("key")
    @classmethod
    def _is_a_date(cls, key: str) -> str:
        try:
            when = parse_date(key)
        except BadDate as error:
            if ": " in str(error):
                raise fault("{said}", said=str(error)) from None
            forms = _("'1917-11-07', '1917-11', '1917', '1640s', '17th century', 'c. 1642' or '1914..1918'")
            raise fault(_("{said}: write {forms}."), said=str(error).rstrip("."), forms=forms) from None
        if any(end.precision == "decade" and end.earliest.year % 100 == 0 for end in when.ends or (when,)):
            raise fault(
                _("A decade “{key}” is taken for a century: write its years, as '1900..1909' with `between: true`."),
                key=key,
            )
        return key

    @field_validator("old_style")
    @classmethod
    def _is_the_same_day(cls, old_style: str | None, info: ValidationInfo) -> str | None:
        if old_style is None or "key" not in info.data:
            return old_style
        when = parse_date(info.data["key"])
        if when.ends is not None or when.precision != "day":
            raise fault(_("The key is no single day: write `old_style_place: true` in the place of `old_style`."))
        try:
            parse_date(info.data["key"], old_style=old_style)
        except BadDate as error:
            raise fault("{said}", said=str(error)) from None
        return old_style

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Date":
        when = self.when
        if (message := _fault_of_ends(when, between=self.between)) is not None:
            raise fault(message)
        if self.circa != CIRCA and not self.is_uncertain:
            raise fault(_("The key is not uncertain, so `circa` does nothing: write 'c. ' before it, or drop `circa`."))
        if self.tolerance and self.is_span:
            raise fault(_("A span has no tolerance, what it shares with the answer counts: drop `tolerance`."))
        if self.ask_calendar and unit_of(when.precision) == "year":
            raise fault(_("A year is the same in both calendars: name a day or a month, or drop `ask_calendar`."))
        return self

    @property
    def when(self) -> HistoricalDate:
        """The key."""
        return _parsed(self.key, self.old_style)

    @property
    def is_uncertain(self) -> bool:
        """Whether the key is one moment that nobody knows exactly."""
        return self.between or self.when.circa

    @property
    def is_span(self) -> bool:
        """Whether the key says how long something lasted."""
        return self.when.ends is not None and not self.between

    @property
    def is_of_old_style(self) -> bool:
        """Whether those who were there dated by the Old Style."""
        return self.old_style_place or self.old_style is not None

    @property
    def offers_calendar(self) -> bool:
        """Whether the page lets the calendar be chosen."""
        return self.ask_calendar or self.is_of_old_style


@lru_cache(maxsize=1024)  # scoring asks for it several times over
def _parsed(key: str, old_style: str | None) -> HistoricalDate:
    return parse_date(key, old_style=old_style)


def _fault_of_ends(when: HistoricalDate, *, between: bool) -> str | None:
    """Return what is wrong with the ends of a key, each of which is a date."""
    if between and when.ends is None:
        return _("Between what and what: write the key as '1640..1650', or drop `between`.")
    if between and when.circa:
        return _("What lies between two dates is uncertain already: take 'c.' out of the key.")
    if between and when.precision == "month":
        return _("An uncertain date is counted in years or in days: name the days, as '1917-04-01..1917-06-30'.")
    if when.ends is not None and when.circa:
        return _("A span has two known ends: take 'c.' out of the key, or say `between: true` in its place.")
    return None


Data = Date
kind_words = _("A date")


class _Days(NamedTuple):
    """The first and the last day of a date, New Style."""

    first: datetime.date
    last: datetime.date


def shown(data: Date, rng: random.Random) -> list[str]:
    """Return nothing: there is nothing to put in order."""
    return []


def parse(data: Date, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"text": the date in its one form, "calendar": "new" or "old" if that was said}, None for a blank.

    Fields: the date under "", the calendar under `calendar`. A day that was in no calendar it may be of is refused."""
    sent, chosen = one_value(raw), one_value(raw, "calendar")
    if chosen is not None:
        check_known(chosen, ("new", "old"))
    text = None if sent is None else clean_text(sent)
    if not text:
        return None
    typed = read(text)
    if chosen and typed.calendar and chosen != typed.calendar:
        raise BadResponse(_("The date says one calendar, and the choice beside it the other. Mend one of them."))
    calendar: str | None = typed.calendar or chosen
    try:
        _readings(data, typed, calendar)
    except BadDate as error:
        raise BadResponse(str(error)) from None
    return {"text": written(typed)} | ({"calendar": calendar} if calendar else {})


def score(data: Date, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the score by RULES section 11: of the calendars in which the response may be read, the better counts."""
    if response is None:
        return BLANK
    typed, said = read(response["text"]), response.get("calendar")
    readings = _readings(data, typed, said)
    worths = {calendar: _worth(data, typed, days) for calendar, days in readings.items()}
    best = max(worths, key=lambda calendar: worths[calendar].score)  # the New Style if both are worth the same
    notes = _notes(data, typed, worths[best])
    if best == "old" and said is None and worths[best].score:
        notes = [_explained(typed, readings[best]), *notes]
    wrong = (data.feedback,) if data.feedback and worths[best].score < 1 else ()
    return Scored(worths[best].score, wrong, note=" ".join(notes) or None)


def is_complete(data: Date, response: Response | None) -> bool:
    """Say whether there is a date, and a calendar where that is asked for."""
    return response is not None and not (data.ask_calendar and "calendar" not in response)


def says(data: Date, response: Response | None) -> list[str]:
    """Return the date in the form it was kept in, which is plain words, and the calendar if it was said."""
    return [] if response is None else [_said(response["text"], response.get("calendar"))]


def key_says(data: Date) -> list[str]:
    """Return the key, in both calendars where both are known."""
    old_style = old_style_in_words(data.when)
    if old_style is None:
        return [_said(key_text(data), "new" if data.ask_calendar else None)]
    message = _("{new} in the New Style, {old} in the Old Style")
    return [message.format(new=key_text(data), old=old_style)]


def key_text(data: Date) -> str:
    """Return the key (New Style) as somebody types it who knows."""
    when = data.when
    if data.between and when.ends is not None:
        first, last = when.ends
        return written(Typed("between", as_written(first), as_written(last)))
    return in_words(when)


def _said(text: str, calendar: str | None) -> str:
    words = {"new": _("{date} (New Style)"), "old": _("{date} (Old Style)")}
    return words[calendar].format(date=text) if calendar else text


def _readings(data: Date, typed: Typed, said: str | None) -> Mapping[Calendar, _Days]:
    """Return the days of TYPED in each calendar in which it may be read; raise BadDate if they are in none of these.

    Without a word on it that is the New Style, and besides the Old Style where that was in use and is not asked for."""
    calendars: list[Calendar] = ["old" if said == "old" else "new"]
    if said is None and data.is_of_old_style and not data.ask_calendar:
        calendars.append("old")
    found: dict[Calendar, _Days] = {}
    problems = []
    for calendar in calendars:
        try:
            found[calendar] = _days(typed, calendar)
        except BadDate as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return found


def _days(typed: Typed, calendar: Calendar) -> _Days:
    first, last = days_in(typed.first, old_style=calendar == "old")
    if typed.last is not None:
        _start, last = days_in(typed.last, old_style=calendar == "old")
    if last < first:
        raise BadDate(_("The end comes before the beginning. Write the earlier date first."))
    return _Days(first, last)


def _worth(data: Date, typed: Typed, days: _Days) -> Worth:
    if typed.form not in {"point", "span", "between"}:
        return Worth(NOTHING)  # an open end is no date: it holds the key with all that ever was, or lies beside it
    when = data.when
    if data.is_span:
        return _worth_of_span(data, typed, days)
    uncertain, unit = data.is_uncertain, _unit(data)
    key = _Days(when.earliest, when.latest)
    if uncertain:
        key = _widened(key, data.circa, when, when)
        days = _widened(days, data.circa, typed.first, typed.last or typed.first)
    return score_point(
        interval(*days, unit),
        interval(*key, unit),
        limit=widest(when.precision, unit, uncertain=uncertain),
        coarse=exactly(data.coarse),
        tolerance=data.tolerance,
        uncertain=uncertain,
    )


def _unit(data: Date) -> Unit:
    """Return what a key that is one moment is counted in: years where it is uncertain and names no days."""
    unit = unit_of(data.when.precision)
    return "year" if data.is_uncertain and unit == "month" else unit


def _widened(days: _Days, circa: int, first: Written | HistoricalDate, last: Written | HistoricalDate) -> _Days:
    """Return DAYS with CIRCA years more at each of the ends, FIRST and LAST, that is uncertain."""
    return _Days(
        years_before(days.first, circa) if first.circa else days.first,
        years_after(days.last, circa) if last.circa else days.last,
    )


def _worth_of_span(data: Date, typed: Typed, days: _Days) -> Worth:
    """Return what both have in common of all that either covers, in the coarser unit of the two."""
    units = [unit_of(data.when.precision), unit_of(_precision(typed))]
    unit = max(units, key=UNITS.index)
    share = share_of_union(interval(*days, unit), interval(data.when.earliest, data.when.latest, unit))
    is_coarse = unit != units[0]
    return Worth(share * exactly(data.coarse) if is_coarse else share, is_coarse)


def _precision(typed: Typed) -> Precision:
    return max(typed.first.precision, (typed.last or typed.first).precision, key=PRECISIONS.index)


def _notes(data: Date, typed: Typed, worth: Worth) -> list[str]:
    """Return what is to be said of a date that is less exact than the key, or more uncertain."""
    notes = []
    if worth.coarse and worth.score:
        whole = worth.score == exactly(data.coarse)
        notes.append(_("Right, but not as exact as asked.") if whole else _("Not as exact as asked."))
    if (typed.first.circa or (typed.last and typed.last.circa)) and not data.is_uncertain:
        notes.append(_("“Circa” was left aside: the date asked for is not an uncertain one."))
    return notes


def _explained(typed: Typed, days: _Days) -> str:
    """Return what TYPED, read as Old Style, is in the New: DAYS."""
    first, last = (Written("day", day.year, day.month, day.day) for day in days)
    new = point_in_words(first) if first == last else span_in_words(first, last)
    if typed.last is None and first == last and typed.first.year == first.year:
        new = new.removesuffix(f" {first.year}")
    message = _("Read as Old Style: {old} is {new} in the New Style.")
    return message.format(old=written(typed), new=new)
