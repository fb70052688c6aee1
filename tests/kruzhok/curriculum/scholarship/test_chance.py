"""Keys that betray themselves by their place or their length."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kruzhok.curriculum.scholarship.chance import Choice, is_even, longest, positions, shortest


def choices(*rights: int, of: int = 4) -> list[Choice]:
    """Return questions whose options are all as long, with the right one at each of RIGHTS."""
    return [Choice([10] * of, right) for right in rights]


def test_positions_are_counted_from_the_first():
    assert positions(choices(0, 1, 1, 3)) == ([1, 2, 0, 1], [1.0] * 4)


def test_a_place_that_not_all_questions_have_is_expected_less():
    there, expected = positions([Choice([1, 1], 0), Choice([1, 1, 1, 1], 3)])
    assert there == [1, 0, 0, 1]
    assert expected == [0.75, 0.75, 0.25, 0.25]


@pytest.mark.parametrize(
    ("counts", "even"),
    [
        ([1, 1, 1, 1], True),
        ([2, 2, 1, 0], True),
        ([3, 2, 0, 0], True),
        ([4, 0, 0, 0], False),
        ([4, 1, 0, 0], False),
        ([3, 0, 0, 0], False),
        ([2, 0, 0, 0], True),
        ([30, 24, 33, 28], True),
        ([45, 25, 25, 20], False),
    ],
)
def test_what_is_even(counts: list[int], even: bool):
    assert is_even(counts, [sum(counts) / 4] * 4) is even


def test_chance_is_uneven_about_once_in_twenty_times():
    rng = random.Random(1917)
    draws = [choices(*(rng.randrange(4) for _ in range(40))) for _ in range(2000)]
    uneven = sum(not is_even(*positions(draw)) for draw in draws)
    assert 0.035 < uneven / 2000 < 0.065


def test_the_longest_option_is_right_as_often_as_it_is():
    rule = longest([Choice([9, 5, 5, 5], 0), Choice([9, 5, 5, 5], 1)])
    assert (rule.share, rule.by_chance) == (0.5, 0.5)


def test_options_that_are_as_long_share_the_guess():
    assert longest([Choice([9, 9, 5], 0)]).share == 0.5
    assert longest(choices(2)).share == 0.25


@given(st.lists(st.tuples(st.lists(st.integers(1, 99), min_size=2, max_size=6), st.integers(0, 1)), min_size=1))
def test_turning_lengths_round_turns_the_rule_round(drawn: list[tuple[list[int], int]]):
    these = [Choice(lengths, right) for lengths, right in drawn]
    turned = [Choice([100 - length for length in lengths], right) for lengths, right in drawn]
    assert longest(these) == shortest(turned)


@given(st.lists(st.integers(0, 3), min_size=1))
def test_lengths_that_are_all_the_same_tell_nothing(rights: list[int]):
    assert not longest(choices(*rights)).tells
    assert not shortest(choices(*rights)).tells


def test_a_few_questions_may_be_one_over_chance_and_many_may_not():
    telling, silent = Choice([9, 5, 5, 5], 0), Choice([9, 5, 5, 5], 1)
    assert not longest([telling] * 2 + [silent] * 3).tells
    assert longest([telling] * 3 + [silent] * 2).tells
    assert not longest([telling] * 30 + [silent] * 70).tells
    assert longest([telling] * 31 + [silent] * 69).tells
