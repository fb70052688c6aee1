from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import BadResponse, ordering
from tests.quizzes.items.make import entries, item

DATA = item("ordering")  # a b c d e
places = st.dictionaries(st.sampled_from("abcde"), st.sampled_from("12345"), min_size=1)


def order(raw, shown="abcde", previous=None):
    before = previous and {"order": list(previous)}
    response = ordering.parse(DATA, {name: [value] for name, value in raw.items()}, list(shown), before)
    return response and "".join(response["order"])


def mended(raw, shown="abcde", previous=None):
    before = previous and {"order": list(previous)}
    return ordering.repaired(DATA, {name: [value] for name, value in raw.items()}, list(shown), before)


def numbered(digits):
    """Return the places of a, b, c … as the form sends them; a point is a blank."""
    return {ident: digit.replace(".", "") for ident, digit in zip("abcde", digits, strict=True)}


def test_the_right_order_is_never_shown_and_any_other_as_often():
    data = item("ordering", entries=entries("abc"))
    rng = Random(7)
    seen = Counter("".join(ordering.shown(data, rng)) for _ in range(1000))
    assert set(seen) == {"acb", "bac", "bca", "cab", "cba"}
    assert min(seen.values()) > 150


@given(rng=st.randoms())
def test_no_luck_shows_the_right_order(rng):
    assert sorted(ordering.shown(DATA, rng)) == list("abcde") != ordering.shown(DATA, rng)


@given(digits=st.permutations("12345"))
def test_places_that_are_all_different_are_the_order(digits):
    raw = numbered("".join(digits))
    assert order(raw, shown="edcba") == "".join(sorted("abcde", key=raw.__getitem__))
    assert not mended(raw, shown="edcba")


@pytest.mark.parametrize(
    ("digits", "shown", "previous", "expected"),
    [
        ("12325", "abcde", None, "adbce"),  # d moved up to 2, where b stood
        ("32345", "abcde", None, "bcade"),  # a moved down to 3, where c stood
        ("11111", "abcde", None, "bcdea"),  # those that moved up before the one that did not move
        ("55555", "abcde", None, "eabcd"),  # and those that moved down after it
        ("12344", "edcba", "abcde", "abced"),  # the order before counts, not the one shown first
        ("22222", "edcba", None, "cbade"),  # up: c, b, a in their order; d stood there; e moved down
        ("2....", "abcde", None, "bacde"),
        ("..1..", "abcde", None, "cabde"),
        ("5.5..", "abcde", None, "bdeac"),  # two that moved down stay as they stood
        ("22...", "abcde", None, "cbade"),
        ("22...", "edcba", None, "ebadc"),
        ("....1", "abcde", "bcdea", "ebcda"),
        ("1234.", "abcde", None, "abcde"),
    ],
)
def test_ties_and_blanks_are_mended_as_the_writer_meant_them(digits, shown, previous, expected):
    assert order(numbered(digits), shown, previous) == expected
    assert mended(numbered(digits), shown, previous)


@given(raw=places, shown=st.permutations("abcde"), previous=st.none() | st.permutations("abcde"))
def test_any_places_give_a_whole_order_that_keeps_to_them(raw, shown, previous):
    got = order(raw, shown, previous)
    assert sorted(got) == list("abcde")
    given_places = [int(raw[ident]) for ident in got if ident in raw]
    assert given_places == sorted(given_places)
    rest = [ident for ident in (previous or shown) if ident not in raw]
    assert [ident for ident in got if ident not in raw] == rest
    if len(set(raw.values())) == len(raw):
        assert all(got[int(place) - 1] == ident for ident, place in raw.items())


@given(raw=places, shown=st.permutations("abcde"))
def test_mending_what_was_mended_changes_nothing(raw, shown):
    got = order(raw, shown)
    again = {ident: str(place) for place, ident in enumerate(got, 1)}
    assert order(again, shown, previous=got) == got
    assert not mended(again, shown, previous=got)


@pytest.mark.parametrize("value", ["0", "6", "-1", "1.5", "x", "²", "٣", "01", "9" * 5000, "\0", "\ud800"])
def test_a_place_that_is_not_there_is_refused(value):
    with pytest.raises(BadResponse, match="from 1 to 5"):
        order({"a": value})


def test_two_places_for_one_entry_are_refused():
    with pytest.raises(BadResponse):
        ordering.parse(DATA, {"a": ["1", "2"]}, list("abcde"))


@pytest.mark.parametrize(
    ("raw", "shown", "previous", "expected"),
    [
        ({"move": "c:up"}, "abcde", None, "acbde"),
        ({"move": "c:down"}, "abcde", None, "abdce"),
        ({"move": "c:up"}, "abcde", "edcba", "ecdba"),
        ({"move": "a:up"}, "abcde", None, "abcde"),
        ({"move": "e:down"}, "abcde", None, "abcde"),
        ({"move": "a:up"} | numbered("54321"), "abcde", None, "edcab"),
        ({"move": "a:up"} | numbered("54321"), "abcde", "abcde", "edcab"),  # what was typed before is not lost
        ({"move": "a:up", "order": "e,d,c,b,a"}, "abcde", None, "edcab"),
    ],
)
def test_a_button_swaps_an_entry_with_its_neighbour(raw, shown, previous, expected):
    assert order(raw, shown, previous) == expected
    assert not mended(raw, shown, previous)


@pytest.mark.parametrize("move", ["z:up", "a:sideways", "a:", ":up", "a:up:up", ":"])
def test_a_move_of_nothing_or_to_nowhere_is_refused(move):
    with pytest.raises(BadResponse):
        order({"move": move})


def test_a_script_may_send_the_whole_order():
    assert order({"order": "c,a,b,e,d"}) == "cabed"
    assert order({"order": "c,a,b,e,d"} | numbered("12345")) == "cabed"
    assert order({"order": ""}) is None


@pytest.mark.parametrize("sent", ["a,b,c,d", "a,b,c,d,d", "a,b,c,d,z", "a,b,c,d,e,", "a, b, c, d, e", ","])
def test_an_order_that_does_not_name_each_entry_once_is_refused(sent):
    with pytest.raises(BadResponse):
        order({"order": sent})


def test_entries_may_be_called_as_the_fields_are():
    data = item("ordering", entries=[{"ident": ident, "text": ident} for ident in ("move", "order", "third")])
    raw = {"move": ["3", "third:up"], "order": ["2"], "third": ["1"]}
    assert ordering.parse(data, raw, ["move", "third", "order"]) == {"order": ["third", "order", "move"]}
    raw["move"] = ["3", "move:up"]
    assert ordering.parse(data, raw, ["move", "third", "order"]) == {"order": ["third", "move", "order"]}


@pytest.mark.parametrize(
    ("method", "score", "parts"),
    [
        ("pairwise", "3/5", {"e": 0} | dict.fromkeys("abcd", Fraction(3, 4))),
        ("absolute", "0", dict.fromkeys("abcde", 0)),
        ("all-or-nothing", "0", dict.fromkeys("abcde", 0)),
    ],
)
def test_the_item_says_how_an_order_is_scored(method, score, parts):
    scored = ordering.score(item("ordering", method=method), {"order": list("eabcd")})
    assert scored.score == Fraction(score)
    assert scored.parts == parts


def test_the_result_lists_the_entries_in_the_order_given_and_the_right_one():
    assert ordering.says(DATA, {"order": list("edcba")}) == [f"Text of {ident}" for ident in "edcba"]
    assert ordering.key_says(DATA) == [f"Text of {ident}" for ident in "abcde"]
