"""What a tutor changes of a score: another number in its place, or an answer let count that had not.

Nothing is ever changed that was: each is one more step, or two, and the attempt is added up anew."""

import logging
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from quizzes.attempts.ending import is_awaited, lock, total_up, weight
from quizzes.attempts.names import names_of
from quizzes.attempts.records import record
from quizzes.attempts.replay import score_of, turn_of
from quizzes.attempts.steps import History
from quizzes.explaining.explaining import history_of
from quizzes.items import is_marked_by_hand, parse_data
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.policy import Policy

log = logging.getLogger(__name__)

#: Characters of a reason.
LONGEST_REASON = 2_000


class NotToBeChanged(Conflict):
    """The score cannot be changed so, or not now; the message says why."""

    title = _("This score was not changed")


def override(
    session: Session, attempt: Attempt, item: AttemptItem, points: Fraction, reason: str, *, by: int, now: datetime
) -> None:
    """Put POINTS, from 0 to the item's, in the place of what ITEM of ATTEMPT came to, by the user BY, with a REASON.

    The same again by the same user is once. Raise NotToBeChanged while a tutor has yet to mark it."""
    history = _locked(session, attempt, item)
    data, last = parse_data(item.version.data), history.scored
    if last is None and is_awaited(session, attempt):
        raise NotToBeChanged(_("This answer waits to be marked. Mark it: that is how it gets its score."))
    score = float(points / weight(data))
    said = {"reason": reason}
    if last is not None and (last.kind, last.score, last.data, last.by_id) == (StepKind.override, score, said, by):
        return
    awaits = is_awaited(session, attempt)
    session.add(_step(item, history, StepKind.override, by=by, now=now, score=score, data=said))
    _add_up(session, attempt, awaits=awaits, now=now)
    log.info("Item %d of attempt %d set to %s by user %d", item.id, attempt.id, score, by)


def accept(session: Session, attempt: Attempt, item: AttemptItem, number: int, *, by: int, now: datetime) -> None:
    """Let the answer of step NUMBER of ITEM, which came late or from an older page, be the one that counts.

    It is scored at once; an essay goes back to be marked. What was scored, marked or set before is of the other answer
    and holds no more. Twice is once. Raise NotToBeChanged where there is no such answer, and where none could count
    since the tries were used up."""
    history = _locked(session, attempt, item)
    data, policy = parse_data(item.version.data), Policy.read(attempt.policy)
    chosen, counting = history.step(number), history.counting
    if counting is not None and counting.kind is StepKind.accept and counting.base_step == number:
        return
    if chosen is None or chosen.kind is not StepKind.save or chosen.counts or chosen.response is None:
        raise NotToBeChanged(_("There is no such answer kept here. Load the page again to see which there are."))
    if turn_of(data, policy, history).state == "finished":
        raise NotToBeChanged(_("All tries were used before this answer came, or one of them was right."))
    awaits = is_awaited(session, attempt) or is_marked_by_hand(data)
    accepted = _step(item, history, StepKind.accept, by=by, now=now)
    accepted.response, accepted.base_step = chosen.response, number
    session.add(accepted)
    history = History([*history.steps, accepted])
    score = score_of(data, policy, history, names_of(session, attempt))
    if score is not None:
        session.add(_step(item, history, StepKind.score, by=by, now=now, score=float(score)))
    _add_up(session, attempt, awaits=awaits, now=now)
    log.info("Step %d of item %d of attempt %d accepted by user %d", number, item.id, attempt.id, by)


def _locked(session: Session, attempt: Attempt, item: AttemptItem) -> History:
    """Return the steps of ITEM once nobody else changes them."""
    lock(session, attempt)
    if attempt.submitted_at is None:
        raise NotToBeChanged(_("This attempt is open. There are no scores before it is submitted."))
    return history_of(session, item)


def _step(item: AttemptItem, history: History, kind: StepKind, *, by: int, now: datetime, **columns: object) -> Step:
    """Return the next step of ITEM, on the answer that counts."""
    counting = history.counting
    told = {"response": history.response, "base_step": counting.number if counting else 0} | columns
    return Step(attempt_item_id=item.id, number=history.newest + 1, kind=kind, by_id=by, at=now, **told)


def _add_up(session: Session, attempt: Attempt, *, awaits: bool, now: datetime) -> None:
    session.flush()
    total_up(session, attempt, awaits=awaits)
    record(session, attempt, now=now)
