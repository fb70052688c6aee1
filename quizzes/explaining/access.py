"""Whose scores are explained to whom. Views get them only here."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from course.base.errors import NotFound
from quizzes.attempts.access import OwnAttempt, own_attempt
from quizzes.models import Attempt, AttemptItem


class OwnQuestion(NamedTuple):
    """A question of an attempt of one's own."""

    own: OwnAttempt
    item: AttemptItem


def own_question(session: Session, attempt_id: int, number: int) -> OwnQuestion:
    """Return question NUMBER of a submitted attempt of whoever asks; raise NotFound for any other."""
    own = own_attempt(session, attempt_id)
    return OwnQuestion(own, question_in(own.attempt, number))


def question_in(attempt: Attempt, number: int) -> AttemptItem:
    """Return question NUMBER of ATTEMPT; raise NotFound where there is none, and while the attempt is open."""
    item = next((one for one in attempt.items if one.slot == number), None)
    if item is None or attempt.submitted_at is None:
        raise NotFound
    return item
