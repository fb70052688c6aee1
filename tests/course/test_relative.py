"""Dates as people say them: what is understood, what it means in three zones, and what is told where it is none."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.relative import MOST_DAYS, BadWhen, When, in_words, moment_of, read_when, when_of, words_of
from course.rules import due_instant

TODAY = date(2026, 11, 29)  # a Sunday
MEETINGS = {1: date(2026, 11, 26), 2: date(2026, 12, 3), 3: date(2026, 12, 10), 4: None, 5: date(2026, 12, 24)}
DAYS = st.dates(date(2005, 1, 1), date(2095, 1, 1))
HOURS = st.none() | st.times().map(lambda one: one.replace(second=0, microsecond=0))
#: Two that change their clocks by night, and one that once did so at midnight.
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "America/Santiago")])
WHENS = st.builds(When, st.integers(1, 60), st.integers(-MOST_DAYS, MOST_DAYS), st.none(), HOURS) | st.builds(
    When, st.none(), st.just(0), DAYS, HOURS
)


def read(typed: str, today: date = TODAY, coming: int | None = 2) -> When:
    return read_when(typed, today=today, coming=coming)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("meeting 3", When(3)),
        ("Meeting 3 + 2 days", When(3, 2)),
        ("meeting 3+2d", When(3, 2)),
        ("meeting 4 - 1 day", When(4, -1)),
        ("meeting 4 − 1 day", When(4, -1)),
        ("meeting 4 – 1 week", When(4, -7)),
        ("2 days after meeting 3", When(3, 2)),
        ("the day before meeting 3", When(3, -1)),
        ("a week after the next meeting", When(2, 7)),
        ("next meeting", When(2)),
        ("by the next meeting.", When(2)),
        ("next meeting + 1 day 18:00", When(2, 1, at=time(18))),
        ("meeting 3 at 6 pm", When(3, at=time(18))),
        ("meeting 3, 18:30", When(3, at=time(18, 30))),
        ("5 December 2026", When(day=date(2026, 12, 5))),
        ("Saturday 5 December 2026", When(day=date(2026, 12, 5))),
        ("5 Dec", When(day=date(2026, 12, 5))),
        ("December 5th, 2026", When(day=date(2026, 12, 5))),
        ("1 March", When(day=date(2027, 3, 1))),
        ("29 February", When(day=date(2028, 2, 29))),
        ("2026-12-05", When(day=date(2026, 12, 5))),
        ("5.12.2026 8:00", When(day=date(2026, 12, 5), at=time(8))),
        ("Friday", When(day=date(2026, 12, 4))),
        ("fri 12 am", When(day=date(2026, 12, 4), at=time(0))),
        ("sunday", When(day=date(2026, 12, 6))),
        ("tomorrow", When(day=date(2026, 11, 30))),
        ("in 2 weeks", When(day=date(2026, 12, 13))),
    ],
)
def test_a_date_is_understood_as_people_say_it(typed: str, meant: When):
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "“soon” is not understood"),
        ("05/12/2026", "is not understood"),
        ("meeting", "is not understood"),
        ("meeting 3 + 2", "is not understood"),
        ("18:00", "is not understood"),
        ("", "is not understood"),
        ("31 November 2026", "no such day"),
        ("2026-02-30", "no such day"),
        ("30 February", "no such day"),
        ("0000-01-01", "no such day"),
        ("5 December 1917", "between 2000 and 2100"),
        ("meeting 3 25:00", "no such hour"),
        ("meeting 3 13 pm", "no such hour"),
        ("meeting 3 + 400 days", "366 days at most"),
    ],
)
def test_what_is_no_date_is_told(typed: str, said: str):
    with pytest.raises(BadWhen, match=said):
        read(typed)


def test_what_is_not_understood_is_told_what_would_be():
    with pytest.raises(BadWhen, match=r"meeting 3 \+ 2 days.*Friday.*18:00"):
        read("whenever")


def test_where_no_meeting_comes_there_is_no_next():
    with pytest.raises(BadWhen, match="no meeting to come"):
        read("next meeting", coming=None)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_date_or_is_told(typed: str):
    try:
        found = read(typed)
    except BadWhen:
        return
    assert (found.number is None) != (found.day is None)


@given(WHENS)
def test_a_date_in_words_means_the_same_when_it_is_read_again(when: When):
    assert read(words_of(when)) == when


@given(WHENS, ZONES, DAYS)
def test_a_date_is_on_its_day_in_the_zone_of_the_group(when: When, zone: ZoneInfo, meets: date):
    day = when.day or meets + timedelta(days=when.days)
    try:
        moment = moment_of(when, {when.number or 1: meets}, zone)
    except BadWhen:
        assert when.at is not None
        return
    assert moment.day == day == moment.at.astimezone(zone).date()
    if when.at is None:
        assert moment.at == due_instant(day, zone)
    else:
        assert moment.at.astimezone(zone).time() == when.at


@given(ZONES, DAYS)
def test_what_opens_on_a_day_opens_when_the_day_before_ends(zone: ZoneInfo, day: date):
    opens = moment_of(When(day=day), {}, zone, opens=True).at
    assert opens.astimezone(zone).date() == day
    assert (opens - timedelta(microseconds=1)).astimezone(zone).date() == day - timedelta(days=1)
    assert opens < moment_of(When(day=day), {}, zone).at


@given(ZONES, DAYS, st.integers(-30, 30), st.integers(-60, 60), HOURS)
def test_a_date_goes_along_with_its_meeting_by_as_many_days(
    zone: ZoneInfo, meets: date, days: int, moved: int, at: time | None
):
    when = When(1, days, at=at)
    try:
        before = moment_of(when, {1: meets}, zone)
        after = moment_of(when, {1: meets + timedelta(days=moved)}, zone)
    except BadWhen:
        return
    assert after.day - before.day == timedelta(days=moved)
    assert moment_of(when, {1: meets}, zone) == before


@given(WHENS.filter(lambda one: one.day is not None), ZONES, st.booleans())
def test_a_moment_is_said_as_the_day_it_came_from(when: When, zone: ZoneInfo, opens: bool):
    try:
        moment = moment_of(when, {}, zone, opens=opens)
    except BadWhen:
        return
    again = when_of(moment.at, zone, opens=opens)
    assert again.day == when.day
    assert moment_of(again, {}, zone, opens=opens).at == moment.at


def test_an_hour_that_the_clocks_leave_out_is_refused():
    with pytest.raises(BadWhen, match="no 02:30 on 28 March 2027: the clocks are put forward"):
        moment_of(read("28 March 2027 2:30"), {}, ZoneInfo("Europe/Berlin"))
    with pytest.raises(BadWhen, match="no 02:30 on 14 March 2027"):
        moment_of(read("14 March 2027 2:30"), {}, ZoneInfo("America/New_York"))


def test_of_an_hour_that_the_clocks_show_twice_the_first_is_meant_and_that_is_told():
    moment = moment_of(read("31 October 2027 2:30"), {}, ZoneInfo("Europe/Berlin"))
    assert moment.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert (
        moment.told
        == "The clocks show 02:30 twice on 31 October 2027, for they are put back: the first of the two is meant."
    )


def test_other_hours_are_told_of_nothing():
    assert moment_of(read("Friday 18:00"), {}, ZoneInfo("Europe/Berlin")).told is None


def test_a_meeting_that_is_not_there_or_not_held_is_told():
    zone = ZoneInfo("UTC")
    with pytest.raises(BadWhen, match="no meeting 9: the last is meeting 5"):
        moment_of(When(9), MEETINGS, zone)
    with pytest.raises(BadWhen, match="Meeting 4 is cancelled"):
        moment_of(When(4, 1), MEETINGS, zone)
    with pytest.raises(BadWhen, match="no meetings yet"):
        moment_of(When(1), {}, zone)


def test_a_day_in_words_is_as_the_pages_write_it():
    assert in_words(date(2026, 12, 5)) == "5 December 2026"
