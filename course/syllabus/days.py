"""What a study group's syllabus was laid out by, its meetings as `course.pacing` moves them, and putting them there."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.records import ASSIGNED, tell_anew
from course.pacing import Break, Rhythm, Slot
from course.syllabus.at_meetings import DoesNotFit
from course.syllabus.meetings import today_of
from course.syllabus.models import Holiday, Meeting, Pacing

#: Above any number that meetings have: on their way to new numbers they must not meet.
_OUT_OF_THE_WAY = 100_000


def pacing_of(session: Session, group_id: int) -> Pacing | None:
    """Return what the syllabus of a group was laid out by; None where it is older than that, or not laid out."""
    return session.scalar(select(Pacing).where(Pacing.group_id == group_id))


def breaks_of(session: Session, group_id: int) -> tuple[Break, ...]:
    """Return the holidays and breaks of a group, in order."""
    rows = select(Holiday.first, Holiday.last, Holiday.name).where(Holiday.group_id == group_id)
    return tuple(Break(*row) for row in session.execute(rows.order_by(Holiday.first, Holiday.last, Holiday.id)))


def keep_breaks(session: Session, group_id: int, breaks: Iterable[Break]) -> None:
    """Let BREAKS be the holidays and breaks of a group."""
    session.execute(delete(Holiday).where(Holiday.group_id == group_id))
    session.add_all(Holiday(group_id=group_id, first=one.first, last=one.last, name=one.name) for one in breaks)
    session.flush()


def rhythm_of(session: Session, group: StudyGroup, meetings: Sequence[Meeting]) -> Rhythm:
    """Return on which days GROUP, whose MEETINGS these are, meets: as it was laid out, else on that of the last."""
    pacing = pacing_of(session, group.id)
    if pacing is not None:
        weekdays = frozenset(pacing.weekdays)
    else:
        weekdays = frozenset({meetings[-1].day.weekday()}) if meetings else frozenset({0})
    return Rhythm(weekdays, breaks_of(session, group.id))


def lock(session: Session, group: StudyGroup) -> list[Meeting]:
    """Let one planner of GROUP at a time go on, for all its meetings are looked at together; return them as they are
    then, by number, cancelled ones too."""
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())
    theirs = select(Meeting).where(Meeting.group_id == group.id).order_by(Meeting.number)
    return list(session.scalars(theirs.execution_options(populate_existing=True)))


def slots_of(meetings: Iterable[Meeting], today: date) -> list[Slot]:
    """Return MEETINGS as slots: what is fixed, over or cancelled stays."""
    return [Slot(one.id, one.day, one.fixed or one.cancelled_at is not None or one.day < today) for one in meetings]


def place(session: Session, meetings: Iterable[Meeting], slots: Sequence[Slot]) -> list[Meeting]:
    """Give MEETINGS the days of SLOTS, and the numbers that they have in their order; return those that moved."""
    by_id = {one.id: one for one in meetings}
    ordered = [by_id[slot.key] for slot in slots]
    moved = [one for one, slot in zip(ordered, slots, strict=True) if one.day != slot.day]
    for one, slot in zip(ordered, slots, strict=True):
        one.day = slot.day
    number(session, ordered, sorted(one.number for one in ordered))
    return moved


def number(session: Session, meetings: Iterable[Meeting], numbers: Iterable[int]) -> None:
    """Give MEETINGS these NUMBERS."""
    renumbered = [(other, one) for other, one in zip(numbers, meetings, strict=False) if one.number != other]
    for other, one in renumbered:
        one.number = _OUT_OF_THE_WAY + other
    session.flush()
    for other, one in renumbered:
        one.number = other
    session.flush()


def check_day(rhythm: Rhythm, day: date) -> None:
    """Raise DoesNotFit where DAY is in a break."""
    if (found := rhythm.break_on(day)) is not None:
        words = _("On {day} you do not meet ({name}). Choose another day, or change the holidays.")
        raise DoesNotFit("day", words.format(day=in_words(day), name=found.name or _("holidays")))


def check_between(day: date, before: Meeting | None, after: Meeting | None) -> None:
    """Raise DoesNotFit unless DAY lies after meeting BEFORE and before meeting AFTER, where there are such."""
    if before is not None and before.day >= day:
        words = _("Meeting {n} is on {day}; choose a later day.")
        raise DoesNotFit("day", words.format(n=before.number, day=in_words(before.day)))
    if after is not None and after.day <= day:
        words = _("Meeting {n} is on {day}; choose an earlier day, or move the later meetings too.")
        raise DoesNotFit("day", words.format(n=after.number, day=in_words(after.day)))


def in_words(day: date) -> str:
    """Return "3 December 2026"."""
    return f"{day.day} {day:%B %Y}"


def tell_of_first(
    session: Session, group: StudyGroup, meetings: Iterable[Meeting], *, by_id: int, now: datetime
) -> None:
    """Tell the students of GROUP, once, of the first of MEETINGS that is not over: setting right what is is no news."""
    today = today_of(group, now)
    coming = [one for one in meetings if one.day >= today]
    if not coming:
        return
    students = session.scalars(
        select(Enrolment.user_id).where(
            Enrolment.group_id == group.id,
            Enrolment.left_at.is_(None),
            Enrolment.role == Role.student,
            Enrolment.user_id != by_id,
        )
    ).all()
    first = min(coming, key=lambda one: (one.day, one.number))
    tell_anew(session, students, ASSIGNED, f"meeting:{first.id}", now=now)
