"""What a method made of an answer that was typed: a few words, a number, a date."""

import datetime
from fractions import Fraction
from typing import NamedTuple

from course.base.words import _, plural
from course.chronology import PRECISIONS, BadDate, HistoricalDate, Written, days_in
from quizzes.date_scoring import UNITS, Interval, Unit, interval, share_of_union, unit_of, years_after, years_before
from quizzes.explaining.arithmetic import equals, said
from quizzes.items import Names, Response
from quizzes.items import date as dates
from quizzes.items import numeric as numbers
from quizzes.items import short as few_words
from quizzes.items.common import as_markdown, exactly, pick
from quizzes.items.date import Date
from quizzes.items.dates_typed import Typed, read
from quizzes.items.numerals import canonical_of, for_people
from quizzes.items.numeric import NumericAnswer, Quantity
from quizzes.items.short import TypedText
from quizzes.items.spelling import fits, fold, pattern, readable


def short(data: TypedText, response: Response, *, names: Names) -> list[str]:
    """Say which answer the response fits, and how."""
    scored, typed = few_words.score(data, response, names=names), fold(response["text"])
    facts = {"words": as_markdown(response["text"]), "share": said(scored.score)}
    for answer in data.answers:
        if exactly(answer.score) == scored.score and fits(pattern(answer.text), typed):
            words = _("“{words}” fits the answer “{answer}”: {share}")
            return [words.format(answer=as_markdown(readable(answer.text)), **facts)]
    if scored.note is not None:
        return [_("“{words}”: {share}. {note}").format(note=scored.note, **facts)]
    if scored.score:
        return [_("“{words}” is another spelling of an answer: {share}").format(**facts)]
    return [_("“{words}” fits no answer that is worth anything: 0").format(**facts)]


def numeric(data: Quantity, response: Response, *, names: Names) -> list[str]:
    """Say which number the response is near enough to."""
    words = numbers.says(data, response)[0]
    given, lines = Fraction(response["number"]), []
    if "unit" in response:
        unit = pick(response["unit"], data.units, lambda one: one.ident)
        given *= exactly(unit.factor)
        if unit is not data.units[0]:
            lines.append(_("{words} are {number}").format(words=words, number=_number(data, float(given))))
    fitting = [answer for answer in data.answers if abs(given - exactly(answer.value)) <= answer.margin]
    if not fitting:
        return [*lines, _("{words} is not near enough to any number that is worth something: 0").format(words=words)]
    best = max(fitting, key=lambda answer: answer.score)
    lines.append(_near(data, best, words))
    if data.asks_unit and "unit" not in response:
        share = exactly(numbers.WITHOUT_UNIT if data.without_unit is None else data.without_unit)
        worth = exactly(best.score) * share
        lines.append(_("No unit was given: {reckoned}").format(reckoned=equals(f"{best.score} × {said(share)}", worth)))
    return lines


def _near(data: Quantity, answer: NumericAnswer, words: str) -> str:
    facts = {"words": words, "number": _number(data, answer.value), "share": said(exactly(answer.score))}
    if not answer.margin:
        return _("{words} is the number {number}: {share}").format(**facts)
    margin = as_markdown(for_people(canonical_of(float(answer.margin))))
    return _("{words} is within {margin} of {number}: {share}").format(margin=margin, **facts)


def _number(data: Quantity, number: float) -> str:
    unit = data.units[0].text if data.units else ""
    return as_markdown(f"{for_people(canonical_of(number))} {unit}")


def date(data: Date, response: Response, *, names: Names) -> list[str]:
    """Say how near the response is to the key."""
    how = how_near(data, response)
    note = dates.score(data, response).note
    line = _("{date} {words}").format(date=as_markdown(dates.says(data, response)[0]), words=how.words)
    return [line, *([note] if note else [])]


class Near(NamedTuple):
    """How near a date is to the key, in words that go on after it, and what that is worth."""

    words: str
    worth: Fraction


class _Compared(NamedTuple):
    """A response and the key as intervals of one unit."""

    given: Interval
    key: Interval
    unit: Unit


def how_near(data: Date, response: Response) -> Near:
    """Return how near RESPONSE is to the key, read in the calendar in which it counts."""
    typed, calendar = read(response["text"]), _calendar(data, response)
    worth = dates.score(data, response).score
    if typed.form not in {"point", "span", "between"}:
        return Near(_("has an open end, which is no date: 0"), Fraction(0))
    compared = _compared(data, typed, old_style=calendar == "old")
    return _of_span(data, compared, worth) if data.is_span else _of_point(data, compared, worth)


def _calendar(data: Date, response: Response) -> str:
    """Return the calendar in which RESPONSE counts: that which was said, else the better one."""
    if "calendar" in response:
        return str(response["calendar"])
    worths = {}
    for calendar in ("new", "old") if data.is_of_old_style and not data.ask_calendar else ("new",):
        try:
            worths[calendar] = dates.score(data, response | {"calendar": calendar}).score
        except BadDate:  # that calendar lacks the day
            continue
    return max(worths, key=worths.__getitem__)


def _compared(data: Date, typed: Typed, *, old_style: bool) -> _Compared:
    first, last = typed.first, typed.last or typed.first
    start, end = days_in(first, old_style=old_style)[0], days_in(last, old_style=old_style)[1]
    when = data.when
    unit = unit_of(when.precision)
    if data.is_span:
        precision = max(first.precision, last.precision, key=PRECISIONS.index)
        unit = max(unit, unit_of(precision), key=UNITS.index)
    key = (when.earliest, when.latest)
    if data.is_uncertain:
        unit = "year" if unit == "month" else unit
        key = _widened(key, data.circa, when, when)
        start, end = _widened((start, end), data.circa, first, last)
    return _Compared(interval(start, end, unit), interval(*key, unit), unit)


def _widened(
    days: tuple[datetime.date, datetime.date],
    circa: int,
    first: Written | HistoricalDate,
    last: Written | HistoricalDate,
) -> tuple[datetime.date, datetime.date]:
    start, end = days
    return years_before(start, circa) if first.circa else start, years_after(end, circa) if last.circa else end


def _of_span(data: Date, compared: _Compared, worth: Fraction) -> Near:
    given, key, unit = compared
    common = share_of_union(given, key)
    if not common:
        return Near(_("has nothing in common with the key: 0"), common)
    words = _in_common(given, key, unit)
    if worth == common:
        return Near(_("has {words}").format(words=equals(words, common)), worth)
    coarse = said(exactly(data.coarse))
    reckoned = equals(f"{said(common)} × {coarse}", common * exactly(data.coarse))
    return Near(_("has {words}, and is less exact: {reckoned}").format(words=words, reckoned=reckoned), worth)


def _of_point(data: Date, compared: _Compared, worth: Fraction) -> Near:
    given, key, unit = compared
    if worth == 1 and share_of_union(given, key):
        return Near(_("agrees with the key: 1"), worth)
    if given.first <= key.first and key.last <= given.last:
        far = _("holds the key, but is far less exact: 0")
        near = _("holds the key, and is less exact: {share}").format(share=said(worth))
        return Near(near if worth else far, worth)
    if common := share_of_union(given, key):
        return Near(_("has {words}").format(words=equals(_in_common(given, key, unit), common)), common)
    gap = max(given.first - key.last, key.first - given.last)
    away = plural(*_UNITS[unit], gap)
    if not data.tolerance:
        return Near(_("is {away} away from the key: 0").format(away=away), worth)
    share = max(Fraction(0), 1 - Fraction(gap, data.tolerance + 1))
    reckoned = equals(f"1 − {gap} / {data.tolerance + 1}", share) if share else "0"
    return Near(_("is {away} away from the key: {reckoned}").format(away=away, reckoned=reckoned), share)


def _in_common(given: Interval, key: Interval, unit: Unit) -> str:
    """Return "4 of 5 years in common with the key: 4 / 5"."""
    overlap = min(given.last, key.last) - max(given.first, key.first) + 1
    union = given.width + key.width - overlap
    covered = plural(*_UNITS[unit], union)
    words = _("{n} of {covered} in common with the key: {n} / {all}")
    return words.format(n=overlap, covered=covered, all=union)


_UNITS: dict[Unit, tuple[str, str]] = {
    "day": (_("one day"), _("{n} days")),
    "month": (_("one month"), _("{n} months")),
    "year": (_("one year"), _("{n} years")),
}
