"""Parting a study group into subgroups, and changing by hand who is in which."""

from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.groups.companies import companies
from course.groups.dividing import (
    NameTaken,
    PartedMeanwhile,
    change_subgroup,
    make_division,
    make_subgroup,
    parts_of,
    place_latecomers,
    plan_division,
    subgroups_of,
)
from course.groups.models import Division, Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from tests import factories
from tests.conftest import NOW


class Crowd:
    """A study group with so many students and a tutor."""

    def __init__(self, session: Session, students: int = 8) -> None:
        self.session = session
        self.group: StudyGroup = factories.make_group(session, factories.make_bare_course(session))
        self.tutor = factories.make_enrolment(session, group=self.group, role=Role.tutor)
        self.students = [self.joins(f"Student {number}") for number in range(students)]

    def joins(self, name: str) -> Enrolment:
        return factories.make_enrolment(self.session, factories.make_user(self.session, name=name), group=self.group)

    def part(self, size: int = 4, seed: int = 1, **seen: Any) -> Division:
        planned = plan_division(self.session, self.group.id, size, seed)
        told = {"number": planned.number, "state": planned.state} | seen
        return make_division(self.session, self.group, size, seed, **told, by_id=self.tutor.user_id, now=NOW)

    def parts(self, at: int = 0) -> dict[str, set[str]]:
        parted = parts_of(self.session, self.group.id).divisions[at]
        return {part.subgroup.name or "": {one.user.name or "" for one in part.members} for part in parted.parts}


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


def test_all_students_are_parted_and_no_tutor(crowd: Crowd) -> None:
    crowd.part()
    parts = crowd.parts()
    assert list(parts) == ["1A", "1B"]
    assert set().union(*parts.values()) == {one.user.name for one in crowd.students}
    assert [len(part) for part in parts.values()] == [4, 4]


def test_the_next_division_lets_people_meet(crowd: Crowd) -> None:
    crowd.part(2, 1)
    planned = plan_division(crowd.session, crowd.group.id, 2, 7)
    assert (planned.number, planned.again, planned.pairs) == (2, 0, 4)
    crowd.part(2, 7)
    first, second = ({frozenset(part) for part in crowd.parts(at).values()} for at in (1, 0))
    assert not first & second
    assert list(crowd.parts(0)) == ["2A", "2B", "2C", "2D"]


def test_a_preview_says_what_is_made_and_how_many_meet_again(crowd: Crowd) -> None:
    crowd.part(4, 1)
    planned = plan_division(crowd.session, crowd.group.id, 4, 2)
    before = {pair for part in crowd.parts().values() for pair in combinations(sorted(part), 2)}
    now = {pair for part in planned.parts for pair in combinations(sorted(one.user.name or "" for one in part), 2)}
    assert planned.again == len(before & now)
    crowd.part(4, 2)
    assert list(crowd.parts().values()) == [{one.user.name for one in part} for part in planned.parts]


def test_pressing_twice_makes_one_division(crowd: Crowd) -> None:
    planned = plan_division(crowd.session, crowd.group.id, 4, 1)
    seen = {"number": planned.number, "state": planned.state}
    assert crowd.part(4, 1, **seen) == crowd.part(4, 1, **seen)
    assert crowd.session.scalar(select(func.count(Division.id))) == 1
    assert crowd.session.scalar(select(func.count(SubgroupMember.id))) == 8


def test_what_has_changed_since_the_preview_is_looked_at_again(crowd: Crowd) -> None:
    planned = plan_division(crowd.session, crowd.group.id, 4, 1)
    seen = {"number": planned.number, "state": planned.state}
    crowd.joins("Late")
    with pytest.raises(PartedMeanwhile):
        crowd.part(4, 1, **seen)
    crowd.part(4, 9)
    with pytest.raises(PartedMeanwhile):
        crowd.part(4, 1, **seen)


def test_who_joined_later_is_put_into_the_smallest_and_who_left_is_gone(crowd: Crowd) -> None:
    division = crowd.part()
    leaver = next(one for one in crowd.students if one.user.name in crowd.parts()["1B"])
    leaver.left_at = NOW
    late = [crowd.joins("Late"), crowd.joins("Later")]
    (parted,) = parts_of(crowd.session, crowd.group.id).divisions
    assert list(parted.latecomers) == late
    assert place_latecomers(crowd.session, crowd.group, division) == 2
    assert place_latecomers(crowd.session, crowd.group, division) == 0
    parts = crowd.parts()
    assert sorted(len(part) for part in parts.values()) == [4, 5]
    assert leaver.user.name not in parts["1B"]
    assert "Late" in parts["1B"]
    (company,) = companies(crowd.session, subgroups_of(crowd.session, late[0])).values()
    assert "Late" in company.everybody
    assert (leaver.user.name or "") not in company.everybody


def test_a_name_that_is_taken_is_left_out(crowd: Crowd) -> None:
    make_subgroup(crowd.session, crowd.group, "1A", [crowd.students[0].id], now=NOW)
    crowd.part()
    assert list(crowd.parts()) == ["1B", "1C"]


def test_one_made_by_hand_is_made_once_and_its_name_is_its_own(crowd: Crowd) -> None:
    ids = [one.id for one in crowd.students[:2]]
    made = make_subgroup(crowd.session, crowd.group, "Readers", ids, now=NOW)
    assert make_subgroup(crowd.session, crowd.group, "Readers", ids, now=NOW) == made
    with pytest.raises(NameTaken):
        make_subgroup(crowd.session, crowd.group, "Readers", ids[:1], now=NOW)
    other = make_subgroup(crowd.session, crowd.group, "Writers", ids, now=NOW)
    with pytest.raises(NameTaken):
        change_subgroup(crowd.session, other, "Readers", ids)
    (hand, more) = parts_of(crowd.session, crowd.group.id).by_hand
    assert (hand.subgroup, more.subgroup) == (made, other)


def test_who_is_moved_into_another_part_leaves_theirs(crowd: Crowd) -> None:
    crowd.part()
    by_hand = make_subgroup(crowd.session, crowd.group, "Readers", [one.id for one in crowd.students], now=NOW)
    ours = crowd.session.scalars(select(Subgroup).filter_by(name="1A")).one()
    mover = next(one for one in crowd.students if one.user.name in crowd.parts()["1B"])
    members = [one.id for one in crowd.students if one.user.name in crowd.parts()["1A"]][1:]
    change_subgroup(crowd.session, ours, "The first", [*members, mover.id])
    parts = crowd.parts()
    assert mover.user.name in parts["The first"]
    assert mover.user.name not in parts["1B"]
    assert [len(part) for part in parts.values()] == [4, 3]
    (hand,) = parts_of(crowd.session, crowd.group.id).by_hand
    assert (hand.subgroup, len(hand.members)) == (by_hand, 8)
