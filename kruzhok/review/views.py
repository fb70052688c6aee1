"""Review: one question at a time, what came of it, and how much of it one wants."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session, read_first, write_now
from course.base.forms import EmptyForm
from course.base.web import new_secret
from course.base.words import _
from course.users.access import somebody, whoever
from course.users.models import User
from kruzhok.calendar.dates import dates_of
from kruzhok.review import access, words
from kruzhok.review.access import Withheld
from kruzhok.review.forms import ReviewForm, SettingsForm, in_milliseconds, wanted_item, wants_more
from kruzhok.review.needs import needs_of
from kruzhok.review.plan import Review, more_of, review_of
from quizzes.attempts.wording import in_plain_words
from quizzes.checks.answering import InOpenAttempt
from quizzes.items import BadResponse, Response, is_marked_by_hand, type_of
from quizzes.review.answering import Given, answer_review, card_of, recall_essay, resume, suspend
from quizzes.review.answering import take_back as take_answer_back
from quizzes.review.asking import Asked, asked, read_answer
from quizzes.review.gained import gained_on
from quizzes.review.recording import set_retention
from quizzes.review.resting import resting_of
from quizzes.review.showing import Met, history_of, outcome_of, question_of
from quizzes.review.withheld import withheld
from quizzes.scheduling import Rating, study_day

bp = Blueprint("review", __name__)

#: So often missed in a row, a question shows its passage before it asks.
LEADS_TO_PASSAGE = 3

CHANGED = _("This question was changed in the meantime, and nothing was counted. Look once more.")


@bp.get("/review")
def review() -> ResponseReturnValue:
    """Ask the next question of the day; at its end say what was gained, and to who has nothing yet what will come."""
    user, now, wanted = whoever(), datetime.now(UTC), wanted_item()
    if user is None:
        return render_template("kruzhok/review/done.html", work=None, day=None)
    work = _work(user, now)
    coming = [one.item_id for one in work.queue]
    if (item_id := wanted or next(iter(coming), None)) is None:
        today = gained_on(db_session, user.id, work.today, work.closed)
        return render_template("kruzhok/review/done.html", work=work, day=today, today=work.today, words=words)
    met = history_of(db_session, user.id, item_id)
    seen = max((one.row for one in met), default=0)
    if item_id in coming:
        question = asked(db_session, item_id, seen)
        assert question is not None  # the plan has nothing that is gone
        return _show(user, question, work, met, now, seen=seen)
    # It was asked for, and is not among those of today.
    question, closed = access.question_for(db_session, user, item_id, seen, now=now)
    try:
        access.check_not_withheld(db_session, user, item_id, withheld=closed)
    except Withheld as error:
        return _withheld(error)
    return _show(user, question, work, met, now, seen=seen)


def _work(user: User, now: datetime) -> Review:
    """Return what USER reviews today; or what comes next, where they go on all the same."""
    plan = more_of if wants_more() else review_of
    return plan(db_session, user, dates_of(db_session, user, now, with_changes=False), now)


@bp.post("/review")
def answer() -> ResponseReturnValue:
    """Take an answer, and go to what came of it; what is refused is shown with why, and what was typed."""
    read_first(db_session)
    user, now, form = somebody(db_session), datetime.now(UTC), ReviewForm()
    question, closed = access.question_for(db_session, user, form.item_id, form.seen, now=now)
    try:
        access.check_not_withheld(db_session, user, question.item_id, withheld=closed)
        if form.version not in {None, question.version_id}:
            raise BadResponse(CHANGED)
        response = _read(question, form)
        if form.moved(question.item_id):
            return _again(user, question, form, now, response=response)
        given = Given(response, form.certainty, form.seen, form.once, form.shown_at)
        write_now(db_session)  # what can change is read from here on: open attempts, the card and its log
        if is_marked_by_hand(question.data):
            log = recall_essay(db_session, user, question, form.rating or 0, given, now=now)
        else:
            log = answer_review(db_session, user, question, given, now=now)
    except BadResponse as problem:
        return _again(user, question, form, now, str(problem)), 422
    except (Withheld, InOpenAttempt) as error:
        return _withheld(error, _said(question, form)), error.status
    return redirect(url_for(".outcome", log_id=log.id, more=_more()), code=303)


def _read(question: Asked, form: ReviewForm) -> Response | None:
    """Return what was answered; of an essay what was written, None where nothing was."""
    raw = form.answer(question.item_id)
    if is_marked_by_hand(question.data):
        return type_of(question.data).parse(question.data, raw, ())
    return read_answer(question, raw)


def _said(question: Asked, form: ReviewForm) -> str | None:
    """Return in words what was answered, None where that is no answer."""
    try:
        return in_plain_words(question.data, _read(question, form))
    except BadResponse:
        return None


def _again(
    user: User,
    question: Asked,
    form: ReviewForm,
    now: datetime,
    problem: str | None = None,
    *,
    response: Response | None = None,
) -> str:
    """Ask QUESTION again: with what was typed and its PROBLEM, or with the RESPONSE moved so far."""
    met = history_of(db_session, user.id, question.item_id)
    work = _work(user, now)
    told: dict[str, Any] = {"problem": problem, "response": response, "form": form, "seen": form.seen}
    return _show(user, question, work, met, form.shown_at or now, **told)


def _show(
    user: User,
    question: Asked,
    work: Review,
    met: Sequence[Met],
    shown_at: datetime,
    *,
    seen: int,
    form: ReviewForm | None = None,
    problem: str | None = None,
    response: Response | None = None,
) -> str:
    queued = next((one for one in work.queue if one.item_id == question.item_id), None)
    form = form or ReviewForm()
    shown = question_of(question, seen, response)
    shown.certainty = form.certainty
    if problem is not None:
        shown.problem, shown.raw = problem, form.typed(question.item_id)
    return render_template(
        "kruzhok/review/question.html",
        question=shown,
        asked=question,
        by_hand=is_marked_by_hand(question.data),
        missed=queued.memory.misses if queued and queued.memory else _missed(met),
        leads_to_passage=LEADS_TO_PASSAGE,
        work=work,
        queued=queued,
        met=met,
        words=words,
        retention=user.retention,
        form=form,
        once=new_secret(),
        shown_at=in_milliseconds(shown_at),
        more=_more(),
    )


def _missed(met: Iterable[Met]) -> int:
    """Return how often an item was missed since it was last known, by what was MET, the last first."""
    counting = (one for one in met if one.counts)
    return sum(1 for _one in takewhile(lambda one: one.rating == Rating.Again, counting))


def _withheld(error: Withheld | InOpenAttempt, said: str | None = None) -> str:
    """Say that a question is not to be seen now, and what was SAID to it here."""
    return render_template("kruzhok/review/withheld.html", attempt_id=error.attempt_id, said=said, more=_more())


def _more() -> str | None:
    return "1" if wants_more() else None


@bp.get("/review/answers/<int:log_id>")
def outcome(log_id: int) -> ResponseReturnValue:
    """Show what came of an answer: the key, why, the passage it hangs on, and when the question comes back."""
    user, now = somebody(db_session), datetime.now(UTC)
    log = access.own_answer(db_session, user, log_id)
    try:
        access.check_shown(db_session, user, log.card.item_id, now=now)
    except Withheld as error:
        return _withheld(error)
    question = asked(db_session, log.card.item_id)
    assert question is not None  # what is gone is withheld
    today = study_day(now, ZoneInfo(user.zone))
    need = needs_of(db_session, user, dates_of(db_session, user, now, with_changes=False), now).get(question.item_id)
    return render_template(
        "kruzhok/review/outcome.html",
        log=log,
        card=log.card,
        came=outcome_of(db_session, log, question, root=request.script_root),
        asked=question,
        met=history_of(db_session, user.id, question.item_id),
        comes_back=words.comes_back(log.card.due_on, today, need) if log.card.due_on else None,
        is_today=log.day == today,
        words=words,
        form=EmptyForm(),
        more=_more(),
    )


@bp.post("/review/answers/<int:log_id>/take-back")
def take_back(log_id: int) -> ResponseReturnValue:
    """Let an answer of today say nothing, and ask its question once more."""
    user, now = somebody(db_session), datetime.now(UTC)
    log = access.own_answer(db_session, user, log_id)
    try:
        access.check_shown(db_session, user, log.card.item_id, now=now)
    except Withheld as error:
        return _withheld(error), error.status
    take_answer_back(db_session, log, now=now)
    flash(_("Taken back. Here is the question once more."))
    return redirect(url_for(".review", item=log.card.item_id, more=_more()), code=303)


@bp.post("/review/cards/<int:item_id>/suspend")
def rest(item_id: int) -> ResponseReturnValue:
    """Let a question rest: it comes no more until one says so."""
    user, now = somebody(db_session), datetime.now(UTC)
    access.question_for(db_session, user, item_id, 0, now=now)
    suspend(db_session, card_of(db_session, user, item_id, now=now), now=now)
    flash(_("That question rests now. The settings of review list it, and can wake it."))
    return redirect(url_for(".review", more=_more()), code=303)


@bp.post("/review/cards/<int:item_id>/resume")
def wake(item_id: int) -> ResponseReturnValue:
    """Let a question that rests come again."""
    user = somebody(db_session)
    resume(db_session, access.own_card(db_session, user, item_id))
    flash(_("That question comes again."))
    return redirect(url_for(".settings", _anchor="resting"), code=303)


@bp.route("/review/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """Show how many minutes a day review takes, how sure one wants to be, and which questions rest; or change it."""
    user, now = somebody(db_session), datetime.now(UTC)
    form = SettingsForm(minutes=user.review_minutes, retention=str(round(user.retention * 100)))
    if form.validate_on_submit():
        set_retention(db_session, user, form.share)
        user.review_minutes = form.minutes.data
        flash(_("Saved."))
        return redirect(url_for(".review"), code=303)
    resting = resting_of(db_session, user.id, withheld(db_session, user.id, now))
    page = render_template("kruzhok/review/settings.html", form=form, resting=resting, button=EmptyForm())
    return page, 422 if form.is_submitted() else 200
