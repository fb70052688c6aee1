"""Answering a self-check: on the page of its text, and alone where an answer was refused or is given again."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.errors import Conflict
from course.base.words import _
from course.groups.access import Archived, acting_enrolment, page_enrolment, place_in_address
from course.groups.models import Enrolment
from lessons.access import refuse_retired
from lessons.checks import access
from lessons.checks.access import Place
from lessons.checks.forms import CheckForm
from lessons.readings import complete_readings
from quizzes.checks.answering import Given, InOpenAttempt, answer_check
from quizzes.checks.asking import Check, read_answer
from quizzes.checks.showing import question_of, questions_of
from quizzes.items import BadResponse, Response

bp = Blueprint("checks", __name__)

CHECK = "/courses/<course>/<any(lessons, texts):kind>/<slug>/checks/<int:item_id>"

CHANGED = _("This question was changed in the meantime, and nothing was counted. Look once more.")


@bp.get(CHECK)
def check(course: str, kind: str, slug: str, item_id: int) -> ResponseReturnValue:
    """Show a self-check alone, to be answered."""
    place = access.place_named(db_session, course, kind, slug)
    return _show(place, access.check_of(db_session, place, item_id), _reader(place), CheckForm())


@bp.post(CHECK)
def answer(course: str, kind: str, slug: str, item_id: int) -> ResponseReturnValue:
    """Answer a self-check, and go back to where it stands; what is refused is shown alone with why."""
    now, form = datetime.now(UTC), CheckForm()
    place = access.place_named(db_session, course, kind, slug)
    asked = access.check_of(db_session, place, item_id)
    reader = _reader(place)
    try:
        response = read_answer(asked, form.answer(item_id))
    except BadResponse as problem:
        return _show(place, asked, reader, form, str(problem), 422)
    if form.moved(item_id):
        return _show(place, asked, reader, form, response=response)
    if form.version not in {None, asked.version_id}:
        return _show(place, asked, reader, form, CHANGED, 422)
    try:
        enrolment = acting_enrolment(db_session, place.course, now=now)
        given, lesson_id = Given(response, form.certainty, form.seen), place.lesson.id if place.lesson else None
        answer_check(db_session, enrolment, lesson_id, asked, given, now=now)
    except (Archived, InOpenAttempt) as error:
        return _show(place, asked, reader, form, _words_of(error), error.status)
    complete_readings(db_session, enrolment, place.text, now=now)
    return redirect(_address(place, enrolment, f"check-{item_id}", checked=item_id), code=303)


def _reader(place: Place) -> Enrolment | None:
    """Return the enrolment that PLACE is looked at from; raise NotFound where it is retired and not used there."""
    enrolment = page_enrolment(db_session, place.course)
    if place.lesson is not None:
        refuse_retired(db_session, place.lesson, enrolment)
    return enrolment


def _words_of(error: Conflict) -> str:
    return f"{error.title}. {error.hint or ''}".strip()


def _show(
    place: Place,
    asked: Check,
    enrolment: Enrolment | None,
    form: CheckForm,
    problem: str | None = None,
    status: int = 200,
    *,
    response: Response | None = None,
) -> ResponseReturnValue:
    """Draw the page of a self-check alone: with what was typed and its PROBLEM, or with the RESPONSE moved so far."""
    [question] = questions_of(db_session, [asked], enrolment)
    question.certainty = form.certainty
    if problem is not None:
        question.problem, question.raw = problem, form.typed(asked.item_id)
    elif response is not None:
        question.response, question.choices = response, question_of(asked, response).choices
    html = render_template(
        "lessons/check.html",
        course=place.course,
        title=place.lesson.title if place.lesson else place.text.title,
        back=_address(place, enrolment, asked.passage),
        question=question,
        form=form,
    )
    return html, status


def _address(place: Place, enrolment: Enrolment | None, anchor: str, **asked: Any) -> str:
    """Return the address of the text of PLACE at ANCHOR, in the place of ENROLMENT."""
    group = place_in_address(enrolment) if enrolment is not None else None
    kind = "lesson" if place.lesson else "text"
    where: dict[str, Any] = {kind: place.lesson.ident if place.lesson else place.text.ident, "group": group}
    return url_for(f"lessons.{kind}", course=place.course.ident, **where, **asked, _anchor=anchor)
