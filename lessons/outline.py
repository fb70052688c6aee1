"""The lessons of a course in their order, and which stand before and after one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.held import held
from course.outline.models import Activity, Course, Unit
from lessons.models import Lesson


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson as one names it: "lesson 5", with its title and its place."""

    activity_id: int
    ident: str
    number: int
    title: str
    unit: str
    unit_title: str


def lessons_of(session: Session, course: Course) -> Sequence[LessonLine]:
    """Return the lessons of COURSE in the order of its outline, without planned and retired ones. No query where they
    are held."""
    return held(session, ("lessons", course.version), partial(_read_lessons, session, course.id))


def _read_lessons(session: Session, course_id: int) -> list[LessonLine]:
    rows = session.execute(
        select(Activity.id, Activity.ident, Lesson.number, Activity.title, Unit.ident, Unit.title)
        .join(Lesson, Lesson.activity_id == Activity.id)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(Activity.course_id == course_id, Activity.group_id.is_(None), Activity.retired_at.is_(None))
        .order_by(Unit.position, Activity.position, Lesson.number)
    )
    return [LessonLine(*row) for row in rows]


def neighbours(lines: Sequence[LessonLine], ident: str) -> tuple[LessonLine | None, LessonLine | None]:
    """Return the lessons before and after the one of that ident; nothing where it stands at an end, or in no unit."""
    at = next((place for place, line in enumerate(lines) if line.ident == ident), None)
    if at is None:
        return None, None
    return (lines[at - 1] if at else None), (lines[at + 1] if at + 1 < len(lines) else None)
