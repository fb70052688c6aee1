"""What was done in one place of somebody: every lesson and part with its state, and the work that led to it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from course.base.words import _
from course.completion.models import Completion, CompletionFact, FactKind, State
from course.completion.progress import Progress
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.syllabus.assigned import given_to
from course.syllabus.meetings import Syllabus, syllabus_of
from course.users.models import User
from kruzhok.progress.sat import Marked, Result, attempts_in
from kruzhok.today.tasks import Task, Tasks, tasks_of
from lessons.discussion.models import Discussion, Post
from lessons.models import JournalEntry
from quizzes.attempts.pages import Line


class PostLine(NamedTuple):
    """That something was said in the talk on a prompt, and when; its words are read there."""

    id: int
    made_at: datetime
    is_reply: bool


class Written(NamedTuple):
    """That something was written in the journal, and when. HTML are its words: for who wrote it and, while they share
    it, for the tutors, else None."""

    written_at: datetime
    html: str | None
    shared_at: datetime | None


@dataclass(slots=True)
class Work:
    """What was done at one activity, each list from the first on. RESULT is what counts of all attempts;
    who MARKED them stands only in one's own record."""

    attempts: Sequence[Line] = ()
    result: Result | None = None
    marked: Sequence[Marked] = ()
    posts: list[PostLine] = field(default_factory=list)
    journal: list[Written] = field(default_factory=list)


class SetBy(NamedTuple):
    """That a tutor said of something that it is done, or that it is not; why, and who."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartDone:
    """A part of a lesson, or the lesson itself: how it stands, since when it is done, what was done for it."""

    task: Task
    done_at: datetime | None
    work: Work
    set_by: SetBy | None = None


@dataclass(frozen=True, slots=True)
class LessonDone:
    """A lesson with its parts."""

    lesson: PartDone
    parts: Sequence[PartDone]

    @property
    def begun(self) -> bool:
        """Whether anything was done in it."""
        return any(one.task.state is not State.none for one in (self.lesson, *self.parts))

    @property
    def required(self) -> Sequence[PartDone]:
        """Those of its parts that count."""
        return [one for one in self.parts if one.task.required]

    @property
    def required_done(self) -> int:
        """How many of them are done."""
        return sum(one.task.state is State.done for one in self.required)

    @property
    def results(self) -> Sequence[Result]:
        """What counts at its quizzes."""
        return [one.work.result for one in self.parts if one.work.result]


@dataclass(frozen=True, slots=True)
class Retired:
    """Work on something that is no longer in the course."""

    activity: Activity
    work: Work
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What was done in a place, with the figure that whoever did it sees."""

    place: Enrolment
    progress: Progress
    tasks: Tasks
    syllabus: Syllabus
    lessons: Sequence[LessonDone]
    retired: Sequence[Retired]
    #: What the study group was given besides the lessons.
    beside: Sequence[PartDone] = ()


def record_of(session: Session, place: Enrolment, now: datetime, *, own: bool, pace: int | None = None) -> Record:
    """Return the record of PLACE. No draft is in it. Its minutes are for a reader of PACE; without one, the course's.

    Only where it is one's OWN it has the words of journal entries that are not shared, who marked and who set what, and
    no results that may not be seen yet.

    Eight queries, four more in a study group and two where it is one's own; one more where there are rounds, one where
    something was done that is retired, and up to five for results that are not to be seen at all times."""
    given = given_to(session, [place])
    standing, syllabus = standing_of(session, place, given), syllabus_of(session, place, given)
    done_at, work = _done_at(session, place), _work(session, place, now, own=own)
    set_by = _set_by(session, place) if own else {}

    def part(task: Task) -> PartDone:
        done = done_at.pop(task.id, None)
        return PartDone(task, done, work.pop(task.id, Work()), set_by.get(task.id))

    tasks = tasks_of(session, place, standing, syllabus, now, pace)
    lessons = [LessonDone(part(lesson.task), [part(task) for task in lesson.parts]) for lesson in tasks.lessons]
    beside = [part(task) for task in tasks.beside if not task.lesson_number]
    retired = _retired(session, work, done_at if own else {})
    return Record(place, standing.progress, tasks, syllabus, lessons, retired, beside)


def _done_at(session: Session, place: Enrolment) -> dict[int, datetime]:
    rows = session.execute(
        select(Completion.activity_id, Completion.done_at).where(
            Completion.enrolment_id == place.id, Completion.done_at.is_not(None)
        )
    )
    return {activity_id: done_at for activity_id, done_at in rows if done_at is not None}


def _set_by(session: Session, place: Enrolment) -> dict[int, SetBy]:
    """Return activity -> who said how it stands, where that is what holds: the last word. One query."""
    last = (
        select(func.max(CompletionFact.id))
        .where(CompletionFact.enrolment_id == place.id)
        .group_by(CompletionFact.activity_id)
    )
    rows = session.execute(
        select(CompletionFact.activity_id, User.name, CompletionFact.reason)
        .outerjoin(User, User.id == CompletionFact.by_id)
        .where(CompletionFact.id.in_(last), CompletionFact.kind == FactKind.override)
    )
    return {activity_id: SetBy(name or _("a tutor"), reason or "") for activity_id, name, reason in rows}


def _work(session: Session, place: Enrolment, now: datetime, *, own: bool) -> dict[int, Work]:
    """Return activity -> what was done at it in PLACE."""
    found: dict[int, Work] = defaultdict(Work)
    for activity_id, sat in attempts_in(session, place, now, own=own).items():
        found[activity_id] = Work(sat.lines, sat.result, sat.marked)
    posts = session.execute(
        select(Discussion.activity_id, Post.id, Post.made_at, Post.reply_to_id.is_not(None))
        .join(Discussion, Discussion.id == Post.discussion_id)
        .where(Post.enrolment_id == place.id)
        .order_by(Post.id)
    )
    for activity_id, post_id, made_at, is_reply in posts:
        found[activity_id].posts.append(PostLine(post_id, made_at, is_reply))
    words = JournalEntry.html if own else case((JournalEntry.shared_at.is_not(None), JournalEntry.html))
    entries = session.execute(
        select(JournalEntry.activity_id, JournalEntry.written_at, words, JournalEntry.shared_at)
        .where(JournalEntry.enrolment_id == place.id)
        .order_by(JournalEntry.activity_id, JournalEntry.number)
    )
    for activity_id, *written in entries:
        found[activity_id].journal.append(Written(*written))
    return found


def _retired(session: Session, work: Mapping[int, Work], done_at: Mapping[int, datetime]) -> list[Retired]:
    """Return what of WORK was done, and what else was DONE, at activities no longer in the course.

    One query, none where there is nothing."""
    if not work and not done_at:
        return []
    activities = session.scalars(select(Activity).where(Activity.id.in_({*work, *done_at})).order_by(Activity.id))
    return [Retired(one, work.get(one.id, Work()), done_at.get(one.id)) for one in activities]
