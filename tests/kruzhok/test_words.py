"""How things are said on a page."""

import pytest

from kruzhok.words import tongue


@pytest.mark.parametrize(
    ("name", "code"), [("Лев Троцкий", "ru"), ("陳獨秀", "zh"), ("Róża Luksemburg", ""), ("«Искра»", "ru"), ("", "")]
)
def test_a_name_in_its_own_letters_says_its_language_where_they_speak_for_one(name, code):
    assert tongue(name) == code
