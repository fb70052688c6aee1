"""What the meetings of a study group ask of one member, and which of them is this week's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.progress import Progress
from course.completion.records import standing_of
from course.groups.models import Enrolment
from course.rules import due_instant
from course.syllabus.assigned import given_to
from course.syllabus.meetings import Syllabus, syllabus_of, today_of
from course.syllabus.models import Meeting
from kruzhok.today.tasks import LessonTasks, Task, Tasks, tasks_of


@dataclass(frozen=True, slots=True)
class AtMeeting:
    """A meeting with what one member has to do for it: whole lessons, and PARTS that are assigned by themselves."""

    meeting: Meeting
    goes_on: bool
    lessons: Sequence[LessonTasks]
    parts: Sequence[Task]
    due_at: datetime | None
    #: On which day that is for the group; a lesson that goes on is due at a later meeting.
    due_day: date | None
    #: It is due at another moment for this member than was assigned: by an exception, or an accommodation.
    moved: bool
    #: When the week of this meeting began: as the one before ended; that of the first, when one joined.
    since: datetime

    @property
    def title(self) -> str:
        """What it is called: by its own title, else by those of its lessons."""
        return self.meeting.title or "; ".join(one.task.title for one in self.lessons)

    @property
    def asked(self) -> list[Task]:
        """What is asked for it and not done, in order."""
        own = [part for part in self.parts if part.required and part.state.value != "done"]
        return [task for lesson in self.lessons for task in lesson.asked] + own

    @property
    def minutes(self) -> int:
        """The minutes that what is asked still takes."""
        own = sum(task.minutes for task in self.asked if task in self.parts)
        return sum(lesson.minutes for lesson in self.lessons) + own


@dataclass(frozen=True, slots=True)
class Weeks:
    """The meetings of a group by number as one member has them; which is at hand; what was due and is not done.

    BESIDE is what was assigned for no meeting, LATER what was besides the lessons for another than the one at hand."""

    meetings: Sequence[AtMeeting]
    this_week: AtMeeting | None
    late: Sequence[Task]
    today: date
    beside: Sequence[Task] = ()
    later: Sequence[Task] = ()

    @property
    def coming(self) -> list[AtMeeting]:
        """The meetings that will be held after the one at hand."""
        at = self.this_week.meeting.number if self.this_week else 0
        later = [one for one in self.meetings if one.meeting.number > at and one.meeting.cancelled_at is None]
        return later if self.this_week else []

    @property
    def asked_beside(self) -> list[Task]:
        """What is asked besides the lessons and not done: what was due; what is for no meeting, or a later one."""
        late = [task for task in self.late if not task.lesson_number]
        asked = [task for task in (*self.beside, *self.later) if task.required and task.state is not State.done]
        return [*late, *(task for task in asked if not task.late)]

    def when(self, one: AtMeeting) -> str:
        """Return "cancelled", "past", "now" or "next" of a meeting."""
        if one.meeting.cancelled_at is not None:
            return "cancelled"
        if one is self.this_week:
            return "now"
        return "past" if one.meeting.day < self.today else "next"


def weeks(enrolment: Enrolment, syllabus: Syllabus, tasks: Tasks, now: datetime) -> Weeks:
    """Return the meetings of SYLLABUS with those of TASKS that are at work there."""
    assert enrolment.group is not None
    zone, today = ZoneInfo(enrolment.group.zone), today_of(enrolment.group, now)
    by_id = {lesson.task.id: lesson for lesson in tasks.lessons}
    parts = {part.id: part for part in (*(part for lesson in tasks.lessons for part in lesson.parts), *tasks.beside)}
    found: list[AtMeeting] = []
    before: Meeting | None = None
    for planned in syllabus.meetings:
        since = due_instant(before.day, zone) if before else enrolment.joined_at
        due_at = max(filter(None, map(syllabus.due_of, planned.activity_ids)), default=None)
        found.append(
            AtMeeting(
                meeting=planned.meeting,
                goes_on=planned.goes_on,
                lessons=[lesson for key, lesson in by_id.items() if key in planned.activity_ids],
                parts=[parts[key] for key in planned.activity_ids if key in parts],
                due_at=due_at,
                due_day=due_at.astimezone(zone).date() if due_at else None,
                moved=any(map(syllabus.is_moved, planned.activity_ids)),
                since=since,
            )
        )
        before = planned.meeting if planned.meeting.cancelled_at is None else before
    at_hand = syllabus.at_hand(today)
    this_week = next((one for one in found if at_hand and one.meeting is at_hand.meeting), None)
    late = [task for lesson in tasks.lessons for task in lesson.asked if task.late]
    at_meetings = {key for planned in syllabus.meetings for key in planned.activity_ids}
    beside = [task for task in tasks.beside if task.id not in at_meetings]
    known = {task.id for task in late}
    late += [task for task in tasks.beside if task.late and task.id not in known]
    now_asked = {part.id for part in this_week.parts} if this_week else set()
    later = [task for task in tasks.beside if task.id in at_meetings - now_asked]
    return Weeks(found, this_week, late, today, beside, later)


def weeks_of(session: Session, enrolment: Enrolment, now: datetime) -> tuple[Weeks, Progress]:
    """Return the meetings of the group of ENROLMENT as it has them, and its progress. Eight queries, one
    more where there are rounds."""
    given = given_to(session, [enrolment])
    standing, syllabus = standing_of(session, enrolment, given), syllabus_of(session, enrolment, given)
    tasks = tasks_of(session, enrolment, standing, syllabus, now, enrolment.user.pace)
    return weeks(enrolment, syllabus, tasks, now), standing.progress
