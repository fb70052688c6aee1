"""What of a user's memory may be reviewed today, as the plan of the day takes it; with the side doors shut."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from quizzes.review.cards import Cards, Mine, Place
from quizzes.scheduling import Candidate

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


def candidates_of(
    cards: Cards, today: date, needed: Mapping[int, date], reached: Sequence[int], closed: Collection[int]
) -> list[Candidate]:
    """Return what may come up for the owner of CARDS: of these what is due within AHEAD, or NEEDED (item -> by which
    day) in it, or new; and of the items REACHED, which are in the order of the course, those that have no card.

    Without what is suspended, and what is withheld (CLOSED). An essay they never wrote does not come by itself. Pure.
    """
    until = today + AHEAD
    soon = {item_id for item_id, by in needed.items() if by <= until}
    found = [
        Candidate(key, one.memory, one.seconds or SECONDS[one.item.kind], one.item.place, needed.get(key))
        for key, one in cards.of.items()
        if not one.rests and key not in closed and (one.due_on is None or one.due_on <= until or key in soon)
    ]
    unmet = [key for key in reached if key not in closed and key not in cards.of]
    return found + [
        Candidate(key, None, SECONDS[item.kind], item.place, needed.get(key), place)
        for place, key in enumerate(unmet, start=1)
        if (item := cards.items.get(key)) is not None and not item.is_retired and item.kind != "essay"
    ]


class Done(NamedTuple):
    """What was reviewed on one day of study: how many answers that count, how many seconds they took, how many of these
    went to what was new, and on which passages something was answered, wherever that was."""

    answers: int
    seconds: float
    new_seconds: float
    passages: frozenset[Place]


def done_on(cards: Cards) -> Done:
    """Return what was done on the day of CARDS, the latest day of study of their owner. Pure.

    A review that nobody timed counts with what one like it takes."""
    took = [(one, _took(one.milliseconds, cards.of[one.item_id])) for one in cards.answered if one.in_review]
    places = (cards.of[one.item_id].item.place for one in cards.answered if one.counts)
    return Done(
        sum(one.counts for one, _seconds in took),
        sum(seconds for _one, seconds in took),
        sum(seconds for one, seconds in took if one.counts and one.is_first),
        frozenset(place for place in places if place is not None),
    )


def next_due(cards: Cards, after: date, closed: Collection[int]) -> date | None:
    """Return the first day after AFTER on which one of CARDS is due by itself, None where none is. Pure.

    What is withheld (CLOSED) is not looked at: when it is due says how it came out."""
    theirs = (one.due_on for key, one in cards.of.items() if not one.rests and key not in closed)
    return min((day for day in theirs if day is not None and day > after), default=None)


def _took(milliseconds: int | None, card: Mine) -> float:
    return milliseconds / 1000 if milliseconds is not None else card.seconds or SECONDS[card.item.kind]
