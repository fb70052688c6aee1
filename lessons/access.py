"""How the pages of lessons get what they show. What is not there, or not this user's, does not exist: NotFound."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.base.errors import NotFound
from course.completion.models import Completion
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course
from course.texts.models import Text
from lessons.models import Document, Lesson, Prompt, Reading


def lesson_named(session: Session, course: str, ident: str) -> Lesson:
    """Return the lesson IDENT of COURSE, with its activity, course and text. A planned one is none yet."""
    lesson = session.scalar(
        select(Lesson)
        .join(Lesson.activity)
        .join(Activity.course)
        .where(Course.ident == course, Activity.group_id.is_(None), Activity.ident == ident)
        .where(Activity.kind == ActivityKind.lesson)
        .options(contains_eager(Lesson.activity).contains_eager(Activity.course), joinedload(Lesson.text))
    )
    if lesson is None:
        raise NotFound
    return lesson


def refuse_retired(session: Session, activity: Activity, enrolment: Enrolment | None) -> None:
    """Raise NotFound where ACTIVITY is retired and there is no work on it: who used it keeps it."""
    if activity.retired_at is None:
        return
    parts = select(Activity.id).where(or_(Activity.id == activity.id, Activity.parent_id == activity.id))
    mine = select(Completion.id).where(Completion.activity_id.in_(parts))
    if enrolment is None or session.scalar(mine.where(Completion.enrolment_id == enrolment.id).limit(1)) is None:
        raise NotFound


def reading_of(session: Session, lesson: Lesson, ident: str) -> Reading:
    """Return the reading of LESSON of that ident, with its activity."""
    part = Activity.parent_id == lesson.activity_id
    reading = session.scalar(
        select(Reading)
        .join(Reading.activity)
        .where(part, Activity.ident == ident)
        .options(contains_eager(Reading.activity))
    )
    if reading is None:
        raise NotFound
    return reading


def prompt_of(session: Session, lesson: Lesson, ident: str) -> Prompt:
    """Return the prompt of LESSON of that ident, with its activity and current version."""
    part = Activity.parent_id == lesson.activity_id
    prompt = session.scalar(
        select(Prompt)
        .join(Prompt.activity)
        .where(part, Activity.ident == ident, Prompt.current_version_id.is_not(None))
        .options(contains_eager(Prompt.activity), joinedload(Prompt.current))
    )
    if prompt is None:
        raise NotFound
    return prompt


def document_named(session: Session, course: Course, ident: str) -> Document:
    """Return the document of COURSE of that ident, with its text; one taken out stays readable at its address."""
    document = session.scalar(
        select(Document)
        .join(Document.text)
        .where(Text.course_id == course.id, Text.ident == ident)
        .options(contains_eager(Document.text))
    )
    if document is None:
        raise NotFound
    return document
