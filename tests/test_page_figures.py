"""The arithmetic of the benchmark of pages (benchmarks.pages): ratios, rounds that are dropped, how cost grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pages.figures import (
    FLOOR_PAGE,
    FLOOR_SAVE,
    Figure,
    Round,
    growth,
    kept,
    over,
    percentile,
    share_of_floor_saves,
    times_as_many,
    times_faster,
    times_the_floor,
)


def took(median: float, per_second: float | None = None) -> Figure:
    """Return the figure of a page that took so many milliseconds."""
    return Figure(median, median, per_second, None, median, 0.1, 1000)


def make_round(ours: float, peer: float = 100.0, floors: tuple[float, float] = (2.0, 2.0)) -> Round:
    """Return a round in which a page took so many milliseconds each."""
    first, last = ({FLOOR_PAGE: took(floor), FLOOR_SAVE: took(1.0, 800.0)} for floor in floors)
    return Round({"page": took(ours, 400.0)}, {"page": took(peer, 8.0)}, first, last)


def test_a_ratio_is_made_within_each_round_and_its_median_told_with_the_ends() -> None:
    rounds = [make_round(10, 100), make_round(20, 800), make_round(5, 100)]
    assert over(rounds, times_faster("page")) == (20, 10, 40)
    assert over(rounds, times_as_many("page")) == (50, 50, 50)
    assert over(rounds, times_the_floor("page")) == (5, 2.5, 10)
    assert over(rounds, share_of_floor_saves("page")) == (0.5, 0.5, 0.5)


def test_what_the_peer_was_not_asked_has_no_ratio() -> None:
    assert over([make_round(10)._replace(peer={})], times_faster("page")) is None


def test_a_round_whose_floors_are_far_apart_is_dropped() -> None:
    quiet, loud = make_round(10, floors=(2.0, 2.2)), make_round(30, floors=(2.0, 2.4))
    assert kept([quiet, loud]) == [quiet]
    assert over([quiet, loud], lambda one: one.ours["page"].median) == (10, 10, 10)


def test_where_no_round_was_quiet_all_are_shown() -> None:
    loud = [make_round(30, floors=(2.0, 2.4)), make_round(30, floors=(4.0, 2.0))]
    assert kept(loud) == loud


def test_the_floor_of_a_round_is_the_mean_of_before_and_after() -> None:
    assert make_round(10, floors=(2.0, 3.0)).floor_of(FLOOR_PAGE) == 2.5


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(range(1, 101), 0.95) == 95
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


@given(power=st.floats(-1, 2), factor=st.floats(0.1, 100))
def test_growth_finds_the_exponent_of_a_power(power: float, factor: float) -> None:
    points = [(size, factor * size**power) for size in (30, 300, 3000, 30000)]
    assert growth(points) == pytest.approx(power, abs=1e-6)


def test_growth_needs_two_sizes() -> None:
    assert growth([(30, 2.0)]) is None
    assert growth([(30, 2.0), (30, 3.0)]) is None
