"""What the steps of an attempt say of the memory of its items."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizzes.attempts.names import names_of
from quizzes.attempts.replay import tries_allowed, tries_of
from quizzes.attempts.steps import History, certainty_of, items_of, standing_of_all
from quizzes.items import ItemData, Names, is_marked_by_hand, parse_data, type_of
from quizzes.models import Attempt, Purpose, StepKind
from quizzes.policy import Policy
from quizzes.review.models import ReviewSource
from quizzes.scheduling import Rating, rating_of

#: Where an item of an attempt was answered. What a tutor tries out is no answer.
SOURCES: Mapping[Purpose, ReviewSource] = {
    Purpose.quiz: ReviewSource.quiz,
    Purpose.check: ReviewSource.check,
    Purpose.review: ReviewSource.review,
}

#: Whose memory of which item: (user, item).
Key = tuple[int, int]


class Answer(NamedTuple):
    """One answer of a user's to an item. Without a `rating` the item was met, and nothing is said of its memory.

    The rest is as a row of the log keeps it (`quizzes.review.models.ReviewLog`)."""

    user_id: int
    item_id: int
    at: datetime
    source: ReviewSource
    rating: Rating | None
    attempt_item_id: int | None = None
    milliseconds: int | None = None
    counts: bool = True
    once: str | None = None

    @property
    def key(self) -> Key:
        """Of which card it is."""
        return self.user_id, self.item_id


def answers_in(session: Session, attempts: Sequence[Attempt]) -> list[Answer]:
    """Return what was answered in ATTEMPTS, as it was when they were submitted; nothing of previews and of what is
    still open, and nothing of a blank. Two queries, and one for each list of names."""
    sat = {attempt.id: attempt for attempt in attempts if attempt.purpose in SOURCES and attempt.submitted_at}
    if not sat:
        return []
    names: dict[int, Names] = {}
    past = standing_of_all(session, select(Attempt.id).where(Attempt.id.in_(sat)))
    found = []
    for item in items_of(session, [sat[attempt_id] for attempt_id in sorted(sat)]):
        attempt, history = sat[item.attempt_id], _at_submission(past[item.id])
        if history.response is None and not history.checks:
            continue
        assert attempt.submitted_at is not None  # by `sat`
        if (list_id := attempt.names_id or -attempt.id) not in names:
            names[list_id] = names_of(session, attempt)
        data, policy = parse_data(item.version.data), Policy.read(attempt.policy)
        rating = rating_in(data, policy, history, names[list_id])
        source = SOURCES[attempt.purpose]
        found.append(Answer(attempt.user_id, item.version.item_id, attempt.submitted_at, source, rating, item.id))
    return found


def _at_submission(history: History) -> History:
    """Return HISTORY without what a tutor did after the submission."""
    scored = next((step.number for step in history.steps if step.kind is StepKind.score), None)
    return History([step for step in history.steps if step.number <= scored]) if scored is not None else history


def rating_in(data: ItemData, policy: Policy, history: History, names: Names) -> Rating | None:
    """Return what the answer in HISTORY says of the memory of its item; None for what only a human can mark.

    Of several tries the last is looked at, for itself: what further tries take off a score is no forgetting. A hint
    comes with a further try, and needs no looking for."""
    if is_marked_by_hand(data):
        return None
    tries = tries_of(history, allowed=tries_allowed(data, policy))
    score = type_of(data).score(data, tries[-1], names=names).score
    return rating_of(score, tries=len(tries), certainty=certainty_of(history.counting))
