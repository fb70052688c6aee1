"""The model of what somebody remembers: of each question a log of answers, and what that comes to.

Written from RULES (section 9), DESIGN and docs/review.md. What an answer does to a memory is FSRS's to say, and its
library is asked for it, answer by answer; when a question may come, and when it must, is said here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler

#: A day of study begins at four in the morning. Nobody here has said that they live elsewhere than in UTC.
DAY_BEGINS = timedelta(hours=4)

#: A review is taken to have lasted no longer.
LONGEST = timedelta(minutes=2)

#: As many minutes a day review has unless its user says otherwise, and so much of it they want to know.
MINUTES, RETENTION = 15, 90

#: Question -> the passage it hangs on: of one passage one question comes a day.
PASSAGES: Mapping[str, str] = {
    "one-of-three": "first#soldiers",
    "some-of-four": "theses#thesis-three",
    "true-or-not": "theses#thesis-two",
    "who-had-what": "first#soldiers",
    "in-order": "theses#thesis-one",
    "in-a-word": "theses#thesis-one",
    "how-many": "theses#thesis-four",
    "which-day": "first#not-last",
    "with-gaps": "theses#thesis-four",
    "where-it-says-so": "first#not-last",
    "how-slow": "second#slow",
    "which-hour": "second#hours",
    "try-a-choice": "third#autumn",
    "try-a-word": "third#autumn",
}


def study_day(moment: datetime) -> date:
    """Return the day of study that MOMENT is on."""
    return (moment - DAY_BEGINS).date()


def rating_of(tries: Sequence[Fraction], *, guessed: bool = False) -> int:
    """Return what an answer says of a memory: the last of its TRIES, for itself, was wrong (again, 1), right with some
    effort (hard, 2), or right (good, 3)."""
    if tries[-1] < Fraction(4, 5):
        return 1
    return 2 if tries[-1] < 1 or len(tries) > 1 or guessed else 3


@dataclass(slots=True)
class Row:
    """One answer in the log of a card."""

    at: datetime
    rating: int
    source: str
    took: timedelta | None = None  #: of a review
    counts: bool = True
    taken_back: bool = False
    ids: dict[str, int] = field(default_factory=dict)  #: kind of site -> the id it has there

    @property
    def says(self) -> bool:
        """Whether the memory is made from it."""
        return self.counts and not self.taken_back


@dataclass(slots=True)
class Card:
    """Somebody's memory of one question, whose log is in the order in which its rows came."""

    log: list[Row] = field(default_factory=list)
    rests: bool = False

    def rows(self) -> list[Row]:
        """Return what says something, in the order in which it was answered."""
        return sorted((row for row in self.log if row.says), key=lambda row: row.at)

    def last_on(self) -> date | None:
        """Return the day of study it was last answered on, None of what is new."""
        return study_day(self.rows()[-1].at) if self.rows() else None

    def memory(self, retention: int) -> tuple[float, float, date] | None:
        """Return stability, difficulty and the day it is due, for who wants to know RETENTION per cent; None if new."""
        scheduler = Scheduler(
            desired_retention=retention / 100, learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )
        card = FsrsCard(card_id=1)
        rows = self.rows()
        for row in rows:
            noon = datetime.combine(study_day(row.at), time(12), UTC)
            card, _log = scheduler.review_card(card, Rating(row.rating), noon)
        if not rows:
            return None
        assert card.stability is not None
        assert card.difficulty is not None  # both are there after a review
        return card.stability, card.difficulty, card.due.date()


@dataclass(slots=True)
class Recall:
    """All that one person remembers, and how much of review they want."""

    cards: dict[str, Card] = field(default_factory=dict)
    minutes: int = MINUTES
    retention: int = RETENTION

    def card(self, ident: str) -> Card:
        """Return the card of the question IDENT, which is met."""
        return self.cards.setdefault(ident, Card())

    def add(self, ident: str, row: Row) -> None:
        """Write ROW down."""
        self.card(ident).log.append(row)

    def may_take_back(self, ident: str, row: Row, now: datetime) -> bool:
        """Say whether ROW can be taken back: an answer in review of today, the last that counts."""
        rows = self.card(ident).rows()
        return rows[-1:] == [row] and rows[-1] is row and study_day(row.at) == study_day(now)

    def left(self, now: datetime) -> timedelta:
        """Return how much of today's minutes is left."""
        today = [row for row in self._today(now) if row.source == "review"]
        return timedelta(minutes=self.minutes) - sum((row.took or timedelta() for row in today), timedelta())

    def _today(self, now: datetime) -> Iterable[Row]:
        return (row for card in self.cards.values() for row in card.log if study_day(row.at) == study_day(now))

    def may_come(self, reached: Iterable[str], now: datetime) -> set[str]:
        """Return what review may ask by itself: what is met or REACHED, does not rest, and was not answered today."""
        met = {ident for ident, card in self.cards.items() if not card.rests and card.last_on() != study_day(now)}
        return met | (set(reached) - self.cards.keys())

    def must_come(self, now: datetime) -> set[str]:
        """Return what is due and hangs on no passage that came today."""
        today = {PASSAGES[ident] for ident, card in self.cards.items() if card.last_on() == study_day(now)}
        found = set()
        for ident, card in self.cards.items():
            memory = None if card.rests or PASSAGES[ident] in today else card.memory(self.retention)
            if memory is not None and memory[2] <= study_day(now):
                found.add(ident)
        return found

    def take_up(self, other: "Recall") -> None:
        """Let what a guest remembered be remembered here: of one question there is one log, by when it was answered."""
        for ident, theirs in other.cards.items():
            mine = self.cards.get(ident)
            if mine is None:
                self.cards[ident] = theirs
            else:
                mine.log = sorted([*mine.log, *theirs.log], key=lambda row: row.at)
