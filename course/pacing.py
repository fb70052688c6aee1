"""On which days a study group meets, and which of them is at hand (RULES, section 8 "Ours"). Pure.

When something is due on such a day, `course.rules.due_instant` says.
"""

from collections.abc import Sequence
from datetime import date, timedelta

#: Days of the week as Python numbers them: Monday is 0.
WEEKDAYS = range(7)

WEEK = timedelta(weeks=1)


def meeting_days(start: date, weekday: int, count: int) -> list[date]:
    """Return the first COUNT days that are WEEKDAY, from START on, which is the first where it is one itself."""
    if weekday not in WEEKDAYS:
        raise ValueError(f"no day of the week: {weekday}")
    first = start + timedelta(days=(weekday - start.weekday()) % 7)
    return [first + n * WEEK for n in range(count)]


def current(days: Sequence[date], today: date) -> int | None:
    """Return which of DAYS, in order, is the first that has not passed TODAY (today has not); None if all have."""
    return next((at for at, day in enumerate(days) if day >= today), None)
