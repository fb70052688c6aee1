"""The page on which a student reads how a score came about."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template

from course.base.db import db_session
from quizzes.attempts.pages import ordinal, seen_of
from quizzes.explaining import access
from quizzes.explaining.explaining import explain
from quizzes.limits import limits_at

bp = Blueprint("scores", __name__)


@bp.get("/attempts/<int:attempt_id>/questions/<int:number>/score")
def score(attempt_id: int, number: int) -> str:
    """Show how the score of one question of one's own attempt came about, as far as that may be seen now."""
    now = datetime.now(UTC)
    (attempt, quiz, enrolment), item = access.own_question(db_session, attempt_id, number)
    explained = explain(
        db_session,
        attempt,
        item,
        seen=seen_of(attempt, limits_at(db_session, quiz, enrolment), now),
        looker_id=attempt.user_id,
        say=current_app.jinja_env.filters["moment"],
    )
    return render_template(
        "quizzes/score.html", attempt=attempt, nth=ordinal(attempt.number), quiz=quiz, explained=explained
    )
