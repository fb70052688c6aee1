"""Subgroups with who is in them, as pages name them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import Enrolment, Subgroup, SubgroupMember
from course.users.models import User

#: So many of the members of a subgroup without a name are named in its stead.
MOST_NAMED = 3


class Company(NamedTuple):
    """A subgroup, and the members who are in it now: (enrolment, name), by name."""

    id: int
    name: str | None
    members: Sequence[tuple[int, str]] = ()

    @property
    def label(self) -> str:
        """What it is called: its name; without one those who are in it."""
        return self.name or self.who(MOST_NAMED) or _("a few")

    @property
    def everybody(self) -> str:
        """Its name and who is in it."""
        if self.name is None or not self.members:
            return self.name or self.who() or _("a few")
        return f"{self.name}: {self.who()}"

    def who(self, most: int = 12) -> str:
        """Return the names of its members, no more than MOST of them."""
        names = [name for _id, name in self.members]
        if len(names) > most:
            return _("{names} and {n} more").format(names=", ".join(names[:most]), n=len(names) - most)
        return ", ".join(names)


def companies(session: Session, subgroup_ids: Collection[int]) -> Mapping[int, Company]:
    """Return the subgroups of those ids with who is in them now, in the order of their ids. One query, none for none.

    Who has left the study group is in none of them any longer, whatever they said there."""
    if not subgroup_ids:
        return {}
    members = (
        select(SubgroupMember.subgroup_id, Enrolment.id, User.name)
        .join(Enrolment, Enrolment.id == SubgroupMember.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.left_at.is_(None))
        .subquery()
    )
    rows = session.execute(
        select(Subgroup.id, Subgroup.name, members.c.id, members.c.name)
        .outerjoin(members, members.c.subgroup_id == Subgroup.id)
        .where(Subgroup.id.in_(subgroup_ids))
        .order_by(Subgroup.id, members.c.name, members.c.id)
    )
    found: dict[int, tuple[str | None, list[tuple[int, str]]]] = {}
    for subgroup_id, name, member_id, its_name in rows:
        _name, people = found.setdefault(subgroup_id, (name, []))
        if member_id is not None:
            people.append((member_id, its_name or ""))
    return {key: Company(key, name, people) for key, (name, people) in found.items()}
