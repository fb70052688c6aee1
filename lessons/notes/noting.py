"""Making notes and highlights, changing, sharing and deleting them, and replying to them."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.markdown import to_html
from course.base.words import _
from course.groups.models import Enrolment
from course.notices.records import NOTE_REPLIED, tell
from course.texts.models import Anchor, Passage, Text
from course.texts.reattaching import anchor_on
from lessons.audience import subgroup_for
from lessons.drafts import Kept, forget_handed_over, save_draft
from lessons.models import Draft
from lessons.notes.choosing import Block, Chosen, Stretch, find
from lessons.notes.models import Note, NotePlace, NoteReply, NoteTag
from lessons.readings import complete_readings

#: What a press of a button makes.
Pressed = TypeVar("Pressed", Note, NoteReply)

#: So many notes and highlights a reader may have on one text.
MOST_NOTES = 300

#: So many tags a note may have, of so many characters each.
MOST_TAGS = 10
LONGEST_TAG = 40


class NoteChanged(Conflict):
    """New words for a note that were written on an older state of it."""

    title = _("This note was changed in the meantime")
    hint = _("What it says now stands above. What you typed is still here; if you save it, it takes the other's place.")


class NotesFull(Conflict):
    """One note more than a text takes of one reader."""

    title = _("There are {n} notes and highlights of yours on this text").format(n=MOST_NOTES)
    hint = _("That is as many as one text takes. Delete some first, or write in your journal.")


class NobodyToShareWith(Conflict):
    """Sharing a note where one studies alone."""

    title = _("You study alone here")
    hint = _("A note is shared with a study group. It is kept, and private to you.")


class NotShared(Conflict):
    """A reply to a note that is private to its writer."""

    title = _("This note is private")
    hint = _("Share it first: a reply to it could not be read by anybody else.")


class GoneMeanwhile(Conflict):
    """A reply to a note that is deleted while it is written."""

    title = _("This note is no longer there")
    hint = _("It was deleted while you wrote.")


class Answered(Conflict):
    """Deleting a note to which others replied."""

    title = _("Others replied to this note")
    hint = _("Their words would go with it. Take it back instead, and nobody else sees it; or leave its words out.")


class Said(NamedTuple):
    """What a note says: its words, in Markdown, and its tags."""

    words: str = ""
    tags: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The words as safe HTML. Raises TooLong (course.base.markdown) where they are nested too deep to show."""
        return str(to_html(self.words)) if self.words.strip() else ""


def new_place(text: Text, ident: str) -> str:
    """Return the place of a draft of a note on the passage of TEXT of that ident."""
    return f"note:new:{text.id}:{ident}"


def change_place(note: Note) -> str:
    """Return the place of a draft of new words for NOTE."""
    return f"note:{note.id}"


def reply_place(note: Note) -> str:
    """Return the place of a draft of a reply to NOTE."""
    return f"note:reply:{note.id}"


def folded_tags(said: str) -> list[str]:
    """Return the tags in SAID, which parts them by commas: in small letters, without signs before them, each once."""
    tags = (" ".join(unicodedata.normalize("NFC", one.casefold()).split()).lstrip("# ") for one in said.split(","))
    return list(dict.fromkeys(tag for tag in tags if tag))


def passages_now(session: Session, text: Text) -> list[Passage]:
    """Return the passages of TEXT as it is, headings among them, in order."""
    its = select(Passage).where(Passage.version_id == text.current_version_id)
    return list(session.scalars(its.order_by(Passage.position)))


def blocks_of(passages: Iterable[Passage]) -> list[Block]:
    """Return PASSAGES as what words are chosen in."""
    return [Block(passage.ident, passage.plain) for passage in passages]


def make_note(
    session: Session,
    enrolment: Enrolment,
    text: Text,
    chosen: Sequence[Chosen],
    said: Said,
    *,
    shared: bool,
    once: str | None,
    base: int = 0,
    now: datetime,
) -> Note:
    """Return a note of ENROLMENT on the words CHOSEN in TEXT that says SAID; without words it is a highlight.

    ONCE names the press of a button: the same note with the same name is one. The draft (the one BASE names, or that
    says the same) is done with, and the readings that stand on TEXT are begun. Raise NotThere (lessons.notes.choosing)
    where the words are not found, TooLong where what is said is nested too deep, NotesFull, NobodyToShareWith."""
    if shared and enrolment.group_id is None:
        raise NobodyToShareWith
    passages = passages_now(session, text)
    stretches = find(blocks_of(passages), chosen)
    html = said.html
    first = passages[stretches[0].block].ident
    press = _press(once, text.id, *stretches, *said)
    note = _made(session, Note, enrolment, press)
    if note is None:
        mine = select(func.count(Note.id)).where(Note.enrolment_id == enrolment.id, Note.text_id == text.id)
        if (session.scalar(mine) or 0) >= MOST_NOTES:
            raise NotesFull
        note = Note(
            enrolment_id=enrolment.id,
            text_id=text.id,
            words=said.words,
            html=html,
            made_at=now,
            changed_at=now,
            shared_at=now if shared else None,
            subgroup_id=subgroup_for(session, enrolment, text) if shared else None,
            once=press,
        )
        try:
            with session.begin_nested():
                session.add(note)
        except IntegrityError:  # the other half of a double click was first
            return make_note(session, enrolment, text, chosen, said, shared=shared, once=once, base=base, now=now)
        _place(session, note, text, passages, stretches)
        session.add_all(NoteTag(note_id=note.id, tag=tag) for tag in said.tags)
        session.flush()
    forget_handed_over(session, enrolment, new_place(text, first), said.words, base)
    complete_readings(session, enrolment, text, now=now)
    return note


def _place(session: Session, note: Note, text: Text, passages: Sequence[Passage], stretches: Iterable[Stretch]) -> None:
    for at, start, end in stretches:
        anchor = anchor_on(text, passages, at, start, end)
        session.add(anchor)
        session.flush()
        session.add(NotePlace(note_id=note.id, anchor_id=anchor.id))
    session.flush()


def _press(once: str | None, *what: Any) -> str | None:
    """Return the name of the press with what was sent: who goes back, writes on and presses again makes another."""
    return hashlib.sha256(repr((once, what)).encode()).hexdigest() if once else None


def _made(session: Session, table: type[Pressed], enrolment: Enrolment, press: str | None) -> Pressed | None:
    """Return the row of TABLE that this press of a button made already, None where there is none."""
    if press is None:
        return None
    return session.scalar(select(table).where(table.enrolment_id == enrolment.id, table.once == press))


def change_note(session: Session, note: Note, said: Said, *, number: int, base: int = 0, now: datetime) -> None:
    """Let NOTE say SAID. NUMBER is that of the state that was edited; raise NoteChanged where it is an older one.

    BASE is that of the draft that is done with. Raise TooLong for Markdown nested too deep to show."""
    html = said.html
    session.refresh(note, with_for_update={"of": Note})
    tags = {tag.tag: tag for tag in session.scalars(select(NoteTag).where(NoteTag.note_id == note.id))}
    if (note.words, sorted(tags)) != (said.words, sorted(said.tags)):
        if note.number != number:
            raise NoteChanged
        note.words, note.html, note.number, note.changed_at = said.words, html, number + 1, now
        for name, tag in tags.items():
            if name not in said.tags:
                session.delete(tag)  # not by a statement: the index of words is to learn of it
        session.add_all(NoteTag(note_id=note.id, tag=tag) for tag in said.tags if tag not in tags)
        session.flush()
    forget_handed_over(session, note.enrolment, change_place(note), said.words, base)


def tags_of(session: Session, note: Note) -> list[str]:
    """Return the tags of NOTE in the order of their letters."""
    return sorted(session.scalars(select(NoteTag.tag).where(NoteTag.note_id == note.id)))


def share_note(session: Session, note: Note, *, shared: bool, now: datetime) -> None:
    """Share NOTE with the study group it was made in, or take it back; replies to it stay, and are seen with it.

    Where its text was given to subgroups to read, it is shared with that of its writer, as it is now."""
    if shared and note.enrolment.group_id is None:
        raise NobodyToShareWith
    if shared is (note.shared_at is None):
        note.shared_at = now if shared else None
        note.subgroup_id = subgroup_for(session, note.enrolment, note.text) if shared else None
    session.flush()


def delete_note(session: Session, note: Note, *, now: datetime) -> None:
    """Delete NOTE with its places, tags, drafts and its writer's own replies; raise Answered where others replied."""
    # Whoever replies at this moment is waited for, or waits and finds it gone.
    session.execute(select(Note.id).where(Note.id == note.id).with_for_update())
    others = select(NoteReply.id).where(NoteReply.note_id == note.id, NoteReply.enrolment_id != note.enrolment_id)
    if session.scalar(select(exists(others))):
        raise Answered
    anchors = list(session.scalars(select(NotePlace.anchor_id).where(NotePlace.note_id == note.id)))
    session.execute(delete(Note).where(Note.id == note.id))
    session.execute(delete(Anchor).where(Anchor.id.in_(anchors)))
    its = or_(Draft.place.in_([change_place(note), reply_place(note)]), Draft.place.startswith(f"{reply_place(note)}:"))
    session.execute(delete(Draft).where(Draft.enrolment_id == note.enrolment_id, its))
    complete_readings(session, note.enrolment, note.text, now=now)
    session.expunge(note)


def reply_to(
    session: Session, enrolment: Enrolment, note: Note, words: str, *, once: str | None, base: int = 0, now: datetime
) -> NoteReply:
    """Return the reply of ENROLMENT, who sees NOTE, that says WORDS, in Markdown.

    ONCE and BASE are as for `make_note`. Its writer is told, if they are still a member. Raise NotShared where nobody
    else could read it, GoneMeanwhile where it was deleted, TooLong for Markdown nested too deep to show."""
    html = str(to_html(words))
    its = select(Note.shared_at).where(Note.id == note.id)
    found = session.execute(its.with_for_update(read=True, key_share=True)).one_or_none()  # kept until this is over
    if found is None:
        raise GoneMeanwhile
    if found.shared_at is None:
        raise NotShared
    press = _press(once, note.id, words)
    reply = _made(session, NoteReply, enrolment, press)
    if reply is None:
        reply = NoteReply(note_id=note.id, enrolment_id=enrolment.id, words=words, html=html, made_at=now, once=press)
        try:
            with session.begin_nested():
                session.add(reply)
        except IntegrityError:  # the other half of a double click was first
            return reply_to(session, enrolment, note, words, once=once, base=base, now=now)
        if note.enrolment_id != enrolment.id and note.enrolment.left_at is None:
            tell(session, [note.enrolment.user_id], NOTE_REPLIED, f"note_reply:{reply.id}", now=now)
    forget_handed_over(session, enrolment, reply_place(note), words, base)
    return reply


def keep_new_draft(
    session: Session, enrolment: Enrolment, text: Text, ident: str, words: str, *, base: int, now: datetime
) -> Kept:
    """Keep WORDS as a draft of a note on a passage of TEXT; a save that comes in after its note was made makes none."""
    mine = select(Note.words).where(Note.enrolment_id == enrolment.id, Note.text_id == text.id)
    last = session.scalar(mine.order_by(Note.id.desc()).limit(1))
    if last is not None and last.strip() == words.strip():
        return Kept(base, now)
    return save_draft(session, enrolment, new_place(text, ident), words, base=base, now=now)


def keep_change_draft(session: Session, note: Note, words: str, *, base: int, now: datetime) -> Kept:
    """Keep WORDS as a draft of new words for NOTE; what it says already needs none."""
    if note.words.strip() == words.strip():
        forget_handed_over(session, note.enrolment, change_place(note), words, base)
        return Kept(base, now)
    return save_draft(session, note.enrolment, change_place(note), words, base=base, now=now)


def keep_reply_draft(
    session: Session, enrolment: Enrolment, note: Note, words: str, *, base: int, now: datetime
) -> Kept:
    """Keep WORDS as a draft of a reply to NOTE; a save that comes in after its words were sent makes none."""
    mine = select(NoteReply.words).where(NoteReply.note_id == note.id, NoteReply.enrolment_id == enrolment.id)
    last = session.scalar(mine.order_by(NoteReply.id.desc()).limit(1))
    if last is not None and last.strip() == words.strip():
        return Kept(base, now)
    return save_draft(session, enrolment, reply_place(note), words, base=base, now=now)
