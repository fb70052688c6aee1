"""Whether a guest's work is added to the account that was signed in to: asked first, since computers are shared."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from course.base.db import db_session
from course.base.forms import Form
from course.base.words import _, plural
from course.users import access
from course.users.forms import next_path
from course.users.models import User
from course.users.sign_ins import GUEST_TO_MERGE, live_sign_in, revoke_token
from kruzhok.merging import Work, merge, work_of

bp = Blueprint("merging", __name__)


@bp.record_once
def _ask_after_sign_in(state: BlueprintSetupState) -> None:
    state.app.config["AFTER_SIGN_IN"] = "merging.ask"  # the room of users knows no page above it


class MergeForm(Form):
    """Two buttons."""

    answer = RadioField(choices=[SelectChoice("add"), SelectChoice("leave")])


@bp.route("/me/merge", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask what is to become of the work done here before signing in, and do it."""
    if (who := access.whoever()) is None or who.is_guest:
        return redirect(url_for("users.sign_in", next=request.path), 303)
    guest = _guest_carried_along()
    if guest is None or not (work := work_of(db_session, guest)).is_any:
        cookie.pop(GUEST_TO_MERGE, None)
        return redirect(next_path(), 303)
    form = MergeForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template(
            "kruzhok/merging.html", form=form, user=who, work=in_words(work), next=next_path()
        ), status
    now = datetime.now(UTC)
    if form.answer.data == "add":
        merge(db_session, guest, access.somebody(db_session), now=now)
        flash(_("What was done here is in your account now."))
    else:
        revoke_token(db_session, cookie[GUEST_TO_MERGE], now)
        flash(_("It was left out of your account."))
    del cookie[GUEST_TO_MERGE]
    return redirect(next_path(), 303)


def _guest_carried_along() -> User | None:
    """Return the guest whose sign-in this browser held when somebody signed in to an account."""
    token = cookie.get(GUEST_TO_MERGE)
    found = live_sign_in(db_session, token, now=datetime.now(UTC)) if isinstance(token, str) else None
    return found.user if found is not None and found.user.is_guest else None


def in_words(work: Work) -> list[str]:
    """Return what was done, in words, what there is none of left out."""
    said = (
        (work.answers, plural("one question answered", "{n} questions answered", work.answers)),
        (work.ticks, plural("one part ticked", "{n} parts ticked", work.ticks)),
        (work.entries, plural("one prompt written on", "{n} prompts written on", work.entries)),
        (work.notes, plural("one note", "{n} notes", work.notes)),
        (work.drafts, plural("one draft", "{n} drafts", work.drafts)),
    )
    return [words for count, words in said if count]
