"""Pages of quizzes and attempts."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.base.db import db_session, read_first
from course.base.errors import NotFound
from course.base.forms import EmptyForm
from course.base.web import takes_uploads, wants_json
from course.groups.access import acting_in, course_named, page_enrolment
from course.users.sign_ins import is_day_noted, note_day
from quizzes.attempts import access, pages
from quizzes.attempts.checking import check, try_again
from quizzes.attempts.clock import TimeLeft, time_left
from quizzes.attempts.ending import AttemptClosed, deadline_of, submit_attempt
from quizzes.attempts.forms import Act, AttemptForm, PageForm, RatingForm, sent_of
from quizzes.attempts.questions import Question, Sitting, questions_of, reply_of, sections_of, sitting_of, tell
from quizzes.attempts.rating import rate
from quizzes.attempts.saving import keep, save_one, save_responses
from quizzes.attempts.starting import attempts_at, purpose_for, start_at
from quizzes.attempts.steps import Wanted, standing, standing_at
from quizzes.attempts.wording import CLOSED
from quizzes.limits import GRACE, limits_at
from quizzes.models import AttemptItem, Purpose
from quizzes.policy import Policy

bp = Blueprint("quizzes", __name__)

#: Not for anything secret: in which order options stand.
chance = random.SystemRandom()

#: Bytes of one page of answers: what is too long for its item is refused beside it, and the others are saved.
LARGEST_PAGE = 32 * 1024 * 1024


def _clock(moment: datetime) -> str:
    return str(current_app.jinja_env.filters["clock"](moment))


@bp.get("/courses/<course>/quizzes/<ident>")
def quiz(course: str, ident: str) -> ResponseReturnValue:
    """Show what a quiz is and where one stands at it."""
    now = datetime.now(UTC)
    place = course_named(db_session, course)
    enrolment = page_enrolment(db_session, place)
    found = access.quiz_named(db_session, place, ident, enrolment)
    attempts = attempts_at(db_session, enrolment, found.activity) if enrolment is not None else []
    if found.activity.retired_at is not None and not attempts:
        raise NotFound
    size = pages.size_of(db_session, found)
    limits = limits_at(db_session, found, enrolment)
    stands = pages.standing_of(attempts, found, limits, size.points, enrolment, now)
    return render_template(
        "quizzes/quiz.html",
        course=place,
        quiz=found,
        lesson=found.activity.parent,
        size=size,
        limits=limits,
        minutes=limits.minutes(now) if limits.may_start(now) else None,
        is_early=limits.opens_at is not None and now < limits.opens_at,
        is_late=limits.closes_at is not None and now > limits.closes_at,
        is_tutor=purpose_for(enrolment) is Purpose.preview,
        stands=stands,
        is_done=pages.is_done(db_session, enrolment, found),
        form=EmptyForm(),
    )


@bp.post("/courses/<course>/quizzes/<ident>")
def begin(course: str, ident: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    now = datetime.now(UTC)
    if not current_user.is_authenticated:
        place = course_named(db_session, course)
        access.quiz_named(db_session, place, ident, None)  # no guest is made for what is not there
    enrolment = acting_in(db_session, course, now=now)
    found = access.quiz_named(db_session, enrolment.course, ident, enrolment)
    if found.activity.retired_at is not None:
        raise NotFound
    attempt = start_at(db_session, enrolment, found, now=now, rng=chance)
    return redirect(url_for(".attempt", attempt_id=attempt.id), code=303)


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Show a sitting, or once it is submitted its result."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id)
    if own.attempt.submitted_at is not None:
        result = pages.result_of(db_session, own, root=request.script_root, now=now)
        return render_template("quizzes/result.html", result=result, form=EmptyForm(), **_head(own))
    sitting = sitting_of(db_session, own.attempt)
    return _sitting(own, sitting, _questions(own, sitting), now=now, page=PageForm().number)


@bp.post("/attempts/<int:attempt_id>")
@takes_uploads(LARGEST_PAGE)
def save(attempt_id: int) -> ResponseReturnValue:
    """Save a page of answers, and do what the button says that was pressed."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    form = AttemptForm()
    sent = form.sent(own.attempt.items, standing(db_session, own.attempt))
    saved = save_responses(db_session, own.attempt, sent, by=own.attempt.user_id, now=now)
    note_day(db_session, now)
    if saved.late:
        return _closed(attempt_id)
    problem = _act(own, form.act, {key for key, one in sent.items() if one.problem}, now)
    sitting = sitting_of(db_session, own.attempt)
    questions = _questions(own, sitting)
    tell(questions, sent, saved.outcomes, form.typed)
    if problem is not None:
        next(one for one in questions if one.id == form.act.number).problem = problem
    if any(question.problem for question in questions):
        return _sitting(own, sitting, questions, now=now, page=form.page, status=422)
    if any(question.notice for question in questions) or any(one.kept for one in saved.outcomes.values()):
        return _sitting(own, sitting, questions, now=now, page=form.page)
    return redirect(_onwards(own, form, questions), code=303)


def _act(own: access.OwnAttempt, act: Act, refused: set[int], now: datetime) -> str | None:
    """Do what a button asked for beside saving; return in words why not, where that is to be said."""
    item = next((one for one in own.attempt.items if one.id == act.number), None)
    if item is None or act.number in refused:
        return None
    user_id = own.attempt.user_id
    if act.name == "check":
        return check(db_session, own.attempt, item, by=user_id, now=now)
    if act.name == "again":
        try_again(db_session, own.attempt, item, by=user_id, now=now)
    if act.name == "keep":
        keep(db_session, own.attempt, item, act.step, by=user_id, now=now)
    return None


def _onwards(own: access.OwnAttempt, form: AttemptForm, questions: Sequence[Question]) -> str:
    """Return where the page leads that was just saved."""
    act, attempt_id = form.act, own.attempt.id
    if act.name == "finish":
        return url_for(".submission", attempt_id=attempt_id)
    at = form.moved if act.name == "save" else act.number
    number = act.number if act.name == "page" else next((one.number for one in questions if one.id == at), None)
    if Policy.read(own.attempt.policy).one_at_a_time:
        return url_for(".attempt", attempt_id=attempt_id, page=number or form.page)
    return url_for(".attempt", attempt_id=attempt_id, _anchor=f"q{number}" if number else None)


@bp.post("/attempts/<int:attempt_id>/items/<int:item_id>")
@takes_uploads(LARGEST_PAGE)
def save_item(attempt_id: int, item_id: int) -> ResponseReturnValue:
    """Save one answer for the page's script."""
    now = datetime.now(UTC)
    read_first(db_session)
    asked = access.asked_item(db_session, attempt_id, item_id)
    nothing_else = Wanted(0, None)
    sent = sent_of(asked, lambda: standing_at(db_session, attempt_id, item_id, nothing_else).history.response)
    at_once = is_day_noted(now)
    saved = save_one(db_session, asked, sent, by=asked.user_id, now=now, at_once=at_once)
    if not at_once:
        note_day(db_session, now)
    if saved.late:
        return _closed(attempt_id)
    if sent.problem is not None:
        return {"problem": sent.problem}, 422
    outcome = saved.outcomes[item_id]
    return reply_of(asked.data, sent, outcome, answered=saved.answered, of=asked.items, time=_clock(now))


def _item(own: access.OwnAttempt, item_id: int) -> AttemptItem:
    item = next((one for one in own.attempt.items if one.id == item_id), None)
    if item is None:
        raise NotFound
    return item


@bp.get("/attempts/<int:attempt_id>/submission")
def submission(attempt_id: int) -> ResponseReturnValue:
    """Ask before an attempt is handed in, and say what is blank or flagged."""
    own = access.own_attempt(db_session, attempt_id)
    if own.attempt.submitted_at is not None:
        return redirect(url_for(".attempt", attempt_id=attempt_id), code=303)
    return render_template(
        "quizzes/submission.html",
        questions=_questions(own, sitting_of(db_session, own.attempt)),
        form=EmptyForm(),
        left=_left(own, datetime.now(UTC)),
        **_head(own),
    )


@bp.post("/attempts/<int:attempt_id>/submission")
def submit(attempt_id: int) -> ResponseReturnValue:
    """Hand an attempt in."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    submit_attempt(db_session, own.attempt, now=now, quiz=own.quiz)
    own.enrolment.used_at = now
    note_day(db_session, now)
    return redirect(url_for(".attempt", attempt_id=attempt_id), code=303)


@bp.post("/attempts/<int:attempt_id>/items/<int:item_id>/rating")
def rating(attempt_id: int, item_id: int) -> ResponseReturnValue:
    """Keep how somebody without a tutor rates their own essay by its rubric."""
    now = datetime.now(UTC)
    own = access.own_attempt(db_session, attempt_id, writing=True)
    item = _item(own, item_id)
    rate(db_session, own.attempt, item, RatingForm().levels, by=own.attempt.user_id, now=now)
    return redirect(url_for(".attempt", attempt_id=attempt_id, _anchor=f"q{item.slot}"), code=303)


def _questions(own: access.OwnAttempt, sitting: Sitting) -> list[Question]:
    return questions_of(own.attempt.items, standing(db_session, own.attempt), _clock, sitting)


def _left(own: access.OwnAttempt, now: datetime) -> TimeLeft | None:
    return time_left(deadline_of(db_session, own.attempt), now)


def _sitting(
    own: access.OwnAttempt,
    sitting: Sitting,
    questions: list[Question],
    *,
    now: datetime,
    page: int = 1,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the questions; once the time is up only that it is, until the worker has handed the attempt in."""
    left = _left(own, now)
    if left is not None and left.is_over:
        return render_template("quizzes/over.html", left=left, grace=GRACE, **_head(own))
    page = min(max(page, 1), len(questions))
    one_by_one = sitting.policy.one_at_a_time
    return (
        render_template(
            "quizzes/attempt.html",
            questions=questions,
            shown=[one for one in questions if one.number == page] if one_by_one else questions,
            page=page if one_by_one else None,
            sections=sections_of(sitting.policy, sitting),
            left=left,
            form=EmptyForm(),
            **_head(own),
        ),
        status,
    )


def _head(own: access.OwnAttempt) -> dict[str, Any]:
    """Return what every page of an attempt has at its head."""
    activity = own.quiz.activity
    is_preview = own.attempt.purpose is Purpose.preview
    return {
        "attempt": own.attempt,
        "nth": pages.PREVIEW if is_preview else pages.ordinal(own.attempt.number),
        "quiz": own.quiz,
        "lesson": activity.parent,
        "course": activity.course,
    }


def _closed(attempt_id: int) -> ResponseReturnValue:
    """Answer that the attempt is submitted. Returned, not raised: what came too late is kept."""
    url = url_for(".attempt", attempt_id=attempt_id)
    if wants_json():
        return {"problem": CLOSED, "url": url}, AttemptClosed.status
    error = AttemptClosed(CLOSED)
    return render_template("errors/domain.html", error=_With(error, url)), error.status


class _With:
    """An error, as its page draws it, with where to go on from there."""

    def __init__(self, error: AttemptClosed, url: str) -> None:
        self.status, self.title, self.message, self.hint = error.status, error.title, error.message, error.hint
        self.url = url
