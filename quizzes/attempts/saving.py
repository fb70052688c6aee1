"""Saving responses: a step for each that changed, and none is ever lost (DESIGN, invariant 1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from quizzes.attempts.records import record_first_act
from quizzes.attempts.steps import History, histories
from quizzes.attempts.taking import lock
from quizzes.items import Response
from quizzes.models import Attempt, Step, StepKind


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

    `overtaken`: what the page showed is not what counts. `kept`: what it sent is kept, and does not count."""

    step: int
    counting: Response | None
    overtaken: bool = False
    kept: bool = False


class Saved(NamedTuple):
    """What became of each item that was sent, by its id; how many items of the attempt are answered now."""

    outcomes: Mapping[int, Outcome]
    answered: int


def save_responses(session: Session, attempt: Attempt, parsed: Mapping[int, Sent], *, by: int, now: datetime) -> Saved:
    """Save what PARSED says of the items of ATTEMPT (by their ids), for the user of the id BY.

    Each response that the page really changed is one more step; a blank after an answer is one too. A save on a page
    that another had overtaken, and one after the submission, is kept and does not count."""
    lock(session, attempt)
    past = dict(histories(session, attempt))
    first = not any(step.kind is StepKind.save for history in past.values() for step in history.steps)
    outcomes: dict[int, Outcome] = {}
    added = False
    for item in attempt.items:
        if (sent := parsed.get(item.id)) is None:
            continue
        if attempt.submitted_at is None and item.flagged != sent.flagged:
            item.flagged = sent.flagged
        if sent.problem is not None:
            continue
        history = past.get(item.id, History())
        outcomes[item.id], step = _save(item.id, history, sent, late=attempt.submitted_at is not None)
        if step is not None:
            step.by_id, step.at, added = by, now, True
            session.add(step)
            past[item.id] = History([*history.steps, step])
    session.flush()
    if first and added and attempt.submitted_at is None:
        record_first_act(session, attempt, now=now)
    return Saved(outcomes, sum(history.response is not None for history in past.values()))


def _save(item_id: int, history: History, sent: Sent, *, late: bool) -> tuple[Outcome, Step | None]:
    """Return what becomes of SENT, and the step to be added for it, if any."""
    counting = history.counting
    counts_now = history.response
    number = counting.number if counting else 0
    base = min(max(sent.base, 0), history.newest)
    if (again := history.once(sent.once)) is not None:
        return Outcome(again.number, counts_now, overtaken=number > again.number, kept=not again.counts), None
    if sent.response == counts_now:
        return Outcome(number, counts_now), None
    seen = history.step(base)
    if sent.response == (seen.response if seen else None):  # this page did not change it, another did
        return Outcome(base, counts_now, overtaken=True, kept=bool(seen and not seen.counts)), None
    last = history.steps[-1] if history.steps else None
    if last and not last.counts and last.response == sent.response and (late or last.base_step == base):
        return Outcome(last.number, counts_now, overtaken=True, kept=True), None  # the same page, sent again
    overtaken = number > base
    step = Step(
        attempt_item_id=item_id,
        number=history.newest + 1,
        kind=StepKind.save,
        response=sent.response,
        counts=not (overtaken or late),
        base_step=base,
        once=sent.once,
    )
    if step.counts:
        return Outcome(step.number, sent.response), step
    return Outcome(step.number, counts_now, overtaken=True, kept=True), step
