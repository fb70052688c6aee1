"""Making a reading of a study group's own, and assigning it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.markdown import to_html
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.giving import Terms, give
from course.texts.models import Text
from lessons.models import Document, Reading


class Told(NamedTuple):
    """What is told of a reading. LOOK_FOR is Markdown; a text in the house has no ADDRESS."""

    title: str
    by: str
    address: str
    part: str
    minutes: int
    look_for: str


def make_reading(
    session: Session, mine: Enrolment, document: Document | None, told: Told, terms: Terms, *, once: str, now: datetime
) -> Activity:
    """Return the reading that MINE, a planner, gives their group: DOCUMENT, which they imported, or something outside.

    ONCE names the press of the button: the same press is one reading. A text that was its importer's alone is the
    group's from here on, and one that the group was given already is not given twice. Raise TooLong
    (course.base.markdown) for Markdown nested too deep to show."""
    group = mine.group
    assert group is not None
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())
    if (found := _there(session, group, document, once)) is not None:
        return found
    if document is not None:
        _hand_over(session, group, document.text)
    own = select(func.count()).select_from(Activity).where(Activity.group_id == group.id)
    activity = Activity(
        course_id=group.course_id,
        group_id=group.id,
        kind=ActivityKind.reading,
        ident=f"reading-{once}",
        position=session.scalars(own).one() + 1,
        title=told.title,
        minutes=told.minutes,
        added_at=now,
    )
    session.add(activity)
    session.flush()
    reading = Reading(activity_id=activity.id, text_id=document.text_id if document else None)
    session.add(reading)
    _tell(reading, told)
    session.flush()
    give(session, group, activity, terms, told.look_for, by_id=mine.user_id, now=now)
    return activity


def _there(session: Session, group: StudyGroup, document: Document | None, once: str) -> Activity | None:
    ours = select(Activity).where(
        Activity.group_id == group.id, Activity.kind == ActivityKind.reading, Activity.parent_id.is_(None)
    )
    found = session.scalar(ours.where(Activity.ident == f"reading-{once}"))
    if found is None and document is not None:
        found = session.scalars(
            ours.join(Reading, Reading.activity_id == Activity.id).where(Reading.text_id == document.text_id)
        ).first()
    return found


def _hand_over(session: Session, group: StudyGroup, text: Text) -> None:
    text.enrolment_id, text.group_id = None, group.id
    session.flush()


def _tell(reading: Reading, told: Told) -> None:
    reading.by, reading.part = told.by or None, told.part or None
    reading.look_for_html = str(to_html(told.look_for)) if told.look_for.strip() else ""
    if reading.text_id is None:
        reading.address = told.address


def change_reading(
    session: Session, mine: Enrolment, reading: Reading, told: Told, terms: Terms, *, now: datetime
) -> None:
    """Let READING, of the group of MINE, be as TOLD, on these TERMS; one that was taken back is given again.

    Raise TooLong as `make_reading` does."""
    assert mine.group is not None
    activity = reading.activity
    activity.title, activity.minutes = told.title, told.minutes
    _tell(reading, told)
    session.flush()
    give(session, mine.group, activity, terms, told.look_for, by_id=mine.user_id, now=now)
