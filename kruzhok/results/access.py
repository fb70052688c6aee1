"""Whose results may be seen by whom. Views get them only here."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from quizzes.attempts.access import quiz_named
from quizzes.models import Attempt, Quiz
from quizzes.results.taken import attempts_in
from quizzes.rules.access import Tutoring, tutoring

__all__ = ["Tutoring", "quiz_in", "tutoring"]


def quiz_in(session: Session, asking: Tutoring, ident: str) -> Quiz:
    """Return the quiz of that ident that the group of who asks can take; a retired one only if it was taken there.

    Raise NotFound."""
    quiz = quiz_named(session, asking.mine.course, ident, asking.mine)
    if quiz.activity.retired_at is not None:
        taken = attempts_in(asking.group.id, quiz.activity_id).limit(1)
        if session.scalar(select(Attempt.id).where(Attempt.id.in_(taken)).limit(1)) is None:
            raise NotFound
    return quiz
