"""What a method made of a response is said in words that come to the very score."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.explaining.arithmetic import said
from quizzes.explaining.methods import METHODS, method_of
from quizzes.explaining.words import WORDS, explains
from quizzes.explaining.words_typed import how_near
from quizzes.items import TYPES
from tests.quizzes.explaining.make import ITEMS, NAMES, responses
from tests.quizzes.items.make import item, numeric, short

every_item = pytest.mark.parametrize("data", ITEMS.values(), ids=ITEMS.keys())
every_scored_item = pytest.mark.parametrize(
    "data", [data for data in ITEMS.values() if data.type != "essay"], ids=[name for name in ITEMS if name != "essay"]
)
DATES = [data for data in ITEMS.values() if data.type == "date"]


def lines(data, response):
    return explains(data, response, names=NAMES)


def test_every_type_has_its_words() -> None:
    assert set(WORDS) == set(METHODS) == set(TYPES)
    assert {data.type for data in ITEMS.values()} == set(TYPES)


@every_item
def test_every_method_is_a_sentence(data) -> None:
    assert method_of(data).endswith(".")


@every_item
def test_a_blank_is_said_to_be_worth_nothing(data) -> None:
    assert lines(data, None) == ["No answer was given, and a blank is worth 0."]


@every_scored_item
@given(drawn=st.data())
def test_the_words_come_to_the_score(data, drawn) -> None:
    """The last number of what is reckoned is the score; a note may stand behind it."""
    response = drawn.draw(responses(data))
    scored = TYPES[data.type].score(data, response, names=NAMES)
    found = [line.removesuffix(scored.note or "").rstrip(" .") for line in lines(data, response)]
    reckoned = next(line for line in reversed(found) if line)
    assert reckoned.rpartition(" ")[2] == said(scored.score), found


@pytest.mark.parametrize("data", DATES)
@given(drawn=st.data())
def test_how_near_a_date_is_comes_to_its_score_exactly(data, drawn) -> None:
    response = drawn.draw(responses(data))
    assert how_near(data, response).worth == TYPES["date"].score(data, response).score


def test_net_correct() -> None:
    assert lines(item("multiple"), {"options": ["a", "b", "c"]}) == [
        "“Text of a” was ticked rightly",
        "“Text of b” was ticked rightly",
        "“Text of c” was ticked wrongly",
        "2 of 2 right ones and one wrong one ticked: (2 − 1) / 2 = 0.5",
    ]
    assert lines(item("multiple"), {"options": ["c"]})[-1].endswith("(0 − 1) / 2 is below 0, and counts as 0")


def test_the_other_methods_of_choices() -> None:
    response = {"options": ["a", "c"]}
    ends = {
        "coverage": "1 / 2 × 1 / 2 = 0.25",
        "each-answer": "2 of 4 options were decided rightly: 2 / 4 = 0.5",
        "all-or-nothing": "not just all the right ones: 0",
    }
    for method, end in ends.items():
        assert lines(item("multiple", method=method), response)[-1].endswith(f"ticked: {end}")


def test_pairs_of_an_order() -> None:
    response = {"order": list("eabcd")}
    assert lines(item("ordering"), response) == ["6 of 10 pairs stand in the right order: 6 / 10 = 0.6"]
    assert lines(item("ordering", method="absolute"), response) == ["0 of 5 entries stand in their places: 0 / 5 = 0"]


def test_which_answer_fits_and_how() -> None:
    data = short("April Theses", "Kerensky", {"text": "May*", "score": 0.5})
    found = {
        text: lines(data, {"text": text})[0] for text in ("april theses", "April Thesis", "Kerenskii", "May 1", "X")
    }
    assert found == {
        "april theses": "“april theses” fits the answer “April Theses”: 1",
        "April Thesis": "“April Thesis”: 1. A slip of typing was forgiven. The spelling is “April Theses”.",
        "Kerenskii": "“Kerenskii” is another spelling of an answer: 1",
        "May 1": "“May 1” fits the answer “May…”: 0.5",
        "X": "“X” fits no answer that is worth anything: 0",
    }


def test_numbers_and_their_units() -> None:
    units = [{"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}]
    data = numeric({"value": 2, "tolerance": 1}, units=units)
    assert lines(data, {"number": "1250", "unit": "sazhen"}) == [
        "1250 sazhens are 2\\.5 versts",
        "1250 sazhens is within 1 of 2 versts: 1",
    ]
    assert lines(data, {"number": "3"})[-1] == "No unit was given: 1 × 0.5 = 0.5"


def test_dates_near_and_far() -> None:
    point, span = item("date", old_style_place=True, tolerance=3), item("date", key="1914..1918")
    assert lines(point, {"text": "8 November 1917"}) == [
        "8 November 1917 is one day away from the key: 1 − 1 / 4 = 0.75"
    ]
    assert lines(point, {"text": "1917"})[0] == "1917 holds the key, and is less exact: 0.5"
    assert lines(point, {"text": "25 October 1917"}) == [
        "25 October 1917 agrees with the key: 1",
        "Read as Old Style: 25 October 1917 is 7 November in the New Style.",
    ]
    assert lines(span, {"text": "1914–1917"}) == ["1914–1917 has 4 of 5 years in common with the key: 4 / 5 = 0.8"]


def test_the_parts_of_a_cloze_and_their_mean() -> None:
    response = {"gaps": {"who": {"option": "b"}, "month": {"text": "autumn"}}}
    assert lines(item("cloze"), response) == [
        "Gap 1: “autumn” fits the answer “autumn”: 0.5",
        "Gap 2: left blank: 0",
        "Gap 3: “Text of b” is right: 1",
        "The mean of 3 parts: (0.5 + 0 + 1) / 3 = 0.5",
    ]


def test_evidence_found_and_evidence_that_is_none() -> None:
    data = item("evidence", right=["a", ["b", "c"], "d"], also=["e"])
    assert lines(data, {"passages": ["a", "c", "e", "f"]}) == [
        "2 of 3 pieces of evidence were found",
        "One passage was picked that is none",
        "One passage counts neither way",
        "2 / 3 − 1 / 3 = 0.33",
    ]


def test_the_words_of_a_student_are_no_markup() -> None:
    assert lines(short("*"), {"text": "*x*"}) == ["“\\*x\\*” fits the answer “…”: 1"]
    assert said(Fraction(1, 3)) == "0.33"
