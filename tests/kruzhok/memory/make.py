"""Somebody who remembers something, for the tests of memory."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.texts.models import Passage, Text
from course.users.models import User
from quizzes.models import Item, ItemVersion
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.scheduling import Rated, Rating, due, replay
from tests import factories
from tests.conftest import NOW

TODAY = NOW.date()


def days(number: int) -> date:
    """Return the day so many days from today."""
    return TODAY + timedelta(days=number)


def remember(session: Session, user: User, item_id: int, *answers: tuple[int, Rating], **columns: object) -> Card:
    """Return the card of an item that USER answered so: each of ANSWERS says on which day from today, and how."""
    log = [Rated(days(day), rating) for day, rating in answers]
    memory = replay(log)
    told: dict[str, object] = {"user_id": user.id, "item_id": item_id, "made_at": NOW}
    if memory is not None:
        told |= {"stability": memory.stability, "difficulty": memory.difficulty, "last_on": memory.last}
        told |= {"reviews": memory.reviews, "lapses": memory.lapses, "misses": memory.misses}
        told |= {"due_on": due(memory, user.retention)}
    card = factories.add(session, Card(**(told | columns)))
    for number, rated in enumerate(log, 1):
        at = datetime.combine(rated.day, time(12), NOW.tzinfo)
        row = {"number": number, "at": at, "day": rated.day, "rating": int(rated.rating)}
        session.add(ReviewLog(card_id=card.id, source=ReviewSource.review, **row))
    session.flush()
    return card


def hang(session: Session, item_id: int, text: Text, place: int = 0) -> int:
    """Let an item test the passage at a PLACE of TEXT, counted from 0; return the passage."""
    its = select(Passage.id).where(Passage.version_id == text.current_version_id).order_by(Passage.position)
    passage_id = session.scalars(its).all()[place]
    anchor = factories.make_anchor(session, text, made_on_passage_id=passage_id, now_passage_id=passage_id)
    version_id = session.get_one(Item, item_id).current_version_id
    session.execute(update(ItemVersion).where(ItemVersion.id == version_id).values(anchor_id=anchor.id))
    return passage_id
