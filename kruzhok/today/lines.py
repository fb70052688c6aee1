"""The outlines of courses as lines: each activity with what it takes to name it, to count it and to lead there."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Activity, Unit
from course.texts.models import Text
from lessons.models import Lesson, Reading
from quizzes.models import Quiz


class Line(NamedTuple):
    """An activity of a course, with the number of its lesson, the address or the text it leads to, its quiz, and the
    place of its unit."""

    activity: Activity
    number: int | None
    address: str | None
    text_ident: str | None
    quiz: Quiz | None
    unit: int | None

    def is_in(self, place: Enrolment) -> bool:
        """Return whether it is there for PLACE: of the curriculum, or of the group itself."""
        return self.activity.course_id == place.course_id and self.activity.group_id in {None, place.group_id}


def lines_of(session: Session, places: Collection[Enrolment]) -> list[Line]:
    """Return the lines of the courses of PLACES, and of their groups, in order. One query."""
    groups = {one.group_id for one in places} - {None}
    rows = session.execute(
        select(Activity, Lesson.number, Reading.address, Text.ident, Quiz, Unit.position)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Unit, Unit.id == Activity.unit_id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .outerjoin(Text, Text.id == Reading.text_id)
        .outerjoin(Quiz, Quiz.activity_id == Activity.id)
        .where(Activity.course_id.in_({one.course_id for one in places}), Activity.retired_at.is_(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id.in_(groups)))
        .order_by(Activity.position, Activity.id)
    )
    return [Line(*row) for row in rows]
