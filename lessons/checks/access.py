"""How the pages of self-checks get what they show. What is not there, or not this user's, does not exist: NotFound."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import course_named, page_enrolment
from course.outline.models import Activity, Course
from course.texts.models import Text
from lessons.access import document_named, lesson_named
from quizzes.checks.asking import Check, check_in


class Place(NamedTuple):
    """Where a self-check stands: in a text, which is the notes of LESSON or a document."""

    course: Course
    text: Text
    lesson: Activity | None


def place_named(session: Session, course: str, kind: str, slug: str) -> Place:
    """Return the place of that KIND ("lessons" or "texts") and slug in COURSE."""
    if kind == "lessons":
        lesson = lesson_named(session, course, slug)
        return Place(lesson.activity.course, lesson.text, lesson.activity)
    its_course = course_named(session, course)
    document = document_named(session, its_course, slug, page_enrolment(session, its_course))
    return Place(its_course, document.text, None)


def check_of(session: Session, place: Place, item_id: int) -> Check:
    """Return the self-check in PLACE that is that item."""
    check = check_in(session, place.text.id, item_id) if item_id <= LARGEST_ID else None
    if check is None:
        raise NotFound
    return check
