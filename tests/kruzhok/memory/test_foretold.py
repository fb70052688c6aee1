"""How far the estimate can be trusted: what it said before each answer, and what came of it."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kruzhok.memory.foretold import LEAST, foretold, foretold_of, predictions
from kruzhok.memory.known import known_of
from quizzes.review.cards import cards_of
from quizzes.review.models import ReviewLog
from quizzes.scheduling import Rated, Rating
from tests.conftest import NOW
from tests.kruzhok.memory.make import TODAY, days, remember
from tests.kruzhok.review.make import Circle

said = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80)


def test_it_says_the_chance_on_the_day_it_is_asked_again() -> None:
    log = [Rated(days(0), Rating.Good), Rated(days(2), Rating.Again), Rated(days(3), Rating.Hard)]
    (first, known), (_second, effort) = predictions(log)
    assert first == pytest.approx(0.9095, abs=1e-4)  # RULES, section 9
    assert (known, effort) == (False, True)


def test_twice_on_one_day_is_no_forgetting() -> None:
    log = [Rated(days(0), Rating.Again), Rated(days(0), Rating.Good), Rated(days(1), Rating.Good)]
    assert len(predictions(log)) == 1


@given(said)
def test_nothing_is_lost_between_the_heaps(answers: list[tuple[float, bool]]) -> None:
    found = foretold(answers)
    assert sum(heap.answers for heap in found.heaps) == found.answers == len(answers)
    assert sum(heap.known for heap in found.heaps) == found.known
    assert sum(heap.expected for heap in found.heaps) == pytest.approx(found.expected)
    for heap in found.heaps:
        assert heap.first / 100 <= heap.expected / heap.answers <= heap.last / 100 + 1e-9


def test_of_few_answers_it_says_nothing() -> None:
    assert not foretold([(0.9, True)] * (LEAST - 1)).says
    assert foretold([(0.9, True)] * LEAST).says


@pytest.mark.parametrize(("truth", "error"), [(0.9, 0), (0.99, 1), (0.75, -1)])
def test_it_says_which_way_it_is_wrong(truth: float, error: int) -> None:
    chance = random.Random(8)
    assert foretold([(0.9, chance.random() < truth) for _ in range(400)]).error == error


def test_it_is_read_from_the_log_without_what_does_not_count(session: Session) -> None:
    circle = Circle(session)
    first, second = circle.asked(1)
    card = remember(session, circle.user, first, (-9, Rating.Good), (-7, Rating.Good), (-1, Rating.Again))
    remember(session, circle.user, second, (-9, Rating.Good))
    found = foretold_of(session, circle.user.id, known_of(cards_of(session, circle.user, TODAY), TODAY, ()))
    assert (found.answers, found.known) == (2, 1)
    its = select(ReviewLog).where(ReviewLog.card_id == card.id, ReviewLog.number == 3)
    session.scalars(its).one().taken_back_at = NOW + timedelta(days=1)
    session.flush()
    found = foretold_of(session, circle.user.id, known_of(cards_of(session, circle.user, TODAY), TODAY, ()))
    assert (found.answers, found.known) == (1, 1)
