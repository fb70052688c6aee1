"""How the pages of imports get what they show. What is not there, or not this user's, does not exist: NotFound."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import page_enrolment
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Course
from course.texts.models import Text
from course.users.access import account
from lessons.models import Document, TextImport


class Kept(NamedTuple):
    """A text that a user imported, with the place it is in: GROUP is None where it was imported studying alone."""

    document: Document
    course: Course
    group: StudyGroup | None
    is_private: bool
    is_here: bool


def reader(session: Session, course: Course) -> Enrolment | None:
    """Return the place of the account that asks, None where it has none in COURSE yet.

    Raise SignInFirst for a visitor, AccountNeeded for a guest: what they bring would be forgotten with them."""
    account()
    return page_enrolment(session, course)


def waiting(session: Session, enrolment: Enrolment | None, number: int) -> TextImport:
    """Return what ENROLMENT brought under that number, kept as a text or not."""
    brought = None
    if enrolment is not None and number <= LARGEST_ID:
        mine = select(TextImport).where(TextImport.id == number, TextImport.enrolment_id == enrolment.id)
        brought = session.scalar(mine.options(joinedload(TextImport.text)))
    if brought is None:
        raise NotFound
    return brought


def waiting_of(session: Session, enrolment: Enrolment | None) -> Sequence[TextImport]:
    """Return what waits for the word of ENROLMENT, the newest first."""
    if enrolment is None:
        return []
    mine = select(TextImport).where(TextImport.enrolment_id == enrolment.id, TextImport.text_id.is_(None))
    return session.scalars(mine.order_by(TextImport.at.desc(), TextImport.id.desc())).all()


def own_document(session: Session, enrolment: Enrolment | None, ident: str) -> Document:
    """Return the document of that ident that the user of ENROLMENT imported, in that place or for its group."""
    document = None
    if enrolment is not None:
        mine = or_(Text.enrolment_id == enrolment.id, Text.group_id == (enrolment.group_id or 0))
        document = session.scalar(
            select(Document)
            .join(Document.text)
            .where(Text.ident == ident, Text.imported_by_id == enrolment.user_id, mine)
            .options(contains_eager(Document.text))
        )
    if document is None:
        raise NotFound
    return document


def file_of(session: Session, document: Document) -> TextImport:
    """Return what DOCUMENT came of, as it was brought."""
    return session.scalars(select(TextImport).where(TextImport.text_id == document.text_id)).one()


def own_documents(session: Session, user_id: int, enrolment: Enrolment | None) -> list[Kept]:
    """Return all that a user imported, wherever, by title; those in the place of ENROLMENT come first."""
    place = select(Enrolment.id).where(Enrolment.user_id == user_id)
    rows = session.execute(
        select(Document, Enrolment, StudyGroup)
        .join(Document.text)
        .outerjoin(Enrolment, Enrolment.id == Text.enrolment_id)
        .outerjoin(StudyGroup, StudyGroup.id == Text.group_id)
        .where(Text.imported_by_id == user_id, or_(Text.group_id.is_not(None), Text.enrolment_id.in_(place)))
        .order_by(Text.title, Text.id)
        .options(contains_eager(Document.text), joinedload(Enrolment.course), joinedload(Enrolment.group))
        .options(joinedload(StudyGroup.course))
    )
    found = []
    for document, own, group in rows:
        course, where = (own.course, own.group) if own is not None else (group.course, group)
        here = enrolment is not None and (own.id == enrolment.id if own is not None else group.id == enrolment.group_id)
        found.append(Kept(document, course, where, own is not None, here))
    return sorted(found, key=lambda one: not one.is_here)


def own_import(session: Session, user_id: int, text_id: int) -> Document:
    """Return the document of the text of that id, which the user imported, in whatever place."""
    found = next((one for one in own_documents(session, user_id, None) if one.document.text_id == text_id), None)
    if found is None:
        raise NotFound
    return found.document
