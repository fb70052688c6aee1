"""The spellings of persons and terms by which the short answers of an attempt are scored: those of when it began."""

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.outline.models import Activity
from quizzes.items import Names
from quizzes.models import Attempt, NameList
from quizzes.spellings import spellings_of


def name_list(session: Session, course_id: int) -> NameList:
    """Return the list of the names of the course as they are now; the first who needs it writes it down."""
    names = sorted(list(group) for group in spellings_of(session, course_id))
    digest = hashlib.sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest()
    same = select(NameList).where(NameList.course_id == course_id, NameList.hash == digest)
    found = session.scalars(same).one_or_none()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            found = NameList(course_id=course_id, hash=digest, data={"names": names})
            session.add(found)
            session.flush()
    except IntegrityError:  # another attempt began at the same moment
        return session.scalars(same).one()
    return found


def names_of(session: Session, attempt: Attempt) -> Names:
    """Return the names that held when ATTEMPT began; those of today for one that kept none."""
    if attempt.names_id is not None:
        names: Names = session.get_one(NameList, attempt.names_id).data["names"]
        return names
    course_id = session.scalars(select(Activity.course_id).where(Activity.id == attempt.activity_id)).one()
    return spellings_of(session, course_id)
