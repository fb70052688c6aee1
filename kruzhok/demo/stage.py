"""The stage of the demo: who is there, what they study, and the moments, all of them before now."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Meeting
from course.texts.models import Passage, Text
from course.users.models import User
from kruzhok.demo.script import Script
from kruzhok.paths import paths_of
from lessons.models import Lesson, Prompt
from lessons.outline import lessons_of

Act = Callable[[datetime], None]


class Stage:
    """Who is who by now: users and places by the name before the @; and where things are found."""

    def __init__(self, session: Session, course: Course, script: Script, password: str, now: datetime) -> None:
        self.session, self.course, self.script, self.now = session, course, script, now
        self.rng = random.Random(1917)  # noqa: S311 (a play, the same each time)
        self.password = password
        self.lessons = _lessons_of(session, course)
        self.weeks = self.weeks_along()
        self.places: dict[str, Enrolment] = {}
        self.users: dict[str, User] = {}
        self.token = ""
        self.group: StudyGroup

    def ago(self, days: float) -> datetime:
        """Return the moment so many days before now."""
        return self.now - timedelta(days=days)

    def as_(self, email: str, at: datetime) -> Enrolment:
        """Return the place of somebody who does something there at that moment."""
        place = self.places[email]
        place.used_at = max(place.used_at, at)
        return place

    def weeks_along(self, path: str = "") -> list[tuple[str, list[Lesson]]]:
        """Return the weeks of that path of the course, or of its first one: their titles with their lessons.

        Of a course without paths they are two lessons each."""
        paths = paths_of(self.course, {lesson.activity.ident: lesson for lesson in self.lessons})
        ours = next((one for one in paths if one.ident == path), next(iter(paths), None))
        if ours is None:
            return [("", self.lessons[first : first + 2]) for first in range(0, len(self.lessons), 2)]
        return [(week.title or "", list(week.lessons)) for week in ours.weeks]

    def text(self, lesson: str, document: str = "") -> Text | None:
        """Return the text of a lesson, or a document; None where the course has it not (any longer)."""
        if document:
            its = select(Text).where(Text.course_id == self.course.id, Text.ident == document)
            return self.session.scalars(its).one_or_none()
        return next((one.text for one in self.lessons if one.activity.ident == lesson), None)

    def passage(self, text: Text | None, ident: str, quote: str = "") -> Passage | None:
        """Return the passage of TEXT that has that ident and says QUOTE, None where there is none (any longer)."""
        if text is None:
            return None
        its = select(Passage).where(Passage.version_id == text.current_version_id, Passage.ident == ident)
        found = self.session.scalars(its).one_or_none()
        return found if found is not None and quote in found.plain else None

    def meeting(self, number: int) -> Meeting:
        """Return the meeting of that number."""
        return next(one for one in meetings_of(self.session, self.group.id) if one.number == number)

    def prompt(self, lesson: str, ident: str) -> Prompt | None:
        """Return the prompt of that ident, None where the course has it not (any longer)."""
        part = next(
            (
                part
                for one in self.lessons
                if one.activity.ident == lesson
                for part in one.activity.parts
                if part.kind is ActivityKind.prompt and part.ident == ident
            ),
            None,
        )
        return self.session.scalar(select(Prompt).where(Prompt.activity_id == part.id)) if part else None


def _lessons_of(session: Session, course: Course) -> list[Lesson]:
    """Return the lessons of COURSE in order, with their parts."""
    order = [line.activity_id for line in lessons_of(session, course)]
    rows = session.scalars(
        select(Lesson)
        .where(Lesson.activity_id.in_(order))
        .options(joinedload(Lesson.text), joinedload(Lesson.activity).selectinload(Activity.parts))
    )
    found = {lesson.activity_id: lesson for lesson in rows}
    return [found[activity_id] for activity_id in order]


def bound(act: Callable[..., None], *told: Any) -> Act:
    """Return ACT, to be done to what it was TOLD when its time has come."""
    return lambda at: act(*told, at)
