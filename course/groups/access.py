"""What a page of a course is about, and for whom: the course, and the one enrolment it belongs to."""

from datetime import datetime

from flask import g, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.groups.enrolments import choose, enrol_alone, live_enrolments
from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.guests import acting_user
from course.users.models import User


def course_named(session: Session, ident: str) -> Course:
    """Return the course of that ident; raise NotFound where there is none."""
    course = session.scalar(select(Course).where(Course.ident == ident))
    if course is None:
        raise NotFound
    return course


def named_group() -> str | None:
    """Return the study group that the page or the form names, as `?group=` or as a field."""
    return request.form.get("group") or request.args.get("group") or None


def page_enrolment(session: Session, course: Course) -> Enrolment | None:
    """Return the enrolment this page belongs to, None where there is none; raise NotFound for a group not theirs."""
    group = named_group()
    if not current_user.is_authenticated:
        if group:
            raise NotFound
        return None
    user: User = current_user._get_current_object()
    enrolment = choose(live_enrolments(session, user, course), group)
    if enrolment is None and group:
        raise NotFound
    g.page_enrolment = enrolment  # for the head of the page, which names it
    return enrolment


def acting_enrolment(session: Session, course: Course, *, now: datetime) -> Enrolment:
    """Return the enrolment an act belongs to, making a guest and a solo enrolment where there are none."""
    if (enrolment := page_enrolment(session, course)) is None:
        enrolment = enrol_alone(session, acting_user(session, now=now), course, now=now)
    enrolment.used_at = now
    enrolment.user.active_on = now.date()
    g.page_enrolment = enrolment
    return enrolment
