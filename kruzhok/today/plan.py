"""What is to be done next, and why: one object from all rooms, for the page and for letters alike.

*Go on from here* is where one really was: an answer begun before anything else, then the lesson last worked in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from course.completion.models import State
from course.completion.progress import Progress
from course.completion.records import Standing, standing_of
from course.groups.enrolments import choose
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course, Unit
from course.texts.models import Passage, Text
from course.users.models import User
from kruzhok.today.acts import LastActs, last_acts
from lessons.models import Lesson, Reading
from lessons.parts import ORDER
from quizzes.attempts.results import Missed, missed_passages


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a lesson, or (kind *lesson*) the lesson itself, with what it takes to name it and to lead there."""

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


@dataclass(frozen=True, slots=True)
class LessonTasks:
    """A lesson of the outline with its tasks in the order in which they are met."""

    task: Task
    parts: Sequence[Task]

    @property
    def asked(self) -> list[Task]:
        """The required parts that are not done; of a lesson without required parts, itself."""
        required = [part for part in self.parts if part.required]
        undone = [part for part in required if part.state is not State.done]
        return undone if required or self.task.state is State.done else [self.task]

    @property
    def minutes(self) -> int:
        """The minutes of what is asked, and of the notes while nothing is begun."""
        notes = self.task.minutes if self.task.state is State.none else 0
        return notes + sum(part.minutes for part in self.asked if part.kind != "lesson")


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A passage that a missed question leads to: the text it stands in, and how it begins."""

    ident: str
    number: int | None
    begins: str
    text_ident: str
    text_title: str
    is_lesson: bool
    missed: Missed


#: Why *go on* leads where it leads.
ATTEMPT, DRAFT, HERE, BEGIN, NEXT, DONE = "attempt", "draft", "here", "begin", "next", "done"


@dataclass(frozen=True, slots=True)
class GoOn:
    """The one thing to do next. REASON is one of the words above; with *done* there is nothing that must be done."""

    reason: str
    task: Task
    attempt_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Today: where to go on, what that lesson asks, what to read again, what more there is."""

    course: Course
    enrolment: Enrolment
    progress: Progress
    go_on: GoOn | None
    lesson: LessonTasks | None
    again: Sequence[ReadAgain] = ()
    optional: Sequence[Task] = field(default_factory=list)


def latest_enrolment(session: Session, user: User, place: str | None = None) -> Enrolment | None:
    """Return the enrolment USER last did something in, with course and group; in that PLACE (a group's slug, ALONE)."""
    mine = (
        select(Enrolment)
        .where(Enrolment.user_id == user.id, Enrolment.left_at.is_(None))
        .options(joinedload(Enrolment.course), joinedload(Enrolment.group))
        .order_by(Enrolment.used_at.desc(), Enrolment.id.desc())
    )
    return choose(session.scalars(mine).all(), place)


def plan_for(session: Session, enrolment: Enrolment) -> Plan:
    """Return the plan of ENROLMENT. Eight queries, one more in a study group."""
    standing = standing_of(session, enrolment)
    lessons = _lessons(session, enrolment, standing)
    go_on = decide(lessons, last_acts(session, enrolment))
    here = next((one for one in lessons if go_on and one.task.ident == go_on.task.lesson_ident), None)
    optional = [
        part for one in lessons for part in one.parts
        if not part.required and part.state is not State.done and one.task.state is not State.none
    ]  # fmt: skip
    return Plan(
        enrolment.course, enrolment, standing.progress, go_on, here, read_again(session, enrolment), optional
    )  # fmt: skip


def go_on_for(session: Session, enrolment: Enrolment) -> GoOn | None:
    """Return only where to go on, for a page that shows nothing else of the plan. Six queries, one more in a group."""
    return decide(_lessons(session, enrolment, standing_of(session, enrolment)), last_acts(session, enrolment))


def _lessons(session: Session, enrolment: Enrolment, standing: Standing) -> list[LessonTasks]:
    """Return the lessons in the order of the outline, with their parts. One query."""
    lesson, its_text = aliased(Lesson), aliased(Text)
    rows = session.execute(
        select(Activity, lesson.number, Unit.position, Reading.address, its_text.ident)
        .outerjoin(lesson, lesson.activity_id == Activity.id)
        .outerjoin(Unit, Unit.id == Activity.unit_id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .outerjoin(its_text, its_text.id == Reading.text_id)
        .where(Activity.course_id == enrolment.course_id, Activity.retired_at.is_(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == enrolment.group_id))
        .order_by(Activity.position, Activity.id)
    ).all()
    heads = sorted(
        (row for row in rows if row[1] is not None and row[2] is not None), key=lambda row: (row[2], row[0].position)
    )
    order = [kind.value for kind in ORDER]
    found = []
    for activity, number, *_rest in heads:
        head = _task(activity, activity, number, standing)
        parts = [
            _task(row[0], activity, number, standing, address=row[3], text_ident=row[4])
            for row in rows
            if row[0].parent_id == activity.id and row[0].kind is not ActivityKind.lesson
        ]
        found.append(LessonTasks(head, sorted(parts, key=lambda part: order.index(part.kind))))
    return found


def _task(
    activity: Activity,
    lesson: Activity,
    number: int,
    standing: Standing,
    *,
    address: str | None = None,
    text_ident: str | None = None,
) -> Task:
    return Task(
        id=activity.id,
        kind=activity.kind.value,
        ident=activity.ident,
        title=activity.title,
        minutes=activity.minutes,
        state=standing.state(activity.id),
        required=standing.counts(activity),
        lesson_ident=lesson.ident,
        lesson_number=number,
        lesson_title=lesson.title,
        text_ident=text_ident,
        address=address,
    )


def decide(lessons: Sequence[LessonTasks], acts: LastActs) -> GoOn | None:
    """Return where to go on, None where there are no lessons. Pure.

    First an attempt that is open; then a draft, if it was saved after everything else; then what the lesson last worked
    in still asks, in order; then the first lesson after it, and round to the beginning, that asks something."""
    if not lessons:
        return None
    tasks = {task.id: task for lesson in lessons for task in (lesson.task, *lesson.parts)}
    if acts.open_attempt is not None and (task := tasks.get(acts.open_attempt.activity_id or 0)):
        return GoOn(ATTEMPT, task, acts.open_attempt.id, acts.open_attempt.started_at)
    newest = max((act for act in (acts.draft, acts.other) if act and act.activity_id in tasks), key=_when, default=None)
    if newest is None:
        return _begin(lessons, BEGIN)
    worked = tasks[newest.activity_id]
    if newest is acts.draft and worked.state is not State.done:
        return GoOn(DRAFT, worked, at=newest.at)
    at = next(place for place, lesson in enumerate(lessons) if lesson.task.ident == worked.lesson_ident)
    if lessons[at].asked:
        return GoOn(HERE, lessons[at].asked[0], at=newest.at)
    return _begin([*lessons[at + 1 :], *lessons[:at]], NEXT) or GoOn(DONE, lessons[at].task, at=newest.at)


def _when(act: tuple[int, datetime]) -> datetime:
    return act[1]


def _begin(lessons: Sequence[LessonTasks], reason: str) -> GoOn | None:
    """Return the first of LESSONS that asks something: its notes while nothing is begun, else its first part undone."""
    asking = next((lesson for lesson in lessons if lesson.asked), None)
    if asking is None:
        return None
    return GoOn(reason, asking.task if asking.task.state is State.none else asking.asked[0])


def read_again(session: Session, enrolment: Enrolment) -> list[ReadAgain]:
    """Return the passages of the course's texts that questions missed lead to, the last missed first. Two queries."""
    texts = select(Text.id).where(Text.course_id == enrolment.course_id)
    missed: Mapping[tuple[int, str], Missed] = missed_passages(session, enrolment, texts)  # type: ignore[arg-type]
    if not missed:
        return []
    rows = session.execute(
        select(Passage, Text, Lesson.id)
        .join(Text, Text.current_version_id == Passage.version_id)
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .where(
            Text.id.in_({text_id for text_id, _ident in missed}), Passage.ident.in_({ident for _text, ident in missed})
        )
    )
    found = [
        ReadAgain(
            passage.ident,
            passage.number,
            beginning(passage.plain),
            text.ident,
            text.title,
            lesson is not None,
            missed[key],
        )
        for passage, text, lesson in rows
        if (key := (text.id, passage.ident)) in missed
    ]
    return sorted(found, key=lambda one: (one.missed.when, -one.missed.number), reverse=True)


def beginning(plain: str, words: int = 16) -> str:
    """Return the first WORDS words of a passage, with … where it goes on."""
    all_words = plain.split()
    return " ".join(all_words[:words]) + (" …" if len(all_words) > words else "")
