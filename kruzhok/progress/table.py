"""The students of a study group by what is asked of them: who has done what.

A page of it is of forty students, whatever their number, and where all come by name nothing is read of the others. What
they are sorted or filtered by else comes from one query for each sort of figure, and every figure from `Standpoint`,
which the CSV file and the pages have in common.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.base.csv_files import percent
from course.base.held import held
from course.base.words import _
from course.completion.everybody import Asked, Audience, Standpoint, asked_in, done_by, named, standpoints_of
from course.completion.models import State
from course.completion.progress import Progress
from course.groups.models import StudyGroup
from course.outline.models import Activity, Unit
from course.outline.nodes import Node
from course.syllabus.models import Meeting
from kruzhok.progress.help import Rules, last_results, reasons_for, rules_of
from kruzhok.progress.students import (
    Student,
    Wanted,
    chosen,
    count_students,
    in_subgroup,
    some_students_of,
    students_of,
)
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

    activity: Node
    lesson_id: int | None
    lesson_number: int | None


class Place(NamedTuple):
    """Where in the outline a lesson is, and its number."""

    unit: int
    position: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """The columns of one lesson, the first meeting it is at, and on which days, in the group's zone, they are due."""

    lesson_id: int | None
    lesson_number: int | None
    meeting: Meeting | None
    due: Sequence[date]
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Row:
    """One student: the shape in each column (one of WORDS), the progress that the student sees, also in percent, how
    many parts are late, and the day, in the group's zone, of what they did last."""

    student: Student
    shapes: Sequence[str]
    progress: Progress
    percent: Decimal | None
    late: int
    last: date


@dataclass(frozen=True, slots=True)
class Page:
    """Some of so many students FOUND: those of the page of that NUMBER, from the FIRST to the last."""

    rows: Sequence[Row]
    found: int
    number: int
    pages: int

    @property
    def first(self) -> int:
        """Which of those found the first row is, counted from one."""
        return (self.number - 1) * PAGE + 1

    @property
    def done(self) -> Sequence[int]:
        """How many of those shown have done each column."""
        return [shapes.count("done") for shapes in zip(*(row.shapes for row in self.rows), strict=True)]


class Table:
    """The whole of it, of which as much is asked of the database as a page needs.

    Where nothing is assigned to anybody the columns are what the outline requires, and no figure counts them. Who left
    is not in it, and a tutor is no student."""

    def __init__(self, session: Session, group: StudyGroup, now: datetime) -> None:
        """Ask what is asked of whom: seven queries, eight with subgroups."""
        self.session, self.group, self.now = session, group, now
        self.zone = ZoneInfo(group.zone)
        self.count = count_students(session, group.id)
        self.asked: Asked = asked_in(session, group, now)
        required = self.asked.required if self.count else frozenset[int]()
        self.is_assigned = bool(required)
        columns = _columns(session, group, self.asked.parts, required)
        self.blocks = _blocks(columns, self.asked.audiences, self.zone)
        self.columns = [column for block in self.blocks for column in block.columns]
        self._made: dict[Audience, list[str]] = {}
        #: Of each column whether a block begins with it.
        self.starts = [column is block.columns[0] for block in self.blocks for column in block.columns]

    @cached_property
    def students(self) -> Sequence[Student]:
        """All of them, by name. One query."""
        return students_of(self.session, self.group.id)

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
        """Return the students WANTED, in the order wanted. Up to five queries, and one where all come by name."""
        return chosen(
            self.students,
            wanted,
            standpoints=self.standpoints if wanted.asks_standpoints else {},
            members=in_subgroup(self.session, wanted.subgroup) if wanted.subgroup is not None else (),
            in_need=self.reasons if wanted.needs_hand else (),
            sign=self._signs(),
        )

    def page(self, wanted: Wanted, number: int) -> Page:
        """Return the page of that NUMBER of the students WANTED, or the last there is. Two queries besides theirs.

        Where all come by name one for a page of them, which costs as much with thousands as with forty."""
        found = None if wanted.all_by_name else self.found(wanted)
        count = self.count if found is None else len(found)
        pages = max(1, math.ceil(count / PAGE))
        number = min(max(number, 1), pages)
        first = (number - 1) * PAGE
        if found is None:
            shown = some_students_of(self.session, self.group.id, first, PAGE, down=wanted.down)
        else:
            shown = found[first : first + PAGE]
        return Page(self.rows(shown), count, number, pages)

    def nobody(self) -> Page:
        """Return the page of a search that cannot be: nobody is found by it."""
        return Page([], 0, 1, 1)

    def done(self) -> list[int]:
        """Return of each column how many of all students have done it. One query, of all that they did."""
        done = done_by(self.session, self.group.id)
        return [done.get(column.activity.id, 0) for column in self.columns]

    def rows(self, students: Sequence[Student]) -> list[Row]:
        """Return the rows of STUDENTS. Two queries, none where it is known of all where they stand."""
        if "standpoints" in self.__dict__:
            standpoints = self.standpoints
        else:
            ids, everybody = [one.id for one in students], len(students) == self.count
            standpoints = standpoints_of(self.session, self.group.id, self.asked, ids, everybody=everybody)
        return [self._row(student, standpoints[student.id]) for student in students]

    def _row(self, student: Student, stands: Standpoint) -> Row:
        progress = stands.progress
        share = Fraction(progress.done, progress.required) if progress.required else None
        last = student.last_act.astimezone(self.zone).date()
        return Row(student, self._shapes(stands), progress, percent(share), len(stands.late), last)

    def _shapes(self, stands: Standpoint) -> list[str]:
        """Return the shape of each column as `sign_of` has it, and *new* for what is not asked because it is new.

        There may be four hundred thousand of them, so only what was done is gone through, and not what was not."""
        shapes, places = self._untouched(stands.audience).copy(), self._places
        for part in stands.begun & places.keys():
            if shapes[places[part]] == "none":
                shapes[places[part]] = "begun"
        if self.is_assigned:
            for part in stands.new & places.keys():
                shapes[places[part]] = "new"
        for part in stands.done & places.keys():
            shapes[places[part]] = "done"
        return shapes

    def _untouched(self, audience: Audience) -> list[str]:
        """Return the shapes of somebody of AUDIENCE who has not begun anything."""
        if audience not in self._made:
            stands = Standpoint(audience, frozenset(), frozenset(), frozenset())
            sign = self._signs()
            self._made[audience] = [sign(stands, part) for part in self._places]
        return self._made[audience]

    @cached_property
    def _places(self) -> dict[int, int]:
        """Part -> the place of its column."""
        return {column.activity.id: place for place, column in enumerate(self.columns)}

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


def _columns(session: Session, group: StudyGroup, parts: Sequence[Node], asked: frozenset[int]) -> list[Column]:
    """Return those of PARTS that are ASKED in the order of the outline; where none is, those that the outline requires.

    No query but the first time of a course."""
    read = partial(_read_lessons, session, group.course_id)
    lessons = held(session, ("lessons of the table", group.course.version), read)
    nowhere = Place(0, 0, None)

    def order(part: Node) -> tuple[bool, int, int, int, int, int, int]:
        place = lessons.get(part.parent_id or 0, nowhere)
        where = (part.parent_id is None, place.unit, place.position, part.parent_id or 0)
        return (*where, ORDER.index(part.kind), part.position, part.id)

    wanted = [part for part in parts if (part.id in asked if asked else part.required and part.parent_id is not None)]
    return [
        Column(part, part.parent_id, lessons.get(part.parent_id or 0, nowhere).number)
        for part in sorted(wanted, key=order)
    ]


def _read_lessons(session: Session, course_id: int) -> dict[int, Place]:
    """Return lesson -> where it is in the outline of a course, and its number."""
    rows = session.execute(_LESSONS, {"course": course_id})
    return {row[0]: Place(row[1] or 0, row[2], row[3]) for row in rows}


_LESSONS = (
    select(Activity.id, Unit.position, Activity.position, Lesson.number)
    .join(Lesson, Lesson.activity_id == Activity.id)
    .outerjoin(Unit, Unit.id == Activity.unit_id)
    .where(Activity.course_id == bindparam("course"))
)


def _blocks(columns: Sequence[Column], audiences: Sequence[Audience], zone: ZoneInfo) -> list[Block]:
    """Return COLUMNS by the first meeting they are at, what is at none last, and there by their lessons."""
    at = _first_meetings(audiences)

    def meeting_of(column: Column) -> Meeting | None:
        return min((at[key] for key in _named(column) if key in at), key=_number, default=None)

    def order(column: Column) -> float:
        meeting = meeting_of(column)
        return _number(meeting) if meeting else math.inf

    blocks = []
    for (lesson_id, meeting), found in groupby(
        sorted(columns, key=order), key=lambda column: (column.lesson_id, meeting_of(column))
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
        blocks.append(Block(lesson_id, within[0].lesson_number, meeting, sorted(due), within))
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
    return named(column.activity.id, column.lesson_id)
