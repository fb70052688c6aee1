"""The labels of claims, wherever the words of a passage go: highlights, notes, quotations, finds, paper."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.markdown import blocks
from course.outline.models import ActivityKind
from course.texts.models import AnchorState, Passage, Text
from course.texts.reattaching import anchor_on, reattach
from lessons.notes.choosing import Block, Chosen, find
from lessons.notes.marking import Span, letters, marked
from lessons.search.asking import understood
from lessons.search.excerpts import excerpt
from tests import factories

CLAIM = (
    "The garrison mutinied. [Established](claim:established) Who called it out? [Disputed](claim:disputed) Nobody knew."
)
PLAIN = "The garrison mutinied. [Established] Who called it out? [Disputed] Nobody knew."


def drawn(source: str = CLAIM) -> tuple[str, str]:
    """Return the HTML and the words of a passage."""
    [block], problems = blocks(source)
    assert problems == []
    return block.html, block.plain


def shown(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_words_of_a_label_are_words_of_the_passage() -> None:
    html, plain = drawn()
    assert plain == PLAIN
    assert letters(shown(html)) == letters(plain)


@pytest.mark.parametrize(
    "words",
    ["mutinied. [Established] Who called", "[Established]", "Established", "mutinied.", "Who called it out?", PLAIN],
)
def test_a_highlight_stands_on_its_words_around_in_and_over_a_label(words: str) -> None:
    html, plain = drawn()
    start = plain.index(words)
    noted = marked(html, plain, [Span(start, start + len(words), mine=True)])
    assert letters("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", noted))) == letters(words)
    assert re.sub(r"</?mark[^>]*>", "", noted) == html


@pytest.mark.parametrize("words", ["mutinied. [Established] Who", "[Disputed]", "called it out?"])
def test_words_that_a_reader_chooses_around_a_label_are_found(words: str) -> None:
    _html, plain = drawn()
    start = len(letters(plain[: plain.index(words)]))
    [place] = find([Block("garrison", plain)], [Chosen("garrison", words, start)])
    assert plain[place.start : place.end] == words


def test_a_find_does_not_run_a_label_into_the_sentence() -> None:
    found = "".join(piece.words for piece in excerpt(drawn()[1], understood("garrison")))
    assert "mutinied. [Established] Who" in found


@pytest.fixture
def lesson(database: Database) -> str:
    """Return the address of a lesson whose first passage has labels."""
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        activity = factories.activity_of(session, course, ActivityKind.lesson)
        passage = first_passage(session, factories.notes_of(session, activity))
        passage.html, passage.plain = drawn()
        return f"/courses/{course.ident}/lessons/{activity.ident}"


def first_passage(session: Session, text: Text) -> Passage:
    its = select(Passage).where(Passage.version_id == text.current_version_id).order_by(Passage.position)
    return session.scalars(its).first() or pytest.fail("no passage")


def test_what_the_labels_of_a_lesson_mean_stands_at_the_head_of_its_notes(client: FlaskClient, lesson: str) -> None:
    page = client.get(lesson).text
    key = page[page.index("claim-key") : page.index("The garrison")]
    assert "nobody who knows the matter denies it" in key
    assert "those who know the matter differ" in key
    assert "is-view" not in key


def test_a_lesson_without_labels_has_no_key_to_them(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        activity = factories.activity_of(session, course, ActivityKind.lesson)
    assert "claim-key" not in client.get(f"/courses/{course.ident}/lessons/{activity.ident}").text


def test_labels_and_their_key_stand_in_the_reading_pack(client: FlaskClient, lesson: str) -> None:
    course = lesson.split("/lessons/", maxsplit=1)[0]
    pack = re.search(rf"{course}/units/[a-z0-9-]+/pack", client.get(course).text)
    assert pack is not None
    page = client.get(pack[0]).text
    assert '<span class="claim is-established">[Established]</span>' in page
    assert page.index("claim-key") < page.index("The garrison")


def test_a_note_keeps_its_words_when_a_label_comes_beside_them(database: Database) -> None:
    _html, without = drawn("The garrison mutinied. Who called it out? Nobody knew.")
    html, plain = drawn()
    with database.transaction() as session:
        course = factories.make_empty_course(session)
        text = factories.make_text(session, course, passages=1)
        before = first_passage(session, text)
        before.plain = without
        start = without.index("mutinied. Who called")
        anchor = anchor_on(text, [before], 0, start, start + len("mutinied. Who called"))
        session.add(anchor)
        session.flush()
        version = factories.make_text_version(session, text, passages=1, number=2)
        text.current_version_id = version.id
        session.flush()
        after = first_passage(session, text)
        after.html, after.plain = html, plain
        session.flush()
        reattach(session, text, {})
        assert anchor.state is AnchorState.kept
        assert plain[anchor.start : anchor.end] == "mutinied. [Established] Who called"
