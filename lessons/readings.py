"""Ticking what was read: readings, and lessons that have no required parts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.completion.models import Completion, State
from course.completion.records import store, tick
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from lessons.completions import completions


class DoneByItsParts(Conflict):
    """A lesson with required parts is done by these, not by a tick of its own."""

    title = _("This lesson is done when its parts are")


def tick_reading(session: Session, enrolment: Enrolment, reading: Activity, *, done: bool, now: datetime) -> None:
    """Tick READING as done, or take the tick back. Twice is once, and taking back what was never ticked is nothing."""
    if done or _is_done(session, enrolment, reading):
        tick(session, enrolment, reading, done=done, by_id=enrolment.user_id, now=now)
        lesson = [reading.parent] if reading.parent else []
        store(session, completions(session, [reading], [enrolment]), lesson, now=now)


def tick_lesson(session: Session, enrolment: Enrolment, lesson: Activity, *, done: bool, now: datetime) -> None:
    """Tick LESSON itself; raise DoneByItsParts where it has required parts."""
    if any(part.required and part.retired_at is None for part in lesson.parts):
        raise DoneByItsParts(
            _("Tick its readings, answer its prompts and take its quiz: the lesson follows by itself.")
        )
    if done or _is_done(session, enrolment, lesson):
        tick(session, enrolment, lesson, done=done, by_id=enrolment.user_id, now=now)
        assert lesson.kind is ActivityKind.lesson
        store(session, {(enrolment.id, lesson.id): State.none}, [lesson], now=now)


def _is_done(session: Session, enrolment: Enrolment, activity: Activity) -> bool:
    row = select(Completion.state).where(Completion.enrolment_id == enrolment.id, Completion.activity_id == activity.id)
    return session.scalar(row) is State.done
