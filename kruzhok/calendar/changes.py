"""When a date of somebody was last made another: from this a calendar sees that what it keeps is out of date."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, SubgroupMember
from course.syllabus.models import Accommodation, Assignment, RuleException


@dataclass(frozen=True, slots=True)
class Changes:
    """When rules were last changed: (group, activity) -> its assignments, to whomever; (enrolment, activity) -> its
    exceptions; enrolment -> its accommodation. What was withdrawn or revoked is a change, too, so that a moment here
    only ever grows."""

    assigned: dict[tuple[int, int], datetime]
    excepted: dict[tuple[int, int], datetime]
    accommodated: dict[int, datetime]

    def of(self, enrolment: Enrolment, activity_ids: Iterable[int]) -> list[datetime]:
        """Return the moments that are about ENROLMENT and those activities."""
        found = [self.accommodated.get(enrolment.id), enrolment.joined_at]
        if enrolment.group is not None:
            found += [enrolment.group.created_at, enrolment.group.changed_at]
        for key in activity_ids:
            found.append(self.excepted.get((enrolment.id, key)))
            found.append(self.assigned.get((enrolment.group_id or 0, key)))
        return [moment for moment in found if moment is not None]


NO_CHANGES = Changes({}, {}, {})


def changes_of(session: Session, enrolments: Collection[Enrolment]) -> Changes:
    """Return when the rules for ENROLMENTS were changed. Two queries, one where all study alone."""
    assigned: dict[tuple[int, int], datetime] = {}
    groups = {one.group_id for one in enrolments} - {None}
    if groups:
        rows = session.execute(
            select(
                Assignment.group_id,
                Assignment.activity_id,
                func.max(Assignment.made_at),
                func.max(Assignment.changed_at),
                func.max(Assignment.withdrawn_at),
            )
            .where(Assignment.group_id.in_(groups))
            .group_by(Assignment.group_id, Assignment.activity_id)
        )
        assigned = {(row[0], row[1]): _last(row[2:]) for row in rows}
    excepted: dict[tuple[int, int], datetime] = {}
    accommodated: dict[int, datetime] = {}
    for enrolment_id, activity_id, *moments in session.execute(_own([one.id for one in enrolments])):
        if activity_id:
            excepted[enrolment_id, activity_id] = max(
                _last(moments), excepted.get((enrolment_id, activity_id), moments[0])
            )
        else:
            accommodated[enrolment_id] = _last(moments)
    return Changes(assigned, excepted, accommodated)


def _last(moments: Collection[datetime | None]) -> datetime:
    return max(moment for moment in moments if moment is not None)


def _own(ids: Collection[int]) -> Any:
    """Return the query for what was changed for each of those enrolments only: itself, or in a subgroup of its."""

    def changed(enrolment_id: Any, activity: Any, model: Any, *where: ColumnElement[bool]) -> Any:
        columns = (enrolment_id, activity, func.max(model.at), func.max(model.revoked_at))
        return select(*columns).where(*where).group_by(enrolment_id, activity)

    nothing = literal(0)
    of_member = SubgroupMember.subgroup_id == RuleException.subgroup_id
    return union_all(
        changed(RuleException.enrolment_id, RuleException.activity_id, RuleException,
                RuleException.enrolment_id.in_(ids)),
        changed(SubgroupMember.enrolment_id, RuleException.activity_id, RuleException,
                of_member, SubgroupMember.enrolment_id.in_(ids)),
        select(Accommodation.enrolment_id, nothing, func.max(Accommodation.at), func.max(Accommodation.revoked_at))
        .where(Accommodation.enrolment_id.in_(ids)).group_by(Accommodation.enrolment_id),
    )  # fmt: skip
