"""What review will take in the next two weeks, day by day, and on which of these days one meets."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.users.models import User
from kruzhok.calendar.dates import MEETING, Dated, dates_of
from kruzhok.review.needs import needs_of
from kruzhok.review.plan import load_of


class Day(NamedTuple):
    """A day, the minutes of review it takes, and the meetings on it. The bar of the day is `high` of HIGHEST."""

    day: date
    minutes: int
    meetings: Sequence[Dated]
    high: int


class Load(NamedTuple):
    """The days ahead, today first; what somebody set for a day is `set_high` of HIGHEST."""

    days: Sequence[Day]
    set_minutes: int
    set_high: int

    @property
    def minutes(self) -> int:
        """What all of it takes."""
        return sum(one.minutes for one in self.days)

    @property
    def meetings(self) -> Sequence[Dated]:
        """The meetings, in order."""
        return [meeting for one in self.days for meeting in one.meetings]


#: How high the drawing is, in its own units.
HIGHEST = 60


def load_ahead(session: Session, user: User, now: datetime, closed: Collection[int]) -> Load:
    """Return what review takes of USER in the days ahead, over all their courses, without what is withheld (CLOSED)."""
    zone = ZoneInfo(user.zone)
    dates = dates_of(session, user, now, with_changes=False)
    said = load_of(session, user, needs_of(session, user, dates, now), now, closed)
    return drawn(said, user.review_minutes, _meetings(dates, zone))


def drawn(said: Sequence[tuple[date, int]], set_minutes: int, meetings: Mapping[date, Sequence[Dated]]) -> Load:
    """Return the minutes SAID of each day as they are drawn: the most of them, or what was set, fills the height."""
    most = max(set_minutes, 1, *(minutes for _day, minutes in said)) if said else 1
    days = [Day(day, minutes, meetings.get(day, ()), -(-HIGHEST * minutes // most)) for day, minutes in said]
    return Load(days, set_minutes, HIGHEST * set_minutes // most)


def _meetings(dates: Sequence[Dated], zone: ZoneInfo) -> dict[date, list[Dated]]:
    """Return day -> the meetings of DATES that are held on it, by the clocks of ZONE."""
    found: dict[date, list[Dated]] = {}
    for dated in dates:
        if dated.kind == MEETING and not dated.cancelled:
            day = dated.day if dated.whole_day else dated.moment.astimezone(zone).date()
            found.setdefault(day, []).append(dated)
    return found
