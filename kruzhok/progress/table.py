"""The students of a study group by what is asked of them: who has done what."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, aliased

from course.completion.models import State
from course.completion.progress import Progress
from course.completion.records import Standing, standings_of
from course.groups.enrolments import members_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind, Unit
from course.syllabus.meetings import Syllabus, syllabi_of
from course.syllabus.models import Meeting
from lessons.models import Lesson
from lessons.parts import ORDER


class Column(NamedTuple):
    """A part that is asked of somebody, in its lesson (None: it is in none) with the number of that."""

    activity: Activity
    lesson: Activity | None
    lesson_number: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """The columns of one lesson, the first meeting it is at, and on which days, in the group's zone, they are due."""

    lesson: Activity | None
    lesson_number: int | None
    meeting: Meeting | None
    due: Sequence[date]
    columns: Sequence[Column]


class Cell(NamedTuple):
    """How one student stands with one part: a shape of the look. NEW says that it came in after its lesson was done."""

    activity_id: int
    sign: str
    starts: bool
    new: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One student: a cell for each column, and the progress that the student sees."""

    student: Enrolment
    cells: Sequence[Cell]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Table:
    """The whole of it. DONE says of each column how many students have done it.

    Where nothing is assigned to anybody the columns are what the outline requires, and no figure counts them."""

    blocks: Sequence[Block]
    rows: Sequence[Row]
    done: Sequence[int]
    is_assigned: bool


def table_of(session: Session, group: StudyGroup, now: datetime) -> Table:
    """Return the table of GROUP: its students by name, what is asked of them in the order of meetings. Ten queries.

    Who left is not in it, and a tutor is no student."""
    students = [one for one in members_of(session, group.id) if one.role is Role.student]
    standings = standings_of(session, students)
    syllabi = syllabi_of(session, group.id, students)
    asked = frozenset[int]().union(*(standing.required for standing in standings.values()))
    columns = _columns(session, group, asked)
    blocks = _blocks(columns, syllabi, ZoneInfo(group.zone))
    rows = []
    for student in students:
        standing, syllabus = standings[student.id], syllabi[student.id]
        cells = [
            Cell(
                column.activity.id,
                _sign(standing, syllabus, column, now, is_assigned=bool(asked)),
                column is block.columns[0],
                standing.is_new_since(column.activity),
            )
            for block in blocks
            for column in block.columns
        ]
        rows.append(Row(student, cells, standing.progress))
    done = [sum(cell.sign == "done" for cell in column) for column in zip(*(row.cells for row in rows), strict=True)]
    return Table(blocks, rows, done, bool(asked))


def _columns(session: Session, group: StudyGroup, asked: frozenset[int]) -> list[Column]:
    """Return the parts ASKED in the order of the outline; where none is, those that the outline requires."""
    lesson = aliased(Activity)
    parts = (
        select(Activity, lesson, Lesson.number)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .outerjoin(Lesson, Lesson.activity_id == lesson.id)
        .outerjoin(Unit, Unit.id == lesson.unit_id)
        .where(Activity.course_id == group.course_id, Activity.retired_at.is_(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group.id))
        .where(Activity.kind != ActivityKind.lesson)
        .order_by(lesson.id.is_(None), Unit.position, lesson.position, lesson.id)
        .order_by(case(*((Activity.kind == kind, at) for at, kind in enumerate(ORDER))), Activity.position, Activity.id)
    )
    rows = [Column(*row) for row in session.execute(parts)]
    if asked:
        return [column for column in rows if column.activity.id in asked]
    return [column for column in rows if column.activity.required and column.lesson]


def _blocks(columns: Sequence[Column], syllabi: Mapping[int, Syllabus], zone: ZoneInfo) -> list[Block]:
    """Return COLUMNS by the first meeting they are at, what is at none last, and there by their lessons."""
    at = _first_meetings(syllabi.values())

    def meeting_of(column: Column) -> Meeting | None:
        return min((at[key] for key in _named(column) if key in at), key=_number, default=None)

    def order(column: Column) -> float:
        meeting = meeting_of(column)
        return _number(meeting) if meeting else math.inf

    blocks = []
    for (lesson, meeting), found in groupby(
        sorted(columns, key=order), key=lambda column: (column.lesson, meeting_of(column))
    ):
        within = list(found)
        # As it was assigned: whom something else holds for is seen by their cells, and is nobody else's business.
        moments = {syllabus.due_as_assigned(*_named(column)) for column in within for syllabus in syllabi.values()}
        due = {moment.astimezone(zone).date() for moment in moments if moment is not None}
        blocks.append(Block(lesson, within[0].lesson_number, meeting, sorted(due), within))
    return blocks


def _first_meetings(syllabi: Iterable[Syllabus]) -> dict[int, Meeting]:
    """Return activity -> the first meeting, of those held, that it is at for anybody."""
    first: dict[int, Meeting] = {}
    for syllabus in syllabi:
        for planned in syllabus.live():
            for activity_id in planned.activity_ids:
                first[activity_id] = min(planned.meeting, first.get(activity_id, planned.meeting), key=_number)
    return first


def _number(meeting: Meeting) -> int:
    return meeting.number


def _named(column: Column) -> tuple[int, ...]:
    """Return the activities by which a part can be assigned: itself, and its lesson."""
    return (column.activity.id, column.lesson.id) if column.lesson else (column.activity.id,)


def _sign(standing: Standing, syllabus: Syllabus, column: Column, now: datetime, *, is_assigned: bool) -> str:
    """Return the shape of one cell: what is done is done, whether it was asked or not."""
    state = standing.state(column.activity.id)
    if state is State.done:
        return "done"
    if is_assigned and not standing.counts(column.activity):
        return "excused"
    if is_assigned and syllabus.was_due(now, *_named(column)):
        return "late"
    return str(state.value)
