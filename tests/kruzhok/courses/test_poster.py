"""The title of a course as a poster sets it."""

import pytest

from kruzhok.courses.poster import poster_lines


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
