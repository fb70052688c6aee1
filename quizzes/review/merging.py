"""The cards of a guest become those of an account: what both remember of an item is one memory."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from course.users.models import User
from quizzes.review.models import Card, ReviewLog
from quizzes.review.recording import held, learners, logs_of, set_cards


def bring_together(session: Session, guest_id: int, user: User) -> None:
    """Make the cards of a guest USER's, set by what USER wants to know. As many queries however many cards.

    Where both have one of an item, the log of USER's takes up the rows of the other, and is numbered anew by when they
    were answered; it is suspended if USER's was."""
    items = select(Card.item_id).where(Card.user_id == guest_id)
    at_the_same = and_(Card.user_id == user.id, Card.item_id.in_(items))
    cards = held(session, or_(Card.user_id == guest_id, at_the_same))
    theirs = [card for card in cards if card.user_id == guest_id]
    if not theirs:
        return
    own, logs = {card.item_id: card for card in cards if card.user_id == user.id}, logs_of(session, cards)
    kept, rows = [], []
    for card in theirs:
        now_card = own.get(card.item_id, card)
        kept.append({"id": now_card.id, "user_id": user.id, "made_at": min(card.made_at, now_card.made_at)})
        if now_card is not card:
            rows += _one_log(now_card.id, [*logs[now_card.id], *logs[card.id]])
    _renumber(session, rows)
    session.execute(delete(Card).where(Card.user_id == guest_id, Card.item_id.in_(own)), execution_options=_PLAIN)
    session.execute(update(Card), kept)
    cards = held(session, Card.id.in_([row["id"] for row in kept]))
    set_cards(session, cards, logs_of(session, cards), learners(session, [user.id]))


#: Rows are moved by statements; what is read afterwards is read anew.
_PLAIN = {"synchronize_session": False}


def _one_log(card_id: int, log: Sequence[ReviewLog]) -> list[dict[str, Any]]:
    """Return what the rows of LOG, of two cards, are to be as the log of one.

    A press of a button is not looked for again after a sign-in."""
    in_order = sorted(log, key=lambda row: (row.at, row.card_id != card_id, row.number))
    return [
        {"id": row.id, "card_id": card_id, "number": number, "once": row.once if row.card_id == card_id else None}
        for number, row in enumerate(in_order, 1)
    ]


def _renumber(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    # First past all numbers there are: on the way none may be there twice.
    past = max(row["number"] for row in rows)
    session.execute(update(ReviewLog), [row | {"number": row["number"] + past} for row in rows])
    session.execute(update(ReviewLog), [{"id": row["id"], "number": row["number"]} for row in rows])
