"""Item analysis: the golden vector of RULES section 3, and where nothing can be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.statistics import item_figures, whole_figures

GOLDEN = [
    dict(zip("abcd", row, strict=True))
    for row in ([1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0.5, 0], [1, 0, 0, 0], [0, 1, 0.5, 1], [0, 0, 0, 0])
]
ONE = dict.fromkeys("abcd", 1.0)

marks = st.sampled_from([0, 0.25, 1 / 3, 0.5, 1, 2])
tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(marks, min_size=width, max_size=width).map(lambda row: dict(enumerate(row))), min_size=1, max_size=12
    )
)


def test_the_golden_vector_of_the_whole() -> None:
    whole = whole_figures(GOLDEN)
    assert whole is not None
    assert whole == pytest.approx((6, 2.166667, 2.5, 1.437591, -0.499267, -0.399974, 68.8172, 55.8416, 0.802773))


def test_the_golden_vector_of_each_question() -> None:
    found = item_figures(GOLDEN, ONE)
    assert [found[key].facility for key in "abcd"] == pytest.approx([66.6667, 66.6667, 50, 33.3333], abs=1e-4)
    assert [found[key].discrimination for key in "abcd"] == pytest.approx(
        [15.3093, 77.4597, 86.6025, 26.6501], abs=1e-4
    )
    assert [found[key].efficiency for key in "abcd"] == pytest.approx([16.6667, 100, 100, 35.7143], abs=1e-4)
    assert [found[key].weight for key in "abcd"] == pytest.approx([21.2102, 28.5998, 27.1321, 23.0579], abs=1e-4)


def test_of_one_attempt_only_means_are_said() -> None:
    whole, found = whole_figures(GOLDEN[:1]), item_figures(GOLDEN[:1], ONE)
    assert whole == (1, 4, 4, None, None, None, None, None, None)
    assert found["a"] == (1, 1, 100, None, None, None)


def test_of_no_attempt_nothing_is_said() -> None:
    assert whole_figures([]) is None
    assert item_figures([], ONE) == {}


def test_where_all_are_alike_nothing_goes_together() -> None:
    rows = [{"a": 1 / 3, "b": 1 / 3}] * 7
    whole, found = whole_figures(rows), item_figures(rows, ONE)
    assert whole is not None
    assert (whole.deviation, whole.skewness, whole.consistency, whole.standard_error) == (0, None, None, None)
    assert found["a"][3:5] == (None, None)


def test_questions_that_pull_against_each_other_make_an_error_above_the_spread() -> None:
    whole = whole_figures([{"a": 1, "b": 0, "c": 1}, {"a": 0, "b": 1, "c": 1}, {"a": 1, "b": 0, "c": 0}])
    assert whole is not None
    assert whole.consistency is not None
    assert whole.consistency < 0
    assert whole.error_ratio is not None
    assert whole.error_ratio > 100


def test_where_questions_are_drawn_each_is_known_by_those_who_had_it() -> None:
    rows = [{"a": 1, "b": 1}, {"a": 0, "b": 1}, {"a": 1, "c": 0}]
    found, whole = item_figures(rows, ONE), whole_figures(rows)
    assert {key: one.n for key, one in found.items()} == {"a": 3, "b": 2, "c": 1}
    assert whole is not None
    assert whole.consistency is None


@given(tables)
def test_shares_stay_within_their_bounds(rows: list[dict[int, float]]) -> None:
    found = item_figures(rows, dict.fromkeys(range(5), 2.0))
    for one in found.values():
        assert 0 <= one.facility <= 100
        assert one.discrimination is None or abs(one.discrimination) <= 100 + 1e-6
        assert one.efficiency is None or one.efficiency <= 100 + 1e-6
    weights = [one.weight for one in found.values() if one.weight is not None]
    assert not weights or sum(weights) == pytest.approx(100)
    whole = whole_figures(rows)
    assert whole is not None
    assert whole.consistency is None or whole.consistency <= 100 + 1e-6


@given(tables)
def test_the_order_of_attempts_changes_nothing(rows: list[dict[int, float]]) -> None:
    turned = list(reversed(rows))
    most = dict.fromkeys(range(5), 2.0)
    again = item_figures(turned, most)
    for key, one in item_figures(rows, most).items():
        assert [x or 0 for x in again[key]] == pytest.approx([x or 0 for x in one])
