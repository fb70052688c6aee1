"""What counts as a question: words of one's own that ask something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lessons.agenda.questions import LOOKED_AT, question_in, unanswered
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.meetings.conftest import make_friends


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("So it was.", ""),
        ("It was. But *why*? I do not know.", "But why?"),
        ("> Why then?\n\nSo it was.", ""),
        ("> So it was.\n\nWas it?", "Was it?"),
        ("See https://example.org/?a=b and `a ? b`.", ""),
        ("“Who counted?” he says.", "“Who counted?"),
        ("1. What is it?\n2. Who says so?", "What is it?"),
        ("**Who counted?**", "Who counted?"),
        ("Кто считал?", "Кто считал?"),
        ("? ?? ???", ""),
    ],
)
def test_the_first_question_of_ones_own_is_found(text: str, asks: str) -> None:
    assert question_in(text).strip("*") == asks


@given(st.text(alphabet='ab? .!>\n*_`"'))
def test_whatever_is_written_a_question_is_short_and_ends_as_one(text: str) -> None:
    found = question_in(text)
    assert len(found) <= 160
    assert not found or any(letter.isalpha() for letter in found)


def test_a_long_text_is_looked_through_quickly() -> None:
    assert question_in("a? " * 20_000) == "a?"
    assert question_in("a" * 200_000 + "?") == "a" * 80 + " …"


def test_so_many_are_looked_at_and_one_query_asks_for_all(session: Session) -> None:
    friends = make_friends(session)
    for _more in range(LOOKED_AT + 3):
        factories.make_note(session, friends.vera, friends.text, words="Is that so?", shared_at=NOW)
    found = unanswered(session, friends.ivan, [], [friends.text.id])
    assert len(found) == LOOKED_AT
    assert {(one.words, one.by, one.prompt) for one in found} == {("Is that so?", "Vera", None)}


def test_without_prompts_and_texts_nothing_is_asked(session: Session) -> None:
    friends = make_friends(session)
    assert unanswered(session, friends.ivan, [], []) == []
