"""The effective rules of one user: the golden rows of RULES, section 6, and what must hold whatever is said."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.rules import (
    FIELDS,
    Accommodation,
    Layer,
    Level,
    base_limit,
    days_later,
    deadline,
    due_instant,
    hour_on,
    may_start,
    minutes_one_will_have,
    own_date,
    own_limit,
    resolve,
)

BERLIN = ZoneInfo("Europe/Berlin")


def at(clock: str) -> datetime:
    """Return the moment of CLOCK on the day of the examples."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, 22, int(hour), int(minute), tzinfo=UTC)


def minutes(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)


def says(level: Level, field: str, value: object, whose: str = "") -> Layer:
    return Layer(level, field, value, whose or level.name)  # type: ignore[arg-type]


def limited(quiz: int | None, *, own: int | None = None) -> list[Layer]:
    """Return the layers of a quiz of so many minutes, and of so many for the user."""
    layers = [says(Level.quiz, "time_limit", minutes(quiz))]
    return layers if own is None else [*layers, says(Level.user_exception, "time_limit", minutes(own))]


GOLDEN = [
    # quiz's limit, user's limit, factor, close, start, deadline
    (60, None, 2, "11:00", "10:00", "12:00"),
    (60, None, 2, "11:00", "10:30", "12:00"),
    (60, None, 2, "11:00", "9:00", "11:00"),
    (60, None, 2, "11:00", "10:59", "12:00"),
    (60, None, 2, None, "10:00", "12:00"),
    (None, None, 2, "11:00", "10:00", "11:00"),
    (None, None, 1, None, "10:00", None),
    (60, None, 1, "11:00", "10:30", "11:00"),
    (60, None, 1, "11:00", "10:59", "11:00"),
    (60, 90, 1, "11:00", "10:00", "11:30"),
    (60, 90, 2, "11:00", "10:00", "11:30"),
    (60, None, 2, "12:00", "11:30", "13:00"),
    # where nobody else has a limit, one's own may not run past the close
    (None, 90, 1, "11:00", "9:00", "10:30"),
    (None, 90, 1, "11:00", "10:00", "11:00"),
    # a shorter one is shorter
    (60, 30, 1, "11:00", "10:00", "10:30"),
    (60, 30, 1, "11:00", "10:45", "11:00"),
]


@pytest.mark.parametrize(("quiz", "own", "factor", "close", "start", "end"), GOLDEN)
def test_the_deadline_of_an_attempt(
    quiz: int | None, own: int | None, factor: int, close: str | None, start: str, end: str | None
) -> None:
    layers = limited(quiz, own=own)
    closes = at(close) if close else None
    assert may_start(at(start), closes)
    found = deadline(at(start), base_limit(layers), own_limit(layers, Accommodation(Fraction(factor))), closes)
    assert found == (at(end) if end else None)


@pytest.mark.parametrize(
    ("quiz", "factor", "close", "start", "have"),
    [(60, 1, "11:00", "10:59", 1), (60, 1, "11:00", "10:30", 30), (60, 2, "11:00", "10:59", 61),
     (60, 1, None, "9:00", 60), (None, 1, "11:00", "9:00", 120),
     (None, 1, None, "9:00", None),
     (60, 1, "11:00", "11:00", 0)],
)  # fmt: skip
def test_the_start_page_says_how_many_minutes_one_will_have(
    quiz: int | None, factor: int, close: str | None, start: str, have: int | None
) -> None:
    layers = limited(quiz)
    own = own_limit(layers, Accommodation(Fraction(factor)))
    assert minutes_one_will_have(at(start), base_limit(layers), own, at(close) if close else None) == have


def test_a_minute_that_has_begun_is_not_promised() -> None:
    start = at("10:58") + timedelta(seconds=1)
    assert minutes_one_will_have(start, minutes(60), minutes(60), at("11:00")) == 1


def test_one_may_start_until_the_close() -> None:
    assert may_start(at("10:59"), at("11:00"))
    assert may_start(at("11:00"), at("11:00"))
    assert not may_start(at("11:01"), at("11:00"))
    assert may_start(at("11:01"), None)


def test_one_may_start_from_the_opening() -> None:
    assert not may_start(at("8:59"), None, at("9:00"))
    assert may_start(at("9:00"), at("11:00"), at("9:00"))


@pytest.mark.parametrize(
    ("limit", "factor", "own"),
    [(25, Fraction(3, 2), 38), (60, Fraction(2), 120), (60, Fraction("1.1"), 66), (1, Fraction("1.01"), 2),
     (25, Fraction(1), 25)],
)  # fmt: skip
def test_a_factor_rounds_up_to_the_minute(limit: int, factor: Fraction, own: int) -> None:
    assert own_limit(limited(limit), Accommodation(factor)) == minutes(own)


def test_a_factor_leaves_the_limit_of_an_exception_of_the_user() -> None:
    assert own_limit(limited(60, own=90), Accommodation(Fraction(2))) == minutes(90)
    assert base_limit(limited(60, own=90)) == minutes(60)


def test_a_factor_works_on_the_limit_of_a_subgroup_which_is_nobodys_base() -> None:
    layers = [*limited(60), says(Level.subgroup_exception, "time_limit", minutes(70))]
    assert own_limit(layers, Accommodation(Fraction(2))) == minutes(140)
    assert base_limit(layers) == minutes(60)


def test_an_exception_may_lift_the_limit() -> None:
    layers = [*limited(60), says(Level.user_exception, "time_limit", None)]
    assert own_limit(layers, Accommodation(Fraction(2))) is None
    assert base_limit(layers) == minutes(60)


@pytest.mark.parametrize("level", list(Level)[:-1])
@pytest.mark.parametrize("field", FIELDS)
def test_the_nearest_that_says_something_holds(field: str, level: Level) -> None:
    near = says(level, field, 1)
    layers = [says(further, field, 2) for further in Level if further > level]
    other = says(Level.user_exception, "open" if field != "open" else "due", 3)
    assert resolve([*layers, near, other], field) == (1, (near,))


@pytest.mark.parametrize("field", FIELDS)
def test_several_on_one_level_combine_in_the_users_favour(field: str) -> None:
    one, two = (says(Level.subgroup_exception, field, value, f"group {value}") for value in (1, 2))
    best = one if field == "open" else two
    assert resolve([one, two], field) == resolve([two, one], field) == (best.value, (best,))
    none = says(Level.subgroup_exception, field, None)
    assert resolve([one, none, two], field) == (None, (none,))


def test_what_nobody_says_is_none() -> None:
    assert resolve([], "due") == (None, ())
    assert resolve([], "due").level is None


def test_a_rule_says_whose_it_is() -> None:
    layers = [says(Level.subgroup_exception, "attempts", 3, whose) for whose in ("Evening", "Readers")]
    resolved = resolve([*layers, says(Level.quiz, "attempts", 5)], "attempts")
    assert [layer.whose for layer in resolved.layers] == ["Evening", "Readers"]
    assert resolved.level is Level.subgroup_exception


def test_days_move_what_is_due_and_the_close_together() -> None:
    sunday = due_instant(date(2026, 11, 22), BERLIN)
    layers = [says(Level.group_assignment, field, sunday) for field in ("open", "due", "reply_due", "close")]
    more = Accommodation(days=3)
    for field in ("due", "reply_due", "close"):
        assert own_date(layers, field, more, BERLIN) == due_instant(date(2026, 11, 25), BERLIN)
    assert own_date(layers, "open", more, BERLIN) == sunday


def test_days_do_not_move_what_an_exception_of_the_user_set() -> None:
    sunday, monday = (due_instant(date(2026, 11, day), BERLIN) for day in (22, 23))
    layers = [says(Level.group_assignment, field, sunday) for field in ("due", "close")]
    layers.append(says(Level.user_exception, "close", monday))
    assert own_date(layers, "close", Accommodation(days=3), BERLIN) == monday
    assert own_date(layers, "due", Accommodation(days=3), BERLIN) == due_instant(date(2026, 11, 25), BERLIN)


def test_no_date_stays_none() -> None:
    assert own_date([says(Level.quiz, "close", None)], "close", Accommodation(days=3), BERLIN) is None


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-10-24T10:00+02:00", 1, "2026-10-25T10:00+01:00"),  # 25 hours
        ("2027-03-27T10:00+01:00", 1, "2027-03-28T10:00+02:00"),  # 23 hours
        ("2027-03-27T02:30+01:00", 1, "2027-03-28T03:30+02:00"),  # no clock shows 2:30 that night
        ("2026-10-24T02:30+02:00", 1, "2026-10-25T02:30+01:00"),  # and that night it is 2:30 twice
        ("2026-10-24T02:30+02:00", 0, "2026-10-24T02:30+02:00"),
    ],
)
def test_days_are_of_the_calendar_and_not_of_24_hours(start: str, days: int, end: str) -> None:
    assert days_later(datetime.fromisoformat(start), days, BERLIN) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("Europe/Berlin", date(2026, 11, 22), "2026-11-22T23:59:59.999999+01:00"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T23:59:59.999999+01:00"),
        ("Asia/Beirut", date(2027, 3, 27), "2027-03-27T23:59:59.999999+02:00"),  # there is no midnight that night
        ("Asia/Beirut", date(2026, 10, 24), "2026-10-24T23:59:59.999999+02:00"),  # 23:00 to midnight comes twice
        ("America/Havana", date(2026, 10, 31), "2026-10-31T23:59:59.999999-04:00"),  # midnight to 1:00 comes twice
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-29T23:59:59.999999-10:00"),  # the next day was left out
    ],
)
def test_a_day_ends_with_its_last_instant(zone: str, day: date, end: str) -> None:
    assert due_instant(day, ZoneInfo(zone)) == datetime.fromisoformat(end)


@given(
    st.sampled_from(sorted(available_timezones())), st.dates(date(2020, 1, 1), date(2037, 12, 1)), st.integers(0, 40)
)
def test_a_day_ends_before_the_next_in_every_zone_and_moves_to_the_end_of_another(
    zone: str, day: date, days: int
) -> None:
    place = ZoneInfo(zone)
    end = due_instant(day, place)
    assert end.astimezone(place).date() == day
    assert (end + timedelta(microseconds=1)).astimezone(place).date() == day + timedelta(days=1)
    assert days_later(end, days, place) == due_instant(day + timedelta(days=days), place)


LIMITS = st.integers(1, 600).map(minutes)
FACTORS = st.fractions(1, 10, max_denominator=100)
MORE = st.integers(0, 300).map(lambda number: timedelta(minutes=number))
MOMENTS = st.integers(0, 24 * 60).map(lambda number: at("0:00") + timedelta(minutes=number))
CLOSES = st.none() | MOMENTS


@given(MOMENTS, st.none() | LIMITS, LIMITS, MOMENTS, MORE, MORE)
def test_a_longer_limit_or_a_later_close_never_shortens(
    start: datetime, base: timedelta | None, own: timedelta, close: datetime, longer: timedelta, later: timedelta
) -> None:
    before = deadline(start, base, own, close)
    after = deadline(start, base, own + longer, close + later)
    assert before is not None
    assert after is not None
    assert after >= before
    without_close = deadline(start, base, own, None)
    assert without_close is not None
    assert without_close >= before


@given(MOMENTS, st.integers(1, 600), FACTORS, FACTORS, CLOSES)
def test_a_greater_factor_never_shortens(
    start: datetime, limit: int, one: Fraction, other: Fraction, close: datetime | None
) -> None:
    layers = limited(limit)
    less, more = (own_limit(layers, Accommodation(factor)) for factor in sorted((one, other)))
    plain = own_limit(layers)
    ends = [deadline(start, base_limit(layers), own, close) for own in (plain, less, more)]
    assert ends == sorted(end for end in ends if end is not None)


@given(MOMENTS, st.none() | LIMITS, st.none() | LIMITS, CLOSES)
def test_a_deadline_is_not_before_an_allowed_start(
    start: datetime, base: timedelta | None, own: timedelta | None, close: datetime | None
) -> None:
    if may_start(start, close):
        end = deadline(start, base, own, close)
        assert end is None or end >= start


@given(MOMENTS, LIMITS, FACTORS, MOMENTS)
def test_who_starts_in_time_has_the_whole_of_their_limit(
    start: datetime, base: timedelta, factor: Fraction, close: datetime
) -> None:
    layers = [says(Level.quiz, "time_limit", base)]
    own = own_limit(layers, Accommodation(factor))
    assert own is not None
    if start <= close - base:
        assert deadline(start, base, own, close) == start + own


@given(
    st.lists(
        st.builds(says, st.sampled_from(Level), st.sampled_from(FIELDS), st.none() | st.integers(1, 9)), max_size=8
    )
)
def test_the_order_of_layers_does_not_matter_and_one_more_in_favour_never_harms(layers: list[Layer]) -> None:
    for field in FIELDS:
        value, held = resolve(layers, field)
        assert resolve(reversed(layers), field).value == value
        assert all(layer in layers and layer.value == value for layer in held)
        better = None if value is None else value - 1 if field == "open" else value + 1
        assert resolve([*layers, says(Level.user_exception, field, better)], field).value == (
            None if any(one.level == 1 and one.field == field and one.value is None for one in layers) else better
        )


# Hours of a day on which the clocks change


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment", "times"),
    [
        ("Europe/Berlin", "2027-03-28", "01:59", "2027-03-28T00:59Z", 1),
        ("Europe/Berlin", "2027-03-28", "02:00", "2027-03-28T01:00Z", 0),
        ("Europe/Berlin", "2027-03-28", "02:59", "2027-03-28T01:00Z", 0),
        ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31T00:30Z", 2),
        ("America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:00Z", 0),
        ("America/Santiago", "2027-04-03", "23:15", "2027-04-04T02:15Z", 2),
        ("Africa/Cairo", "2027-04-30", "00:00", "2027-04-29T22:00Z", 0),
        ("Africa/Cairo", "2026-10-29", "23:30", "2026-10-29T20:30Z", 2),
        ("Pacific/Apia", "2011-12-30", "18:30", "2011-12-30T10:00Z", 0),  # there was no such day
    ],
)
def test_an_hour_the_clocks_leave_out_or_show_twice_is_told(zone: str, day: str, at: str, moment: str, times: int):
    found = hour_on(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == (datetime.fromisoformat(moment), times)


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe"]),
)
def test_the_moment_of_an_hour_is_when_clocks_show_it_or_the_first_that_comes_after(day: date, at: time, zone: str):
    place = ZoneInfo(zone)
    moment, times = hour_on(day, at, place)
    shown = moment.astimezone(place).replace(tzinfo=None)
    assert (shown == datetime.combine(day, at)) == (times > 0)
    assert shown >= datetime.combine(day, at)
    if times == 0:
        assert (moment - timedelta(minutes=1)).astimezone(place).replace(tzinfo=None) < datetime.combine(day, at)
