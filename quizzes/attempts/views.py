"""Pages of quizzes and attempts."""

import random
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.web import wants_json
from course.groups.access import acting_enrolment, course_named, page_enrolment
from quizzes.attempts import access, pages
from quizzes.attempts.forms import AttemptForm, ItemForm
from quizzes.attempts.saving import save_responses
from quizzes.attempts.steps import standing
from quizzes.attempts.taking import AttemptClosed, attempts_at, policy_for, start_attempt, submit_attempt
from quizzes.attempts.wording import CLOSED
from quizzes.models import Attempt

bp = Blueprint("quizzes", __name__)

#: Not for anything secret: in which order options stand.
chance = random.SystemRandom()


def _clock(moment: datetime) -> str:
    return str(current_app.jinja_env.filters["clock"](moment))


@bp.get("/courses/<course>/quizzes/<ident>")
def quiz(course: str, ident: str) -> ResponseReturnValue:
    """Show what a quiz is and where one stands at it."""
    place = course_named(db_session, course)
    enrolment = page_enrolment(db_session, place)
    found = access.quiz_named(db_session, place, ident, enrolment)
    attempts = attempts_at(db_session, enrolment, found.activity) if enrolment is not None else []
    if found.activity.retired_at is not None and not attempts:
        raise NotFound
    size = pages.size_of(db_session, found)
    policy = policy_for(db_session, found, enrolment)
    stands = pages.standing_of(attempts, policy, size.points, enrolment)
    return render_template(
        "quizzes/quiz.html",
        course=place,
        quiz=found,
        lesson=found.activity.parent,
        size=size,
        policy=policy,
        stands=stands,
        is_done=pages.is_done(db_session, enrolment, found),
        form=EmptyForm(),
    )


@bp.post("/courses/<course>/quizzes/<ident>")
def begin(course: str, ident: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    now = datetime.now(UTC)
    place = course_named(db_session, course)
    if not current_user.is_authenticated:
        access.quiz_named(db_session, place, ident, None)  # no guest is made for what is not there
    enrolment = acting_enrolment(db_session, place, now=now)
    found = access.quiz_named(db_session, place, ident, enrolment)
    if found.activity.retired_at is not None:
        raise NotFound
    attempt = start_attempt(db_session, enrolment, found.activity, now=now, rng=chance)
    return redirect(url_for(".attempt", attempt_id=attempt.id), code=303)


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Show a sitting, or once it is submitted its result."""
    own = access.own_attempt(db_session, attempt_id)
    if own.attempt.submitted_at is not None:
        result = pages.result_of(db_session, own, root=request.script_root)
        return render_template("quizzes/result.html", result=result, **_head(own))
    past = standing(db_session, own.attempt)
    return _sitting(own, pages.questions_of(own.attempt.items, past, _clock))


@bp.post("/attempts/<int:attempt_id>")
def save(attempt_id: int) -> ResponseReturnValue:
    """Save a whole page of answers: without scripts, or on the way to the submission."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    form = AttemptForm()
    before = standing(db_session, own.attempt)
    sent = form.sent(own.attempt.items, before)
    saved = save_responses(db_session, own.attempt, sent, by=own.attempt.user_id, now=now)
    _was_active(now)
    if own.attempt.submitted_at is not None:
        return _closed(own.attempt)
    questions = pages.questions_of(own.attempt.items, standing(db_session, own.attempt), _clock)
    pages.tell(questions, sent, saved.outcomes, form.typed)
    if any(question.problem for question in questions):
        return _sitting(own, questions, status=422)
    if any(question.notice for question in questions):
        return _sitting(own, questions)
    if form.is_finish:
        return redirect(url_for(".submission", attempt_id=attempt_id), code=303)
    moved = next((f"q{question.number}" for question in questions if question.id == form.moved), None)
    return redirect(url_for(".attempt", attempt_id=attempt_id, _anchor=moved), code=303)


@bp.post("/attempts/<int:attempt_id>/items/<int:item_id>")
def save_item(attempt_id: int, item_id: int) -> ResponseReturnValue:
    """Save one answer for the page's script."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    item = next((one for one in own.attempt.items if one.id == item_id), None)
    if item is None:
        raise NotFound
    is_ordering = item.version.data["type"] == "ordering"  # only there what is typed hangs on what was there before
    sent = ItemForm().sent(item, standing(db_session, own.attempt) if is_ordering else {})
    saved = save_responses(db_session, own.attempt, {item.id: sent}, by=own.attempt.user_id, now=now)
    _was_active(now)
    if own.attempt.submitted_at is not None:
        return _closed(own.attempt)
    if sent.problem is not None:
        return {"problem": sent.problem}, 422
    return pages.reply_of(own.attempt, item, sent, saved, time=_clock(now))


@bp.get("/attempts/<int:attempt_id>/submission")
def submission(attempt_id: int) -> ResponseReturnValue:
    """Ask before an attempt is handed in, and say what is blank or flagged."""
    own = access.own_attempt(db_session, attempt_id)
    if own.attempt.submitted_at is not None:
        return redirect(url_for(".attempt", attempt_id=attempt_id), code=303)
    questions = pages.questions_of(own.attempt.items, standing(db_session, own.attempt), _clock)
    return render_template("quizzes/submission.html", questions=questions, form=EmptyForm(), **_head(own))


@bp.post("/attempts/<int:attempt_id>/submission")
def submit(attempt_id: int) -> ResponseReturnValue:
    """Hand an attempt in."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    submit_attempt(db_session, own.attempt, now=now)
    own.enrolment.used_at = now
    _was_active(now)
    return redirect(url_for(".attempt", attempt_id=attempt_id), code=303)


def _sitting(own: access.OwnAttempt, questions: list[pages.Question], *, status: int = 200) -> ResponseReturnValue:
    return render_template("quizzes/attempt.html", questions=questions, form=EmptyForm(), **_head(own)), status


def _head(own: access.OwnAttempt) -> dict[str, Any]:
    """Return what every page of an attempt has at its head."""
    activity = own.quiz.activity
    return {
        "attempt": own.attempt,
        "nth": pages.ordinal(own.attempt.number),
        "quiz": own.quiz,
        "lesson": activity.parent,
        "course": activity.course,
    }


def _closed(attempt: Attempt) -> ResponseReturnValue:
    """Answer that the attempt is submitted. Returned, not raised: what came too late is kept."""
    url = url_for(".attempt", attempt_id=attempt.id)
    if wants_json():
        return {"problem": CLOSED, "url": url}, AttemptClosed.status
    error = AttemptClosed(CLOSED)
    return render_template("errors/domain.html", error=_With(error, url)), error.status


class _With:
    """An error, as its page draws it, with where to go on from there."""

    def __init__(self, error: AttemptClosed, url: str) -> None:
        self.status, self.title, self.message, self.hint = error.status, error.title, error.message, error.hint
        self.url = url


def _was_active(now: datetime) -> None:
    """Note the day of whoever works: a guest without any is forgotten after thirty days."""
    if current_user.active_on != now.date():
        current_user.active_on = now.date()
