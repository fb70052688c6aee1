"""When letters go: once on each day that there is, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.users.models import DigestKind
from kruzhok.digest.mornings import ROUND, last_morning, morning_of, next_morning, next_round

LONDON, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")

#: Where clocks change by an hour, on other days, and by half an hour; forward and back.
CHANGES = [
    (LONDON, date(2027, 3, 28)),
    (LONDON, date(2026, 10, 25)),
    (NEW_YORK, date(2027, 3, 14)),
    (NEW_YORK, date(2026, 11, 1)),
    (LORD_HOWE, date(2026, 10, 4)),
    (LORD_HOWE, date(2027, 4, 4)),
]

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(["Europe/London", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"])


def letters(zone: ZoneInfo, kind: DigestKind, begins: datetime, ends: datetime) -> list[date]:
    """Return the days of the letters that rounds from BEGINS to ENDS make."""
    days, since = [], begins
    while since < ends:
        until = next_round(since)
        morning = last_morning(kind, zone, until)
        if since < morning.at <= until:
            days.append(morning.day)
        since = until
    return days


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_nobody_gets_two_letters_or_none_on_the_day_on_which_clocks_change(zone: ZoneInfo, day: date) -> None:
    begins = datetime.combine(day - timedelta(days=1), time(12), zone).astimezone(UTC)
    days = letters(zone, DigestKind.daily, begins, begins + timedelta(days=3))
    assert days == [day, day + timedelta(days=1), day + timedelta(days=2)]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_in_the_week_of_that_day_there_is_one_weekly_letter(zone: ZoneInfo, day: date) -> None:
    begins = datetime.combine(day - timedelta(days=3), time(12), zone).astimezone(UTC)
    (monday,) = letters(zone, DigestKind.weekly, begins, begins + timedelta(days=7))
    assert (monday - day).days in range(8)
    assert monday.weekday() == 0


@given(now=moments, name=zones)
def test_the_morning_before_and_the_one_after_are_a_day_apart_and_at_seven(now: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    last, following = (morning(DigestKind.daily, zone, now) for morning in (last_morning, next_morning))
    assert last.at <= now < following.at
    assert (following.day - last.day).days == 1
    assert last.at.astimezone(zone).time() == following.at.astimezone(zone).time() == time(7)


@given(now=moments, name=zones)
def test_a_weekly_letter_goes_on_mondays(now: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    last, following = (morning(DigestKind.weekly, zone, now) for morning in (last_morning, next_morning))
    assert last.at <= now < following.at
    assert (following.day - last.day).days == 7
    assert last.day.weekday() == 0


@given(now=moments)
def test_the_next_round_is_at_a_full_quarter(now: datetime) -> None:
    assert timedelta() < next_round(now) - now <= ROUND
    assert next_round(now).minute % 15 == next_round(now).second == 0


def test_a_day_that_was_left_out_has_no_morning_and_no_letter() -> None:
    apia = ZoneInfo("Pacific/Apia")  # it went over the date line: there was no 30 December 2011
    assert morning_of(date(2011, 12, 30), apia) is None
    begins = datetime(2011, 12, 29, 12, tzinfo=apia).astimezone(UTC)
    assert letters(apia, DigestKind.daily, begins, begins + timedelta(days=1)) == [date(2011, 12, 31)]
