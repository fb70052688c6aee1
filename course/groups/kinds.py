"""Statements about what one member sees or did, made once for each kind of member instead of at each request.

To put a statement together takes as long as to ask it, and what it says depends on little: whether somebody is in a
study group, is a tutor there, has the keys. So it is made of `someone` of that kind, who has parameters for ids, and
asked with `ids_of` whoever it is about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import BindParameter, bindparam

from course.groups.models import Enrolment, Role


class Kind(NamedTuple):
    """What a statement about an enrolment depends on, besides whose it is."""

    role: Role
    organiser: bool
    in_group: bool
    has_left: bool
    is_archived: bool
    writes_first: bool


#: Any kind will do: for statements that ask only whose something is.
ANYBODY = Kind(Role.student, organiser=False, in_group=False, has_left=False, is_archived=False, writes_first=False)


@dataclass(frozen=True)
class _Group:
    id: BindParameter[Any]
    write_first: bool
    archived_at: datetime | None


@dataclass(frozen=True)
class _Someone:
    id: BindParameter[Any]
    user_id: BindParameter[Any]
    course_id: BindParameter[Any]
    group_id: BindParameter[Any] | None
    group: _Group | None
    role: Role
    organiser: bool
    left_at: datetime | None


#: Stands for any moment: of these a statement asks whether they are.
_ONCE = datetime(1917, 11, 7, tzinfo=UTC)


def kind_of(enrolment: Enrolment) -> Kind:
    """Return of which kind ENROLMENT is."""
    group = enrolment.group
    return Kind(
        enrolment.role,
        enrolment.organiser,
        group is not None,
        enrolment.left_at is not None,
        group is not None and group.archived_at is not None,
        group is not None and group.write_first,
    )


def someone(kind: Kind, number: int = 0) -> Enrolment:
    """Return what stands for any enrolment of KIND in a statement; for that of this NUMBER, of several."""
    group_id: BindParameter[Any] = bindparam(f"group_id_{number}")
    group = _Group(group_id, kind.writes_first, _ONCE if kind.is_archived else None)
    any_one = _Someone(
        bindparam(f"enrolment_id_{number}"),
        bindparam(f"user_id_{number}"),
        bindparam(f"course_id_{number}"),
        group_id if kind.in_group else None,
        group if kind.in_group else None,
        kind.role,
        kind.organiser,
        _ONCE if kind.has_left else None,
    )
    return cast(Enrolment, any_one)


def ids_of(*enrolments: Enrolment) -> dict[str, Any]:
    """Return the values of the parameters of `someone`, who is each of ENROLMENTS in turn."""
    values: dict[str, Any] = {}
    for number, one in enumerate(enrolments):
        values |= {
            f"enrolment_id_{number}": one.id,
            f"user_id_{number}": one.user_id,
            f"course_id_{number}": one.course_id,
            f"group_id_{number}": one.group_id,
        }
    return values
