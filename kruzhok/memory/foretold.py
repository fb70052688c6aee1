"""How far the estimate can be trusted: what it said of each question before it was asked again, and what came of it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import sqrt
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kruzhok.memory.known import Known
from quizzes.review.models import Card, ReviewLog
from quizzes.scheduling import Memory, Rated, Rating, recall, reviewed

#: Of fewer answers nothing can be said.
LEAST = 20

#: So many questions are gone through, those asked last: each of their answers is worked out anew.
MOST = 300

#: Where the heaps begin into which what was said is sorted, in percent.
BEGINS = (0, 50, 70, 80, 90)


class Heap(NamedTuple):
    """The answers of which the estimate said FIRST to LAST percent: how many there were, how many it expected to be
    known, and how many were."""

    first: int
    last: int
    answers: int
    expected: float
    known: int


class Foretold(NamedTuple):
    """What the estimate said and what came of it, together and in heaps from the surest down; none that is empty."""

    heaps: Sequence[Heap]
    answers: int
    expected: float
    known: int
    chance: float  #: by how many answers it may well be wrong by chance alone

    @property
    def says(self) -> bool:
        """Whether there are answers enough to say anything."""
        return self.answers >= LEAST

    @property
    def error(self) -> int:
        """1 where more was known than it expected and chance allows, -1 where less was, else 0."""
        off = self.known - self.expected
        return 0 if abs(off) <= self.chance else 1 if off > 0 else -1


def foretold_of(session: Session, user_id: int, known: Sequence[Known]) -> Foretold:
    """Return what the estimate said of those of KNOWN that were asked last, and what came of it. One query."""
    asked = sorted((one for one in known if one.memory.reviews > 1), key=lambda one: (one.memory.last, one.item_id))
    rows = session.execute(
        select(ReviewLog.card_id, ReviewLog.day, ReviewLog.rating)
        .join(Card, Card.id == ReviewLog.card_id)
        .where(Card.user_id == user_id, Card.item_id.in_([one.item_id for one in asked[-MOST:]]))
        .where(ReviewLog.counts, ReviewLog.taken_back_at.is_(None))
        .order_by(ReviewLog.card_id, ReviewLog.at, ReviewLog.number)
    )
    said = [
        one
        for _card_id, answers in groupby(rows, key=lambda row: row[0])
        for one in predictions(Rated(day, Rating(rating)) for _card, day, rating in answers)
    ]
    return foretold(said)


def predictions(log: Iterable[Rated]) -> list[tuple[float, bool]]:
    """Return what was said of each answer of LOG but the first, and whether it was known. Pure.

    Twice on one day is no forgetting, and is left out."""
    memory: Memory | None = None
    found = []
    for rated in log:
        if memory is not None and rated.day > memory.last:
            found.append((recall(memory, rated.day), rated.rating is not Rating.Again))
        memory = reviewed(memory, rated)
    return found


def foretold(said: Sequence[tuple[float, bool]]) -> Foretold:
    """Return what SAID, (chance, known), comes to. Pure."""
    heaps = []
    for first, end in zip(BEGINS, [*BEGINS[1:], 101], strict=True):
        heap = [(chance, known) for chance, known in said if first <= 100 * chance < end]
        if heap:
            last = min(end, 100)
            heaps.append(Heap(first, last, len(heap), sum(c for c, _k in heap), sum(known for _c, known in heap)))
    # Twice the standard deviation of a sum of such chances: it is off by more once in twenty times.
    chance = 2 * sqrt(sum(one * (1 - one) for one, _known in said))
    expected = sum(one for one, _known in said)
    return Foretold(heaps[::-1], len(said), expected, sum(known for _chance, known in said), chance)
