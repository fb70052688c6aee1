"""The page of a quiz that is to be printed."""

from datetime import UTC, datetime

from flask import Blueprint, render_template

from course.base.db import db_session
from course.groups.models import Role
from quizzes.paper import access
from quizzes.paper.forms import PaperForm
from quizzes.paper.paper import paper_of

bp = Blueprint("paper", __name__)


@bp.get("/courses/<course>/quizzes/<ident>/paper")
def paper(course: str, ident: str) -> str:
    """Show a quiz as it is printed, with its key where that is asked for."""
    with_key = PaperForm().key
    found = access.quiz_on_paper(db_session, course, ident, key=with_key, now=datetime.now(UTC))
    return render_template(
        "quizzes/paper.html",
        course=found.course,
        quiz=found.quiz,
        lesson=found.quiz.activity.parent,
        paper=paper_of(db_session, found.quiz, with_key=with_key),
        with_key=with_key,
        may_have_key=not found.why_no_key,
        is_tutor=found.enrolment is not None and found.enrolment.role is Role.tutor,
    )
