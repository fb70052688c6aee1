"""The cards of a user, read at once: what is remembered of each item, what was answered today, and where items hang.

Read as columns and not as rows: whoever has thousands of cards asks no more often than a newcomer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from course.base.held import held, once
from course.groups.enrolments import courses_of, live_places_of
from course.groups.models import StudyGroup
from course.texts.models import Anchor, Passage
from course.users.models import User
from quizzes.models import Item, ItemVersion
from quizzes.review.models import MEMORY, Card, ReviewLog, ReviewSource
from quizzes.scheduling import Memory

#: What several items may hang on: the text, and the ident of its passage.
Place = tuple[int, str]


class Hung(NamedTuple):
    """An item as it is now: its type; the passage on which it hangs, and the ident of that in its text, if it does; its
    course, and the study group whose own it is, if any."""

    kind: str
    text_id: int | None
    ident: str | None
    passage_id: int | None
    course_id: int
    group_id: int | None
    is_retired: bool

    @property
    def place(self) -> Place | None:
        """Where it hangs."""
        return (self.text_id, self.ident) if self.text_id is not None and self.ident is not None else None


class Mine(NamedTuple):
    """A card of an item: what is remembered, None of what is new; when it is due by itself; whether it rests."""

    item: Hung
    memory: Memory | None
    seconds: float | None
    due_on: date | None
    rests: bool


class Answered(NamedTuple):
    """A row of the log of today: whether it was a review, says something, was the first of its card; in how many
    milliseconds, where it was timed."""

    item_id: int
    in_review: bool
    counts: bool
    is_first: bool
    milliseconds: int | None


class Cards(NamedTuple):
    """What a user remembers, by the item; what they answered on the day asked for; the items of the courses they are
    in, and of their cards; those of which they have a card that are not theirs (any longer)."""

    of: Mapping[int, Mine]
    answered: Sequence[Answered]
    items: Mapping[int, Hung]
    not_theirs: frozenset[int]


def cards_of(session: Session, user: User, day: date) -> Cards:
    """Return the cards of USER at items that are not retired, with what was answered on DAY.

    One query while a page is made, and what `held` spares; one more where some are at items of study groups, or of
    courses in which they have no place any longer."""
    return once(session, ("cards", user.id, day), partial(_read, session, user, day))


def _read(session: Session, user: User, day: date) -> Cards:
    rows = session.execute(_CARDS, {"user_id": user.id, "day": day}).all()
    items: dict[int, Hung] = {}
    for course in courses_of(session, user):
        items |= held(session, ("items", course.version), partial(_items, session, _OF_COURSE, key=course.id))
    if others := {row[0] for row in rows} - items.keys():
        items |= _items(session, _OTHERS, key=others)
    groups = {place.group_id for place in live_places_of(session, user)} | {None}
    found: dict[int, Mine] = {}
    answered, not_theirs = [], set()
    for item_id, due_on, rests, *parts, source, counts, milliseconds in rows:
        item = items.get(item_id)
        if item is None or item.is_retired or item.group_id not in groups:
            not_theirs.add(item_id)
        if item is None or item.is_retired:
            continue
        memory = Memory(*parts) if due_on is not None else None  # with a day it has all, without it is new
        found[item_id] = Mine(item, memory, parts[-1], due_on, bool(rests))
        if source is not None:
            is_review, is_first = source is ReviewSource.review, parts[3] == 1
            answered.append(Answered(item_id, is_review, bool(counts), is_first, milliseconds))
    return Cards(found, answered, items, frozenset(not_theirs))


_CARDS = (
    select(
        Card.item_id,
        Card.due_on,
        Card.suspended_at.is_not(None),
        *MEMORY,
        ReviewLog.source,
        and_(ReviewLog.counts, ReviewLog.taken_back_at.is_(None)),
        ReviewLog.milliseconds,
    )
    .outerjoin(ReviewLog, and_(ReviewLog.card_id == Card.id, ReviewLog.day == bindparam("day")))
    .where(Card.user_id == bindparam("user_id"))
    .order_by(Card.item_id)
)


def _item_columns() -> Select[Any]:
    return (
        select(
            Item.id,
            ItemVersion.data["type"].as_string(),
            Anchor.text_id,
            Passage.ident,
            Passage.id,
            func.coalesce(Item.course_id, StudyGroup.course_id),
            Item.group_id,
            Item.retired_at.is_not(None),
        )
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(StudyGroup, StudyGroup.id == Item.group_id)
        .outerjoin(Anchor, Anchor.id == ItemVersion.anchor_id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
    )


_OF_COURSE = _item_columns().where(Item.course_id == bindparam("key"))
_OTHERS = _item_columns().where(Item.id.in_(bindparam("key", expanding=True)))


def _items(session: Session, query: Any, key: int | Collection[int]) -> dict[int, Hung]:
    return {row[0]: Hung(*row[1:]) for row in session.execute(query, {"key": key})}
