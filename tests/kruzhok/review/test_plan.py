"""Review as it is today, from what somebody knows and what their groups need."""

import pytest
from sqlalchemy.orm import Session

from kruzhok.review.plan import Reason, Review, more_of, review_of
from tests.kruzhok.review.make import TUESDAY, Circle, days, know


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def review(circle: Circle) -> Review:
    return review_of(circle.session, circle.user, circle.dates(), TUESDAY)


def test_what_is_due_comes_with_why(circle: Circle):
    know(circle.session, circle.user, circle.checks(1), due=days(-3))
    today = review(circle)
    assert {one.item_id for one in today.queue} == set(circle.checks(1))
    assert {one.reason for one in today.queue} == {Reason.fallen}
    assert (today.minutes, today.set_minutes, today.done_today, today.short) == (1, 15, 0, [])
    assert more_of(circle.session, circle.user, circle.dates(), TUESDAY).queue == today.queue
