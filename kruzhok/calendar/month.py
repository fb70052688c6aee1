"""A month as a sheet of weeks: the dates of a user by the days of their own clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kruzhok.calendar.dates import Dated

#: Between these years there is a sheet for each month.
YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the sheet; of another month where it only fills up the week."""

    date: date
    is_of_month: bool
    is_today: bool
    dates: Sequence[Dated]


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, Monday first; the months before and after it; the next thing after it, if it is empty."""

    first: date
    weeks: Sequence[Sequence[Day]]
    before: date | None
    after: date | None
    today: date
    #: What comes next, counted from today or from the end of this month, whichever is later; None where nothing does.
    next: Dated | None

    @property
    def is_empty(self) -> bool:
        """Whether no day of it has anything."""
        return not any(day.dates for week in self.weeks for day in week if day.is_of_month)

    @property
    def signs(self) -> list[str]:
        """The shapes that stand beside something in it: of what is done, of what is late."""
        shown = [one for week in self.weeks for day in week for one in day.dates if not one.cancelled]
        late = any(one.task and one.task.late for one in shown)
        return [sign for sign, is_there in (("done", any(one.done for one in shown)), ("late", late)) if is_there]

    @property
    def is_this(self) -> bool:
        """Whether today is in it."""
        return (self.first.year, self.first.month) == (self.today.year, self.today.month)


def day_of(dated: Dated, zone: ZoneInfo) -> date:
    """Return the day DATED is on by the clocks of ZONE; a whole day is the same everywhere."""
    return dated.day if dated.whole_day else dated.moment.astimezone(zone).date()


def month_of(dates: Sequence[Dated], first: date, zone: ZoneInfo, now: datetime) -> Month:
    """Return the month that begins with the day FIRST, with those of DATES that are on its days in ZONE."""
    today = now.astimezone(zone).date()
    by_day: dict[date, list[Dated]] = {}
    for one in dates:
        by_day.setdefault(day_of(one, zone), []).append(one)
    after = _months_later(first, 1)
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start < after:
        days = [start + timedelta(days=n) for n in range(7)]
        weeks.append([Day(day, _same(day, first), day == today, by_day.get(day, ())) for day in days])
        start += timedelta(days=7)
    from_then = max(today, after)
    return Month(
        first,
        weeks,
        before=_known(_months_later(first, -1)),
        after=_known(after),
        today=today,
        next=next((one for one in dates if day_of(one, zone) >= from_then and not one.cancelled), None),
    )


def _same(day: date, first: date) -> bool:
    return (day.year, day.month) == (first.year, first.month)


def _known(first: date) -> date | None:
    return first if first.year in YEARS else None


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
