"""When something is due for each: exceptions for one member or subgroup, and who is told of them.

An exception for a lesson is made for each of its parts that is due with it: each part has rules of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.words import _, plural
from course.groups.enrolments import members_of
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup
from course.outline.models import Activity, ActivityKind
from course.rules import days_later
from course.syllabus.excepting import Refused, except_rule, revoke_exception
from course.syllabus.exceptions import value_of
from course.syllabus.meetings import Syllabus, syllabi_of
from course.syllabus.models import RuleException
from course.syllabus.telling import tell_moved, untell_moved

#: The dates that are excepted here; what else holds at a quiz has a page of its own (`quizzes/rules`).
FIELDS = ("due", "reply_due")

#: How many days one press of the button gives.
ONE_PRESS = 2


@dataclass(frozen=True, slots=True)
class Own:
    """When something is due for one student, and replies to it are; whether and why that is another moment than for
    everybody it is assigned to."""

    student: Enrolment
    due_at: datetime | None
    reply_due_at: datetime | None
    is_moved: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """Exceptions that were made together, for one member or subgroup, and its name."""

    rows: Sequence[RuleException]
    name: str
    values: Mapping[str, datetime | None]

    @property
    def first(self) -> RuleException:
        """The one by which they are taken back together."""
        return self.rows[0]


def lesson_of(activity: Activity) -> tuple[int, ...]:
    """Return the id of the lesson that ACTIVITY is a part of, if it is of one."""
    return (activity.parent_id,) if activity.parent_id is not None else ()


def dates_for_each(session: Session, group: StudyGroup, activity: Activity) -> list[Own]:
    """Return the students of GROUP to whom ACTIVITY is assigned, itself or with its lesson, by name. Five queries."""
    students = [one for one in members_of(session, group.id) if one.role is Role.student]
    syllabi = syllabi_of(session, group.id, students)
    return [_own(one, syllabi[one.id], activity) for one in students if _is_asked(syllabi[one.id], activity)]


def _is_asked(syllabus: Syllabus, activity: Activity) -> bool:
    return not syllabus.assigned.isdisjoint({activity.id, *lesson_of(activity)})


def _own(student: Enrolment, syllabus: Syllabus, activity: Activity) -> Own:
    named = (activity.id, *lesson_of(activity))
    return Own(
        student,
        syllabus.due_of(*named),
        syllabus.reply_due_of(*named),
        syllabus.is_moved(*named) or syllabus.why_moved(activity.id) is not None,
        syllabus.why_moved(activity.id),
    )


def exceptions_at(session: Session, group: StudyGroup, activity: Activity) -> list[Made]:
    """Return the exceptions that hold in GROUP from when ACTIVITY is due, by whom they are for. One query."""
    rows = session.execute(
        select(RuleException, Enrolment, Subgroup.name)
        .outerjoin(Enrolment, Enrolment.id == RuleException.enrolment_id)
        .outerjoin(Subgroup, Subgroup.id == RuleException.subgroup_id)
        .where(RuleException.activity_id == activity.id, RuleException.revoked_at.is_(None))
        .where(RuleException.field.in_(FIELDS))
        .where(or_(Enrolment.group_id == group.id, Subgroup.group_id == group.id))
        .order_by(RuleException.id)
        .options(joinedload(Enrolment.user))
    )
    found: dict[tuple[int | None, int | None], tuple[str, list[RuleException]]] = {}
    for row, member, subgroup in rows:
        name = (member.user.name if member is not None else subgroup) or _("Some members")
        found.setdefault((row.enrolment_id, row.subgroup_id), (name, []))[1].append(row)
    return [Made(rows, name, {one.field: _moment(one) for one in rows}) for name, rows in found.values()]


def _moment(exception: RuleException) -> datetime | None:
    value = value_of(exception)
    assert value is None or isinstance(value, datetime)
    return value


def except_dates(
    session: Session,
    activity: Activity,
    audience: Enrolment | Subgroup,
    moments: Mapping[str, datetime],
    *,
    reason: str,
    by_id: int,
    now: datetime,
) -> None:
    """Let ACTIVITY be due for AUDIENCE at those MOMENTS (by field), and of a lesson what is due with it; tell them.

    Raise Refused where replies would be due before what they answer, or without a reason."""
    due, replies = moments.get("due"), moments.get("reply_due")
    if due is not None and replies is not None and replies < due:
        raise Refused("reply_due", _("Replies would be due before the posts they answer: choose a later date."))
    untell_moved(session, activity, audience, FIELDS)
    made: list[RuleException] = []
    for one in (activity, *_parts(activity)):
        for field, moment in moments.items():
            if field == "due" or one.kind in {ActivityKind.lesson, ActivityKind.prompt}:
                made.append(except_rule(session, one, audience, field, moment, reason=reason, by_id=by_id, now=now))
    if made:
        tell_moved(session, audience, made[0], by_id=by_id, now=now)


def _parts(activity: Activity) -> list[Activity]:
    return [one for one in activity.parts if one.retired_at is None] if activity.kind is ActivityKind.lesson else []


def extend(
    session: Session,
    group: StudyGroup,
    activity: Activity,
    student: Enrolment,
    days: int,
    *,
    due: datetime | None,
    by_id: int,
    now: datetime,
) -> bool:
    """Let ACTIVITY be due for STUDENT, and replies, so many calendar DAYS of the group later; return whether it is now.

    DUE is until when it was due where the button was pressed: where it is no longer, somebody pressed it already, and
    nothing is done."""
    own = next((one for one in dates_for_each(session, group, activity) if one.student.id == student.id), None)
    if own is None or (own.due_at or own.reply_due_at) != due:
        return False
    zone = ZoneInfo(group.zone)
    moments = {"due": own.due_at, "reply_due": own.reply_due_at}
    later = {field: days_later(moment, days, zone) for field, moment in moments.items() if moment is not None}
    if not later:
        return False
    reason = plural("{n} day more.", "{n} days more.", days)
    if own.why and own.why != reason:
        reason = f"{own.why} {reason}"[:500] if reason not in own.why else own.why
    except_dates(session, activity, student, later, reason=reason, by_id=by_id, now=now)
    return True


def take_back_dates(
    session: Session,
    activity: Activity,
    exception: RuleException,
    audience: Enrolment | Subgroup,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Let ACTIVITY, and of a lesson its parts, be due for the audience of EXCEPTION as for everybody; tell them."""
    mine = {"enrolment_id": exception.enrolment_id, "subgroup_id": exception.subgroup_id}
    ids = [activity.id, *(one.id for one in _parts(activity))]
    rows = session.scalars(
        select(RuleException)
        .filter_by(**mine)
        .where(RuleException.activity_id.in_(ids), RuleException.field.in_(FIELDS), RuleException.revoked_at.is_(None))
    ).all()
    for row in rows:
        revoke_exception(session, row, now=now)
    if rows:
        tell_moved(session, audience, exception, by_id=by_id, now=now)
