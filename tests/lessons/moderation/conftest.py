"""The study group of the discussion, with somebody who organises it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment
from lessons.discussion.models import Post
from lessons.discussion.posts import write_post
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle, circle, there
from tests.test_access import browser_of

__all__ = ["circle", "there"]

Browser = Callable[[Enrolment], FlaskClient]

WORDS = "You are all fools."


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what opens the browser of a member."""
    return lambda enrolment: browser_of(app, database, enrolment.user_id)


@pytest.fixture
def first(database: Database, there: Circle) -> Post:
    """Return Ivan's post, the first of the talk."""
    with database.transaction() as session:
        prompt = session.merge(there.prompt, load=False)
        return write_post(session, session.merge(there.ivan), prompt, WORDS, once=None, base=0, now=NOW)


def page(circle: Circle, more: str = "") -> str:
    return f"{circle.address}?group={circle.group.slug}{more}"


def at(circle: Circle, post: Post, doing: str) -> str:
    return f"/groups/{circle.group.slug}/posts/{post.id}/{doing}"
