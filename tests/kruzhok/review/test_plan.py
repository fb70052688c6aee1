"""Review as it is today, from what somebody knows and what their groups need."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kruzhok.review.needs import needs_of
from kruzhok.review.plan import COMING, FURTHER, Reason, Review, load_of, more_of, review_of
from quizzes import scheduling
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.scheduling import DayPlan, due
from tests import factories
from tests.kruzhok.review.make import TODAY, TUESDAY, Circle, card, days, fill, know

MINUTE = 60


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def review(circle: Circle, later: int = 0) -> Review:
    now = TUESDAY + timedelta(days=later)
    return review_of(circle.session, circle.user, circle.dates(now), now)


def ids(found: Review) -> set[int]:
    return {one.item_id for one in found.queue}


def test_what_is_due_comes_with_why(circle: Circle):
    know(circle.session, circle.user, circle.checks(1), due=days(-3))
    today = review(circle)
    assert ids(today) == set(circle.checks(1))
    assert {one.reason for one in today.queue} == {Reason.fallen}
    assert all(one.recall is not None and one.recall < 0.9 for one in today.queue)
    assert (today.today, today.minutes, today.set_minutes) == (TODAY, 1, 15)
    assert (today.done_today, today.short) == (0, [])


def test_what_is_needed_today_comes_though_it_is_still_known(circle: Circle):
    know(circle.session, circle.user, circle.checks(1), due=days(9))
    assert ids(review(circle)) == set()
    circle.meet(1, TODAY)
    today = review(circle)
    assert ids(today) == set(circle.checks(1))
    assert {(one.reason, one.need.title if one.need else None) for one in today.queue} == {
        (Reason.needed, circle.lessons[0].title)
    }


def test_what_was_spent_today_is_off_the_minutes(circle: Circle):
    circle.user.review_minutes = 1
    first, second, _third = circle.checks(1)
    know(circle.session, circle.user, [second], due=days(-2), seconds=40.0)
    know(circle.session, circle.user, [first], due=days(5), stability=5)  # reviewed today
    answered = circle.session.scalars(select(Card).where(Card.item_id == first)).one()
    log = {"card_id": answered.id, "number": 1, "at": TUESDAY, "day": TODAY, "rating": 3}
    factories.add(circle.session, ReviewLog(**log, source=ReviewSource.review, milliseconds=30_000))
    today = review(circle)
    assert (today.queue, today.done_today, today.next_on) == ([], 1, days(1))
    assert ids(more_of(circle.session, circle.user, circle.dates(), TUESDAY)) == {second}


def test_who_wants_no_review_gets_none(circle: Circle):
    circle.user.review_minutes = 0
    know(circle.session, circle.user, circle.checks(1), due=days(-2))
    assert (review(circle).queue, review(circle).minutes) == ([], 0)


def test_a_day_of_study_is_one_of_the_user(circle: Circle):
    know(circle.session, circle.user, circle.checks(1), due=days(1), stability=1)
    evening = TUESDAY + timedelta(hours=6)
    for zone, today in (("UTC", TODAY), ("Pacific/Auckland", days(1))):
        circle.user.zone = zone
        circle.session.flush()
        found = review_of(circle.session, circle.user, circle.dates(evening), evening)
        assert (found.today, len(found.queue)) == (today, 3 if today == days(1) else 0)


def test_when_nothing_is_left_it_says_when_more_comes(circle: Circle):
    assert review(circle).next_on is None
    know(circle.session, circle.user, circle.asked(1), due=days(50))
    assert review(circle).next_on == days(50)
    know(circle.session, circle.user, circle.checks(1), due=days(6))
    assert review(circle).next_on == days(2)  # when it is about to be due


def test_what_does_not_fit_is_said_of_what_it_is_needed_for(circle: Circle, monkeypatch: pytest.MonkeyPatch):
    circle.meet(1, days(2))
    said = DayPlan([], scheduling.Short(days(2), 24.5 * MINUTE))
    monkeypatch.setattr(scheduling, "plan", lambda *_of, **_told: said)
    (short,) = review(circle).short
    assert (short.need.title, short.minutes_a_day, short.set_minutes) == (circle.lessons[0].title, 25, 15)


@pytest.mark.parametrize("short", [(3, 24.5 * MINUTE), (2, 14.2 * MINUTE)])
def test_what_nobody_needs_then_or_does_fit_is_no_shortage(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, short: tuple[int, float]
):
    circle.meet(1, days(2))
    said = DayPlan([], scheduling.Short(days(short[0]), short[1]))
    monkeypatch.setattr(scheduling, "plan", lambda *_of, **_told: said)
    assert review(circle).short == []


def many(circle: Circle, count: int) -> Sequence[int]:
    """Return so many items more of the first lesson."""
    known = circle.items(1)
    fill(circle.session, circle.lessons[0], count, 1)
    return sorted(circle.items(1) - known)


@pytest.mark.parametrize("away", [0, 10, 60])
def test_days_away_make_no_number_above_the_minutes(circle: Circle, away: int):
    items = many(circle, 300)
    cards = [card(circle.user, item_id, due=days(place % 30 - 2)) for place, item_id in enumerate(items)]
    circle.session.execute(insert(Card), cards)
    found = review(circle, away)
    assert 0 < found.minutes <= found.set_minutes == 15
    assert len(found.queue) <= 15 * MINUTE / 20
    now = TUESDAY + timedelta(days=away)
    needs = needs_of(circle.session, circle.user, circle.dates(now), now)
    load = load_of(circle.session, circle.user, needs, now, ())
    assert [day for day, _minutes in load] == [days(away + coming) for coming in range(COMING)]
    assert all(minutes <= 15 for _day, minutes in load)


def test_the_load_counts_what_comes_back_within_the_two_weeks(circle: Circle):
    know(circle.session, circle.user, circle.checks(1), due=days(4))
    load = load_of(circle.session, circle.user, {}, TUESDAY, ())
    assert sum(minutes for day, minutes in load if day <= days(4)) == 1
    assert sum(minutes for _day, minutes in load) == 1


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cards=st.lists(st.tuples(st.integers(-40, 40), st.integers(1, 60)), min_size=6, max_size=6),
    meets=st.integers(0, 20),
    minutes=st.integers(0, 5),
)
def test_nothing_is_due_after_it_is_needed_and_the_queue_fits(
    session: Session, cards: list[tuple[int, int]], meets: int, minutes: int
):
    circle = Circle(session)
    circle.user.review_minutes = minutes
    circle.meet(1, days(meets))
    told = [
        card(circle.user, item_id, due=days(when), stability=stability)
        for item_id, (when, stability) in zip([*circle.items(1), *circle.checks(2)], cards, strict=False)
        if when - stability < 0  # it was reviewed before today
    ]
    if told:
        session.execute(insert(Card), told)
    today = review(circle)
    assert sum(one.seconds for one in today.queue) <= minutes * MINUTE
    assert today.minutes <= minutes
    for one in more_of(session, circle.user, circle.dates(), TUESDAY).queue:
        assert one.need is None or one.memory is None or due(one.memory, 0.9, one.need.by) <= one.need.by
    assert more_of(session, circle.user, circle.dates(), TUESDAY).minutes <= FURTHER / MINUTE
