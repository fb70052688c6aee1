"""What was answered, written down for the memory of its items: in the transaction in which it was answered.

A card is set from its log alone (`quizzes.scheduling.replay`), so that whatever is added, taken back or brought
together comes to the same in any order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from course.base.db import among, insert_into
from course.base.errors import Conflict
from course.base.words import _
from course.users.models import User
from quizzes.models import Attempt
from quizzes.review.answers import Answer, Key, answers_in
from quizzes.review.models import Card, ReviewLog
from quizzes.scheduling import Memory, Rated, Rating, due, interval, replay, study_day


class Learner(NamedTuple):
    """What of a user their cards are set by."""

    zone: ZoneInfo
    retention: float


def record_attempt(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Write down what ATTEMPT, which is submitted by NOW, says of the memory of its items. Twice is once.

    As many queries however many items there are. A blank says nothing, and a tutor's preview neither."""
    record_answers(session, answers_in(session, [attempt]))


def record_answers(session: Session, answers: Sequence[Answer]) -> None:
    """Add ANSWERS to the logs of their cards, and set the cards.

    Who met an item without saying what they know of it gets a card that is new. What was made of an item of an attempt
    before is not added again. Seven queries, however many answers."""
    if answers:
        cards = hold_cards(session, answers)
        write_down(session, answers, cards, logs_of(session, cards.values()))


def write_down(
    session: Session,
    answers: Iterable[Answer],
    cards: Mapping[Key, Card],
    logs: dict[int, list[ReviewLog]],
    users: Mapping[int, Learner] | None = None,
) -> Sequence[ReviewLog]:
    """Add ANSWERS to the LOGS of their CARDS, which are held, set the cards, and return the rows that were added, in no
    order. USERS are whose cards these are, where that is known. Three queries, else two."""
    if users is None:
        users = learners(session, {user_id for user_id, _item_id in cards})
    known = {row.attempt_item_id for rows in logs.values() for row in rows} - {None}
    rows = []
    for answer in sorted(answers, key=lambda answer: answer.at):
        if answer.rating is None or answer.attempt_item_id in known:
            continue
        card = cards[answer.key]
        row = _row(answer, card, logs[card.id], users[answer.user_id].zone)
        logs[card.id].append(ReviewLog(**row))
        rows.append(row)
    added: Sequence[ReviewLog] = ()
    if rows:  # all go along at once
        written = insert(ReviewLog).returning(ReviewLog)
        added = session.scalars(written, rows, execution_options={"render_nulls": True}).all()
    changed = {row["card_id"] for row in rows}
    set_cards(session, [card for card in cards.values() if card.id in changed], logs, users)
    return added


def _row(answer: Answer, card: Card, log: Sequence[ReviewLog], zone: ZoneInfo) -> dict[str, Any]:
    """Return the columns of the next row of the LOG of CARD."""
    assert answer.rating is not None  # what was only met is not in the log
    return {
        "card_id": card.id,
        "number": max((row.number for row in log), default=0) + 1,
        "at": answer.at,
        "day": study_day(answer.at, zone),
        "rating": int(answer.rating),
        "source": answer.source,
        "milliseconds": answer.milliseconds,
        "attempt_item_id": answer.attempt_item_id,
        "counts": answer.counts,
        "once": answer.once,
    }


def hold_user(session: Session, user_id: int) -> Learner:
    """Hold on to a user until the transaction ends, before anything of theirs is held, and return by what their cards
    are set: who would merge them or set their cards anew waits, or was first and is waited for. Raise Conflict where
    they are no more. One query."""
    row = session.execute(_HELD_USER, {"user_id": user_id}).one_or_none()
    if row is None:
        raise Conflict(_("You have signed in meanwhile. Load the page again."))
    return Learner(ZoneInfo(row.zone), row.retention)


# FOR KEY SHARE is what each row takes that comes to name a user: taken later, two would wait for each other.
_HELD_USER = (
    select(User.zone, User.retention).where(User.id == bindparam("user_id")).with_for_update(read=True, key_share=True)
)


def hold_card(session: Session, met: Answer) -> Card:
    """Return the card of who MET an item, as `hold_cards` does. One query where there is one, as of most there is."""
    asked = {"user_id": met.user_id, "item_id": met.item_id}
    card = session.scalars(_HELD_CARD, asked, execution_options={"populate_existing": True}).one_or_none()
    return card if card is not None else hold_cards(session, [met])[met.key]


_HELD_CARD = (
    select(Card).where(Card.user_id == bindparam("user_id"), Card.item_id == bindparam("item_id")).with_for_update()
)


def hold_cards(session: Session, answers: Iterable[Answer]) -> dict[Key, Card]:
    """Return the cards of ANSWERS, each made where it is not there; nobody else changes them before the transaction
    ends. Two queries."""
    met: dict[Key, datetime] = {}
    for answer in answers:
        met[answer.key] = min(answer.at, met.get(answer.key, answer.at))
    # In one order for all, so that two who make or hold the same cards wait for each other and not crosswise.
    rows = [{"user_id": key[0], "item_id": key[1], "made_at": at} for key, at in sorted(met.items())]
    session.execute(insert_into(session, Card).on_conflict_do_nothing(), rows)
    return {(card.user_id, card.item_id): card for card in held(session, among(Card.user_id, Card.item_id, met))}


def held(session: Session, which: ColumnElement[bool]) -> Sequence[Card]:
    """Return the cards that WHICH holds for, as they are and stay until the transaction ends. One query."""
    cards = select(Card).where(which).order_by(Card.id).with_for_update()
    return session.scalars(cards, execution_options={"populate_existing": True}).all()


def logs_of(session: Session, cards: Iterable[Card]) -> dict[int, list[ReviewLog]]:
    """Return card -> all rows of its log, in no order. One query."""
    found: dict[int, list[ReviewLog]] = defaultdict(list)
    asked = {"cards": [card.id for card in cards]}
    for row in session.scalars(_LOGS, asked, execution_options={"populate_existing": True}):
        found[row.card_id].append(row)
    return found


_LOGS = select(ReviewLog).where(ReviewLog.card_id.in_(bindparam("cards", expanding=True)))


def learners(session: Session, user_ids: Collection[int]) -> dict[int, Learner]:
    """Return what the cards of users are set by, as it is once the cards are held. One query."""
    rows = session.execute(select(User.id, User.zone, User.retention).where(User.id.in_(user_ids)))
    return {user_id: Learner(ZoneInfo(zone), retention) for user_id, zone, retention in rows}


def rebuild(session: Session, card: Card, user: User) -> None:
    """Set CARD, of USER, from its log. Two queries."""
    set_cards(session, [card], logs_of(session, [card]), {user.id: Learner(ZoneInfo(user.zone), user.retention)})


def set_cards(
    session: Session, cards: Collection[Card], logs: Mapping[int, Sequence[ReviewLog]], users: Mapping[int, Learner]
) -> None:
    """Set CARDS from their LOGS. One query, none where there are no cards."""
    rows = {card.id: _columns(remembered(logs.get(card.id, ())), users[card.user_id].retention) for card in cards}
    if not rows:
        return
    # One statement for all of them: the session would write one for each set of columns that changed.
    session.execute(update(Card), [{"id": card_id, **columns} for card_id, columns in rows.items()])
    for card in cards:
        for name, value in rows[card.id].items():
            set_committed_value(card, name, value)


def counting(log: Iterable[ReviewLog]) -> list[ReviewLog]:
    """Return the rows of the LOG of a card that its memory is made of, in order."""
    rows = [row for row in log if row.counts and row.taken_back_at is None]
    return sorted(rows, key=lambda row: (row.at, row.number))


def remembered(log: Iterable[ReviewLog]) -> Memory | None:
    """Return what the LOG of a card comes to; None where nothing in it counts."""
    return replay(
        Rated(row.day, Rating(row.rating), None if row.milliseconds is None else row.milliseconds / 1000)
        for row in counting(log)
    )


def _columns(memory: Memory | None, retention: float) -> dict[str, Any]:
    """Return the columns of a card that says MEMORY."""
    if memory is None:
        nothing = dict.fromkeys(("stability", "difficulty", "last_on", "due_on", "seconds"))
        return nothing | dict.fromkeys(("reviews", "lapses", "misses"), 0)
    return {
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "last_on": memory.last,
        "due_on": due(memory, retention),
        "seconds": memory.seconds,
        "reviews": memory.reviews,
        "lapses": memory.lapses,
        "misses": memory.misses,
    }


def set_retention(session: Session, user: User, retention: float) -> None:
    """Let USER want to know that share of what they review, and all their cards be due by it. Four queries."""
    # The row is held, and with it up whoever would add a card: that is set by the new share.
    if session.scalar(select(User.id).where(User.id == user.id).with_for_update()) is None:
        raise Conflict(_("You have signed in meanwhile. Load the page again."))
    user.retention = retention
    session.flush()
    rows = []
    for card in held(session, (Card.user_id == user.id) & Card.last_on.is_not(None)):
        assert card.last_on is not None
        assert card.stability is not None  # both, or the card is new
        due_on = card.last_on + timedelta(days=interval(card.stability, retention))
        rows.append({"id": card.id, "due_on": due_on})
        set_committed_value(card, "due_on", due_on)
    if rows:
        session.execute(update(Card), rows)
