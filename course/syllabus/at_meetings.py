"""Which lessons are at work at which meeting, and until when they are due.

A meeting has any number of lessons. A lesson may be at several meetings in a row: the later ones go on with it, and it
is due at the last of them. Only there the assignment is *required*, so that nothing is asked, or counted, twice. Where
replies are due so many days after that meeting, the prompts of the lesson are rounds.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from course.base.errors import DomainError
from course.base.words import _
from course.groups.models import StudyGroup
from course.outline.models import Activity, ActivityKind
from course.rules import due_instant
from course.syllabus.giving import follow_meetings
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment, Meeting

#: Meeting -> its lessons, by number.
Lessons = Mapping[int, tuple[int, ...]]


class DoesNotFit(DomainError):
    """A day or a lesson that a meeting cannot have; `field` says which, `number` at which meeting."""

    status = 422
    title = _("This does not fit")

    def __init__(self, field: str, message: str, number: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.number = number


def lessons_at(session: Session, group: StudyGroup) -> dict[int, tuple[int, ...]]:
    """Return number -> lessons of each meeting of GROUP that is held."""
    at: dict[int, list[int]] = {}
    for meeting, row in live_rows(session, group):
        at.setdefault(meeting.number, []).append(row.activity_id)
    held = [one for one in meetings_of(session, group.id) if one.cancelled_at is None]
    return {one.number: tuple(dict.fromkeys(at.get(one.number, ()))) for one in held}


def lesson_rows(meeting: Meeting) -> Select[Assignment]:
    """Return the query for the assignments of lessons at MEETING to its whole group, withdrawn ones too."""
    return (
        select(Assignment)
        .join(Activity, Activity.id == Assignment.activity_id)
        .where(Assignment.meeting_id == meeting.id, Activity.kind == ActivityKind.lesson)
        .where(~Assignment.targets.any())
        .order_by(Assignment.id)
    )


def given_at(session: Session, meeting: Meeting) -> Sequence[Assignment]:
    """Return the assignments of the lessons that are at MEETING."""
    return session.scalars(lesson_rows(meeting).where(Assignment.withdrawn_at.is_(None))).all()


def live_rows(session: Session, group: StudyGroup) -> list[tuple[Meeting, Assignment]]:
    """Return the meetings of GROUP that are held with the assignment of each of their lessons, in order."""
    rows = session.execute(
        select(Meeting, Assignment)
        .join(Assignment, Assignment.meeting_id == Meeting.id)
        .join(Activity, Activity.id == Assignment.activity_id)
        .where(Meeting.group_id == group.id, Meeting.cancelled_at.is_(None), Assignment.withdrawn_at.is_(None))
        .where(Activity.kind == ActivityKind.lesson, ~Assignment.targets.any())
        .order_by(Meeting.number, Assignment.id)
    )
    return [(meeting, row) for meeting, row in rows]


def give_lessons(
    session: Session, group: StudyGroup, meeting: Meeting, lessons: Sequence[int], *, by_id: int, now: datetime
) -> None:
    """Assign LESSONS at MEETING in place of what was; what was withdrawn stays as it was."""
    kept = set()
    for row in given_at(session, meeting):
        if row.activity_id in lessons and row.activity_id not in kept:
            kept.add(row.activity_id)
        else:
            row.withdrawn_at = now
    own = {"group_id": group.id, "course_id": group.course_id, "meeting_id": meeting.id}
    session.add_all(
        Assignment(**own, activity_id=lesson, made_by_id=by_id, made_at=now)
        for lesson in dict.fromkeys(lessons)
        if lesson not in kept
    )
    session.flush()


def settle(session: Session, group: StudyGroup) -> None:
    """Make each lesson of GROUP required, and due, at the last meeting it is at; before that it is only at work.

    Replies stay due as many days after it as they were. To be called after every change of the meetings and, too, when
    the zone of the group is another: days end there at other moments."""
    session.flush()
    zone = ZoneInfo(group.zone)
    rows = live_rows(session, group)
    last = {row.activity_id: row for _meeting, row in rows}
    replies = {row.activity_id: days for _meeting, row in rows if (days := days_to_reply(row)) is not None}
    for meeting, row in rows:
        row.required = last[row.activity_id] is row
        row.due_at = due_instant(meeting.day, zone) if row.required else None
        row.reply_due_at = _replies_due(meeting, replies.get(row.activity_id), zone) if row.required else None
    follow_meetings(session, group)


def days_to_reply(row: Assignment) -> int | None:
    """Return how many days after it is due replies are; both are the end of a day, which may be an hour off."""
    if row.reply_due_at is None or row.due_at is None:
        return None
    return round((row.reply_due_at - row.due_at) / timedelta(days=1))


def _replies_due(meeting: Meeting, days: int | None, zone: ZoneInfo) -> datetime | None:
    return None if days is None else due_instant(meeting.day + timedelta(days=days), zone)


def replies_after(session: Session, meeting: Meeting) -> int | None:
    """Return how many days after MEETING replies to the posts on its lessons are due, None where none are asked."""
    found = (days_to_reply(row) for row in given_at(session, meeting))
    return next((days for days in found if days is not None), None)


def ask_replies(
    session: Session, group: StudyGroup, meeting: Meeting, days: int | None, only: Collection[int] | None = None
) -> None:
    """Let replies be due so many DAYS after MEETING, for those of its lessons (of ONLY these) that are due there."""
    for row in given_at(session, meeting):
        if row.required and (only is None or row.activity_id in only):
            row.reply_due_at = _replies_due(meeting, days, ZoneInfo(group.zone))
    session.flush()


def check_replies(lessons: Lessons, number: int, days: int | None) -> None:
    """Raise DoesNotFit where replies are asked for DAYS after meeting NUMBER, and none of LESSONS is due there."""
    if days is None:
        return
    if not lessons[number]:
        raise DoesNotFit("replies", _("There is no lesson at this meeting: choose one, or ask for no replies."))
    later = {lesson for other, at_it in lessons.items() if other > number for lesson in at_it}
    if later.issuperset(lessons[number]):
        raise DoesNotFit("replies", _("A later meeting goes on with this lesson: say there when replies are due."))


def check_lessons(
    session: Session, group: StudyGroup, lessons: Lessons, before: Lessons | None = None, changed: int | None = None
) -> None:
    """Raise DoesNotFit unless each of LESSONS may be there; the meeting that is CHANGED takes the blame, else each.

    A lesson may be at several meetings in a row, but none comes back after another, unless it did BEFORE. One that is
    assigned already may stay though it was retired since."""
    wanted = {lesson for number, at_it in lessons.items() if changed in {None, number} for lesson in at_it}
    wanted -= {row.activity_id for _meeting, row in live_rows(session, group)}
    unknown = wanted - _open_ones(session, group, wanted)
    for number, at_it in sorted(lessons.items()):
        if not unknown.isdisjoint(at_it) and changed in {None, number}:
            raise DoesNotFit("lesson", _("Choose a lesson of the course."), changed or number)
    concerned = None
    if changed is not None:
        concerned = {*lessons.get(changed, ()), *(before or {}).get(changed, ())}
    was_so = come_back(before or {})
    for lesson, (first, number) in come_back(lessons).items():
        if lesson not in was_so and (concerned is None or lesson in concerned):
            words = _("This comes back to the lesson of meeting {n}; a meeting can only go on with the one before.")
            raise DoesNotFit("lesson", words.format(n=first), changed or number)


def come_back(lessons: Lessons) -> dict[int, tuple[int, int]]:
    """Return those of LESSONS that come back after others: at which meeting each was first, and where it comes back."""
    first: dict[int, int] = {}
    found: dict[int, tuple[int, int]] = {}
    before: Collection[int] = ()
    for number, at_it in sorted(lessons.items()):
        for lesson in at_it:
            if lesson in first and lesson not in before:
                found.setdefault(lesson, (first[lesson], number))
            first.setdefault(lesson, number)
        before = at_it or before
    return found


def _open_ones(session: Session, group: StudyGroup, wanted: Collection[int]) -> set[int]:
    return set(
        session.scalars(
            select(Activity.id)
            .where(Activity.id.in_(wanted), Activity.course_id == group.course_id)
            .where(Activity.kind == ActivityKind.lesson, Activity.retired_at.is_(None))
            .where(or_(Activity.group_id.is_(None), Activity.group_id == group.id))
        )
    )
