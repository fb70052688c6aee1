"""How somebody without a tutor rates their own essay, once the model answer is before them (RULES, section 7)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from quizzes.attempts.ending import lock
from quizzes.attempts.steps import standing
from quizzes.items import is_marked_by_hand, parse_data
from quizzes.models import Attempt, AttemptItem, Step, StepKind


def rate(
    session: Session, attempt: Attempt, item: AttemptItem, levels: Mapping[str, str], *, by: int, now: datetime
) -> None:
    """Keep LEVELS as how its writer rates the essay at ITEM: beside the result, never in it.

    Nothing happens where the attempt is not submitted, where a tutor is awaited or has marked, and at other items."""
    lock(session, attempt)
    data, history = parse_data(item.version.data), standing(session, attempt)[item.id]
    if attempt.points is None or history.scored is not None or not is_marked_by_hand(data):
        return
    known = _known(data, levels)
    if not known:
        return
    step = Step(attempt_item_id=item.id, number=history.newest + 1, kind=StepKind.rate, data={"levels": known})
    step.base_step, step.by_id, step.at = history.newest, by, now
    session.add(step)
    session.flush()


def _known(data: object, levels: Mapping[str, str]) -> dict[str, str]:
    """Return those of LEVELS that the rubric of DATA has."""
    rubric = {one.ident: {level.ident for level in one.levels} for one in getattr(data, "rubric", ())}
    return {criterion: level for criterion, level in levels.items() if level in rubric.get(criterion, ())}
