from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import BadResponse
from quizzes.items import cloze as kind
from quizzes.items.cloze import MARK
from tests.quizzes.items.make import gaps, item, options

CHOICE, WORDS, NUMBER = gaps()
VERSTS = [{"ident": "verst", "text": "versts"}, {"ident": "sazhen", "text": "sazhens", "factor": 0.002}]


def cloze(text="In {month} of {year} the {who} fell.", **fields):
    return item("cloze", text=text, **fields)


def parse(data, **fields):
    return kind.parse(data, {name.replace("__", "."): [value] for name, value in fields.items()}, [])


def test_each_gap_has_its_number_in_the_order_of_the_text():
    assert [(number, gap.ident) for number, gap in cloze().numbered] == [(1, "month"), (2, "year"), (3, "who")]


def test_the_text_comes_in_paragraphs_with_a_mark_for_each_gap():
    first, second = cloze("  In **{month}** of\n1917 {year}\n \n\nthe {who}\\{s\\}").paragraphs
    assert first.words == f"In **{MARK}** of\n1917 {MARK}"
    assert [(number, gap.ident) for number, gap in first.gaps] == [(1, "month"), (2, "year")]
    assert second.words == f"the {MARK}\\{{s\\}}"
    assert [(number, gap.ident) for number, gap in second.gaps] == [(3, "who")]


@pytest.mark.parametrize(
    "text", ["*{who} fell*", "`{who}`", "[{who}](lang:ru)", "a < {who} > b", "[Duma](http://a.org){who}"]
)
def test_markdown_may_stand_around_a_gap(text):
    assert len(cloze(text, gaps=[CHOICE]).numbered) == 1


def test_what_is_blank_is_not_in_the_response_and_worth_nothing():
    response = parse(cloze(), who="b", month=" ", stranger="x")
    assert response == {"gaps": {"who": {"option": "b"}}}
    scored = kind.score(cloze(), response)
    assert scored.score == Fraction(1, 3)
    assert scored.parts == {"month": 0, "year": 0, "who": 1}
    assert not kind.is_complete(cloze(), response)


def test_each_gap_counts_alike_by_the_rule_of_its_kind():
    scored = kind.score(cloze(), parse(cloze(), who="a", month="autumn", year="١٩١٧"))
    assert scored.parts == {"month": Fraction(1, 2), "year": 1, "who": 0}
    assert scored.score == Fraction(1, 2)


def test_a_gap_of_a_number_may_have_units_with_a_field_beside_it():
    data = cloze("{way} and {way-unit}", gaps=[
        NUMBER | {"ident": "way", "units": VERSTS}, WORDS | {"ident": "way-unit"},
    ])  # fmt: skip
    response = parse(data, way="958500", way__unit="sazhen")
    assert response == {"gaps": {"way": {"number": "958500", "unit": "sazhen"}}}
    assert kind.score(data, response).parts == {"way": 1, "way-unit": 0}
    assert not kind.is_complete(data, {"gaps": {"way": {"number": "1917"}, "way-unit": {"text": "a"}}})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"year": "1,917"}, "Gap 2: Did you mean 1917 or 1.917?"),
        ({"who": "c", "month": "May"}, "Gap 3: That choice is not among those"),
        ({"month": "a\0"}, "Gap 1: There is a character"),
        ({"month": "x" * 501}, "Gap 1: This answer is too long"),
    ],
)
def test_a_refusal_says_in_which_gap(fields, message):
    with pytest.raises(BadResponse, match=message.replace("?", r"\?")):
        parse(cloze(), **fields)


def test_feedback_and_notes_say_of_which_gap_they_are():
    chosen = CHOICE | {"options": [one | {"feedback": f"About {one['ident']}."} for one in CHOICE["options"]]}
    data = cloze(gaps=[chosen, WORDS, NUMBER | {"answers": [{"value": 1917, "feedback": "Yes."}]}])
    scored = kind.score(data, parse(data, who="a", month="Octobr", year="1917"))
    assert scored.feedback == ("Gap 2: Yes.", "Gap 3: About a.")
    assert scored.note == "Gap 1: A slip of typing was forgiven. The spelling is “October”."


def test_the_names_of_the_course_hold_in_gaps():
    data = cloze("{who}", gaps=[WORDS | {"ident": "who", "answers": [{"text": "Zinoviev"}]}])
    response = {"gaps": {"who": {"text": "Radomyslsky"}}}
    assert kind.score(data, response).score == 0
    assert kind.score(data, response, names=[["Zinoviev", "Radomyslsky"]]).score == 1


def test_the_options_of_each_gap_are_shuffled_among_themselves():
    data = cloze("{b} {a}", gaps=[
        CHOICE | {"ident": "a", "options": options("xyz", right="x")},
        CHOICE | {"ident": "b", "options": options("xy", right="x"), "shuffle": False},
    ])  # fmt: skip
    orders = {tuple(kind.shown(data, Random(seed))) for seed in range(60)}
    assert len(orders) == 6
    assert all(order[:2] == ("b:x", "b:y") for order in orders)
    assert set(kind.options(data)) == set(next(iter(orders)))


def test_the_result_has_a_line_for_each_gap_that_was_filled():
    assert kind.says(cloze(), parse(cloze(), who="a", month="the *third*")) == [
        r"Gap 1: the \*third\*",
        "Gap 3: Text of a",
    ]


def test_the_key_has_a_line_for_each_gap_with_its_first_answer():
    month = WORDS | {"answers": [{"text": "autumn", "score": 0.5}, {"text": "October"}, {"text": "Oktober"}]}
    data = cloze(gaps=[month, CHOICE, NUMBER | {"answers": [{"value": 1917, "tolerance": 1}]}])
    assert kind.key_says(data) == ["Gap 1: October", "Gap 2: 1917 (within 1)", "Gap 3: Text of b"]


@given(st.dictionaries(st.sampled_from(["who", "month", "year"]), st.sampled_from(["a", "b", "October", "1917", "1"])))
def test_a_gap_more_never_costs(fields):
    try:
        response = parse(cloze(), **fields)
    except BadResponse:
        return
    filled = response["gaps"] if response else {}
    for gap in filled:
        fewer = {ident: given for ident, given in filled.items() if ident != gap}
        assert kind.score(cloze(), {"gaps": fewer} if fewer else None).score <= kind.score(cloze(), response).score
