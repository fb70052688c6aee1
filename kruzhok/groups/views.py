"""The page of a study group."""

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups import access
from course.groups.enrolments import members_of

bp = Blueprint("group_page", __name__)


@bp.get("/groups/<slug>")
def group(slug: str) -> str:
    """Show a study group to its members: who is in it."""
    mine = access.member(db_session, slug)
    return render_template("kruzhok/groups/group.html", mine=mine, members=members_of(db_session, mine.group_id))
