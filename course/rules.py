"""Which rule holds for one user at one activity, whose it is, and until when an attempt may last (RULES, section 6).

Moments are aware, limits are lengths of time. `None` as the value of a field says "none": no limit, no date, as many
attempts as one likes, open always. A field of which nobody says anything is none too.
"""

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

#: The fields of a rule, all of which can be excepted.
FIELDS = ("open", "due", "reply_due", "close", "time_limit", "attempts")

#: What the days of an accommodation move.
MOVED = frozenset({"due", "reply_due", "close"})

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)

Value = datetime | timedelta | int | None


class Level(enum.IntEnum):
    """Where a rule stands: the nearer to the user, the smaller."""

    user_exception = 1
    subgroup_exception = 2
    user_assignment = 3
    subgroup_assignment = 4
    group_assignment = 5
    quiz = 6
    course = 7


class Layer(NamedTuple):
    """What one rule says of one field of FIELDS; `whose` and `why` are words for people."""

    level: Level
    field: str
    value: Value
    whose: str
    why: str | None = None


class Resolved(NamedTuple):
    """What holds, and the layers that made it so (several where they say the same, none where nobody says anything)."""

    value: Any
    layers: tuple[Layer, ...]

    @property
    def level(self) -> Level | None:
        """Where the rule stands that holds; None where nobody says anything."""
        return self.layers[0].level if self.layers else None


@dataclass(frozen=True, slots=True)
class Accommodation:
    """What one user is always given: time limits times `factor` (1 or more), dates `days` later (0 or more)."""

    factor: Fraction = Fraction(1)
    days: int = 0


NO_ACCOMMODATION = Accommodation()


def resolve(layers: Iterable[Layer], field: str) -> Resolved:
    """Return what LAYERS, in any order, say of FIELD: the nearest level that says something.

    Several on that level combine in the user's favour: the earliest opening, else the latest or most, and none
    before all."""
    said = [layer for layer in layers if layer.field == field]
    if len(said) < 2:  # most often: nothing, or one thing
        return Resolved(said[0].value if said else None, tuple(said))
    nearest = min(layer.level for layer in said)
    said = [layer for layer in said if layer.level == nearest]
    values: list[Any] = [layer.value for layer in said]
    pick = min if field == "open" else max
    best = None if None in values else pick(values)
    return Resolved(best, tuple(layer for layer in said if layer.value == best))


def base_limit(layers: Iterable[Layer]) -> timedelta | None:
    """Return the time limit that LAYERS give to everybody: without exceptions, of subgroups too, or accommodation."""
    limit: timedelta | None = resolve(
        (one for one in layers if one.level > Level.subgroup_exception), "time_limit"
    ).value
    return limit


def own_limit(layers: Iterable[Layer], accommodation: Accommodation = NO_ACCOMMODATION) -> timedelta | None:
    """Return the time limit of the user whose LAYERS these are: with exceptions, and times the factor of ACCOMMODATION.

    What the factor makes is rounded up to the minute. A limit that the user's own exception set stays as it is."""
    resolved = resolve(layers, "time_limit")
    limit: timedelta | None = resolved.value
    if limit is None or resolved.level == Level.user_exception or accommodation.factor == 1:
        return limit
    return math.ceil(Fraction(limit // INSTANT, MINUTE // INSTANT) * accommodation.factor) * MINUTE


def own_date(layers: Iterable[Layer], field: str, accommodation: Accommodation, zone: ZoneInfo) -> datetime | None:
    """Return the moment of FIELD for the user whose LAYERS these are, None where there is none.

    The days of ACCOMMODATION move what is due or closes by calendar days of ZONE, which is the group's; they do not
    move what the user's own exception set, nor an opening."""
    resolved = resolve(layers, field)
    moment: datetime | None = resolved.value
    if moment is None or field not in MOVED or resolved.level == Level.user_exception:
        return moment
    return days_later(moment, accommodation.days, zone)


def days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment when the clocks of ZONE show the time of MOMENT again, DAYS calendar days later.

    Where summer time makes a clock show it twice, or jump over it, it is the later of the two that may be meant."""
    if days == 0:
        return moment
    return max(readings(moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days), zone))


def due_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return when something is due on DAY in ZONE: one microsecond before the next local midnight, the end of DAY.

    Where the clocks jump over that midnight it is one microsecond before they jump; where they go back over it, so that
    DAY goes on, it is before the second."""
    midnights = readings(datetime.combine(day + timedelta(days=1), time()), zone)
    ends = [midnight - INSTANT for midnight in midnights]
    return max(end for end in ends if end.astimezone(zone).date() <= day)


def readings(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the two moments, most often the same, that the naive time WALL may mean in ZONE. UTC."""
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


class Hour(NamedTuple):
    """What the clocks of a place show when it is that hour there: the MOMENT, and how many TIMES they show the hour.

    Where summer time lets them jump over it they show it 0 times, and the moment is when they have jumped; where they
    go back over it they show it twice, and the moment is the first of the two."""

    moment: datetime
    times: int


def hour_on(day: date, at: time, zone: ZoneInfo) -> Hour:
    """Return when it is AT (to the minute) on DAY in ZONE. The moment is in UTC."""
    wall = datetime.combine(day, at)
    for _minute in range(2 * 24 * 60):  # Samoa once left out a whole day
        first, second = readings(wall, zone)
        if first.astimezone(zone).replace(tzinfo=None) == wall:
            times = 0 if wall != datetime.combine(day, at) else 2 if first != second else 1
            return Hour(first, times)
        wall += MINUTE
    raise AssertionError("no clock jumps over two days")


def may_start(start: datetime, close: datetime | None, opens: datetime | None = None) -> bool:
    """Say whether an attempt may begin at START: not before it OPENS and until its CLOSE, both moments included."""
    return (opens is None or opens <= start) and (close is None or start <= close)


def minutes_one_will_have(
    start: datetime, base_limit: timedelta | None, own_limit: timedelta | None, close: datetime | None
) -> int | None:
    """Return how many whole minutes an attempt begun at START, which is allowed, will have; None for no end.

    It is what the start page says: rounded down, so that it promises nothing that is not kept."""
    end = deadline(start, base_limit, own_limit, close)
    return None if end is None else (end - start) // MINUTE


def deadline(
    start: datetime, base_limit: timedelta | None, own_limit: timedelta | None, close: datetime | None
) -> datetime | None:
    """Return until when an attempt begun at START, which was allowed, may last; None for ever.

    Who begins no later than one must who is to have the whole BASE_LIMIT before the CLOSE has their whole OWN_LIMIT,
    past the close if need be; who begins later ends where they would have, or at the close if that is later. Without an
    own limit the close is the end."""
    if own_limit is None:
        return close
    if close is None:
        return start + own_limit
    latest_full_start = close - (own_limit if base_limit is None else base_limit)
    return min(start + own_limit, max(close, latest_full_start + own_limit))
