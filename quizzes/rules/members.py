"""What holds at a quiz for each student of a study group where it is not simply what holds for all."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.enrolments import members_of
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.rules import NO_ACCOMMODATION
from course.syllabus.exceptions import accommodations_of, layers_of
from course.users.models import User
from quizzes.limits import Limits, limits_at
from quizzes.models import Quiz
from quizzes.rules.telling import Rule, Say, Voice, rules_of


class Member(NamedTuple):
    """A student, and the rules that are their own; an accommodation that changes nothing here is none of them."""

    student: Enrolment
    rules: Sequence[Rule]


def members_rules(session: Session, quiz: Quiz, group: StudyGroup, say: Say) -> list[Member]:
    """Return the students of GROUP by name with what differs for them at QUIZ. Five queries, however many they are."""
    students = [one for one in members_of(session, group.id) if one.role is Role.student]
    own = limits_at(session, quiz, None).layers
    said, given = layers_of(session, students, quiz.activity), accommodations_of(session, students)
    found = []
    for student in students:
        limits = Limits((*said[student.id], *own), given.get(student.id, NO_ACCOMMODATION), ZoneInfo(group.zone))
        found.append(Member(student, [rule for rule in rules_of(limits, say, Voice.tutor) if rule.is_own]))
    return found


def subgroups_of(session: Session, group: StudyGroup) -> Sequence[Subgroup]:
    """Return the subgroups of GROUP that have a name, by it; the others are those of a prompt for some. One query."""
    named = select(Subgroup).where(Subgroup.group_id == group.id, Subgroup.name.is_not(None))
    return session.scalars(named.order_by(Subgroup.name, Subgroup.id)).all()


def names_in(session: Session, subgroup: Subgroup) -> Sequence[str | None]:
    """Return the names of the live members of SUBGROUP, in order. One query."""
    names = (
        select(User.name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(SubgroupMember, SubgroupMember.enrolment_id == Enrolment.id)
        .where(SubgroupMember.subgroup_id == subgroup.id, Enrolment.left_at.is_(None))
    )
    return session.scalars(names.order_by(User.name, Enrolment.id)).all()
