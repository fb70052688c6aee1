"""The activities of a course as they are read for a page. Those of the curriculum are held: a course has hundreds, and
they change only when it is loaded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.base.held import held
from course.outline.models import Activity, ActivityKind, Course


@dataclass(frozen=True, slots=True)
class Node:
    """An activity as it was read: its columns."""

    id: int
    course_id: int
    group_id: int | None
    unit_id: int | None
    parent_id: int | None
    kind: ActivityKind
    ident: str
    position: int
    title: str
    minutes: int
    required: bool
    added_at: datetime
    changed_at: datetime | None
    retired_at: datetime | None


#: The columns that make a node, in its order.
COLUMNS = [getattr(Activity, name) for name in Node.__dataclass_fields__]


def outline_of(session: Session, courses: Iterable[Course], group_ids: Collection[int]) -> list[Node]:
    """Return the activities of COURSES that are not retired: of the curricula, and of those groups. One query where
    there are groups, and what `held` spares."""
    found = [
        node
        for course in courses
        for node in held(session, ("outline", course.version), partial(_read, session, _OF_COURSE, key=course.id))
    ]
    return found + _read(session, _OF_GROUPS, key=group_ids) if group_ids else found


_OF_COURSE = select(*COLUMNS).where(
    Activity.course_id == bindparam("key"), Activity.group_id.is_(None), Activity.retired_at.is_(None)
)
_OF_GROUPS = select(*COLUMNS).where(
    Activity.group_id.in_(bindparam("key", expanding=True)), Activity.retired_at.is_(None)
)


def _read(session: Session, query: Any, key: Any) -> list[Node]:
    return [Node(*row) for row in session.execute(query, {"key": key})]
