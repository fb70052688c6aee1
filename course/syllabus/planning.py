"""Laying out a study group's meetings and changing them afterwards.

Each meeting has a lesson or none. A lesson may be at several meetings in a row: the later ones go on with it, and it is
due at the last of them. Only there the assignment is *required*, so that nothing is asked, or counted, twice. Where
replies are due so many days after that meeting, the prompts of the lesson are rounds.

What is stored of completion does not hang on what is assigned (a lesson is rolled up from the parts the outline
requires), but for prompts that are rounds, or no longer; progress asks for the assignments each time it is shown. So
nothing is rebuilt here, and who changes when replies are due rebuilds.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from course.base.errors import Conflict, DomainError
from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.records import ASSIGNED, tell_anew
from course.outline.models import Activity, ActivityKind
from course.pacing import Rhythm, current, meeting_days
from course.rules import due_instant
from course.syllabus.giving import follow_meetings
from course.syllabus.meetings import meetings_of, today_of
from course.syllabus.models import Assignment, Meeting

#: More meetings than any course has, and as many as a page can be asked to lay out.
MOST_MEETINGS = 60

#: No replies are awaited longer than this after a meeting, in days.
MOST_DAYS_TO_REPLY = 60

#: The longest title of a meeting, in characters.
LONGEST_TITLE = 120


class AlreadyPlanned(Conflict):
    """Somebody laid out the meetings first."""

    title = _("The meetings are laid out already")
    hint = _("Another organiser or tutor was quicker. Look at the syllabus and change there what should be otherwise.")


class NoLongerSo(Conflict):
    """The meeting is not as the page showed it."""

    title = _("This meeting was changed in the meantime")
    hint = _("Look at the syllabus as it is now, and change there what should be otherwise.")


class DoesNotFit(DomainError):
    """A day or a lesson that a meeting cannot have; `field` says which, `number` at which meeting."""

    status = 422

    def __init__(self, field: str, message: str, number: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.number = number


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
    """Return the meetings of GROUP, laid out on the first days from START on that are WEEKDAY (Monday is 0).

    LESSONS says for each meeting the id of its lesson, None for none, the same again to go on with it. Every student is
    told once. Raise AlreadyPlanned where there are meetings, DoesNotFit for a lesson that cannot stand there."""
    _lock(session, group)
    if meetings_of(session, group.id):
        raise AlreadyPlanned
    _check_lessons(session, group, dict(enumerate(lessons, 1)))
    meetings = [
        Meeting(group_id=group.id, number=number, day=day)
        for number, day in enumerate(meeting_days(start, Rhythm(frozenset({weekday})), len(lessons)), 1)
    ]
    session.add_all(meetings)
    session.flush()
    for meeting, lesson in zip(meetings, lessons, strict=True):
        _give(session, group, meeting, lesson, by_id=by_id, now=now)
    settle(session, group)
    coming = current([meeting.day for meeting in meetings], today_of(group, now))
    if meetings:
        _tell_students(session, group, meetings[coming or 0], by_id=by_id, now=now)
    return meetings


def add_meeting(
    session: Session,
    group: StudyGroup,
    *,
    day: date,
    title: str,
    lesson: int | None,
    by_id: int,
    now: datetime,
    replies: int | None = None,
) -> Meeting:
    """Return a new meeting after the last one of GROUP; tell its students. Raise DoesNotFit.

    REPLIES says how many days after it replies to the posts on its lesson are due, None that none are asked."""
    _lock(session, group)
    before = meetings_of(session, group.id)
    if len(before) >= MOST_MEETINGS:
        raise DoesNotFit("day", _("A study group can have {n} meetings at most.").format(n=MOST_MEETINGS))
    number = before[-1].number + 1 if before else 1
    _check_order({**_days_of(before), number: day}, number)
    lessons = {**_lessons_at(session, group), number: lesson}
    _check_lessons(session, group, lessons, changed=number)
    _check_replies(lessons, number, replies)
    meeting = Meeting(group_id=group.id, number=number, day=day, title=title)
    session.add(meeting)
    session.flush()
    _give(session, group, meeting, lesson, by_id=by_id, now=now)
    settle(session, group)
    _ask_replies(session, group, meeting, replies)
    _tell_if_coming(session, group, meeting, by_id=by_id, now=now)
    return meeting


def change_meeting(
    session: Session,
    group: StudyGroup,
    meeting: Meeting,
    *,
    day: date,
    title: str,
    lesson: int | None,
    by_id: int,
    now: datetime,
    with_later: bool = False,
    replies: int | None = None,
) -> None:
    """Give MEETING this DAY, TITLE and LESSON; WITH_LATER moves the meetings after it by as many days.

    REPLIES is as for `add_meeting`. Students are told where the day, the lesson or the replies are other ones. Raise
    DoesNotFit, NoLongerSo if it was cancelled."""
    _lock(session, group)
    meetings = meetings_of(session, group.id)
    session.refresh(meeting)
    if meeting.cancelled_at is not None:
        raise NoLongerSo
    given, days = _lessons_at(session, group), _days_of(meetings)
    asked = replies_after(session, meeting)
    told = (meeting.day, given[meeting.number], asked) != (day, lesson, replies)
    moved = day - meeting.day
    for number in days:
        if number == meeting.number or (with_later and number > meeting.number):
            days[number] += moved
    _check_order(days, meeting.number)
    lessons = {**given, meeting.number: lesson}
    _check_lessons(session, group, lessons, changed=meeting.number)
    _check_replies(lessons, meeting.number, replies)
    for one in meetings:
        one.day = days.get(one.number, one.day)
    meeting.title = title
    _give(session, group, meeting, lesson, by_id=by_id, now=now)
    settle(session, group)
    if (asked, replies) != (None, None):  # else those stay that its lesson brings along
        _ask_replies(session, group, meeting, replies)
    if told:
        _tell_if_coming(session, group, meeting, by_id=by_id, now=now)


def cancel_meeting(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> None:
    """Cancel MEETING, which keeps its number; its lesson is no longer assigned there. Cancelling twice is once."""
    _lock(session, group)
    session.refresh(meeting)
    if meeting.cancelled_at is not None:
        return
    meeting.cancelled_at = now
    for row in _given_at(session, meeting):
        row.withdrawn_at = now
    settle(session, group)
    _tell_if_coming(session, group, meeting, by_id=by_id, now=now)


def hold_meeting(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> None:
    """Hold MEETING after all, on its day and with its lesson, unless that is elsewhere by now.

    Raise DoesNotFit where its day no longer lies between those of its neighbours."""
    _lock(session, group)
    session.refresh(meeting)
    if meeting.cancelled_at is None:
        return
    withdrawn = session.scalars(_lesson_rows(meeting).where(Assignment.withdrawn_at == meeting.cancelled_at)).first()
    lesson, replies = (withdrawn.activity_id, _days_to_reply(withdrawn)) if withdrawn else (None, None)
    _check_order({**_days_of(meetings_of(session, group.id)), meeting.number: meeting.day}, meeting.number)
    try:
        _check_lessons(session, group, {**_lessons_at(session, group), meeting.number: lesson}, changed=meeting.number)
    except DoesNotFit:
        lesson = None
    meeting.cancelled_at = None
    _give(session, group, meeting, lesson, by_id=by_id, now=now)
    settle(session, group)
    _ask_replies(session, group, meeting, replies)
    _tell_if_coming(session, group, meeting, by_id=by_id, now=now)


def _lock(session: Session, group: StudyGroup) -> None:
    """Let one planner of GROUP at a time go on: what follows looks at all its meetings together."""
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())


def _lesson_rows(meeting: Meeting) -> Select[Assignment]:
    """Return the query for the assignments of lessons at MEETING to its whole group, withdrawn ones too."""
    return (
        select(Assignment)
        .join(Activity, Activity.id == Assignment.activity_id)
        .where(Assignment.meeting_id == meeting.id, Activity.kind == ActivityKind.lesson)
        .where(~Assignment.targets.any())
        .order_by(Assignment.id)
    )


def _given_at(session: Session, meeting: Meeting) -> Sequence[Assignment]:
    return session.scalars(_lesson_rows(meeting).where(Assignment.withdrawn_at.is_(None))).all()


def _days_of(meetings: Sequence[Meeting]) -> dict[int, date]:
    """Return number -> day of those MEETINGS that are held."""
    return {one.number: one.day for one in meetings if one.cancelled_at is None}


def _lessons_at(session: Session, group: StudyGroup) -> dict[int, int | None]:
    """Return number -> lesson, or None, of each meeting of GROUP that is held."""
    at = {meeting.number: row.activity_id for meeting, row in _live_rows(session, group)}
    return {number: at.get(number) for number in _days_of(meetings_of(session, group.id))}


def _live_rows(session: Session, group: StudyGroup) -> list[tuple[Meeting, Assignment]]:
    """Return the meetings of GROUP that are held with the assignment of their lesson, in order."""
    rows = session.execute(
        select(Meeting, Assignment)
        .join(Assignment, Assignment.meeting_id == Meeting.id)
        .join(Activity, Activity.id == Assignment.activity_id)
        .where(Meeting.group_id == group.id, Meeting.cancelled_at.is_(None), Assignment.withdrawn_at.is_(None))
        .where(Activity.kind == ActivityKind.lesson, ~Assignment.targets.any())
        .order_by(Meeting.number, Assignment.id)
    )
    return [(meeting, row) for meeting, row in rows]


def _give(
    session: Session, group: StudyGroup, meeting: Meeting, lesson: int | None, *, by_id: int, now: datetime
) -> None:
    """Assign LESSON at MEETING in place of what was; what was withdrawn stays as it was."""
    kept = False
    for row in _given_at(session, meeting):
        if row.activity_id == lesson:
            kept = True
        else:
            row.withdrawn_at = now
    if lesson is not None and not kept:
        session.add(
            Assignment(
                group_id=group.id,
                course_id=group.course_id,
                activity_id=lesson,
                meeting_id=meeting.id,
                made_by_id=by_id,
                made_at=now,
            )
        )
    session.flush()


def settle(session: Session, group: StudyGroup) -> None:
    """Make each lesson of GROUP required, and due, at the last meeting it is at; before that it is only at work.

    Replies stay due as many days after it as they were. To be called, too, when its zone is another: days end there at
    other moments."""
    session.flush()
    zone = ZoneInfo(group.zone)
    rows = _live_rows(session, group)
    last = {row.activity_id: row for _meeting, row in rows}
    replies = {row.activity_id: days for _meeting, row in rows if (days := _days_to_reply(row)) is not None}
    for meeting, row in rows:
        row.required = last[row.activity_id] is row
        row.due_at = due_instant(meeting.day, zone) if row.required else None
        row.reply_due_at = _replies_due(meeting, replies.get(row.activity_id), zone) if row.required else None
    follow_meetings(session, group)


def _days_to_reply(row: Assignment) -> int | None:
    """Return how many days after it is due replies are; both are the end of a day, which may be an hour off."""
    if row.reply_due_at is None or row.due_at is None:
        return None
    return round((row.reply_due_at - row.due_at) / timedelta(days=1))


def _replies_due(meeting: Meeting, days: int | None, zone: ZoneInfo) -> datetime | None:
    return None if days is None else due_instant(meeting.day + timedelta(days=days), zone)


def replies_after(session: Session, meeting: Meeting) -> int | None:
    """Return how many days after MEETING replies to the posts on its lesson are due, None where none are asked."""
    return next((_days_to_reply(row) for row in _given_at(session, meeting)), None)


def _ask_replies(session: Session, group: StudyGroup, meeting: Meeting, days: int | None) -> None:
    """Let replies be due so many DAYS after MEETING, if its lesson is due there."""
    for row in _given_at(session, meeting):
        if row.required:
            row.reply_due_at = _replies_due(meeting, days, ZoneInfo(group.zone))
    session.flush()


def _check_replies(lessons: Mapping[int, int | None], number: int, days: int | None) -> None:
    """Raise DoesNotFit where replies are asked for DAYS after meeting NUMBER, and no lesson of LESSONS is due there."""
    lesson = lessons[number]
    if days is None:
        return
    if lesson is None:
        raise DoesNotFit("replies", _("There is no lesson at this meeting: choose one, or ask for no replies."))
    if any(later > number and other == lesson for later, other in lessons.items()):
        raise DoesNotFit("replies", _("A later meeting goes on with this lesson: say there when replies are due."))


def _check_order(days: Mapping[int, date], changed: int) -> None:
    """Raise DoesNotFit unless the day of meeting CHANGED lies between those of the meetings before and after it."""
    before = max((number for number in days if number < changed), default=None)
    after = min((number for number in days if number > changed), default=None)
    if before is not None and days[before] >= days[changed]:
        words = _("Meeting {n} is on {day}; choose a later day.")
        raise DoesNotFit("day", words.format(n=before, day=_in_words(days[before])))
    if after is not None and days[after] <= days[changed]:
        words = _("Meeting {n} is on {day}; choose an earlier day, or move the later meetings too.")
        raise DoesNotFit("day", words.format(n=after, day=_in_words(days[after])))


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _check_lessons(
    session: Session, group: StudyGroup, lessons: Mapping[int, int | None], changed: int | None = None
) -> None:
    """Raise DoesNotFit unless each of LESSONS (by number of the meeting) may be there; CHANGED takes the blame.

    A lesson may be at several meetings in a row, but none comes back after another. One that is assigned already may
    stay though it was retired since."""
    wanted = {lesson for number, lesson in lessons.items() if lesson is not None and changed in {None, number}}
    wanted -= {row.activity_id for _meeting, row in _live_rows(session, group)}
    open_ones = frozenset(
        session.scalars(
            select(Activity.id)
            .where(Activity.id.in_(wanted), Activity.course_id == group.course_id)
            .where(Activity.kind == ActivityKind.lesson, Activity.retired_at.is_(None))
            .where(or_(Activity.group_id.is_(None), Activity.group_id == group.id))
        )
    )
    first: dict[int, int] = {}
    before: int | None = None
    for number, lesson in sorted(lessons.items()):
        if lesson is None:
            continue
        if lesson in wanted - open_ones:
            raise DoesNotFit("lesson", _("Choose a lesson of the course."), changed or number)
        if lesson in first and lesson != before:
            words = _("This comes back to the lesson of meeting {n}; a meeting can only go on with the one before.")
            raise DoesNotFit("lesson", words.format(n=first[lesson]), changed or number)
        first.setdefault(lesson, number)
        before = lesson


def _tell_if_coming(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> None:
    """Tell of MEETING unless it is over: setting the record of it right is no news."""
    if meeting.day >= today_of(group, now):
        _tell_students(session, group, meeting, by_id=by_id, now=now)


def _tell_students(session: Session, group: StudyGroup, meeting: Meeting, *, by_id: int, now: datetime) -> None:
    students = session.scalars(
        select(Enrolment.user_id).where(
            Enrolment.group_id == group.id,
            Enrolment.left_at.is_(None),
            Enrolment.role == Role.student,
            Enrolment.user_id != by_id,
        )
    ).all()
    tell_anew(session, students, ASSIGNED, f"meeting:{meeting.id}", now=now)
