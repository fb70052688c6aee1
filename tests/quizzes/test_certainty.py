"""What certainty is worth: the golden values of RULES section 3, and what follows from them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.certainty import CERTAINTIES, PAYS_FROM, Level, certainty_points, fitting, levels_of

shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)
certainties = st.sampled_from([None, *CERTAINTIES])
answers = st.lists(st.tuples(certainties, shares), max_size=30)


@pytest.mark.parametrize(
    ("certainty", "right", "half", "wrong"),
    [(1, 1, Fraction(1, 2), 0), (2, 2, 1, -2), (3, 3, Fraction(3, 2), -6), (None, 1, Fraction(1, 2), 0)],
)
def test_points_are_those_of_the_rules(certainty, right, half, wrong):
    got = [certainty_points(Fraction(score), certainty) for score in (1, Fraction(1, 2), 0)]
    assert got == [right, half, wrong]


@pytest.mark.parametrize(
    ("percent", "certainty"), [(0, 1), (50, 1), (66, 1), (67, 2), (75, 2), (79, 2), (81, 3), (100, 3)]
)
def test_what_fits_a_confidence_is_as_in_the_rules(percent, certainty):
    assert fitting(Fraction(percent, 100)) == certainty


@given(shares)
def test_what_fits_earns_the_most_in_the_long_run(share):
    expected = {
        one: share * certainty_points(Fraction(1), one) + (1 - share) * certainty_points(Fraction(0), one)
        for one in CERTAINTIES
    }
    assert expected[fitting(share)] == max(expected.values())


@given(shares, shares, certainties)
def test_a_better_answer_never_earns_less(one, other, certainty):
    worse, better = sorted([one, other])
    assert certainty_points(worse, certainty) <= certainty_points(better, certainty)


@given(shares.filter(bool))
def test_being_surer_of_an_answer_that_is_worth_something_earns_more(score):
    assert certainty_points(score, 1) < certainty_points(score, 2) < certainty_points(score, 3)


def test_being_surer_of_a_wrong_answer_costs_more():
    assert certainty_points(Fraction(0), 1) > certainty_points(Fraction(0), 2) > certainty_points(Fraction(0), 3)


def test_each_certainty_pays_from_where_it_says():
    for certainty in CERTAINTIES:
        assert fitting(PAYS_FROM[certainty]) == certainty


def test_levels_say_what_came_of_the_answers_of_each_certainty():
    said = [(3, Fraction(1)), (3, Fraction(0)), (3, Fraction(1, 3)), (None, Fraction(1)), (1, Fraction(0))]
    assert levels_of(said) == [
        Level(1, answers=2, right=1, partly=0, points=Fraction(1)),
        Level(2, answers=0, right=0, partly=0, points=Fraction(0)),
        Level(3, answers=3, right=1, partly=1, points=Fraction(-2)),
    ]


def test_without_answers_there_is_no_share():
    assert [level.share for level in levels_of([])] == [None, None, None]


@given(answers)
def test_levels_lose_no_answer_and_no_point(said):
    levels = levels_of(said)
    assert sum(level.answers for level in levels) == len(said)
    assert sum(level.points for level in levels) == sum(certainty_points(score, one) for one, score in said)
    assert all(level.right + level.partly <= level.answers for level in levels)


@given(answers)
def test_levels_do_not_ask_in_which_order_one_answered(said):
    assert levels_of(said) == levels_of(reversed(said))
