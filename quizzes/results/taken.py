"""The attempts of a study group at a quiz, each with what came of it, as its tutors see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.groups.enrolments import members_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind, Unit
from quizzes.attempts.pages import seen_of
from quizzes.attempts.results import QuizStanding, standing_at
from quizzes.limits import limits_of_all
from quizzes.marking.queue import MARKS
from quizzes.models import Attempt, AttemptItem, Purpose, Quiz, Step
from quizzes.policy import Counting, Policy, counting, due_kept

State = Literal["none", "open", "submitted", "waits", "marked"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One attempt of a student, or that there is none. Of one that is open nothing is said but that it is.

    `late` says whether it was so when it was handed in, None where nothing was due then; `counts` whether it is the one
    that counts, or is part of a mean that does; `shown` whether the student may see the score now. `standing` is that
    of the student, over all attempts."""

    student: Enrolment
    standing: QuizStanding
    state: State
    attempt: Attempt | None = None
    late: bool | None = None
    counts: Literal["yes", "no", "mean"] | None = None
    shown: bool | None = None


def students_of(session: Session, group: StudyGroup) -> list[Enrolment]:
    """Return the places of those who are students in GROUP now, by name. One query."""
    return [one for one in members_of(session, group.id) if one.role is Role.student]


def attempts_in(group_id: int, activity_id: int) -> Select[int]:
    """Return the query for the ids of the attempts at a quiz of those who are students in a study group now."""
    return (
        select(Attempt.id).join(Enrolment, Enrolment.id == Attempt.enrolment_id).where(_counted(group_id, activity_id))
    )


def _counted(group_id: int, activity_id: int) -> ColumnElement[bool]:
    """Return the condition of such an attempt. A preview of a tutor is none."""
    return and_(Attempt.purpose == in_words(Purpose.quiz), Attempt.activity_id == activity_id, *_is_student(group_id))


def _is_student(group_id: int) -> tuple[ColumnElement[bool], ...]:
    return Enrolment.group_id == group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.student


def taken_in(session: Session, group: StudyGroup, quiz: Quiz, now: datetime) -> list[Taken]:
    """Return the attempts of GROUP at QUIZ: students by name, their attempts by number, one row for who has made none.

    Six queries."""
    students, sat = students_of(session, group), _attempts(session, group, quiz)
    limits = limits_of_all(session, quiz, group, [one for one in students if one.id in sat])
    found = []
    for student in students:
        attempts = [attempt for attempt, _by_hand in sat.get(student.id, ())]
        standing, best = standing_at(attempts), _best(attempts)
        if not attempts:
            found.append(Taken(student, standing, "none"))
        for attempt, by_hand in sat.get(student.id, ()):
            if attempt.submitted_at is None:
                found.append(Taken(student, standing, "open", attempt))
                continue
            own = limits[student.id]
            due_at = due_kept(attempt.policy, own.due_at)
            found.append(
                Taken(
                    student,
                    standing,
                    "waits" if attempt.points is None else "marked" if by_hand else "submitted",
                    attempt,
                    late=None if due_at is None else attempt.submitted_at > due_at,
                    counts=_counts(attempt, best),
                    shown="score" in seen_of(attempt, own, now),
                )
            )
    return found


def _best(attempts: Sequence[Attempt]) -> Counting | None:
    """Return what counts of ATTEMPTS, as the last one submitted was promised."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    return counting(submitted, Policy.read(submitted[-1].policy).counts) if submitted else None


def _counts(attempt: Attempt, best: Counting | None) -> Literal["yes", "no", "mean"]:
    if best is None or attempt.points is None:
        return "no"
    if best.number is None:
        return "mean"
    return "yes" if best.number == attempt.number else "no"


def _attempts(session: Session, group: StudyGroup, quiz: Quiz) -> dict[int, list[tuple[Attempt, bool]]]:
    """Return the attempts by the enrolment, by number, each with whether a human marked anything in it. Two queries."""
    counted = _counted(group.id, quiz.activity_id)
    with_marks = (
        select(AttemptItem.attempt_id)
        .join(Step, Step.attempt_item_id == AttemptItem.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(counted, Step.kind.in_(MARKS))
        .distinct()
    )
    marked = frozenset(session.scalars(with_marks))
    rows = select(Attempt).join(Enrolment, Enrolment.id == Attempt.enrolment_id).where(counted)
    found: dict[int, list[tuple[Attempt, bool]]] = {}
    for attempt in session.scalars(rows.order_by(Attempt.enrolment_id, Attempt.number)):
        found.setdefault(attempt.enrolment_id or 0, []).append((attempt, attempt.id in marked))
    return found


class QuizOf(NamedTuple):
    """A quiz with what was done at it in a study group: attempts submitted, by how many, how many wait or are open."""

    activity: Activity
    submitted: int
    students: int
    waits: int
    unfinished: int


def quizzes_in(session: Session, group: StudyGroup) -> list[QuizOf]:
    """Return the quizzes that GROUP can take, in the order of the course; a retired one only if it was taken.

    One query."""
    submitted = Attempt.submitted_at.is_not(None)
    done = (
        select(
            Attempt.activity_id,
            func.count().filter(submitted).label("submitted"),
            func.count(Attempt.enrolment_id.distinct()).filter(submitted).label("students"),
            func.count().filter(submitted, Attempt.points.is_(None)).label("waits"),
            func.count().filter(~submitted).label("unfinished"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.purpose == in_words(Purpose.quiz), *_is_student(group.id))
        .group_by(Attempt.activity_id)
        .subquery()
    )
    figures = [func.coalesce(done.c[name], 0) for name in ("submitted", "students", "waits", "unfinished")]
    lesson = aliased(Activity)
    rows = (
        select(Activity, *figures)
        .outerjoin(done, done.c.activity_id == Activity.id)
        .outerjoin(lesson, lesson.id == Activity.parent_id)
        .outerjoin(Unit, Unit.id == lesson.unit_id)
        .where(Activity.course_id == group.course_id, Activity.kind == in_words(ActivityKind.quiz))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group.id))
        .where(or_(Activity.retired_at.is_(None), done.c.activity_id.is_not(None)))
        .order_by(lesson.id.is_(None), Unit.position, lesson.position, lesson.id, Activity.position, Activity.id)
    )
    return [QuizOf(*row) for row in session.execute(rows)]
