"""Where what a record names can be looked at, by whoever looks at it."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from course.groups.models import Enrolment
from kruzhok.progress.record import PostLine
from kruzhok.today.addresses import address_of
from kruzhok.today.tasks import Task
from lessons.addresses import address_of as activity_at
from quizzes.attempts.pages import Line


@dataclass(frozen=True, slots=True)
class Links:
    """The links of the record of PLACE. GROUP is what addresses carry to stay in the place of whoever looks.

    A place that was left is read here and nowhere else: its parts and posts have no link."""

    place: Enrolment
    group: str | None
    own: ClassVar[bool] = True  #: whether who looks is who did it

    def part(self, task: Task) -> str | None:
        """Return the address of a part or lesson."""
        return None if self.place.left_at else address_of(self.place.course.ident, task, self.group)

    def post(self, task: Task, post: PostLine) -> str | None:
        """Return the address of a post to the prompt TASK."""
        if self.place.left_at:
            return None
        asked = {"post": post.id, "_anchor": f"post-{post.id}"}
        lesson, course = task.lesson_ident or None, self.place.course.ident
        return activity_at("prompt", task.ident, course=course, lesson=lesson, group=self.group, **asked)

    def attempt(self, attempt: Line) -> str:
        """Return the address of an attempt, which only its user has."""
        return url_for("quizzes.attempt", attempt_id=attempt.id)

    def rules(self, task: Task) -> str | None:
        """Return the address of what holds for the user at a quiz, None where there is no link: a quiz leads there."""
        return None

    def dates(self, task: Task) -> str | None:
        """Return the address at which a part gets another date for the user; their own has none."""
        return None


class TutorLinks(Links):
    """The links of the record of a student that a tutor looks at."""

    own: ClassVar[bool] = False

    def attempt(self, attempt: Line) -> str:
        """Return the address at which a tutor has the attempt."""
        return url_for("progress.attempt", slug=self.group, enrolment_id=self.place.id, attempt_id=attempt.id)

    def rules(self, task: Task) -> str | None:
        """Return the address at which a tutor sees, and changes, what holds for the student at a quiz."""
        if task.kind != "quiz":
            return None
        return url_for("quiz_rules.member", slug=self.group, ident=task.ident, enrolment_id=self.place.id)

    def dates(self, task: Task) -> str | None:
        """Return the address at which a tutor gives the student another date for what is asked of them."""
        if task.kind == "quiz" or not task.required:
            return None
        return url_for("own_dates.dates", slug=self.group, activity_id=task.id, member=self.place.id)
