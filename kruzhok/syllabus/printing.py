"""The syllabus as it is handed out on paper: what is for the whole group, and nothing that is for some of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.pacing import Break
from course.syllabus.days import breaks_of
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment, Meeting
from course.users.models import User
from lessons.models import Lesson, Reading
from lessons.parts import ORDER


@dataclass(frozen=True, slots=True)
class Part:
    """Something to do: a reading with who wrote it, which part of it and where, a prompt, a quiz."""

    activity: Activity
    by: str | None = None
    part: str | None = None
    address: str | None = None
    #: By the end of which day of the group, where it is given besides the lessons.
    due_day: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LessonOnPaper:
    """A lesson at a meeting. What it asks stands where it begins; at the meetings after that it GOES_ON."""

    activity: Activity
    number: int
    parts: Sequence[Part]
    goes_on: bool
    #: By the end of which day it is due, where that is not the day of the meeting it stands at.
    due_day: date | None


@dataclass(frozen=True, slots=True)
class MeetingOnPaper:
    """A meeting with its lessons and what else is given for it, and the breaks before it."""

    meeting: Meeting
    lessons: Sequence[LessonOnPaper]
    parts: Sequence[Part]
    skipped: Sequence[Break]


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A syllabus on paper: its meetings, what is given for none of them, and who teaches."""

    meetings: Sequence[MeetingOnPaper]
    beside: Sequence[Part]
    tutors: Sequence[str]


def on_paper(session: Session, group: StudyGroup) -> OnPaper:
    """Return the syllabus of GROUP for paper. Five queries."""
    zone, meetings, breaks = ZoneInfo(group.zone), meetings_of(session, group.id), breaks_of(session, group.id)
    given = _given(session, group)
    lesson_ids = {row.activity_id for row in given}
    parts = _parts(session, group, lesson_ids)
    first = _first_meetings(meetings, given)
    due = {row.activity_id: _day(row.due_at, zone) for row in given if row.due_at is not None}
    found, before = [], None
    for meeting in meetings:
        here = [row for row in given if row.meeting_id == meeting.id]
        lessons = [
            _lesson(row, parts, first[row.activity_id] != meeting.id, due.get(row.activity_id), meeting)
            for row in here
            if row.activity.kind is ActivityKind.lesson and row.activity_id in parts.numbers
        ]
        lessons.sort(key=lambda one: one.number)
        others = [_given_part(row, parts, zone) for row in here if row.activity.kind is not ActivityKind.lesson]
        skipped = [one for one in breaks if before is not None and before <= one.last and one.first < meeting.day]
        found.append(MeetingOnPaper(meeting, lessons, others, skipped))
        before = meeting.day
    beside = [_given_part(row, parts, zone) for row in given if row.meeting_id is None]
    beside.sort(key=lambda one: (one.due_day is None, one.due_day, one.activity.id))
    return OnPaper(found, beside, _tutors(session, group))


@dataclass(frozen=True, slots=True)
class _Parts:
    numbers: Mapping[int, int]
    of: Mapping[int, Sequence[Part]]
    by_id: Mapping[int, Part]


def _given(session: Session, group: StudyGroup) -> Sequence[Assignment]:
    """Return what is given to the whole of GROUP, with its activities."""
    rows = (
        select(Assignment)
        .join(Assignment.activity)
        .where(Assignment.group_id == group.id, Assignment.withdrawn_at.is_(None), ~Assignment.targets.any())
        .where(Activity.retired_at.is_(None))
        .options(contains_eager(Assignment.activity))
        .order_by(Assignment.id)
    )
    return session.scalars(rows).all()


def _parts(session: Session, group: StudyGroup, ids: set[int]) -> _Parts:
    rows = session.execute(
        select(Activity, Lesson.number, Reading.by, Reading.part, Reading.address)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .where(or_(Activity.id.in_(ids), Activity.parent_id.in_(ids)), Activity.retired_at.is_(None))
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group.id))
        .order_by(Activity.position, Activity.id)
    ).all()
    numbers = {row[0].id: row[1] for row in rows if row[1] is not None}
    order = list(ORDER)
    of: dict[int, list[Part]] = {}
    for row in sorted((row for row in rows if row[1] is None), key=lambda row: order.index(row[0].kind)):
        if row[0].parent_id is not None:
            of.setdefault(row[0].parent_id, []).append(Part(row[0], row[2], row[3], row[4]))
    return _Parts(numbers, of, {row[0].id: Part(row[0], row[2], row[3], row[4]) for row in rows if row[1] is None})


def _first_meetings(meetings: Sequence[Meeting], given: Sequence[Assignment]) -> dict[int, int]:
    """Return lesson -> the id of the meeting that is held at which it begins."""
    number = {one.id: one.number for one in meetings if one.cancelled_at is None}
    first: dict[int, int] = {}
    for row in given:
        if row.meeting_id in number and (
            row.activity_id not in first or number[row.meeting_id] < number[first[row.activity_id]]
        ):
            first[row.activity_id] = row.meeting_id
    return {row.activity_id: first.get(row.activity_id, row.meeting_id or 0) for row in given}


def _lesson(row: Assignment, parts: _Parts, goes_on: bool, due: date | None, meeting: Meeting) -> LessonOnPaper:
    asked = () if goes_on else parts.of.get(row.activity_id, ())
    other_day = None if due == meeting.day else due
    return LessonOnPaper(row.activity, parts.numbers[row.activity_id], asked, goes_on, other_day)


def _given_part(row: Assignment, parts: _Parts, zone: ZoneInfo) -> Part:
    known = parts.by_id.get(row.activity_id, Part(row.activity))
    due = None if row.due_at is None else _day(row.due_at, zone)
    return Part(known.activity, known.by, known.part, known.address, due, row.note)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _tutors(session: Session, group: StudyGroup) -> Sequence[str]:
    tutors = select(User.name).join(Enrolment, Enrolment.user_id == User.id)
    live = (Enrolment.group_id == group.id, Enrolment.role == Role.tutor, Enrolment.left_at.is_(None))
    return session.scalars(tutors.where(*live).order_by(Enrolment.id)).all()
