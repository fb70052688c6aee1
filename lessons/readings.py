"""What was read: readings, ticked or with their self-checks answered, and lessons that have no required parts."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.completion.models import Completion, State
from course.completion.records import store, tick
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.texts.models import Text
from lessons.completions import completions
from lessons.models import Reading


class DoneByItsParts(Conflict):
    """A lesson with required parts is done by these, not by a tick of its own."""

    title = _("This lesson is done when its parts are")


def tick_reading(session: Session, enrolment: Enrolment, reading: Activity, *, done: bool, now: datetime) -> None:
    """Tick READING as done, or take the tick back. Twice is once, and taking back what was never ticked is nothing."""
    if done or _is_done(session, enrolment, reading):
        tick(session, enrolment, reading, done=done, by_id=enrolment.user_id, now=now)
        lesson = [reading.parent] if reading.parent else []
        store(session, completions(session, [reading], [enrolment]), lesson, now=now)


def complete_readings(session: Session, enrolment: Enrolment, text: Text, *, now: datetime) -> None:
    """Store what ENROLMENT did in TEXT amounts to by now in the readings that stand on it."""
    readings = session.scalars(
        select(Activity)
        .join(Reading, Reading.activity_id == Activity.id)
        .where(Reading.text_id == text.id, or_(Activity.group_id.is_(None), Activity.group_id == enrolment.group_id))
    ).all()
    parents = {reading.parent for reading in readings if reading.parent is not None}
    store(session, completions(session, readings, [enrolment]), parents, now=now)


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
