"""How much time is left, in words."""

from datetime import datetime, timedelta
from typing import NamedTuple

from course.base.words import _, plural

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class TimeLeft(NamedTuple):
    """Until when an attempt lasts, how many whole seconds are left, and that in words."""

    until: datetime
    seconds: int
    words: str

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.seconds <= 0


def time_left(until: datetime | None, now: datetime) -> TimeLeft | None:
    """Return how much time is left until UNTIL, None where there is no end."""
    if until is None:
        return None
    left = until - now
    return TimeLeft(until, max(left // timedelta(seconds=1), 0), in_words(left))


def in_words(left: timedelta) -> str:
    """Return "37 minutes left", rounded down, in the largest units that say something."""
    if left < MINUTE:
        return _("Less than a minute left")
    if left < 2 * HOUR:
        return plural("One minute left", "{n} minutes left", left // MINUTE)
    if left < 2 * DAY:
        return plural("One hour left", "{n} hours left", left // HOUR)
    return plural("One day left", "{n} days left", left // DAY)
