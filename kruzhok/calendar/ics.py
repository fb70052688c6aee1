"""The dates of a user in the format that calendars read (RFC 5545, with the properties of RFC 7986).

Moments are UTC, so that no table of summer time has to come along: a calendar shows them by its own clocks. A meeting
whose hour nobody said is a whole day; what is due, opens or closes is a moment without length, for the hour counts and
may lie on another day elsewhere. What is stored of no date is when this was made: the same dates give the same bytes.
Whether something is done is not told, for the address is read by a program of somebody else."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event
from icalendar.prop import vDuration

from course.base.words import _
from kruzhok.calendar.dates import MEETING, Dated
from kruzhok.calendar.words import what

#: The number of a change counts the seconds from here: it only grows, and it fits into 32 bits for long.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

#: How often a calendar may look again.
LOOK_AGAIN = timedelta(hours=4)

#: What no line of a calendar may hold.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def written(dates: Iterable[tuple[Dated, str]], *, name: str, site: str) -> bytes:
    """Return the calendar NAME of DATES, each with its whole address; SITE is what makes its idents its own."""
    calendar = Calendar()
    calendar.add("prodid", "-//Kruzhok//Kruzhok//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, _clean(name))
    refresh = vDuration(LOOK_AGAIN)
    refresh.params["VALUE"] = "DURATION"
    calendar.add("refresh-interval", refresh)
    calendar.add("x-published-ttl", f"PT{LOOK_AGAIN // timedelta(hours=1)}H")
    for dated, address in dates:
        calendar.add_component(_event(dated, address, site))
    body: bytes = calendar.to_ical()
    return body


def _event(dated: Dated, address: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"{dated.uid}@{site}")
    event.add("dtstamp", dated.changed_at)
    event.add("last-modified", dated.changed_at)
    event.add("sequence", sequence_of(dated))
    event.add("summary", _clean(_("Cancelled: {what}").format(what=what(dated)) if dated.cancelled else what(dated)))
    if dated.whole_day:
        event.add("dtstart", dated.day)
        event.add("dtend", dated.day + timedelta(days=1))
    else:
        event.add("dtstart", dated.moment.replace(microsecond=0))
        if dated.ends:
            event.add("dtend", dated.ends.replace(microsecond=0))
    if dated.where:
        event.add("location", _clean(dated.where))
    if dated.group:
        event.add("categories", [_clean(dated.group)])
        event.add("description", _clean(dated.group))
    event.add("url", address)
    event.add("status", "CANCELLED" if dated.cancelled else "CONFIRMED")
    takes_time = dated.kind == MEETING and not dated.whole_day and not dated.cancelled
    event.add("transp", "OPAQUE" if takes_time else "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def sequence_of(dated: Dated) -> int:
    """Return the number of the last change of DATED, which never falls."""
    return max(0, int((dated.changed_at - BEGINNING).total_seconds()))


def _clean(words: str) -> str:
    """Return WORDS on one line."""
    return " ".join(_CONTROLS.sub(" ", words).split())
