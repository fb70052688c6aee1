"""What of a user's memory may come up, and what they did today."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.users.models import User
from quizzes.items import TYPES
from quizzes.models import Item, ItemVersion
from quizzes.review.candidates import AHEAD, SECONDS, candidates_of, done_on, next_due
from quizzes.review.cards import Cards, cards_of
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.withheld import withheld
from quizzes.scheduling import Candidate
from tests import factories
from tests.conftest import NOW

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


class Reader:
    """A user of a course with one lesson, and what they know of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session)
        self.mine = factories.make_enrolment(session, course=self.course)
        self.user: User = self.mine.user

    def item(self, **data: Any) -> Item:
        return factories.make_item(self.session, self.course, data=data)

    def knows(self, item: Item, **columns: Any) -> Card:
        """Give a card that is due today."""
        told = {"user_id": self.user.id, "item_id": item.id, "made_at": NOW, "stability": 10.0, "difficulty": 5.0}
        told |= {"last_on": TODAY - timedelta(days=10), "due_on": TODAY, "reviews": 2}
        return factories.add(self.session, Card(**(told | columns)))

    def answers(self, card: Card, **columns: Any) -> ReviewLog:
        """Add a review of today to the log of CARD."""
        card.last_on, card.due_on = TODAY, TODAY + timedelta(days=5)
        told = {"card_id": card.id, "number": 1, "at": NOON, "day": TODAY, "rating": 3, "source": ReviewSource.review}
        return factories.add(self.session, ReviewLog(**(told | columns)))

    def candidates(self, needed: dict[int, Any] | None = None, reached: list[int] | None = None) -> list[Candidate]:
        closed = withheld(self.session, self.user.id, NOON)
        return candidates_of(self.cards(), TODAY, needed or {}, reached or [], closed)

    def cards(self) -> Cards:
        self.session.flush()
        return cards_of(self.session, self.user, TODAY)

    def ids(self, **told: Any) -> set[int]:
        return {one.item_id for one in self.candidates(**told)}


@pytest.fixture
def reader(session: Session) -> Reader:
    return Reader(session)


def test_every_type_has_its_seconds():
    assert SECONDS.keys() == TYPES.keys()


def test_what_is_due_in_four_weeks_or_is_needed_is_looked_at(reader: Reader):
    soon, later, needed = reader.item(), reader.item(), reader.item()
    reader.knows(soon, due_on=TODAY + AHEAD)
    for item in (later, needed):
        reader.knows(item, due_on=TODAY + AHEAD + timedelta(days=1))
    day = TODAY + timedelta(days=3)
    found = {one.item_id: one.need_by for one in reader.candidates({needed.id: day})}
    assert found == {soon.id: None, needed.id: day}


def test_a_candidate_says_what_is_remembered_and_where_it_hangs(reader: Reader):
    quiz = factories.activity_of(reader.session, reader.course, factories.ActivityKind.quiz)
    attempt = factories.make_attempt(reader.session, reader.mine, quiz, submitted_at=NOW)
    item = attempt.items[0].version.item
    reader.knows(item, seconds=31.0, lapses=1, misses=1)
    (one,) = reader.candidates()
    anchor = attempt.items[0].version.anchor
    assert anchor is not None
    assert (one.seconds, one.passage) == (31.0, (anchor.text_id, "p-1"))
    assert one.memory is not None
    assert (one.memory.stability, one.memory.last) == (10.0, TODAY - timedelta(days=10))
    assert (one.memory.lapses, one.memory.misses, one.memory.reviews) == (1, 1, 2)


def test_how_long_a_review_takes_is_guessed_by_type_until_it_is_known(reader: Reader):
    reader.knows(reader.item(type="evidence"))
    assert [one.seconds for one in reader.candidates()] == [SECONDS["evidence"]]


def test_what_is_suspended_retired_or_another_users_is_left_out(reader: Reader):
    reader.knows(reader.item(), suspended_at=NOW)
    retired = reader.item()
    reader.knows(retired)
    retired.retired_at = NOW
    other = factories.make_user(reader.session)
    reader.knows(reader.item(), user_id=other.id)
    assert reader.ids() == set()


def test_what_stands_in_an_open_attempt_never_comes_known_or_new(reader: Reader):
    attempt = factories.make_attempt(reader.session, reader.mine)
    items = [one.version.item_id for one in attempt.items]
    known = reader.session.get_one(Item, items[0])
    reader.knows(known)
    assert reader.ids(needed={known.id: TODAY}, reached=items) == set()
    attempt.submitted_at = NOW
    reader.session.flush()
    assert reader.ids(reached=items) == set(items)


def test_what_was_reached_and_has_no_card_is_new_in_the_order_of_the_course(reader: Reader):
    first, second, known = (reader.item() for _ in range(3))
    reader.knows(known, due_on=TODAY + 2 * AHEAD)
    found = reader.candidates(reached=[second.id, known.id, first.id])
    assert {one.item_id: one.memory for one in found} == {first.id: None, second.id: None}
    assert [one.item_id for one in sorted(found, key=lambda one: one.place)] == [second.id, first.id]


def test_an_essay_comes_once_it_was_written_and_not_before(reader: Reader):
    written, unwritten = reader.item(type="essay"), reader.item(type="essay")
    blank = {"stability": None, "difficulty": None, "last_on": None, "due_on": None, "reviews": 0}
    reader.knows(written, **blank)
    (one,) = reader.candidates(reached=[written.id, unwritten.id])
    assert (one.item_id, one.memory, one.seconds) == (written.id, None, SECONDS["essay"])


def test_what_was_done_today_is_counted_in_reviews_and_seconds(reader: Reader):
    timed, untimed, checked = (reader.knows(reader.item(), seconds=None) for _ in range(3))
    reader.answers(timed, milliseconds=12_500)
    reader.answers(untimed)
    reader.answers(checked, source=ReviewSource.check)
    earlier = reader.knows(reader.item())
    reader.answers(earlier, day=TODAY - timedelta(days=1))
    done = done_on(reader.cards())
    assert (done.answers, done.seconds) == (2, 12.5 + SECONDS["single"])


def test_what_was_taken_back_took_its_time_and_counts_for_nothing(reader: Reader):
    card = reader.knows(reader.item())
    reader.answers(card, milliseconds=9_000, taken_back_at=NOON)
    reader.answers(card, number=2, milliseconds=4_000)
    reader.answers(card, number=3, milliseconds=5_000, counts=False)
    done = done_on(reader.cards())
    assert (done.answers, done.seconds) == (1, 18.0)


def test_the_passages_of_today_are_those_on_which_something_was_answered_anywhere(reader: Reader):
    lesson = factories.activity_of(reader.session, reader.course, factories.ActivityKind.lesson)
    notes = factories.notes_of(reader.session, lesson)
    item = reader.item()
    version = reader.session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
    version.anchor_id = factories.make_anchor(reader.session, notes).id
    reader.answers(reader.knows(item), source=ReviewSource.check)
    reader.answers(reader.knows(reader.item()))
    assert done_on(reader.cards()).passages == {(notes.id, "p-1")}


def test_the_next_day_on_which_something_is_due(reader: Reader):
    assert next_due(reader.cards(), TODAY, ()) is None
    reader.knows(reader.item())
    reader.knows(reader.item(), due_on=TODAY + timedelta(days=1), suspended_at=NOW)
    reader.knows(reader.item(), due_on=TODAY + timedelta(days=40))
    assert next_due(reader.cards(), TODAY, ()) == TODAY + timedelta(days=40)
