"""The pages of privacy: what is kept, taking it away, erasing it."""

import tempfile
from datetime import UTC, datetime
from io import BytesIO
from typing import IO

from flask import Blueprint, current_app, redirect, render_template, send_file, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from course.base.db import current_database, db_session, request_transaction
from course.base.forms import EmptyForm
from course.base.limits import count_try
from course.base.web import own_transactions
from course.users.access import SignInFirst, proved_account, somebody, whoever
from course.users.models import User
from course.users.sign_ins import KNOWN, end_here
from kruzhok.config import Config
from kruzhok.privacy.archive import write_archive
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.forms import erase_form, heirs_in
from kruzhok.privacy.groups_held import KeysFirst, held_by
from kruzhok.privacy.keep import NOTICE_DAYS
from kruzhok.privacy.kept import reckon
from kruzhok.privacy.retention import rules
from kruzhok.privacy.words import going, staying

bp = Blueprint("privacy", __name__)

#: A larger archive is written to a file that nobody else can open and that is gone with the answer.
IN_MEMORY = 8 * 1024 * 1024

#: So many archives may one have made in a quarter of an hour.
MOST_ARCHIVES = 10


@bp.get("/privacy")
def privacy() -> str:
    """Say what is kept about whom, why, who sees it, and how long."""
    config: Config = current_app.extensions["config"]
    return render_template(
        "kruzhok/privacy/privacy.html",
        operator=config.operator,
        rules=rules(config.keep),
        unused_months=config.keep.accounts,
        notice_days=NOTICE_DAYS,
    )


@bp.get("/me/data")
def data() -> str:
    """Say what of one's own can be taken away, and lead to erasing it."""
    return render_template("kruzhok/privacy/data.html", user=somebody(db_session), form=EmptyForm())


@bp.post("/me/data.zip")
@own_transactions
def archive() -> ResponseReturnValue:
    """Give all that is stored about whoever asks, as a zip. Nobody who writes waits for that."""
    if (user := whoever()) is None:
        raise SignInFirst
    now, database = datetime.now(UTC), current_database()
    with request_transaction(database, writing=True) as session:
        count_try(session, "archive of", str(user.id), most=MOST_ARCHIVES, now=now)
    to = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (it lives as long as the answer)
    with database.transaction(writing=False) as session:
        write_archive(session, user, to, now=now)
    size = to.tell()
    to.seek(0)
    if size <= IN_MEMORY:
        content: IO[bytes] = BytesIO(to.read())
        to.close()
    else:
        content = to
    response = send_file(content, "application/zip", as_attachment=True, download_name=f"kruzhok-{now:%Y-%m-%d}.zip")
    response.call_on_close(content.close)
    return response


def _who() -> User:
    """Return who may erase themselves: a guest, or an account that has shown not long ago that it is them."""
    who = whoever()
    if who is None or not who.is_guest:
        proved_account()
    return somebody(db_session)


@bp.route("/me/erase", methods=["GET", "POST"])
def erase_me() -> ResponseReturnValue:
    """Say what goes and what stays, ask for heirs of keys, and erase whoever asks."""
    user = _who()
    held = held_by(db_session, user)
    form = erase_form(held)
    if form.validate_on_submit():
        try:
            with db_session.begin_nested():
                erase(db_session, user.id, heirs_in(form, held), now=datetime.now(UTC))
        except KeysFirst as error:  # somebody joined or left meanwhile
            form.form_errors.append(error.message or error.title)
        else:
            end_here()
            cookie.pop(KNOWN, None)
            return redirect(url_for(".erased"), 303)
    status = 422 if form.is_submitted() else 200
    goes = reckon(db_session, user)
    page = render_template(
        "kruzhok/privacy/erase.html",
        form=form,
        user=user,
        going=going(goes),
        staying=staying(goes),
        closing=[one.group for one in held if not one.others],
        fields=[field for field in form if field.type == "SelectField"],
    )
    return page, status


@bp.get("/erased")
def erased() -> str:
    """Say, to nobody in particular any longer, that it is done."""
    return render_template("kruzhok/privacy/erased.html")
