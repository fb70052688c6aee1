"""Write before you see in a discussion; on which roads that holds, tests/lessons/test_write_before_you_see.py says."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, StudyGroup
from lessons.discussion.models import Post, ReadMark
from lessons.discussion.posts import write_post
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.test_access import browser_of
from tests.web import post

WORDS = "Dual power was not shared at all."


@pytest.fixture
def first(database: Database, there: Circle) -> Post:
    """Return Ivan's post, in a group where everybody writes before they see."""
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(write_first=True))
        return write_post(
            session,
            session.merge(there.ivan),
            session.merge(there.prompt, load=False),
            WORDS,
            once=None,
            base=0,
            now=NOW,
        )


@pytest.fixture
def browser(app: Application, database: Database) -> Callable[[Enrolment], FlaskClient]:
    """Return what opens the browser of a member."""
    return lambda enrolment: browser_of(app, database, enrolment.user_id)


Browser = Callable[[Enrolment], FlaskClient]


def prompt(circle: Circle, more: str = "") -> str:
    return f"{circle.address}?group={circle.group.slug}{more}"


def test_what_is_not_seen_cannot_be_replied_to(there: Circle, first: Post, browser: Browser) -> None:
    address = f"/groups/{there.group.slug}/posts/{first.id}/reply"
    assert post(browser(there.vera), address, {"text": "No.", "base": "0"}).status_code == 404
    assert post(browser(there.vera), f"{address}/draft", {"text": "No.", "base": "0"}).status_code == 404


def test_looking_marks_nothing_as_read_that_is_not_shown(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    browser(there.vera).get(prompt(there))
    with database.transaction(writing=False) as session:
        assert session.scalars(select(ReadMark).where(ReadMark.enrolment_id == there.vera.id)).all() == []


def test_who_has_written_sees_and_may_reply(there: Circle, first: Post, browser: Browser) -> None:
    vera = browser(there.vera)
    write = f"/groups/{there.group.slug}/lessons/" + there.address.partition("/lessons/")[2]
    post(vera, write, {"text": "I say it was.", "base": "0"})
    assert WORDS in vera.get(prompt(there)).text
    reply = post(vera, f"/groups/{there.group.slug}/posts/{first.id}/reply", {"text": "No.", "base": "0"})
    assert reply.status_code == 303


def test_a_tutor_sees_without_writing(there: Circle, first: Post, browser: Browser) -> None:
    assert WORDS in browser(there.tutor).get(prompt(there)).text


def test_when_the_group_is_archived_everybody_may_read(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(archived_at=NOW))
    assert WORDS in browser(there.vera).get(prompt(there)).text


def test_where_a_group_does_not_have_it_so_everything_is_seen(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(write_first=False))
    assert WORDS in browser(there.vera).get(prompt(there)).text
