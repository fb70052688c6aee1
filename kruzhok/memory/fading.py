"""What one is about to forget: what falls below the share one wants to know, in the next days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kruzhok.memory.known import At, Known, passages_at
from quizzes.models import Item, ItemVersion
from quizzes.scheduling import due

#: So many days are looked ahead, and no more than so many questions are shown.
DAYS = 7
MOST = 20


class Fading(NamedTuple):
    """A question, as Markdown, and when it falls below the share that is wanted; None of one that rests."""

    item_id: int
    stem: str
    on: date | None
    at: At | None


class Ahead(NamedTuple):
    """What falls next; what rests, the last first; how many more of each there are, and whether some fell before."""

    next: Sequence[Fading]
    more: int
    fell: bool
    resting: Sequence[Fading]
    more_resting: int


def ahead_of(session: Session, known: Sequence[Known], today: date, retention: float) -> Ahead:
    """Return what of KNOWN falls below RETENTION within DAYS from TODAY, the next first. Two queries."""
    falls = {one.item_id: due(one.memory, retention) for one in known if not one.rests}
    coming = [one for one in known if one.item_id in falls and today < falls[one.item_id] <= today + timedelta(DAYS)]
    coming.sort(key=lambda one: (falls[one.item_id], one.recall, one.item_id))
    resting = [one for one in known if one.rests]
    shown = [*coming[:MOST], *resting[:MOST]]
    stems = stems_of(session, [one.item_id for one in shown])
    places = passages_at(session, [one.passage_id for one in shown if one.passage_id is not None])

    def told(one: Known) -> Fading:
        return Fading(one.item_id, stems[one.item_id], falls.get(one.item_id), places.get(one.passage_id or 0))

    return Ahead(
        [told(one) for one in coming[:MOST]],
        len(coming[MOST:]),
        any(day <= today for day in falls.values()),
        [told(one) for one in resting[:MOST]],
        len(resting[MOST:]),
    )


def stems_of(session: Session, item_ids: Sequence[int]) -> Mapping[int, str]:
    """Return item -> what it asks now, as Markdown. One query."""
    rows = session.execute(
        select(Item.id, ItemVersion.data)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Item.id.in_(item_ids))
    )
    return {item_id: str(data["stem"]) for item_id, data in rows}
