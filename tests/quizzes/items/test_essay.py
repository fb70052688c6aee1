from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.items import BadResponse, is_marked_by_hand
from quizzes.items import essay as kind
from quizzes.items.essay import length_words, mark_score
from tests.quizzes.items.make import item, levels, rubric

ESSAY = item("essay")
QUOTE = "He wrote: “All power to the soviets”."


def parse(*values):
    return kind.parse(ESSAY, {"": values}, [])


def text(*values):
    return parse(*values)["text"]


def words(count, **limits):
    return item("essay", words=limits), {"text": " ".join(["word"] * count)}


# What is typed


def test_line_breaks_are_kept_and_spaces_before_them_are_not():
    assert text("\r\n One  line \r\nanother\t\r\r\n\u2028> a third\u00a0\n\n ") == " One  line\nanother\n\n\n> a third"


def test_letters_are_composed():
    assert text("Zu\u0308rich") == "Zürich"


@pytest.mark.parametrize("typed", ["NUL \0", "\x1b[0m", "half \ud800", "\x7f", "a\x85b", "a\x0bb"])
def test_what_is_not_text_is_refused(typed):
    with pytest.raises(BadResponse, match="not text"):
        parse(typed)


def test_a_heap_of_accents_is_refused_before_it_takes_for_ever():
    assert parse("a" + "\u0301" * 30)
    with pytest.raises(BadResponse, match="accents"):
        parse("a" + "\u0301\u0323" * 40_000)


def test_an_essay_of_100_000_characters_is_taken_and_a_longer_one_refused_with_both_numbers():
    assert len(text("x" * 100_000 + " \r\n")) == 100_000
    with pytest.raises(BadResponse, match="100,001 characters, and 100,000"):
        parse("x" * 100_001)
    with pytest.raises(BadResponse, match="150,000 characters"):
        parse("\ufb2c" * 50_000)  # a letter that is composed of three


def test_two_texts_are_no_answer():
    with pytest.raises(BadResponse, match="Only one answer"):
        parse("One.", "Another.")


@given(typed=st.text(st.sampled_from("a \n\r\t\u2029\u00a0>é\u0301") | st.characters(), max_size=40))
def test_what_was_taken_is_taken_again_as_it_is(typed):
    try:
        response = parse(typed)
    except BadResponse:
        return
    assert response is None or parse(response["text"].replace("\n", "\r\n")) == response


# How long it is


@pytest.mark.parametrize(
    ("count", "limits", "said"),
    [
        (1, {}, "1 word."),
        (212, {"least": 100}, "212 words."),
        (212, {"most": 212}, "212 words."),
        (212, {"least": 100, "most": 200}, "212 words; 12 more than asked."),
        (88, {"least": 100, "most": 200}, "88 words; 12 fewer than asked."),
    ],
)
def test_the_number_of_words_is_said_and_how_far_it_is_from_what_is_asked(count, limits, said):
    data, response = words(count, **limits)
    assert length_words(data, response) == said
    assert kind.is_complete(data, response) == ("than asked" not in said)


def test_dashes_and_punctuation_are_no_words_and_hyphens_make_none():
    assert length_words(ESSAY, {"text": "Rank-and-file — soldiers’ councils—all … of them!\n\n* * *"}) == "6 words."


def test_a_blank_has_no_length():
    assert length_words(ESSAY, None) == ""


def test_quotations_that_are_asked_for_and_missing_are_said_and_the_essay_is_incomplete():
    data = item("essay", quote_from=["a-text"], quotations=2)
    assert length_words(data, {"text": QUOTE}) == "7 words; 1 of 2 quotations."
    assert not kind.is_complete(data, {"text": QUOTE})
    assert length_words(data, {"text": f"{QUOTE}\n{QUOTE} {QUOTE}"}) == "21 words."
    assert kind.is_complete(data, {"text": f"{QUOTE}\n{QUOTE}"})


# What is said of it


def test_paragraphs_and_lines_are_said_as_they_were_typed_and_nothing_in_them_is_markdown():
    response = {"text": "# One\nline *more*\n\n\n> Another <b>"}
    assert kind.says(ESSAY, response) == [r"\# One" + "\\\n" + r"line \*more\*", r"\> Another \<b\>"]


@pytest.mark.parametrize("model", ["One.\n\n- a\n- b\n\n\nTwo.", "One.\n  \n- a\n- b\n\nTwo.\n"])
def test_the_model_answer_is_said_in_paragraphs(model):
    assert kind.key_says(item("essay", model=model)) == ["One.", "- a\n- b", "Two."]


# What it is worth


def test_no_machine_scores_it():
    assert kind.marked_by_hand
    assert is_marked_by_hand(ESSAY)
    assert not is_marked_by_hand(item("short"))
    assert kind.score(ESSAY, {"text": "So it was."}).score == 0


@pytest.mark.parametrize(
    ("weights", "expected"), [({}, Fraction(4, 5)), ({"argument": 3, "sources": 1}, Fraction(7, 10))]
)
def test_a_mark_is_the_mean_of_the_levels_by_weight(weights, expected):
    data = item("essay", rubric=rubric(**weights))
    assert mark_score(data, {"argument": "b", "sources": "c"}) == expected


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({}, "level for “Argument”"),
        ({"argument": "a"}, "level for “Sources”"),
        ({"argument": "a", "sources": "x"}, "level for “Sources”"),
        ({"argument": "a", "sources": "a", "style": "a"}, "no such criterion"),
    ],
)
def test_a_mark_needs_a_level_for_each_criterion_and_nothing_else(chosen, message):
    with pytest.raises(BadResponse, match=message):
        mark_score(ESSAY, chosen)


@given(drawn=st.data(), weights=st.lists(st.integers(1, 1000).map(lambda n: n / 10), min_size=2, max_size=2))
def test_the_best_levels_are_worth_1_and_a_better_level_never_costs(drawn, weights):
    data = item("essay", rubric=rubric(argument=weights[0], sources=weights[1]))
    chosen = {"argument": drawn.draw(st.sampled_from("abc")), "sources": drawn.draw(st.sampled_from("ab"))}
    assert 0 <= mark_score(data, chosen) < mark_score(data, chosen | {"sources": "c"}) <= 1
    assert mark_score(data, {"argument": "c", "sources": "c"}) == 1


def test_one_criterion_is_enough():
    data = item("essay", rubric=[rubric()[0] | {"levels": levels(0.1, 1)}])
    assert mark_score(data, {"argument": "a"}) == Fraction(1, 10)
