"""Whoever is in three groups and has four thousand cards asks no more of the database than a newcomer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from course.base.db import Database
from course.users.models import User
from kruzhok.calendar.dates import dates_of
from kruzhok.review.needs import needs_of
from kruzhok.review.plan import load_of, more_of, review_of
from quizzes.review.models import Card
from tests import factories
from tests.kruzhok.review.make import TUESDAY, Circle, card, days, every_item, fill, know

LESSONS, CHECKS, ASKED = 26, 40, 12


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Give what is asked of the database in the meantime."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def newcomer(session: Session) -> User:
    """Return somebody in one group who has reached its first lesson."""
    circle = Circle(session, lessons=2)
    circle.meet(1, days(2))
    circle.reach(1)
    know(session, circle.user, circle.asked(1), due=days(-1))
    return circle.user


def veteran(session: Session) -> User:
    """Return somebody in three groups of long courses, who has a card for each of their four thousand items and was
    away for some days."""
    user = factories.make_user(session)
    for late in range(3):
        circle = Circle(session, user, lessons=0)
        unit = factories.make_unit(session, circle.course)
        circle.lessons = [factories.make_lesson(session, circle.course, unit, number=n) for n in range(1, LESSONS + 1)]
        for number, lesson in enumerate(circle.lessons, 1):
            fill(session, lesson, CHECKS, ASKED)
            circle.meet(number, days(7 * (number - 15) + late), number=number)
            if number < 15:
                circle.reach(number)
        cards = [
            card(user, item_id, due=days(place % 120 - 10), stability=5 + place % 40)
            for place, item_id in enumerate(every_item(session, circle.course))
        ]
        session.execute(insert(Card), cards)
    return user


def statements(database: Database, ask: Callable[[Session, User], object]) -> list[int]:
    """Return how many statements ASK makes for a newcomer, and for who has much, once what courses hold is read."""
    with database.transaction() as session:
        users = [newcomer(session), veteran(session)]
        session.flush()
        keys = [user.id for user in users]
    found = []
    for key in keys:
        for _time in range(2):
            with database.transaction(writing=False) as session:
                user = session.get_one(User, key)
                with counted(session) as said:
                    ask(session, user)
        found.append(len(said))
    return found


@pytest.mark.parametrize("ask", [review_of, more_of])
def test_many_cards_ask_no_more_than_few(database: Database, ask: Callable[..., object]):
    def asked(session: Session, user: User) -> None:
        ask(session, user, dates_of(session, user, TUESDAY), TUESDAY)

    few, many = statements(database, asked)
    assert many <= few <= 19


def test_the_load_of_two_weeks_asks_no_more_either(database: Database):
    def asked(session: Session, user: User) -> None:
        load_of(session, user, needs_of(session, user, dates_of(session, user, TUESDAY), TUESDAY), TUESDAY, ())

    few, many = statements(database, asked)
    assert many <= few <= 13
