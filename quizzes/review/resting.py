"""The questions that somebody lets rest: they come in review no more until they are woken."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizzes.models import Item, ItemVersion
from quizzes.review.models import Card


class Resting(NamedTuple):
    """A question that rests: what it asks, and since when."""

    item_id: int
    stem: str
    since: datetime


def resting_of(session: Session, user_id: int, closed: Collection[int]) -> Sequence[Resting]:
    """Return the questions that a user lets rest, the latest first, without what is withheld (CLOSED). One query."""
    rows = session.execute(
        select(Card.item_id, ItemVersion.data["stem"].as_string(), Card.suspended_at)
        .join(Item, Item.id == Card.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Card.user_id == user_id, Card.suspended_at.is_not(None), Item.retired_at.is_(None))
        .where(Card.item_id.not_in(closed))
        .order_by(Card.suspended_at.desc(), Card.id)
    )
    return [Resting(*row) for row in rows]
