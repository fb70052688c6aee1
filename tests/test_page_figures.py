"""The arithmetic of the benchmark of pages (benchmarks.pages): ratios, rounds that are dropped, how cost grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pages import ours, telling
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
from benchmarks.pages.seeding import Seeded
from benchmarks.pages.targets import MOST_QUERIES, Memory, Result, Size, Starts, targets, too_many_queries


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


def make_result(ours_took: float, queries: int, peer_took: float | None = 100.0) -> Result:
    """Return what a run of one size came to, in which every page took so long and made so many queries."""
    seeded = Seeded(30, 30, "circle", "tutor@example.org", "/discussion", 1000, {"step": 2000}, 2.0)
    pages = ours.names(seeded)
    floor = {FLOOR_PAGE: took(2.0), FLOOR_SAVE: took(1.0, 400.0)}
    peer = {} if peer_took is None else dict.fromkeys(pages, took(peer_took, 10.0))
    rounds = [Round(dict.fromkeys(pages, took(ours_took, 400.0)), peer, floor, floor)]
    size = Size(seeded, dict.fromkeys(pages, (queries,)), rounds, Memory(100.0, 80.0, 300.0 if peer else None))
    return Result("a machine", [size], Starts(2.0, 1.0), Starts(8.0, 3.0) if peer else None, None, None)


def test_a_target_is_met_or_not_or_was_not_measured() -> None:
    fast, slow = ({one.what: one.is_met for one in targets(make_result(took, 5))} for took in (4.0, 40.0))
    faster, floor = "lesson: times faster than Kolibri's", "lesson: times the floor's page"
    assert (fast[faster], fast[floor]) == (True, True)
    assert (slow[faster], slow[floor]) == (False, False)
    assert {one.what: one.is_met for one in targets(make_result(4.0, 5, None))}[faster] is None


def test_more_queries_than_a_page_may_make_are_a_fault() -> None:
    assert too_many_queries(make_result(4.0, min(MOST_QUERIES.values()))) == {}
    most = MOST_QUERIES["one response saved"]
    assert too_many_queries(make_result(4.0, most + 1))["one response saved"] == most + 1


def test_what_is_told_names_every_page_and_each_row_is_whole() -> None:
    result = make_result(4.0, 5)
    told = telling.markdown(result)
    table = [line for line in told.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in table} == {len(telling.HEADS) + 1, 5}
    for page in ours.names(result.sizes[0].seeded):
        assert f"| {page} " in told
        assert f">{page}</text>" in telling.plot(result)
