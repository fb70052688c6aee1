"""What of a user's memory may be reviewed today, as the plan of the day takes it; with the side doors shut.

Read as columns and not as rows: whoever has thousands of cards asks no more often than a newcomer, and reads only what
is due within AHEAD or is needed in it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from course.texts.models import Anchor, Passage
from course.users.models import User
from quizzes.models import Item, ItemVersion
from quizzes.review.models import MEMORY, Card, ReviewLog, ReviewSource
from quizzes.scheduling import Candidate, Memory, study_day

#: How far a plan looks: what is due, or needed, later than that changes nothing today.
AHEAD = timedelta(days=28)

#: How many seconds a review of each type takes until it is known how many it takes this user: to read a question, to
#: answer it and to read what came of it. Estimates: what is chosen is quicker than what is typed, and what has several
#: parts, or a passage to be found, is slower; an essay is recalled, not written.
SECONDS: Mapping[str, float] = {
    "true-false": 15,
    "single": 20,
    "date": 25,
    "numeric": 25,
    "short": 25,
    "multiple": 30,
    "cloze": 45,
    "ordering": 45,
    "matching": 50,
    "evidence": 80,
    "essay": 120,
}


#: What several items may hang on: the text, and the ident of its passage.
Place = tuple[int, str]


def candidates_of(
    session: Session,
    user: User,
    now: datetime,
    needed: Mapping[int, date],
    reached: Sequence[int],
    closed: Collection[int],
) -> list[Candidate]:
    """Return what may come up for USER: of their cards what is due within AHEAD, or NEEDED (item -> by which day) in
    it, or new; and of the items REACHED, which are in the order of the course, those that have no card.

    Without what is suspended or retired, and what is withheld (CLOSED); an essay they never wrote does not come by
    itself. Two queries, one where nothing was reached."""
    until = study_day(now, ZoneInfo(user.zone)) + AHEAD
    soon = [item_id for item_id, by in needed.items() if by <= until]
    asked = {"user_id": user.id, "until": until, "soon": soon}
    found = [
        Candidate(
            key,
            Memory(*parts) if parts[2] is not None else None,  # with its last day it has all, without it is new
            parts[-1] or SECONDS[kind],
            _place(text, ident),
            needed.get(key),
        )
        for key, kind, text, ident, *parts in session.execute(_mine(), asked)
        if key not in closed
    ]
    return found + _new(session, user, [item_id for item_id in reached if item_id not in closed], needed)


@cache
def _mine() -> Any:
    soon = Card.item_id.in_(bindparam("soon", expanding=True))
    return (
        _columns(*MEMORY)
        .join(Card, Card.item_id == Item.id)
        .where(Card.user_id == bindparam("user_id"), Card.suspended_at.is_(None))
        .where(or_(Card.due_on <= bindparam("until"), Card.last_on.is_(None), soon))
    )


def _new(session: Session, user: User, reached: Sequence[int], needed: Mapping[int, date]) -> list[Candidate]:
    """Return those of the items REACHED that have no card."""
    if not reached:
        return []
    places = {item_id: place for place, item_id in enumerate(reached, start=1)}
    rows = session.execute(_unmet(), {"user_id": user.id, "reached": list(places)})
    return [
        Candidate(key, None, SECONDS[kind], _place(text, ident), needed.get(key), places[key])
        for key, kind, text, ident in rows
    ]


@cache
def _unmet() -> Any:
    met = exists().where(Card.user_id == bindparam("user_id"), Card.item_id == Item.id)
    return _columns().where(Item.id.in_(bindparam("reached", expanding=True)), ~met, _TYPE != "essay")


class Done(NamedTuple):
    """What was reviewed on one day of study: how many answers that count, how many seconds they took, how many of these
    went to what was new, and on which passages something was answered, wherever that was."""

    answers: int
    seconds: float
    new_seconds: float
    passages: frozenset[Place]


def done_on(session: Session, user: User, day: date) -> Done:
    """Return what USER did on DAY, their latest day of study. One query.

    A review that nobody timed counts with what one like it takes."""
    rows = session.execute(_done(), {"user_id": user.id, "day": day}).all()
    took = [(row, _took(row.milliseconds, row.seconds, row.type)) for row in rows if row.source is ReviewSource.review]
    return Done(
        sum(row.counts for row, _seconds in took),
        sum(seconds for _row, seconds in took),
        sum(seconds for row, seconds in took if row.counts and row.reviews == 1),  # the first of its card
        frozenset(place for row in rows if row.counts and (place := _place(row.text_id, row.ident))),
    )


@cache
def _done() -> Any:
    return (
        _columns(Card.seconds, Card.reviews, ReviewLog.milliseconds, ReviewLog.source, _COUNTS)
        .join(Card, Card.item_id == Item.id)
        .join(ReviewLog, ReviewLog.card_id == Card.id)
        .where(Card.user_id == bindparam("user_id"), Card.last_on >= bindparam("day"))
        .where(ReviewLog.day == bindparam("day"))
    )


def next_due(session: Session, user: User, after: date, closed: Collection[int]) -> date | None:
    """Return the first day after AFTER on which a card of USER's is due by itself, None where none is. One query.

    What is withheld (CLOSED) is not looked at: when it is due says how it came out."""
    theirs = (Card.user_id == user.id, Card.suspended_at.is_(None), Card.due_on > after, Card.item_id.not_in(closed))
    return session.scalar(select(func.min(Card.due_on)).where(*theirs))


#: The type of an item as its version says it.
_TYPE = ItemVersion.data["type"].as_string()

#: Whether a row of the log says something.
_COUNTS = and_(ReviewLog.counts, ReviewLog.taken_back_at.is_(None)).label("counts")


def _columns(*more: Any) -> Select[Any]:
    """Return the query for items in use, with type, passage and MORE."""
    return (
        select(Item.id, _TYPE.label("type"), Anchor.text_id, Passage.ident, *more)
        .select_from(Item)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(Anchor, Anchor.id == ItemVersion.anchor_id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
        .where(Item.retired_at.is_(None))
    )


def _took(milliseconds: int | None, usual: float | None, kind: str) -> float:
    return milliseconds / 1000 if milliseconds is not None else usual or SECONDS[kind]


def _place(text_id: int | None, ident: str | None) -> Place | None:
    return (text_id, ident) if text_id is not None and ident is not None else None
