"""Whoever has four thousand cards asks no more of the database than a newcomer."""

import time_machine
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.users.models import User
from tests.kruzhok.review.make import TUESDAY, Circle, days, know
from tests.kruzhok.review.test_many import veteran
from tests.test_access import browser_of
from tests.test_queries import counted

ADDRESSES = ("/me/memory", "/me/memory/people", "/me/memory/passages?page=3", "/me/memory/estimate")


def newcomer(session: Session) -> User:
    """Return somebody in one group who has answered five questions."""
    circle = Circle(session)
    circle.meet(1, days(2))
    circle.reach(1)
    know(session, circle.user, sorted(circle.items(1)), due=days(3))
    return circle.user


def test_four_thousand_cards_ask_no_more_than_five(app: Application, database: Database) -> None:
    with database.transaction() as session:
        users = {"newcomer": newcomer(session).id, "veteran": veteran(session).id}
    asked: dict[str, list[int]] = {}
    with time_machine.travel(TUESDAY, tick=False):
        for name, user_id in users.items():
            browser = browser_of(app, database, user_id)
            browser.get("/me/memory")  # what is done once a day is done
            for address in ADDRESSES:
                with counted(database) as said:
                    assert browser.get(address).status_code == 200
                asked.setdefault(name, []).append(len(said))
    assert asked["newcomer"] == asked["veteran"]
