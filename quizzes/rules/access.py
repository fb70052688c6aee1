"""Whose rules may be looked at, and excepted from, by whom. Views get them only here."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import refuse_archived, tutor
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup
from course.syllabus.models import RuleException
from quizzes.attempts.access import quiz_named
from quizzes.models import Quiz


class Tutoring(NamedTuple):
    """The place of a tutor who asks, and their study group."""

    mine: Enrolment
    group: StudyGroup


def tutoring(session: Session, slug: str, *, writing: bool = False) -> Tutoring:
    """Return the place of a tutor of the group SLUG who asks.

    Raise what `groups.access.tutor` raises; WRITING also Archived where the group is over."""
    mine = tutor(session, slug)
    assert mine.group is not None
    if writing:
        refuse_archived(mine.group)
    return Tutoring(mine, mine.group)


def quiz_in(session: Session, asking: Tutoring, ident: str) -> Quiz:
    """Return the quiz of that ident that the group of who asks can take; raise NotFound, also for a retired one."""
    quiz = quiz_named(session, asking.mine.course, ident, asking.mine)
    if quiz.activity.retired_at is not None:
        raise NotFound
    return quiz


def student_in(session: Session, group: StudyGroup, enrolment_id: int) -> Enrolment:
    """Return the live place of a student in GROUP, with its user; raise NotFound for any other."""
    theirs = (
        select(Enrolment)
        .where(Enrolment.id == min(enrolment_id, LARGEST_ID), Enrolment.group_id == group.id)
        .where(Enrolment.left_at.is_(None), Enrolment.role == Role.student)
        .options(joinedload(Enrolment.user))
    )
    student = session.scalar(theirs)
    if student is None:
        raise NotFound
    return student


def subgroup_in(session: Session, group: StudyGroup, subgroup_id: int) -> Subgroup:
    """Return the subgroup of GROUP of that id; raise NotFound."""
    subgroup = session.get(Subgroup, min(subgroup_id, LARGEST_ID))
    if subgroup is None or subgroup.group_id != group.id:
        raise NotFound
    return subgroup


def exception_in(
    session: Session, group: StudyGroup, quiz: Quiz, exception_id: int
) -> tuple[RuleException, Enrolment | Subgroup]:
    """Return the exception of that id from the rules of QUIZ, and for whom in GROUP it is; raise NotFound."""
    exception = session.get(RuleException, min(exception_id, LARGEST_ID))
    if exception is None or exception.activity_id != quiz.activity_id:
        raise NotFound
    if exception.enrolment_id is not None:
        return exception, student_in(session, group, exception.enrolment_id)
    assert exception.subgroup_id is not None
    return exception, subgroup_in(session, group, exception.subgroup_id)
