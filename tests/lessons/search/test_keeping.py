"""The index of words is always what making it anew would make it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.syllabus.giving import Terms
from course.syllabus.models import Assignment
from course.texts.models import Text
from lessons.assigning.making import Question, change, make_prompt
from lessons.discussion.models import Post
from lessons.notes.models import Note, NoteTag
from lessons.notes.noting import Said, change_note
from lessons.search.contents import CONTENTS, plain_of_html, rebuild, refresh, refresh_course
from lessons.search.models import SearchEntry
from tests import factories
from tests.conftest import NOW
from tests.lessons.search.make import (
    edit_saying,
    entry_saying,
    found,
    frame_saying,
    newer_saying,
    note_saying,
    post_saying,
    reply_saying,
    seed_saying,
    text_saying,
)


def rows(session: Session) -> list[tuple[Any, ...]]:
    """Return all entries without their keys."""
    columns = [column for column in SearchEntry.__table__.columns if column.name != "id"]
    return sorted((tuple(row) for row in session.execute(select(*columns))), key=str)


def rebuilt(session: Session) -> list[tuple[Any, ...]]:
    """Return all entries without their keys, all made anew."""
    session.execute(delete(SearchEntry))
    for column, (table, _contents) in CONTENTS.items():
        refresh(session, column, select(table.id))
    return rows(session)


class Circle:
    """A study group with somebody who writes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session)
        self.group = factories.make_group(session, self.course)
        self.member = factories.make_enrolment(session, course=self.course, group=self.group)
        self.prompt = factories.activity_of(session, self.course, ActivityKind.prompt)
        self.talk = factories.make_discussion(session, self.group, self.prompt)
        self.text = text_saying(session, "One thing.", "Another thing.", course=self.course)
        refresh_course(session, self.course.id)


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def test_a_post_is_found_as_it_is_now(session: Session, circle: Circle) -> None:
    post = post_saying(session, circle.talk, circle.member, "The <b>tractor</b> came.")
    assert found(session, "tractors", circle.member) == [("post", post.id)]
    edit_saying(session, post, "The plough came.")
    assert found(session, "tractors", circle.member) == []
    assert found(session, "plough", circle.member) == [("post", post.id)]


def test_a_note_is_found_as_it_is_now(session: Session, circle: Circle) -> None:
    note = note_saying(session, circle.member, circle.text, "A tractor?")
    note.words, note.html = "A plough?", "<p>A plough?</p>"
    session.flush()
    assert found(session, "tractor", circle.member) == []
    assert found(session, "plough", circle.member) == [("note", note.id)]


def test_a_note_and_a_highlight_are_found_by_the_tags_they_have_now(session: Session, circle: Circle) -> None:
    note = note_saying(session, circle.member, circle.text, "Is it so?")
    highlight = note_saying(session, circle.member, circle.text, "")
    change_note(session, note, Said("Is it so?", ("tractor", "plough")), number=1, now=NOW)
    change_note(session, highlight, Said("", ("plough",)), number=1, now=NOW)
    assert found(session, "tractor", circle.member) == [("note", note.id)]
    assert set(found(session, "plough", circle.member)) == {("note", note.id), ("note", highlight.id)}
    change_note(session, note, Said("Is it so?", ("plough",)), number=2, now=NOW)
    change_note(session, highlight, Said("", ()), number=2, now=NOW)
    assert found(session, "tractor", circle.member) == []
    assert found(session, "plough", circle.member) == [("note", note.id)]
    assert rows(session) == rebuilt(session)


def test_a_highlight_has_no_words_to_be_found_by(session: Session, circle: Circle) -> None:
    before = rows(session)
    note_saying(session, circle.member, circle.text, "")
    assert rows(session) == before


def test_the_last_journal_entry_and_the_last_frame_are_found(session: Session, circle: Circle) -> None:
    entry_saying(session, circle.member, circle.prompt.id, "A tractor.")
    frame_saying(session, circle.member, circle.text, "A tractor.")
    entry = entry_saying(session, circle.member, circle.prompt.id, "A plough.", number=2)
    frame = frame_saying(session, circle.member, circle.text, "A plough.", number=2)
    assert found(session, "tractor", circle.member) == []
    assert set(found(session, "plough", circle.member)) == {("frame", frame.id), ("journal", entry.id)}


def test_what_goes_away_goes_out_of_the_index_and_out_of_its_words(session: Session, circle: Circle) -> None:
    post = post_saying(session, circle.talk, circle.member, "A tractor.")
    note = note_saying(session, circle.member, circle.text, "A tractor.")
    assert len(found(session, "tractor", circle.member)) == 2
    session.execute(delete(Post).where(Post.id == post.id))
    session.execute(delete(Note).where(Note.id == note.id))
    assert found(session, "tractor", circle.member) == []
    if session.get_bind().dialect.name == "sqlite":
        whole = text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
        session.execute(whole)  # raises where the words of FTS5 are not those of the table


def test_who_leaves_the_site_takes_their_words_out_of_the_index(session: Session, circle: Circle) -> None:
    alone = factories.make_enrolment(session, course=circle.course)
    before = rows(session)
    note_saying(session, alone, circle.text, "A tractor.")
    session.execute(delete(Enrolment).where(Enrolment.id == alone.id))
    assert rows(session) == before


def test_what_a_group_asks_itself_is_found_as_it_is_now(session: Session, circle: Circle) -> None:
    organiser = factories.make_enrolment(session, group=circle.group, organiser=True)
    terms = Terms(None, None, required=True)
    asked = make_prompt(session, organiser, Question("", "Is it a tractor?", 10), terms, once="a", now=NOW)
    assert found(session, "tractor", circle.member) == [("prompt", asked.id)]
    (given,) = session.scalars(select(Assignment).where(Assignment.activity_id == asked.id))
    for title, words in (("", "Is it a plough?"), ("A spade", "Is it a plough?"), ("A spade", "Or a sickle?")):
        change(session, organiser, given, terms, Question(title, words, 10), now=NOW)
        assert rows(session) == rebuilt(session)
    assert found(session, "tractor", circle.member) == []
    assert found(session, "plough", circle.member) == []
    assert found(session, "spade sickle", circle.member) == [("prompt", asked.id)]


def test_only_the_passages_of_the_current_version_are_there(session: Session, circle: Circle) -> None:
    imported = text_saying(session, "A tractor.", enrolment_id=circle.member.id)
    assert len(found(session, "tractor", circle.member)) == 1
    newer_saying(session, imported, "A plough.")
    assert found(session, "tractor", circle.member) == []
    assert len(found(session, "plough", circle.member)) == 1


def test_an_old_version_is_not_found_even_where_the_index_is_behind(session: Session, circle: Circle) -> None:
    old = circle.text.current_version_id
    assert len(found(session, "thing", circle.member)) == 2
    newer_saying(session, circle.text, "A plough.")  # of a course: the index learns of it when the load is done
    assert session.scalars(select(SearchEntry.id).where(SearchEntry.version_id == old)).all()
    assert found(session, "thing", circle.member) == []


def test_words_of_two_paragraphs_are_two_words() -> None:
    assert plain_of_html("<p>land</p><p>bread &amp; <em>pe</em>ace</p>") == "land bread & peace"


#: What can happen: the name of an act and a number that picks whom and what it is done to.
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "post",
                "edit",
                "note",
                "change note",
                "tag",
                "take a tag off",
                "reply",
                "entry",
                "frame",
                "seed",
                "import",
                "newer",
                "drop",
                "hide",
            ]
        ),
        st.integers(0, 5),
        st.sampled_from(["Land and bread.", "Мир народам", "peace, “at last”", "land", "The soviets’ land"]),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(acts=ACTS)
def test_after_any_history_the_index_is_what_it_would_be_anew(session: Session, acts: list[Any]) -> None:
    nested = session.begin_nested()
    history(session, acts)
    kept = rows(session)
    assert kept == rebuilt(session)
    nested.rollback()


def history(session: Session, acts: list[tuple[str, int, str]]) -> None:  # noqa: PLR0912 (one an act)
    """Do ACTS in a new study group, one after the other."""
    circle = Circle(session)
    member, numbers = circle.member, iter(range(1, 100))
    things: dict[str, list[Any]] = {"post": [], "note": [], "text": []}

    def one_of(kind: str, pick: int) -> Any:
        return things[kind][pick % len(things[kind])] if things[kind] else None

    for act, pick, words in acts:
        post, note, own_text = one_of("post", pick), one_of("note", pick), one_of("text", pick)
        if act == "post":
            things["post"].append(post_saying(session, circle.talk, member, words))
        elif act == "edit" and post:
            edit_saying(session, post, words, number=next(numbers) + 1)
        elif act == "note":
            things["note"].append(note_saying(session, member, circle.text, words))
        elif act == "change note" and note:
            note.words, note.html = words, f"<p>{words}</p>"
        elif act == "tag" and note:
            session.add(NoteTag(note_id=note.id, tag=f"{words} {next(numbers)}"))
        elif act == "take a tag off" and note:
            for tag in session.scalars(select(NoteTag).where(NoteTag.note_id == note.id).limit(1)):
                session.delete(tag)
        elif act == "reply" and note:
            reply_saying(session, note, member, words)
        elif act == "entry":
            entry_saying(session, member, circle.prompt.id, words, number=next(numbers))
        elif act == "frame":
            frame_saying(session, member, circle.text, words, number=next(numbers))
        elif act == "seed":
            seed_saying(session, member, circle.prompt.id, words)
        elif act == "import":
            things["text"].append(text_saying(session, words, enrolment_id=member.id))
        elif act == "newer" and own_text and len(own_text.versions) == 1:
            newer_saying(session, own_text, words, words)
            things["text"].remove(own_text)
        elif act == "drop" and note:
            things["note"].remove(note)
            session.execute(delete(Note).where(Note.id == note.id))
        elif act == "hide" and note:
            note.hidden_at, note.hidden_why = NOW, "It is rude."
        session.flush()


def test_the_whole_index_can_be_made_anew_and_says_how_much_was_wrong(database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        note_saying(session, circle.member, circle.text, "A tractor.")
        right = rows(session)
    assert rebuild(database) == 0
    with database.transaction() as session:
        session.execute(text("UPDATE search_entry SET words = 'nonsense' WHERE note_id IS NOT NULL"))
        session.execute(delete(SearchEntry).where(SearchEntry.kind == "passage"))
    assert rebuild(database) == 1 + len(passages(right))
    with database.transaction(writing=False) as session:
        assert rows(session) == right


def passages(entries: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row in entries if "passage" in str(row[0])]


def test_what_is_undone_is_undone_in_the_index(session: Session, circle: Circle) -> None:
    before = rows(session)
    nested = session.begin_nested()
    post_saying(session, circle.talk, circle.member, "A tractor.")
    nested.rollback()
    assert rows(session) == before


def test_quizzes_are_nowhere_in_the_index(session: Session, circle: Circle) -> None:
    quizzes = select(Activity.id).where(Activity.kind == ActivityKind.quiz)
    assert session.scalars(quizzes).all()
    assert session.scalars(select(SearchEntry.id).where(SearchEntry.activity_id.in_(quizzes))).all() == []
    everything = " ".join(session.scalars(select(SearchEntry.body)))
    assert "It is so." not in everything
    assert "Read it again." not in everything


def test_texts_of_a_course_without_a_load_are_no_error(session: Session) -> None:
    course = factories.make_empty_course(session)
    refresh_course(session, course.id)
    assert session.scalars(select(Text.id).where(Text.course_id == course.id)).all() == []
