"""The page of what one is told."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.base.db import db_session
from course.base.forms import EmptyForm
from course.notices.records import mark_seen, notices_of
from course.users.access import somebody
from kruzhok.notices.access import own_notice
from kruzhok.notices.forms import SeenForm, before
from kruzhok.notices.words import told

bp = Blueprint("notices", __name__)

ON_A_PAGE = 50


@bp.get("/notices")
def notices() -> str:
    """Show what one was told, the newest first."""
    user, last = somebody(db_session), before()
    found = notices_of(db_session, user.id, before=last, most=ON_A_PAGE + 1)
    return render_template(
        "kruzhok/notices/notices.html",
        notices=told(db_session, user, found[:ON_A_PAGE]),
        newest=last is None,
        more=len(found) > ON_A_PAGE,
        form=EmptyForm(),
    )


@bp.post("/notices/<int:notice_id>")
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as seen, and go to what it tells of; of what is not open any longer, back to the list."""
    user = somebody(db_session)
    notice = own_notice(db_session, user, notice_id)
    notice.seen_at = notice.seen_at or datetime.now(UTC)
    (shown,) = told(db_session, user, [notice])
    return redirect(shown.address or url_for(".notices"), 303)


@bp.post("/notices/seen")
def seen() -> ResponseReturnValue:
    """Mark all notices as seen up to the newest that the page has shown."""
    user, form = somebody(db_session), SeenForm()
    if form.validate_on_submit():
        mark_seen(db_session, user.id, now=datetime.now(UTC), up_to=form.last_id)
    return redirect(url_for(".notices"), 303)
