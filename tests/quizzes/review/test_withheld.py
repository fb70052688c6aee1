"""What may not come in review: no key is told there before it may be, and nothing that is not one's own to see."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.users.models import User
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Item
from quizzes.review.withheld import standing_of
from quizzes.review.withheld import withheld as all_withheld
from tests.conftest import NOW
from tests.factories import (
    make_assignment,
    make_card,
    make_empty_course,
    make_enrolment,
    make_exception,
    make_group,
    make_item,
    make_user,
)
from tests.quizzes.review.make import RIGHT, Study
from tests.test_queries import counted

HOUR = timedelta(hours=1)


def withheld(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """Return what is withheld from a user, having asked of each item alone, too, and been told the same."""
    found = all_withheld(session, user_id, now)
    items = session.scalars(select(Item.id)).all()
    assert {one for one in items if standing_of(session, user_id, one, now).is_withheld} == found
    return found


def test_what_stands_in_an_open_attempt_until_it_is_submitted(session: Session) -> None:
    study = Study(session)
    attempt = study.begin()
    assert withheld(session, study.user.id, NOW) == {study.items[0]}
    assert withheld(session, make_user(session).id, NOW) == frozenset()
    submit_attempt(session, attempt, now=NOW)
    assert withheld(session, study.user.id, NOW) == frozenset()


@pytest.mark.parametrize(
    ("shows", "after", "is_withheld"),
    [
        ({"after": ["score"]}, timedelta(minutes=1), True),
        ({"after": ["score"]}, timedelta(minutes=3), False),
        ({"later": ["right", "score"]}, timedelta(minutes=1), False),
        ({"later": ["right", "score"]}, timedelta(minutes=3), True),
        ({"later": []}, 2 * HOUR, False),
        ({"closed": []}, 2 * HOUR, True),
        ({"closed": []}, HOUR - timedelta(seconds=1), False),
        ({"later": ["key"], "closed": ["key", "score"]}, 2 * HOUR, False),
    ],
)
def test_what_an_attempt_may_not_show_the_key_of_yet(
    session: Session, shows: dict[str, Any], after: timedelta, is_withheld: bool
) -> None:
    study = Study(session, shows=shows, closes_at=NOW + HOUR)
    study.sit(RIGHT)
    assert withheld(session, study.user.id, NOW + after) == ({study.items[0]} if is_withheld else frozenset())


def in_a_group(session: Session, **quiz: Any) -> Study:
    """Return somebody whose place is in a study group."""
    study = Study(session, **quiz)
    study.place = make_enrolment(session, study.user, group=make_group(session, study.house.course))
    return study


def test_it_is_closed_when_it_is_for_them(session: Session) -> None:
    study = in_a_group(session, shows={"later": []})
    study.sit(RIGHT)
    assert study.place.group is not None
    assert withheld(session, study.user.id, NOW + 2 * HOUR) == {study.items[0]}
    make_assignment(session, study.place.group, study.house.quiz, closes_at=NOW + HOUR, due_at=None)
    assert withheld(session, study.user.id, NOW + 2 * HOUR) == frozenset()
    later = (NOW + 3 * HOUR).isoformat()
    make_exception(session, study.place, study.house.quiz, field="close", value={"value": later})
    assert withheld(session, study.user.id, NOW + 2 * HOUR) == {study.items[0]}
    assert withheld(session, study.user.id, NOW + 4 * HOUR) == frozenset()


def test_what_is_of_a_lesson_closes_with_its_assignment(session: Session) -> None:
    study = in_a_group(session, shows={"later": []})
    study.sit(RIGHT)
    assert study.place.group is not None
    make_assignment(session, study.place.group, study.house.lesson, closes_at=NOW + HOUR, due_at=None)
    assert withheld(session, study.user.id, NOW + 2 * HOUR) == frozenset()


def test_a_retired_item(session: Session) -> None:
    study = Study(session)
    study.sit(RIGHT)
    session.get_one(Item, study.items[0]).retired_at = NOW
    assert withheld(session, study.user.id, NOW) == {study.items[0]}


def test_an_item_of_a_study_group_for_who_is_not_in_it(session: Session) -> None:
    group = make_group(session, make_empty_course(session))
    item, user = make_item(session, group_id=group.id), make_user(session)
    make_card(session, user, item)
    assert withheld(session, user.id, NOW) == {item.id}
    place = make_enrolment(session, user, group=group)
    assert withheld(session, user.id, NOW) == frozenset()
    place.left_at = NOW
    assert withheld(session, user.id, NOW) == {item.id}


def test_as_many_queries_for_many_attempts_in_many_places(database: Database) -> None:
    said = []
    for places in (1, 4):
        with database.transaction() as session:
            user = make_user(session)
            for _place in range(places):
                sit_in_a_group(session, user)
        with database.transaction(writing=False) as session, counted(database) as queries:
            assert len(all_withheld(session, user.id, NOW + HOUR)) == places
        said.append(len(queries))
    assert said == [8, 8]


def sit_in_a_group(session: Session, user: User) -> None:
    study = Study(session, shows={"later": []})
    study.place = make_enrolment(session, user, group=make_group(session, study.house.course))
    study.sit(RIGHT)
