"""The spellings of persons and terms by which the short answers of an attempt are scored: those of when it began."""

import hashlib
import json
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.outline.models import Activity, Course
from course.outline.versions import held_of
from quizzes.items import Names
from quizzes.models import Attempt, NameList
from quizzes.spellings import spellings_of


class Kept(NamedTuple):
    """A list of names that is written down: its key, and the names."""

    id: int
    names: Names


def name_list(session: Session, course_id: int) -> Kept:
    """Return the list of the names of the course as they are now; the first who needs it writes it down."""
    hashed, names = _names_now(session, course_id)
    same = {"course_id": course_id, "hash": hashed}
    found = session.scalars(_SAME, same).one_or_none()
    if found is None:
        try:
            with session.begin_nested():
                made = NameList(**same, data={"names": names})
                session.add(made)
                session.flush()
            found = made.id
        except IntegrityError:  # another attempt began at the same moment
            found = session.scalars(_SAME, same).one()
    return Kept(found, names)


_SAME = select(NameList.id).where(NameList.course_id == bindparam("course_id"), NameList.hash == bindparam("hash"))


class _Now(NamedTuple):
    hash: str
    names: Names


def _names_now(session: Session, course_id: int) -> _Now:
    """Return the names of the course as they are now, which is held, and their hash."""
    course = session.get_one(Course, course_id)
    return held_of(session, course, "names", partial(_read_names, course_id=course_id))


def _read_names(session: Session, *, course_id: int) -> _Now:
    names = sorted(list(group) for group in spellings_of(session, course_id))
    return _Now(hashlib.sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest(), names)


def names_of(session: Session, attempt: Attempt) -> Names:
    """Return the names that held when ATTEMPT began; those of today for one that kept none."""
    if attempt.names_id is None:
        course_id = session.scalars(select(Activity.course_id).where(Activity.id == attempt.activity_id)).one()
        return spellings_of(session, course_id)
    course_id, hashed = session.execute(_KEPT, {"names_id": attempt.names_id}).one()
    now = _names_now(session, course_id)
    if now.hash == hashed:  # as nearly always: the list itself, of a thousand names, is not read
        return now.names
    names: Names = session.get_one(NameList, attempt.names_id).data["names"]
    return names


_KEPT = select(NameList.course_id, NameList.hash).where(NameList.id == bindparam("names_id"))
