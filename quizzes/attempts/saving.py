"""Saving responses: a step for each that changed, and none is ever lost (DESIGN, invariant 1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from course.base.db import write_now
from quizzes.attempts.ending import is_over, lock, may_be_over
from quizzes.attempts.records import record_first_act
from quizzes.attempts.replay import Turn, turn_of
from quizzes.attempts.steps import History, OneStanding, Wanted, standing, standing_at
from quizzes.items import ItemData, Response, parse_data
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.policy import Policy


class AskedItem(NamedTuple):
    """A question of an attempt as it was when it was read, and what is known of its attempt, which has so many ITEMS.

    No row that could be changed: what is saved of a question needs no more."""

    policy: Policy
    data: ItemData
    attempt_id: int
    user_id: int
    submitted_at: datetime | None
    deadline_at: datetime | None
    items: int
    id: int
    shown: Sequence[str]
    flagged: bool


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
        outcomes[item.id], step = _became(item.id, turn, history, sent, late=late)
        if step is not None:
            step.by_id, step.at = by, now
            added.append(step)
            past[item.id] = History([*history.steps, step])
    session.add_all(added)
    session.flush()
    if added and not was_answered:  # what came too late was answered all the same
        record_first_act(session, attempt, now=now)
    return Saved(outcomes, sum(history.response is not None for history in past.values()), late)


def save_one(session: Session, asked: AskedItem, sent: Sent, *, by: int, now: datetime, at_once: bool) -> Saved:
    """Do the same for one item, ASKED in SESSION, which has only read so far (`read_first`).

    By one statement where that is all there is to be written, which AT_ONCE says of the rest of the request: others
    who save wait for the shortest time there can be."""
    saved = _save_at_once(session, asked, sent, by=by, now=now) if at_once else None
    if saved is None:
        write_now(session)
        whole = (joinedload(AttemptItem.attempt), joinedload(AttemptItem.version))
        item = session.get_one(AttemptItem, asked.id, options=whole)
        saved = save_responses(session, item.attempt, {asked.id: sent}, by=by, now=now)
    return saved


def _save_at_once(session: Session, asked: AskedItem, sent: Sent, *, by: int, now: datetime) -> Saved | None:
    """Save what was SENT by one statement; None where it takes more than a step, or others were first: then nothing is
    written.

    What was read is not read again. The statement adds the step only where the attempt is not submitted still, and
    where nobody has added one of its number."""
    if sent.problem is not None or sent.flagged != asked.flagged or may_be_over(asked, now):
        return None
    past: OneStanding = standing_at(session, asked.attempt_id, asked.id, Wanted(sent.base, sent.once))
    if not past.was_answered:
        return None
    turn = turn_of(asked.data, asked.policy, past.history)
    outcome, step = _became(asked.id, turn, past.history, sent, late=False)
    if step is not None and not _add(session, asked.attempt_id, step, by=by, now=now):
        return None
    return Saved({asked.id: outcome}, past.others + (outcome.counting is not None))


def _add(session: Session, attempt_id: int, step: Step, *, by: int, now: datetime) -> bool:
    """Add STEP, which is of no session, to the attempt, and say whether it was; on SQLite it is then committed."""
    said = {name: getattr(step, name) for name in _OF_STEP} | {"by_id": by, "at": now, "attempt": attempt_id}
    result: Any = session.execute(_step_while_open(session.get_bind().dialect.name), said)
    return bool(result.rowcount)


_OF_STEP = ("attempt_item_id", "number", "kind", "response", "counts", "base_step", "once")


@cache
def _step_while_open(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return the statement that adds a step while its attempt is open. PostgreSQL waits for who is submitting it."""
    steps, attempts = Step.metadata.tables["step"], Attempt.__table__
    names = (*_OF_STEP, "by_id", "at")
    said = select(*(bindparam(name, type_=steps.c[name].type) for name in names))
    said = said.where(attempts.c.id == bindparam("attempt"), attempts.c.submitted_at.is_(None)).with_for_update()
    adding = postgresql.insert(steps) if dialect == "postgresql" else sqlite.insert(steps)
    return adding.from_select(names, said).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _became(item_id: int, turn: Turn, history: History, sent: Sent, *, late: bool) -> tuple[Outcome, Step | None]:
    """Return what becomes of SENT, and the step to be added for it, if any."""
    if sent.response is None and turn.state != "open" and sent.base >= history.checks[-1].number:
        return Outcome(history.tip, history.response), None  # that page shows no fields, and so sends none
    return _save(item_id, history, sent, is_open=not late and turn.state == "open")


def _save(item_id: int, history: History, sent: Sent, *, is_open: bool) -> tuple[Outcome, Step | None]:
    """Return the same for what a page sent whose fields are open, or came too late."""
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
        attempt_item_id=item_id,
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
