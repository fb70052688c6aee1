"""How a date is said: on a page, in a feed, in a letter."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time

from course.base.words import _
from kruzhok.calendar.dates import CLOSES, DUE, MEETING, OPENS, REPLIES, Dated

LOCALE = "en_GB"

_WHAT = {
    OPENS: _("Opens: {title}"),
    DUE: _("Due: {title}"),
    REPLIES: _("Replies due: {title}"),
    CLOSES: _("Closes: {title}"),
}
_WHEN = {MEETING: "{clock}", OPENS: _("from {clock}"), DUE: _("by {clock}"), REPLIES: _("by {clock}"),
         CLOSES: _("until {clock}")}  # fmt: skip


def what(dated: Dated) -> str:
    """Return "Meeting 3: July Days", "Due: July Days"."""
    if dated.kind == MEETING:
        named = _("Meeting {n}: {title}") if dated.title else _("Meeting {n}")
        return named.format(n=dated.number, title=dated.title)
    return _WHAT[dated.kind].format(title=dated.title)


def when(dated: Dated, zone: ZoneInfo) -> str:
    """Return "18:30 to 20:00", "by 23:59" by the clocks of ZONE; nothing where nobody said an hour."""
    if dated.whole_day:
        return ""
    said = _WHEN[dated.kind].format(clock=_clock(dated.moment, zone))
    return _("{begins} to {ends}").format(begins=said, ends=_clock(dated.ends, zone)) if dated.ends else said


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return str(format_time(moment, "HH:mm", tzinfo=zone, locale=LOCALE))
