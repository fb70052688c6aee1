"""What is to be done next, and why: the page of the day, the front door and letters say it alike.

*Go on from here* is where one really was: an answer begun before anything else, then the lesson last worked in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from course.completion.models import State
from course.completion.records import standing_of
from course.groups.enrolments import choose, live_places_of
from course.groups.models import Enrolment
from course.syllabus.assigned import given_to
from course.syllabus.meetings import syllabus_of
from course.users.models import User
from kruzhok.paths import followed
from kruzhok.today.acts import LastActs, last_acts
from kruzhok.today.tasks import LessonTasks, Task, tasks_of
from kruzhok.today.week import AtMeeting, Weeks, weeks

#: Why *go on* leads where it leads.
ATTEMPT, DRAFT, HERE, BEGIN, NEXT, DONE = "attempt", "draft", "here", "begin", "next", "done"
WEEK, BESIDE = "week", "beside"


@dataclass(frozen=True, slots=True)
class GoOn:
    """The one thing to do next. REASON is one of the words above; with *done* there is nothing that must be done."""

    reason: str
    task: Task
    attempt_id: int | None = None
    at: datetime | None = None
    #: With *week*: the meeting it is for.
    week: AtMeeting | None = None


def latest_enrolment(session: Session, user: User, place: str | None = None) -> Enrolment | None:
    """Return the enrolment USER last did something in, with course and group; in that PLACE (a group's slug, ALONE)."""
    return choose(live_places_of(session, user), place)


def go_on_for(session: Session, enrolment: Enrolment, now: datetime) -> GoOn | None:
    """Return only where to go on, for a page that shows no more of the plan. Six queries, four more in a group,
    one more where there are rounds."""
    given = given_to(session, [enrolment])
    standing, syllabus = standing_of(session, enrolment, given), syllabus_of(session, enrolment, given)
    tasks = tasks_of(session, enrolment, standing, syllabus, now, enrolment.user.pace)
    group = weeks(enrolment, syllabus, tasks, now) if enrolment.group else None
    return go_on_from(session, enrolment, tasks.lessons, group)


def go_on_from(
    session: Session, enrolment: Enrolment, lessons: Sequence[LessonTasks], group: Weeks | None
) -> GoOn | None:
    """Return where ENROLMENT goes on in LESSONS, and in what the meetings of its GROUP ask. One query."""
    return go_on_after(last_acts(session, enrolment), enrolment, lessons, group)


def go_on_after(
    acts: LastActs, enrolment: Enrolment, lessons: Sequence[LessonTasks], group: Weeks | None
) -> GoOn | None:
    """Return where ENROLMENT, which did ACTS last, goes on in LESSONS, and in what the meetings of its GROUP ask."""
    beside = group.asked_beside if group else ()
    return decide(lessons, acts, group.this_week if group else None, beside, followed(enrolment))


def decide(
    lessons: Sequence[LessonTasks],
    acts: LastActs,
    week: AtMeeting | None = None,
    beside: Sequence[Task] = (),
    path: Sequence[str] = (),
) -> GoOn | None:
    """Return where to go on, None where there is nothing. Pure.

    First an attempt that is open; then what the WEEK of the study group asks, unless something was done since it began;
    then a draft, if it was saved after everything else; then what the lesson last worked in still asks, in order; then
    what the week asks; then the first lesson after it, and round to the beginning, that asks something; then what is
    asked BESIDE the lessons, which comes first where nothing was begun yet. On a PATH (slugs) its lessons come in its
    order, before the others."""
    lessons = along(lessons, path)
    besides = GoOn(BESIDE, _first_beside(lessons, beside)) if beside else None
    if not lessons:
        return besides
    tasks = {task.id: task for lesson in lessons for task in (lesson.task, *lesson.parts)}
    if acts.open_attempt is not None and (task := tasks.get(acts.open_attempt.activity_id or 0)):
        return GoOn(ATTEMPT, task, acts.open_attempt.id, acts.open_attempt.started_at)
    newest = max((act for act in (acts.draft, acts.other) if act and act.activity_id in tasks), key=_when, default=None)
    this_week = for_the_meeting(week)
    if newest is None or (this_week and week and newest.at < week.since):
        return this_week or besides or _begin(lessons, BEGIN)
    worked = tasks[newest.activity_id]
    if newest is acts.draft and worked.state is not State.done:
        return GoOn(DRAFT, worked, at=newest.at)
    at = next(place for place, lesson in enumerate(lessons) if lesson.task.ident == worked.lesson_ident)
    if lessons[at].asked:
        return GoOn(HERE, lessons[at].asked[0], at=newest.at)
    after = sorted([*lessons[at + 1 :], *lessons[:at]], key=lambda one: one.task.ident not in path)
    return this_week or _begin(after, NEXT) or besides or GoOn(DONE, lessons[at].task, at=newest.at)


def along(lessons: Sequence[LessonTasks], path: Sequence[str]) -> list[LessonTasks]:
    """Return LESSONS with those of the PATH in its order first, and the others after them."""
    places = {slug: place for place, slug in enumerate(path)}
    return sorted(lessons, key=lambda one: places.get(one.task.ident, len(places)))


def for_the_meeting(week: AtMeeting | None) -> GoOn | None:
    """Return where what the meeting at hand asks begins, None where it asks nothing (any more)."""
    first = (_first_of(week.lessons) or next(iter(week.asked), None)) if week else None
    return GoOn(WEEK, first, week=week) if first else None


def _first_beside(lessons: Sequence[LessonTasks], beside: Sequence[Task]) -> Task:
    """Return where what is asked BESIDE the meetings begins: where it is a whole lesson, not begun, with its notes."""
    whole = (one for one in lessons if beside[0] in one.asked and all(task in beside for task in one.asked))
    lesson = next(whole, None)
    return lesson.task if lesson is not None and lesson.task.state is State.none else beside[0]


def _when(act: tuple[int, datetime]) -> datetime:
    return act[1]


def _begin(lessons: Sequence[LessonTasks], reason: str) -> GoOn | None:
    """Return that one begins, for REASON, with the first of LESSONS that asks something; None where none does."""
    first = _first_of(lessons)
    return GoOn(reason, first) if first else None


def _first_of(lessons: Sequence[LessonTasks]) -> Task | None:
    """Return where the first of LESSONS that asks something begins: its notes while nothing is begun, else a part."""
    asking = next((lesson for lesson in lessons if lesson.asked), None)
    if asking is None:
        return None
    return asking.task if asking.task.state is State.none else asking.asked[0]
