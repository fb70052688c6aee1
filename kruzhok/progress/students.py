"""The students of a study group, and which of them are wanted: by words, subgroup, what they have done; in an order.

A student here is no more than a name and two moments: whole rows are made only of those that a page shows. Where all
are wanted by name the database gives a page of them; by anything else those of thousands are at hand at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from course.completion.everybody import Standpoint, live_students
from course.groups.models import Enrolment, SubgroupMember
from course.users.models import User


class Student(NamedTuple):
    """A student of a study group, by the id of the enrolment."""

    id: int
    name: str
    joined_at: datetime
    used_at: datetime

    @property
    def last_act(self) -> datetime:
        """When something was last done here: answered, written, ticked; to begin with, that they joined."""
        return max(self.used_at, self.joined_at)


#: What the table can be ordered by; *part-7* is by how the part of that id stands.
NAME, DONE, LATE, LAST, PART = "name", "done", "late", "last", "part"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which students are wanted, and in which order: a column to order by, from its other end with DOWN.

    With `part` only those with whom that part stands as `state` says."""

    order: str = NAME
    order_part: int | None = None
    down: bool = False
    words: str = ""
    subgroup: int | None = None
    needs_hand: bool = False
    part: int | None = None
    state: str = ""

    @property
    def all_of_them(self) -> bool:
        """Whether nobody is left out."""
        return not (self.words or self.subgroup is not None or self.needs_hand or self.part is not None)

    @property
    def all_by_name(self) -> bool:
        """Whether nobody is left out, and they come by name."""
        return self.all_of_them and self.order == NAME

    @property
    def asks_standpoints(self) -> bool:
        """Whether it must be known of all students where they stand."""
        return self.order in {DONE, LATE, PART} or self.needs_hand or self.part is not None


def students_of(session: Session, group_id: int) -> list[Student]:
    """Return the students who are in a study group now, by name. One query."""
    return [Student(*row) for row in session.execute(_BY_NAME, {"group": group_id})]


def some_students_of(session: Session, group_id: int, first: int, most: int, *, down: bool) -> list[Student]:
    """Return those of `students_of` from the FIRST on (from 0), MOST of them; with DOWN of them from the other end.

    One query, which costs as much with thousands as with some, but for what the database sorts."""
    some = {"group": group_id, "first": first, "most": most}
    return [Student(*row) for row in session.execute(_SOME_DOWN if down else _SOME, some)]


def count_students(session: Session, group_id: int) -> int:
    """Return how many students are in a study group now. One query."""
    return session.scalar(_COUNT, {"group": group_id}) or 0


_LIVE = live_students(bindparam("group"))
_STUDENTS = (
    select(Enrolment.id, User.name, Enrolment.joined_at, Enrolment.used_at)
    .join(User, User.id == Enrolment.user_id)
    .where(_LIVE)
)
_BY_NAME = _STUDENTS.order_by(User.sort_name, Enrolment.id)
_SOME = _BY_NAME.offset(bindparam("first")).limit(bindparam("most"))
_SOME_DOWN = (
    _STUDENTS.order_by(User.sort_name.desc(), Enrolment.id.desc()).offset(bindparam("first")).limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(Enrolment).where(_LIVE)


def _by_name(student: Student) -> tuple[str, int]:
    return student.name.casefold(), student.id


def in_subgroup(session: Session, subgroup_id: int) -> frozenset[int]:
    """Return the enrolments in a subgroup. One query."""
    return frozenset(
        session.scalars(select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id == subgroup_id))
    )


def chosen(
    students: Sequence[Student],
    wanted: Wanted,
    *,
    standpoints: Mapping[int, Standpoint],
    members: Collection[int],
    in_need: Collection[int],
    sign: Callable[[Standpoint, int], str],
) -> list[Student]:
    """Return those of STUDENTS, who come by name, that are WANTED, in the order wanted. Pure.

    MEMBERS are those of the subgroup wanted, IN_NEED those who may need a hand; SIGN says how a part stands."""
    words = wanted.words.casefold().split()
    found = [
        one
        for one in students
        if all(word in one.name.casefold() for word in words)
        and (wanted.subgroup is None or one.id in members)
        and (not wanted.needs_hand or one.id in in_need)
        and (wanted.part is None or sign(standpoints[one.id], wanted.part) == wanted.state)
    ]
    return sorted(found, key=_key(wanted, standpoints, sign), reverse=wanted.down)


#: How the states of a part are ordered: what may need a look first.
_SIGNS = {sign: place for place, sign in enumerate(("late", "none", "begun", "done", "excused"))}


def _key(
    wanted: Wanted, standpoints: Mapping[int, Standpoint], sign: Callable[[Standpoint, int], str]
) -> Callable[[Student], Any]:
    """Return what students are sorted by; those who are equal in it stay by name."""
    if wanted.order == DONE:
        return lambda one: _share(standpoints[one.id])
    if wanted.order == LATE:
        return lambda one: len(standpoints[one.id].late)
    if wanted.order == LAST:
        return lambda one: one.last_act
    if wanted.order == PART and wanted.order_part is not None:
        part = wanted.order_part
        return lambda one: _SIGNS[sign(standpoints[one.id], part)]
    return _by_name


def _share(stands: Standpoint) -> float:
    """With nothing required there is no share, and nothing to worry about: last of all."""
    share = stands.progress.share
    return 2.0 if share is None else share
