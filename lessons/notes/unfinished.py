"""The drafts of notes, and of replies to notes, of one user, and where each is gone on with."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from course.groups.models import Enrolment
from course.texts.models import Passage, Text
from course.users.models import User
from lessons.models import Draft
from lessons.notes.models import Note, NoteReply
from lessons.notes.places import TextPlace, text_places
from lessons.notes.showing import LONG, cut
from lessons.seeing import seen_notes

_NEW = re.compile(r"note:new:([0-9]+):(.+)")
_ON_NOTE = re.compile(r"note:(?P<reply>reply:)?(?P<note>[0-9]+)(?::(?P<change>[0-9]+))?")


class Meant(NamedTuple):
    """What a draft is of: a new note on the passage IDENT of a text; else new words for a note, a reply to it, or new
    words for the reply of that id."""

    text_id: int | None = None
    ident: str = ""
    note_id: int | None = None
    is_reply: bool = False
    reply_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft on TEXT, None where that is gone; NUMBER is that of its passage.

    IS_OPEN: it can be gone on with. Where its place is gone, or nothing more is written there, its words are kept."""

    draft: Draft
    enrolment: Enrolment
    meant: Meant
    text: TextPlace | None
    number: int | None
    is_open: bool

    @property
    def excerpt(self) -> str:
        """The beginning of its words."""
        return cut(self.draft.text, LONG)


def unfinished(session: Session, user: User) -> Sequence[Unfinished]:
    """Return the drafts of USER that say something, those saved last first. Four queries at the most."""
    rows = session.execute(
        select(Draft, Enrolment)
        .join(Enrolment, Enrolment.id == Draft.enrolment_id)
        .where(Enrolment.user_id == user.id, Draft.place.startswith("note:"), Draft.text != "")
        .order_by(Draft.saved_at.desc(), Draft.id)
        .options(joinedload(Enrolment.group), joinedload(Enrolment.course))
    )
    drafts = [(draft, enrolment, meant_by(draft.place)) for draft, enrolment in rows]
    notes = _notes(session, [(enrolment, meant) for _draft, enrolment, meant in drafts])
    passages = _passages(session, [meant for _draft, _enrolment, meant in drafts])
    on = {meant.text_id for _draft, _enrolment, meant in drafts if meant.text_id} | set(notes.values())
    texts = text_places(session, on) if on else {}
    found = []
    for draft, enrolment, meant in drafts:
        key = (meant.note_id, meant.reply_id)
        there = key in notes if meant.note_id else (meant.text_id, meant.ident) in passages
        text_id = notes.get(key) if meant.note_id else meant.text_id
        number = passages.get((meant.text_id, meant.ident))
        is_open = there and _is_open(enrolment)
        found.append(Unfinished(draft, enrolment, meant, texts.get(text_id or 0), number, is_open))
    return found


def meant_by(place: str) -> Meant:
    """Return what a draft at PLACE is of."""
    if new := _NEW.fullmatch(place):
        return Meant(int(new[1]), new[2])
    on_note = _ON_NOTE.fullmatch(place)
    if on_note is None:
        return Meant()
    reply_id = int(on_note["change"]) if on_note["change"] else None
    return Meant(note_id=int(on_note["note"]), is_reply=bool(on_note["reply"]), reply_id=reply_id)


def _is_open(enrolment: Enrolment) -> bool:
    """Say whether anything is written in ENROLMENT still."""
    return enrolment.left_at is None and (enrolment.group is None or enrolment.group.archived_at is None)


def _notes(session: Session, drafts: Iterable[tuple[Enrolment, Meant]]) -> Mapping[tuple[int | None, int | None], int]:
    """Return (note, its reply or None) -> the text of the note, of those that DRAFTS are on and their writers read.

    A reply that is hidden is not changed. One query at the most."""
    places: dict[Enrolment, set[int]] = defaultdict(set)
    replies: set[int] = set()
    for enrolment, meant in drafts:
        if meant.note_id:
            places[enrolment].add(meant.note_id)
            replies.update([meant.reply_id] if meant.reply_id else [])
    if not places:
        return {}
    read = or_(*(and_(Note.id.in_(ids), seen_notes(enrolment)) for enrolment, ids in places.items()))
    its = and_(NoteReply.note_id == Note.id, NoteReply.id.in_(replies), NoteReply.hidden_at.is_(None))
    rows = session.execute(select(Note.id, NoteReply.id, Note.text_id).outerjoin(NoteReply, its).where(read)).all()
    return {key: text_id for note_id, reply_id, text_id in rows for key in ((note_id, None), (note_id, reply_id))}


def _passages(session: Session, meant: Iterable[Meant]) -> Mapping[tuple[int | None, str], int | None]:
    """Return (text, ident) -> the number of the passage, of those of new notes that are still there."""
    wanted = {(one.text_id, one.ident) for one in meant if one.text_id}
    if not wanted:
        return {}
    rows = session.execute(
        select(Text.id, Passage.ident, Passage.number)
        .join(Passage, Passage.version_id == Text.current_version_id)
        .where(Text.id.in_({text_id for text_id, _ident in wanted}))
        .where(Passage.ident.in_({ident for _text_id, ident in wanted}))
    )
    return {(text_id, ident): number for text_id, ident, number in rows}
