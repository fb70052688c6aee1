"""How the pages of a study group's own readings get what they show. What is not this user's does not exist."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from course.base.errors import NotFound
from course.completion.models import Completion, State
from course.groups.access import may_plan
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.syllabus.assigned import is_for
from course.syllabus.models import Assignment
from course.texts.models import Text
from lessons.access import imported_it, texts_seen
from lessons.models import Document, Reading


class GroupReading(NamedTuple):
    """A reading of a group's own: how it was given (last), and how far whoever looks is with it.

    Its text is there for them where IS_OPEN says so: planning is not reading."""

    reading: Reading
    given: Assignment | None
    state: State
    is_open: bool


def readings_of(session: Session, mine: Enrolment) -> Sequence[GroupReading]:
    """Return the readings of the group of MINE that are there for it, by when they are due: all for who plans."""
    rows = session.execute(_query(mine).order_by(Assignment.due_at.is_(None), Assignment.due_at, Activity.id))
    return [_made(row[0], row[1], row[2], row[3]) for row in rows]


def reading_named(session: Session, mine: Enrolment, ident: str) -> GroupReading:
    """Return the reading of that ident of the group of MINE; raise NotFound where it is not there for it."""
    row = session.execute(_query(mine).where(Activity.ident == ident)).one_or_none()
    if row is None:
        raise NotFound
    return _made(row[0], row[1], row[2], row[3])


def _made(reading: Reading, given: Assignment | None, state: State | None, is_open: int | None) -> GroupReading:
    return GroupReading(reading, given, state or State.none, reading.text_id is None or is_open is not None)


def _query(mine: Enrolment) -> Select[Reading, Assignment, State, int]:
    open_text = select(Text.id).where(texts_seen(mine.course, mine)).correlate(None).subquery()
    done = (Completion.activity_id == Activity.id) & (Completion.enrolment_id == mine.id)
    return (
        select(Reading, Assignment, Completion.state, open_text.c.id)
        .join(Reading.activity)
        .outerjoin(Reading.text)
        .outerjoin(Assignment, Assignment.activity_id == Activity.id)
        .outerjoin(Completion, done)
        .outerjoin(open_text, open_text.c.id == Reading.text_id)
        .where(Activity.group_id == mine.group_id, Activity.kind == ActivityKind.reading, Activity.parent_id.is_(None))
        .where(_is_there_for(mine))
        .options(contains_eager(Reading.activity), contains_eager(Reading.text), selectinload(Assignment.targets))
    )


def _is_there_for(mine: Enrolment) -> ColumnElement[bool]:
    if may_plan(mine):
        return true()
    given = (Assignment.withdrawn_at.is_(None)) & is_for(mine.id)
    return or_(given, Completion.id.is_not(None), Text.imported_by_id == mine.user_id)


def text_to_give(session: Session, mine: Enrolment, ident: str) -> Document:
    """Return the document of that ident which MINE imported there; raise NotFound."""
    its = select(Document).join(Document.text).where(Text.ident == ident).options(contains_eager(Document.text))
    document = session.scalar(its.where(or_(Text.enrolment_id == mine.id, Text.group_id == mine.group_id)))
    if document is None or not imported_it(mine, document.text):
        raise NotFound
    return document


def document_of(session: Session, text_id: int) -> Document:
    """Return what is told of the text of a reading."""
    return session.scalars(
        select(Document).join(Document.text).where(Text.id == text_id).options(contains_eager(Document.text))
    ).one()
