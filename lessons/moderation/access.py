"""What a member may hide, complain of or settle. What is not there, or not open to them, does not exist: NotFound."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import member, refuse_archived
from course.groups.models import Enrolment
from course.users.access import somebody
from course.users.models import User
from lessons.discussion.access import post_in
from lessons.moderation.complaints import Complained, complained, settlers
from lessons.moderation.models import Complaint
from lessons.moderation.things import Thing, loaded
from lessons.notes.models import Note, NoteReply
from lessons.seeing import reads_hidden, seen_note_replies, seen_notes


def moderator(session: Session, slug: str) -> Enrolment:
    """Return the place of whoever asks and looks after the talk of the group SLUG: a tutor, or an organiser where it
    has none. Raise Forbidden for another member."""
    asking = member(session, slug)
    if not reads_hidden(session, asking):
        raise Forbidden(_("Only a tutor of the study group may do this, or an organiser where it has no tutor."))
    return asking


def acting_moderator(session: Session, slug: str) -> Enrolment:
    """Return the same of who changes something; raise Archived where the group is over."""
    asking = moderator(session, slug)
    assert asking.group is not None
    refuse_archived(asking.group)
    return asking


def thing_in(session: Session, slug: str, kind: str, thing_id: int) -> tuple[Enrolment, Thing]:
    """Return the place of whoever asks in the group SLUG and the thing of KIND and that id there, which they may read.

    Private notes are nobody's to hide, and a shared one is there for who may read it."""
    if kind == "posts":
        asked, post = post_in(session, slug, thing_id)
        if post.hidden_at and post.enrolment_id != asked.enrolment.id and not reads_hidden(session, asked.enrolment):
            raise NotFound
        return asked.enrolment, post
    mine = member(session, slug)
    asked_id = min(thing_id, LARGEST_ID)
    found: Thing | None
    if kind == "notes":
        shared = (Note.id == asked_id, Note.shared_at.is_not(None), Enrolment.group_id == mine.group_id)
        found = session.scalar(
            select(Note).join(Note.enrolment).where(*shared, seen_notes(mine)).options(*loaded("notes"))
        )
    else:
        replied = (NoteReply.id == asked_id, Note.shared_at.is_not(None), Enrolment.group_id == mine.group_id)
        query = select(NoteReply).join(NoteReply.enrolment).join(Note, Note.id == NoteReply.note_id)
        found = session.scalar(query.where(*replied, seen_note_replies(mine)).options(*loaded("replies")))
    if found is None:
        raise NotFound
    return mine, found


def administrator(session: Session) -> User:
    """Return the administrator who asks; raise SignInFirst for a visitor, NotFound for everybody else."""
    user = somebody(session)
    if not user.administrator:
        raise NotFound
    return user


def complaint_for(session: Session, user: User, complaint_id: int) -> Complained:
    """Return the complaint of that id, with what it is about, for who may settle it; raise NotFound for others."""
    found = session.get(Complaint, complaint_id) if complaint_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    (one,) = complained(session, [found])
    if user.id not in settlers(session, [one.group.id])[one.group.id].of(one.shown.writer.user_id):
        raise NotFound
    return one
