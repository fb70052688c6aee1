"""A lesson whose notes have a self-check of each kind, and somebody to answer it."""

from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Activity, Course
from course.reference.models import Person
from course.texts.models import Text
from quizzes.checks.answering import Given, answer_check
from quizzes.checks.asking import Check, checks_in
from quizzes.items import Response
from quizzes.models import Attempt
from tests.conftest import NOW
from tests.factories import (
    add,
    make_check,
    make_empty_course,
    make_enrolment,
    make_item,
    make_item_version,
    make_lesson,
    make_unit,
    notes_of,
)
from tests.quizzes.items.make import raw_item

#: Kind -> an answer that is right, one that is partly, and one that is not; None where there is no such answer.
ANSWERS: dict[str, tuple[Response, Response | None, Response | None]] = {
    "single": ({"option": "b"}, None, {"option": "a"}),
    "multiple": ({"options": ["a", "b"]}, {"options": ["a"]}, {"options": ["c"]}),
    "true-false": ({"value": True}, None, {"value": False}),
    "ordering": ({"order": list("abcde")}, {"order": list("acbde")}, {"order": list("edcba")}),
    "short": ({"text": "April Theses"}, None, {"text": "May Day"}),
}


class House(NamedTuple):
    """A course with a lesson, its notes with self-checks in them, and a student."""

    course: Course
    lesson: Activity
    notes: Text
    checks: list[Check]
    enrolment: Enrolment


def make_house(session: Session, kinds: str = "single", **fields: Any) -> House:
    """Return a lesson with self-checks of KINDS after its passages in turn; FIELDS override what each of them says."""
    course = make_empty_course(session)
    lesson = make_lesson(session, course, make_unit(session, course))
    notes = notes_of(session, lesson)
    for place, kind in enumerate(kinds.split()):
        item = make_item(session, course)
        version = make_item_version(session, item, number=2, data=raw_item(kind, ident=item.ident, **fields))
        item.current_version_id = version.id
        make_check(session, notes, item, passage=f"p-{place % 3 + 1}")
    named: dict[str, Any] = {"ident": "kerensky", "name": "Kerensky", "aliases": ["Kerenskii"]}
    add(session, Person(course_id=course.id, lived="1881–1970", note_html="", **named))
    return House(course, lesson, notes, checks_in(session, notes.id), make_enrolment(session, course=course))


def give(
    session: Session, house: House, response: Response, certainty: int | None = None, *, place: int = 0, seen: int = 0
) -> Attempt:
    """Answer the self-check at that PLACE, of the page that had SEEN that attempt."""
    given = Given(response, certainty, seen)
    return answer_check(session, house.enrolment, house.lesson.id, house.checks[place], given, now=NOW)
