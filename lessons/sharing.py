"""Sharing an entry of the journal with the tutors of one's study group, and taking it back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.groups.models import Enrolment, Role
from course.notices.records import SHARED, tell_anew
from lessons.models import JournalEntry, Prompt


def entry_numbered(session: Session, enrolment: Enrolment, prompt: Prompt, number: int) -> JournalEntry:
    """Return the writing of that NUMBER of what ENROLMENT wrote to PROMPT in its journal; raise NotFound."""
    mine = select(JournalEntry).where(
        JournalEntry.enrolment_id == enrolment.id,
        JournalEntry.activity_id == prompt.activity_id,
        JournalEntry.number == number,
    )
    entry = session.scalar(mine)
    if entry is None:
        raise NotFound
    return entry


def tutors_for(session: Session, enrolment: Enrolment) -> list[int]:
    """Return the users who are tutors of the group of ENROLMENT; none for who studies alone, or is a tutor there."""
    if enrolment.group_id is None or enrolment.role is Role.tutor:
        return []
    tutors = select(Enrolment.user_id).where(Enrolment.group_id == enrolment.group_id, Enrolment.left_at.is_(None))
    return list(session.scalars(tutors.where(Enrolment.role == Role.tutor)))


def share(session: Session, enrolment: Enrolment, entry: JournalEntry, *, now: datetime) -> None:
    """Let the tutors of the group of ENROLMENT read ENTRY, one of its own; they are told. Raise NotFound where there
    are none. What is written anew afterwards is private until it is shared as well."""
    tutors = tutors_for(session, enrolment)
    if not tutors:
        raise NotFound
    if entry.shared_at is None:
        entry.shared_at = now
        session.flush()
        tell_anew(session, tutors, SHARED, f"journal_entry:{entry.id}", now=now)


def take_back(session: Session, entry: JournalEntry) -> None:
    """Let ENTRY be private again: the tutors no longer find it anywhere."""
    entry.shared_at = None
    session.flush()
