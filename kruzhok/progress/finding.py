"""Which students an address of the table finds, for the rooms that do something for all of them."""

from datetime import datetime

from sqlalchemy.orm import Session

from course.groups.access import tutor
from course.syllabus.giving import named_subgroups
from kruzhok.progress.forms import asked_students
from kruzhok.progress.table import Table


def students_found(session: Session, slug: str, now: datetime) -> list[int]:
    """Return the enrolments of the students that the address asks for, for a tutor of the group SLUG who asks.

    A search that cannot be finds nobody."""
    mine = tutor(session, slug)
    assert mine.group is not None
    table = Table(session, mine.group, now)
    asked = asked_students(table.columns, named_subgroups(session, mine.group.id))
    return [] if asked.problems else [one.id for one in table.found(asked.wanted)]
