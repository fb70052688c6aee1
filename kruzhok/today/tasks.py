"""The lessons of a course as one enrolment has them: their parts as tasks, with states and minutes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.words import _
from course.completion.models import State
from course.completion.records import Standing
from course.groups.models import Enrolment, Role
from course.outline.models import ActivityKind
from course.outline.nodes import Node
from course.syllabus.meetings import Syllabus
from kruzhok.today.lines import Line, lines_in, lines_of
from lessons.pace import at_pace
from lessons.parts import ORDER
from lessons.rounds import NOTHING_DONE, Done, done_in


class Task(NamedTuple):
    """A part of a lesson, or (kind *lesson*) the lesson itself, with what it takes to name it and to lead there.

    What a study group gave itself is of no lesson: its `lesson_number` is 0."""

    id: int
    kind: str
    ident: str
    title: str
    minutes: int
    state: State
    required: bool
    lesson_ident: str
    lesson_number: int
    lesson_title: str
    text_ident: str | None = None
    address: str | None = None
    #: It is required, was due and is not done.
    late: bool = False
    #: When it is due, where that is another moment than that of its lesson at a meeting, by an exception or an
    #: assignment of its own; or of no lesson.
    due_at: datetime | None = None
    #: Why it is, where an exception says so.
    why: str | None = None
    #: Of a prompt that is a round: what was done in it so far, and by the end of which day of the group one replies.
    round: Done | None = None
    reply_day: date | None = None
    may_reply: bool = False

    @property
    def of_what(self) -> str:
        """Whose part it is, in a word or two."""
        return _("Lesson {n}").format(n=self.lesson_number) if self.lesson_number else _("Besides the lessons")

    @property
    def sign(self) -> str:
        """The shape it has: that of its state, or *late*."""
        return "late" if self.late else self.state.value


@dataclass(frozen=True, slots=True)
class LessonTasks:
    """A lesson of the outline with its tasks in the order in which they are met."""

    task: Task
    parts: Sequence[Task]
    #: Whether it is asked at all: alone each lesson is, in a group with a syllabus what is assigned.
    assigned: bool = True

    @property
    def asked(self) -> list[Task]:
        """The required parts that are not done; of a lesson without required parts, itself."""
        if not self.assigned:
            return []
        required = [part for part in self.parts if part.required]
        undone = [part for part in required if part.state is not State.done]
        return undone if required or self.task.state is State.done else [self.task]

    @property
    def minutes(self) -> int:
        """The minutes of what is asked, and of the notes while nothing is begun."""
        notes = self.task.minutes if self.task.state is State.none else 0
        return notes + sum(part.minutes for part in self.asked if part.kind != "lesson")


class Tasks(NamedTuple):
    """The lessons in the order of the outline; and what was assigned BESIDE those of the meetings, by when it is due:
    what the group gave itself, and what of the lessons was assigned by itself or at no meeting."""

    lessons: list[LessonTasks]
    beside: list[Task]


def tasks_of(
    session: Session,
    enrolment: Enrolment,
    standing: Standing,
    syllabus: Syllabus,
    now: datetime,
    pace: int | None = None,
    lines: Iterable[Line] | None = None,
) -> Tasks:
    """Return the lessons with their parts, and what is beside them, as ENROLMENT stands with it all. One query, none
    where LINES, the outline of its course, are given; one more where there are rounds.

    What is beside the lessons is there for those to whom it is given, and for who began it.

    The minutes of what is read in the house are those of a reader of PACE: of whoever looks at the page."""
    rows = lines_in(enrolment, lines_of(session, [enrolment]) if lines is None else lines)
    parts_of: dict[int, list[Line]] = {}
    for line in rows:
        if line.activity.parent_id is not None and line.activity.kind is not ActivityKind.lesson:
            parts_of.setdefault(line.activity.parent_id, []).append(line)
    heads = sorted(
        (line for line in rows if line.number is not None and line.unit is not None),
        key=lambda line: (line.unit, line.activity.position),
    )
    order = [kind.value for kind in ORDER]
    rounds = {
        activity.id: reply_by
        for activity in (line.activity for line in (rows if syllabus.has_rounds else ()))
        if activity.kind is ActivityKind.prompt
        and (reply_by := syllabus.reply_due_of(activity.id, *filter(None, [activity.parent_id])))
    }
    done = done_in(session, enrolment, rounds)
    apart = syllabus.assigned.difference(*(planned.activity_ids for planned in syllabus.meetings))
    task = _Maker(enrolment.role is Role.student, standing, syllabus, now, pace, rounds, done, apart)
    found = []
    for of in heads:
        activity, number = of.activity, of.number or 0
        parts = [
            task(line.activity, activity, number, address=line.address, text_ident=line.text_ident)
            for line in parts_of.get(activity.id, ())
        ]
        itself = not any(part.required for part in parts)
        head = task(activity, activity, number, itself=itself)
        ids = {activity.id, *(part.id for part in parts)}
        assigned = not syllabus.assigned or not ids.isdisjoint(syllabus.assigned)
        found.append(LessonTasks(head, sorted(parts, key=lambda part: order.index(part.kind)), assigned))
    beside = [
        task(line.activity, None, 0, address=line.address, text_ident=line.text_ident)
        for line in rows
        if line.activity.kind is not ActivityKind.lesson
        and line.activity.parent_id is None
        and (line.activity.id in syllabus.assigned or standing.state(line.activity.id) is not State.none)
    ]
    beside += _assigned_apart(found, syllabus.assigned, apart)
    return Tasks(found, sorted(beside, key=lambda one: (one.due_at is None, one.due_at, one.id)))


def _assigned_apart(
    lessons: Sequence[LessonTasks], assigned: Collection[int], apart: Collection[int]
) -> Iterator[Task]:
    """Yield what of LESSONS is ASSIGNED by itself and not done, and what those lessons ask that are at no meeting."""
    for lesson in lessons:
        if lesson.task.id in apart:
            yield from lesson.asked
        elif lesson.task.id not in assigned:
            yield from (part for part in lesson.parts if part.id in assigned and part.state is not State.done)


@dataclass(frozen=True, slots=True)
class _Maker:
    """What it takes to say of an activity how one enrolment stands with it."""

    studies: bool
    standing: Standing
    syllabus: Syllabus
    now: datetime
    pace: int | None
    #: Prompt -> until when one replies, and what was done there, of those that are rounds.
    rounds: Mapping[int, datetime]
    done: Mapping[int, Done]
    #: What is assigned at no meeting.
    apart: Collection[int] = frozenset()
    #: Lesson -> when what it asks is due, of which nothing else is said.
    due: dict[int, datetime | None] = field(default_factory=dict)

    def __call__(
        self,
        activity: Node,
        lesson: Node | None,
        number: int,
        *,
        address: str | None = None,
        text_ident: str | None = None,
        itself: bool = False,
    ) -> Task:
        """Return ACTIVITY as a task of LESSON, if it is of one; ITSELF says that it is a lesson which is asked itself,
        for it asks no part."""
        counts, state = self.standing.counts(activity), self.standing.state(activity.id)
        in_house = activity is lesson or text_ident is not None
        asked = (counts or itself) and state is not State.done and self.studies
        is_dated = lesson is None or activity.id in self.syllabus.excepted or self._is_apart(activity, lesson)
        due_at = self._due_of(activity, lesson) if asked or is_dated else None
        late = asked and due_at is not None and due_at < self.now
        reply_by = self.rounds.get(activity.id)
        its_round = self.done.get(activity.id, NOTHING_DONE) if reply_by and self.studies else None
        if asked and its_round and its_round.posted and reply_by:
            late = reply_by < self.now
        return Task(
            id=activity.id,
            kind=activity.kind.value,
            ident=activity.ident,
            title=activity.title,
            minutes=at_pace(activity.minutes, self.pace if in_house else None),
            state=state,
            required=counts,
            lesson_ident=lesson.ident if lesson is not None else "",
            lesson_number=number,
            lesson_title=lesson.title if lesson is not None else "",
            text_ident=text_ident,
            address=address,
            late=late,
            due_at=due_at if is_dated else None,
            why=self.syllabus.why_moved(activity.id),
            round=its_round,
            reply_day=reply_by.astimezone(self.syllabus.zone).date() if reply_by else None,
            may_reply=bool(its_round and its_round.asks == "reply" and reply_by and self.now <= reply_by),
        )

    def _is_apart(self, activity: Node, lesson: Node) -> bool:
        """Return whether ACTIVITY, or the LESSON it is of, is assigned at no meeting."""
        return activity.id in self.apart or lesson.id in self.apart

    def _due_of(self, activity: Node, lesson: Node | None) -> datetime | None:
        """Return when ACTIVITY of LESSON is due. Of most parts nobody says anything: they are due as all others are."""
        syllabus = self.syllabus
        if lesson is None:
            return syllabus.due_of(activity.id)
        if activity.id in syllabus.said or activity.id in syllabus.excepted:
            return syllabus.due_of(activity.id, lesson.id)
        if lesson.id not in self.due:
            self.due[lesson.id] = syllabus.due_of(activity.id, lesson.id)
        return self.due[lesson.id]
