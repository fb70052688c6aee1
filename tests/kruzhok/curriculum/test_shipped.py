"""What stands in curricula/: all of it is loaded when the site starts, the course of the front door first."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.outline.models import Course
from kruzhok.commands.serve import load_shipped
from kruzhok.config import SHIPPED_COURSE, shipped_courses
from tests.kruzhok.curriculum.small import changed, load, small

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OTHERS = [folder.name for folder in shipped_courses()[1:]]


def idents(database: Database) -> list[str]:
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(Course.ident).order_by(Course.id)))


def test_the_course_of_the_front_door_comes_first():
    assert shipped_courses()[0] == SHIPPED_COURSE
    assert sorted(OTHERS) == OTHERS
    assert OTHERS


@ONE_DATABASE
def test_all_are_loaded_and_the_front_door_names_the_others(client: FlaskClient, database: Database):
    load_shipped(database)
    assert idents(database) == [SHIPPED_COURSE.name, *OTHERS]
    front = client.get("/").text
    assert "<title>Why Study the Russian Revolution?" in front
    for ident in OTHERS:
        assert f'href="/courses/{ident}"' in front
        assert client.get(f"/courses/{ident}").status_code == 200


@ONE_DATABASE
def test_one_that_somebody_uploaded_is_left_alone_and_the_rest_is_loaded(
    database: Database, capsys: pytest.CaptureFixture[str]
):
    mine = changed(small(), "course.yaml", "ident: my-course", f"ident: {OTHERS[0]}")
    load(database, mine)
    with database.transaction() as session:
        session.scalars(select(Course)).one().uploaded = True
    load_shipped(database)
    assert SHIPPED_COURSE.name in idents(database)
    assert f"{OTHERS[0]}:" not in capsys.readouterr().out
