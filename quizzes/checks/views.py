"""The page of calibration: whether one knows what one knows."""

from flask import Blueprint, render_template

from course.base.db import db_session
from course.users.access import somebody
from quizzes.certainty import WORDS, signed
from quizzes.checks.calibration import advice, calibration, in_words

bp = Blueprint("calibration", __name__)


@bp.get("/me/calibration")
def mine() -> str:
    """Show whoever asks how sure they were of their answers to self-checks, and how these came out."""
    user = somebody(db_session)
    return render_template(
        "quizzes/calibration.html",
        calibration=calibration(db_session, user.id),
        certainties=WORDS,
        in_words=in_words,
        advice=advice,
        signed=signed,
    )
