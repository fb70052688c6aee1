"""On which days a group meets, and until when what is due on one of them may be done."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.pacing import WEEK, current, meeting_days
from course.rules import INSTANT, due_instant

DAYS = st.dates(date(1990, 1, 1), date(2080, 1, 1))
WEEKDAYS = st.integers(0, 6)
COUNTS = st.integers(1, 60)

#: Places whose clocks jump over a midnight, go back over one, or left out a whole day.
ZONES = st.sampled_from(
    ("America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Pacific/Apia", "Asia/Gaza", "Europe/Warsaw")
)


@given(DAYS, WEEKDAYS, COUNTS)
def test_meetings_are_on_their_weekday_a_week_apart_and_begin_within_a_week(start: date, weekday: int, count: int):
    days = meeting_days(start, weekday, count)
    assert len(days) == count
    assert {day.weekday() for day in days} == {weekday}
    assert timedelta(0) <= days[0] - start < WEEK
    assert all(later - earlier == WEEK for earlier, later in pairwise(days))


def test_the_day_of_the_start_is_the_first_meeting_where_it_is_that_weekday():
    assert meeting_days(date(2026, 12, 3), 3, 2) == [date(2026, 12, 3), date(2026, 12, 10)]
    assert meeting_days(date(2026, 12, 4), 3, 1) == [date(2026, 12, 10)]


def test_a_day_that_is_none_of_the_week_is_refused():
    with pytest.raises(ValueError, match="no day of the week"):
        meeting_days(date(2026, 12, 3), 7, 1)


@given(DAYS, WEEKDAYS, COUNTS, st.integers(-10, 500))
def test_the_meeting_at_hand_is_the_first_that_has_not_passed(start: date, weekday: int, count: int, later: int):
    days, today = meeting_days(start, weekday, count), start + timedelta(days=later)
    at = current(days, today)
    if at is None:
        assert days[-1] < today
    else:
        assert days[at] >= today
        assert all(day < today for day in days[:at])


@given(DAYS, WEEKDAYS, ZONES)
def test_what_is_due_at_meetings_is_due_ever_later_and_each_at_the_end_of_its_day(start: date, weekday: int, zone: str):
    place = ZoneInfo(zone)
    days = meeting_days(start, weekday, 30)
    ends = [due_instant(day, place) for day in days]
    assert ends == sorted(set(ends))
    for day, end in zip(days, ends, strict=True):
        assert end.astimezone(place).date() <= day < (end + INSTANT).astimezone(place).date()


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # 0:00 became 1:00
        ("Africa/Cairo", date(2026, 4, 23), datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 3, 28), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 10, 24), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # 24:00 became 23:00
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # there was no 30 December
    ],
)
def test_where_the_clocks_jump_at_midnight_the_day_ends_when_they_do(zone: str, day: date, end: datetime):
    assert due_instant(day, ZoneInfo(zone)) == end - INSTANT
