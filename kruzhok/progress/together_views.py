"""The page of what a study group has done together, and of the passages that were missed: for all its members."""

from datetime import UTC, datetime

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups.access import member
from course.groups.models import Role
from kruzhok.progress.remembered import remembered_in
from kruzhok.progress.sums import FEWEST
from kruzhok.progress.together import figures_of, missed_in

bp = Blueprint("together", __name__)


@bp.get("/groups/<slug>/progress/passages")
def together(slug: str) -> str:
    """Show a member what may be said of all members together. Nothing in the address makes it be of some of them."""
    mine = member(db_session, slug)
    assert mine.group is not None
    now = datetime.now(UTC)
    return render_template(
        "kruzhok/progress/together.html",
        mine=mine,
        figures=figures_of(db_session, mine.group, now),
        missed=missed_in(db_session, mine.group, mine.user_id),
        remembered=remembered_in(db_session, mine.group, mine.user_id, now),
        fewest=FEWEST,
        is_tutor=mine.role is Role.tutor,
    )
