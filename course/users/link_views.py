"""Pages behind links that work once: a new password, the first administrator."""

from datetime import UTC, datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import TooMany
from course.base.forms import EmptyForm
from course.base.limits import count_try
from course.base.web import own_transactions
from course.base.words import _
from course.users import access, accounts, forms, links
from course.users import sign_ins as signs
from course.users.models import LinkKind, User
from course.users.pages import address, bp, entered, in_place_of, page, passwords, refuse
from course.users.reading import bring_settings


@bp.route("/reset", methods=["GET", "POST"])
def reset() -> ResponseReturnValue:
    """Send a link for a new password. The answer is the same whether there is such an account."""
    form = forms.ResetForm()
    if not form.validate_on_submit():
        return page("reset", form, 422 if form.is_submitted() else 200)
    now = datetime.now(UTC)
    try:
        count_try(db_session, "reset from", address(), most=20, now=now)
        count_try(db_session, "reset of", form.email.normal, most=3, now=now)
    except TooMany as error:
        return page("reset", form, refuse(form, error))
    links.ask_reset(
        db_session,
        form.email.normal,
        address=lambda token: forms.whole_address(url_for(".reset_link", token=token)),
        now=now,
    )
    return page("reset_sent", email=form.email.normal)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@own_transactions
def reset_link(token: str) -> ResponseReturnValue:
    """Set a new password by a link from a letter, and sign in with it."""
    now = datetime.now(UTC)
    who = access.whoever()
    with request_transaction(current_database(), writing=False) as session:
        owner = session.get_one(User, links.open_link(session, LinkKind.reset, token, now=now).user_id)
    form = forms.NewPasswordForm()
    form.known = (owner.email or "", owner.name)
    if not form.validate_on_submit():
        return page("new_password", form, 422 if form.is_submitted() else 200, user=owner)
    new = passwords().hash(form.password.data)
    with request_transaction(current_database(), writing=True) as session:
        user = links.reset_password(session, token, new, now=now)
        own = in_place_of(who, user, now)
    answer = entered(who, user, own)
    flash(_("Your new password is set, and you are signed in with it."))
    return answer


@bp.route("/set-up/<token>", methods=["GET", "POST"])
@own_transactions
def set_up(token: str) -> ResponseReturnValue:
    """Make the first administrator: the account that is signed in, or a new one."""
    now, who = datetime.now(UTC), access.whoever()
    with request_transaction(current_database(), writing=False) as session:
        links.open_link(session, LinkKind.setup, token, now=now)
    has_account = who is not None and not who.is_guest
    form = EmptyForm() if has_account else forms.SignUpForm()
    if not form.validate_on_submit():
        return page("set_up", form, 422 if form.is_submitted() else 200, user=who if has_account else None)
    if has_account:
        with request_transaction(current_database(), writing=True) as session:
            links.become_administrator(session, token, access.somebody(session), now=now)
    else:
        new = accounts.NewAccount(form.email.normal, form.name.normal, passwords().hash(form.password.data))
        try:
            with request_transaction(current_database(), writing=True) as session:
                user = accounts.sign_up(session, who.id if who else None, new, now=now)
                bring_settings(user)
                links.become_administrator(session, token, user, now=now)
                own = signs.add_sign_in(session, user, signs.device_here(), now)
        except accounts.EmailTaken as taken:
            form.email.errors = [taken.title + _(". Sign in first, then open this link again.")]
            return page("set_up", form, taken.status, user=None)
        signs.keep_in_browser(own, user)
    flash(_("You run this site now."))
    return redirect(forms.front(), 303)
