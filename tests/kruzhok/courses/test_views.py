"""The front door, the page of a course, and its pictures."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.files import keep_file
from course.outline.models import ActivityKind, CurriculumFile, PlannedLesson
from lessons.models import Lesson
from tests.conftest import NOW
from tests.factories import (
    activity_of,
    add,
    make_bare_course,
    make_empty_course,
    make_lesson,
    make_unit,
)
from tests.web import post

PIXEL = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def test_without_a_course_the_front_door_says_how_one_comes(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "kruzhok load" in page.text
    assert client.get("/today").status_code == 200


def test_the_front_door_begins_the_first_lesson_and_later_goes_on(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = make_bare_course(session, title="Why Study?")
        lesson, reading = (activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.reading))
        make_empty_course(session, title="Another course")
        at = f"/courses/{course.ident}/lessons/{lesson.ident}"
    page = client.get("/").text
    assert f'href="{at}"' in page
    assert "Begin the first lesson" in page
    assert "Another course" in page
    post(client, f"{at}/readings/{reading.ident}/tick", {"done": "1"})
    page = client.get("/").text
    assert "Go on from here" in page
    assert "Begin the first lesson" not in page
    assert page.count("primary") == 1


def test_a_planned_lesson_has_no_link_and_counts_nowhere(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = make_bare_course(session)
        unit = make_unit(session, course, position=2, title="Autumn")
        add(
            session,
            PlannedLesson(unit_id=unit.id, position=1, number=7, title="On the Eve", by="Tom Carter", given=None),
        )
        lesson, reading = (activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.reading))
        tick = f"/courses/{course.ident}/lessons/{lesson.ident}/readings/{reading.ident}/tick"
        address = f"/courses/{course.ident}"
    page = client.get(address).text
    assert "Notes being written" in page
    assert ">On the Eve</a>" not in page
    assert "Nothing begun." in page
    post(client, tick, {"done": "1"})
    page = client.get(address).text
    assert "1 of 3 required parts done" in page
    assert "Begun: 1 of 3 parts" in page
    assert 'class="current"' in page


def test_nothing_required_has_no_figure_but_words(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = make_empty_course(session)
        lesson = make_lesson(session, course, make_unit(session, course))
        address = f"/courses/{course.ident}"
    post(client, f"{address}/lessons/{lesson.ident}/tick", {"done": "1"})
    page = client.get(address).text
    assert "Nothing assigned yet" in page
    assert "Lesson done" in page


def test_what_is_retired_is_hidden_but_from_those_who_used_it(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        course = make_bare_course(session)
        lesson, reading = (activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.reading))
        address = f"/courses/{course.ident}/lessons/{lesson.ident}"
    post(client, f"{address}/readings/{reading.ident}/tick", {"done": "1"})
    with database.transaction() as session:
        found = session.scalars(select(Lesson).where(Lesson.activity_id == lesson.id)).one()
        found.activity.retired_at = NOW
    stranger = client.application.test_client()
    assert (client.get(address).status_code, stranger.get(address).status_code) == (200, 404)
    assert lesson.title in client.get(f"/courses/{course.ident}").text
    assert lesson.title not in stranger.get(f"/courses/{course.ident}").text


@pytest.mark.parametrize(
    ("name", "status"), [("map.gif", 200), ("none.gif", 404), ("map.svg", 404), ("course.yaml", 404)]
)
def test_pictures_and_nothing_else_are_given_out(
    client: FlaskClient, database: Database, name: str, status: int
) -> None:
    with database.transaction() as session:
        course = make_empty_course(session)
        file = keep_file(session, PIXEL, "image/gif", now=NOW)
        for path in ("images/map.gif", "images/map.svg", "course.yaml"):
            add(session, CurriculumFile(course_id=course.id, path=path, file_id=file.id))
    answer = client.get(f"/courses/{course.ident}/images/{name}")
    assert answer.status_code == status
    if status == 200:
        assert (answer.data, answer.headers["Content-Type"]) == (PIXEL, "image/gif")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        same = client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (same.status_code, same.data) == (304, b"")
