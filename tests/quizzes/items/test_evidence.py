from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import BadResponse
from quizzes.items import evidence as kind
from tests.quizzes.items.make import item

TEXT = [f"p{n:02}" for n in range(1, 41)]
RIGHT = ["p03", "p17", "p29"]
WRONG = [ident for ident in TEXT if ident not in RIGHT]


def picked(*idents):
    return {"passages": sorted(idents)}


def score(data, *idents):
    return kind.score(data, picked(*idents)).score


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [(3, 0, 1), (3, 1, Fraction(3, 4)), (2, 1, Fraction(1, 3)), (1, 1, 0), (3, 37, Fraction("0.075")), (0, 1, 0)],
)
def test_so_many_right_and_wrong_passages_score_as_the_golden_rows_say(right, wrong, expected):
    assert score(item("evidence", right=RIGHT), *RIGHT[:right], *WRONG[:wrong]) == expected


@pytest.mark.parametrize(
    ("idents", "expected"),
    [
        (["p03", "p17"], 1),
        (["p04", "p17"], 1),
        (["p03", "p04", "p05", "p17"], 1),
        (["p03", "p04", "p05"], Fraction(1, 2)),
        (["p03", "p04", "p05", "p01"], 0),
        (["p03", "p04", "p17", "p01"], Fraction(2, 3)),
    ],
)
def test_equivalent_passages_count_once_in_what_is_right_and_in_what_was_picked(idents, expected):
    assert score(item("evidence", right=[["p03", "p04", "p05"], "p17"]), *idents) == expected


def test_passages_that_count_neither_way_change_nothing():
    data = item("evidence", right=RIGHT, also=["p01", "p02"])
    assert score(data, "p01", "p02") == 0
    assert score(data, *RIGHT, "p01", "p02") == 1
    assert score(data, "p03", "p17", "p40", "p01") == Fraction(1, 3)


def test_the_parts_say_what_was_found_and_what_is_none():
    scored = kind.score(item("evidence", right=[["p03", "p04"], "p17"], also=["p01"]), picked("p01", "p04", "p40"))
    assert scored.parts == {"p03": 1, "p17": 0, "p40": 0}


def test_picks_are_checked_against_the_passages_that_the_attempt_shows():
    data = item("evidence", right=RIGHT)
    assert kind.parse(data, {"": ["p17", "p03", "", "p17"]}, TEXT) == picked("p03", "p17")
    with pytest.raises(BadResponse, match="not among those"):
        kind.parse(data, {"": ["p17", "p41"]}, TEXT)
    with pytest.raises(BadResponse, match="not among those"):
        kind.parse(data, {"": ["p17"]}, [])
    assert kind.parse(data, {"": TEXT}, TEXT) == picked(*TEXT)


def test_a_passage_that_has_left_the_text_is_no_reason_to_refuse_the_others():
    data = item("evidence", right=RIGHT)
    assert kind.parse(data, {"": ["p03"]}, TEXT[:10]) == picked("p03")


def test_the_key_is_said_with_what_is_equivalent():
    data = item("evidence", right=["p29", ["p17", "p03"]])
    assert kind.key_says(data) == ["p17 / p03", "p29"]
    assert kind.says(data, picked("p29", "p01")) == ["p01", "p29"]


@given(idents=st.sets(st.sampled_from(TEXT)), wrong=st.sampled_from(WRONG[2:]))
def test_picking_a_wrong_passage_never_helps(idents, wrong):
    data = item("evidence", right=[["p03", "p17"], "p29"], also=WRONG[:2])
    assert score(data, *idents, wrong) <= score(data, *idents)


@given(idents=st.lists(st.sampled_from(TEXT), min_size=1), rng=st.randoms())
def test_the_order_in_which_passages_are_sent_means_nothing(idents, rng):
    mixed = list(idents)
    rng.shuffle(mixed)
    data = item("evidence", right=RIGHT)
    assert kind.parse(data, {"": mixed}, TEXT) == kind.parse(data, {"": idents}, TEXT)


@given(names=st.permutations(TEXT), idents=st.sets(st.sampled_from(TEXT), min_size=1))
def test_renaming_the_passages_changes_no_score(names, idents):
    new = dict(zip(TEXT, names, strict=True))
    renamed = item("evidence", right=[[new["p03"], new["p17"]], new["p29"]], also=[new["p01"]])
    data = item("evidence", right=[["p03", "p17"], "p29"], also=["p01"])
    assert score(renamed, *(new[ident] for ident in idents)) == score(data, *idents)
