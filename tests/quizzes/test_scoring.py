from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import scoring

OPTIONS = "abcdef"
some = st.sets(st.sampled_from(OPTIONS))
orders = st.permutations("ABCDE")


@pytest.mark.parametrize(
    ("order", "pairwise", "absolute", "whole"),
    [  # RULES section 2, correct order ABCDE
        ("ABCDE", "1", "1", "1"),
        ("ACBDE", "0.9", "0.6", "0"),
        ("EABCD", "0.6", "0", "0"),
        ("BADCE", "0.8", "0.2", "0"),
        ("EDCBA", "0", "0.2", "0"),
        ("", "0", "0", "0"),
    ],
)
def test_an_order_scores_as_the_golden_table_says(order, pairwise, absolute, whole):
    methods = scoring.ORDER_METHODS
    got = [methods[name](order, "ABCDE") for name in ("pairwise", "absolute", "all-or-nothing")]
    assert got == [Fraction(pairwise), Fraction(absolute), Fraction(whole)]


@pytest.mark.parametrize(
    ("chosen", "net", "whole", "coverage", "each"),
    [  # key abc of six options
        ("abc", "1", "1", "1", "1"),
        ("ab", "2/3", "0", "2/3", "5/6"),
        ("abd", "1/3", "0", "4/9", "2/3"),
        ("abcd", "2/3", "0", "3/4", "5/6"),
        ("abcdef", "0", "0", "1/2", "1/2"),
        ("ade", "0", "0", "1/9", "1/3"),
        ("d", "0", "0", "0", "0"),
        ("", "0", "0", "0", "0"),
    ],
)
def test_a_choice_of_several_scores_by_the_formulas(chosen, net, whole, coverage, each):
    methods = scoring.CHOICE_METHODS
    names = ("net-correct", "all-or-nothing", "coverage", "each-answer")
    got = [methods[name](set(chosen), set("abc"), len(OPTIONS)) for name in names]
    assert got == [Fraction(net), Fraction(whole), Fraction(coverage), Fraction(each)]


@pytest.mark.parametrize("method", scoring.CHOICE_METHODS.values())
@given(chosen=some, key=some.filter(bool), wrong=st.sampled_from(OPTIONS))
def test_a_wrong_option_never_helps_and_scores_stay_between_0_and_1(method, chosen, key, wrong):
    score = method(chosen, key, len(OPTIONS))
    assert 0 <= score <= 1
    assert (score == 1) == (chosen == key)
    if wrong not in key:
        assert method(chosen | {wrong}, key, len(OPTIONS)) <= score


@pytest.mark.parametrize("method", scoring.ORDER_METHODS.values())
@given(order=orders, key=orders)
def test_only_the_right_order_scores_1(method, order, key):
    score = method(order, key)
    assert 0 <= score <= 1
    assert (score == 1) == (order == key)


@given(order=orders, key=orders)
def test_the_pairwise_score_is_1_minus_inversions_over_pairs(order, key):
    inversions = sum(key.index(a) > key.index(b) for i, a in enumerate(order) for b in order[i + 1 :])
    assert scoring.pairwise(order, key) == 1 - Fraction(inversions, 10)


@pytest.mark.parametrize("method", scoring.ORDER_METHODS.values())
@pytest.mark.parametrize(("order", "key"), [("AB", "ABC"), ("ABB", "ABC"), ("ABD", "ABC"), ("AA", "AA"), ("A", "A")])
def test_an_order_of_other_entries_than_the_key_is_refused(method, order, key):
    with pytest.raises(ValueError, match="each of them once"):
        method(order, key)


def test_parts_count_alike_and_no_parts_count_nothing():
    assert scoring.mean([Fraction(1), Fraction(0), Fraction(1)]) == Fraction(2, 3)
    assert scoring.mean([]) == 0


@pytest.mark.parametrize("method", scoring.ORDER_METHODS.values())
def test_two_entries_are_right_or_wrong(method):
    assert (method("AB", "AB"), method("BA", "AB")) == (1, 0)
