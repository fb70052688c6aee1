"""Laying out a study group's meetings and changing them afterwards.

Days are those of `course.pacing`: meetings that move hand on the days they have, and what is fixed, over or cancelled
stays where it is. Numbers go by the days, from 1 on without gaps. What was done stays: an assignment that falls out is
withdrawn and kept, work on it is never touched, and what is done is not late, wherever its meeting goes.

What is stored of completion does not hang on what is assigned (a lesson is rolled up from the parts the outline
requires), but for prompts that are rounds, or no longer; progress asks for the assignments each time it is shown. So
nothing is rebuilt here, and who changes when replies are due rebuilds.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import StudyGroup
from course.pacing import Break, NoRoom, Rhythm, Slot, followed, meeting_days, opened
from course.syllabus.at_meetings import (
    DoesNotFit,
    ask_replies,
    check_lessons,
    check_replies,
    give_lessons,
    lessons_at,
    replies_after,
    settle,
)
from course.syllabus.cancelling import cancel_meeting, hold_meeting
from course.syllabus.days import (
    check_between,
    check_day,
    in_words,
    keep_breaks,
    lock,
    pacing_of,
    place,
    rhythm_of,
    slots_of,
    tell_of_first,
)
from course.syllabus.meetings import today_of
from course.syllabus.models import Meeting, Pacing

__all__ = [
    "AlreadyPlanned", "DoesNotFit", "Hours", "Meeting", "NoLongerSo", "add_meeting", "cancel_meeting", "change_meeting",
    "days_of", "hold_meeting", "lay_out", "plan_meetings", "replies_after", "settle",
]  # fmt: skip

#: More meetings than any course has, and as many as a page can be asked to lay out.
MOST_MEETINGS = 60

#: No replies are awaited longer than this after a meeting, in days.
MOST_DAYS_TO_REPLY = 60

#: The longest title of a meeting, and the longest name of where it is, in characters.
LONGEST_TITLE = 120
LONGEST_PLACE = 120

#: What a slot is known by before its meeting is stored.
_NEW = 0


class AlreadyPlanned(Conflict):
    """Somebody laid out the meetings first."""

    title = _("The meetings are laid out already")
    hint = _("Another organiser or tutor was quicker. Look at the syllabus and change there what should be otherwise.")


class NoLongerSo(Conflict):
    """The meeting is not as the page showed it."""

    title = _("This meeting was changed in the meantime")
    hint = _("Look at the syllabus as it is now, and change there what should be otherwise.")


class Hours(NamedTuple):
    """When a meeting begins by the clocks of its group, how many minutes it lasts, and where it is."""

    begins: time | None = None
    lasts: int | None = None
    where: str = ""


def lay_out(
    session: Session,
    group: StudyGroup,
    pacing: Pacing,
    breaks: Sequence[Break],
    lessons: Sequence[Sequence[int]],
    *,
    by_id: int,
    now: datetime,
    titles: Sequence[str] = (),
) -> list[Meeting]:
    """Return the meetings of GROUP, laid out by PACING between BREAKS, which both are kept, for what comes later.

    There is one meeting for each of LESSONS, which are the ids of those at work there; it has the hour and the place of
    PACING, and one of TITLES, as far as they go. Every student is told once. Raise AlreadyPlanned where there are
    meetings, DoesNotFit for a lesson that cannot stand there, and where there are too few days."""
    if lock(session, group):
        raise AlreadyPlanned
    if len(lessons) > MOST_MEETINGS:
        raise DoesNotFit("pace", _("A study group can have {n} meetings at most.").format(n=MOST_MEETINGS))
    check_lessons(session, group, {number: tuple(at_it) for number, at_it in enumerate(lessons, 1)})
    days = days_of(pacing, breaks, len(lessons))
    if (old := pacing_of(session, group.id)) is not None and old is not pacing:
        session.delete(old)
        session.flush()
    pacing.group_id = group.id
    session.add(pacing)
    keep_breaks(session, group.id, breaks)
    hours = {"begins": pacing.begins, "lasts": pacing.lasts, "where": pacing.where or ""}
    meetings = [Meeting(group_id=group.id, number=number, day=day, **hours) for number, day in enumerate(days, 1)]
    for meeting, title in zip(meetings, titles, strict=False):
        meeting.title = title
    session.add_all(meetings)
    session.flush()
    for meeting, at_it in zip(meetings, lessons, strict=True):
        give_lessons(session, group, meeting, at_it, by_id=by_id, now=now)
    settle(session, group)
    tell_of_first(session, group, meetings, by_id=by_id, now=now)
    return meetings


def days_of(pacing: Pacing, breaks: Sequence[Break], count: int) -> list[date]:
    """Return the days of so many meetings by PACING, which need not be stored. Raise DoesNotFit."""
    try:
        return meeting_days(pacing.start, Rhythm(frozenset(pacing.weekdays), tuple(breaks)), count, pacing.ends)
    except NoRoom as error:
        raise DoesNotFit("ends" if pacing.ends else "breaks", _too_few(pacing, error.found, count)) from error


def _too_few(pacing: Pacing, found: Sequence[date], count: int) -> str:
    if pacing.ends is None:
        return _("These holidays leave no room for {n} meetings.").format(n=count)
    words = _(
        "{n} meetings do not fit: until {day} there are {found} days to meet on. Choose a later last day, a quicker "
        "pace or more days of the week."
    )
    return words.format(n=count, day=in_words(pacing.ends), found=len(found))


def plan_meetings(
    session: Session,
    group: StudyGroup,
    *,
    start: date,
    weekday: int,
    lessons: Sequence[int | None],
    by_id: int,
    now: datetime,
) -> list[Meeting]:
    """Return the meetings of GROUP, laid out weekly on WEEKDAY (Monday is 0), from START on.

    LESSONS says for each meeting the id of its lesson, None for none, the same again to go on with it."""
    pacing = Pacing(start=start, weekdays=[weekday], lessons=1, meetings=1, where="")
    at_each = [() if lesson is None else (lesson,) for lesson in lessons]
    return lay_out(session, group, pacing, (), at_each, by_id=by_id, now=now)


def add_meeting(
    session: Session,
    group: StudyGroup,
    *,
    day: date | None,
    title: str,
    lessons: Sequence[int],
    by_id: int,
    now: datetime,
    before: Meeting | None = None,
    replies: int | None = None,
    hours: Hours | None = None,
    latest: int | None = None,
) -> Meeting:
    """Return a new meeting of GROUP, before the meeting BEFORE or after all; tell the students. Raise DoesNotFit.

    On DAY it is fixed, if there is one before which it is put or it is no day of the group's; without a day it takes
    that of the meeting it is put before, and those from there on move on by one. REPLIES says how many days after it
    replies to the posts on its lessons are due, None that none are asked. LATEST is the id of the newest meeting that
    whoever adds it knew of; raise NoLongerSo where there is a newer one."""
    meetings = lock(session, group)
    newest = max((one.id for one in meetings), default=0)
    if latest is not None and latest != newest:
        raise NoLongerSo
    if len(meetings) >= MOST_MEETINGS:
        raise DoesNotFit("day", _("A study group can have {n} meetings at most.").format(n=MOST_MEETINGS))
    rhythm, today = rhythm_of(session, group, meetings), today_of(group, now)
    given, fixed = lessons_at(session, group), False
    if day is None:
        slots = _moved_on(meetings, before, rhythm, today)
    else:
        check_day(rhythm, day)
        check_between(day, *_around(meetings, before))
        fixed = before is not None or (bool(meetings) and not rhythm.has(day))
        slots = sorted([*slots_of(meetings, today), Slot(_NEW, day, fixed)], key=lambda slot: slot.day)
    number = next(n for n, slot in enumerate(slots, 1) if slot.key == _NEW)
    then = {**_in_line(slots, meetings, given), number: tuple(lessons)}
    check_lessons(session, group, then, changed=number)
    check_replies(then, number, replies)
    hours = hours or Hours()
    new = Meeting(group_id=group.id, number=len(meetings) + 1, day=slots[number - 1].day, title=title, fixed=fixed)
    new.begins, new.lasts, new.where = hours
    session.add(new)
    session.flush()
    placed = [slot._replace(key=new.id) if slot.key == _NEW else slot for slot in slots]
    moved = place(session, [*meetings, new], placed)
    give_lessons(session, group, new, lessons, by_id=by_id, now=now)
    settle(session, group)
    ask_replies(session, group, new, replies)
    tell_of_first(session, group, [new, *moved], by_id=by_id, now=now)
    return new


def _moved_on(meetings: Sequence[Meeting], before: Meeting | None, rhythm: Rhythm, today: date) -> list[Slot]:
    """Return the slots of MEETINGS with a new one before the meeting BEFORE, those from there on moved on by one."""
    if not meetings:
        raise DoesNotFit("day", _("Choose a day."))
    at = len(meetings) if before is None else next(n for n, one in enumerate(meetings) if one.id == before.id)
    while at < len(meetings) and meetings[at].cancelled_at is not None:
        at += 1
    slots = slots_of(meetings, today)
    if at < len(slots) and slots[at].stays:
        words = _("Meeting {n} stays on {day}: it is fixed, or over. Say on which day before it the new one is.")
        raise DoesNotFit("day", words.format(n=meetings[at].number, day=in_words(meetings[at].day)))
    try:
        return opened(slots, at, _NEW, rhythm)
    except NoRoom as error:
        raise DoesNotFit("day", _("The holidays leave no day for the last meeting.")) from error


def _around(meetings: Sequence[Meeting], before: Meeting | None) -> tuple[Meeting | None, Meeting | None]:
    """Return the meetings that are held next before and after a place before the meeting BEFORE, or after all."""
    at = len(meetings) if before is None else next(n for n, one in enumerate(meetings) if one.id == before.id)
    earlier = [one for one in meetings[:at] if one.cancelled_at is None]
    later = [one for one in meetings[at:] if one.cancelled_at is None]
    return (earlier[-1] if earlier else None), (later[0] if later else None)


def change_meeting(
    session: Session,
    group: StudyGroup,
    meeting: Meeting,
    *,
    day: date,
    title: str,
    lessons: Sequence[int],
    by_id: int,
    now: datetime,
    with_later: bool = False,
    replies: int | None = None,
    fixed: bool | None = None,
    hours: Hours | None = None,
) -> None:
    """Give MEETING this DAY, TITLE, LESSONS and HOURS, if any are said; WITH_LATER takes the later meetings along.

    Those that are fixed stay. Moved alone it is FIXED from then on; else it is so as was said, if it was. REPLIES is as
    for `add_meeting`. Students are told where the day, the hour, the lessons or the replies are other ones. Raise
    DoesNotFit, NoLongerSo if it was cancelled."""
    meetings = lock(session, group)
    if meeting not in meetings or meeting.cancelled_at is not None:
        raise NoLongerSo
    given, asked, elsewhere = lessons_at(session, group), replies_after(session, meeting), day != meeting.day
    begins = meeting.begins if hours is None else hours.begins
    was = (meeting.day, set(given[meeting.number]), asked, meeting.begins)
    told = was != (day, set(lessons), replies, begins)
    slots, goes_on = slots_of(meetings, today_of(group, now)), None
    if elsewhere:
        slots, goes_on = _moved(meetings, meeting, day, slots, rhythm_of(session, group, meetings), with_later)
    before = _in_line(slots, meetings, given)
    number = next(n for n, slot in enumerate(slots, 1) if slot.key == meeting.id)
    then = {**before, number: tuple(lessons)}
    check_lessons(session, group, then, before, changed=number)
    check_replies(then, number, replies)
    moved = place(session, meetings, slots)
    if goes_on is not None and (pacing := pacing_of(session, group.id)) is not None:
        pacing.weekdays = sorted(goes_on.weekdays)
    if elsewhere or fixed is not None:
        meeting.fixed = not with_later if elsewhere else bool(fixed)
    meeting.title = title
    if hours is not None:
        meeting.begins, meeting.lasts, meeting.where = hours
    give_lessons(session, group, meeting, lessons, by_id=by_id, now=now)
    settle(session, group)
    if (asked, replies) != (None, None):  # else those stay that its lessons bring along
        ask_replies(session, group, meeting, replies)
    tell_of_first(session, group, [meeting, *moved] if told else moved, by_id=by_id, now=now)


def _in_line(
    slots: Sequence[Slot], meetings: Sequence[Meeting], lessons: dict[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Return LESSONS, which are by the numbers that MEETINGS have, by those they have when they stand as SLOTS do."""
    at = {one.id: lessons[one.number] for one in meetings if one.number in lessons}
    return {n: at[slot.key] for n, slot in enumerate(slots, 1) if slot.key in at}


def _moved(
    meetings: Sequence[Meeting], meeting: Meeting, day: date, slots: list[Slot], rhythm: Rhythm, with_later: bool
) -> tuple[list[Slot], Rhythm | None]:
    """Return SLOTS, those of MEETINGS, when MEETING is on DAY, alone or with the later ones; and in which rhythm the
    group goes on, where that is another. Raise DoesNotFit."""
    check_day(rhythm, day)
    at = meetings.index(meeting)
    held = [n for n, one in enumerate(meetings) if one.cancelled_at is None]
    earlier = next((meetings[n] for n in reversed(held) if n < at), None)
    later = next((meetings[n] for n in held if n > at and (slots[n].stays or not with_later)), None)
    check_between(day, earlier, later)
    if not with_later:
        alone = [slot._replace(day=day) if n == at else slot for n, slot in enumerate(slots)]
        return sorted(alone, key=lambda slot: slot.day), None
    try:
        line, goes_on = followed(slots, at, day, rhythm)
    except NoRoom as error:
        raise DoesNotFit("day", _("The holidays leave no day for the last meeting.")) from error
    return line, goes_on if goes_on != rhythm else None
