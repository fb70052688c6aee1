"""The students of a study group by what is asked of them: who has done what.

A page of it is of forty students, whatever their number. What all are sorted or filtered by comes from one query for
each sort of figure, and every figure from `Standpoint`, which the CSV file and the pages have in common.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, aliased

from course.base.csv_files import percent
from course.base.words import _
from course.completion.everybody import Asked, Audience, Standpoint, asked_in, done_by, named, standpoints_of
from course.completion.models import State
from course.completion.progress import Progress
from course.groups.models import StudyGroup
from course.outline.models import Activity, ActivityKind, Unit
from course.syllabus.models import Meeting
from kruzhok.progress.help import Rules, last_results, reasons_for, rules_of
from kruzhok.progress.students import Student, Wanted, chosen, in_subgroup, students_of
from lessons.models import Lesson
from lessons.parts import ORDER

#: How many students stand on one page: with sixty parts it weighs some 13 KB compressed.
PAGE = 40

#: What each shape says.
WORDS = {
    "none": _("not begun"),
    "begun": _("begun"),
    "done": _("done"),
    "late": _("late, not done"),
    "excused": _("not assigned"),
    "new": _("new since, does not count"),
}


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

    @property
    def shape(self) -> str:
        """What it is called: of what is not asked, also because it is new."""
        return "new" if self.new and self.sign == "excused" else self.sign


@dataclass(frozen=True, slots=True)
class Row:
    """One student: a cell for each column, the progress that the student sees, also in percent, how many parts are
    late, and the day, in the group's zone, of what they did last."""

    student: Student
    cells: Sequence[Cell]
    progress: Progress
    percent: Decimal | None
    late: int
    last: date


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the students found: those of the page of that NUMBER, from the FIRST to the last of FOUND.

    DONE says of each column how many of all students have done it."""

    rows: Sequence[Row]
    found: Sequence[Student]
    number: int
    pages: int
    done: Sequence[int]

    @property
    def first(self) -> int:
        """Which of those found the first row is, counted from one."""
        return (self.number - 1) * PAGE + 1


class Table:
    """The whole of it, of which as much is asked of the database as a page needs.

    Where nothing is assigned to anybody the columns are what the outline requires, and no figure counts them. Who left
    is not in it, and a tutor is no student."""

    def __init__(self, session: Session, group: StudyGroup, now: datetime) -> None:
        """Ask what is asked of whom: nine queries."""
        self.session, self.group, self.now = session, group, now
        self.zone = ZoneInfo(group.zone)
        self.students = students_of(session, group.id)
        self.asked: Asked = asked_in(session, group, [one.id for one in self.students], now)
        required = self.asked.required if self.students else frozenset[int]()
        self.is_assigned = bool(required)
        columns = _columns(session, group, required)
        self.blocks = _blocks(columns, self.asked.audiences, self.zone)
        self.columns = [column for block in self.blocks for column in block.columns]

    @cached_property
    def standpoints(self) -> Mapping[int, Standpoint]:
        """Where every student stands. Two queries."""
        ids = [one.id for one in self.students]
        return standpoints_of(self.session, self.group.id, self.asked, ids, everybody=True)

    @cached_property
    def rules(self) -> Rules:
        """The rules by which somebody may need a hand. One query."""
        return rules_of(self.session, self.group.id)

    @cached_property
    def reasons(self) -> Mapping[int, Sequence[str]]:
        """Student -> why they may need a hand. Three queries."""
        results = last_results(self.session, self.group.id)
        return reasons_for(self.rules, self.students, self.standpoints, results, self.now)

    def found(self, wanted: Wanted) -> list[Student]:
        """Return the students WANTED, in the order wanted. Up to four queries, and none where all come by name."""
        return chosen(
            self.students,
            wanted,
            standpoints=self.standpoints if wanted.asks_standpoints else {},
            members=in_subgroup(self.session, wanted.subgroup) if wanted.subgroup is not None else (),
            in_need=self.reasons if wanted.needs_hand else (),
            sign=self._signs(),
        )

    def page(self, wanted: Wanted, number: int) -> Page:
        """Return the page of that NUMBER of the students WANTED, or the last there is. Two queries besides theirs."""
        found = self.found(wanted)
        pages = max(1, math.ceil(len(found) / PAGE))
        number = min(max(number, 1), pages)
        shown = found[(number - 1) * PAGE : number * PAGE]
        done = done_by(self.session, self.group.id)
        counts = [done.get(column.activity.id, 0) for column in self.columns]
        return Page(self.rows(shown), found, number, pages, counts)

    def nobody(self) -> Page:
        """Return the page of a search that cannot be: nobody is found by it."""
        return Page([], [], 1, 1, [])

    def rows(self, students: Sequence[Student]) -> list[Row]:
        """Return the rows of STUDENTS. Two queries, none where it is known of all where they stand."""
        if "standpoints" in self.__dict__ or len(students) == len(self.students):
            standpoints = self.standpoints
        else:
            ids = [one.id for one in students]
            standpoints = standpoints_of(self.session, self.group.id, self.asked, ids, everybody=False)
        return [self._row(student, standpoints[student.id]) for student in students]

    def _row(self, student: Student, stands: Standpoint) -> Row:
        # What holds of all cells is worked out once: there may be two hundred thousand of them.
        counting, late, signs = stands.counting, stands.late, self.is_assigned
        cells = [
            Cell(key, sign_of(stands, key, counting, late, is_assigned=signs), starts, key in stands.new)
            for key, starts in self._places
        ]
        progress = stands.progress
        share = Fraction(progress.done, progress.required) if progress.required else None
        return Row(student, cells, progress, percent(share), len(late), student.last_act.astimezone(self.zone).date())

    @cached_property
    def _places(self) -> list[tuple[int, bool]]:
        """Each column's part, and whether a block begins with it."""
        return [(column.activity.id, column is block.columns[0]) for block in self.blocks for column in block.columns]

    def _signs(self) -> Callable[[Standpoint, int], str]:
        def sign(stands: Standpoint, part: int) -> str:
            return sign_of(stands, part, stands.counting, stands.late, is_assigned=self.is_assigned)

        return sign


def sign_of(stands: Standpoint, part: int, counting: frozenset[int], late: frozenset[int], *, is_assigned: bool) -> str:
    """Return the shape of one cell: what is done is done, whether it was asked or not."""
    if part in stands.done:
        return "done"
    if is_assigned and part not in counting:
        return "excused"
    if is_assigned and part in late:
        return "late"
    return State.begun.value if part in stands.begun else State.none.value


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


def _blocks(columns: Sequence[Column], audiences: Sequence[Audience], zone: ZoneInfo) -> list[Block]:
    """Return COLUMNS by the first meeting they are at, what is at none last, and there by their lessons."""
    at = _first_meetings(audiences)

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
        moments = {
            audience.syllabus.due_as_assigned(*_named(column))
            for column in within
            for audience in audiences
            if audience is audiences[0] or not audience.apart.isdisjoint(_named(column))
        }
        due = {moment.astimezone(zone).date() for moment in moments if moment is not None}
        blocks.append(Block(lesson, within[0].lesson_number, meeting, sorted(due), within))
    return blocks


def _first_meetings(audiences: Sequence[Audience]) -> dict[int, Meeting]:
    """Return activity -> the first meeting, of those held, that it is at for anybody."""
    first: dict[int, Meeting] = {}
    for audience in audiences:
        for planned in audience.syllabus.live():
            for activity_id in planned.activity_ids:
                first[activity_id] = min(planned.meeting, first.get(activity_id, planned.meeting), key=_number)
    return first


def _number(meeting: Meeting) -> int:
    return meeting.number


def _named(column: Column) -> tuple[int, ...]:
    return named(column.activity.id, column.lesson.id if column.lesson else None)
