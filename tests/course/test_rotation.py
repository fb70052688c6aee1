"""Parting a study group anew: everybody once, nobody alone, and people meet, within a bound that is proved."""

import math
from fractions import Fraction
from itertools import combinations
from random import Random
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.rotation import Pair, divide, meetings, most_meetings, pairs_in, sizes, together

counts = st.integers(4, 40)
all_sizes = st.integers(2, 10)
seeds = st.integers(0, 2**32)


@given(count=st.integers(0, 200), size=st.integers(2, 40))
def test_sizes_differ_by_one_and_nobody_is_alone(count, size):
    found = sizes(count, size)
    assert sum(found) == count
    assert max(found, default=0) - min(found, default=0) <= 1
    assert count < 2 or min(found) >= 2


@pytest.mark.parametrize(
    ("count", "size", "wanted"),
    [(12, 4, [4, 4, 4]), (13, 4, [5, 4, 4]), (14, 4, [4, 4, 3, 3]), (5, 4, [5]), (7, 2, [3, 2, 2]), (3, 2, [3])],
)
def test_sizes_are_the_nearest_to_what_was_asked(count, size, wanted):
    assert sizes(count, size) == wanted


def test_nobody_is_parted_from_all_others():
    with pytest.raises(ValueError, match="alone"):
        sizes(4, 1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], dict[Pair, int]]:
    """Return members, and how often pairs of them, and of others who left, were together before."""
    members = sorted(draw(st.sets(st.integers(1, 99), min_size=4, max_size=40)))
    everybody = [*members, *range(100, 103)]
    pairs = st.sampled_from(list(combinations(everybody, 2)))
    return members, draw(st.dictionaries(pairs, st.integers(0, 12), max_size=120))


@given(history=histories(), size=all_sizes, seed=seeds)
@settings(max_examples=200)
def test_whatever_was_before_no_more_meet_again_than_by_lot_on_the_average(history, size, seed):
    members, met = history
    parts = divide(members, size, met, Random(seed))
    assert sorted(member for part in parts for member in part) == members
    assert [len(part) for part in parts] == sizes(len(members), size)
    again = sum(2 ** met.get(pair, 0) - 1 for pair in pairs_in(parts))
    of_all = sum(2 ** met.get(pair, 0) - 1 for pair in combinations(members, 2))
    assert again <= together(sizes(len(members), size)) * of_all


@given(history=histories(), size=all_sizes, seed=seeds)
def test_the_same_input_and_the_same_lot_give_the_same_parts(history, size, seed):
    members, met = history
    first = divide(members, size, met, Random(seed))
    assert divide(members[::-1], size, dict(reversed(met.items())), Random(seed)) == first


@given(count=counts, size=all_sizes, seed=seeds, rounds=st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_no_two_meet_more_often_than_the_bound_says(count, size, seed, rounds):
    lot, done = Random(seed), []
    for _round in range(rounds):
        done.append(divide(range(count), size, meetings(done), lot))
    likely = [together(sizes(count, size))] * rounds
    most = max(meetings(done).values())
    assert most <= most_meetings(math.comb(count, 2), likely)
    assert most >= sum(likely)  # as often two have met on the average, whoever seats them


@given(
    begin=st.integers(4, 30),
    changes=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=15),
    size=all_sizes,
    seed=seeds,
)
@settings(max_examples=60, deadline=None)
def test_the_bound_holds_where_people_join_and_leave_in_between(begin, changes, size, seed):
    lot, done, likely = Random(seed), [], []
    members, ever = list(range(begin)), begin
    pairs = set(combinations(members, 2))
    for joining, leaving in changes:
        for _one in range(min(leaving, len(members) - 4)):
            members.remove(lot.choice(members))
        members += range(ever, ever + joining)
        ever += joining
        pairs |= set(combinations(sorted(members), 2))
        done.append(divide(members, size, meetings(done), lot))
        likely.append(together(sizes(len(members), size)))
    assert max(meetings(done).values()) <= most_meetings(len(pairs), likely)


@pytest.mark.parametrize("count", range(4, 41))
@pytest.mark.parametrize("size", range(2, 11))
def test_the_second_division_and_the_bounds_for_every_group(count, size):
    done = [divide(range(count), size, {}, Random(count))]
    for _round in range(9):
        met = meetings(done)
        done.append(divide(range(count), size, met, Random(size)))
        again = sum(2 ** met[pair] - 1 for pair in pairs_in(done[-1]))
        assert again <= together(sizes(count, size)) * sum(2**times - 1 for times in met.values())
    assert max(meetings(done).values()) <= most_meetings(math.comb(count, 2), [together(sizes(count, size))] * 10)


def test_twelve_in_threes_do_not_meet_again_for_three_times():
    done = []
    for number in range(3):
        done.append(divide(range(12), 3, meetings(done), Random(number)))
    assert set(meetings(done).values()) == {1}


def test_whoever_seats_two_of_four_the_bound_is_the_average_and_a_few():
    assert together([2, 2]) == Fraction(1, 3)
    assert most_meetings(6, [Fraction(1, 3)] * 3) == pytest.approx(math.log2(6) + 3 * math.log2(4 / 3))


def test_forty_people_are_parted_twenty_times_in_a_moment():
    begun, done = perf_counter(), []
    for number in range(20):
        done.append(divide(range(40), 4, meetings(done), Random(number)))
    assert perf_counter() - begun < 1
