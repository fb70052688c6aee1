"""What one is about to forget: what falls below the share one wants to know within a week."""

from datetime import timedelta

from sqlalchemy.orm import Session

from kruzhok.memory.fading import DAYS, MOST, Ahead, ahead_of
from kruzhok.memory.known import known_of
from quizzes.review.cards import cards_of
from quizzes.scheduling import Rating
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.memory.make import TODAY, days, hang, remember
from tests.kruzhok.review.make import Circle, know


def of(circle: Circle, retention: float = 0.9) -> Ahead:
    circle.session.expire_all()
    return ahead_of(circle.session, known_of(cards_of(circle.session, circle.user, TODAY), TODAY, ()), TODAY, retention)


def test_the_next_comes_first_and_nothing_after_a_week(session: Session) -> None:
    circle = Circle(session)
    soon, today, later, first = (factories.make_item(session, circle.course).id for _ in range(4))
    know(session, circle.user, [soon], due=days(DAYS), stability=20)
    know(session, circle.user, [today], due=TODAY, stability=20)
    know(session, circle.user, [later], due=days(DAYS + 1), stability=20)
    know(session, circle.user, [first], due=days(1), stability=20)
    ahead = of(circle)
    assert [(one.item_id, one.on) for one in ahead.next] == [(first, days(1)), (soon, days(DAYS))]
    assert ahead.fell


def test_who_wants_to_know_less_forgets_later(session: Session) -> None:
    circle = Circle(session)
    know(session, circle.user, circle.asked(1), due=days(3))
    assert len(of(circle, 0.9).next) == 2
    assert of(circle, 0.8).next == []


def test_each_says_what_it_asks_and_where_that_is_told(session: Session) -> None:
    circle = Circle(session)
    item = factories.make_item(session, circle.course, data={"stem": "Who *returned*?"})
    hang(session, item.id, factories.notes_of(session, circle.lessons[0]), 1)
    know(session, circle.user, [item.id], due=days(2))
    (one,) = of(circle).next
    assert one.stem == "Who *returned*?"
    assert one.at is not None
    assert (one.at.ident, one.at.number, one.at.lesson_number) == ("p-2", 2, 1)
    assert one.at.lesson_ident == circle.lessons[0].ident


def test_no_more_than_twenty_are_shown(session: Session) -> None:
    circle = Circle(session)
    know(session, circle.user, [factories.make_item(session, circle.course).id for _ in range(MOST + 3)], due=days(3))
    ahead = of(circle)
    assert (len(ahead.next), ahead.more, ahead.fell) == (MOST, 3, False)


def test_what_rests_stands_apart(session: Session) -> None:
    circle = Circle(session)
    first, second = circle.asked(1)
    know(session, circle.user, [first], due=days(3), suspended_at=NOW - timedelta(days=1))
    know(session, circle.user, [second], due=days(3))
    ahead = of(circle)
    assert [one.item_id for one in ahead.next] == [second]
    assert [(one.item_id, one.on) for one in ahead.resting] == [(first, None)]


def test_what_fell_long_ago_is_in_no_list(session: Session) -> None:
    circle = Circle(session)
    for item_id in circle.items(1):
        remember(session, circle.user, item_id, (-200, Rating.Good))
    ahead = of(circle)
    assert (ahead.next, ahead.more, ahead.fell) == ([], 0, True)
