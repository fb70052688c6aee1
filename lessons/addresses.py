"""Where an activity is worked on: the one place that knows it, for pages, letters, notices and finds."""

from typing import Any, NamedTuple

from flask import url_for

from course.base.words import _
from course.outline.models import Activity, ActivityKind


def address_of(
    kind: ActivityKind | str, ident: str, *, course: str, lesson: str | None, group: str | None, **asked: Any
) -> str:
    """Return the address of the activity of that KIND and IDENT: a part of LESSON, itself a lesson, or (without one)
    the own reading or prompt of GROUP. What is ASKED of the page, and where on it one lands, goes along."""
    named = ActivityKind(kind)
    where: dict[str, Any] = {"course": course, "group": group}
    if named is ActivityKind.quiz:
        return url_for("quizzes.quiz", ident=ident, **where, **asked)
    if named is ActivityKind.prompt:
        return url_for("lessons.prompt", **prompt_in_address(course, lesson, ident), group=group, **asked)
    if named is ActivityKind.lesson:
        return url_for("lessons.lesson", lesson=ident, **where, **asked)
    if not lesson:
        return url_for("group_readings.reading", slug=group, ident=ident, **asked)
    return url_for("lessons.lesson", lesson=lesson, **where, **({"_anchor": f"reading-{ident}"} | asked))


def prompt_in_address(course: str, lesson: str | None, ident: str) -> dict[str, Any]:
    """Return what an address says of which prompt it is about: of a lesson of a course, or of a group's own."""
    return {"course": course, "lesson": lesson, "ident": ident} if lesson else {"ident": ident}


def activity_address(activity: Activity, group: str | None, **asked: Any) -> str:
    """Return the address of ACTIVITY, whose lesson and course are loaded, in that GROUP."""
    lesson = activity.parent.ident if activity.parent else None
    told: dict[str, Any] = {"course": activity.course.ident, "lesson": lesson, "group": group}
    return address_of(activity.kind, activity.ident, **told, **asked)


class CameFrom(NamedTuple):
    """The question that led to a passage: of an attempt, its number there; or of a review, answered there or not."""

    attempt_id: int | None = None
    number: int = 0
    review_log_id: int | None = None


def back_to(question: CameFrom | None) -> tuple[str, str] | None:
    """Return (address, words) of the QUESTION that led to a passage, None where there is none."""
    if question is None:
        return None
    if question.attempt_id is not None:
        address = url_for("quizzes.attempt", attempt_id=question.attempt_id, _anchor=f"q{question.number}")
        return address, _("Back to question {number}").format(number=question.number)
    if question.review_log_id is not None:
        return url_for("review.outcome", log_id=question.review_log_id), _("Back to the review")
    return url_for("review.review"), _("Back to the question")
