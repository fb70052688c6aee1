"""What was done in one place of somebody: every lesson and part with its state, and the work that led to it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.completion.progress import Progress
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.syllabus.meetings import syllabus_of
from kruzhok.today.tasks import Task, tasks_of
from lessons.discussion.models import Discussion, Post
from lessons.models import JournalEntry
from quizzes.attempts.pages import Line, lines_of
from quizzes.models import Attempt, Purpose
from quizzes.policy import Policy


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
    """What was done at one activity, each list from the first on."""

    attempts: Sequence[Line] = ()
    posts: list[PostLine] = field(default_factory=list)
    journal: list[Written] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PartDone:
    """A part of a lesson, or the lesson itself: how it stands, since when it is done, what was done for it."""

    task: Task
    done_at: datetime | None
    work: Work


@dataclass(frozen=True, slots=True)
class LessonDone:
    """A lesson with its parts."""

    lesson: PartDone
    parts: Sequence[PartDone]

    @property
    def begun(self) -> bool:
        """Whether anything was done in it."""
        return any(one.task.state is not State.none for one in (self.lesson, *self.parts))


@dataclass(frozen=True, slots=True)
class Retired:
    """Work on something that is no longer in the course."""

    activity: Activity
    work: Work


@dataclass(frozen=True, slots=True)
class Record:
    """What was done in a place, with the figure that whoever did it sees."""

    place: Enrolment
    progress: Progress
    lessons: Sequence[LessonDone]
    retired: Sequence[Retired]
    #: What the study group was given besides the lessons.
    beside: Sequence[PartDone] = ()


def record_of(session: Session, place: Enrolment, now: datetime, *, own: bool) -> Record:
    """Return the record of PLACE; only where it is one's OWN with the words of journal entries that are not shared. No
    draft is in it.

    Eight queries, three more in a study group; one more where something was done that is retired."""
    standing, syllabus = standing_of(session, place), syllabus_of(session, place)
    done_at, work = _done_at(session, place), _work(session, place, own=own)

    def part(task: Task) -> PartDone:
        return PartDone(task, done_at.get(task.id), work.pop(task.id, Work()))

    tasks = tasks_of(session, place, standing, syllabus, now)
    lessons = [LessonDone(part(lesson.task), [part(task) for task in lesson.parts]) for lesson in tasks.lessons]
    beside = [part(task) for task in tasks.beside if not task.lesson_number]
    return Record(place, standing.progress, lessons, _retired(session, work), beside)


def _done_at(session: Session, place: Enrolment) -> dict[int, datetime]:
    rows = session.execute(
        select(Completion.activity_id, Completion.done_at).where(
            Completion.enrolment_id == place.id, Completion.done_at.is_not(None)
        )
    )
    return {activity_id: done_at for activity_id, done_at in rows if done_at is not None}


def _is_seen(attempt: Attempt) -> bool:
    return Policy.read(attempt.policy).always("score")


def _work(session: Session, place: Enrolment, *, own: bool) -> dict[int, Work]:
    """Return activity -> what was done at it in PLACE."""
    found: dict[int, Work] = defaultdict(Work)
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == place.id, Attempt.purpose == Purpose.quiz)
        .order_by(Attempt.activity_id, Attempt.number)
    )
    for activity_id, sat in groupby(attempts, key=lambda attempt: attempt.activity_id or 0):
        found[activity_id].attempts = lines_of(list(sat), _is_seen if own else lambda _attempt: True)
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


def _retired(session: Session, work: Mapping[int, Work]) -> list[Retired]:
    """Return what of WORK was done at activities no longer in the course. One query, none where there is nothing."""
    if not work:
        return []
    activities = session.scalars(select(Activity).where(Activity.id.in_(work)).order_by(Activity.id))
    return [Retired(activity, work[activity.id]) for activity in activities]
