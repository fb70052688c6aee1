"""Making what is new and assigning it, or assigning what is there."""

import hashlib
from datetime import datetime
from textwrap import shorten
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.markdown import plain, to_html
from course.completion.records import store
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.giving import Terms, give
from course.syllabus.models import Assignment
from lessons.completions import completions
from lessons.group_readings.making import Told, change_reading
from lessons.models import Prompt, PromptVersion, Reading

#: The longest title that is made of the words of a prompt.
LONGEST_MADE_TITLE = 90


class Question(NamedTuple):
    """What a prompt of a group's own asks, in Markdown; without a TITLE it is called by its own words."""

    title: str
    words: str
    minutes: int

    @property
    def name(self) -> str:
        """What the prompt is called."""
        return self.title or shorten(plain(self.words), LONGEST_MADE_TITLE, placeholder=" …")


def make_prompt(
    session: Session, mine: Enrolment, question: Question, terms: Terms, *, once: str, now: datetime
) -> Activity:
    """Return the prompt that MINE, a planner, asks their group: it is the group's own.

    ONCE names the press of the button: the same press is one prompt. Raise TooLong (course.base.markdown) for Markdown
    nested too deep to show, BadDates (course.syllabus.giving)."""
    group, html = mine.group, str(to_html(question.words))
    assert group is not None
    session.execute(select(StudyGroup.id).where(StudyGroup.id == group.id).with_for_update())
    own = (Activity.group_id == group.id, Activity.parent_id.is_(None), Activity.kind == ActivityKind.prompt)
    if (there := session.scalar(select(Activity).where(*own, Activity.ident == f"prompt-{once}"))) is not None:
        return there
    position = session.scalars(select(func.count(Activity.id)).where(Activity.group_id == group.id)).one() + 1
    activity = Activity(
        course_id=group.course_id,
        group_id=group.id,
        kind=ActivityKind.prompt,
        ident=f"prompt-{once}",
        position=position,
        title=question.name,
        minutes=question.minutes,
        added_at=now,
    )
    session.add(activity)
    session.flush()
    prompt = Prompt(activity_id=activity.id)
    session.add(prompt)
    session.flush()
    _ask(session, prompt, html, now)
    give(session, group, activity, terms, question.words, by_id=mine.user_id, now=now)
    return activity


def _ask(session: Session, prompt: Prompt, html: str, now: datetime) -> None:
    """Let PROMPT ask HTML from now on: in a version of its own, or in one that asked just that before."""
    versions = session.scalars(select(PromptVersion).where(PromptVersion.prompt_id == prompt.id)).all()
    known = hashlib.sha256(html.encode()).hexdigest()
    version = next((one for one in versions if one.hash == known), None)
    if version is None:
        number = max((one.number for one in versions), default=0) + 1
        version = PromptVersion(prompt_id=prompt.id, number=number, hash=known, question_html=html, made_at=now)
        session.add(version)
        session.flush()
    prompt.current_version_id = version.id
    session.flush()
    session.expire(prompt, ["current"])


def assign(session: Session, mine: Enrolment, activity: Activity, terms: Terms, *, now: datetime) -> Assignment:
    """Return the assignment of ACTIVITY, which the course has, to those whom TERMS name in the group of MINE.

    Raise BadDates."""
    assert mine.group is not None
    assignment = give(session, mine.group, activity, terms, "", by_id=mine.user_id, now=now)
    count_anew(session, mine.group, activity, now=now)
    return assignment


def change(
    session: Session,
    mine: Enrolment,
    assignment: Assignment,
    terms: Terms,
    told: Told | Question | None,
    *,
    now: datetime,
) -> None:
    """Let ASSIGNMENT, in the group of MINE, be on these TERMS; what the group gave itself is as TOLD.

    What was taken back is given again. Raise TooLong and BadDates as `make_prompt` does."""
    group, activity = mine.group, assignment.activity
    assert group is not None
    if isinstance(told, Told):
        change_reading(session, mine, reading_of(session, activity), told, terms, now=now)
        return
    note = assignment.note
    if isinstance(told, Question):
        prompt, html = session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one(), None
        html = str(to_html(told.words))
        activity.title, activity.minutes, note = told.name, told.minutes, told.words
        _ask(session, prompt, html, now)
    give(session, group, activity, terms, note, by_id=mine.user_id, now=now, assignment=assignment)
    count_anew(session, group, activity, now=now)


def reading_of(session: Session, activity: Activity) -> Reading:
    """Return what is told of the reading ACTIVITY."""
    return session.scalars(select(Reading).where(Reading.activity_id == activity.id)).one()


def is_on_syllabus(session: Session, group: StudyGroup, activity: Activity, terms: Terms) -> bool:
    """Return whether ACTIVITY is the lesson of a meeting of GROUP already, and TERMS mean it for all of the group."""
    if terms.subgroups or terms.members or activity.kind is not ActivityKind.lesson:
        return False
    at_meetings = (Assignment.group_id == group.id, Assignment.activity_id == activity.id)
    live = (Assignment.withdrawn_at.is_(None), Assignment.meeting_id.is_not(None), ~Assignment.targets.any())
    return session.scalar(select(Assignment.id).where(*at_meetings, *live).limit(1)) is not None


def count_anew(session: Session, group: StudyGroup, activity: Activity, *, now: datetime) -> None:
    """Bring up to date what is done of the prompts in ACTIVITY: whether replies are asked there may be new."""
    prompts = [one for one in (activity, *activity.parts) if one.kind is ActivityKind.prompt]
    everybody = session.scalars(select(Enrolment).where(Enrolment.group_id == group.id)).all()
    lesson = activity if activity.kind is ActivityKind.lesson else activity.parent
    if prompts and everybody:
        store(session, completions(session, prompts, everybody), [lesson] if lesson else [], now=now)
