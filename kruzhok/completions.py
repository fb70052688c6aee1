"""The map of which room knows what of completion, and the rebuilding of all states from facts and work."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

import lessons.completions
import quizzes.completions
from course.completion.models import Completion, State
from course.completion.records import forget_states, store
from course.groups.joining import Work
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind, Course

Completions = Callable[[Session, Sequence[Activity], Sequence[Enrolment]], dict[tuple[int, int], State]]

#: Kind of activity -> the room's function. A lesson is rolled up from its parts by `course`.
ROOMS: dict[ActivityKind, Completions] = {
    ActivityKind.reading: lessons.completions.completions,
    ActivityKind.prompt: lessons.completions.completions,
    ActivityKind.quiz: quizzes.completions.completions,
}


def rebuild(session: Session, enrolments: Sequence[Enrolment], *, now: datetime) -> None:
    """Rebuild the states of ENROLMENTS (of one course) from facts and work, adding a *reached* that is missing."""
    if not enrolments:
        return
    activities = session.scalars(select(Activity).where(Activity.course_id == enrolments[0].course_id)).all()
    lessons_of_course = session.scalars(
        select(Activity)
        .where(Activity.course_id == enrolments[0].course_id, Activity.kind == ActivityKind.lesson)
        .options(selectinload(Activity.parts))
    ).all()
    worked = {
        (enrolment.id, activity.id): State.none
        for enrolment in enrolments
        for activity in activities
        if activity.kind is not ActivityKind.lesson
    }
    for completions in set(ROOMS.values()):
        mine = [activity for activity in activities if ROOMS.get(activity.kind) is completions]
        worked |= completions(session, mine, enrolments)
    forget_states(session, [enrolment.id for enrolment in enrolments])
    store(session, worked, lessons_of_course, now=now)


def rebuild_course(session: Session, course: Course, now: datetime) -> None:
    """Rebuild the states of everybody in COURSE, after its content changed."""
    everybody = session.scalars(select(Enrolment).where(Enrolment.course_id == course.id)).all()
    rebuild(session, everybody, now=now)


def rebuild_group(session: Session, group: StudyGroup, now: datetime) -> None:
    """Rebuild the states of everybody in GROUP, after what is asked of them changed."""
    everybody = session.scalars(select(Enrolment).where(Enrolment.group_id == group.id)).all()
    rebuild(session, everybody, now=now)


def has_work(session: Session, enrolment: Enrolment) -> bool:
    """Return whether anything was begun in ENROLMENT."""
    begun = exists().where(Completion.enrolment_id == enrolment.id, Completion.state != State.none)
    return bool(session.scalar(select(begun)))


#: What joining a study group asks of the rooms above it.
WORK = Work(has_work, rebuild)
