"""The steps of an attempt, read: what was saved last and counts, what was kept beside it, what was scored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, inspect, or_, select
from sqlalchemy.orm import Session, joinedload

from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, Step, StepKind

#: What a page must have seen of a question, to change it. Scores and marks come when it can no longer be changed.
TURNS = frozenset({StepKind.save, StepKind.check, StepKind.again, StepKind.accept})

#: What says which response counts.
SAVES = frozenset({StepKind.save, StepKind.accept})

#: What gives a question its score: the last of them counts.
VERDICTS = frozenset({StepKind.score, StepKind.mark, StepKind.override})


class History(NamedTuple):
    """The steps of one item, in order; of its saves perhaps only the last that counts and the last that does not."""

    steps: Sequence[Step] = ()

    @property
    def newest(self) -> int:
        """The number of the last step, 0 before the first."""
        return self.steps[-1].number if self.steps else 0

    @property
    def tip(self) -> int:
        """The number of the last step that a page must have seen to change the question, 0 before the first."""
        return max((step.number for step in self.steps if step.kind in TURNS and step.counts), default=0)

    @property
    def counting(self) -> Step | None:
        """The save that counts: the last of those that were not overtaken and not late, or a late one accepted."""
        return next((step for step in reversed(self.steps) if step.kind in SAVES and step.counts), None)

    @property
    def kept(self) -> Step | None:
        """The last save that does not count, where none that does came after it: the choice is still open."""
        saves = [step for step in self.steps if step.kind in SAVES]
        return saves[-1] if saves and not saves[-1].counts else None

    @property
    def checks(self) -> list[Step]:
        """The tries made, one after the other."""
        return [step for step in self.steps if step.kind is StepKind.check]

    @property
    def scored(self) -> Step | None:
        """The last scoring, mark or override: what the question came to. One of an answer that another was accepted in
        the place of does not hold any more."""
        accepted = self.last(StepKind.accept)
        since = accepted.number if accepted else 0
        found = (step for step in reversed(self.steps) if step.kind in VERDICTS and step.number > since)
        return next(found, None)

    @property
    def response(self) -> Response | None:
        """The response that counts, None for a blank."""
        return self.counting.response if self.counting else None

    @property
    def judged(self) -> Response | None:
        """The response that was scored at the submission; where a human has the last word, the one that counts."""
        scored = self.scored
        return scored.response if scored is not None and scored.kind is StepKind.score else self.response

    def last(self, kind: StepKind) -> Step | None:
        """Return the last step of KIND."""
        return next((step for step in reversed(self.steps) if step.kind is kind), None)

    def step(self, number: int) -> Step | None:
        """Return the step of that number."""
        return next((step for step in self.steps if step.number == number), None)

    def once(self, token: str | None) -> Step | None:
        """Return the step that was saved under TOKEN."""
        return next((step for step in self.steps if token and step.once == token), None)


def certainty_of(save: Step | None) -> int | None:
    """Return how sure somebody was of what they saved in the step SAVE; None if they did not say."""
    return (save.data or {}).get("certainty") if save is not None else None


def items_of(session: Session, attempts: Collection[Attempt]) -> list[AttemptItem]:
    """Return the items of ATTEMPTS with their versions: attempt by attempt, by slot. One query, none for those that
    were read with their items."""
    ids = [attempt.id for attempt in attempts if "items" in inspect(attempt).unloaded]
    read: dict[int, list[AttemptItem]] = defaultdict(list)
    for item in session.scalars(_ITEMS, {"attempts": ids}) if ids else ():
        read[item.attempt_id].append(item)
    return [item for attempt in attempts for item in (read[attempt.id] if attempt.id in ids else attempt.items)]


_ITEMS = (
    select(AttemptItem)
    .where(AttemptItem.attempt_id.in_(bindparam("attempts", expanding=True)))
    .options(joinedload(AttemptItem.version))
    .order_by(AttemptItem.attempt_id, AttemptItem.slot)
)


class Wanted(NamedTuple):
    """What else than the standing is read of one item: the step of a number, and the one saved under a token."""

    number: int
    once: str | None


def histories(session: Session, attempt: Attempt) -> Mapping[int, History]:
    """Return all steps of ATTEMPT by the id of their item; an item without steps has an empty history. One query."""
    steps = select(Step).join(Step.attempt_item).where(AttemptItem.attempt_id == attempt.id)
    return _by_item(session.scalars(steps.order_by(Step.attempt_item_id, Step.number)))


def standing(session: Session, attempt: Attempt, wanted: Mapping[int, Wanted] | None = None) -> Mapping[int, History]:
    """Return the same, but of the saves only the last that counts and the last that does not. One query.

    An essay is saved some hundred times, each time whole: WANTED says which other steps a save needs, by item."""
    asked: dict[str, Any] = {"attempt_id": attempt.id}
    for place, (item_id, (number, once)) in enumerate((wanted or {}).items()):
        asked |= {f"item_{place}": item_id, f"number_{place}": number, f"once_{place}": once}
    return _by_item(session.scalars(_standing_of_one(len(wanted or {})), asked))


class OneStanding(NamedTuple):
    """The standing of one question; how many of the others of its attempt are answered, and whether anything was ever
    saved in it."""

    history: History
    others: int
    was_answered: bool


def standing_at(session: Session, attempt_id: int, item_id: int, wanted: Wanted) -> OneStanding:
    """Return what `standing` says of one question, with steps of no session, and of the others what a save of it must
    know. One query."""
    asked = {"attempt_id": attempt_id, "item_0": item_id, "number_0": wanted.number, "once_0": wanted.once}
    steps: list[Step] = []
    answered: dict[int, bool] = {}
    was_answered = False
    for at_item, is_answer, *row in session.execute(_ONE_STANDING, asked):
        step = dict(zip(_OF_STEP, row, strict=True))
        was_answered = was_answered or step["kind"] is StepKind.save
        if at_item == item_id:
            steps.append(Step(attempt_item_id=at_item, **step))
        elif step["counts"] and step["kind"] in SAVES:
            answered[at_item] = is_answer
    return OneStanding(History(steps), sum(answered.values()), was_answered)


def standing_of_all(session: Session, attempts: Select[int]) -> Mapping[int, History]:
    """Return the same for all ATTEMPTS, a query for their ids. One query."""
    return _by_item(session.scalars(_standing(select(Step), _item.c.attempt_id.in_(attempts), 0)))


# Tables, not models: of what is only looked at no rows are made, and both are asked for in the same words.
_step, _item = Step.__table__, AttemptItem.__table__


@cache
def _standing_of_one(wanted: int) -> Select[Any]:
    """Return the query for an attempt, with so many WANTED: made once, for each save asks it."""
    return _standing(select(Step), _item.c.attempt_id == bindparam("attempt_id"), wanted)


def _standing(steps: Select[Any], which: ColumnElement[bool], wanted: int) -> Select[Any]:
    """Return the query STEPS for those of the attempt items that WHICH says: of saves the last of each sort, and so
    many WANTED."""
    last = (
        select(func.max(_step.c.number).label("number"), _step.c.attempt_item_id)
        .join_from(_step, _item, _item.c.id == _step.c.attempt_item_id)
        .where(which, _step.c.kind == StepKind.save)
        .group_by(_step.c.attempt_item_id, _step.c.counts)
        .subquery()
    )
    is_last = (_step.c.attempt_item_id == last.c.attempt_item_id) & (_step.c.number == last.c.number)
    shown: list[ColumnElement[bool]] = [_step.c.kind != StepKind.save, last.c.number.is_not(None)]
    for place in range(wanted):
        is_meant = or_(_step.c.number == bindparam(f"number_{place}"), _step.c.once == bindparam(f"once_{place}"))
        shown.append(and_(_step.c.attempt_item_id == bindparam(f"item_{place}"), is_meant))
    return (
        steps.join(_item, _item.c.id == _step.c.attempt_item_id)
        .outerjoin(last, is_last)
        .where(which, or_(*shown))
        .order_by(_step.c.attempt_item_id, _step.c.number)
    )


#: What is read of a step of the question that is saved.
_OF_STEP = ("number", "kind", "counts", "base_step", "once", "score", "response")

_is_it = _step.c.attempt_item_id == bindparam("item_0")
_ONE_STANDING = _standing(
    select(
        _step.c.attempt_item_id,
        _step.c.response.is_not(None),
        *(_step.c[name] for name in _OF_STEP[:-1]),
        case((_is_it, _step.c.response)),
    ),
    _item.c.attempt_id == bindparam("attempt_id"),
    wanted=1,
)


def _by_item(steps: Iterable[Step]) -> Mapping[int, History]:
    found: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        found[step.attempt_item_id].append(step)
    return defaultdict(History, {item_id: History(rows) for item_id, rows in found.items()})
