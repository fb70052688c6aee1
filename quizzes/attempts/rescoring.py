"""Stored answers, many at once, with all that their scores hang on: to score them anew, by the old key or by another.

They come in pieces, so that a course of any size takes no more memory than a small one."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from quizzes.attempts.names import names_of
from quizzes.attempts.replay import final_score, score_of
from quizzes.attempts.steps import History
from quizzes.items import ItemData, Names, parse_data
from quizzes.models import Attempt, AttemptItem
from quizzes.policy import Policy

#: Attempts that are in memory at a time.
PIECE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done at one question of a submitted attempt. `data` is what was asked then, `names` what held then."""

    attempt: Attempt
    item: AttemptItem
    data: ItemData
    policy: Policy
    history: History
    names: Names

    @property
    def stored(self) -> float | None:
        """The score that is in the database; None where a human has not marked yet."""
        scored = self.history.scored
        return None if scored is None else scored.score

    def replayed(self) -> Fraction | None:
        """Return what the steps come to now: it must be what is stored."""
        return final_score(self.data, self.policy, self.history, self.names)

    def by_another(self, data: ItemData) -> Fraction | None:
        """Return what the same tries would earn at DATA, another version of the item, had no human marked them."""
        return score_of(data, self.policy, self.history, self.names)


def answers_in(session: Session, which: ColumnElement[bool]) -> Iterator[Answer]:
    """Yield the answers of all submitted attempts of which WHICH holds, by attempt and question.

    What was yielded may be forgotten by SESSION once the next is asked for. Three queries for every PIECE attempts, and
    one for each version of an item and each list of names."""
    attempts = (
        select(Attempt)
        .where(Attempt.submitted_at.is_not(None), which)
        .order_by(Attempt.id)
        .options(selectinload(Attempt.items).selectinload(AttemptItem.steps))
        .execution_options(yield_per=PIECE)
    )
    versions: dict[int, ItemData] = {}
    names: dict[tuple[int | None, int | None], Names] = {}
    for attempt in session.scalars(attempts):
        policy, key = Policy.read(attempt.policy), (attempt.names_id, attempt.activity_id)
        if key not in names:
            names[key] = names_of(session, attempt)
        for item in attempt.items:
            if item.item_version_id not in versions:
                versions[item.item_version_id] = parse_data(item.version.data)
            yield Answer(attempt, item, versions[item.item_version_id], policy, History(item.steps), names[key])
