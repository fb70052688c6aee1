"""The syllabus of a study group as one of its members has it: meetings, what is assigned at each, when it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, StudyGroup
from course.pacing import current
from course.syllabus.assigned import Given, given_to
from course.syllabus.models import Meeting


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting, and the activities at work there. Where one goes on with what the meeting before began, GOES_ON."""

    meeting: Meeting
    activity_ids: tuple[int, ...]
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The meetings by number; the activities assigned at all, and the last moment at which each is due."""

    meetings: Sequence[Planned]
    assigned: frozenset[int]
    due: Mapping[int, datetime]

    def live(self) -> list[Planned]:
        """Return the meetings that are held."""
        return [one for one in self.meetings if one.meeting.cancelled_at is None]

    def due_of(self, *activity_ids: int) -> datetime | None:
        """Return when what is assigned as any of those, itself or with its lesson, is due: the latest of them."""
        return max((self.due[key] for key in activity_ids if key in self.due), default=None)

    def was_due(self, now: datetime, *activity_ids: int) -> bool:
        """Return whether what is assigned as any of those is no longer in time NOW."""
        due_at = self.due_of(*activity_ids)
        return due_at is not None and due_at < now

    def at_hand(self, today: date) -> Planned | None:
        """Return the next meeting whose day has not passed TODAY, in the group's zone; None when all are over."""
        live = self.live()
        at = current([one.meeting.day for one in live], today)
        return None if at is None else live[at]


def today_of(group: StudyGroup, now: datetime) -> date:
    """Return which day it is NOW for GROUP."""
    return now.astimezone(ZoneInfo(group.zone)).date()


def meetings_of(session: Session, group_id: int) -> Sequence[Meeting]:
    """Return the meetings of a study group by number, cancelled ones too."""
    return session.scalars(select(Meeting).where(Meeting.group_id == group_id).order_by(Meeting.number)).all()


def syllabus_of(session: Session, enrolment: Enrolment) -> Syllabus:
    """Return the syllabus of the group of ENROLMENT with what is assigned to it. Two queries; none studying alone."""
    if enrolment.group_id is None:
        return Syllabus((), frozenset(), {})
    return syllabi_of(session, enrolment.group_id, [enrolment])[enrolment.id]


def syllabi_of(session: Session, group_id: int, members: Sequence[Enrolment]) -> dict[int, Syllabus]:
    """Return the syllabus of a group as each of its MEMBERS has it, by the id of the enrolment. Two queries."""
    given = given_to(session, members)
    meetings = meetings_of(session, group_id)
    return {member.id: _syllabus(meetings, given[member.id]) for member in members}


def _syllabus(meetings: Sequence[Meeting], rows: Sequence[Given]) -> Syllabus:
    due: dict[int, datetime] = {}
    at_meeting: dict[int | None, list[int]] = {}
    for row in rows:
        at_meeting.setdefault(row.meeting_id, []).append(row.activity_id)
        if row.due_at is not None:
            due[row.activity_id] = max(row.due_at, due.get(row.activity_id, row.due_at))
    planned: list[Planned] = []
    before: tuple[int, ...] = ()
    for meeting in meetings:
        activities = tuple(dict.fromkeys(at_meeting.get(meeting.id, ())))
        planned.append(Planned(meeting, activities, bool(activities) and set(activities) <= set(before)))
        before = activities or before
    return Syllabus(planned, frozenset(row.activity_id for row in rows), due)
