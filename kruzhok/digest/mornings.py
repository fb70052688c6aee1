"""When letters go: at seven in the morning where the reader is, each day or on Mondays. Pure.

One morning is one moment, and rounds part time without gap or overlap (from the one before to now), so that nobody gets
two letters or none on the day on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from course.users.models import DigestKind

HOUR = time(7)
MONDAY = 0
#: Zones differ by quarters of an hour; a round comes as often.
ROUND = timedelta(minutes=15)


class Morning(NamedTuple):
    """A day with a letter, and when its morning is (UTC)."""

    day: date
    at: datetime


def morning_of(day: date, zone: ZoneInfo) -> datetime | None:
    """Return when it is seven on DAY in ZONE, the first time where the clock shows it twice, and when the clock jumps
    where it jumps over it; None of a day that was left out, as on the date line."""
    at = datetime.combine(day, HOUR, zone).astimezone(UTC)
    return at if at.astimezone(zone).date() == day else None


def _mornings(kind: DigestKind, zone: ZoneInfo, now: datetime, step: int) -> Morning:
    day = now.astimezone(zone).date()
    while True:
        at = morning_of(day, zone) if kind is not DigestKind.weekly or day.weekday() == MONDAY else None
        if at is not None and (at <= now) == (step < 0):
            return Morning(day, at)
        day += timedelta(days=step)


def last_morning(kind: DigestKind, zone: ZoneInfo, now: datetime) -> Morning:
    """Return the last morning up to NOW on which a letter of KIND went; of none as of a daily one."""
    return _mornings(kind, zone, now, -1)


def next_morning(kind: DigestKind, zone: ZoneInfo, now: datetime) -> Morning:
    """Return the first morning after NOW on which a letter of KIND goes; of none as of a daily one."""
    return _mornings(kind, zone, now, 1)


def next_round(now: datetime) -> datetime:
    """Return the next full quarter of an hour after NOW."""
    return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0) + ROUND
