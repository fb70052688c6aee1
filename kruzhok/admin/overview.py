"""What there is on the site, for its administrators: numbers and lists, nobody's work."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from course.base.jobs import Job
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Course
from course.users.models import User
from lessons.reports.models import Report

ON_A_PAGE = 50


class CourseLine(NamedTuple):
    """A course with how many people study it, alone or in a group."""

    course: Course
    enrolled: int


class GroupLine(NamedTuple):
    """A study group with how many members it has, and how many of these are tutors."""

    group: StudyGroup
    members: int
    tutors: int


class Overview(NamedTuple):
    """The first page: courses, numbers, and what waits for somebody."""

    courses: Sequence[CourseLine]
    users: int
    guests: int
    groups: int
    open_reports: int
    failed_jobs: Sequence[Job]


class Page(NamedTuple):
    """One page of a list: its lines, its number from 1, and whether another follows."""

    lines: Sequence[GroupLine] | Sequence[User]
    number: int
    more: bool


def overview(session: Session) -> Overview:
    """Return what the first page says. Three queries."""
    live = func.count(Enrolment.id).filter(Enrolment.left_at.is_(None))
    courses = session.execute(
        select(Course, live)
        .outerjoin(Enrolment, Enrolment.course_id == Course.id)
        .group_by(Course.id)
        .order_by(Course.id)
    )
    there = (User.erased_at.is_(None),)
    counts = (
        select(func.count(User.id)).where(User.email.is_not(None), *there),
        select(func.count(User.id)).where(User.email.is_(None), *there),
        select(func.count(StudyGroup.id)),
        select(func.count(Report.id)).where(Report.closed_at.is_(None)),
    )
    users, guests, groups, reports = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    failed = session.scalars(select(Job).where(Job.failed_at.is_not(None)).order_by(Job.failed_at.desc()).limit(10))
    return Overview([CourseLine(*row) for row in courses], users, guests, groups, reports, failed.all())


def users_page(session: Session, words: str, number: int) -> Page:
    """Return one page of the accounts whose name or e-mail has WORDS in it, the newest first."""
    accounts = select(User).where(User.email.is_not(None), User.erased_at.is_(None))
    if words:
        like = f"%{_escaped(words.lower())}%"
        accounts = accounts.where(
            or_(User.email.like(like, escape="\\"), func.lower(User.name).like(like, escape="\\"))
        )
    ordered = accounts.order_by(User.id.desc()).offset((number - 1) * ON_A_PAGE).limit(ON_A_PAGE + 1)
    found = session.scalars(ordered).all()
    return Page(found[:ON_A_PAGE], number, len(found) > ON_A_PAGE)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def groups_page(session: Session, number: int) -> Page:
    """Return one page of the study groups, the newest first."""
    live = Enrolment.left_at.is_(None)
    rows = session.execute(
        select(
            StudyGroup,
            func.count(Enrolment.id).filter(live),
            func.count(Enrolment.id).filter(live, Enrolment.role == Role.tutor),
        )
        .outerjoin(Enrolment, Enrolment.group_id == StudyGroup.id)
        .group_by(StudyGroup.id)
        .order_by(StudyGroup.id.desc())
        .offset((number - 1) * ON_A_PAGE)
        .limit(ON_A_PAGE + 1)
    )
    found = [GroupLine(*row) for row in rows]
    return Page(found[:ON_A_PAGE], number, len(found) > ON_A_PAGE)
