"""Cancelling a meeting, holding it after all, and taking one out that was put in by mistake."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import StudyGroup
from course.notices.models import Notice
from course.pacing import NoRoom, closed, reopened
from course.syllabus.at_meetings import (
    DoesNotFit,
    ask_replies,
    check_lessons,
    days_to_reply,
    give_lessons,
    given_at,
    lesson_rows,
    lessons_at,
    replies_after,
    settle,
)
from course.syllabus.days import in_words, lock, number, place, rhythm_of, slots_of, tell_of_first
from course.syllabus.meetings import today_of
from course.syllabus.models import Assignment, Meeting, RelativeDate


class SomethingHangsOnIt(Conflict):
    """A meeting that cannot be taken out of the syllabus as if it had never been there."""

    title = _("This meeting cannot be taken out")
    hint = _("Cancel it instead: it keeps its number then, and what hangs on it.")


def cancel_meeting(
    session: Session,
    group: StudyGroup,
    meeting: Meeting,
    *,
    by_id: int,
    now: datetime,
    close_up: bool = False,
    pass_on: bool = False,
) -> None:
    """Cancel MEETING, which keeps its number; its lessons are no longer assigned there. Cancelling twice is once.

    CLOSE_UP lets the later ones take the day of the one before each; PASS_ON gives the lessons to the next that is
    held, if there is one."""
    meetings = lock(session, group)
    if meeting.cancelled_at is not None:
        return
    passed, replies = [row.activity_id for row in given_at(session, meeting)], replies_after(session, meeting)
    slots, at = slots_of(meetings, today_of(group, now)), meetings.index(meeting)
    moved = place(session, meetings, closed(slots, at, rhythm_of(session, group, meetings))) if close_up else []
    meeting.cancelled_at = now
    for row in given_at(session, meeting):
        row.withdrawn_at = now
    following = _following(meetings, meeting) if pass_on and passed else None
    if following is not None:
        there = [row.activity_id for row in given_at(session, following)]
        give_lessons(session, group, following, [*there, *passed], by_id=by_id, now=now)
    settle(session, group)
    if following is not None and replies is not None:
        ask_replies(session, group, following, replies, only=set(passed) - set(there))
    tell_of_first(session, group, [meeting, *moved], by_id=by_id, now=now)


def hold_meeting(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> None:
    """Hold MEETING after all, on its day and with its lessons, unless these are elsewhere by now.

    Lessons that were passed on when it was cancelled come back to it. Where another is on its day by now, that one and
    those after it move on. Raise DoesNotFit where that one stays, because it is fixed or over."""
    meetings = lock(session, group)
    if meeting.cancelled_at is None:
        return
    slots = slots_of(meetings, today_of(group, now))
    for one, slot in zip(meetings, slots, strict=True):
        if one.cancelled_at is None and slot.stays and slot.day == meeting.day:
            words = _("Meeting {n} is on {day} by now. Move it first, or add a meeting on another day.")
            raise DoesNotFit("day", words.format(n=one.number, day=in_words(slot.day)))
    try:
        line = reopened(slots, meetings.index(meeting), rhythm_of(session, group, meetings))
    except NoRoom as error:
        raise DoesNotFit("day", _("The holidays leave no day for the last meeting.")) from error
    moved = place(session, meetings, line) if line != slots else []
    rows = session.scalars(lesson_rows(meeting).where(Assignment.withdrawn_at == meeting.cancelled_at)).all()
    replies = next((days for row in rows if (days := days_to_reply(row)) is not None), None)
    wanted = list(dict.fromkeys(row.activity_id for row in rows))
    _take_back(session, _following(meetings, meeting), wanted, meeting.cancelled_at, now)
    meeting.cancelled_at = None
    session.flush()
    lessons = _fitting(session, group, meeting.number, wanted)
    give_lessons(session, group, meeting, lessons, by_id=by_id, now=now)
    settle(session, group)
    ask_replies(session, group, meeting, replies)
    tell_of_first(session, group, [meeting, *moved], by_id=by_id, now=now)


def _fitting(session: Session, group: StudyGroup, number: int, wanted: Sequence[int]) -> list[int]:
    """Return those lessons that are WANTED at meeting NUMBER and may be there by now."""
    found: list[int] = []
    before = lessons_at(session, group)
    for lesson in wanted:
        try:
            check_lessons(session, group, {**before, number: (*found, lesson)}, before)
        except DoesNotFit:
            continue
        found.append(lesson)
    return found


def _take_back(
    session: Session, following: Meeting | None, lessons: Sequence[int], passed_at: datetime, now: datetime
) -> None:
    """Withdraw those of LESSONS that were passed on to the meeting FOLLOWING at that moment."""
    for row in given_at(session, following) if following is not None else ():
        if row.activity_id in lessons and row.made_at == passed_at:
            row.withdrawn_at = now
    session.flush()


def _following(meetings: Sequence[Meeting], meeting: Meeting) -> Meeting | None:
    """Return which of MEETINGS is the next that is held after MEETING."""
    later = [one for one in meetings if one.cancelled_at is None and one.number > meeting.number]
    return min(later, key=lambda one: one.number, default=None)


def remove_meeting(
    session: Session,
    group: StudyGroup,
    meeting: Meeting,
    *,
    by_id: int,
    now: datetime,
    close_up: bool,
    used: bool = False,
) -> None:
    """Take MEETING out of the syllabus as if it had never been there; those after it have other numbers then.

    Its lessons fall out; CLOSE_UP is as for `cancel_meeting`. Raise SomethingHangsOnIt where it is over, something else
    is given for it, or the caller knows that it is USED."""
    meetings = lock(session, group)
    if meeting not in meetings:
        return
    today = today_of(group, now)
    if meeting.day < today:
        raise SomethingHangsOnIt(_("It is over."))
    if used or is_awaited(session, meeting):
        raise SomethingHangsOnIt(_("Something is given for it, or was put or written down there."))
    slots, at = slots_of(meetings, today), meetings.index(meeting)
    if close_up and meeting.cancelled_at is None:
        slots = closed(slots, at, rhythm_of(session, group, meetings))
    for row in session.scalars(lesson_rows(meeting)):
        row.withdrawn_at, row.meeting_id = row.withdrawn_at or now, None
    session.flush()
    session.execute(delete(Notice).where(Notice.ref == f"meeting:{meeting.id}"))
    session.delete(meeting)
    session.flush()
    left = [one for one in meetings if one is not meeting]
    number(session, left, count(1))
    moved = place(session, left, [slot for slot in slots if slot.key != meeting.id])
    settle(session, group)
    tell_of_first(session, group, moved, by_id=by_id, now=now)


def is_awaited(session: Session, meeting: Meeting) -> bool:
    """Return whether something besides lessons for all is, or was, due by MEETING."""
    lessons = {row.id for row in session.scalars(lesson_rows(meeting))}
    given = session.scalars(select(Assignment.id).where(Assignment.meeting_id == meeting.id))
    relative = select(RelativeDate.id).where(RelativeDate.meeting_id == meeting.id).limit(1)
    return not lessons.issuperset(given) or session.scalar(relative) is not None
