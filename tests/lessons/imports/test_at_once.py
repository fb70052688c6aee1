"""Presses of a button that arrive at the same moment: one file, one text, one reading."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.files import File
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.syllabus.giving import Terms
from course.syllabus.models import Assignment
from course.texts.models import Text
from lessons.group_readings.making import Told, make_reading
from lessons.imports.keeping import about_of, bring, keep, read_file
from lessons.models import Document, TextImport
from tests import factories
from tests.conftest import NOW
from tests.course.groups.test_at_once import at_once

CONTENT = b"It began in the bread queues.\n\nThen the regiments came."
TOLD = Told("The queues", "", "", "", 3, "")


@pytest.fixture
def tutor(database: Database) -> int:
    """Return the place of a tutor."""
    with database.transaction() as session:
        group = factories.make_group(session, factories.make_empty_course(session))
        return factories.make_enrolment(session, group=group, role=Role.tutor).id


def place(session: Session, key: int) -> Enrolment:
    return session.get_one(Enrolment, key)


def count(database: Database, table: Any) -> int:
    with database.transaction(writing=False) as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_a_file_brought_twice_waits_once(database: Database, tutor: int):
    def act(session: Session) -> object:
        return bring(session, place(session, tutor), "a.txt", CONTENT, now=NOW)

    assert at_once(database, act, act, act) == [None] * 3
    assert (count(database, TextImport), count(database, File)) == (1, 1)


def test_a_file_that_two_bring_is_kept_once(database: Database, tutor: int):
    with database.transaction() as session:
        other = factories.make_enrolment(session, group=place(session, tutor).group).id

    def of(key: int) -> Any:
        return lambda session: bring(session, place(session, key), "a.txt", CONTENT, now=NOW)

    assert at_once(database, of(tutor), of(other)) == [None, None]
    assert (count(database, TextImport), count(database, File)) == (2, 1)


def test_a_text_kept_twice_is_one_and_so_is_a_reading_given_twice(database: Database, tutor: int):
    text = read_file("a.txt", CONTENT)
    with database.transaction() as session:
        brought = bring(session, place(session, tutor), "a.txt", CONTENT, now=NOW).id

    def hold(session: Session) -> object:
        waits = session.get_one(TextImport, brought)
        return keep(session, place(session, tutor), waits, text, about_of(text), now=NOW)

    assert at_once(database, hold, hold, hold) == [None] * 3
    assert count(database, Text) == 1

    def give(session: Session) -> object:
        document = session.scalars(select(Document)).one()
        terms = Terms(None, None, True)
        return make_reading(session, place(session, tutor), document, TOLD, terms, once="0123456789ab", now=NOW)

    assert at_once(database, give, give, give) == [None] * 3
    assert (count(database, Activity), count(database, Assignment)) == (1, 1)
