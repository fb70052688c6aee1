"""The steps of an attempt, read: what was saved last and counts, what was saved beside it, what was scored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, Step, StepKind


class History(NamedTuple):
    """The steps of one item, in their order."""

    steps: Sequence[Step] = ()

    @property
    def newest(self) -> int:
        """The number of the last step, 0 before the first."""
        return self.steps[-1].number if self.steps else 0

    @property
    def counting(self) -> Step | None:
        """The save that counts: the last of those that were not overtaken and not late."""
        return next((step for step in reversed(self.steps) if step.kind is StepKind.save and step.counts), None)

    @property
    def scored(self) -> Step | None:
        """The scoring at the submission."""
        return next((step for step in reversed(self.steps) if step.kind is StepKind.score), None)

    @property
    def response(self) -> Response | None:
        """The response that counts, None for a blank."""
        return self.counting.response if self.counting else None

    def step(self, number: int) -> Step | None:
        """Return the step of that number."""
        return next((step for step in self.steps if step.number == number), None)

    def once(self, token: str | None) -> Step | None:
        """Return the step that was saved under TOKEN."""
        return next((step for step in self.steps if token and step.once == token), None)


def histories(session: Session, attempt: Attempt) -> Mapping[int, History]:
    """Return all steps of ATTEMPT by the id of their item; an item without steps has an empty history. One query."""
    steps = select(Step).join(Step.attempt_item).where(AttemptItem.attempt_id == attempt.id)
    return _by_item(session.scalars(steps.order_by(Step.attempt_item_id, Step.number)))


def standing(session: Session, attempt: Attempt) -> Mapping[int, History]:
    """Return the same, but of the steps only those that pages show: the save that counts and the scoring. One query."""
    last = (
        select(func.max(Step.number).label("number"), Step.attempt_item_id, Step.kind)
        .join(Step.attempt_item)
        .where(AttemptItem.attempt_id == attempt.id, Step.counts)
        .group_by(Step.attempt_item_id, Step.kind)
        .subquery()
    )
    shown = select(Step).join(last, (Step.attempt_item_id == last.c.attempt_item_id) & (Step.number == last.c.number))
    return _by_item(session.scalars(shown.order_by(Step.attempt_item_id, Step.number)))


def _by_item(steps: Iterable[Step]) -> Mapping[int, History]:
    found: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        found[step.attempt_item_id].append(step)
    return defaultdict(History, {item_id: History(rows) for item_id, rows in found.items()})
