"""When an item comes back: the numbers of the scheduler are those of the library, and the rest are rules of ours."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scheduling import (
    LONGEST,
    Memory,
    Rated,
    due,
    interval,
    rating_of,
    recall,
    replay,
    reviewed,
    study_day,
)

DAY = date(2026, 11, 23)
AGAIN, HARD, GOOD, EASY = Rating.Again, Rating.Hard, Rating.Good, Rating.Easy

stabilities = st.floats(0.001, 36_500, allow_nan=False)
retentions = st.floats(0.7, 0.97)
logs = st.lists(st.tuples(st.integers(0, 400), st.sampled_from([AGAIN, HARD, GOOD])), min_size=1, max_size=12)


def on_their_days(*ratings: Rating, retention: float = 0.9) -> tuple[Memory, list[int]]:
    """Return what RATINGS come to, each given on the day on which the item is due, and the days between."""
    memory, day, days = None, DAY, []
    for rating in ratings:
        memory = reviewed(memory, Rated(day, rating))
        days.append((due(memory, retention) - day).days)
        day = due(memory, retention)
    assert memory is not None
    return memory, days


def rated(log: list[tuple[int, Rating]]) -> list[Rated]:
    """Return reviews so many days after each other."""
    day, found = DAY, []
    for after, rating in log:
        day += timedelta(days=after)
        found.append(Rated(day, rating))
    return found


@pytest.mark.parametrize(
    ("rating", "days", "stability", "difficulty"),
    [(AGAIN, 1, 0.212, 6.4133), (HARD, 1, 1.2931, 5.1122), (GOOD, 2, 2.3065, 2.1181), (EASY, 8, 8.2956, 1.0)],
)
def test_a_first_review(rating: Rating, days: int, stability: float, difficulty: float) -> None:
    memory, intervals = on_their_days(rating)
    assert intervals == [days]
    assert (memory.stability, memory.difficulty) == (
        pytest.approx(stability, abs=1e-4),
        pytest.approx(difficulty, abs=1e-4),
    )


def test_days_between_reviews_that_go_well() -> None:
    assert on_their_days(*[GOOD] * 6)[1] == [2, 11, 46, 163, 497, 1346]


def test_days_between_reviews_of_which_one_is_missed() -> None:
    assert on_their_days(GOOD, GOOD, AGAIN, GOOD)[1] == [2, 11, 2, 5]


@pytest.mark.parametrize(
    ("days", "chance"), [(1, 0.9468), (2, 0.9095), (5, 0.8389), (10, 0.7744), (30, 0.6675), (100, 0.5589)]
)
def test_the_chance_that_it_is_known_after_one_good_review(days: int, chance: float) -> None:
    assert recall(on_their_days(GOOD)[0], DAY + timedelta(days=days)) == pytest.approx(chance, abs=5e-5)


@pytest.mark.parametrize(("retention", "days"), [(0.8, 2762), (0.85, 773), (0.9, 163), (0.95, 19)])
def test_who_wants_to_know_more_has_it_back_sooner(retention: float, days: int) -> None:
    scheduler = Scheduler(desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card, at = Card(card_id=1), datetime(2026, 11, 23, 12, tzinfo=UTC)
    for _review in range(4):
        card, _log = scheduler.review_card(card, GOOD, at)
        at, last = card.due, at
    assert (at - last).days == days
    assert on_their_days(*[GOOD] * 4, retention=retention)[1][-1] == days


@given(stability=stabilities, days=st.integers(0, 40_000))
def test_the_chance_is_that_of_the_library(stability: float, days: int) -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    card = Card(1, State.Review, None, stability, 5.0, at, at)
    theirs = Scheduler().get_card_retrievability(card, at + timedelta(days=days))
    memory = Memory(stability, 5.0, DAY, 1, 0, 0, None)
    assert recall(memory, DAY + timedelta(days=days)) == pytest.approx(theirs)


@given(stability=stabilities, retention=retentions)
def test_the_interval_is_that_of_the_library(stability: float, retention: float) -> None:
    theirs = Scheduler(desired_retention=retention)._next_interval(stability=stability)
    assert interval(stability, retention) == theirs


@given(log=logs)
def test_a_replay_is_that_of_the_library(log: list[tuple[int, Rating]]) -> None:
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(card_id=1)
    for one in rated(log):
        card, _log = scheduler.review_card(
            card, one.rating, datetime(one.day.year, one.day.month, one.day.day, 12, tzinfo=UTC)
        )
    memory = replay(rated(log))
    assert memory is not None
    assert (memory.stability, memory.difficulty) == (card.stability, card.difficulty)
    assert due(memory, 0.9) == card.due.date()


@given(log=logs)
def test_a_memory_is_reviewed_as_often_as_that_and_missed_no_more(log: list[tuple[int, Rating]]) -> None:
    memory = replay(rated(log))
    assert memory is not None
    at_the_end = [rating for _days, rating in log]
    misses = next((n for n, rating in enumerate(reversed(at_the_end)) if rating is not AGAIN), len(log))
    assert (memory.reviews, memory.misses) == (len(log), misses)
    assert memory.lapses <= sum(rating is AGAIN for rating in at_the_end)
    assert memory.stability > 0
    assert 1 <= memory.difficulty <= 10


def test_nothing_that_counts_is_no_memory() -> None:
    assert replay([]) is None


@given(log=logs, retention=retentions, need_by=st.integers(-400, 400))
def test_it_is_due_after_its_review_and_no_later_than_it_is_needed(
    log: list[tuple[int, Rating]], retention: float, need_by: int
) -> None:
    memory = replay(rated(log))
    assert memory is not None
    day = DAY + timedelta(days=need_by)
    assert memory.last < due(memory, retention, day) <= due(memory, retention)
    assert due(memory, retention, day) <= day or day <= memory.last


@given(
    score=st.fractions(0, 1),
    tries=st.integers(1, 5),
    hinted=st.booleans(),
    certainty=st.sampled_from([None, 1, 2, 3]),
)
def test_a_rating_is_never_easy_and_below_four_fifths_always_again(
    score: Fraction, tries: int, hinted: bool, certainty: int | None
) -> None:
    rating = rating_of(score, tries=tries, hinted=hinted, certainty=certainty)
    assert rating is not EASY
    assert (rating is AGAIN) == (score < Fraction(4, 5))
    assert (rating is GOOD) == (score == 1 and tries == 1 and not hinted and certainty != 1)


@given(at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_day_of_study_begins_at_four(at: datetime) -> None:
    day = study_day(at, ZoneInfo("UTC"))
    begins = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    assert begins <= at < begins + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("UTC", 3, DAY - timedelta(days=1)),
        ("UTC", 4, DAY),
        ("Europe/Moscow", 0, DAY - timedelta(days=1)),
        ("Europe/Moscow", 1, DAY),
        ("America/New_York", 8, DAY - timedelta(days=1)),
        ("America/New_York", 9, DAY),
    ],
)
def test_a_day_of_study_is_the_users_own(zone: str, hour: int, day: date) -> None:
    assert study_day(datetime(2026, 11, 23, hour, tzinfo=UTC), ZoneInfo(zone)) == day


def test_how_long_a_review_takes_is_mostly_how_long_the_last_took() -> None:
    memory = replay([Rated(DAY, GOOD, 40.0), Rated(DAY, GOOD), Rated(DAY, GOOD, 20.0), Rated(DAY, GOOD, 1000.0)])
    assert memory is not None
    assert memory.seconds == (30 + LONGEST) / 2
