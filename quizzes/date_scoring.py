"""How near one historical date is to another: the formulas of RULES section 11, on closed intervals of whole units."""

from datetime import MAXYEAR, date
from fractions import Fraction
from typing import Literal, NamedTuple

from course.chronology import Precision

Unit = Literal["day", "month", "year"]

UNITS: tuple[Unit, ...] = ("day", "month", "year")  # from the finest

NOTHING, ALL = Fraction(0), Fraction(1)

#: The longest that a leap year, and a hundred years in a row, may be in each unit.
YEAR: dict[Unit, int] = {"day": 366, "month": 12, "year": 1}
CENTURY: dict[Unit, int] = {"day": 36525, "month": 1200, "year": 100}


class Interval(NamedTuple):
    """From one day, month or year to another, both within it, counted from some beginning that all share."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """How many units there are in it."""
        return self.last - self.first + 1


class Worth(NamedTuple):
    """A score from 0 to 1; `coarse` where what was said is less exact than what was asked, and yet counts."""

    score: Fraction
    coarse: bool = False


def unit_of(precision: Precision) -> Unit:
    """Return the unit in which a date of PRECISION is counted: decades and centuries are counted in years."""
    return precision if precision in {"day", "month"} else "year"


def interval(first: date, last: date, unit: Unit) -> Interval:
    """Return the units from FIRST to LAST; one of which only a part lies between them is in it."""
    return Interval(_number(first, unit), _number(last, unit))


def years_before(day: date, years: int) -> date:
    """Return the same day YEARS earlier, or the first of all days where that is out of the calendar."""
    return date.min if day.year <= years else _in_year(day, day.year - years)


def years_after(day: date, years: int) -> date:
    """Return the same day YEARS later, or the last of all days where that is out of the calendar."""
    return date.max if day.year + years > MAXYEAR else _in_year(day, day.year + years)


def widest(precision: Precision, unit: Unit, *, uncertain: bool) -> int:
    """Return how wide a date may be that holds the key and yet counts as coarse: in units of the key, 0 for none.

    A year for a day or a month; a decade for a year; a century for a decade, and for an UNCERTAIN key in any unit."""
    if uncertain:
        return CENTURY[unit]
    return {"day": YEAR["day"], "month": YEAR["month"], "year": 10, "decade": 100, "century": 0}[precision]


def score_point(
    given: Interval, key: Interval, *, limit: int, coarse: Fraction, tolerance: int = 0, uncertain: bool = False
) -> Worth:
    """Return what GIVEN is worth for a KEY that is one moment, known as exactly as its interval says.

    LIMIT is how wide a date may be that holds the key and is worth COARSE (`widest`); TOLERANCE is how many units off
    already count nothing, less one."""
    if key.first <= given.first and given.last <= key.last:
        return Worth(ALL)
    if uncertain and given.width <= key.width and 2 * key.first <= given.first + given.last <= 2 * key.last:
        return Worth(ALL)
    if given.first <= key.first and key.last <= given.last:
        return Worth(coarse, coarse=True) if given.width <= limit else Worth(NOTHING)
    if (share := share_of_union(given, key)) > 0:
        return Worth(share)
    gap = max(given.first - key.last, key.first - given.last)
    return Worth(max(NOTHING, 1 - Fraction(gap, tolerance + 1)))


def share_of_union(given: Interval, key: Interval) -> Fraction:
    """Return |overlap| / |union| of the two, which is 0 for what has nothing in common (Jaccard's index)."""
    overlap = max(0, min(given.last, key.last) - max(given.first, key.first) + 1)
    return Fraction(overlap, given.width + key.width - overlap)


def _number(day: date, unit: Unit) -> int:
    match unit:
        case "day":
            return day.toordinal()
        case "month":
            return 12 * day.year + day.month
        case "year":
            return day.year


def _in_year(day: date, year: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(year, 2, 28) if is_leap_day else day.replace(year=year)
