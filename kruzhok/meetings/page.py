"""What the page of a meeting shows to one member. The agenda is made of what is there and what they may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.syllabus.chairing import chairs_of, is_coming
from course.syllabus.meetings import today_of
from kruzhok.today.tasks import Task
from kruzhok.today.week import AtMeeting, weeks_of
from lessons.agenda.access import At
from lessons.agenda.items import Wish, agenda_of, words_place
from lessons.agenda.minutes import Version, minutes_of
from lessons.agenda.questions import Question, texts_at, unanswered
from lessons.discussion.listing import PostCounts, post_counts
from lessons.drafts import drafts_at
from lessons.models import Draft


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting as one member has it. IS_COMING: it is held today or later; IS_HELD: today, or it was held before."""

    at: At
    week: AtMeeting
    before: AtMeeting | None
    after: AtMeeting | None
    chair: Enrolment | None
    prompts: Sequence[Task]
    counts: Mapping[int, PostCounts]
    questions: Sequence[Question]
    agenda: Sequence[Wish]
    minutes: Version | None
    drafts: Sequence[Draft]
    is_coming: bool
    is_held: bool

    def prompt_of(self, question: Question) -> Task:
        """Return the prompt in the talk on which QUESTION was asked."""
        return next(task for task in self.prompts if task.id == question.prompt)

    @property
    def left(self) -> Sequence[Wish]:
        """What stands on the agenda and was not talked about yet."""
        return [wish for wish in self.agenda if not wish.talked]

    @property
    def talked(self) -> Sequence[Wish]:
        """What was talked about."""
        return [wish for wish in self.agenda if wish.talked]


def page_of(session: Session, at: At, now: datetime) -> MeetingPage:
    """Return the page of a meeting, by as many queries whatever there is."""
    mine, meeting = at.enrolment, at.meeting
    weeks, _progress = weeks_of(session, mine, now)
    place = next(n for n, one in enumerate(weeks.meetings) if one.meeting.id == meeting.id)
    week = weeks.meetings[place]
    tasks = [task for lesson in week.lessons for task in lesson.parts] + list(week.parts)
    prompts = [task for task in tasks if task.kind == "prompt"]
    lessons = [lesson.task.id for lesson in week.lessons]
    texts = texts_at(session, lessons, [task.id for task in tasks if task.kind == "reading"])
    is_held = meeting.cancelled_at is None and meeting.day <= today_of(at.group, now)
    return MeetingPage(
        at,
        week,
        before=weeks.meetings[place - 1] if place else None,
        after=weeks.meetings[place + 1] if place + 1 < len(weeks.meetings) else None,
        chair=chairs_of(session, at.group.id).get(meeting.id),
        prompts=prompts,
        counts=post_counts(session, mine, [task.id for task in prompts]) if prompts else {},
        questions=unanswered(session, mine, [task.id for task in prompts], texts),
        agenda=agenda_of(session, meeting, mine),
        minutes=minutes_of(session, meeting),
        drafts=drafts_at(session, mine, words_place(meeting)),
        is_coming=is_coming(at.group, meeting, now),
        is_held=is_held,
    )
