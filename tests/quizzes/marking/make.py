"""A study group whose students wrote essays, and its tutors."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, Course
from quizzes.attempts.ending import submit_attempt
from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, Item, MarkDraft, Step, StepKind
from tests import factories
from tests.conftest import NOW
from tests.quizzes.attempts.make import add_item
from tests.quizzes.items.make import raw_item

LEVELS = {"poor": 0, "fair": 0.6, "good": 1}
RUBRIC = [
    {
        "ident": ident,
        "title": ident.title(),
        "levels": [{"ident": level, "words": f"It is {level}", "score": score} for level, score in LEVELS.items()],
    }
    for ident in ("argument", "sources")
]

#: What can be said by it: all at its best, all of it, the half of it.
GOOD = {"argument": "good", "sources": "good"}
FAIR = {"argument": "good", "sources": "fair"}
HALF = {"argument": "good"}


class Circle(NamedTuple):
    """A study group with a tutor; a quiz with a choice and an essay (of one point each), in a lesson of its course."""

    course: Course
    group: StudyGroup
    lesson: Activity
    quiz: Activity
    essay: Item
    tutor: Enrolment


def make_circle(session: Session, *, essay: dict[str, Any] | None = None, **quiz: Any) -> Circle:
    """Return the circle, without students; ESSAY changes fields of what the essay asks."""
    course = factories.make_empty_course(session)
    lesson = factories.make_lesson(session, course, factories.make_unit(session, course))
    factories.notes_of(session, lesson).ident = lesson.ident  # as loading does
    activity = factories.make_quiz(session, lesson, items=0, **quiz)
    add_item(session, course, lesson, activity, 1, raw_item("single", ident="a-choice"))
    item = add_item(session, course, lesson, activity, 2, raw_essay(**(essay or {})))
    group = factories.make_group(session, course)
    tutor = factories.make_enrolment(session, course=course, group=group, role=Role.tutor)
    return Circle(course, group, lesson, activity, item, tutor)


def raw_essay(**fields: Any) -> dict[str, Any]:
    """Return what YAML would give for the essay, with FIELDS changed."""
    return raw_item("essay", **({"ident": "an-essay", "stem": "Why *then*?", "rubric": RUBRIC} | fields))


def make_essay_quiz(session: Session, lesson: Activity, **essay: Any) -> Activity:
    """Return a quiz of one essay at LESSON."""
    course = session.get_one(Course, lesson.course_id)
    quiz = factories.make_quiz(session, lesson, items=0, title="An essay")
    add_item(session, course, lesson, quiz, 1, raw_essay(**essay))
    return quiz


def hand_in(session: Session, student: Enrolment, quiz: Activity, text: str = "So it was.") -> AttemptItem:
    """Return the essay of STUDENT at a quiz of one, handed in."""
    attempt = factories.make_attempt(session, student, quiz)
    factories.make_step(session, attempt.items[0], response={"text": text}, by_id=student.user_id)
    submit_attempt(session, attempt, now=NOW)
    return attempt.items[0]


def add_essay(session: Session, circle: Circle, position: int, **fields: Any) -> Item:
    """Return one more essay at the end of the quiz of CIRCLE."""
    data = raw_essay(ident=factories.one_more("essay"), **fields)
    return add_item(session, circle.course, circle.lesson, circle.quiz, position, data)


def sit(
    session: Session,
    circle: Circle,
    student: Enrolment,
    *texts: str | None,
    hours: int = 0,
    **columns: Any,
) -> Attempt:
    """Return an attempt of STUDENT, right in the choice, with TEXTS for the essays, handed in so many HOURS later."""
    attempt = factories.make_attempt(session, student, circle.quiz, started_at=NOW, **columns)
    responses: Sequence[Response | None] = [{"option": "b"}, *({"text": text} if text else None for text in texts)]
    for item, response in zip(attempt.items, responses, strict=True):
        factories.make_step(session, item, response=response, by_id=student.user_id)
    submit_attempt(session, attempt, now=NOW + timedelta(hours=hours))
    return attempt


def write(session: Session, circle: Circle, text: str | None = "So it was.", **sitting: Any) -> AttemptItem:
    """Return the essay of one more student of CIRCLE, handed in."""
    student = factories.make_enrolment(session, course=circle.course, group=circle.group)
    return essay_of(sit(session, circle, student, text, **sitting))


def essay_of(attempt: Attempt) -> AttemptItem:
    """Return the (last) essay of an attempt."""
    return attempt.items[-1]


def draft(session: Session, essay: AttemptItem, levels: dict[str, str] | None = None, **columns: Any) -> MarkDraft:
    """Return a draft of a mark, complete unless LEVELS says otherwise."""
    told: dict[str, Any] = {"levels": GOOD if levels is None else levels, "comment": "Well argued.", "at": NOW}
    return factories.add(session, MarkDraft(attempt_item_id=essay.id, **(told | columns)))


def marks_of(session: Session, essay: AttemptItem) -> Sequence[Step]:
    """Return the marks that an essay was given, in order."""
    marks = select(Step).where(Step.attempt_item_id == essay.id, Step.kind == StepKind.mark)
    return session.scalars(marks.order_by(Step.number)).all()


def drafts_in(session: Session) -> Sequence[MarkDraft]:
    return session.scalars(select(MarkDraft).order_by(MarkDraft.id)).all()


def change_version(session: Session, item: Item, **fields: Any) -> None:
    """Give ITEM a new version, an essay with FIELDS changed."""
    data = raw_essay(**fields)
    version = factories.make_item_version(session, item, number=2, data=data)
    item.current_version_id = version.id
    session.flush()
