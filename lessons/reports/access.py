"""What may be reported, and which reports a user may have."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.models import Enrolment
from course.outline.models import Course
from course.texts.models import Passage, Text, TextVersion
from course.users.models import User
from lessons.access import texts_seen
from lessons.reports.models import Report
from lessons.reports.reports import Meant, handled_by
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion


def meant(
    session: Session, course: Course, enrolment: Enrolment | None, *, passage: int | None, item: int | None
) -> Meant:
    """Return what those ids mean in COURSE, or among what the study group of ENROLMENT has of its own; raise NotFound.

    What somebody imported for themselves is nobody else's to mend.
    Exactly one of PASSAGE (of some version of a text) and ITEM (one of its versions) is given. A group's own item can
    be meant by who has met it in an attempt: there is no other road to it."""
    group_id = enrolment.group_id if enrolment is not None else None
    if passage is not None and item is None:
        found = session.scalar(
            select(Passage)
            .join(TextVersion, TextVersion.id == Passage.version_id)
            .join(Text, Text.id == TextVersion.text_id)
            .where(Passage.id == passage)
            .where(texts_seen(course, enrolment), Text.enrolment_id.is_(None))
        )
        if found is not None:
            return Meant(passage=found)
    if item is not None and passage is None:
        met = (
            select(AttemptItem.id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(AttemptItem.item_version_id == ItemVersion.id)
            .where(Attempt.enrolment_id == (enrolment.id if enrolment is not None else None))
        )
        version = session.scalar(
            select(ItemVersion)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemVersion.id == item)
            .where(or_(Item.course_id == course.id, (Item.group_id == group_id) & met.exists()))
        )
        if version is not None:
            return Meant(item=version)
    raise NotFound


def report_for(session: Session, user: User, report_id: int) -> tuple[Report, bool]:
    """Return the report of that id, and whether it is USER's to answer; raise NotFound where it is not theirs."""
    if report_id > LARGEST_ID:
        raise NotFound
    row = session.execute(
        select(Report, handled_by(user))
        .where(Report.id == report_id, or_(handled_by(user), Report.user_id == user.id))
        .options(joinedload(Report.course), joinedload(Report.group), joinedload(Report.user))
        .options(joinedload(Report.passage), joinedload(Report.item_version))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], bool(row[1])
