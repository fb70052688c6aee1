"""With whom notes and frames on a text are shared: the whole group, or the subgroup that it is given to to read."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from course.groups.companies import Company, companies
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.syllabus.assigned import subgroup_given
from course.texts.models import Text
from lessons.models import Lesson, Reading


def subgroup_for(session: Session, enrolment: Enrolment, text: Text) -> int | None:
    """Return the subgroup with which ENROLMENT shares what it says of TEXT, None for the whole group. One query.

    It is that by which the text was last given to it: the text itself to read, the lesson that reads it, or whose notes
    it is. What a tutor shares is for everybody."""
    if enrolment.group_id is None or enrolment.role is Role.tutor:
        return None
    reading = aliased(Activity)
    read = select(reading.id).join(Reading, Reading.activity_id == reading.id).where(Reading.text_id == text.id)
    lessons = select(reading.parent_id).join(Reading, Reading.activity_id == reading.id)
    notes = select(Lesson.activity_id).where(Lesson.text_id == text.id)
    of_text = read.union_all(lessons.where(Reading.text_id == text.id, reading.parent_id.is_not(None)), notes)
    return session.scalar(select(subgroup_given(enrolment.id, lambda given: given.activity_id.in_(of_text))))


def shares_with(session: Session, enrolment: Enrolment, text: Text) -> Company | None:
    """Return the same with who is in it now. Two queries at the most."""
    subgroup_id = subgroup_for(session, enrolment, text)
    return companies(session, [subgroup_id])[subgroup_id] if subgroup_id is not None else None


def shared_with(session: Session, subgroup_id: int | None) -> Company | None:
    """Return the subgroup of that id with who is in it now; None for the whole group. One query at the most."""
    return companies(session, [subgroup_id])[subgroup_id] if subgroup_id is not None else None
