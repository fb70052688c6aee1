"""Making, changing, sharing and deleting notes, and replying: nothing doubled, nothing lost, no wrong place."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.markdown import TooLong
from course.completion.models import State
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.notices.models import Notice
from course.texts.models import Anchor, Text
from lessons.drafts import drafts_at
from lessons.notes import noting
from lessons.notes.choosing import Ambiguous, Chosen, Gone
from lessons.notes.models import Note, NotePlace, NoteReply, NoteTag
from lessons.notes.noting import (
    Answered,
    GoneMeanwhile,
    NobodyToShareWith,
    NoteChanged,
    NotesFull,
    NotShared,
    Said,
    change_note,
    change_place,
    delete_note,
    folded_tags,
    keep_change_draft,
    keep_new_draft,
    keep_reply_draft,
    make_note,
    new_place,
    reply_place,
    reply_to,
    share_note,
    tags_of,
)
from tests.conftest import NOW
from tests.lessons.notes.conftest import Circle, make_circle

LATER = NOW + timedelta(minutes=1)
DUAL = Chosen("p-1", "dual power", 8)


def noted(session: Session, circle: Circle, who: Enrolment, words: str = "Is it so?", **told: Any) -> Note:
    how: dict[str, Any] = {"shared": False, "once": None, "now": NOW} | told
    return make_note(session, who, circle.text, [how.pop("chosen", DUAL)], Said(words), **how)


def anchors_of(session: Session, note: Note) -> list[Anchor]:
    places = select(Anchor).join(NotePlace, NotePlace.anchor_id == Anchor.id).where(NotePlace.note_id == note.id)
    return list(session.scalars(places.order_by(NotePlace.id)))


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count(table.id))) or 0


def told(session: Session) -> list[tuple[int, str, str]]:
    return [(notice.user_id, notice.kind, notice.ref) for notice in session.scalars(select(Notice))]


def test_a_note_is_tied_to_its_words_with_what_stands_around_them(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, "Is *it* so?")
    assert (note.words, note.html) == ("Is *it* so?", "<p>Is <em>it</em> so?</p>\n")
    [anchor] = anchors_of(session, note)
    assert (anchor.exact, anchor.start, anchor.end) == ("dual power", 10, 20)
    assert (anchor.prefix, anchor.suffix) == ("There was ", " in Russia after February.The so")
    assert anchor.now_passage_id == anchor.made_on_passage_id


def test_a_note_without_words_is_a_highlight(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, "")
    assert (note.words, note.html, note.shared_at) == ("", "", None)


def test_a_note_on_several_passages_has_a_place_in_each(session: Session, circle: Circle) -> None:
    chosen = [Chosen("p-1", "after February.", 24), Chosen("p-2", "The soviet", 0)]
    note = make_note(session, circle.vera, circle.text, chosen, Said("So"), shared=False, once=None, now=NOW)
    assert [anchor.exact for anchor in anchors_of(session, note)] == ["after February.", "The soviet"]


@pytest.mark.parametrize(
    ("chosen", "refused"),
    [(Chosen("p-1", "triple power", 8), Gone), (Chosen("p-2", "had"), Ambiguous), (Chosen("p-9", "", None), Gone)],
)
def test_words_that_are_not_there_or_there_twice_make_no_note(
    session: Session, circle: Circle, chosen: Chosen, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        noted(session, circle, circle.vera, chosen=chosen)
    assert count(session, Note) == count(session, Anchor) - len(factories_anchors(session)) == 0


def factories_anchors(session: Session) -> list[int]:
    """Return the anchors that stood there before: those of the items of the quiz."""
    return list(session.scalars(select(Anchor.id).where(Anchor.id.not_in(select(NotePlace.anchor_id)))))


def test_a_double_click_is_one_note_and_another_choice_is_another(session: Session, circle: Circle) -> None:
    first = noted(session, circle, circle.vera, once="a")
    assert noted(session, circle, circle.vera, once="a", now=LATER) is first
    noted(session, circle, circle.vera, once="a", chosen=Chosen("p-3"))
    noted(session, circle, circle.ivan, once="a")
    assert count(session, Note) == 3


def test_two_presses_at_the_same_moment_are_one_note(database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
    start = threading.Barrier(2)
    made = []

    def press() -> None:
        start.wait()
        with database.transaction() as session:
            vera, text = session.get_one(Enrolment, circle.vera.id), session.get_one(Text, circle.text.id)
            said = Said("Is it so?", ("power",))
            note = make_note(session, vera, text, [DUAL], said, shared=False, once="a", now=NOW)
            made.append(note.id)

    threads = [threading.Thread(target=press) for _twice in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
    with database.transaction() as session:
        assert (count(session, Note), count(session, NotePlace), count(session, NoteTag)) == (1, 1, 1)


def test_a_note_takes_its_draft_away_and_begins_the_reading_that_stands_on_the_text(
    session: Session, circle: Circle
) -> None:
    kept = keep_new_draft(session, circle.vera, circle.text, "p-1", "Is it", base=0, now=NOW)
    noted(session, circle, circle.vera, base=kept.base)
    assert not drafts_at(session, circle.vera, new_place(circle.text, "p-1"))
    assert standing_of(session, circle.vera).state(circle.reading.id) is State.begun


def test_deleting_the_only_note_leaves_the_reading_not_begun(session: Session, circle: Circle) -> None:
    delete_note(session, noted(session, circle, circle.vera), now=LATER)
    assert standing_of(session, circle.vera).state(circle.reading.id) is State.none


def test_one_note_more_than_fits_is_refused(session: Session, circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "MOST_NOTES", 2)
    for ident in ("p-1", "p-2"):
        noted(session, circle, circle.vera, chosen=Chosen(ident), once=ident)
    with pytest.raises(NotesFull):
        noted(session, circle, circle.vera)
    noted(session, circle, circle.vera, chosen=Chosen("p-2"), once="p-2")  # pressed twice is not one more
    noted(session, circle, circle.ivan)


def test_words_nested_too_deep_to_show_are_refused(session: Session, circle: Circle) -> None:
    with pytest.raises(TooLong):
        noted(session, circle, circle.vera, "> " * 200 + "deep")
    assert count(session, Note) == 0


def test_alone_there_is_nobody_to_share_with(session: Session, circle: Circle) -> None:
    with pytest.raises(NobodyToShareWith):
        noted(session, circle, circle.alone, shared=True)
    note = noted(session, circle, circle.alone)
    with pytest.raises(NobodyToShareWith):
        share_note(session, note, shared=True, now=NOW)


def test_a_note_is_shared_once_and_taken_back(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera)
    share_note(session, note, shared=True, now=NOW)
    share_note(session, note, shared=True, now=LATER)
    assert note.shared_at == NOW
    share_note(session, note, shared=False, now=LATER)
    assert note.shared_at is None


def test_a_changed_note_says_the_new_words_and_keeps_the_tags_that_stay(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera)
    change_note(session, note, Said("No.", ("power", "1917")), number=1, now=LATER)
    change_note(session, note, Said("No!", ("power",)), number=2, now=LATER)
    assert (note.words, note.html, note.number, note.changed_at) == ("No!", "<p>No!</p>\n", 3, LATER)
    assert tags_of(session, note) == ["power"]


def test_who_changes_an_older_state_is_told_and_the_newer_words_stay(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera)
    change_note(session, note, Said("Of one window."), number=1, now=LATER)
    with pytest.raises(NoteChanged):
        change_note(session, note, Said("Of another."), number=1, now=LATER)
    assert note.words == "Of one window."


def test_the_same_words_again_are_no_change(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera)
    change_note(session, note, Said("Is it so?"), number=0, now=LATER)
    assert (note.number, note.changed_at) == (1, NOW)


def test_deleting_a_note_takes_all_that_hangs_on_it_and_nothing_else(session: Session, circle: Circle) -> None:
    before = count(session, Anchor)
    other = noted(session, circle, circle.ivan)
    note = noted(session, circle, circle.vera, shared=True)
    change_note(session, note, Said("Is it?", ("power",)), number=1, now=NOW)
    reply_to(session, circle.vera, note, "I add this.", once=None, now=NOW)
    keep_change_draft(session, note, "And", base=0, now=NOW)
    delete_note(session, note, now=LATER)
    assert list(session.scalars(select(Note.id))) == [other.id]
    assert (count(session, NotePlace), count(session, NoteTag), count(session, NoteReply)) == (1, 0, 0)
    assert count(session, Anchor) == before + 1
    assert not drafts_at(session, circle.vera, change_place(note))


def test_a_note_with_replies_of_others_is_not_deleted(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, shared=True)
    reply_to(session, circle.ivan, note, "I think so.", once=None, now=NOW)
    with pytest.raises(Answered):
        delete_note(session, note, now=LATER)
    assert count(session, NoteReply) == 1


def test_a_reply_to_a_note_that_was_deleted_after_it_was_read_is_refused(database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        read = noted(session, circle, circle.vera, shared=True)
    with database.transaction() as session:
        delete_note(session, session.get_one(Note, read.id), now=LATER)
    with database.transaction() as session:
        ivan, note = session.get_one(Enrolment, circle.ivan.id), session.merge(read, load=False)
        with pytest.raises(GoneMeanwhile):
            reply_to(session, ivan, note, "I think so.", once="a-press", now=LATER)


def test_who_deletes_a_note_waits_for_a_reply_that_is_being_written_and_keeps_it(database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        note_id = noted(session, circle, circle.vera, shared=True).id
    refused = []

    def remove() -> None:
        with database.transaction() as session:
            try:
                delete_note(session, session.get_one(Note, note_id), now=LATER)
            except Answered as error:
                refused.append(error)

    deleting = threading.Thread(target=remove)
    with database.transaction() as session:
        ivan, note = session.get_one(Enrolment, circle.ivan.id), session.get_one(Note, note_id)
        reply_to(session, ivan, note, "I think so.", once=None, now=NOW)
        deleting.start()
        deleting.join(0.3)
        assert deleting.is_alive()
    deleting.join(30)
    with database.transaction() as session:
        assert (len(refused), count(session, Note), count(session, NoteReply)) == (1, 1, 1)


def test_its_writer_is_told_of_a_reply_but_not_of_their_own(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, shared=True)
    reply_to(session, circle.vera, note, "I add this.", once=None, now=NOW)
    reply = reply_to(session, circle.ivan, note, "I think *so*.", once=None, now=NOW)
    assert reply.html == "<p>I think <em>so</em>.</p>\n"
    assert told(session) == [(circle.vera.user_id, "note_replied", f"note_reply:{reply.id}")]


def test_who_left_is_not_told_of_a_reply(session: Session, circle: Circle) -> None:
    reply_to(session, circle.ivan, noted(session, circle, circle.left, shared=True), "So?", once=None, now=NOW)
    assert told(session) == []


def test_a_double_click_is_one_reply_and_takes_its_draft_away(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, shared=True)
    kept = keep_reply_draft(session, circle.ivan, note, "I think", base=0, now=NOW)
    first = reply_to(session, circle.ivan, note, "I think so.", once="a", base=kept.base, now=NOW)
    assert reply_to(session, circle.ivan, note, "I think so.", once="a", now=LATER) is first
    assert not drafts_at(session, circle.ivan, reply_place(note))
    assert len(told(session)) == 1


def test_nobody_replies_to_a_private_note(session: Session, circle: Circle) -> None:
    with pytest.raises(NotShared):
        reply_to(session, circle.vera, noted(session, circle, circle.vera), "To me.", once=None, now=NOW)


def test_a_save_that_comes_in_after_its_words_were_sent_makes_no_draft(session: Session, circle: Circle) -> None:
    note = noted(session, circle, circle.vera, shared=True)
    reply_to(session, circle.ivan, note, "So.", once=None, now=NOW)
    keep_new_draft(session, circle.vera, circle.text, "p-1", "Is it so?", base=0, now=LATER)
    keep_change_draft(session, note, "Is it so?", base=0, now=LATER)
    keep_reply_draft(session, circle.ivan, note, "So.", base=0, now=LATER)
    assert not drafts_at(session, circle.vera, new_place(circle.text, "p-1"))
    assert not drafts_at(session, circle.vera, change_place(note))
    assert not drafts_at(session, circle.ivan, reply_place(note))


def test_tags_are_folded_and_each_is_there_once() -> None:
    assert folded_tags(" Dual  Power, #dual power,, 1917,ÉLAN, e\u0301lan") == ["dual power", "1917", "élan"]


@given(st.text())
def test_folding_tags_twice_is_folding_them_once(said: str) -> None:
    tags = folded_tags(said)
    assert folded_tags(", ".join(tags)) == tags
