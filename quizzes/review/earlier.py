"""Cards of what was answered before there were any: made by the worker, a few attempts at a time."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizzes.models import Attempt, Purpose
from quizzes.review.answers import answers_in
from quizzes.review.recording import record_answers

#: So many attempts are read in one transaction: others wait no longer for it than for one who hands in a quiz.
PIECE = 25


def record_earlier(session: Session, after: int) -> int | None:
    """Write down what the next PIECE of submitted attempts after the one of id AFTER says of the memory of its items.

    Return the last of them, None where there are no more. What is written down already is not written again."""
    attempts = session.scalars(
        select(Attempt)
        .where(
            Attempt.id > after, Attempt.submitted_at.is_not(None), Attempt.purpose.in_((Purpose.quiz, Purpose.check))
        )
        .order_by(Attempt.id)
        .limit(PIECE)
    ).all()
    record_answers(session, answers_in(session, attempts))
    return attempts[-1].id if attempts else None
