"""The words around what was looked for."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.search.asking import Name, Names, understood
from lessons.search.excerpts import LENGTH, Piece, excerpt, marked

LONG = "one " * 300 + "the tractor came, said Lenin’s plough. " + "two " * 300


def found(text: str, typed: str, *names: Name) -> list[str]:
    return [piece.words for piece in excerpt(text, understood(typed, Names(names))) if piece.found]


def test_an_excerpt_of_a_long_text_has_what_was_looked_for() -> None:
    pieces = excerpt(LONG, understood("tractors plough"))
    whole = "".join(piece.words for piece in pieces)
    assert [piece.words for piece in pieces if piece.found] == ["tractor", "plough"]
    assert whole.startswith("… ")
    assert whole.endswith("…")
    assert len(whole.split()) <= LENGTH + 2


def test_a_word_is_marked_without_the_signs_around_it() -> None:
    assert found("(Lenin’s) <b>strikes</b>, naïve; Ле\u0301нин!", "lenin strike naive") == [
        "Lenin’s",
        "strikes",
        "naïve",
        "Ле\u0301нин",
    ]


def test_words_that_stand_side_by_side_are_marked_only_there() -> None:
    assert found("Dual rule is no dual power.", '"dual power"') == ["dual", "power"]


def test_other_spellings_of_a_name_are_marked() -> None:
    assert found("So Parvus said.", "Гельфанд", Name(["Гельфанд", "Parvus"], is_person=True)) == ["Parvus"]


def test_a_text_without_words_has_no_excerpt() -> None:
    assert excerpt("", understood("a")) == excerpt(" … ", understood("a")) == []


def test_a_title_is_marked_whole() -> None:
    assert marked("On land, and peace", understood("land")) == [
        Piece("On ", found=False),
        Piece("land", found=True),
        Piece(", and peace", found=False),
    ]


@given(st.text(max_size=300), st.text(max_size=20))
def test_no_sign_of_a_title_is_lost(text: str, typed: str) -> None:
    assert "".join(piece.words for piece in marked(text, understood(typed))) == text
