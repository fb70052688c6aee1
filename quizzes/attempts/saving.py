"""Saving responses: a step for each that changed, and none is ever lost (DESIGN, invariant 1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from quizzes.attempts.ending import is_over, lock
from quizzes.attempts.records import record_first_act
from quizzes.attempts.replay import turn_of
from quizzes.attempts.steps import History, Wanted, standing
from quizzes.items import Response, parse_data
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.policy import Policy


class Sent(NamedTuple):
    """What a page sent of one item: its response, or in words the PROBLEM why that is none; the step that the page had
    seen; a token by which a repetition is known; whether the question is flagged; whether the places of an ordering had
    to be mended."""

    response: Response | None = None
    base: int = 0
    once: str | None = None
    flagged: bool = False
    problem: str | None = None
    mended: bool = False


class Outcome(NamedTuple):
    """What became of one item: the step that the page has now seen and the response that counts.

    `overtaken`: what the page showed is not what counts. `kept`: the step that keeps what it sent, uncounted."""

    step: int
    counting: Response | None
    overtaken: bool = False
    kept: Step | None = None


class Saved(NamedTuple):
    """What became of each item that was sent, by its id; how many items of the attempt are answered now; whether it all
    came too late to count."""

    outcomes: Mapping[int, Outcome]
    answered: int
    late: bool = False


def save_responses(session: Session, attempt: Attempt, parsed: Mapping[int, Sent], *, by: int, now: datetime) -> Saved:
    """Save what PARSED says of the items of ATTEMPT (by their ids), for the user of the id BY.

    Each response that the page really changed is one more step; a blank after an answer is one too. A save on a page
    that another had overtaken, one at a question that is checked, and one after the submission or too long after the
    deadline, is kept and does not count."""
    lock(session, attempt)
    late = is_over(session, attempt, now=now)
    wanted = {item_id: Wanted(sent.base, sent.once) for item_id, sent in parsed.items()}
    past = dict(standing(session, attempt, wanted))
    policy = Policy.read(attempt.policy)
    outcomes: dict[int, Outcome] = {}
    added: list[Step] = []
    was_answered = any(step.kind is StepKind.save for history in past.values() for step in history.steps)
    for item_id, sent in parsed.items():
        item = session.get_one(AttemptItem, item_id)
        if not late and item.flagged != sent.flagged:
            item.flagged = sent.flagged
        if sent.problem is not None:
            continue
        history = past.get(item.id, History())
        turn = turn_of(parse_data(item.version.data), policy, history)
        if sent.response is None and turn.state != "open" and sent.base >= history.checks[-1].number:
            outcomes[item.id] = Outcome(history.tip, history.response)  # that page shows no fields, and so sends none
            continue
        outcomes[item.id], step = _save(item, history, sent, is_open=not late and turn.state == "open")
        if step is not None:
            step.by_id, step.at = by, now
            added.append(step)
            past[item.id] = History([*history.steps, step])
    session.add_all(added)
    session.flush()
    if added and not was_answered:  # what came too late was answered all the same
        record_first_act(session, attempt, now=now)
    return Saved(outcomes, sum(history.response is not None for history in past.values()), late)


def _save(item: AttemptItem, history: History, sent: Sent, *, is_open: bool) -> tuple[Outcome, Step | None]:
    """Return what becomes of SENT, and the step to be added for it, if any."""
    tip, counts_now = history.tip, history.response
    base = min(max(sent.base, 0), history.newest)
    if (again := history.once(sent.once)) is not None:
        kept = None if again.counts else again
        return Outcome(again.number, counts_now, overtaken=tip > again.number or kept is not None, kept=kept), None
    if sent.response == counts_now:
        return Outcome(tip, counts_now), None
    seen = history.step(base)
    if sent.response == (seen.response if seen else None):  # this page did not change it, another did
        kept = seen if seen and not seen.counts else None
        return Outcome(base, counts_now, overtaken=True, kept=kept), None
    last = history.kept
    if last is not None and last.response == sent.response and (not is_open or last.base_step == base):
        return Outcome(last.number, counts_now, overtaken=True, kept=last), None  # the same page, sent again
    on_the_line = base >= tip and (seen is None or seen.counts)
    step = Step(
        attempt_item_id=item.id,
        number=history.newest + 1,
        kind=StepKind.save,
        response=sent.response,
        counts=is_open and on_the_line,
        base_step=base,
        once=sent.once,
    )
    if step.counts:
        return Outcome(step.number, sent.response), step
    return Outcome(step.number, counts_now, overtaken=True, kept=step), step


def keep(session: Session, attempt: Attempt, item: AttemptItem, number: int, *, by: int, now: datetime) -> None:
    """Make the save NUMBER of ITEM, of two that were made on different pages, the one that counts: by one more step.

    0 is the one that counts already, for a page that was only told of the other.
    Nothing happens where it counts already and nothing stands against it, where there is no such save, and where the
    question can no longer be changed."""
    lock(session, attempt)
    history = standing(session, attempt, {item.id: Wanted(number, None)})[item.id]
    chosen, policy = history.step(number) if number else history.counting, Policy.read(attempt.policy)
    if chosen is None or chosen.kind is not StepKind.save or history.kept is None or is_over(session, attempt, now=now):
        return
    if turn_of(parse_data(item.version.data), policy, history).state != "open":
        return
    session.add(
        Step(
            attempt_item_id=item.id,
            number=history.newest + 1,
            kind=StepKind.save,
            response=chosen.response,
            base_step=chosen.number,
            by_id=by,
            at=now,
        )
    )
    session.flush()
