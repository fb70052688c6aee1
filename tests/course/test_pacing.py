"""On which days a group meets, where its meetings go when one comes, goes or moves, and until when what is due may be
done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.pacing import (
    DAY,
    HORIZON,
    Break,
    NoRoom,
    Pace,
    Rhythm,
    Slot,
    avoided,
    closed,
    current,
    followed,
    meeting_days,
    opened,
    reopened,
    reordered,
    share_out,
    spread_out,
    suggested_pace,
)
from course.rules import INSTANT, due_instant

DAYS = st.dates(date(1990, 1, 1), date(2080, 1, 1))
COUNTS = st.integers(1, 60)
THURSDAYS = Rhythm(frozenset({3}))
FIRST = date(2026, 12, 3)  # a Thursday
CHRISTMAS = Break(date(2026, 12, 24), date(2027, 1, 6), "Christmas")
NEW = -1

#: Places whose clocks jump over a midnight, go back over one, or left out a whole day.
ZONES = st.sampled_from(
    ("America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Havana", "Pacific/Apia", "Asia/Gaza", "Europe/Warsaw")
)


@st.composite
def breaks(draw: st.DrawFn, around: date = FIRST) -> tuple[Break, ...]:
    """Holidays of up to eight weeks around that day, which may overlap."""
    spans = st.tuples(st.integers(-100, 300), st.integers(0, 56))
    return tuple(
        Break(around + first * DAY, around + (first + length) * DAY)
        for first, length in draw(st.lists(spans, max_size=5))
    )


@st.composite
def rhythms(draw: st.DrawFn, around: date = FIRST) -> Rhythm:
    return Rhythm(frozenset(draw(st.sets(st.integers(0, 6), min_size=1))), draw(breaks(around)))


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Slot], Rhythm]:
    """A syllabus in its rhythm, some days chosen by hand and fixed, some free ones apart, the first ones over."""
    rhythm = draw(rhythms())
    line = meeting_days(FIRST, rhythm, 40)
    days = sorted(draw(st.sets(st.sampled_from(line), min_size=1, max_size=12)))
    by_hand = draw(st.sets(st.integers(0, 250).map(lambda n: FIRST + n * DAY), max_size=3)) - set(days)
    stays = set(by_hand) | draw(st.sets(st.sampled_from(days), max_size=3)) | set(days[: draw(st.integers(0, 3))])
    return [Slot(key, day, day in stays) for key, day in enumerate(sorted({*days, *by_hand}))], rhythm


def free(slots: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if not slot.stays]


def assert_in_order(slots: Sequence[Slot], before: Sequence[Slot], rhythm: Rhythm) -> None:
    """Days ascend, what stays is where it was, what is free is in no break, and the free ones follow as they did."""
    assert all(earlier.day < later.day for earlier, later in pairwise(slots))
    assert {slot for slot in slots if slot.stays} == {slot for slot in before if slot.stays}
    assert all(rhythm.break_on(slot.day) is None for slot in free(slots))
    keys = [slot.key for slot in free(before)]
    assert [slot.key for slot in free(slots) if slot.key in keys] == [key for key in keys if key != NEW]


# Laying out


@given(DAYS.flatmap(lambda start: st.tuples(st.just(start), rhythms(start))), COUNTS)
def test_meetings_are_on_the_first_chosen_days_that_are_no_holiday(planned: tuple[date, Rhythm], count: int):
    start, rhythm = planned
    days = meeting_days(start, rhythm, count)
    assert len(days) == count
    every = [start + n * DAY for n in range((days[-1] - start).days + 1)]
    assert days == [
        day
        for day in every
        if day.weekday() in rhythm.weekdays and not any(one.first <= day <= one.last for one in rhythm.breaks)
    ]


def test_the_day_of_the_start_is_the_first_meeting_where_it_is_a_chosen_one():
    assert meeting_days(date(2026, 12, 3), THURSDAYS, 2) == [date(2026, 12, 3), date(2026, 12, 10)]
    assert meeting_days(date(2026, 12, 4), THURSDAYS, 1) == [date(2026, 12, 10)]


def test_a_break_is_left_out_and_nothing_else():
    rhythm = Rhythm(frozenset({0, 3}), (CHRISTMAS,))
    assert meeting_days(date(2026, 12, 17), rhythm, 4) == [
        date(2026, 12, 17), date(2026, 12, 21), date(2027, 1, 7), date(2027, 1, 11)
    ]  # fmt: skip


@pytest.mark.parametrize("weekdays", [set(), {7}, {-1, 2}])
def test_days_that_are_none_of_the_week_are_refused(weekdays: set[int]):
    with pytest.raises(ValueError, match="no days of the week"):
        Rhythm(frozenset(weekdays))


@given(rhythms(), COUNTS, st.integers(-10, 300))
def test_none_is_later_than_the_last_day_and_too_few_days_are_told(rhythm: Rhythm, count: int, length: int):
    ends = FIRST + length * DAY
    every = [day for day in meeting_days(FIRST, rhythm, 60) if day <= ends]
    if len(every) >= count:
        assert meeting_days(FIRST, rhythm, count, ends) == every[:count]
    else:
        with pytest.raises(NoRoom) as refused:
            meeting_days(FIRST, rhythm, count, ends)
        assert refused.value.found == every


@pytest.mark.parametrize("start", [FIRST, date.max - 20 * DAY])
def test_holidays_that_swallow_everything_are_told_and_the_search_ends(start: date):
    rhythm = Rhythm(frozenset({3}), (Break(date.min, date.max),))
    with pytest.raises(NoRoom):
        meeting_days(start, rhythm, 1)
    with pytest.raises(NoRoom):
        rhythm.after(start)
    assert HORIZON > 366 * 9


@pytest.mark.parametrize(
    ("days", "weekdays", "pace"),
    [
        (7, 1, Pace()), (7, 2, Pace(meetings=2)), (7, 5, Pace(meetings=5)), (14, 1, Pace(meetings=2)),
        (3, 1, Pace(lessons=2)), (1, 1, Pace(lessons=7)), (4, 1, Pace(lessons=2)), (5, 1, Pace()), (1, 7, Pace()),
        (10, 1, Pace()), (11, 1, Pace(meetings=2)), (365, 7, Pace(meetings=365)),
    ],
)  # fmt: skip
def test_the_pace_of_the_course_is_told_in_meetings(days: int, weekdays: int, pace: Pace):
    assert suggested_pace(days, weekdays) == pace


def test_lessons_are_shared_out_one_or_several_at_a_meeting_or_over_several():
    assert share_out("abc", Pace()) == [("a",), ("b",), ("c",)]
    assert share_out("abc", Pace(lessons=2)) == [("a", "b"), ("c",)]
    assert share_out("ab", Pace(meetings=2)) == [("a",), ("a",), ("b",), ("b",)]
    assert share_out("", Pace()) == []


@given(st.integers(0, 80), COUNTS)
def test_spread_out_all_lessons_come_in_order_as_evenly_as_can_be(count: int, meetings: int):
    at = spread_out(range(count), meetings)
    assert len(at) == meetings
    flat = [lesson for lessons in at for lesson in lessons]
    assert sorted(set(flat)) == list(range(count))
    assert flat == sorted(flat)
    if count >= meetings:
        assert max(map(len, at)) - min(map(len, at)) <= 1
        assert len(flat) == count
    elif count:
        often = [flat.count(lesson) for lesson in range(count)]
        assert max(often) - min(often) <= 1
        assert {len(lessons) for lessons in at} == {1}


# Moving


@given(plans(), st.data())
def test_inserting_moves_the_free_ones_on_and_removing_restores_every_day(
    plan: tuple[list[Slot], Rhythm], data: st.DataObject
):
    slots, rhythm = plan
    places = [n for n, slot in enumerate(slots) if not slot.stays]
    at = data.draw(st.sampled_from([*places, len(slots)]))
    more = opened(slots, at, NEW, rhythm)
    assert len(more) == len(slots) + 1
    assert_in_order(more, slots, rhythm)
    place = next(n for n, slot in enumerate(more) if slot.key == NEW)
    if at < len(slots):
        assert more[place].day == slots[at].day
    assert [slot for slot in closed(more, place, rhythm) if slot.key != NEW] == slots


@given(plans(), st.data())
def test_a_meeting_that_goes_hands_its_day_on(plan: tuple[list[Slot], Rhythm], data: st.DataObject):
    slots, rhythm = plan
    at = data.draw(st.integers(0, len(slots) - 1))
    gone = slots[at]
    fewer = [slot for slot in closed(slots, at, rhythm) if slot.key != gone.key]
    assert_in_order(fewer, [slot for slot in slots if slot != gone], rhythm)
    assert {slot.day for slot in fewer} <= {slot.day for slot in slots}


@given(rhythms(), st.integers(1, 12), st.data())
def test_cancelling_so_that_later_ones_close_up_and_holding_again_restores_what_was_laid_out(
    rhythm: Rhythm, count: int, data: st.DataObject
):
    slots = [Slot(key, day) for key, day in enumerate(meeting_days(FIRST, rhythm, count))]
    at = data.draw(st.integers(0, count - 1))
    cancelled = [slot._replace(stays=slot.key == at) for slot in closed(slots, at, rhythm)]
    assert [slot.day for slot in cancelled if slot.key != at] == [slot.day for slot in slots[:-1]]
    assert [slot.key for slot in cancelled] == [slot.key for slot in slots]  # each keeps its number
    assert [slot._replace(stays=False) for slot in reopened(cancelled, at, rhythm)] == slots


@given(plans(), st.data())
def test_holding_again_where_nothing_else_is_by_now_moves_nothing(plan: tuple[list[Slot], Rhythm], data: st.DataObject):
    slots, rhythm = plan
    at = data.draw(st.integers(0, len(slots) - 1))
    assert reopened([slot._replace(stays=slot.stays or n == at) for n, slot in enumerate(slots)], at, rhythm) == [
        slot._replace(stays=slot.stays or n == at) for n, slot in enumerate(slots)
    ]


@given(plans(), st.data())
def test_those_after_one_that_moves_go_along_in_their_order(plan: tuple[list[Slot], Rhythm], data: st.DataObject):
    slots, rhythm = plan
    assume(free(slots))
    at = data.draw(st.sampled_from([n for n, slot in enumerate(slots) if not slot.stays]))
    low = slots[at - 1].day + DAY if at else FIRST - 30 * DAY
    high = next((slot.day for slot in slots[at:] if slot.stays), FIRST + 400 * DAY) - DAY
    day = data.draw(st.dates(low, high))
    assume(rhythm.break_on(day) is None)
    moved, goes_on = followed(slots, at, day, rhythm)
    assert goes_on.breaks == rhythm.breaks
    assert_in_order(moved, slots, rhythm)
    assert {slot.key: slot.day for slot in moved}[at] == day
    assert {slot.key: slot.day for slot in moved}.items() >= {(slot.key, slot.day) for slot in slots[:at]}
    if day == slots[at].day:
        assert (moved, goes_on) == (slots, rhythm)


def test_in_the_same_rhythm_later_ones_move_by_as_many_meetings_and_pass_the_break():
    rhythm = Rhythm(frozenset({3}), (CHRISTMAS,))
    days = meeting_days(FIRST, rhythm, 5)  # 3, 10, 17 December, 7, 14 January
    moved, goes_on = followed([Slot(n, day) for n, day in enumerate(days)], 2, date(2027, 1, 7), rhythm)
    assert [slot.day for slot in moved] == [*days[:2], date(2027, 1, 7), date(2027, 1, 14), date(2027, 1, 21)]
    assert goes_on == rhythm
    assert [slot.day for slot in followed(moved, 2, days[2], rhythm)[0]] == days


def test_on_another_day_of_the_week_all_that_follow_are_on_it_too():
    days = meeting_days(FIRST, THURSDAYS, 3)
    moved, goes_on = followed([Slot(n, day) for n, day in enumerate(days)], 1, days[1] + DAY, THURSDAYS)
    assert [slot.day for slot in moved] == [days[0], days[1] + DAY, days[2] + DAY]
    assert goes_on == Rhythm(frozenset({4}))


@given(plans(), breaks())
def test_with_other_holidays_no_free_meeting_is_on_one(plan: tuple[list[Slot], Rhythm], others: tuple[Break, ...]):
    slots, before = plan
    after = Rhythm(before.weekdays, others)
    moved = avoided(slots, before, after, FIRST)
    assert_in_order(moved, slots, after)
    assert len(moved) == len(slots)


@given(rhythms(), breaks(), st.integers(1, 12))
def test_holidays_put_in_and_taken_out_again_leave_what_was_laid_out(
    rhythm: Rhythm, more: tuple[Break, ...], count: int
):
    slots = [Slot(key, day) for key, day in enumerate(meeting_days(FIRST, rhythm, count))]
    fewer = Rhythm(rhythm.weekdays, (*rhythm.breaks, *more))
    moved = avoided(slots, rhythm, fewer, FIRST)
    assert [slot.day for slot in moved] == meeting_days(FIRST, fewer, count)
    assert avoided(moved, fewer, rhythm, FIRST) == slots


@given(plans())
def test_where_no_holiday_changes_nothing_moves(plan: tuple[list[Slot], Rhythm]):
    slots, rhythm = plan
    assert avoided(slots, rhythm, rhythm, FIRST) == slots


@given(plans(), st.data())
def test_what_is_put_elsewhere_and_back_stands_as_before_on_the_same_days(
    plan: tuple[list[Slot], Rhythm], data: st.DataObject
):
    slots, _rhythm = plan
    places = [n for n, slot in enumerate(slots) if not slot.stays]
    assume(places)
    at, to = data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))
    moved = reordered(slots, at, to)
    assert [slot.day for slot in moved] == [slot.day for slot in slots]
    assert [slot for slot in moved if slot.stays] == [slot for slot in slots if slot.stays]
    assert moved[to].key == slots[at].key
    assert reordered(moved, to, at) == slots


# Looking


@given(DAYS, st.integers(0, 6), COUNTS, st.integers(-10, 500))
def test_the_meeting_at_hand_is_the_first_that_has_not_passed(start: date, weekday: int, count: int, later: int):
    days, today = meeting_days(start, Rhythm(frozenset({weekday})), count), start + timedelta(days=later)
    at = current(days, today)
    if at is None:
        assert days[-1] < today
    else:
        assert days[at] >= today
        assert all(day < today for day in days[:at])


@given(DAYS, st.integers(0, 6), ZONES)
def test_what_is_due_at_meetings_is_due_ever_later_and_each_at_the_end_of_its_day(start: date, weekday: int, zone: str):
    place = ZoneInfo(zone)
    days = meeting_days(start, Rhythm(frozenset({weekday})), 30)
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
