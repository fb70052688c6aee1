"""Somebody who meets the same items in a text, in a quiz and in review, and what their memory of them comes to."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.users.models import User
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.starting import slots_of, start_attempt
from quizzes.checks.answering import Given as Checked
from quizzes.checks.answering import answer_check
from quizzes.checks.asking import check_in
from quizzes.items import Response
from quizzes.models import Attempt, Quiz
from quizzes.review.answering import Given, answer_review
from quizzes.review.asking import Asked, asked
from quizzes.review.models import Card, ReviewLog
from quizzes.review.recording import learners, logs_of, remembered
from quizzes.scheduling import due
from tests.conftest import NOW
from tests.factories import make_check, notes_of
from tests.quizzes.attempts.make import House, give, make_house

RIGHT, WRONG = {"option": "b"}, {"option": "a"}

#: In which columns a card says what its log comes to.
MEMORY = ("stability", "difficulty", "last_on", "reviews", "lapses", "misses", "seconds")


class Study:
    """A quiz with an item of each of KINDS; the first is a self-check in the notes, too."""

    def __init__(self, session: Session, kinds: str = "single", **quiz: Any) -> None:
        self.session = session
        self.house: House = make_house(session, kinds, **quiz)
        row = session.scalars(select(Quiz).where(Quiz.activity_id == self.house.quiz.id)).one()
        slots = slots_of(session, row)
        self.items = [one.version.item_id for one in slots]
        self.place: Enrolment = self.house.enrolment
        self.user = session.get_one(User, self.place.user_id)
        self.notes = notes_of(session, self.house.lesson)
        if slots[0].data.type not in {"essay", "evidence"}:
            make_check(session, self.notes, slots[0].slot.item)

    def begin(self, *, at: datetime = NOW) -> Attempt:
        """Return the open attempt, or a new one."""
        return start_attempt(self.session, self.place, self.house.quiz, now=at, rng=random.Random(1917))

    def sit(self, *responses: Response | None, at: datetime = NOW) -> Attempt:
        """Return an attempt with RESPONSES to the items in turn, submitted."""
        attempt = self.begin(at=at)
        for item, response in zip(attempt.items, responses, strict=True):
            if response is not None:
                give(self.session, attempt, item, response, now=at)
        submit_attempt(self.session, attempt, now=at)
        return attempt

    def check(self, response: Response = RIGHT, certainty: int | None = None, *, at: datetime = NOW) -> Attempt:
        """Return the attempt in which the first item is answered in the text, on a page that has seen all."""
        asked_there = check_in(self.session, self.notes.id, self.items[0])
        assert asked_there is not None
        given = Checked(response, certainty, seen=10**9)
        return answer_check(self.session, self.place, None, asked_there, given, now=at)

    def review(self, response: Response = RIGHT, *, at: datetime = NOW, place: int = 0, **given: Any) -> ReviewLog:
        """Return what came of answering an item in review, on a page that has seen all unless it says `seen`."""
        told = {"seen": self.seen(place)} | given
        return answer_review(self.session, self.user, self.question(place), Given(response, **told), now=at)

    def question(self, place: int = 0) -> Asked:
        """Return the item at that place as a review asks it."""
        question = asked(self.session, self.items[place], 0)
        assert question is not None
        return question

    def seen(self, place: int = 0) -> int:
        """Return the number of the last row of the log, 0 for none."""
        return max((row.number for row in self.log(place)), default=0)

    def card(self, place: int = 0) -> Card:
        """Return the card as the database has it."""
        [card] = [card for card in cards_of(self.session, self.user) if card.item_id == self.items[place]]
        return card

    def log(self, place: int = 0) -> list[ReviewLog]:
        """Return the log of a card by number, as the database has it."""
        self.session.flush()
        rows = select(ReviewLog).join(Card).where(Card.user_id == self.user.id, Card.item_id == self.items[place])
        return list(_fresh(self.session, rows.order_by(ReviewLog.number)))

    def ratings(self, place: int = 0) -> list[int]:
        """Return the ratings in the log by number."""
        return [row.rating for row in self.log(place)]


def cards_of(session: Session, user: User) -> Sequence[Card]:
    """Return the cards of USER as the database has them."""
    session.flush()
    return _fresh(session, select(Card).where(Card.user_id == user.id).order_by(Card.id))


def _fresh(session: Session, rows: Any) -> Sequence[Any]:
    return session.scalars(rows, execution_options={"populate_existing": True}).all()


def check_replayed(session: Session, user: User) -> None:
    """Assert that every card of USER is just what its log comes to."""
    cards = cards_of(session, user)
    logs, learner = logs_of(session, cards), learners(session, [user.id])[user.id]
    for card in cards:
        memory = remembered(logs[card.id])
        nothing = (None, None, None, 0, 0, 0, None)
        assert tuple(getattr(card, name) for name in MEMORY) == (nothing if memory is None else tuple(memory))
        assert card.due_on == (None if memory is None else due(memory, learner.retention))
