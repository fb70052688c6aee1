"""The page of what one is told."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField

from course.base.db import db_session
from course.base.errors import NotFound
from course.base.forms import EmptyForm, Form
from course.notices.models import Notice
from course.notices.records import mark_seen
from course.users.access import somebody
from kruzhok.notices.words import told

bp = Blueprint("notices", __name__)

ON_A_PAGE = 50
LARGEST_ID = 2**63 - 1


class SeenForm(Form):
    """Up to which notice all are seen: one that came since the page was made is not."""

    last = HiddenField()

    @property
    def last_id(self) -> int:
        """The id, 0 where it is none."""
        said = str(self.last.data or "")
        return int(said) if said.isascii() and said.isdecimal() and len(said) <= 18 else 0


@bp.get("/notices")
def notices() -> str:
    """Show what one was told, the newest first."""
    user = somebody(db_session)
    before = request.args.get("before", "")
    mine = select(Notice).where(Notice.user_id == user.id).order_by(Notice.id.desc()).limit(ON_A_PAGE + 1)
    if before.isascii() and before.isdecimal() and len(before) <= 18:
        mine = mine.where(Notice.id < int(before))
    found = db_session.scalars(mine).all()
    shown = told(db_session, user.id, found[:ON_A_PAGE])
    return render_template("kruzhok/notices/notices.html", notices=shown, more=len(found) > ON_A_PAGE, form=EmptyForm())


@bp.post("/notices/<int:notice_id>")
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as seen, and go to what it tells of."""
    user = somebody(db_session)
    notice = db_session.get(Notice, notice_id) if notice_id <= LARGEST_ID else None
    if notice is None or notice.user_id != user.id:
        raise NotFound
    notice.seen_at = notice.seen_at or datetime.now(UTC)
    (shown,) = told(db_session, user.id, [notice])
    return redirect(shown.address or url_for(".notices"), 303)


@bp.post("/notices/seen")
def seen() -> ResponseReturnValue:
    """Mark all notices as seen that the page has shown."""
    user, form = somebody(db_session), SeenForm()
    if form.validate_on_submit():
        mark_seen(db_session, user.id, now=datetime.now(UTC), up_to=form.last_id)
    return redirect(url_for(".notices"), 303)
