"""Opening a study group, saying what it is, archiving it and opening it again."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.groups.enrolments import ALONE
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Course
from course.users.models import User

LONGEST_NAME = 80
LONGEST_ABOUT = 2000
LONGEST_SLUG = 40

#: Words that addresses and forms use for something else.
NO_SLUGS = frozenset({ALONE, "new", "join"})


def courses_to_study(session: Session) -> Sequence[Course]:
    """Return the courses a study group can be opened on, the oldest first."""
    return session.scalars(select(Course).order_by(Course.id)).all()


def slug_of(name: str) -> str:
    """Return NAME as it may stand in an address: plain letters, digits and hyphens; "group" where none are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    return slug if slug and slug not in NO_SLUGS else f"{slug or 'study'}-group"


def open_group(
    session: Session,
    user: User,
    course: Course,
    *,
    name: str,
    about: str,
    zone: str,
    role: Role,
    write_first: bool = False,
    now: datetime,
) -> Enrolment:
    """Return the place of USER, who holds the keys, in a new study group on COURSE."""
    told = StudyGroup(course_id=course.id, name=name, about=about, zone=zone, write_first=write_first, created_at=now)
    group = _with_free_slug(session, told)
    enrolment = Enrolment(user=user, course=course, group=group, role=role, organiser=True, joined_at=now, used_at=now)
    session.add(enrolment)
    session.flush()
    return enrolment


def _with_free_slug(session: Session, group: StudyGroup) -> StudyGroup:
    """Return GROUP, added, with a slug made of its name that no other has."""
    wanted = slug_of(group.name)
    taken = set(session.scalars(select(StudyGroup.slug).where(StudyGroup.slug.startswith(wanted, autoescape=True))))
    number = 1
    while True:
        group.slug = wanted if number == 1 else f"{wanted}-{number}"
        number += 1
        if group.slug in taken:
            continue
        try:
            with session.begin_nested():
                session.add(group)
        except IntegrityError:  # another group of that name was opened at the same moment
            continue
        return group


def change_group(session: Session, group: StudyGroup, *, name: str, about: str, zone: str, write_first: bool) -> None:
    """Say anew what GROUP is called, is about, which zone its days are in, and whether one writes before one sees.

    Its address stays."""
    group.name, group.about, group.zone, group.write_first = name, about, zone, write_first
    session.flush()


def archive_group(session: Session, group: StudyGroup, *, now: datetime) -> None:
    """End GROUP: what was done in it can be read, and nothing be added. Twice is once."""
    group.archived_at = group.archived_at or now
    session.flush()


def reopen_group(session: Session, group: StudyGroup) -> None:
    """Let GROUP go on where it ended."""
    group.archived_at = None
    session.flush()
