from fractions import Fraction
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from quizzes.items import BadResponse
from quizzes.items import short as kind
from quizzes.items.common import as_markdown
from tests.quizzes.items.make import short

COURSE = [
    ["Alexander Kerensky", "Kerensky", "Kerenskii", "Kerenski"],
    ["Grigory Zinoviev", "Zinoviev", "Radomyslsky"],
    ["Zinaida Zinovyeva", "Zinovyev"],
    ["July Days"],
    ["June Offensive"],
]


def score(data, text, names=()):
    return kind.score(data, {"text": text}, names=names).score


def parse(*values):
    return kind.parse(short("x"), {"": values}, [])


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("February", "Febuary", 1),
        ("Kerensky", "Kerenski", 1),
        ("April Theses", "April Thesis", 1),
        ("July Days", "June Days", 0),
        ("revolution", "evolution", 0),
        ("Zinoviev", "Zinovieva", 0),
    ],
)
@pytest.mark.parametrize("names", [(), COURSE])
def test_slips_of_typing_score_as_the_golden_rows_say(key, text, expected, names):
    assert score(short(key), text, names) == expected


def test_a_forgiven_slip_shows_the_right_spelling_and_an_exact_answer_does_not():
    assert "“April Theses”" in kind.score(short("April Theses"), {"text": "aprill thesis"}).note
    assert kind.score(short("April Theses"), {"text": "april-theses!"}).note is None


def test_the_item_may_forgive_nothing():
    data = short("April Theses", forgive=False)
    assert score(data, "April Thesis") == 0
    assert score(data, "ÀPRIL theses.") == 1


@pytest.mark.parametrize("text", ["Kerensky", "Kerenskii", "alexander kerensky", "Alexandr Kerensky"])
def test_an_answer_that_is_a_name_is_right_in_all_its_spellings(text):
    assert score(short("Kerensky"), text, COURSE) == 1
    assert score(short("Kerensky"), "Kornilov", COURSE) == 0


def test_without_the_names_of_the_course_other_spellings_of_a_name_are_other_words():
    assert score(short("Zinoviev"), "Radomyslsky") == 0
    assert score(short("Zinoviev"), "Radomyslsky", COURSE) == 1


def test_a_slip_that_is_another_name_is_not_forgiven():
    assert score(short("Zinoviev"), "Zinovyev") == 1
    assert score(short("Zinoviev"), "Zinovyev", COURSE) == 0


def test_a_slip_as_near_to_another_name_is_not_forgiven():
    assert score(short("Zinoviev"), "Zinovzev") == 1
    assert score(short("Zinoviev"), "Zinovzev", COURSE) == 0
    assert score(short("Zinoviev"), "Zinovief", COURSE) == 1  # nearer to it than to any other name


def test_a_name_that_two_persons_share_brings_no_other_spelling_along():
    names = [["Lenin", "Ulyanov"], ["Alexander Ulyanov", "Ulyanov"]]
    assert score(short("Ulyanov"), "Lenin", names) == 0
    assert score(short("Ulyanov"), "Ulyanov", names) == 1
    assert score(short("Lenin"), "Ulyanov", names) == 1


def test_the_best_answer_that_fits_counts_with_its_feedback():
    data = short(
        {"text": "*soviet*", "score": 0.5, "feedback": "Which one?"},
        "Petrograd Soviet",
        {"text": "*", "score": 0, "feedback": "Look again."},
    )
    assert score(data, "Petrograd Soviet") == 1
    assert kind.score(data, {"text": "a soviet"}).feedback == ("Which one?",)
    assert kind.score(data, {"text": "the Duma"}).feedback == ("Look again.",)
    assert score(data, "Petrogard Soviet") == 1  # a slip is worth more than the wildcard here


def test_a_score_is_exactly_what_was_written():
    assert score(short("a", {"text": "b", "score": 0.1}), "b") == Fraction(1, 10)


def test_an_exact_answer_beats_a_slip_of_a_better_one():
    data = short("Constituent Assembly", {"text": "Constituend Assembly", "score": 0, "feedback": "Mind the word."})
    scored = kind.score(data, {"text": "constituend assembly"})
    assert (scored.score, scored.feedback, scored.note) == (0, ("Mind the word.",), None)


def test_a_slip_never_leads_to_a_better_answer_when_a_worse_one_is_as_near():
    data = short("soviets", {"text": "soviet", "score": 0.5})
    assert score(data, "soviets") == 1
    assert score(data, "sovietz") == Fraction(1, 2)
    assert score(data, "sovxets") == 1


@pytest.mark.parametrize("names", [(), [["Kerensky", "Kerenskii"]]])
def test_a_slip_between_two_answers_of_the_same_worth_is_forgiven(names):
    assert score(short("Kerensky", "Kerenskii"), "Kerenski", names) == 1


def test_a_slip_of_an_answer_worth_nothing_brings_its_feedback_and_no_spelling():
    data = short("Lenin", {"text": "Trotsky", "score": 0, "feedback": "He came in May."})
    scored = kind.score(data, {"text": "Trotzky"})
    assert (scored.score, scored.feedback, scored.note) == (0, ("He came in May.",), None)


def test_an_answer_written_out_is_not_taken_for_a_spelling_of_another():
    data = short("Zinoviev", {"text": "Radomyslsky", "score": 0.5, "feedback": "So he was born."})
    assert score(data, "Radomyslsky", COURSE) == Fraction(1, 2)
    assert score(data, "Grigory Zinoviev", COURSE) == 1


def test_what_was_typed_is_kept_but_for_white_space():
    assert parse("  The  April\r\nThèses! ") == {"text": "The April Thèses!"}
    assert parse("x" * 500) == {"text": "x" * 500}
    assert parse("\t \n") is None


@pytest.mark.parametrize("text", ["a\0", "\0", "a\ud800", "\x07bell", "x" * 501, "\x85x\x1f"])
def test_what_is_not_text_or_too_long_is_refused(text):
    with pytest.raises(BadResponse):
        parse(text)


def test_two_answers_are_refused():
    with pytest.raises(BadResponse, match="Only one answer"):
        parse("April", "Theses")


def test_the_key_names_the_answers_of_the_full_score_only():
    data = short("all * to the soviets", r"five\*", {"text": "bread", "score": 0.9})
    assert kind.key_says(data) == ["all … to the soviets", r"five\*"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_what_a_student_types_is_shown_as_it_is(text):
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(as_markdown(text))
    words = escape(" ".join(text.split()), quote=True).replace("&#x27;", "'")
    assert shown == (f"<p>{words}</p>\n" if words else "")
