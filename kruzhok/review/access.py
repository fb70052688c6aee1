"""What of reviews a user may have. What is another's, or not to be had yet, does not exist: NotFound."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import Conflict, NotFound
from course.base.words import _
from course.users.models import User
from kruzhok.calendar.dates import dates_of
from kruzhok.review.reached import reached_by
from quizzes.attempts.side_door import open_attempts
from quizzes.models import AttemptItem
from quizzes.review.asking import Asked, asked
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.withheld import standing_of


class Withheld(Conflict):
    """A question whose key may not be shown now: it stands in an open attempt, of that id, or in one that is silent."""

    title = _("This question is not to be seen now")

    def __init__(self, attempt_id: int | None = None) -> None:
        super().__init__()
        self.attempt_id = attempt_id


def check_not_withheld(session: Session, user: User, item_id: int, *, withheld: bool) -> None:
    """Raise Withheld where an item is among those that are WITHHELD from USER."""
    if withheld:
        raise Withheld(open_attempts(session, user.id).get(item_id))


def check_shown(session: Session, user: User, item_id: int, *, now: datetime) -> None:
    """Raise Withheld where an item must not be shown to USER now."""
    stands = standing_of(session, user.id, item_id, now)
    check_not_withheld(session, user, item_id, withheld=stands.is_withheld)


class Question(NamedTuple):
    """What somebody may be asked, and whether it must not be shown to them now."""

    asked: Asked
    is_withheld: bool


def question_for(session: Session, user: User, item_id: int, seen: int, *, now: datetime) -> Question:
    """Return the question that USER may be asked: one of theirs, or one that they have come so far as to be asked.

    Whether it may be seen now is another question: see `check_not_withheld`."""
    question = asked(session, item_id, seen) if item_id <= LARGEST_ID else None
    if question is None:
        raise NotFound
    stands = standing_of(session, user.id, item_id, now)
    if not stands.has_card and item_id not in reached_by(
        session, user, dates_of(session, user, now, with_changes=False), now
    ):
        raise NotFound
    return Question(question, stands.is_withheld)


def own_card(session: Session, user: User, item_id: int) -> Card:
    """Return USER's card at an item."""
    mine = select(Card).where(Card.user_id == user.id, Card.item_id == item_id)
    card = session.scalars(mine).one_or_none() if item_id <= LARGEST_ID else None
    if card is None:
        raise NotFound
    return card


def own_answer(session: Session, user: User, log_id: int) -> ReviewLog:
    """Return USER's answer in review that is that row of a log, with its card and what was answered."""
    mine = session.scalars(_ANSWER, {"log_id": log_id, "user_id": user.id}) if log_id <= LARGEST_ID else None
    log = mine.one_or_none() if mine is not None else None
    if log is None:
        raise NotFound
    return log


_ITEM = joinedload(ReviewLog.attempt_item)
_ANSWER = (
    select(ReviewLog)
    .join(ReviewLog.card)
    .where(ReviewLog.id == bindparam("log_id"), ReviewLog.source == ReviewSource.review)
    .where(Card.user_id == bindparam("user_id"))
    .options(contains_eager(ReviewLog.card))
    .options(_ITEM.joinedload(AttemptItem.attempt), _ITEM.joinedload(AttemptItem.version))
    .options(_ITEM.selectinload(AttemptItem.steps))
)
