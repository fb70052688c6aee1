"""The outline of a course, and where an enrolment stands in it."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.held import held
from course.completion.models import State
from course.completion.progress import Progress
from course.completion.records import Standing, standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course, PlannedLesson, Unit
from course.outline.nodes import COLUMNS, Node
from kruzhok.paths import Path, path_of, paths_of
from lessons.models import Lesson, Reading
from lessons.pace import at_pace
from quizzes.attempts.results import QuizStanding, quiz_results


@dataclass(slots=True)
class Line:
    """One lesson of the outline, as people name it. A planned one has neither an address nor work."""

    number: int
    title: str
    position: int
    by: str = ""
    given: date | str | None = None
    ident: str | None = None
    summary: str = ""
    minutes: int = 0
    minutes_left: int = 0
    state: State = State.none
    parts: int = 0
    parts_done: int = 0
    quizzes: list[tuple[str, QuizStanding]] = field(default_factory=list)
    current: bool = False
    retired: bool = False

    @property
    def planned(self) -> bool:
        """Whether it is still being written."""
        return self.ident is None

    @property
    def of_reader(self) -> Hashable:
        """What of it is not the same for everybody, with what names it."""
        numbers = (self.minutes, self.minutes_left, self.parts, self.parts_done)
        quizzes = ((ident, one.counting_points, one.max_points, one.open_attempt_id) for ident, one in self.quizzes)
        return (self.ident or self.title, self.number, self.state, self.current, numbers, tuple(quizzes))


@dataclass(frozen=True, slots=True)
class UnitShown:
    """A named part of the outline with its lessons, in order."""

    number: int
    ident: str
    title: str
    summary: str | None
    opening_html: str | None
    lines: Sequence[Line]

    @property
    def lessons(self) -> list[Line]:
        """Those of its lessons that can be taken."""
        return [line for line in self.lines if not line.planned]

    @property
    def minutes(self) -> int:
        """How long its lessons take, the quizzes aside."""
        return sum(line.minutes for line in self.lessons)

    @property
    def done(self) -> int:
        """How many of its lessons are done."""
        return sum(line.state is State.done for line in self.lessons)

    @property
    def next(self) -> Line | None:
        """The lesson one goes on with in it: where one is, else the first that is begun, else the first not done."""
        undone = [line for line in self.lessons if line.state is not State.done]
        begun = [line for line in undone if line.state is State.begun]
        return next((line for line in undone if line.current), None) or next(iter(begun or undone), None)


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course as its page shows it; `progress` is None for who has no enrolment."""

    course: Course
    units: Sequence[UnitShown]
    progress: Progress | None
    paths: Sequence[Path[Line]]
    #: The path that is followed, of who studies alone.
    path: Path[Line] | None

    @property
    def lessons(self) -> list[Line]:
        """The lessons that can be taken, in order."""
        return [line for unit in self.units for line in unit.lines if not line.planned]

    @property
    def first(self) -> Line | None:
        """The lesson one begins with."""
        return next(iter(self.path.lessons if self.path else self.lessons), None)

    @property
    def current(self) -> Line | None:
        """The lesson one is at."""
        return next((line for line in self.lessons if line.current), None)

    @property
    def begun(self) -> bool:
        """Whether anything was done here."""
        return any(line.state is not State.none for line in self.lessons)


@dataclass(frozen=True, slots=True)
class LessonRead:
    """A lesson as it was read: its activity, its columns and its parts, with the readings among them that are of a text
    in the house."""

    activity: Node
    number: int
    summary: str
    by: str
    given: date | str | None
    parts: Sequence[Node]
    in_house: frozenset[int]


@dataclass(frozen=True, slots=True)
class UnitRead:
    """A unit as it was read, with its lessons, retired ones too, and those that are still being written."""

    ident: str
    title: str
    summary: str | None
    opening_html: str | None
    lessons: Sequence[LessonRead]
    planned: Sequence[tuple[int, str, int, str, date | None]]


def course_page(session: Session, course: Course, enrolment: Enrolment | None, pace: int | None = None) -> CoursePage:
    """Return the outline of COURSE as ENROLMENT sees it, None for who has none; its minutes are for a reader of PACE.

    Three queries, two more in a group, and what `held` spares."""
    units = held(session, ("units", course.version), partial(_read, session, course.id))
    lessons = [lesson for unit in units for lesson in unit.lessons]
    standing = standing_of(session, enrolment) if enrolment else None
    quizzes = [part.id for lesson in lessons for part in lesson.parts if part.kind is ActivityKind.quiz]
    results = quiz_results(session, enrolment, quizzes) if enrolment and quizzes else {}
    shown = []
    for number, unit in enumerate(units, 1):
        lines = [Line(place, title, at, by=by, given=given) for place, title, at, by, given in unit.planned]
        lines += [
            _line(lesson, pace, standing, results)
            for lesson in unit.lessons
            if lesson.activity.retired_at is None or (standing and standing.state(lesson.activity.id) is not State.none)
        ]
        lines.sort(key=lambda line: (line.position, line.number))
        shown.append(UnitShown(number, unit.ident, unit.title, unit.summary, unit.opening_html, lines))
    by_ident = {line.ident: line for unit in shown for line in unit.lines if line.ident and not line.retired}
    path = path_of(enrolment, by_ident)
    mark_current([line for unit in shown for line in unit.lines], path.lessons if path else ())
    return CoursePage(course, shown, standing.progress if standing else None, paths_of(course, by_ident), path)


def _read(session: Session, course_id: int) -> list[UnitRead]:
    """Return the units of a course in order. Three queries."""
    units = session.scalars(select(Unit).where(Unit.course_id == course_id).order_by(Unit.position)).all()
    planned = session.scalars(
        select(PlannedLesson).where(PlannedLesson.unit_id.in_([unit.id for unit in units])).order_by(PlannedLesson.id)
    ).all()
    rows = session.execute(
        select(*COLUMNS, Lesson, Reading.text_id)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .where(Activity.course_id == course_id, Activity.group_id.is_(None))
        .order_by(Activity.position, Activity.id)
    )
    lessons: dict[int | None, list[tuple[Node, Lesson]]] = {}
    parts: dict[int | None, list[Node]] = {}
    in_house = set()
    for *columns, lesson, text_id in rows:
        node = Node(*columns)
        parts.setdefault(node.parent_id, []).append(node)
        if lesson is not None:
            lessons.setdefault(node.unit_id, []).append((node, lesson))
        if text_id is not None:
            in_house.add(node.id)
    return [
        UnitRead(
            unit.ident,
            unit.title,
            unit.summary,
            unit.opening_html,
            [_lesson(node, lesson, parts.get(node.id, []), in_house) for node, lesson in lessons.get(unit.id, ())],
            [(one.number, one.title, one.position, one.by, one.given) for one in planned if one.unit_id == unit.id],
        )
        for unit in units
    ]


def _lesson(node: Node, lesson: Lesson, parts: Sequence[Node], in_house: Collection[int]) -> LessonRead:
    lecture = lesson.lecture or {}
    its = frozenset(part.id for part in parts if part.id in in_house)
    return LessonRead(
        node, lesson.number, lesson.summary, str(lecture.get("by") or ""), lecture.get("given"), parts, its
    )


def _line(lesson: LessonRead, pace: int | None, standing: Standing | None, results: Mapping[int, QuizStanding]) -> Line:
    """Return the line of LESSON. Its parts are those that count, for a visitor the outline's required ones."""
    activity, parts = lesson.activity, lesson.parts
    counting = [
        part for part in parts if (standing.counts(part) if standing else part.required and not part.retired_at)
    ]
    done = [part for part in counting if standing and standing.state(part.id) is State.done]
    takes = {part.id: at_pace(part.minutes, pace if part.id in lesson.in_house else None) for part in counting}
    minutes = at_pace(activity.minutes, pace) + sum(takes.values())
    state = standing.state(activity.id) if standing else State.none
    left = sum(takes[part.id] for part in counting if part not in done)
    return Line(
        number=lesson.number,
        title=activity.title,
        position=activity.position,
        by=lesson.by,
        given=lesson.given,
        ident=activity.ident,
        summary=lesson.summary,
        minutes=minutes,
        minutes_left=left if state is not State.none else minutes,
        state=state,
        parts=len(counting),
        parts_done=len(done),
        quizzes=[(part.ident, results[part.id]) for part in parts if part.id in results],
        retired=activity.retired_at is not None,
    )


def mark_current(lines: Sequence[Line], path: Sequence[Line] = ()) -> None:
    """Mark the lesson one is at: on the PATH one follows, and where that asks nothing (any more), among all LINES."""
    lessons = [line for line in lines if not line.planned]
    if all(line.state is State.none for line in lessons):
        return
    for some in (path, lessons):
        if (at := _where_one_is(some)) is not None:
            at.current = True
            return


def _where_one_is(lessons: Sequence[Line]) -> Line | None:
    """Return the last one begun and not done, else the first after the last that is done, or round to the beginning."""
    begun = [line for line in lessons if line.state is State.begun]
    last_done = max((at for at, line in enumerate(lessons) if line.state is State.done), default=-1)
    after = [line for line in (*lessons[last_done + 1 :], *lessons) if line.state is State.none]
    return next(iter(begun[-1:] or after), None)
