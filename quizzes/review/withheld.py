"""What may not come in a user's review now: its key may not be told yet, or it is not theirs to see."""

from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.db import in_words
from course.base.held import once
from course.groups.models import Enrolment
from quizzes.attempts.side_door import is_open_in_attempt, open_item_ids
from quizzes.limits import closing_times
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose
from quizzes.policy import MOMENTS, Policy, moment_of
from quizzes.review.models import Card


def is_theirs(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition that an item of the query may be asked of a user at all: it is not retired, and of a course,
    or of a study group that they are in."""
    places = select(Enrolment.group_id).where(
        Enrolment.user_id == user_id, Enrolment.left_at.is_(None), Enrolment.group_id.is_not(None)
    )
    return Item.retired_at.is_(None) & or_(Item.group_id.is_(None), Item.group_id.in_(places))


def withheld(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """Return the items that must not be shown to a user in review NOW, nor told of on any page about their memory.

    Those in an open attempt of theirs; those in a submitted one that may not show its key yet; of those they have a
    card of, what is not theirs (`is_theirs`). Three queries, and six more where an attempt may not show its key at
    all times."""
    not_theirs = frozenset(session.scalars(_not_theirs(), {"user_id": user_id}))
    return open_item_ids(session, user_id) | _unshown(session, user_id, now) | not_theirs


class Standing(NamedTuple):
    """How an item stands to a user: whether they have a card of it, and whether it is among what is `withheld`."""

    has_card: bool
    is_withheld: bool


def standing_of(session: Session, user_id: int, item_id: int, now: datetime) -> Standing:
    """Return how one item stands to a user NOW. One query, and three more where an attempt may not show its key at all
    times."""
    row = session.execute(_standing(), {"user_id": user_id, "item_id": item_id}).one_or_none()
    if row is None:
        return Standing(has_card=False, is_withheld=False)
    has_card, is_its, is_open, may_hide = row
    unshown = bool(may_hide) and item_id in _unshown(session, user_id, now)
    return Standing(bool(has_card), bool(is_open or unshown or (has_card and not is_its)))


@cache
def _standing() -> Any:
    user_id: Any = bindparam("user_id")
    has_card = select(Card.id).where(Card.user_id == user_id, Card.item_id == Item.id).exists()
    may_hide = _SUBMITTED.with_only_columns(Attempt.id).correlate(None).exists()
    return select(has_card, is_theirs(user_id), is_open_in_attempt(user_id, Item.id), may_hide).where(
        Item.id == bindparam("item_id")
    )


class Sat(NamedTuple):
    """The items of the quizzes that a user sat: of those that were handed in, of those that are open; and whether one
    that was handed in may not show its key at all times."""

    handed_in: frozenset[int]
    open: frozenset[int]
    may_hide: bool


def sat_by(session: Session, user_id: int) -> Sat:
    """Return the items of the quizzes that a user sat. One query while a page is made."""
    return once(session, ("sat", user_id), partial(_sat_by, session, user_id))


def withheld_of(session: Session, user_id: int, now: datetime, sat: Sat, not_theirs: frozenset[int]) -> frozenset[int]:
    """Return what `withheld` does, where it is known what the user SAT, and of which items they have a card that are
    NOT_THEIRS. No query, but those of attempts that may not show their key at all times."""
    unshown = _unshown(session, user_id, now) if sat.may_hide else frozenset()
    return sat.open | unshown | not_theirs


def _sat_by(session: Session, user_id: int) -> Sat:
    rows = session.execute(_SAT, {"user_id": user_id}).all()
    return Sat(
        frozenset(row.item_id for row in rows if row.handed_in),
        frozenset(row.item_id for row in rows if row.is_open),
        any(row.may_hide for row in rows),
    )


@cache
def _not_theirs() -> Any:
    user_id: BindParameter[Any] = bindparam("user_id")
    mine = select(Card.item_id).join(Item, Item.id == Card.item_id)
    return mine.where(Card.user_id == user_id, ~is_theirs(user_id))


#: Most attempts show everything, and say nothing of it.
_SAYS_WHAT_IT_SHOWS = Attempt.policy["shows"].as_string() != "{}"

_SUBMITTED = select(Attempt).where(
    Attempt.user_id == bindparam("user_id"),
    Attempt.purpose == in_words(Purpose.quiz),
    Attempt.submitted_at.is_not(None),
    _SAYS_WHAT_IT_SHOWS,
)


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Return whether all CONDITIONS hold of one of the rows of a group."""
    return func.max(case((and_(*conditions), 1), else_=0))


_SAT = (
    select(
        ItemVersion.item_id,
        _any(Attempt.submitted_at.is_not(None)).label("handed_in"),
        _any(Attempt.submitted_at.is_(None)).label("is_open"),
        _any(Attempt.submitted_at.is_not(None), _SAYS_WHAT_IT_SHOWS).label("may_hide"),
    )
    .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(Attempt.user_id == bindparam("user_id"), Attempt.purpose == in_words(Purpose.quiz))
    .group_by(ItemVersion.item_id)
)


def _unshown(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """Return the items of submitted attempts whose key may not be seen NOW."""
    submitted = session.scalars(_SUBMITTED, {"user_id": user_id})
    doubtful = [attempt for attempt in submitted if not _shows_key_always(attempt)]
    if not doubtful:
        return frozenset()
    its = select(Enrolment).where(Enrolment.id.in_([one.enrolment_id for one in doubtful]))
    places = session.scalars(its.options(joinedload(Enrolment.group))).all()
    closes = closing_times(session, places, {one.activity_id for one in doubtful})
    hidden = [
        attempt.id
        for attempt in doubtful
        if "key" not in Policy.read(attempt.policy).seen(moment_of(attempt.submitted_at, closes[_place(attempt)], now))
    ]
    items = select(ItemVersion.item_id).join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    return frozenset(session.scalars(items.where(AttemptItem.attempt_id.in_(hidden))))


def _shows_key_always(attempt: Attempt) -> bool:
    policy = Policy.read(attempt.policy)
    return all("key" in policy.seen(moment) for moment in MOMENTS if moment != "during")


def _place(attempt: Attempt) -> tuple[int, int]:
    return attempt.enrolment_id or 0, attempt.activity_id or 0  # an attempt at a quiz has both
