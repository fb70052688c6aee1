"""The plan of a day: what cannot wait, what is most endangered for its time, what is new; never more than fits."""

from datetime import date, timedelta

import pytest
from fsrs import Rating
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scheduling import (
    BRINK,
    FOR,
    WORTHWHILE,
    Candidate,
    DayPlan,
    Memory,
    Rated,
    comes_from,
    due,
    gain,
    plan,
    recall,
    reviewed,
)

TODAY = date(2026, 11, 30)
MINUTE = 60.0

#: More seconds than anything takes.
ENOUGH = 10.0**6


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def known(item_id: int, *, ago: int, stability: float = 10.0, need: int | None = None, **told: object) -> Candidate:
    """Return an item that was reviewed so many days AGO, needed in NEED days."""
    memory = Memory(stability, 5.0, days(-ago), reviews=3, lapses=0, misses=0, seconds=None)
    return Candidate(item_id, memory, **({"seconds": 20.0, "need_by": None if need is None else days(need)} | told))


def new(item_id: int, *, place: int, need: int | None = None) -> Candidate:
    return Candidate(item_id, None, 20.0, None, None if need is None else days(need), place)


def planned(*items: Candidate, minutes: float = 15, further: bool = False, **told: object) -> DayPlan:
    """Return the plan of a day of so many MINUTES, none of which is used up."""
    a_day = minutes * MINUTE
    return plan(items, TODAY, **({"seconds": a_day, "a_day": a_day, "retention": 0.9, "further": further} | told))


def ids(found: DayPlan) -> list[int]:
    return [one.item_id for one in found.queue]


memories = st.builds(
    Memory,
    stability=st.floats(0.01, 2000),
    difficulty=st.floats(1, 10),
    last=st.integers(-400, 0).map(days),
    reviews=st.just(3),
    lapses=st.just(0),
    misses=st.just(0),
    seconds=st.none(),
)
candidates = st.lists(
    st.builds(
        Candidate,
        item_id=st.integers(1, 10_000),
        memory=st.none() | memories,
        seconds=st.floats(1, 120),
        passage=st.none() | st.integers(1, 5),
        need_by=st.none() | st.integers(-3, 30).map(days),
        place=st.integers(1, 400),
    ),
    max_size=25,
    unique_by=lambda one: one.item_id,
)
retentions = st.floats(0.7, 0.97)


@given(candidates, st.floats(0, 3600), st.floats(0, 3600), retentions, st.booleans())
def test_a_plan_never_takes_more_than_the_time_that_is_left(
    items: list[Candidate], seconds: float, a_day: float, retention: float, further: bool
) -> None:
    found = plan(items, TODAY, seconds=seconds, a_day=a_day, retention=retention, further=further)
    assert sum(one.seconds for one in found.queue) <= seconds + 1e-6
    assert len(set(ids(found))) == len(found.queue)


@given(candidates, retentions)
def test_what_is_not_in_time_is_said(items: list[Candidate], retention: float) -> None:
    """With all the time there is nothing is short, and all that is needed today and not known well enough comes."""
    found = plan(items, TODAY, seconds=ENOUGH, a_day=ENOUGH, retention=retention)
    assert found.short is None
    today = [one for one in items if one.need_by == TODAY and (not one.memory or one.memory.last < TODAY)]
    unready = {one.item_id for one in today if not one.memory or recall(one.memory, TODAY) < retention}
    assert unready <= set(ids(found))


@given(candidates, st.integers(1, 240), retentions)
def test_it_is_short_only_where_the_days_until_then_have_less_time_than_it_takes(
    items: list[Candidate], minutes: int, retention: float
) -> None:
    short = planned(*items, minutes=minutes, retention=retention).short
    if short is not None:
        needed = [one for one in items if one.need_by and TODAY <= one.need_by <= short.by]
        there_are = (short.by - TODAY).days + 1
        assert sum(one.seconds for one in needed) > minutes * MINUTE * there_are
        assert short.seconds_a_day > minutes * MINUTE


@given(candidates, retentions, st.booleans())
def test_what_was_reviewed_today_does_not_come_again(items: list[Candidate], retention: float, further: bool) -> None:
    found = plan(items, TODAY, seconds=ENOUGH, a_day=ENOUGH, retention=retention, further=further)
    assert all(one.memory is None or one.memory.last < TODAY for one in found.queue)


@given(candidates, retentions)
def test_all_that_is_due_comes_while_there_is_time_but_of_a_passage_one(
    items: list[Candidate], retention: float
) -> None:
    found = plan(items, TODAY, seconds=ENOUGH, a_day=ENOUGH, retention=retention)
    came, passages = set(ids(found)), {one.passage for one in found.queue}
    for one in items:
        need_by = one.need_by if one.need_by and one.need_by >= TODAY else None
        if one.memory and one.memory.last < TODAY and due(one.memory, retention, need_by) <= TODAY:
            assert one.item_id in came or one.passage in passages


@given(memories, retentions, st.none() | st.integers(-5, 60).map(days))
def test_an_item_comes_no_later_than_it_is_due(memory: Memory, retention: float, need_by: date | None) -> None:
    assert memory.last < comes_from(memory, retention, need_by) <= due(memory, retention, need_by)


@given(memories)
def test_what_a_review_saves_is_what_the_library_makes_of_both_ways_it_may_come_out(memory: Memory) -> None:
    if memory.last == TODAY:
        return  # within a day another formula holds, and nothing comes twice a day
    chance, then = recall(memory, TODAY), TODAY + FOR
    ways = {rating: reviewed(memory, Rated(TODAY, rating)) for rating in (Rating.Good, Rating.Again)}
    expected = chance * recall(ways[Rating.Good], then) + (1 - chance) * recall(ways[Rating.Again], then)
    assert gain(memory, TODAY) == pytest.approx(expected - recall(memory, then))


def test_of_what_is_due_that_comes_first_which_a_review_saves_most_of_for_its_time() -> None:
    slow, quick = known(1, ago=12, seconds=60.0), known(2, ago=12)
    half_forgotten = known(3, ago=300, stability=3.0)
    assert ids(planned(slow, quick, half_forgotten)) == [3, 2, 1]


def test_what_is_about_to_be_due_comes_with_what_is_due() -> None:
    soon, later = known(1, ago=8), known(2, ago=3)
    assert recall(soon.memory, TODAY) < 1 - 0.1 * BRINK < recall(later.memory, TODAY)  # type: ignore[arg-type]
    assert ids(planned(soon, later)) == [1]


def test_nothing_comes_early_while_what_is_due_would_take_days() -> None:
    soon, waiting = known(1, ago=8, seconds=1.0), [known(2 + place, ago=11) for place in range(100)]
    assert 1 in ids(planned(soon, *waiting[:20], minutes=10))
    assert 1 not in ids(planned(soon, *waiting, minutes=10))


def test_who_goes_on_gets_before_its_time_what_that_is_worth() -> None:
    early, fresh = known(1, ago=3), known(2, ago=1, stability=900.0)
    assert gain(early.memory, TODAY) > WORTHWHILE > gain(fresh.memory, TODAY)  # type: ignore[arg-type]
    assert ids(planned(early, fresh)) == []
    assert ids(planned(early, fresh, further=True)) == [1]


def test_what_is_needed_tomorrow_and_not_ready_comes_before_all_that_is_due() -> None:
    needed, overdue = known(1, ago=2, stability=2.0, need=1), known(2, ago=30)
    assert ids(planned(overdue, needed)) == [1, 2]


def test_what_will_be_known_well_enough_when_it_is_needed_does_not_press() -> None:
    firm, overdue = known(1, ago=2, stability=40.0, need=1), known(2, ago=30)
    assert ids(planned(firm, overdue)) == [2]


def test_what_is_needed_later_waits_while_it_fits_into_the_days_until_then() -> None:
    needed = [known(place, ago=1, stability=2.0, need=5) for place in range(1, 16)]  # five minutes of work
    assert ids(planned(*needed, minutes=2)) == []


def test_so_much_of_it_is_for_today_as_would_not_fit_into_them() -> None:
    needed = [known(place, ago=1, stability=2.0, need=2) for place in range(1, 16)]  # five minutes, three days
    found = planned(*needed, minutes=2)
    assert (len(found.queue), found.short) == (3, None)


def test_what_does_not_fit_by_the_day_it_is_needed_is_said_in_seconds_a_day() -> None:
    needed = [known(place, ago=2, stability=2.0, need=1) for place in range(1, 31)]  # ten minutes, two days
    short = planned(*needed, minutes=2).short
    assert short is not None
    assert (short.by, short.seconds_a_day) == (days(1), 300.0)


def test_what_has_been_due_for_three_days_has_a_third_of_the_day_before_what_saves_more() -> None:
    better = [known(2 + place, ago=12) for place in range(20)]  # due for two days, and two thirds of a day's work
    late = [known(50 + place, ago=13, seconds=90.0) for place in range(3)]
    assert ids(planned(*better, known(1, ago=12, seconds=90.0), minutes=10))[-1] == 1
    assert ids(planned(*better, *late, minutes=10)) == [50, 51, *range(2, 22)]


def test_where_more_is_due_than_three_days_hold_what_is_worth_little_of_its_time_gives_way() -> None:
    better = [known(2 + place, ago=12) for place in range(100)]
    assert 1 not in ids(planned(*better, known(1, ago=13, seconds=90.0), minutes=10))


def test_new_items_come_last_in_the_order_of_the_course_and_take_a_third_of_the_day() -> None:
    met = [new(place, place=100 - place) for place in range(1, 31)]
    found = planned(*met, known(99, ago=30), minutes=15)
    assert ids(found)[0] == 99
    assert ids(found)[1:] == list(range(30, 15, -1))  # 15 x 20 seconds are five minutes


def test_a_third_is_kept_for_new_items_while_what_is_due_fits_into_three_days() -> None:
    met = [new(place, place=place) for place in range(1, 31)]
    due_now = [known(100 + place, ago=11) for place in range(20)]
    found = planned(*met, *due_now, minutes=5)  # 15 x 20 seconds
    assert [one > 99 for one in ids(found)] == [True] * 10 + [False] * 5


def test_new_items_have_what_is_left_over_while_more_is_due_than_that() -> None:
    met = [new(place, place=place) for place in range(1, 31)]
    due_now = [known(100 + place, ago=11) for place in range(50)]
    assert min(ids(planned(*met, *due_now, minutes=5))) > 99


def test_what_new_items_had_of_the_day_counts_until_somebody_goes_further() -> None:
    met = [new(place, place=place) for place in range(1, 31)]
    assert len(ids(planned(*met, minutes=15, new_done=240.0))) == 3
    assert ids(planned(*met, minutes=15, new_done=300.0)) == []
    assert len(ids(planned(*met, minutes=15, new_done=300.0, further=True))) == 30


def test_of_one_passage_one_item_comes_a_day() -> None:
    first, second = known(1, ago=12, passage="dual-power"), known(2, ago=11, passage="dual-power")
    assert len(planned(first, second).queue) == 1
    assert planned(first, second, passages_done={"dual-power"}).queue == []


def test_what_presses_comes_whatever_was_asked_of_its_passage() -> None:
    both = [known(number, ago=4, stability=2.0, need=0, passage="dual-power") for number in (1, 2)]
    assert len(planned(*both, passages_done={"dual-power"}).queue) == 2


@pytest.mark.parametrize("away", [0, 10, 60])
def test_days_away_ask_no_more_of_a_day_than_any_other(away: int) -> None:
    items = [known(number, ago=number % 30 + 1 + away) for number in range(1, 301)]
    assert sum(one.seconds for one in planned(*items, minutes=15).queue) <= 15 * MINUTE
