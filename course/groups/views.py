"""The pages on which study groups are opened, joined, run and left."""

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups.enrolments import groups_of
from course.users.access import account

bp = Blueprint("groups", __name__)


@bp.get("/groups")
def groups() -> str:
    """Show the study groups of whoever asks."""
    return render_template("groups/groups.html", enrolments=groups_of(db_session, account()))
