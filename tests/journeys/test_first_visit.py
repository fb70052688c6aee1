"""What a first visit costs: bytes and requests as the browser counts them, headers and fonts included."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import select

from course.base.db import Database
from course.groups.enrolments import enrol_alone
from course.outline.models import Course
from course.users.models import User
from tests.journeys.conftest import PHONE, new_context
from tests.journeys.people import sign_up

COURSE = "/courses/why-study-the-russian-revolution"

#: Bytes on the wire, and requests, that a lesson may cost somebody who comes for the first time.
MOST_BYTES, MOST_REQUESTS = 150_000, 8

#: One with Polish names and Russian titles, one with words in bold as well, one with Chinese names, and a document.
PAGES = [
    "lessons/lenins-return-april-theses",
    "lessons/july-days-kornilov-state-and-revolution",
    "lessons/chinese-revolution-1925-27",
    "texts/april-theses",
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_first_visit_is_small_and_of_few_requests(
    site: str, browser: Browser, client: FlaskClient, database: Database
) -> None:
    sign_up(client, "ada@circle.example", "Ada")
    with database.transaction() as session:
        enrol_alone(
            session, session.scalars(select(User)).one(), session.scalars(select(Course)).one(), now=datetime.now(UTC)
        )
    cookie = client.get_cookie("kruzhok")
    assert cookie is not None
    for page in PAGES:
        context = new_context(browser, scripts=True, viewport=PHONE)
        context.add_cookies([{"name": "kruzhok", "value": cookie.value, "url": site}])
        window = context.new_page()
        sizes: dict[str, int] = {}
        wire = context.new_cdp_session(window)
        wire.send("Network.enable")
        wire.on(
            "Network.loadingFinished", lambda one, to=sizes: to.update({one["requestId"]: one["encodedDataLength"]})
        )
        window.goto(f"{site}{COURSE}/{page}", wait_until="networkidle")
        window.evaluate("document.fonts.ready")
        window.wait_for_load_state("networkidle")
        context.close()
        # What the browser finds among what it has, as the mark for its tab, is none.
        sent = [size for size in sizes.values() if size]
        assert len(sent) > 5, page  # page, style, script, icons and some faces, or nothing was counted
        assert len(sent) <= MOST_REQUESTS, page
        assert sum(sent) <= MOST_BYTES, page
