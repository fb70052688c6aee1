"""Pages behind links that work once: a new password, an account, another e-mail, the first administrator."""

from datetime import UTC, datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import TooMany
from course.base.forms import EmptyForm
from course.base.limits import count_try
from course.base.web import keyed, network_here, own_transactions
from course.base.words import _
from course.users import access, accounts, forms, links
from course.users import sign_ins as signs
from course.users.models import LinkKind, User
from course.users.pages import bp, entered, entry, in_place_of, page, passwords, refuse
from course.users.reading import bring_settings


@bp.route("/reset", methods=["GET", "POST"])
def reset() -> ResponseReturnValue:
    """Send a link for a new password. The answer is the same, and as quick, whether there is such an account."""
    form = forms.EmailForm()
    if not form.validate_on_submit():
        return page("reset", form, 422 if form.is_submitted() else 200)
    try:
        ask_by_mail(form.email.normal, LinkKind.reset, url_for(".reset_link", token=links.TOKEN_HERE))
    except TooMany as error:
        return page("reset", form, refuse(form, error))
    return page("sent", email=form.email.normal, what="reset")


def ask_by_mail(email: str, kind: LinkKind, path: str, *, user_id: int | None = None) -> None:
    """Have a link of KIND to PATH sent to EMAIL; raise TooMany. Nothing depends on whose the e-mail is."""
    now = datetime.now(UTC)
    count_try(db_session, f"{kind.value} from", network_here(), most=20, now=now)
    count_try(db_session, f"{kind.value} of", keyed(email), most=3, now=now)
    links.ask_link(db_session, kind, email, address=forms.whole_address(path), now=now, user_id=user_id)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@own_transactions
def reset_link(token: str) -> ResponseReturnValue:
    """Set a new password by a link from a letter, and sign in with it; a second step stays one."""
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
        own = entry(who, user, now)
    answer = entered(who, user, own, now)
    said = _("Your new password is set, and you are signed in with it.") if own else _("Your new password is set.")
    flash(said)
    return answer


@bp.route("/sign-up/<token>", methods=["GET", "POST"])
@own_transactions
def finish_sign_up(token: str) -> ResponseReturnValue:
    """Make the account whose e-mail a letter has shown, of the guest who asks if it is one, and sign in."""
    now, who = datetime.now(UTC), access.whoever()
    with request_transaction(current_database(), writing=False) as session:
        email = links.open_link(session, LinkKind.sign_up, token, now=now).email or ""
    form = forms.FinishSignUpForm()
    form.known = email
    if not form.validate_on_submit():
        return page("finish_sign_up", form, 422 if form.is_submitted() else 200, email=email)
    new = accounts.NewAccount(email, form.name.normal, passwords().hash(form.password.data))
    with request_transaction(current_database(), writing=True) as session:
        links.use_link(session, LinkKind.sign_up, token, now=now)
        guest = who.id if who is not None and who.is_guest else None
        user = accounts.sign_up(session, guest, new, now=now)
        own = in_place_of(who, user, now)
    return entered(None if guest else who, user, own, now)


@bp.route("/me/email/<token>", methods=["GET", "POST"])
def email_link(token: str) -> ResponseReturnValue:
    """Ask whether the e-mail that a letter came to is to be that of the account it names, and make it so."""
    now, form = datetime.now(UTC), EmptyForm()
    link = links.open_link(db_session, LinkKind.email, token, now=now)
    if not form.validate_on_submit():
        return page("email_link", form, email=link.email)
    user = links.take_email(db_session, token, now=now)
    flash(_("Your e-mail is {email} now.").format(email=user.email))
    return redirect(url_for(".security" if access.whoever() else ".sign_in"), 303)


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
            user = access.somebody(session)
            links.become_administrator(session, token, user, now=now)
            own = signs.change_token(session, signs.current_sign_in_id())
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
    signs.keep_in_browser(own, user, now)
    flash(_("You run this site now."))
    return redirect(forms.front(), 303)
