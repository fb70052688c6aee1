"""Putting meetings in another order, and changing the holidays between them, with a look at what that moves before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import StudyGroup
from course.pacing import Break, NoRoom, Rhythm, Slot, avoided, reordered
from course.syllabus.at_meetings import DoesNotFit, check_lessons, lessons_at, settle
from course.syllabus.days import keep_breaks, lock, pacing_of, place, rhythm_of, slots_of, tell_of_first
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Meeting
from course.syllabus.planning import NoLongerSo


def move_meeting(session: Session, group: StudyGroup, meeting: Meeting, to: int, *, by_id: int, now: datetime) -> None:
    """Let MEETING stand where meeting number TO stands; those between move up. The days are the same, but for whom.

    Raise DoesNotFit where one of the two stays (it is fixed, over or cancelled), or a lesson would be parted."""
    meetings = lock(session, group)
    if meeting not in meetings:
        raise NoLongerSo
    if meeting.number == to:
        return
    slots, at, there = slots_of(meetings, today_of(group, now)), meetings.index(meeting), to - 1
    if not 0 <= there < len(slots) or slots[at].stays or slots[there].stays:
        raise DoesNotFit("to", _("Only meetings that are to come, and not fixed, change places."), meeting.number)
    given = lessons_at(session, group)
    by_key = {one.id: given[one.number] for one in meetings if one.number in given}
    line = reordered(slots, at, there)
    try:
        check_lessons(session, group, {n: by_key[s.key] for n, s in enumerate(line, 1) if s.key in by_key}, given)
    except DoesNotFit as error:
        words = _("That would part the meetings at which a lesson goes on. Move these first, or change their lessons.")
        raise DoesNotFit("to", words, meeting.number) from error
    moved = place(session, meetings, line)
    settle(session, group)
    tell_of_first(session, group, moved, by_id=by_id, now=now)


class Moved(NamedTuple):
    """A meeting that other holidays concern: it goes from one day to another, or STAYS where nobody meets."""

    meeting: Meeting
    day: date
    then: date

    @property
    def stays(self) -> bool:
        """Whether it stays, for its day is fixed."""
        return self.day == self.then


def moved_by(session: Session, group: StudyGroup, breaks: Sequence[Break], now: datetime) -> list[Moved]:
    """Return what it would move if BREAKS were the holidays of GROUP, by number. Raise DoesNotFit."""
    meetings = meetings_of(session, group.id)
    return _told(meetings, _avoiding(session, group, meetings, breaks, now), breaks, today_of(group, now))


def change_breaks(
    session: Session, group: StudyGroup, breaks: Sequence[Break], *, by_id: int, now: datetime
) -> list[Moved]:
    """Let BREAKS be the holidays of GROUP, and its meetings keep clear of them; return what that moved."""
    meetings = lock(session, group)
    line = _avoiding(session, group, meetings, breaks, now)
    told = _told(meetings, line, breaks, today_of(group, now))
    moved = place(session, meetings, line)
    keep_breaks(session, group.id, breaks)
    settle(session, group)
    tell_of_first(session, group, moved, by_id=by_id, now=now)
    return told


def _avoiding(
    session: Session, group: StudyGroup, meetings: Sequence[Meeting], breaks: Sequence[Break], now: datetime
) -> list[Slot]:
    before, today = rhythm_of(session, group, meetings), today_of(group, now)
    pacing = pacing_of(session, group.id)
    start = pacing.start if pacing is not None else meetings[0].day if meetings else today
    try:
        return avoided(slots_of(meetings, today), before, Rhythm(before.weekdays, tuple(breaks)), max(today, start))
    except NoRoom as error:
        raise DoesNotFit("breaks", _("These holidays leave no day for some of the meetings.")) from error


def _told(meetings: Sequence[Meeting], line: Sequence[Slot], breaks: Sequence[Break], today: date) -> list[Moved]:
    then = {slot.key: slot.day for slot in line}
    found = [Moved(one, one.day, then[one.id]) for one in meetings]
    return [
        one
        for one in found
        if not one.stays
        or (
            one.meeting.cancelled_at is None
            and one.day >= today
            and any(span.first <= one.day <= span.last for span in breaks)
        )
    ]
