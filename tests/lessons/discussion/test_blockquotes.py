"""What a post quotes, and where it stands: to the letter, and never where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.base.markdown import to_html
from lessons.discussion.blockquotes import (
    Library,
    Stretch,
    as_quotation,
    letters,
    letters_quoted,
    pieces_of,
    telling_words,
)

NOTES = ["The tsar has gone.", "All power to the soviets! So said Lenin — in April.", "He said it “again”, in May."]
THESES = ["No support for the Provisional Government.", "All power to the soviets! So said Lenin — in April."]


def quoted(words: str, near: tuple[int, int] | None = None) -> tuple[int, list[str]]:
    """Return in which text WORDS stand, and the words there."""
    text, found = Library([NOTES, THESES]).find(words, near)
    return text, [(NOTES, THESES)[text][one.at][one.start : one.end] for one in found]


def test_a_post_is_cut_after_each_quotation() -> None:
    html = to_html("Look:\n\n> One **two** three\n>\n> > four\n\nand\n\n> five & six\n\nSo.")
    pieces = pieces_of(html)
    assert "".join(piece.html for piece in pieces) == html
    assert [piece.words for piece in pieces] == ["One two three four", "five & six", None]


def test_a_post_without_quotations_is_one_piece() -> None:
    assert [piece.words for piece in pieces_of(to_html("Nothing is quoted here."))] == [None]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("All power to the soviets", ["All power to the soviets"]),
        ("all power TO the\nsoviets! So said Lenin - in April", ["All power to the soviets! So said Lenin — in April"]),
        ("He said it 'again', in May", ["He said it “again”, in May"]),
        ("said Lenin in April. He said it", ["said Lenin — in April", "He said it"]),
        ("All power … in April", ["All power", "in April"]),
        ("All power to [the] soviets", ["All power to", "soviets"]),
    ],
)
def test_it_is_found_whatever_marks_it_was_typed_with(words: str, found: list[str]) -> None:
    assert quoted(words) == (0, found)


def test_of_several_texts_the_first_that_has_it_is_meant_or_the_one_it_was_taken_from() -> None:
    assert quoted("All power to the soviets")[0] == 0
    assert quoted("All power to the soviets", (1, 1))[0] == 1
    assert quoted("No support for the Provisional Government", (0, 1))[0] == 1


@pytest.mark.parametrize("words", ["", "the soviets", "All power to the workers", "gone all power to him", "…", "[…]"])
def test_what_stands_nowhere_or_is_too_short_is_nowhere(words: str) -> None:
    assert quoted(words) == (0, [])


def test_letters_keep_their_place_whatever_stands_between_them() -> None:
    assert letters("É—ﬁn“й”") == ("efinи", [0, 2, 2, 3, 5])


@given(st.text(max_size=60))
def test_words_of_a_passage_are_the_same_words_once_quoted(words: str) -> None:
    words = " ".join(words.replace("\0", "").encode("utf-8", "ignore").decode().split())
    pieces = pieces_of(to_html(f"Before.\n\n{as_quotation(words)}\n"))
    said = [piece.words for piece in pieces if piece.words is not None]
    assert letters("".join(said))[0] == letters(words)[0]


MARKS = st.text(st.sampled_from("ab 1.)*_[](){}<>#|~`\\&;-+=!:/\"'\n"), max_size=40)


@given(MARKS)
def test_no_mark_of_markdown_in_them_is_one(words: str) -> None:
    html = to_html(as_quotation(words))
    tags = {"<p>", "</p>", "<blockquote>", "</blockquote>"}
    assert {part for part in html.replace("\n", "").replace(">", ">\n").split("\n") if part[:1] == "<"} <= tags | {""}
    said = "".join(piece.words or "" for piece in pieces_of(html))
    assert "".join(said.split()) == "".join(words.split())


@given(st.integers(0, 2), st.data())
def test_any_words_of_a_text_are_found_where_they_stand(number: int, data: st.DataObject) -> None:
    words = NOTES[number].split()
    start = data.draw(st.integers(0, max(len(words) - 4, 0)))
    taken = " ".join(words[start : start + data.draw(st.integers(4, 9))])
    _text, found = Library([NOTES]).find(taken)
    assert all(word in NOTES[number].lower() for word in telling_words(taken) or [])
    if found:  # a dash is no word, so four pieces may be three words
        assert found == [Stretch(number, NOTES[number].index(words[start]), found[0].end)]
        assert letters_quoted(taken) == letters(NOTES[number][found[0].start : found[0].end])[0]
    else:
        assert sum(any(char.isalnum() for char in word) for word in taken.split()) < 4


def test_a_quotation_is_told_by_its_longest_words_that_are_written_alike_everywhere() -> None:
    told = "“No Support, for the Provisional Govern[ment], said the café’s cafe\u0301s, [w]hatever"
    assert telling_words(told) == ["provisional", "whatever", "support"]
    assert telling_words("Вся власть советам, сказал он") == []
    assert telling_words("The Government") is None
