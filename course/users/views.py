"""Pages of users: signing up, in and out, one's own page, how one likes to read.

Who hashes opens transactions in pieces: first the tries are counted, then, outside, the slow work, then it is written.
"""

from datetime import UTC, datetime

from flask import current_app, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import TooMany
from course.base.limits import count_try
from course.base.web import network_here, own_transactions
from course.base.words import _
from course.users import access, accounts, forms, link_views, links, reading, security_views
from course.users import sign_ins as signs
from course.users.models import LinkKind, User
from course.users.pages import bp, enter, enter_with_code, page, passwords, refuse
from course.users.second_step import WrongCode

__all__ = ["bp", "link_views", "security_views"]

# Signing up and in


@bp.route("/sign-up", methods=["GET", "POST"])
@own_transactions
def sign_up() -> ResponseReturnValue:
    """Make an account, of the guest who asks if it is one.

    Where letters are sent, one leads to it: so nobody learns who has an account, or has the e-mail of another."""
    who = access.whoever()
    if who and not who.is_guest:
        return redirect(forms.next_path(), 303)
    if current_app.config["SENDS_LETTERS"]:
        return _sign_up_by_mail()
    form = forms.SignUpForm()
    if not form.validate_on_submit():
        return page("sign_up", form, 422 if form.is_submitted() else 200)
    now = datetime.now(UTC)
    try:
        with request_transaction(current_database(), writing=True) as session:
            count_try(session, "sign-up", network_here(), most=20, now=now)
        new = accounts.NewAccount(form.email.normal, form.name.normal, passwords().hash(form.password.data))
        with request_transaction(current_database(), writing=True) as session:
            user = accounts.sign_up(session, who.id if who else None, new, now=now)
            reading.bring_settings(user)
            token = signs.add_sign_in(session, user, signs.device_here(), now)
    except accounts.EmailTaken as taken:
        return _sign_up_again(form, who, taken, now)
    except TooMany as error:
        return page("sign_up", form, refuse(form, error))
    signs.keep_in_browser(token, user, now)
    return redirect(forms.next_path(), 303)


def _sign_up_by_mail() -> ResponseReturnValue:
    form = forms.EmailForm()
    if not form.validate_on_submit():
        return page("sign_up", form, 422 if form.is_submitted() else 200)
    path = url_for(".finish_sign_up", token=links.TOKEN_HERE, next=forms.next_path())
    try:
        with request_transaction(current_database(), writing=True):
            link_views.ask_by_mail(form.email.normal, LinkKind.sign_up, path)
    except TooMany as error:
        return page("sign_up", form, refuse(form, error))
    return page("sent", email=form.email.normal, what="sign_up")


def _sign_up_again(
    form: forms.SignUpForm, who: User | None, taken: accounts.EmailTaken, now: datetime
) -> ResponseReturnValue:
    """Sign in who knows the password of that account (a double click does); tell everybody else that it is taken."""
    try:
        return enter(form.email.normal, form.password.data, who, now)
    except (accounts.WrongPassword, TooMany):
        form.email.errors = [taken.title + "."]
        return page("sign_up", form, taken.status, taken=True)


@bp.route("/sign-in", methods=["GET", "POST"])
@own_transactions
def sign_in() -> ResponseReturnValue:
    """Sign in to an account; who is signed in already may change to another."""
    who = access.whoever()
    form = forms.SignInForm()
    if not form.validate_on_submit():
        return page("sign_in", form, 422 if form.is_submitted() else 200)
    try:
        return enter(form.email.normal, form.password.data, who, datetime.now(UTC))
    except (accounts.WrongPassword, TooMany) as error:
        return page("sign_in", form, refuse(form, error))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@own_transactions
def code() -> ResponseReturnValue:
    """Ask who gave their password for a code of their telephone, or one to recover, and sign in."""
    now = datetime.now(UTC)
    if (waiting := signs.waits_for_code(now)) is None:
        return redirect(url_for(".sign_in", next=forms.next_path()), 303)
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return page("code", form, 422 if form.is_submitted() else 200)
    try:
        return enter_with_code(*waiting, form.code.data, access.whoever(), now)
    except (WrongCode, TooMany) as error:
        return page("code", form, refuse(form, error))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser. A guest is asked first: what they did could not be found again."""
    form = forms.SignOutForm()
    who = access.whoever()
    if who and who.is_guest and not form.confirmed.data:
        return page("sign_out", form)
    signs.sign_out(db_session, datetime.now(UTC))
    return redirect(forms.front(), 303)


# One's own page


@bp.route("/me", methods=["GET", "POST"])
def me() -> ResponseReturnValue:
    """Show and change name, time zone and how often one is written to; show where one is signed in."""
    if access.whoever() is None and request.method == "GET":
        return redirect(url_for(".sign_in", next=request.path), 303)
    user = access.somebody(db_session)
    form = forms.MeForm(obj=user)
    form.offer_zones(user.zone)
    if user.is_guest:
        del form.name, form.digest
    if form.validate_on_submit():
        name = None if user.is_guest else form.name.normal
        accounts.change_profile(db_session, user, name=name, zone=form.zone.data)
        if not user.is_guest:
            accounts.change_digest(user, form.digest.data)
        flash(_("Saved."))
        return redirect(url_for(".me"), 303)
    return page(
        "me",
        form,
        422 if form.is_submitted() else 200,
        user=user,
        sign_ins=signs.live_sign_ins(db_session, user, now=datetime.now(UTC)),
        here=signs.current_sign_in_id(),
        merge_url=_merge_url(),
    )


def _merge_url() -> str | None:
    ask = current_app.config.get("AFTER_SIGN_IN")
    return url_for(ask, next=url_for(".me")) if ask and signs.GUEST_TO_MERGE in cookie else None


@bp.post("/me/sign-ins/<int:sign_in_id>/sign-out")
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign out of another browser (or of this one)."""
    now = datetime.now(UTC)
    sign_in = access.own_sign_in(db_session, access.account(), sign_in_id, now=now)
    if sign_in.id == signs.current_sign_in_id():
        signs.sign_out(db_session, now)
        return redirect(forms.front(), 303)
    sign_in.revoked_at = now
    flash(_("That browser is signed out."))
    return redirect(url_for(".me"), 303)


@bp.post("/me/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out of every browser, this one included."""
    user, now = access.account(), datetime.now(UTC)
    signs.sign_out_everywhere(db_session, user, now)
    signs.sign_out(db_session, now)
    flash(_("You are signed out everywhere."))
    return redirect(url_for(".sign_in"), 303)


# Reading


@bp.route("/reading-settings", methods=["GET", "POST"])
def reading_settings() -> ResponseReturnValue:
    """Choose how texts look and how fast one reads; a visitor's choice is kept in their browser alone."""
    here = reading.settings_here()
    form = forms.ReadingForm(data={**dict.fromkeys(forms.LOOKS, ""), **here.look, "pace": str(here.pace or "")})
    if form.validate_on_submit():
        user = access.somebody(db_session) if access.whoever() else None
        reading.keep_settings(user, reading.ReadingSettings(form.chosen(), form.pace.number))
        return redirect(forms.next_path(), 303)
    return page("reading", form, 422 if form.is_submitted() else 200, back=forms.page_before())
