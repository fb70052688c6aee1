"""Dates as people say them: "meeting 3 + 2 days", "the next meeting", "Friday", "5 December 2026 18:00". Pure.

What is said is read into a `When`, which names a meeting and a number of days or a day, and `moment_of` alone makes a
moment of it. So a date that hangs on a meeting goes along wherever the meeting goes, and one that names a day stays.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from course.base.words import _, plural
from course.rules import INSTANT, due_instant, readings

#: No date is further from its meeting than this, in days.
MOST_DAYS = 366

#: The years in which a date can be.
YEARS = range(2000, 2101)

UNDERSTOOD = _(
    "Write a meeting (meeting 3, meeting 3 + 2 days, 1 day before meeting 4, next meeting) or a day"
    " (5 December 2026, 2026-12-05, Friday), with an hour if you like (18:00)."
)


class BadWhen(ValueError):
    """What was typed is no date, or none that can be. `str(error)` says why, in words for who typed it."""


class When(NamedTuple):
    """So many DAYS after the meeting of NUMBER, or on a DAY; at an hour, or else by the end of the day."""

    number: int | None = None
    days: int = 0
    day: date | None = None
    at: time | None = None


class Moment(NamedTuple):
    """The moment of a date, the day and (where one was named) the hour that it is in the group's zone, and what is to
    be known of it, if anything is."""

    at: datetime
    day: date
    told: str | None = None
    hour: str | None = None


MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HOUR = re.compile(r"[,\s]*\b(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?$", re.ASCII)
_MEETING = r"(?:the )?(?:(?P<next>next) meeting|meeting (?P<number>\d{1,4}))"
_COUNT = r"(?P<count>\d{1,4}|an?|one|the) ?(?P<unit>d|days?|w|weeks?)"
_FORMS = (
    re.compile(rf"{_MEETING}(?: ?(?P<sign>[+-]) ?{_COUNT})?", re.ASCII),
    re.compile(rf"{_COUNT} (?P<sign>after|before) {_MEETING}", re.ASCII),
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})", re.ASCII)
_NAMED = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?P<name>[a-z]{3,9})\.?,?(?: (?P<year>\d{4}))?", re.ASCII),
    re.compile(r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:, ?| )?(?P<year>\d{4})?", re.ASCII),
)
_WEEKDAY = re.compile(r"(?P<name>[a-z]{3,9})\.?", re.ASCII)
_AHEAD = re.compile(rf"in {_COUNT}", re.ASCII)


def read_when(typed: str, *, today: date, coming: int | None) -> When:
    """Return what TYPED says on the day TODAY of the group, whose next meeting is number COMING; raise BadWhen.

    The year may be left out: the day that comes first is meant. "Friday" is the next one after TODAY."""
    said = " ".join(typed.casefold().replace("\u2212", "-").replace("\u2013", "-").split()).rstrip(" .")
    said = re.sub(r"^(?:by|on|until|till|due|from) (?:the end of )?", "", said)
    whole = _read(said, today, coming)
    if whole is not None:
        return whole
    said, at = _without_hour(said)
    found = _read(re.sub(r"(,| at| -)$", "", said.strip()).strip(), today, coming) if at is not None else None
    if found is None:
        raise BadWhen(_("“{typed}” is not understood.").format(typed=_short(typed)) + " " + UNDERSTOOD)
    return found._replace(at=at)


def _short(typed: str) -> str:
    typed = " ".join(typed.split())
    return typed if len(typed) <= 60 else typed[:59] + "…"


def _without_hour(said: str) -> tuple[str, time | None]:
    """Return SAID without the hour at its end, and the hour; None where it names none."""
    found = _HOUR.search(said)
    if found is None or (found[2] is None and found[3] is None):
        return said, None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise BadWhen(_("There is no such hour: write it as 18:00, or 6 pm."))
        hour = hour % 12 + (12 if found[3].startswith("p") else 0)
    if hour > 23 or minute > 59:
        raise BadWhen(_("There is no such hour: they go from 0:00 to 23:59."))
    return said[: found.start()], time(hour, minute)


def _read(said: str, today: date, coming: int | None) -> When | None:
    for form in _FORMS:
        if found := form.fullmatch(said):
            return _by_meeting(found, coming)
    day = _day(said, today)
    if day is None:
        return None
    if day.year not in YEARS:
        raise BadWhen(_("Choose a day between {first} and {last}.").format(first=YEARS[0], last=YEARS[-1]))
    return When(day=day)


def _by_meeting(found: re.Match[str], coming: int | None) -> When:
    number = coming if found["next"] else int(found["number"])
    if number is None:
        raise BadWhen(_("There is no meeting to come: name a day."))
    days = _count(found) if found["count"] else 0
    return When(number, -days if found["sign"] in {"-", "before"} else days)


def _count(found: re.Match[str]) -> int:
    count = int(found["count"]) if found["count"].isdecimal() else 1
    days = count * 7 if found["unit"].startswith("w") else count
    if days > MOST_DAYS:
        raise BadWhen(_("{n} days at most lie between a meeting and a date.").format(n=MOST_DAYS))
    return days


def _day(said: str, today: date) -> date | None:
    """Return the day that SAID names, None where it names none."""
    if said in {"today", "tomorrow"}:
        return today + timedelta(days=said == "tomorrow")
    if found := _AHEAD.fullmatch(said):
        return today + timedelta(days=_count(found))
    said = _without_weekday(said)
    for form in (_ISO, _DOTTED):
        if found := form.fullmatch(said):
            return _existing(int(found["year"]), int(found["month"]), int(found["day"]))
    for form in _NAMED:
        found = form.fullmatch(said)
        if found and (month := _number(found["name"], MONTHS)):
            return _in_year(found["year"], month, int(found["day"]), today)
    found = _WEEKDAY.fullmatch(said)
    if found and (weekday := _number(found["name"], WEEKDAYS)):
        return today + timedelta(days=(weekday - 1 - today.weekday() - 1) % 7 + 1)
    return None


def _without_weekday(said: str) -> str:
    """Return SAID without the name of a weekday before a day of a month: "Friday 4 December"."""
    first, space, rest = said.partition(" ")
    return rest if space and _number(first.rstrip(",."), WEEKDAYS) else said


def _number(name: str, names: tuple[str, ...]) -> int | None:
    """Return which of NAMES begins with NAME, of three letters or more, from 1; None where none does."""
    return next((at for at, one in enumerate(names, 1) if len(name) >= 3 and one.startswith(name)), None)


def _in_year(year: str | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return _existing(int(year), month, day)
    # 29 February may be years ahead.
    for ahead in range(9):
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return _existing(today.year, month, day)


def _existing(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadWhen(_("There is no such day in the calendar.")) from None


def moment_of(when: When, days: Mapping[int, date | None], zone: ZoneInfo, *, opens: bool = False) -> Moment:
    """Return the moment of WHEN in ZONE, DAYS being number -> day of the group's meetings, None for a cancelled one.

    Without an hour it is the end of the day, its first moment where it OPENS something. An hour that the clocks show
    twice is the first of the two, and that is told. Raise BadWhen for a meeting that is not held, and for an hour that
    the clocks leave out."""
    day = _day_of(when, days)
    if when.at is None:
        return Moment(due_instant(day - timedelta(days=1), zone) + INSTANT if opens else due_instant(day, zone), day)
    wall = datetime.combine(day, when.at)
    there = [one for one in readings(wall, zone) if one.astimezone(zone).replace(tzinfo=None) == wall]
    told = {"hour": f"{when.at:%H:%M}", "day": in_words(day)}
    if not there:
        words = _("There is no {hour} on {day}: the clocks are put forward over it. Choose another hour.")
        raise BadWhen(words.format(**told))
    if there[0] == there[-1]:
        return Moment(there[0], day, hour=told["hour"])
    words = _("The clocks show {hour} twice on {day}, for they are put back: the first of the two is meant.")
    return Moment(min(there), day, words.format(**told), told["hour"])


def _day_of(when: When, days: Mapping[int, date | None]) -> date:
    if when.number is None:
        assert when.day is not None
        return when.day
    if when.number not in days:
        if not days:
            raise BadWhen(_("There are no meetings yet: name a day."))
        words = _("There is no meeting {n}: the last is meeting {last}.")
        raise BadWhen(words.format(n=when.number, last=max(days)))
    day = days[when.number]
    if day is None:
        words = _("Meeting {n} is cancelled: name another, or a day.")
        raise BadWhen(words.format(n=when.number))
    return day + timedelta(days=when.days)


def in_words(day: date) -> str:
    """Return DAY as it is written here: 5 December 2026."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def words_of(when: When) -> str:
    """Return WHEN in the words in which one types it; read again they mean the same."""
    if when.number is None:
        assert when.day is not None
        said = in_words(when.day)
    else:
        said = _("meeting {n}").format(n=when.number)
        if when.days:
            said += (" + " if when.days > 0 else " - ") + plural("{n} day", "{n} days", abs(when.days))
    return said if when.at is None else f"{said} {when.at:%H:%M}"


def when_of(moment: datetime, zone: ZoneInfo, *, opens: bool = False) -> When:
    """Return the WHEN of a day that means MOMENT in ZONE, to the minute."""
    there = moment.astimezone(zone)
    day = there.date()
    ends = due_instant(day - timedelta(days=1), zone) + INSTANT if opens else due_instant(day, zone)
    return When(day=day) if moment == ends else When(day=day, at=time(there.hour, there.minute))
