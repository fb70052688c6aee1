"""Giving something to a study group, a subgroup or members, besides the lessons of its meetings (`planning`)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from course.base.errors import DomainError
from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.notices.records import ASSIGNED, tell_anew, told_of
from course.outline.models import Activity, ActivityKind
from course.relative import BadWhen, Moment, When, moment_of, when_of
from course.rules import INSTANT
from course.syllabus.handed_in import handed_in
from course.syllabus.models import DATES, Assignment, AssignmentTarget, Meeting, RelativeDate

#: What each date of an assignment is called in its columns.
COLUMNS = MappingProxyType(
    {"open": "opens_at", "due": "due_at", "reply_due": "reply_due_at", "close": "closes_at"},
)

#: Which dates beside *due* and *open* something of each kind can have: talk has replies, and only a quiz is closed.
ALSO = MappingProxyType(
    {
        ActivityKind.lesson: ("reply_due",),
        ActivityKind.reading: (),
        ActivityKind.prompt: ("reply_due",),
        ActivityKind.quiz: ("close",),
    }
)

NO_DATES: Mapping[str, When] = MappingProxyType({})


class BadDates(DomainError):
    """Dates that something cannot have; `field` says which of them, as a rule names it."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Terms(NamedTuple):
    """Until when and for whom something is given: to all, or to those named.

    It is due by a meeting or a day, or by no day, unless DATES (of DATES in `models`) say when; they say the rest too.
    """

    meeting_id: int | None
    day: date | None
    required: bool
    subgroups: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()
    dates: Mapping[str, When] = NO_DATES


def given_in(session: Session, activity: Activity) -> Assignment | None:
    """Return the last assignment of ACTIVITY, which is a group's own, with its targets; it may be withdrawn."""
    its = select(Assignment).where(Assignment.activity_id == activity.id).order_by(Assignment.id.desc()).limit(1)
    return session.scalar(its.options(selectinload(Assignment.targets)))


def give(
    session: Session,
    group: StudyGroup,
    activity: Activity,
    terms: Terms,
    note: str,
    *,
    by_id: int,
    now: datetime,
    assignment: Assignment | None = None,
) -> Assignment:
    """Return the assignment of ACTIVITY to GROUP on TERMS with a NOTE: ASSIGNMENT, the one there is, or a new one.

    A group's own activity is given once, to whomever; another once to the same people. Students for whom it is are
    told; those who were told of it before, only where it is due at another time. Raise BadDates."""
    _lock(session, group)
    if assignment is None:
        assignment = (
            given_in(session, activity) if activity.group_id else _given_to_them(session, group, activity, terms)
        )
    told_before = set() if assignment is None else told_of(session, ASSIGNED, f"assignment:{assignment.id}")
    due_before = None if assignment is None or assignment.withdrawn_at else (assignment.due_at, assignment.meeting_id)
    whens, meetings = _whens(session, group, activity, terms)
    moments = moments_of(whens, meetings, group)
    if assignment is None:
        own = {"group_id": group.id, "course_id": group.course_id, "activity_id": activity.id}
        assignment = Assignment(**own, made_by_id=by_id, made_at=now)
        session.add(assignment)
    assignment.required, assignment.note, assignment.withdrawn_at = terms.required, note, None
    for field, column in COLUMNS.items():
        setattr(assignment, column, moments[field].at if field in moments else None)
    assignment.meeting_id = _meeting_of(activity, whens, meetings)
    session.flush()
    _keep_relative(session, assignment, whens, meetings)
    _aim(session, assignment, activity, terms, now)
    same = due_before == (assignment.due_at, assignment.meeting_id)
    told = set(students_of(session, assignment)) - (told_before if same else set()) - {by_id}
    tell_anew(session, told, ASSIGNED, f"assignment:{assignment.id}", now=now)
    return assignment


def _lock(session: Session, group: StudyGroup) -> None:
    """Let one planner of GROUP at a time go on: what follows looks at its meetings and at what is given already."""
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())


def _given_to_them(session: Session, group: StudyGroup, activity: Activity, terms: Terms) -> Assignment | None:
    """Return the live assignment of ACTIVITY to just those whom TERMS name; a lesson of a meeting is another thing."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.group_id == group.id, Assignment.activity_id == activity.id)
        .where(Assignment.withdrawn_at.is_(None))
        .order_by(Assignment.id)
        .options(selectinload(Assignment.targets))
    ).all()
    unnamed = _unnamed(session, [target.subgroup_id for row in rows for target in row.targets if target.subgroup_id])
    for row in rows:
        if is_of_meeting(activity, row):
            continue
        named = {target.subgroup_id for target in row.targets if target.subgroup_id} - unnamed.keys()
        members = {target.enrolment_id for target in row.targets if target.enrolment_id}
        members.update(*(unnamed[target.subgroup_id] for target in row.targets if target.subgroup_id in unnamed))
        if named == set(terms.subgroups) and members == set(terms.members):
            return row
    return None


def is_of_meeting(activity: Activity, assignment: Assignment) -> bool:
    """Return whether ASSIGNMENT is that of the lesson of a meeting, which `planning` keeps."""
    return activity.kind is ActivityKind.lesson and assignment.meeting_id is not None and not assignment.targets


def take_back(session: Session, assignment: Assignment, *, now: datetime) -> None:
    """Ask ASSIGNMENT of nobody any longer. Work on it stays, and stays open to who did it."""
    assignment.withdrawn_at = assignment.withdrawn_at or now
    session.flush()


def _whens(
    session: Session, group: StudyGroup, activity: Activity, terms: Terms
) -> tuple[dict[str, When], Sequence[Meeting]]:
    """Return the dates that TERMS say ACTIVITY is to have, and the meetings of GROUP by number."""
    meetings = session.scalars(select(Meeting).where(Meeting.group_id == group.id).order_by(Meeting.number)).all()
    whens = {field: when for field, when in terms.dates.items() if field in ("open", "due", *ALSO[activity.kind])}
    if "due" not in terms.dates:
        if terms.meeting_id is not None:
            whens["due"] = When(next(one.number for one in meetings if one.id == terms.meeting_id))
        elif terms.day is not None:
            whens["due"] = When(day=terms.day)
    return whens, meetings


def moments_of(whens: Mapping[str, When], meetings: Sequence[Meeting], group: StudyGroup) -> dict[str, Moment]:
    """Return the moments of WHENS for GROUP, whose MEETINGS these are. Raise BadDates where they cannot all be."""
    days, zone = days_of(meetings), ZoneInfo(group.zone)
    found: dict[str, Moment] = {}
    for field, when in whens.items():
        try:
            found[field] = moment_of(when, days, zone, opens=field == "open")
        except BadWhen as error:
            raise BadDates(field, str(error)) from None
    opens, due, replies, closes = (found[field].at if field in found else None for field in DATES)
    if opens and closes and opens >= closes:
        raise BadDates("close", _("It would close before it opens: choose a later date."))
    if opens and due and opens >= due:
        raise BadDates("open", _("It would be due before it opens: choose an earlier date."))
    if replies and due and replies < due:
        raise BadDates("reply_due", _("Replies would be due before the posts they answer: choose a later date."))
    return found


def days_of(meetings: Sequence[Meeting]) -> dict[int, date | None]:
    """Return number -> day of MEETINGS, None for a cancelled one."""
    return {one.number: None if one.cancelled_at else one.day for one in meetings}


def _meeting_of(activity: Activity, whens: Mapping[str, When], meetings: Sequence[Meeting]) -> int | None:
    """Return the id of the meeting for which something is that is due by WHENS: by its day, or before it.

    A lesson is for none: those of meetings are the syllabus, which `planning` keeps."""
    due = whens.get("due")
    if due is None or due.number is None or due.days > 0 or activity.kind is ActivityKind.lesson:
        return None
    return next(one.id for one in meetings if one.number == due.number)


def _keep_relative(
    session: Session, assignment: Assignment, whens: Mapping[str, When], meetings: Sequence[Meeting]
) -> None:
    """Let those dates of ASSIGNMENT be kept as relative that hang on a meeting, and no others."""
    ids = {one.number: one.id for one in meetings}
    session.execute(delete(RelativeDate).where(RelativeDate.assignment_id == assignment.id))
    own = {"assignment_id": assignment.id, "group_id": assignment.group_id}
    session.add_all(
        RelativeDate(**own, field=field, meeting_id=ids[when.number], days=when.days, hour=when.at)
        for field, when in whens.items()
        if when.number is not None
    )
    session.flush()


def follow_meetings(session: Session, group: StudyGroup) -> None:
    """Let each date that hangs on a meeting of GROUP be where it is now; none of what everybody has handed in.

    What hangs on a cancelled meeting stays where it was, and so does an hour that the clocks leave out on the new day.
    A relative date never passes a fixed one that must come after it, or before: it waits beside it. To be called by
    whatever moves a meeting or the group's zone. Exceptions name moments, and are not touched."""
    session.flush()
    zone = ZoneInfo(group.zone)
    rows = session.execute(
        select(Assignment, RelativeDate, Meeting)
        .join(RelativeDate, RelativeDate.assignment_id == Assignment.id)
        .join(Meeting, Meeting.id == RelativeDate.meeting_id)
        .where(Assignment.group_id == group.id, Assignment.withdrawn_at.is_(None))
        .where(Meeting.cancelled_at.is_(None), Assignment.id.not_in(handed_in(session, group)))
        .order_by(Assignment.id)
    ).all()
    moved: dict[int, set[str]] = {}
    for assignment, relative, meeting in rows:
        moved.setdefault(assignment.id, set()).add(relative.field)
        when = When(1, relative.days, at=relative.hour)
        try:
            moment = moment_of(when, {1: meeting.day}, zone, opens=relative.field == "open").at
        except BadWhen:
            continue
        with session.no_autoflush:
            setattr(assignment, COLUMNS[relative.field], moment)
    for assignment in {row[0].id: row[0] for row in rows}.values():
        _in_order(assignment, moved[assignment.id])
    session.flush()


def _in_order(assignment: Assignment, relative: Collection[str]) -> None:
    """Let no RELATIVE date of ASSIGNMENT pass another that it must not."""
    due, replies = assignment.due_at, assignment.reply_due_at
    if due and replies and due > replies:
        if "reply_due" in relative:
            assignment.reply_due_at = due
        else:
            assignment.due_at = replies
    opens, closes = assignment.opens_at, assignment.closes_at
    if opens and closes and opens >= closes:
        if "open" in relative:
            assignment.opens_at = closes - INSTANT
        else:
            assignment.closes_at = opens + INSTANT


def whens_of(session: Session, group: StudyGroup, assignments: Sequence[Assignment]) -> dict[int, dict[str, When]]:
    """Return assignment -> its dates as they were said: by a meeting, or by a day. One query."""
    zone = ZoneInfo(group.zone)
    found: dict[int, dict[str, When]] = {
        one.id: {
            field: when_of(moment, zone, opens=field == "open")
            for field, column in COLUMNS.items()
            if (moment := getattr(one, column)) is not None
        }
        for one in assignments
    }
    rows = session.execute(
        select(RelativeDate, Meeting.number)
        .join(Meeting, Meeting.id == RelativeDate.meeting_id)
        .where(RelativeDate.assignment_id.in_(found))
    )
    for relative, number in rows:
        found[relative.assignment_id][relative.field] = When(number, relative.days, at=relative.hour)
    return found


def named_subgroups(session: Session, group_id: int) -> Sequence[Subgroup]:
    """Return the subgroups of a group that have a name, by it."""
    theirs = select(Subgroup).where(Subgroup.group_id == group_id, Subgroup.name.is_not(None))
    return session.scalars(theirs.order_by(Subgroup.name)).all()


def _unnamed(session: Session, subgroups: Collection[int]) -> dict[int, set[int]]:
    """Return the unnamed ones of SUBGROUPS with the members of each."""
    found: dict[int, set[int]] = {}
    if not subgroups:
        return found
    rows = session.execute(
        select(Subgroup.id, SubgroupMember.enrolment_id)
        .outerjoin(SubgroupMember, SubgroupMember.subgroup_id == Subgroup.id)
        .where(Subgroup.id.in_(subgroups), Subgroup.name.is_(None), Subgroup.division_id.is_(None))
    )
    for subgroup_id, enrolment_id in rows:
        found.setdefault(subgroup_id, set()).update({enrolment_id} - {None})
    return found


def _aim(session: Session, assignment: Assignment, activity: Activity, terms: Terms, now: datetime) -> None:
    """Let ASSIGNMENT be for those whom TERMS name, and nobody else.

    Where it is a prompt, members that are named become a subgroup of their own, without a name: the talk is theirs."""
    its = select(AssignmentTarget).where(AssignmentTarget.assignment_id == assignment.id)
    there = {(row.subgroup_id, row.enrolment_id): row for row in session.scalars(its)}
    wanted: set[tuple[int | None, int | None]] = {(key, None) for key in terms.subgroups}
    if activity.kind is ActivityKind.prompt and terms.members:
        wanted.add((_subgroup_of(session, assignment, terms.members, now), None))
    else:
        wanted |= {(None, key) for key in terms.members}
    for who, row in there.items():
        if who not in wanted:
            session.delete(row)
    own = {"assignment_id": assignment.id, "group_id": assignment.group_id}
    session.add_all(
        AssignmentTarget(**own, subgroup_id=subgroup, enrolment_id=member) for subgroup, member in wanted - there.keys()
    )
    session.flush()
    session.expire(assignment, ["targets"])


def _subgroup_of(session: Session, assignment: Assignment, members: Collection[int], now: datetime) -> int:
    """Return the unnamed subgroup that ASSIGNMENT is for, made of just those MEMBERS; their talk stays theirs."""
    theirs = select(AssignmentTarget.subgroup_id).where(AssignmentTarget.assignment_id == assignment.id)
    before = _unnamed(session, [key for key in session.scalars(theirs) if key is not None])
    if before:
        key, there = next(iter(before.items()))
    else:
        subgroup = Subgroup(group_id=assignment.group_id, name=None, created_at=now)
        session.add(subgroup)
        session.flush()
        key, there = subgroup.id, set()
    gone = SubgroupMember.enrolment_id.in_(there - set(members))
    session.execute(delete(SubgroupMember).where(SubgroupMember.subgroup_id == key, gone))
    session.add_all(
        SubgroupMember(subgroup_id=key, enrolment_id=one, group_id=assignment.group_id) for one in set(members) - there
    )
    session.flush()
    return key


def students_of(session: Session, assignment: Assignment) -> Sequence[int]:
    """Return the ids of the students, as users, for whom ASSIGNMENT is."""
    students = select(Enrolment.user_id).where(
        Enrolment.group_id == assignment.group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.student
    )
    targets = select(AssignmentTarget).where(AssignmentTarget.assignment_id == assignment.id)
    rows = session.scalars(targets).all()
    if rows:
        subgroups = [row.subgroup_id for row in rows if row.subgroup_id is not None]
        members = [row.enrolment_id for row in rows if row.enrolment_id is not None]
        in_them = select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id.in_(subgroups))
        students = students.where(Enrolment.id.in_(members) | Enrolment.id.in_(in_them))
    return session.scalars(students).all()
