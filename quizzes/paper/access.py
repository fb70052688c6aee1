"""Who may have a quiz on paper, and who its key. Views get it only here."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from course.base.errors import Conflict, Forbidden, NotFound
from course.base.words import _
from course.groups.access import course_named, page_enrolment
from course.groups.models import Enrolment, Role
from course.outline.models import Course
from quizzes.attempts.access import quiz_named
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.starting import NotOpen, attempts_at
from quizzes.limits import limits_at
from quizzes.models import Quiz, QuizSlot
from quizzes.policy import Policy

FOR_WHOM = _("The key is for the tutors of a study group, and for who studies alone.")
BY_RULE = _("The rules of this quiz never show its key.")
AT_WORK = _("An attempt of yours with these questions is open. Submit it first: until then their key stays closed.")


class Printed(NamedTuple):
    """A quiz that may be had on paper, in the place of whoever asks; WHY_NO_KEY is empty where the key may be had."""

    course: Course
    quiz: Quiz
    enrolment: Enrolment | None
    why_no_key: str


class KeyClosed(Conflict):
    """The key of a quiz, asked for while one is at work on it."""

    title = _("The key is closed now")


def quiz_on_paper(session: Session, course: str, ident: str, *, key: bool, now: datetime) -> Printed:
    """Return the quiz of that ident, which whoever asks may see; raise NotFound, or NotOpen before it opens to them.

    With its KEY: raise Forbidden for who may not have that, KeyClosed while an attempt of theirs asks one of its
    questions."""
    place = course_named(session, course)
    enrolment = page_enrolment(session, place)
    quiz = quiz_named(session, place, ident, enrolment)
    is_tutor = enrolment is not None and enrolment.role is Role.tutor
    if quiz.activity.retired_at is not None and not (enrolment and attempts_at(session, enrolment, quiz.activity)):
        raise NotFound
    opens_at = limits_at(session, quiz, enrolment).opens_at
    if opens_at is not None and now < opens_at and not is_tutor:
        raise NotOpen(_("It opens later: the page of the quiz says when. Until then it is not to be had on paper."))
    why = _why_no_key(session, quiz, enrolment)
    if key and why == AT_WORK:
        raise KeyClosed(why)
    if key and why:
        raise Forbidden(why)
    return Printed(place, quiz, enrolment, why)


def _why_no_key(session: Session, quiz: Quiz, enrolment: Enrolment | None) -> str:
    """Return in words why whoever is in ENROLMENT may not have the key; "" where they may."""
    if enrolment is None:
        return FOR_WHOM
    if enrolment.role is not Role.tutor:
        if enrolment.group_id is not None or _is_student_elsewhere(session, enrolment):
            return FOR_WHOM
        if not Policy.of(quiz).always("key"):
            return BY_RULE
    asked = set(session.scalars(select(QuizSlot.item_id).where(QuizSlot.quiz_id == quiz.id)))
    return AT_WORK if asked & open_item_ids(session, enrolment.user_id) else ""


def _is_student_elsewhere(session: Session, enrolment: Enrolment) -> bool:
    """Say whether who studies alone in ENROLMENT is also a student in a study group on the same course."""
    there = exists().where(
        Enrolment.user_id == enrolment.user_id,
        Enrolment.course_id == enrolment.course_id,
        Enrolment.group_id.is_not(None),
        Enrolment.role == Role.student,
        Enrolment.left_at.is_(None),
    )
    return bool(session.scalar(select(there)))
