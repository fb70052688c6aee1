"""Changing and deleting a reply of one's own to a note."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.markdown import to_html
from course.base.words import _
from lessons.drafts import Kept, forget_handed_over, save_draft
from lessons.models import Draft
from lessons.notes.models import NoteReply


class ReplyChanged(Conflict):
    """New words for a reply that were written on an older state of it."""

    title = _("This reply was changed in the meantime")
    hint = _("What it says now stands above. What you typed is still here; if you save it, it takes the other's place.")


class ReplyHidden(Conflict):
    """Changing or deleting a reply that is hidden: whoever has to judge it reads it as it was."""

    title = _("This reply is hidden")
    hint = _("It stays as it is. You and the tutors still read it.")


def new_words_place(reply: NoteReply) -> str:
    """Return the place of a draft of new words for REPLY."""
    return f"note:reply:{reply.note_id}:{reply.id}"


def state_of(reply: NoteReply) -> str:
    """Return what names the state of REPLY that a page shows: another name, other words."""
    return hashlib.sha256(reply.words.encode()).hexdigest()[:16]


def change_reply(session: Session, reply: NoteReply, words: str, *, state: str, base: int = 0) -> None:
    """Let REPLY say WORDS. STATE is that which was edited; raise ReplyChanged where it is an older one.

    BASE is that of the draft that is done with. Raise ReplyHidden, and TooLong for Markdown nested too deep to show."""
    html = str(to_html(words))
    _lock(session, reply)
    if reply.words != words:
        if state_of(reply) != state:
            raise ReplyChanged
        reply.words, reply.html = words, html
        session.flush()
    forget_handed_over(session, reply.enrolment, new_words_place(reply), words, base)


def delete_reply(session: Session, reply: NoteReply) -> None:
    """Delete REPLY with the drafts of new words for it; raise ReplyHidden."""
    _lock(session, reply)
    drafts = (Draft.enrolment_id == reply.enrolment_id, Draft.place == new_words_place(reply))
    session.execute(delete(Draft).where(*drafts))
    session.execute(delete(NoteReply).where(NoteReply.id == reply.id))
    session.expunge(reply)


def keep_new_words(session: Session, reply: NoteReply, words: str, *, base: int, now: datetime) -> Kept:
    """Keep WORDS as a draft of new words for REPLY; what it says already needs none."""
    if reply.words.strip() == words.strip():
        forget_handed_over(session, reply.enrolment, new_words_place(reply), words, base)
        return Kept(base, now)
    return save_draft(session, reply.enrolment, new_words_place(reply), words, base=base, now=now)


def _lock(session: Session, reply: NoteReply) -> None:
    """Read REPLY anew, so that two windows, or its writer and who hides it, wait for each other."""
    session.refresh(reply, with_for_update={"of": NoteReply})
    refuse_hidden(reply)


def refuse_hidden(reply: NoteReply) -> None:
    """Raise ReplyHidden where REPLY is hidden."""
    if reply.hidden_at is not None:
        raise ReplyHidden
