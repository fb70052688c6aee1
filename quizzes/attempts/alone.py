"""An attempt at one item alone, submitted as it is made: a self-check, or a review."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from sqlalchemy.orm import Session

from quizzes.attempts.ending import weight
from quizzes.attempts.names import name_list
from quizzes.attempts.replay import score_of
from quizzes.attempts.steps import History
from quizzes.items import ItemData, Response
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.policy import Policy


class Question(Protocol):
    """What is asked: on which version of an item, in which order."""

    @property
    def version_id(self) -> int: ...
    @property
    def data(self) -> ItemData: ...
    @property
    def shown(self) -> Sequence[str]: ...


def answer_alone(
    session: Session,
    attempt: Attempt,
    question: Question,
    response: Response,
    certainty: int | None = None,
    *,
    course_id: int,
    text_version_id: int | None = None,
    now: datetime,
) -> Fraction | None:
    """Let ATTEMPT, which is new, be at QUESTION alone, with that RESPONSE and how sure somebody was of it.

    TEXT_VERSION_ID is what passages were picked from. Return the score; None where only a human can mark it, and then
    there are no points."""
    policy, names = Policy(), name_list(session, course_id)
    save = Step(number=1, kind=StepKind.save, response=response, base_step=0, by_id=attempt.user_id, at=now)
    save.data, save.counts = {"certainty": certainty}, True
    score = score_of(question.data, policy, History([save]), names.names)
    item = AttemptItem(slot=1, item_version_id=question.version_id, shown=list(question.shown), steps=[save])
    item.text_version_id = text_version_id
    if score is not None:
        scored = Step(number=2, kind=StepKind.score, response=response, score=float(score), base_step=1, at=now)
        item.steps.append(scored)
    attempt.policy, attempt.names_id = policy.stored(), names.id
    attempt.started_at = attempt.submitted_at = now
    attempt.points = None if score is None else float(score * weight(question.data))
    attempt.max_points = float(weight(question.data))
    attempt.items.append(item)
    session.add(attempt)
    session.flush()
    return score
