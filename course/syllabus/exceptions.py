"""The layers of a rule: what exceptions and assignments say of one activity for one enrolment (RULES, section 6)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, selectinload

from course.base.words import _
from course.groups.models import Enrolment, Subgroup, SubgroupMember
from course.outline.models import Activity
from course.rules import Accommodation, Layer, Level, Value
from course.syllabus import models
from course.syllabus.assigned import Given, is_for, level_for
from course.syllabus.models import Assignment, RuleException

#: Whose rule a layer is, in words.
WHOSE = {
    Level.user_exception: _("An exception for you"),
    Level.subgroup_exception: _("An exception for your subgroup"),
    Level.user_assignment: _("Assigned to you"),
    Level.subgroup_assignment: _("Assigned to your subgroup"),
    Level.group_assignment: _("Assigned to your study group"),
}

#: The fields whose value is a moment.
DATES = frozenset({"open", "due", "reply_due", "close"})

#: Those that say until when something is to be done.
DUE = ("due", "reply_due")


def layers(session: Session, enrolment: Enrolment, activity: Activity) -> list[Layer]:
    """Return what is said of ACTIVITY for ENROLMENT, the nearest first; its own rule is for its room to add.

    Two queries, one studying alone."""
    return layers_of(session, [enrolment], activity)[enrolment.id]


def layers_of(session: Session, enrolments: Collection[Enrolment], activity: Activity) -> dict[int, list[Layer]]:
    """Return the same for each of ENROLMENTS, by its id. No more queries than for one."""
    found: dict[int, list[Layer]] = {one.id: [] for one in enrolments}
    for enrolment_id, exception in session.execute(
        _exceptions(list(found)).where(RuleException.activity_id == activity.id)
    ):
        found[enrolment_id].append(_excepted(exception))
    in_groups = [one.id for one in enrolments if one.group_id is not None]
    if in_groups:
        given = (
            select(Enrolment.id, Assignment, level_for())
            .join(Assignment, Assignment.group_id == Enrolment.group_id)
            .where(Enrolment.id.in_(in_groups), is_for(Enrolment.id), *_live(activity))
        )
        for enrolment_id, row, level in session.execute(given):
            found[enrolment_id] += _assigned(row, Level(level))
    return {enrolment_id: _nearest_first(said) for enrolment_id, said in found.items()}


def given_layers(session: Session, enrolment: Enrolment, activity: Activity) -> list[Layer]:
    """Return what assignments alone say of ACTIVITY for ENROLMENT, a place in a study group, the nearest first.

    One query."""
    asked = {"enrolment_id": enrolment.id, "activity_ids": [activity.id, activity.parent_id or activity.id]}
    found: list[Layer] = []
    for row, level in session.execute(_GIVEN, asked):
        found += _assigned(row, Level(level))
    return _nearest_first(found)


_GIVEN = (
    select(Assignment, level_for())
    .join(Enrolment, Enrolment.group_id == Assignment.group_id)
    .where(Enrolment.id == bindparam("enrolment_id"), is_for(Enrolment.id), Assignment.withdrawn_at.is_(None))
    .where(Assignment.activity_id.in_(bindparam("activity_ids", expanding=True)))
)


def layers_with(
    session: Session, enrolment: Enrolment, activity: Activity, given: Sequence[Layer]
) -> tuple[list[Layer], Accommodation | None]:
    """Return what `layers` does, of which assignments say what is GIVEN; and what ENROLMENT is always given, None for
    nothing. One query."""
    rules = rules_of(session, [enrolment], {})
    excepted = rules.said[enrolment.id].get(activity.id, ())
    return _nearest_first([*excepted, *given]), rules.always.get(enrolment.id)


class Rules(NamedTuple):
    """What is said for some enrolments: enrolment -> activity -> the layers of its rules; and what each is always
    given, by the id of the enrolment: who is given nothing is not in it."""

    said: Mapping[int, Mapping[int, Sequence[Layer]]]
    always: Mapping[int, Accommodation]


def rules_of(session: Session, enrolments: Collection[Enrolment], given: Mapping[int, Sequence[Given]]) -> Rules:
    """Return what is said of every activity itself for each of ENROLMENTS, to each of whom is assigned what is GIVEN;
    and their accommodations.

    What assignments say of a lesson holds for its parts too; that is for the caller to add. One query."""
    found: dict[int, dict[int, list[Layer]]] = {one.id: {} for one in enrolments}
    always: dict[int, Accommodation] = {}
    for enrolment_id, exception, accommodation in session.execute(_RULES, {"enrolments": list(found)}):
        if exception is not None:
            found[enrolment_id].setdefault(exception.activity_id, []).append(_excepted(exception))
        if accommodation is not None:
            always[enrolment_id] = _always(accommodation)
    for enrolment_id, rows in given.items():
        for row in rows:
            found[enrolment_id].setdefault(row.activity_id, []).extend(_assigned(row, row.level))
    return Rules(found, always)


def due_excepted(said: Mapping[int, Sequence[Layer]]) -> dict[int, list[Layer]]:
    """Return those of the layers SAID, activity by activity, that exceptions say of when it is due, or replies."""
    levels = {Level.user_exception, Level.subgroup_exception}
    found = {key: [one for one in layers if one.level in levels and one.field in DUE] for key, layers in said.items()}
    return {key: layers for key, layers in found.items() if layers}


def layers_for_all(
    session: Session, group_id: int, activity: Activity, subgroup: Subgroup | None = None
) -> list[Layer]:
    """Return what is said of ACTIVITY for everybody in a study group; with SUBGROUP also what is for everybody in it.

    Two queries, three with SUBGROUP."""
    found: list[Layer] = []
    given = select(Assignment).where(Assignment.group_id == group_id, *_live(activity))
    for row in session.scalars(given.options(selectinload(Assignment.targets))):
        if not row.targets:
            found += _assigned(row, Level.group_assignment)
        elif subgroup is not None and any(target.subgroup_id == subgroup.id for target in row.targets):
            found += _assigned(row, Level.subgroup_assignment)
    if subgroup is not None:
        excepted = select(RuleException).where(
            RuleException.activity_id == activity.id,
            RuleException.subgroup_id == subgroup.id,
            RuleException.revoked_at.is_(None),
        )
        found += [_excepted(row) for row in session.scalars(excepted)]
    return _nearest_first(found)


class Excepted(NamedTuple):
    """What an exception says of an activity, and for whom: one enrolment, or a subgroup."""

    activity_id: int
    enrolment_id: int | None
    subgroup_id: int | None
    layer: Layer


def due_exceptions_in(session: Session, group_id: int) -> list[Excepted]:
    """Return each exception that holds in a study group from when something is due, or replies are.

    One query."""
    rows = session.execute(_DUE_EXCEPTIONS, {"group": group_id})
    return [Excepted(row.activity_id, row.enrolment_id, row.subgroup_id, _excepted(row)) for row in rows]


_DUE_EXCEPTIONS = (
    select(
        RuleException.activity_id,
        RuleException.enrolment_id,
        RuleException.subgroup_id,
        RuleException.field,
        RuleException.value,
        RuleException.reason,
    )
    .where(RuleException.field.in_(DUE), RuleException.revoked_at.is_(None))
    .where(
        or_(
            RuleException.enrolment_id.in_(select(Enrolment.id).where(Enrolment.group_id == bindparam("group"))),
            RuleException.subgroup_id.in_(select(Subgroup.id).where(Subgroup.group_id == bindparam("group"))),
        )
    )
    .order_by(RuleException.id)
)


def accommodations_in(session: Session, group_id: int) -> dict[int, Accommodation]:
    """Return what each member of a study group is always given, by the id of the enrolment. One query."""
    rows = session.execute(_ACCOMMODATIONS_IN, {"group": group_id})
    return {row.enrolment_id: _always(row) for row in rows}


_ACCOMMODATIONS_IN = (
    select(models.Accommodation.enrolment_id, models.Accommodation.factor, models.Accommodation.days)
    .join(Enrolment, Enrolment.id == models.Accommodation.enrolment_id)
    .where(Enrolment.group_id == bindparam("group"), models.Accommodation.revoked_at.is_(None))
)


def accommodations_of(session: Session, enrolments: Collection[Enrolment]) -> dict[int, Accommodation]:
    """Return what each of ENROLMENTS is always given, by its id; who is given nothing is not in it. One query."""
    rows = session.scalars(_ACCOMMODATIONS, {"enrolments": [one.id for one in enrolments]})
    return {row.enrolment_id: _always(row) for row in rows}


_ACCOMMODATIONS = select(models.Accommodation).where(
    models.Accommodation.enrolment_id.in_(bindparam("enrolments", expanding=True)),
    models.Accommodation.revoked_at.is_(None),
)


def _always(row: Any) -> Accommodation:
    return Accommodation(Fraction(row.factor), row.days)


def _is_theirs() -> ColumnElement[bool]:
    """Return the condition that an exception is a live one for an Enrolment: its own, or that of a subgroup of its."""
    subgroups = select(SubgroupMember.subgroup_id).where(SubgroupMember.enrolment_id == Enrolment.id)
    theirs = or_(RuleException.enrolment_id == Enrolment.id, RuleException.subgroup_id.in_(subgroups))
    return and_(theirs, RuleException.revoked_at.is_(None))


def _exceptions(enrolment_ids: Collection[int]) -> Select[int, RuleException]:
    """Return the query for (enrolment, live exception) of each of those: its own, and those of its subgroups."""
    return select(Enrolment.id, RuleException).join(RuleException, _is_theirs()).where(Enrolment.id.in_(enrolment_ids))


#: What holds for somebody alone is rare: most members have neither, and no row.
_RULES = (
    select(Enrolment.id, RuleException, models.Accommodation)
    .select_from(Enrolment)
    .outerjoin(RuleException, _is_theirs())
    .outerjoin(
        models.Accommodation,
        and_(models.Accommodation.enrolment_id == Enrolment.id, models.Accommodation.revoked_at.is_(None)),
    )
    .where(Enrolment.id.in_(bindparam("enrolments", expanding=True)))
    .where(or_(RuleException.id.is_not(None), models.Accommodation.id.is_not(None)))
)


def _live(activity: Activity) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an assignment of ACTIVITY, or of the lesson it is in, that was not withdrawn."""
    wanted = {activity.id, activity.parent_id} - {None}
    return Assignment.activity_id.in_(wanted), Assignment.withdrawn_at.is_(None)


def _nearest_first(said: list[Layer]) -> list[Layer]:
    return sorted(said, key=lambda layer: (layer.level, layer.field))


def value_of(exception: Any) -> Value:
    """Return what EXCEPTION says: a moment, a length of time, a number; None for none."""
    value = exception.value.get("value")
    if value is None:
        return None
    if exception.field in DATES:
        return datetime.fromisoformat(value)
    return timedelta(seconds=value) if exception.field == "time_limit" else int(value)


def _excepted(exception: Any) -> Layer:
    level = Level.user_exception if exception.enrolment_id is not None else Level.subgroup_exception
    return Layer(level, exception.field, value_of(exception), WHOSE[level], exception.reason)


def _assigned(assignment: Assignment | Given, level: Level) -> list[Layer]:
    """Return what ASSIGNMENT says; a date that it leaves open is said by nobody."""
    dates = {
        "open": assignment.opens_at,
        "due": assignment.due_at,
        "reply_due": assignment.reply_due_at,
        "close": assignment.closes_at,
    }
    return [
        Layer(level, field, value, WHOSE[level], assignment.note or None)
        for field, value in dates.items()
        if value is not None
    ]
