"""The outline of a course, and where an enrolment stands in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.progress import Progress
from course.completion.records import Standing, standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course, PlannedLesson, Unit
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


def course_page(session: Session, course: Course, enrolment: Enrolment | None, pace: int | None = None) -> CoursePage:
    """Return the outline of COURSE as ENROLMENT sees it, None for who has none; its minutes are for a reader of PACE.

    Eight queries, one more in a group."""
    units: dict[int, tuple[Unit, list[Line]]] = {}
    for unit, planned in _units(session, course):
        lines = units.setdefault(unit.id, (unit, []))[1]
        if planned is not None:
            lines.append(Line(planned.number, planned.title, planned.position, by=planned.by, given=planned.given))
    rows = _activities(session, course, enrolment)
    activities = [(activity, lesson) for activity, lesson, _text_id in rows]
    minutes = {
        activity.id: at_pace(activity.minutes, pace if lesson is not None or text_id is not None else None)
        for activity, lesson, text_id in rows
    }
    standing = standing_of(session, enrolment) if enrolment else None
    quizzes = [activity.id for activity, _lesson in activities if activity.kind is ActivityKind.quiz]
    results = quiz_results(session, enrolment, quizzes) if enrolment and quizzes else {}
    for activity, lesson in activities:
        if lesson is None or activity.unit_id not in units:
            continue
        parts = [part for part, _none in activities if part.parent_id == activity.id]
        if activity.retired_at is None or (standing and standing.state(activity.id) is not State.none):
            units[activity.unit_id][1].append(_line(activity, lesson, parts, minutes, standing, results))
    shown = [
        _unit_shown(number, unit, sorted(lines, key=lambda line: (line.position, line.number)))
        for number, (unit, lines) in enumerate(units.values(), 1)
    ]
    by_ident = {line.ident: line for unit in shown for line in unit.lines if line.ident and not line.retired}
    path = path_of(enrolment, by_ident)
    mark_current([line for unit in shown for line in unit.lines], path.lessons if path else ())
    return CoursePage(course, shown, standing.progress if standing else None, paths_of(course, by_ident), path)


def _unit_shown(number: int, unit: Unit, lines: Sequence[Line]) -> UnitShown:
    return UnitShown(number, unit.ident, unit.title, unit.summary, unit.opening_html, lines)


def _units(session: Session, course: Course) -> Iterable[tuple[Unit, PlannedLesson | None]]:
    rows = session.execute(
        select(Unit, PlannedLesson)
        .outerjoin(PlannedLesson, PlannedLesson.unit_id == Unit.id)
        .where(Unit.course_id == course.id)
        .order_by(Unit.position, PlannedLesson.position)
    )
    return [(unit, planned) for unit, planned in rows]


def _activities(
    session: Session, course: Course, enrolment: Enrolment | None
) -> Sequence[tuple[Activity, Lesson | None, int | None]]:
    """Return the activities, each with what it is as a lesson and the text in the house that it is to read."""
    group_id = enrolment.group_id if enrolment else None
    rows = session.execute(
        select(Activity, Lesson, Reading.text_id)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .where(Activity.course_id == course.id)
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group_id))
        .order_by(Activity.position, Activity.id)
    )
    return [(activity, lesson, text_id) for activity, lesson, text_id in rows]


def _line(
    activity: Activity,
    lesson: Lesson,
    parts: Sequence[Activity],
    minutes_of: Mapping[int, int],
    standing: Standing | None,
    results: Mapping[int, QuizStanding],
) -> Line:
    """Return the line of a lesson. Its parts are those that count, for a visitor the outline's required ones."""
    lecture = lesson.lecture or {}
    counting = [
        part for part in parts if (standing.counts(part) if standing else part.required and not part.retired_at)
    ]
    done = [part for part in counting if standing and standing.state(part.id) is State.done]
    minutes = minutes_of[activity.id] + sum(minutes_of[part.id] for part in counting)
    state = standing.state(activity.id) if standing else State.none
    left = sum(minutes_of[part.id] for part in counting if part not in done)
    return Line(
        number=lesson.number,
        title=activity.title,
        position=activity.position,
        by=str(lecture.get("by") or ""),
        given=lecture.get("given"),
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
