"""What was read of a course, kept by its version (`course.base.held`), for who writes too."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from course.base.db import Database, database_written_by
from course.base.held import held
from course.outline.models import Course

T = TypeVar("T")


class _AnotherVersionError(Exception):
    """What is committed is not what the transaction at hand sees."""


def held_of(session: Session, course: Course, what: Hashable, make: Callable[[Session], T]) -> T:
    """Return what MAKE reads of COURSE with a session, or what it returned when WHAT was asked of this version before.

    What comes back is as `held` says. For who writes it is read beside, in a transaction that only looks: so nothing is
    held that may never be committed. Where another version is committed (the course is just being loaded), SESSION
    reads what it sees itself, and that is not held."""
    key = (what, course.version)
    database = database_written_by(session)
    if database is None:
        return held(session, key, partial(make, session))
    try:
        return database.held.get(key, partial(_read_beside, database, course, make))
    except _AnotherVersionError:
        return make(session)


def _read_beside(database: Database, course: Course, make: Callable[[Session], T]) -> T:
    with database.transaction(writing=False) as looking:
        beside = looking.get(Course, course.id)
        if beside is None or beside.version != course.version:
            raise _AnotherVersionError
        return make(looking)
