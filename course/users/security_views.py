"""Pages about the way into one's account: password, e-mail, second step, and what was done to it.

Whoever changes something here has shown not long ago that it is them (`access.proved_account`)."""

import logging
from datetime import UTC, datetime

from flask import current_app, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import TooMany
from course.base.forms import EmptyForm
from course.base.limits import count_slowly
from course.base.web import own_transactions, site_keys
from course.base.words import _
from course.users import access, accounts, audit, forms, letters, link_views, links, second_step, totp
from course.users import sign_ins as signs
from course.users.models import LinkKind, User
from course.users.pages import bp, page, passwords, refuse
from course.users.pictures import qr_code
from course.users.second_step import WrongCode

log = logging.getLogger(__name__)

#: So many tries of one sign-in to show who one is need not wait.
TRIES = 10

#: So many of the last acts are shown.
LAST_ACTS = 20


@bp.get("/me/security")
def security() -> ResponseReturnValue:
    """Show what leads into one's account, and what was done to it."""
    user = access.account()
    step = second_step.step_of(db_session, user.id)
    is_on = step is not None and step.confirmed_at is not None
    return page(
        "security",
        user=user,
        is_on=is_on,
        codes_left=second_step.codes_left(db_session, user) if is_on else 0,
        outdated=is_on and step is not None and step.key_mark != second_step.mark_of(site_keys()[0]),
        entries=audit.entries_about(db_session, user, most=LAST_ACTS),
        in_words=audit.in_words,
    )


@bp.route("/me/proof", methods=["GET", "POST"])
@own_transactions
def proof() -> ResponseReturnValue:
    """Ask for the password (and a code, for who has a second step) once more, before something that matters."""
    user, now, form = access.account(), datetime.now(UTC), forms.ProofForm()
    _ask_code_of(user, form)
    if not form.validate_on_submit():
        return page("proof", form, 422 if form.is_submitted() else 200, user=user)
    try:
        _prove(user, form, now)
    except (accounts.Unfit, WrongCode, TooMany) as error:
        return page("proof", form, refuse(form, error), user=user)
    with request_transaction(current_database(), writing=True) as session:
        token = signs.change_token(session, signs.current_sign_in_id())
    signs.keep_in_browser(token, user, now)
    return redirect(forms.next_path(), 303)


def _ask_code_of(user: User, form: forms.ProofForm | forms.ChangePasswordForm) -> None:
    """Take the code out of FORM for a USER who has no second step."""
    with current_database().transaction(writing=False) as session:
        if not second_step.is_asked(session, user.id):
            del form.code


def _prove(user: User, form: forms.ProofForm | forms.ChangePasswordForm | forms.PasswordForm, now: datetime) -> None:
    """Raise Unfit or WrongCode unless FORM shows that it is USER, and TooMany where it was tried too often.

    Each sign-in has its own tries: whoever has got hold of one uses up nothing of the others."""
    with request_transaction(current_database(), writing=True) as session:
        count_slowly(session, "proof", str(signs.current_sign_in_id()), free=TRIES, now=now)
    if not passwords().fits(user.password_hash, form.old.data):
        log.info("User %d, signed in, gave a wrong password", user.id)
        raise accounts.Unfit("old", _("This is not your password."))
    if "code" in form:
        with request_transaction(current_database(), writing=True) as session:
            second_step.check(session, user.id, site_keys(), form.code.data, now=now)


@bp.route("/me/password", methods=["GET", "POST"])
@own_transactions
def password() -> ResponseReturnValue:
    """Change the password; it asks for the old one and signs out everywhere else."""
    user, now = access.account(), datetime.now(UTC)
    form = forms.ChangePasswordForm()
    form.known = (user.email or "", user.name)
    _ask_code_of(user, form)
    if not form.validate_on_submit():
        return page("password", form, 422 if form.is_submitted() else 200, user=user)
    try:
        _prove(user, form, now)
        new, here = passwords().hash(form.password.data), signs.current_sign_in_id()
        with request_transaction(current_database(), writing=True) as session:
            token = accounts.change_password(session, user, kept=user.password_hash, new=new, now=now, sign_in_id=here)
    except (accounts.Unfit, WrongCode, TooMany) as error:
        return page("password", form, refuse(form, error), user=user)
    signs.keep_in_browser(token, user, now)
    flash(_("Your password is changed. Every other browser is signed out."))
    return redirect(url_for(".security"), 303)


@bp.route("/me/email", methods=["GET", "POST"])
def email() -> ResponseReturnValue:
    """Change the e-mail: by a link sent to the new one where letters are sent, else at once."""
    user, form = access.proved_account(), forms.EmailForm()
    if not form.validate_on_submit():
        return page("email", form, 422 if form.is_submitted() else 200, user=user)
    try:
        if current_app.config["SENDS_LETTERS"]:
            path = url_for(".email_link", token=links.TOKEN_HERE)
            link_views.ask_by_mail(form.email.normal, LinkKind.email, path, user_id=user.id)
            return page("sent", email=form.email.normal, what="email")
        accounts.change_email(db_session, access.somebody(db_session), form.email.normal, now=datetime.now(UTC))
    except accounts.EmailTaken as taken:
        form.email.errors = [taken.title + "."]
        return page("email", form, taken.status, user=user)
    except TooMany as error:
        return page("email", form, refuse(form, error), user=user)
    flash(_("Your e-mail is {email} now.").format(email=form.email.normal))
    return redirect(url_for(".security"), 303)


# The second step


@bp.get("/me/second-step")
def show_second_step() -> ResponseReturnValue:
    """Say what a second step is, or show what was begun, or what is on."""
    return _second_step_page(access.proved_account(), forms.CodeForm())


def _second_step_page(user: User, form: object, status: int = 200) -> ResponseReturnValue:
    step = second_step.step_of(db_session, user.id)
    is_on = step is not None and step.confirmed_at is not None
    secret = second_step.secret_of(step, site_keys()) if step is not None and not is_on else None
    if secret is None:
        return page("second_step", forms.PasswordForm() if is_on else EmptyForm(), status, is_on=is_on)
    address = totp.address_of(secret, issuer=_("Kruzhok"), account=user.email or "")
    shown = {"words": totp.in_words(secret), "address": address, "picture": qr_code(address)}
    return _kept_nowhere(page("second_step_begun", form, status, **shown))  # type: ignore[arg-type]


def _kept_nowhere(answer: ResponseReturnValue) -> ResponseReturnValue:
    """Let no browser keep ANSWER: there is a secret in it."""
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/me/second-step/begin")
def begin_second_step() -> ResponseReturnValue:
    """Make what codes are made from, to be put into one's telephone."""
    access.proved_account()
    second_step.begin(db_session, access.somebody(db_session), site_keys(), now=datetime.now(UTC))
    return redirect(url_for(".show_second_step"), 303)


@bp.post("/me/second-step/confirm")
def confirm_second_step() -> ResponseReturnValue:
    """Ask for codes from now on, once a first one is right; show the codes to recover this once."""
    access.proved_account()
    user, form, now = access.somebody(db_session), forms.CodeForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        return _second_step_page(user, form, 422)
    try:
        codes = second_step.confirm(db_session, user, site_keys(), form.code.data, now=now)
    except WrongCode as wrong:
        return _second_step_page(user, form, refuse(form, wrong))
    return _codes_page(db_session, user, codes, letters.STEP_ON, now)


@bp.post("/me/second-step/codes")
def renew_codes() -> ResponseReturnValue:
    """Make new codes to recover, in place of the old ones, and show them this once."""
    access.proved_account()
    user, now = access.somebody(db_session), datetime.now(UTC)
    codes = second_step.renew_recovery_codes(db_session, user, now=now)
    return _codes_page(db_session, user, codes, letters.NEW_CODES, now)


def _codes_page(session: Session, user: User, codes: list[str], what: str, now: datetime) -> ResponseReturnValue:
    """Return the page of CODES, tell the owner WHAT was done, and end all other sign-ins."""
    here = signs.current_sign_in_id()
    signs.sign_out_everywhere(session, user, now, but=here)
    letters.tell_owner(session, user, what, now=now)
    signs.keep_in_browser(signs.change_token(session, here), user, now)
    return _kept_nowhere(page("recovery_codes", codes=codes))


@bp.post("/me/second-step/off")
@own_transactions
def turn_off_second_step() -> ResponseReturnValue:
    """Turn the second step off; it asks for the password."""
    user, form, now = access.proved_account(), forms.PasswordForm(), datetime.now(UTC)
    if not form.validate_on_submit():
        return page("second_step", form, 422, is_on=True)
    try:
        _prove(user, form, now)
    except (accounts.Unfit, TooMany) as error:
        return page("second_step", form, refuse(form, error), is_on=True)
    here = signs.current_sign_in_id()
    with request_transaction(current_database(), writing=True) as session:
        mine = access.somebody(session)
        if second_step.turn_off(session, mine, by=user.id, now=now):
            letters.tell_owner(session, mine, letters.STEP_OFF, now=now)
        signs.sign_out_everywhere(session, mine, now, but=here)
        token = signs.change_token(session, here)
    signs.keep_in_browser(token, user, now)
    flash(_("Your second step is off. Every other browser is signed out."))
    return redirect(url_for(".security"), 303)
