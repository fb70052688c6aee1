"""Quotations of an essay are looked up in the texts that it is to quote from: while it is written and in the result."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from course.base.db import Database
from course.texts.models import Passage
from quizzes.attempts.quoting import quotations_of
from tests.factories import notes_of
from tests.quizzes.attempts.make import House, add_item, make_house
from tests.quizzes.attempts.test_views import begin, enter, items_of, post
from tests.quizzes.items.make import raw_item

WORDS = "The workers of the Putilov works were locked out in March."


def quoting(session: Session) -> tuple[House, str]:
    """Return a house whose quiz is an essay that is to quote from the notes: WORDS are their second passage."""
    house = make_house(session, "")
    text = notes_of(session, house.lesson)
    passage = session.query(Passage).filter_by(version_id=text.current_version_id, ident="p-2").one()
    passage.plain = WORDS
    add_item(session, house.course, house.lesson, house.quiz, 1, raw_item("essay", quote_from=[text.ident]))
    return house, text.ident


def test_what_is_found_names_its_passage_and_what_is_not_the_nearest(session: Session) -> None:
    house, slug = quoting(session)
    essay = "It says “the workers of the Putilov works”, and “the workers of the Baltic works were locked out”."
    found, nearest = quotations_of(session, house.course.id, [slug], essay)
    assert (found.found.is_found, [place.ident for place in found.places]) == (True, ["p-2"])
    assert (nearest.found.is_found, [place.ident for place in nearest.places]) == (False, ["p-2"])


@pytest.fixture
def house(database: Database) -> House:
    with database.transaction() as session:
        return quoting(session)[0]


@pytest.fixture
def student(client: FlaskClient, database: Database, house: House) -> FlaskClient:
    enter(client, database, house.enrolment.user_id)
    return client


def test_the_writer_sees_it_while_writing_and_in_the_end(
    student: FlaskClient, database: Database, house: House
) -> None:
    url = begin(student, house)
    item = items_of(database, url)["essay"]
    sent: dict[str, Any] = {f"base-{item}": "0", f"item-{item}": "As it says, “locked out in March”, and no more."}
    post(student, url, sent)
    address = f"/courses/{house.course.ident}/lessons/{house.lesson.ident}#p-2"
    page = student.get(url).text
    assert "Found" in page
    assert address in page
    post(student, f"{url}/submission")
    assert address in student.get(url).text
