"""Who leads the meetings of a study group, where its members take turns (`course.turns`).

Turns go round among the students; whoever plans may ask anybody, and who was asked may hand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.records import CHAIRING, tell_anew, tell_each_anew
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Meeting
from course.turns import after, take_turns


class NobodyElse(Conflict):
    """Handing on a meeting where there is nobody to hand it to."""

    title = _("There is nobody else to lead it")
    hint = _("Ask an organiser to find another day, or to cancel the meeting.")


class NotComing(Conflict):
    """Choosing who leads a meeting that is over or cancelled."""

    title = _("This meeting is over or cancelled")
    hint = _("Who leads is chosen for meetings to come.")


def is_coming(group: StudyGroup, meeting: Meeting, now: datetime) -> bool:
    """Return whether MEETING of GROUP is held today or later."""
    return meeting.cancelled_at is None and meeting.day >= today_of(group, now)


def chair_of(meeting: Meeting) -> Enrolment | None:
    """Return who leads MEETING; who has left leads none."""
    return meeting.chair if meeting.chair is not None and meeting.chair.left_at is None else None


def chairs_of(session: Session, group_id: int) -> dict[int, Enrolment]:
    """Return meeting -> who leads it, with their user; who has left leads none. One query."""
    return {row[0]: row[1] for row in session.execute(_CHAIRS, {"group_id": group_id})}


_CHAIRS = (
    select(Meeting.id, Enrolment)
    .join(Enrolment, Enrolment.id == Meeting.chair_id)
    .join(Enrolment.user)
    .where(Meeting.group_id == bindparam("group_id"), Enrolment.left_at.is_(None))
    .options(contains_eager(Enrolment.user))
)


def set_chair(
    session: Session, group: StudyGroup, meeting: Meeting, chair: Enrolment | None, *, by_id: int, now: datetime
) -> None:
    """Let CHAIR, a member of GROUP, lead MEETING, or nobody; they are told. Raise NotComing."""
    _lock(session, group, meeting, now)
    if meeting.chair_id == (chair.id if chair else None):
        return
    meeting.chair_id = chair.id if chair else None
    session.flush()
    if chair is not None and chair.user_id != by_id:
        tell_anew(session, [chair.user_id], CHAIRING, f"meeting:{meeting.id}", now=now)


def let_take_turns(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> int:
    """Give each meeting to come that nobody leads to whose turn it is, from MEETING on; return how many there were.

    Who gets one is told. Raise NotComing."""
    _lock(session, group, meeting, now)
    season = _season(session, group)
    places = {member.id: member for member in season.members}
    filled = take_turns(list(places), season.chairs, season.place_of(meeting))
    told = []
    for one, before, chair in zip(season.meetings, season.chairs, filled, strict=True):
        if chair is not None and before is None:
            one.chair_id = chair
            told.append((places[chair].user_id, f"meeting:{one.id}"))
    session.flush()
    if others := [(user_id, ref) for user_id, ref in told if user_id != by_id]:
        tell_each_anew(session, others, CHAIRING, now=now)
    return len(told)


def let_nobody_lead(session: Session, group: StudyGroup, meeting: Meeting, *, now: datetime) -> int:
    """Let nobody lead MEETING and those after it; return at how many somebody was to. Raise NotComing."""
    _lock(session, group, meeting, now)
    season = _season(session, group)
    led = [one for one in season.meetings[season.place_of(meeting) :] if one.chair_id is not None]
    for one in led:
        one.chair_id = None
    session.flush()
    return len(led)


def hand_on(session: Session, group: StudyGroup, meeting: Meeting, chair: Enrolment, *, now: datetime) -> Enrolment:
    """Let whose turn it is after CHAIR, who cannot, lead MEETING; return them. They are told.

    Where CHAIR does not lead it (any longer), it is returned who does; raise NobodyElse, NotComing."""
    _lock(session, group, meeting, now)
    season = _season(session, group)
    places = {member.id: member for member in season.members}
    if meeting.chair_id != chair.id and meeting.chair_id in places:
        return places[meeting.chair_id]
    following = after(list(places), season.chairs, season.place_of(meeting))
    if following is None:
        raise NobodyElse
    meeting.chair_id = following
    session.flush()
    tell_anew(session, [places[following].user_id], CHAIRING, f"meeting:{meeting.id}", now=now)
    return places[following]


@dataclass(frozen=True, slots=True)
class _Season:
    """The meetings that are held, who leads each, and who takes turns in the order in which they joined."""

    meetings: Sequence[Meeting]
    chairs: Sequence[int | None]
    members: Sequence[Enrolment]

    def place_of(self, meeting: Meeting) -> int:
        """Return where MEETING, which is held, stands among the others."""
        return [one.id for one in self.meetings].index(meeting.id)


def _season(session: Session, group: StudyGroup) -> _Season:
    """Return the season of GROUP; at a meeting whose leader has left nobody leads."""
    its = select(Enrolment).where(Enrolment.group_id == group.id, Enrolment.left_at.is_(None))
    live = session.scalars(its.order_by(Enrolment.joined_at, Enrolment.id)).all()
    held = [one for one in meetings_of(session, group.id) if one.cancelled_at is None]
    ids = {member.id for member in live}
    chairs = [one.chair_id if one.chair_id in ids else None for one in held]
    return _Season(held, chairs, [member for member in live if member.role is Role.student])


def _lock(session: Session, group: StudyGroup, meeting: Meeting, now: datetime) -> None:
    """Let whoever plans for GROUP at the same moment wait, and read MEETING anew; raise NotComing."""
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())
    session.refresh(meeting)
    if not is_coming(group, meeting, now):
        raise NotComing
