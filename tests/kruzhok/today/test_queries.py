"""A page asks the database a fixed small number of questions, however much there is (sign-in left out)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from course.base.db import Database
from course.outline.models import ActivityKind
from tests.factories import activity_of, make_attempt, make_enrolment
from tests.kruzhok.today.test_plan import big_course
from tests.web import post

#: BEGIN, the pragma that says whether it may write, and the sign-in are no questions of the page.
NOT_COUNTED = ("PRAGMA", "BEGIN")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Give a list that fills with the statements of the block."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NOT_COUNTED) and "FROM sign_in" not in statement:
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("size", [1, 6])
def test_pages_ask_little(client: FlaskClient, database: Database, size: int) -> None:
    with database.transaction() as session:
        course = big_course(session, size)
        lesson, reading, prompt = (
            activity_of(session, course, kind)
            for kind in (ActivityKind.lesson, ActivityKind.reading, ActivityKind.prompt)
        )
        for _other in range(size):
            make_attempt(session, make_enrolment(session, course=course))
        at = f"/courses/{course.ident}/lessons/{lesson.ident}"
    post(client, f"{at}/readings/{reading.ident}/tick", {"done": "1"})
    post(client, f"{at}/prompts/{prompt.ident}", {"text": "Said."})
    most = {"/today": 18, f"/courses/{course.ident}": 9, at: 14, f"{at}/prompts/{prompt.ident}": 8, "/": 12}
    found = {}
    for address in most:
        with counted(database) as said:
            assert client.get(address).status_code == 200
        found[address] = len(said)
    assert {address: min(number, most[address]) for address, number in found.items()} == found
