"""Where a task of the plan stands on the site."""

from collections.abc import Callable
from typing import Any

from flask import url_for

from course.groups.enrolments import ALONE
from kruzhok.calendar import words
from kruzhok.calendar.dates import Dated
from kruzhok.today.again import ReadAgain
from kruzhok.today.plan import GoOn
from kruzhok.today.tasks import Task
from lessons.acts import Place
from lessons.addresses import address_of as activity_at


def address_of(course: str, what: Task | GoOn | ReadAgain | Place | Dated, group: str | None = None) -> str:
    """Return the address of what is to be done, in the course of that ident."""
    if isinstance(what, ReadAgain | Place):
        return _passage(course, what, group)
    if isinstance(what, Dated):
        return dated_address(what)
    if isinstance(what, Task):
        return _task(course, what, group)
    if what.attempt_id is not None:
        return url_for("quizzes.attempt", attempt_id=what.attempt_id)
    return _task(course, what.task, group)


def _passage(course: str, passage: ReadAgain | Place, group: str | None) -> str:
    told: dict[str, Any] = {"course": course, "group": group, "_anchor": passage.ident}
    if isinstance(passage, Place) and passage.ident is None:
        return url_for("frames.frame", course=course, text=passage.text_ident, group=group, _anchor="write")
    if isinstance(passage, ReadAgain):
        told["from"] = f"attempt-{passage.missed.attempt_id}-{passage.missed.number}"
    if passage.is_lesson:
        return url_for("lessons.lesson", lesson=passage.text_ident, **told)
    return url_for("lessons.text", text=passage.text_ident, **told)


def _task(course: str, task: Task, group: str | None) -> str:
    told: dict[str, Any] = {"course": course, "group": group}
    if task.text_ident:
        return url_for("lessons.text", text=task.text_ident, **told)
    return activity_at(task.kind, task.ident, lesson=task.lesson_ident or None, **told)


def dated_address(dated: Dated) -> str:
    """Return where DATED leads, in its own course and place: a meeting to its page."""
    if dated.task is not None:
        return _task(dated.course, dated.task, dated.slug or ALONE)
    return url_for("meetings.meeting", slug=dated.slug, number=dated.number)


#: What the templates that show dates say them with.
SAID: dict[str, Callable[..., str]] = {"what": words.what, "when": words.when, "dated_address": dated_address}
