"""Whose work may be looked at by whom. Views get it only here."""

from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.db import LARGEST_ID, in_words
from course.base.errors import NotFound
from course.groups.access import refuse_archived, show_place, tutor
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.users.access import somebody
from quizzes.explaining.access import question_in
from quizzes.models import Attempt, AttemptItem, Purpose


def student_of(session: Session, slug: str, enrolment_id: int) -> Enrolment:
    """Return the live place of a student in the group SLUG, with user and group, for a tutor of that group who asks.

    Raise what `groups.access.tutor` raises; and NotFound for a place elsewhere, one that was left, one of a tutor."""
    asking = tutor(session, slug)
    theirs = (
        select(Enrolment)
        .where(Enrolment.id == min(enrolment_id, LARGEST_ID), Enrolment.group_id == asking.group_id)
        .where(Enrolment.left_at.is_(None), Enrolment.role == Role.student)
        .options(joinedload(Enrolment.user), joinedload(Enrolment.group), joinedload(Enrolment.course))
    )
    student = session.scalar(theirs)
    if student is None:
        raise NotFound
    return student


def attempt_in(session: Session, student: Enrolment, attempt_id: int) -> Attempt:
    """Return an attempt at a quiz made in the place of STUDENT, with its quiz; raise NotFound for any other."""
    found = session.scalar(
        select(Attempt)
        .where(Attempt.id == min(attempt_id, LARGEST_ID), Attempt.enrolment_id == student.id)
        .where(Attempt.purpose == in_words(Purpose.quiz))
        .options(joinedload(Attempt.activity).joinedload(Activity.parent))
    )
    if found is None:
        raise NotFound
    return found


class Asked(NamedTuple):
    """A question of an attempt of a student; `address` is how pages name it."""

    student: Enrolment
    attempt: Attempt
    item: AttemptItem
    address: dict[str, Any]


def question_of(
    session: Session, slug: str, enrolment_id: int, attempt_id: int, number: int, *, writing: bool = False
) -> Asked:
    """Return question NUMBER of a submitted attempt of a student in the group SLUG, for a tutor of that group who asks.

    Raise what `student_of` raises, NotFound for an attempt elsewhere and one that is open; WRITING also Archived where
    the group is over."""
    student = student_of(session, slug, enrolment_id)
    attempt = attempt_in(session, student, attempt_id)
    item = question_in(attempt, number)
    if writing:
        assert student.group is not None
        refuse_archived(student.group)
    address = {"slug": slug, "enrolment_id": student.id, "attempt_id": attempt.id, "number": number}
    return Asked(student, attempt, item, address)


def own_place(session: Session, enrolment_id: int) -> Enrolment:
    """Return a place of whoever asks, live or former, alone or in a group; somebody else's does not exist for them.

    Raise SignInFirst for a visitor."""
    mine = (
        select(Enrolment)
        .where(Enrolment.id == min(enrolment_id, LARGEST_ID), Enrolment.user_id == somebody(session).id)
        .options(joinedload(Enrolment.user), joinedload(Enrolment.group), joinedload(Enrolment.course))
    )
    place = session.scalar(mine)
    if place is None:
        raise NotFound
    show_place(place)
    return place
