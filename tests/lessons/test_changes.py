"""What changed in a text since somebody did something in it: which passages, and word for word."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.texts.models import Passage, Text
from lessons.changes import COMPARED, Changes, changes_since, compared, marked
from tests import factories
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def passages(**said: str) -> list[Passage]:
    """Return passages of those idents, that say that."""
    return [
        Passage(ident=ident.replace("_", "-"), number=number, plain=plain, html=f"<p>{plain}</p>")
        for number, (ident, plain) in enumerate(said.items(), 1)
    ]


def told(then: list[Passage], now: list[Passage], **moved: str) -> list[tuple[str, str | None]]:
    """Return how each passage changed, with its ident."""
    return [(change.kind, change.ident) for change in compared(then, now, moved)]


def test_what_stands_as_it_stood_is_not_told_of() -> None:
    text = passages(first="The Duma met.", second="The Soviet met.")
    assert told(text, text) == []


def test_a_passage_that_says_something_else_is_reworded() -> None:
    before, after = (
        passages(first="The Duma met.", second="It rained."),
        passages(first="The Duma met.", second="It snowed."),
    )
    assert told(before, after) == [("reworded", "second")]


def test_a_passage_that_came_in_is_new_and_one_that_went_is_gone() -> None:
    before, after = (
        passages(first="The Duma met.", old="It rained."),
        passages(new="Bread was short.", first="The Duma met."),
    )
    assert told(before, after) == [("new", "new"), ("gone", None)]


def test_a_passage_that_only_has_another_address_did_not_change() -> None:
    before, after = passages(old="The Duma met."), passages(new="The Duma met.")
    assert told(before, after) == []


def test_a_passage_whose_words_went_into_another_is_told_of_there() -> None:
    before = passages(first="The Duma met.", second="The Soviet met.")
    after = passages(first="The Duma met. The Soviet met.")
    assert told(before, after, second="first") == [("reworded", "first")]


def test_words_that_came_in_and_went_are_marked_and_nothing_else() -> None:
    assert marked("Bread was very short in Petrograd.", "Bread was short in Moscow.") == (
        "Bread was <del>very</del> short in <del>Petrograd.</del> <ins>Moscow.</ins>"
    )


def test_what_looks_like_markup_stays_words() -> None:
    assert marked("a <b> c", "a <script> c") == "a <del>&lt;b&gt;</del> <ins>&lt;script&gt;</ins> c"


def test_passages_beyond_comparing_are_shown_whole() -> None:
    long = " ".join(["word"] * (COMPARED // 100))
    other = " ".join(["other"] * 200)
    assert marked(long, other) == f"<del>{long}</del> <ins>{other}</ins>"


@given(before=st.text("ab <\n", max_size=60), now=st.text("ab <\n", max_size=60))
def test_without_what_went_the_words_are_those_of_now(before: str, now: str) -> None:
    html = str(marked(before, now))
    left = html.replace("<ins>", "").replace("</ins>", "")
    while "<del>" in left:
        head, _mark, tail = left.partition("<del>")
        left = head + tail.partition("</del>")[2]
    assert left.replace("&lt;", "<").split() == now.split()


def _reworded(session: Session, at: timedelta) -> tuple[Text, list[Passage]]:
    """Return a text whose second passage has said something else since NOW and so much."""
    text = factories.make_text(session, factories.make_empty_course(session))
    version = factories.make_text_version(session, text, number=2, made_at=NOW + at)
    now = list(session.scalars(select(Passage).where(Passage.version_id == version.id).order_by(Passage.position)))
    now[1].plain = "Paragraph two."
    text.current_version_id = version.id
    session.flush()
    return text, now


def test_a_text_is_compared_with_what_it_was_when_it_was_read(session: Session) -> None:
    text, now = _reworded(session, HOUR)
    found = changes_since(session, text, NOW, now, {})
    assert isinstance(found, Changes)
    assert [(one.kind, one.number, str(one.words)) for one in found.passages] == [
        ("reworded", 2, "Paragraph <del>2.</del> <ins>two.</ins>")
    ]
    assert (found.count("reworded"), found.count("new")) == (1, 0)


def test_where_no_words_changed_there_is_nothing_to_tell(session: Session) -> None:
    text, now = _reworded(session, HOUR)
    now[1].plain = "Paragraph 2."
    session.flush()
    assert changes_since(session, text, NOW, now, {}) is None
