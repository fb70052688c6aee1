"""What of notes one may have. What is not there, or not this user's, does not exist: NotFound."""

from typing import NamedTuple

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import page_enrolment, show_place
from course.groups.models import Enrolment
from course.users.access import SignInFirst
from lessons.access import refuse_retired, texts_seen
from lessons.checks.access import Place, place_named
from lessons.notes.models import Note, NoteReply
from lessons.seeing import seen_notes


class NoteRead(NamedTuple):
    """A note, and the place of whoever reads it: that of its writer, or another's in the same study group."""

    note: Note
    reader: Enrolment

    @property
    def mine(self) -> bool:
        """Whether who reads it wrote it."""
        return self.note.enrolment_id == self.reader.id


def text_named(session: Session, course: str, kind: str, slug: str) -> tuple[Place, Enrolment | None]:
    """Return where notes are made, the text of that KIND ("lessons" or "texts") and slug in COURSE, and by whom.

    Raise NotFound where it is retired and not used there."""
    place = place_named(session, course, kind, slug)
    enrolment = page_enrolment(session, place.course)
    if place.lesson is not None:
        refuse_retired(session, place.lesson, enrolment)
    return place, enrolment


def note_named(session: Session, note_id: int) -> NoteRead:
    """Return the note of that id for whoever asks: its writer, or a member who sees it; raise SignInFirst, NotFound."""
    if not current_user.is_authenticated:
        raise SignInFirst
    note = session.scalar(
        select(Note)
        .join(Note.enrolment)
        .where(Note.id == min(note_id, LARGEST_ID))
        .options(
            contains_eager(Note.enrolment).joinedload(Enrolment.user),
            contains_eager(Note.enrolment).joinedload(Enrolment.group),
            contains_eager(Note.enrolment).joinedload(Enrolment.course),
            joinedload(Note.text),
        )
    )
    reader = _reader(session, note) if note is not None else None
    if note is None or reader is None:
        raise NotFound
    show_place(reader)
    return NoteRead(note, reader)


def _reader(session: Session, note: Note) -> Enrolment | None:
    writer = note.enrolment
    if writer.user_id == current_user.id:
        return writer
    place = session.scalar(
        select(Enrolment)
        .where(Enrolment.group_id == writer.group_id, Enrolment.user_id == current_user.id)
        .where(Enrolment.group_id.is_not(None), Enrolment.left_at.is_(None))
        .options(joinedload(Enrolment.user), joinedload(Enrolment.group), joinedload(Enrolment.course))
    )
    if place is None:
        return None
    sees = select(Note.id).join(Note.text).where(Note.id == note.id, seen_notes(place), texts_seen(place.course, place))
    return place if session.scalar(sees) else None


def own_note(session: Session, note_id: int) -> Note:
    """Return the note of that id for its writer; raise Forbidden for another who sees it."""
    read = note_named(session, note_id)
    if not read.mine:
        raise Forbidden(_("Only who wrote a note may change it."))
    return read.note


class ReplyRead(NamedTuple):
    """A reply, and the place of its writer, who still sees the note."""

    reply: NoteReply
    reader: Enrolment


def own_reply(session: Session, reply_id: int) -> ReplyRead:
    """Return the reply of that id for its writer; raise Forbidden for another who sees the note, else NotFound."""
    if not current_user.is_authenticated:
        raise SignInFirst
    reply = session.get(NoteReply, min(reply_id, LARGEST_ID))
    if reply is None:
        raise NotFound
    reader = note_named(session, reply.note_id).reader
    if reply.enrolment_id != reader.id:
        raise Forbidden(_("Only who wrote a reply may change it."))
    return ReplyRead(reply, reader)


def refuse_former(enrolment: Enrolment) -> None:
    """Raise Forbidden for who is no longer in the study group of ENROLMENT: what they wrote there they can read."""
    if enrolment.left_at is not None:
        raise Forbidden(_("You are no longer in this study group. What you wrote there you can read, and delete."))
