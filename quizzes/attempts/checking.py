"""Answers that are scored as they are given: a check, and a further try where the quiz gives several."""

from datetime import datetime

from sqlalchemy.orm import Session

from course.base.words import _
from quizzes.attempts.ending import is_over, lock
from quizzes.attempts.names import names_of
from quizzes.attempts.replay import turn_of
from quizzes.attempts.steps import History, standing
from quizzes.items import ItemData, parse_data, type_of
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.policy import Policy

BLANK = _("Give an answer first. Nothing was counted.")
PARTLY = _("Something is left to fill in. Nothing was counted.")
SAME = _("This is the answer that was checked before. Nothing was counted.")


def check(session: Session, attempt: Attempt, item: AttemptItem, *, by: int, now: datetime) -> str | None:
    """Score the response to ITEM that counts, as one try; return in words why not where that is not to be.

    A blank, an answer with something left to fill in and the same answer again cost nothing (RULES, section 3). At a
    question that is not open nothing happens."""
    lock(session, attempt)
    history, data = standing(session, attempt)[item.id], parse_data(item.version.data)
    turn = turn_of(data, Policy.read(attempt.policy), history)
    if turn.state != "open" or not turn.left or is_over(session, attempt, now=now):
        return None
    if (problem := _not_to_be_checked(data, history)) is not None:
        return problem
    scored = type_of(data).score(data, history.response, names=names_of(session, attempt))
    session.add(
        Step(
            attempt_item_id=item.id,
            number=history.newest + 1,
            kind=StepKind.check,
            response=history.response,
            score=float(scored.score),
            base_step=history.tip,
            by_id=by,
            at=now,
        )
    )
    session.flush()
    return None


def _not_to_be_checked(data: ItemData, history: History) -> str | None:
    response = history.response
    if response is None:
        return BLANK
    if not type_of(data).is_complete(data, response):
        return PARTLY
    if history.checks and history.checks[-1].response == response:
        return SAME
    return None


def try_again(session: Session, attempt: Attempt, item: AttemptItem, *, by: int, now: datetime) -> None:
    """Open ITEM for its next try; nothing happens where it is open, or has none."""
    lock(session, attempt)
    history = standing(session, attempt)[item.id]
    turn = turn_of(parse_data(item.version.data), Policy.read(attempt.policy), history)
    if turn.state != "checked" or is_over(session, attempt, now=now):
        return
    step = Step(attempt_item_id=item.id, number=history.newest + 1, kind=StepKind.again, response=history.response)
    step.base_step, step.by_id, step.at = history.tip, by, now
    session.add(step)
    session.flush()
