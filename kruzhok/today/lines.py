"""The outlines of courses as lines: each activity with what it takes to name it, to count it and to lead there.

Those of the curriculum are held: a course has hundreds, and they change only when it is loaded."""

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.base.held import held
from course.groups.models import Enrolment
from course.outline.models import Activity, Unit
from course.outline.nodes import COLUMNS, Node
from course.rules import Layer
from course.texts.models import Text
from lessons.models import Lesson, Reading
from quizzes.limits import layers_of_quiz
from quizzes.models import Quiz


class Line(NamedTuple):
    """An activity of a course, with the number of its lesson, the address or the text it leads to, what it says for
    everybody if it is a quiz, and the place of its unit."""

    activity: Node
    number: int | None
    address: str | None
    text_ident: str | None
    quiz: Sequence[Layer] | None
    unit: int | None


def lines_in(place: Enrolment, lines: Iterable[Line]) -> list[Line]:
    """Return those of LINES that are there for PLACE: of the curriculum, or of the group itself."""
    course_id, groups = place.course_id, (None, place.group_id)
    return [one for one in lines if one.activity.course_id == course_id and one.activity.group_id in groups]


def lines_of(session: Session, places: Collection[Enrolment]) -> list[Line]:
    """Return the lines of the courses of PLACES, and of their groups, in order. One query, none where all are alone,
    and what `held` spares."""
    courses = {one.course_id: one.course for one in places}
    groups = {one.group_id for one in places} - {None}
    found = [
        line
        for course_id, course in courses.items()
        for line in held(session, ("lines", course.version), partial(_read, session, _OF_COURSE, course_id=course_id))
    ]
    if groups:
        found += _read(session, _OF_GROUPS, group_ids=groups)
    return sorted(found, key=lambda line: (line.activity.position, line.activity.id))


def _lines() -> Any:
    return (
        select(
            *COLUMNS,
            Lesson.number,
            Reading.address,
            Text.ident,
            Quiz,
            Unit.position,
        )
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Unit, Unit.id == Activity.unit_id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .outerjoin(Text, Text.id == Reading.text_id)
        .outerjoin(Quiz, Quiz.activity_id == Activity.id)
        .where(Activity.retired_at.is_(None))
    )


_OF_COURSE = _lines().where(Activity.course_id == bindparam("course_id"), Activity.group_id.is_(None))
_OF_GROUPS = _lines().where(Activity.group_id.in_(bindparam("group_ids", expanding=True)))


def _read(session: Session, query: Any, **asked: Any) -> list[Line]:
    columns = len(COLUMNS)
    return [
        Line(Node(*row[:columns]), number, address, text_ident, layers_of_quiz(quiz) if quiz else None, unit)
        for row in session.execute(query, asked)
        for number, address, text_ident, quiz, unit in [row[columns:]]
    ]
