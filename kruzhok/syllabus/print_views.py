"""The page that is the syllabus on paper."""

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups import access
from kruzhok.syllabus.pages import hours_in_common
from kruzhok.syllabus.printing import on_paper as paper_of

bp = Blueprint("syllabus_print", __name__)


@bp.get("/groups/<slug>/syllabus/print")
def on_paper(slug: str) -> str:
    """Show the syllabus to a member as it is handed out: what is for the whole group."""
    mine = access.member(db_session, slug)
    assert mine.group is not None
    paper = paper_of(db_session, mine.group)
    held = [one.meeting for one in paper.meetings if one.meeting.cancelled_at is None]
    return render_template("kruzhok/syllabus/print.html", mine=mine, paper=paper, usual=hours_in_common(held))
