"""Subgroups of a study group: parted by division, so that people meet, or made by hand; who is in which."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from random import Random
from string import ascii_uppercase

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, contains_eager

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Division, Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.rotation import divide, meetings, pairs_in
from course.users.models import User

log = logging.getLogger(__name__)

#: What the name of a subgroup may hold, in characters.
LONGEST_NAME = 60

#: So many are in a subgroup at the most, where a whole group is parted.
LARGEST = 10


class PartedMeanwhile(Conflict):
    """A division that is no longer what its preview showed."""

    title = _("The group has changed since you looked")
    hint = _("Somebody joined or left, or parted it first. Look once more who would be with whom, and make it then.")


class NameTaken(Conflict):
    """A name that another subgroup of the group has."""

    title = _("Another subgroup is called so")
    hint = _("Give it a name of its own.")


@dataclass(frozen=True, slots=True)
class Planned:
    """Who would be with whom in the next division, its NUMBER: parts with their names; how many pairs meet again."""

    number: int
    parts: Sequence[Sequence[Enrolment]]
    names: Sequence[str]
    again: int
    pairs: int

    @property
    def state(self) -> str:
        """What names this plan: another name, another plan."""
        return _state(self.number, [[one.id for one in part] for part in self.parts])


@dataclass(frozen=True, slots=True)
class Part:
    """A subgroup as the list of all shows it: who is in it now, by name."""

    subgroup: Subgroup
    members: Sequence[Enrolment]


@dataclass(frozen=True, slots=True)
class Parted:
    """A division with its subgroups, and which students are in none of them: they joined later."""

    division: Division
    parts: Sequence[Part]
    latecomers: Sequence[Enrolment]


@dataclass(frozen=True, slots=True)
class Parts:
    """All subgroups of a study group: its divisions, the last first, and those made by hand, by name."""

    divisions: Sequence[Parted]
    by_hand: Sequence[Part]


def students_of(session: Session, group_id: int | None) -> Sequence[Enrolment]:
    """Return the students of a study group, by name: tutors are in no subgroup. One query."""
    theirs = (
        select(Enrolment)
        .join(Enrolment.user)
        .where(Enrolment.group_id == group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.student)
        .options(contains_eager(Enrolment.user))
        .order_by(User.name, Enrolment.id)
    )
    return session.scalars(theirs).all()


def parts_of(session: Session, group_id: int) -> Parts:
    """Return the subgroups of a study group that have a name. Four queries.

    Who has left is in none of them any longer."""
    students = students_of(session, group_id)
    known = {one.id: one for one in students}
    subgroups = session.scalars(
        select(Subgroup).where(Subgroup.group_id == group_id, Subgroup.name.is_not(None)).order_by(Subgroup.id)
    ).all()
    divisions = session.scalars(select(Division).where(Division.group_id == group_id).order_by(Division.number.desc()))
    members = _members(session, group_id)
    parts = [
        Part(one, sorted((known[who] for who in members[one.id] if who in known), key=lambda one: one.user.name or ""))
        for one in subgroups
    ]
    parted = []
    for division in divisions:
        its = [part for part in parts if part.subgroup.division_id == division.id]
        there = {one.id for part in its for one in part.members}
        parted.append(Parted(division, its, [one for one in students if one.id not in there] if its else []))
    by_hand = [part for part in parts if part.subgroup.division_id is None]
    by_hand.sort(key=lambda part: part.subgroup.name or "")
    return Parts([one for one in parted if one.parts], by_hand)


def subgroups_of(session: Session, enrolment: Enrolment) -> Sequence[int]:
    """Return the subgroups with a name that ENROLMENT is in, the last made first. One query."""
    its = (
        select(Subgroup.id)
        .join(SubgroupMember, SubgroupMember.subgroup_id == Subgroup.id)
        .where(SubgroupMember.enrolment_id == enrolment.id, Subgroup.name.is_not(None))
    )
    return session.scalars(its.order_by(Subgroup.id.desc())).all()


# Parting the group anew


def plan_division(session: Session, group_id: int, size: int, seed: int) -> Planned:
    """Return who would be with whom if the students of a group were parted anew into subgroups of about SIZE, so that
    few meet again; the same SEED gives the same. Five queries."""
    students = {one.id: one for one in students_of(session, group_id)}
    before = _before(session, group_id)
    met = meetings(before)
    parts = divide(students, size, met, Random(seed))  # noqa: S311 (lots are drawn, nothing is kept secret)
    number = _next_number(session, group_id)
    pairs = pairs_in(parts)
    names = _names(session, group_id, number, len(parts))
    again = sum(1 for pair in pairs if met[pair])
    return Planned(number, [[students[one] for one in part] for part in parts], names, again, len(pairs))


def make_division(
    session: Session, group: StudyGroup, size: int, seed: int, *, number: int, state: str, by_id: int, now: datetime
) -> Division:
    """Return the division of GROUP that a preview showed as NUMBER, in this STATE, made with its subgroups.

    Twice is once. Raise PartedMeanwhile where it would be another by now."""
    _lock(session, group.id)
    made = session.scalar(select(Division).where(Division.group_id == group.id, Division.number == number))
    if made is not None:
        members = _members(session, group.id)
        its = session.scalars(select(Subgroup.id).where(Subgroup.division_id == made.id).order_by(Subgroup.id))
        if _state(number, [members[one] for one in its]) == state:
            return made  # the other half of a double click
        raise PartedMeanwhile
    planned = plan_division(session, group.id, size, seed)
    if planned.state != state:
        raise PartedMeanwhile
    division = Division(group_id=group.id, number=planned.number, size=size, made_by_id=by_id, made_at=now)
    session.add(division)
    session.flush()
    for name, part in zip(planned.names, planned.parts, strict=True):
        subgroup = Subgroup(group_id=group.id, division_id=division.id, name=name, created_at=now)
        session.add(subgroup)
        session.flush()
        _put(session, subgroup, [one.id for one in part])
    log.info("Group %d was parted into %d subgroups", group.id, len(planned.parts))
    return division


def place_latecomers(session: Session, group: StudyGroup, division: Division) -> int:
    """Put the students who are in no part of DIVISION of GROUP into its smallest parts; return how many they were."""
    _lock(session, group.id)
    parted = next((one for one in parts_of(session, group.id).divisions if one.division.id == division.id), None)
    if parted is None:
        return 0
    sizes = {part.subgroup.id: len(part.members) for part in parted.parts}
    by_id = {part.subgroup.id: part.subgroup for part in parted.parts}
    for one in parted.latecomers:
        smallest = min(sizes, key=lambda key: (sizes[key], key))
        _put(session, by_id[smallest], [one.id])
        sizes[smallest] += 1
    return len(parted.latecomers)


# By hand


def make_subgroup(
    session: Session, group: StudyGroup, name: str, member_ids: Collection[int], *, now: datetime
) -> Subgroup:
    """Return a subgroup of GROUP called NAME, with these members; the same one pressed twice is one.

    Raise NameTaken where another is called so."""
    _lock(session, group.id)
    there = session.scalar(select(Subgroup).where(Subgroup.group_id == group.id, Subgroup.name == name))
    if there is not None:
        if there.division_id is None and set(_members(session, group.id)[there.id]) == set(member_ids):
            return there
        raise NameTaken
    subgroup = Subgroup(group_id=group.id, name=name, created_at=now)
    session.add(subgroup)
    session.flush()
    _put(session, subgroup, member_ids)
    return subgroup


def change_subgroup(session: Session, subgroup: Subgroup, name: str, member_ids: Collection[int]) -> None:
    """Call SUBGROUP by NAME, and let these be its members. Who is moved into a part of a division leaves the others.

    Who left the study group stays in it unseen, as they were. Raise NameTaken."""
    _lock(session, subgroup.group_id)
    others = select(Subgroup.id).where(Subgroup.group_id == subgroup.group_id, Subgroup.id != subgroup.id)
    if session.scalar(others.where(Subgroup.name == name)) is not None:
        raise NameTaken
    subgroup.name = name
    students = {one.id for one in students_of(session, subgroup.group_id)}
    mine = set(_members(session, subgroup.group_id)[subgroup.id])
    wanted = set(member_ids) & students
    _take_out(session, [subgroup.id], (mine & students) - wanted)
    if subgroup.division_id is not None:
        others = select(Subgroup.id).where(Subgroup.division_id == subgroup.division_id, Subgroup.id != subgroup.id)
        _take_out(session, session.scalars(others).all(), wanted - mine)
    _put(session, subgroup, sorted(wanted - mine))


def _put(session: Session, subgroup: Subgroup, member_ids: Iterable[int]) -> None:
    own = {"subgroup_id": subgroup.id, "group_id": subgroup.group_id}
    session.add_all(SubgroupMember(**own, enrolment_id=member_id) for member_id in member_ids)
    session.flush()


def _take_out(session: Session, subgroup_ids: Collection[int], member_ids: Collection[int]) -> None:
    its = (SubgroupMember.subgroup_id.in_(subgroup_ids), SubgroupMember.enrolment_id.in_(member_ids))
    session.execute(delete(SubgroupMember).where(*its))


def _lock(session: Session, group_id: int) -> None:
    """Let two who part a group at once wait for each other."""
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group_id).with_for_update())


def _members(session: Session, group_id: int) -> Mapping[int, list[int]]:
    """Return subgroup -> the places in it, of those who left the group too, in the order of their ids. One query."""
    rows = select(SubgroupMember.subgroup_id, SubgroupMember.enrolment_id).where(SubgroupMember.group_id == group_id)
    found: dict[int, list[int]] = defaultdict(list)
    for subgroup_id, enrolment_id in session.execute(rows.order_by(SubgroupMember.enrolment_id)):
        found[subgroup_id].append(enrolment_id)
    return found


def _before(session: Session, group_id: int) -> Iterable[list[list[int]]]:
    """Return for each division of a group who was together. Two queries."""
    members = _members(session, group_id)
    parts = select(Subgroup.division_id, Subgroup.id).where(Subgroup.group_id == group_id)
    found: dict[int, list[list[int]]] = defaultdict(list)
    for division_id, subgroup_id in session.execute(parts.where(Subgroup.division_id.is_not(None))):
        if division_id is not None:
            found[division_id].append(members[subgroup_id])
    return found.values()


def _next_number(session: Session, group_id: int) -> int:
    return (session.scalar(select(func.max(Division.number)).where(Division.group_id == group_id)) or 0) + 1


def _names(session: Session, group_id: int, number: int, parts: int) -> list[str]:
    """Return what the PARTS of division NUMBER are called: 3A, 3B …, leaving out what another is called already."""
    taken = set(session.scalars(select(Subgroup.name).where(Subgroup.group_id == group_id)))
    free = (name for name in (f"{number}{_letters(at)}" for at in count()) if name not in taken)
    return [next(free) for _part in range(parts)]


def _letters(at: int) -> str:
    """Return A, B … Z, AA, AB … for 0, 1 …"""
    more, last = divmod(at, len(ascii_uppercase))
    return (_letters(more - 1) if more else "") + ascii_uppercase[last]


def _state(number: int, parts: Iterable[Iterable[int]]) -> str:
    return hashlib.sha256(repr((number, [sorted(part) for part in parts])).encode()).hexdigest()[:24]
