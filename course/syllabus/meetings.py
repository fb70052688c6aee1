"""The syllabus of a study group as one of its members has it: meetings, what is assigned at each, when it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, StudyGroup
from course.pacing import current
from course.rules import NO_ACCOMMODATION, Accommodation, Layer, own_date, resolve
from course.syllabus.assigned import Given, given_to
from course.syllabus.exceptions import WHOSE, due_excepted, rules_of
from course.syllabus.models import Meeting

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting, and the activities at work there. Where one goes on with what the meeting before began, GOES_ON."""

    meeting: Meeting
    activity_ids: tuple[int, ...]
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The meetings by number; the activities assigned at all, and what is said of when each is due."""

    meetings: Sequence[Planned]
    assigned: frozenset[int]
    #: Activity -> what its assignments say of when it is due and replies are, and what exceptions say of that.
    said: Mapping[int, Sequence[Layer]]
    excepted: Mapping[int, Sequence[Layer]]
    accommodation: Accommodation = NO_ACCOMMODATION
    zone: ZoneInfo = UTC

    @property
    def has_rounds(self) -> bool:
        """Whether anything here is assigned as a round."""
        return any(layer.field == "reply_due" for said in self.said.values() for layer in said)

    def live(self) -> list[Planned]:
        """Return the meetings that are held."""
        return [one for one in self.meetings if one.meeting.cancelled_at is None]

    def due_of(self, activity_id: int, *lesson: int) -> datetime | None:
        """Return when an activity is due here, itself or with its LESSON (RULES, section 6); None where it never is.

        An exception from the rules of the lesson is none from those of its parts."""
        said = [*self.excepted.get(activity_id, ()), *self._said(activity_id, *lesson)]
        return own_date(said, "due", self.accommodation, self.zone) if said else None

    def reply_due_of(self, activity_id: int, *lesson: int) -> datetime | None:
        """Return when replies are due here: at a prompt that is a round, itself or with its LESSON; None elsewhere.

        What is no round by its assignments has no replies, whatever an exception says of them."""
        said = self._said(activity_id, *lesson)
        if resolve(said, "reply_due").value is None:
            return None
        said = [*self.excepted.get(activity_id, ()), *said]
        return own_date(said, "reply_due", self.accommodation, self.zone)

    def due_as_assigned(self, activity_id: int, *lesson: int) -> datetime | None:
        """Return when it is due by its assignments, without exceptions and accommodation."""
        due_at: datetime | None = resolve(self._said(activity_id, *lesson), "due").value
        return due_at

    def is_moved(self, activity_id: int, *lesson: int) -> bool:
        """Return whether it is due at another moment here than it was assigned for."""
        return self.due_of(activity_id, *lesson) != self.due_as_assigned(activity_id, *lesson)

    def why_moved(self, activity_id: int) -> str | None:
        """Return the reason of the exception by which an activity, or replies to it, are due here when they are."""
        excepted = self.excepted.get(activity_id)
        if not excepted:
            return None
        return next((one.why for field in ("due", "reply_due") for one in resolve(excepted, field).layers), None)

    def was_due(self, now: datetime, activity_id: int, *lesson: int) -> bool:
        """Return whether it is no longer in time NOW."""
        due_at = self.due_of(activity_id, *lesson)
        return due_at is not None and due_at < now

    def _said(self, *activity_ids: int) -> list[Layer]:
        return [layer for key in activity_ids for layer in self.said.get(key, ())]

    def at_hand(self, today: date) -> Planned | None:
        """Return the next meeting whose day has not passed TODAY, in the group's zone; None when all are over."""
        live = self.live()
        at = current([one.meeting.day for one in live], today)
        return None if at is None else live[at]


NO_SYLLABUS = Syllabus((), frozenset(), {}, {})


def today_of(group: StudyGroup, now: datetime) -> date:
    """Return which day it is NOW for GROUP."""
    return now.astimezone(ZoneInfo(group.zone)).date()


def next_meeting(session: Session, group: StudyGroup | None, now: datetime) -> Meeting | None:
    """Return the next meeting of GROUP that is held, today's too; None where there is none. One query at the most."""
    if group is None or group.archived_at is not None:
        return None
    coming = (Meeting.group_id == group.id, Meeting.cancelled_at.is_(None), Meeting.day >= today_of(group, now))
    return session.scalar(select(Meeting).where(*coming).order_by(Meeting.number).limit(1))


def meetings_of(session: Session, group_id: int) -> Sequence[Meeting]:
    """Return the meetings of a study group by number, cancelled ones too."""
    return session.scalars(select(Meeting).where(Meeting.group_id == group_id).order_by(Meeting.number)).all()


def syllabus_of(session: Session, enrolment: Enrolment, given: Mapping[int, Sequence[Given]] | None = None) -> Syllabus:
    """Return the syllabus of the group of ENROLMENT with what is assigned to it. Three queries, two where what is
    GIVEN there is known; none studying alone."""
    if enrolment.group_id is None:
        return NO_SYLLABUS
    return syllabi_of(session, enrolment.group_id, [enrolment], given)[enrolment.id]


def syllabi_of(
    session: Session,
    group_id: int,
    members: Sequence[Enrolment],
    given: Mapping[int, Sequence[Given]] | None = None,
) -> dict[int, Syllabus]:
    """Return the syllabus of a group as each of its MEMBERS has it, by the id of the enrolment. Three queries, two
    where what is GIVEN to them is known."""
    given = given_to(session, members) if given is None else given
    rules = rules_of(session, members, {})
    meetings = meetings_of(session, group_id)
    zone = ZoneInfo(session.get_one(StudyGroup, group_id).zone)
    return {
        member.id: syllabus_from(
            meetings,
            given[member.id],
            due_excepted(rules.said[member.id]),
            rules.always.get(member.id, NO_ACCOMMODATION),
            zone,
        )
        for member in members
    }


def syllabus_from(
    meetings: Sequence[Meeting],
    given: Sequence[Given],
    excepted: Mapping[int, Sequence[Layer]],
    accommodation: Accommodation,
    zone: ZoneInfo,
) -> Syllabus:
    """Return the syllabus, in the group of that ZONE, of whoever all this is said of."""
    assigned = frozenset(row.activity_id for row in given)
    return Syllabus(_planned(meetings, given), assigned, _said(given), excepted, accommodation, zone)


def _said(rows: Sequence[Given]) -> dict[int, list[Layer]]:
    """Return activity -> what ROWS say of when it is due, and replies."""
    said: dict[int, list[Layer]] = {}
    for row in rows:
        for field, moment in (("due", row.due_at), ("reply_due", row.reply_due_at)):
            if moment is not None:
                said.setdefault(row.activity_id, []).append(Layer(row.level, field, moment, WHOSE[row.level]))
    return said


def _planned(meetings: Sequence[Meeting], rows: Sequence[Given]) -> list[Planned]:
    at_meeting: dict[int | None, list[int]] = {}
    for row in rows:
        at_meeting.setdefault(row.meeting_id, []).append(row.activity_id)
    planned: list[Planned] = []
    before: tuple[int, ...] = ()
    for meeting in meetings:
        activities = tuple(dict.fromkeys(at_meeting.get(meeting.id, ())))
        planned.append(Planned(meeting, activities, not set(activities).isdisjoint(before)))
        before = activities or before
    return planned
