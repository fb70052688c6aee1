"""The title of a course as a poster sets it."""

import pytest

from kruzhok.courses.poster import at_the_door, poster_lines


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Why Study the Russian Revolution?", ["Why Study", "the Russian", "Revolution?"]),
        ("1917", ["1917"]),
        ("", []),
        ("The State and Revolution", ["The", "State and", "Revolution"]),
    ],
)
def test_lines_are_as_even_as_words_allow(title: str, lines: list[str]) -> None:
    assert poster_lines(title) == lines


@pytest.mark.parametrize(
    ("told", "begins"),
    [
        ("<p>Whose.</p>\n<p>Ours.</p>\n<p>More.</p>", "<p>Whose.</p>\n<p>Ours.</p>"),
        ("<p>Whose.</p>", "<p>Whose.</p>"),
        ("", ""),
        ("<ul><li><p>Whose.</p></li></ul>\n<p>Ours.</p>\n<p>More.</p>", None),
    ],
)
def test_the_door_tells_how_it_begins_and_never_half_a_block(told: str, begins: str | None) -> None:
    assert at_the_door(told) == (told if begins is None else begins)
