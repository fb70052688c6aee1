"""Single, multiple, true or false."""

from fractions import Fraction
from random import Random

import pytest

from quizzes.items import BadResponse, multiple, single, true_false
from tests.quizzes.items.make import item, options

MODULES = {"single": single, "multiple": multiple, "true-false": true_false}


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize("value", ["z", "B", "b ", "TRUE", "\ud800"])
def test_an_option_that_is_not_there_is_refused(kind, value):
    data = item(kind)
    with pytest.raises(BadResponse, match="not among those"):
        MODULES[kind].parse(data, {"": [value]}, [])


@pytest.mark.parametrize(("kind", "values"), [("single", ["a", "b"]), ("true-false", ["true", "false"])])
def test_two_answers_where_one_is_asked_are_refused(kind, values):
    with pytest.raises(BadResponse, match="Only one answer"):
        MODULES[kind].parse(item(kind), {"": values}, [])


def test_a_choice_is_kept_in_one_form():
    assert single.parse(item("single"), {"": ["b"]}, []) == {"option": "b"}
    assert multiple.parse(item("multiple"), {"": ["c", "a", "c", ""]}, []) == {"options": ["a", "c"]}
    assert true_false.parse(item("true-false"), {"": ["false"]}, []) == {"value": False}


@pytest.mark.parametrize("module", [single, multiple])
def test_options_are_shuffled_unless_the_item_says_otherwise(module):
    kind = "single" if module is single else "multiple"
    fixed = item(kind, options=options("abcd", right="c"), shuffle=False)
    loose = item(kind, options=options("abcd", right="c"))
    assert {tuple(module.shown(fixed, Random(seed))) for seed in range(20)} == {tuple("abcd")}
    assert len({tuple(module.shown(loose, Random(seed))) for seed in range(20)}) > 5


def test_true_stands_before_false_always():
    assert {tuple(true_false.shown(item("true-false"), Random(seed))) for seed in range(20)} == {("true", "false")}


def test_feedback_is_that_of_the_options_chosen():
    given = [option | {"feedback": f"On {option['ident']}."} for option in options("abc", right="b")]
    given[2].pop("feedback")
    assert single.score(item("single", options=given), {"option": "a"}).feedback == ("On a.",)
    assert single.score(item("single", options=given), {"option": "c"}).feedback == ()
    assert multiple.score(item("multiple", options=given), {"options": ["a", "b", "c"]}).feedback == ("On a.", "On b.")


def test_feedback_on_a_statement_is_for_the_answer_given():
    data = item("true-false", key=False, feedback={True: "You said so.", "false": "Indeed."})
    assert true_false.score(data, {"value": True}).feedback == ("You said so.",)
    assert true_false.score(data, {"value": False}).feedback == ("Indeed.",)
    assert true_false.score(item("true-false"), {"value": True}).feedback == ()


def test_a_wrong_choice_scores_nothing():
    assert single.score(item("single"), {"option": "a"}).score == 0
    assert true_false.score(item("true-false", key=False), {"value": True}).score == 0


def test_each_option_says_whether_the_decision_on_it_was_right():
    scored = multiple.score(item("multiple"), {"options": ["a", "c"]})  # key: a and b
    assert scored.parts == {"a": 1, "b": 0, "c": 0, "d": 1}


@pytest.mark.parametrize(
    ("method", "score"),
    [("net-correct", "0"), ("all-or-nothing", "0"), ("coverage", "1/4"), ("each-answer", "1/2")],
)
def test_the_item_says_how_several_choices_are_scored(method, score):
    assert multiple.score(item("multiple", method=method), {"options": ["a", "c"]}).score == Fraction(score)


def test_net_correct_is_the_method_unless_said():
    assert multiple.score(item("multiple"), {"options": ["a"]}).score == Fraction(1, 2)


def test_the_result_says_what_was_chosen_and_what_was_right():
    assert single.says(item("single"), {"option": "a"}) == ["Text of a"]
    assert single.key_says(item("single")) == ["Text of b"]
    assert multiple.says(item("multiple"), {"options": ["b", "d"]}) == ["Text of b", "Text of d"]
    assert multiple.key_says(item("multiple")) == ["Text of a", "Text of b"]
    assert true_false.says(item("true-false"), {"value": False}) == ["False"]
    assert true_false.key_says(item("true-false")) == ["True"]


@pytest.mark.parametrize(
    ("kind", "response"), [("single", {"option": "gone"}), ("multiple", {"options": ["a", "gone"]})]
)
def test_a_response_to_another_item_is_not_scored(kind, response):
    with pytest.raises(BadResponse):
        MODULES[kind].score(item(kind), response)
