"""What the places of a user need of them, by when, and how long it takes: of the one that is looked at all of it, of
each other the first thing. What has a date has that of the calendar."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.groups.models import Enrolment
from course.syllabus.chairing import chair_of
from kruzhok.calendar.dates import CLOSES, DUE, MEETING, REPLIES, Dated
from kruzhok.today.tasks import LessonTasks, Task
from kruzhok.today.week import AtMeeting, Weeks

#: How far ahead it is said what has a date besides what the meeting at hand asks.
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one place asks: for the meeting at hand; of a lesson one is in besides; of what is for no meeting; and what
    else has a date SOON. LATE was due before and is not done. TO_MARK essays wait for a tutor."""

    lesson: LessonTasks | None = None
    week: AtMeeting | None = None
    #: Who leads the meeting at hand.
    chair: Enrolment | None = None
    beside: Sequence[Task] = ()
    late: Sequence[Task] = ()
    soon: Sequence[Dated] = ()
    to_mark: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to be said of it."""
        return not (self.lesson or self.week or self.beside or self.late or self.soon or self.to_mark)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another place needs first: something asked, or the meeting that comes; None where nothing has a date.
    MINUTES is how long what is asked until then takes; IS_LATE says that something was due before."""

    place: Enrolment
    first: Dated | None
    minutes: int
    is_late: bool
    to_mark: int = 0


def asked_in(
    place: Enrolment,
    weeks: Weeks | None,
    here: LessonTasks | None,
    dates: Iterable[Dated],
    now: datetime,
    to_mark: int,
) -> Asked:
    """Return what PLACE asks: by WEEKS in a study group, HERE being the lesson in which one goes on. DATES are those of
    the user. No query where the meetings were read with who leads them."""
    week = weeks.this_week if weeks else None
    lesson = here if here is not None and here.asked and not (week and here in week.lessons) else None
    shown = {task.id for task in lesson.asked} if lesson else set()
    late = [task for task in weeks.late if task.id not in shown] if weeks else []
    return Asked(
        lesson=lesson,
        week=week,
        chair=chair_of(week.meeting) if week else None,
        beside=[task for task in (weeks.asked_beside if weeks else ()) if not task.late and task.id not in shown],
        late=late,
        soon=_soon([one for one in dates if one.enrolment_id == place.id], week, shown, now),
        to_mark=to_mark,
    )


def _soon(dates: Sequence[Dated], week: AtMeeting | None, shown: Collection[int], now: datetime) -> list[Dated]:
    """Return those of DATES that come soon and are not said with what the meeting of WEEK asks, or what is SHOWN.

    What is due at a meeting is said by the meeting."""
    said = set(shown)
    if week:
        said |= {task.id for task in week.parts} | {task.id for one in week.lessons for task in (one.task, *one.parts)}
    coming = [one for one in dates if is_to_come(one, now)]
    at_meetings = {(activity_id, one.day) for one in coming if needs(one) for activity_id in one.activity_ids}
    found = []
    for one in coming:
        if one.moment >= now + SOON or (one.done and one.kind != MEETING):
            continue
        is_said = one.number == week.meeting.number if week and one.kind == MEETING else False
        if one.task is not None and one.kind in {DUE, REPLIES}:
            is_said = one.task.id in said or (one.kind == DUE and (one.task.id, one.day) in at_meetings)
        if not is_said:
            found.append(one)
    return found


def elsewhere(
    places: Iterable[Enrolment], dates: Sequence[Dated], to_mark: Mapping[int, int], now: datetime
) -> list[Elsewhere]:
    """Return what each of PLACES needs first by those of DATES that are its own: what comes first before the others.
    TO_MARK is group -> how many essays wait for the user there."""
    found = []
    for place in places:
        its = [one for one in dates if one.enrolment_id == place.id]
        first = next((one for one in its if is_to_come(one, now) and needs(one)), None)
        takes: dict[int, int] = {}
        for one in its if first else ():
            if first and one.asked and one.kind == DUE and is_to_come(one, now) and one.day <= first.day:
                takes.update(one.takes)
        late = any(is_late(one, now) for one in its)
        found.append(Elsewhere(place, first, sum(takes.values()), late, to_mark.get(place.group_id or 0, 0)))
    return sorted(found, key=lambda one: (one.first is None, one.first.moment if one.first else now))


def needs(one: Dated) -> bool:
    """Return whether ONE is a meeting that is held, or asks something of this member that is not done."""
    if one.kind == MEETING:
        return not one.cancelled
    return one.asked and one.kind in {DUE, REPLIES, CLOSES}


def is_to_come(one: Dated, now: datetime) -> bool:
    """Return whether ONE is not over: a meeting is there all day."""
    return one.day >= now.astimezone(one.zone).date() if one.kind == MEETING else one.moment >= now


def is_late(one: Dated, now: datetime) -> bool:
    """Return whether ONE was due, is asked, and is not done."""
    return one.asked and one.kind in {DUE, REPLIES} and one.moment < now
