"""One's own page of progress: the record of a place by its units, what comes next there, what to read again, what more
there is, and what of it one would know today. All of it is for its owner alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from course.completion.models import State
from course.groups.models import Enrolment, Role
from kruzhok.memory.page import mine_of
from kruzhok.memory.strength import Strength
from kruzhok.paths import Path, Week, path_of
from kruzhok.progress.record import LessonDone, Record
from kruzhok.today.again import ReadAgain, read_again
from kruzhok.today.plan import GoOn, along, go_on_from
from kruzhok.today.tasks import LessonTasks, Task
from kruzhok.today.week import AtMeeting, Weeks, weeks
from lessons.agenda.items import passages_put
from lessons.outline import lessons_of

#: How many things stand under what comes next: where one goes on, and what it leads up to.
MOST_NEXT = 3

#: How many optional parts, and how many passages to read again, are named.
MOST_MORE, MOST_AGAIN = 5, 5


@dataclass(frozen=True, slots=True)
class UnitDone:
    """A unit of the course with its lessons, as far as they are done."""

    ident: str
    title: str
    lessons: Sequence[LessonDone]

    @property
    def done(self) -> int:
        """How many of its lessons are done."""
        return sum(one.lesson.task.state is State.done for one in self.lessons)


@dataclass(frozen=True, slots=True)
class OnPath:
    """The path that is followed, and the week of it one is in: the first with a lesson that is not done."""

    path: Path[LessonTasks]
    week: Week[LessonTasks]

    @property
    def done(self) -> int:
        """How many lessons of the week are done."""
        return sum(one.task.state is State.done for one in self.week.lessons)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is ahead in a place where one studies: where to go on; then, up to MOST_NEXT in all, the MEETINGS that ask
    something and what was due before and is not done (LATE), or of who studies alone the LESSONS that come next."""

    go_on: GoOn | None
    meetings: Sequence[AtMeeting] = ()
    late: Sequence[Task] = ()
    lessons: Sequence[LessonTasks] = ()
    on_path: OnPath | None = None
    more: Sequence[Task] = ()
    #: The meeting of the group on whose agenda a passage can be put, and which passages (text, ident) one put there.
    at_hand: AtMeeting | None = None
    put: Collection[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnProgress:
    """The page of a place. AHEAD is None where nothing is ahead: in a place that was left, or a group that is over.
    MEMORY is what of the questions of its course one would know today; None before one has met any."""

    record: Record
    units: Sequence[UnitDone]
    ahead: Ahead | None
    again: Sequence[ReadAgain]
    memory: Strength | None

    @property
    def lessons_done(self) -> int:
        """How many lessons of the course are done."""
        return sum(unit.done for unit in self.units)


def own_progress(session: Session, record: Record, now: datetime) -> OwnProgress:
    """Return the page of RECORD, which is one's own. Nine queries, one more in a group that meets; one in a place that
    was left."""
    place, units = record.place, units_of(session, record)
    if place.left_at is not None:
        return OwnProgress(record, units, None, (), None)
    is_over = place.group is not None and place.group.archived_at is not None
    return OwnProgress(
        record,
        units,
        None if is_over else _ahead(session, record, now),
        read_again(session, place),
        _memory(session, place, now),
    )


def units_of(session: Session, record: Record) -> list[UnitDone]:
    """Return the units of the course with the lessons of RECORD, in order. One query."""
    lines = {line.activity_id: line for line in lessons_of(session, record.place.course)}
    found: dict[str, UnitDone] = {}
    for lesson in record.lessons:
        line = lines[lesson.lesson.task.id]
        unit = found.get(line.unit) or UnitDone(line.unit, line.unit_title, [])
        found[line.unit] = UnitDone(unit.ident, unit.title, [*unit.lessons, lesson])
    return list(found.values())


def _memory(session: Session, place: Enrolment, now: datetime) -> Strength | None:
    mine = mine_of(session, place.user, now, place.course.ident)
    return mine.strength if mine.course is not None and mine.known else None


def _ahead(session: Session, record: Record, now: datetime) -> Ahead:
    place, lessons = record.place, record.tasks.lessons
    group = weeks(place, record.syllabus, record.tasks, now) if place.group else None
    at_hand = group.this_week if group else None
    put = passages_put(session, at_hand.meeting, place) if at_hand else frozenset[tuple[int, str]]()
    if place.role is Role.tutor:  # of whom nothing is asked
        return Ahead(None, at_hand=at_hand, put=put)
    go_on = go_on_from(session, place, lessons, group)
    more = more_in(lessons, group)
    if group is None:
        on_path = _on_path(path_of(place, {one.task.ident: one for one in lessons}))
        coming = _coming(lessons, go_on, on_path)[: MOST_NEXT - 1]
        return Ahead(go_on, lessons=coming, on_path=on_path, more=more)
    meetings = [one for one in (at_hand, *group.coming) if one and one.asked][: MOST_NEXT - 1]
    late = [task for task in group.late if go_on is None or task != go_on.task][: MOST_NEXT - 1 - len(meetings)]
    return Ahead(go_on, meetings, late, more=more, at_hand=at_hand, put=put)


def _on_path(path: Path[LessonTasks] | None) -> OnPath | None:
    """Return where on PATH one is, None where there is none, or all of it is done."""
    weeks_left = (week for week in path.weeks if any(_is_open(one) for one in week.lessons)) if path else iter(())
    week = next(weeks_left, None)
    return OnPath(path, week) if path and week else None


def _is_open(lesson: LessonTasks) -> bool:
    return lesson.task.state is not State.done


def _coming(lessons: Sequence[LessonTasks], go_on: GoOn | None, on_path: OnPath | None) -> list[LessonTasks]:
    """Return the lessons that ask something: the one that one goes on in, where it asks more than where one goes on;
    then those after it, as they come on the path, and round to the beginning."""
    in_order = along(lessons, [one.task.ident for one in on_path.path.lessons] if on_path else ())
    at = next((n for n, one in enumerate(in_order) if go_on and one.task.ident == go_on.task.lesson_ident), 0)
    round_from_here = [*in_order[at:], *in_order[:at]]
    return [one for one in round_from_here if one.asked and not (go_on and one.asked == [go_on.task])]


def more_in(lessons: Sequence[LessonTasks], group: Weeks | None) -> list[Task]:
    """Return the optional parts that are not done of the lessons that were begun, and of what the group was given."""
    more = [
        part for one in lessons for part in one.parts
        if not part.required and part.state is not State.done and one.task.state is not State.none
    ]  # fmt: skip
    beside = group.beside if group else ()
    return more + [task for task in beside if not task.required and task.state is not State.done and task not in more]
