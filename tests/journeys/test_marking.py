"""A tutor marks essays in a browser, with the keyboard alone and without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from course.base.db import Database
from course.base.web import Application
from quizzes.marking.queue import answers_to
from quizzes.models import AttemptItem
from tests.journeys.conftest import DESKTOP, new_context
from tests.quizzes.marking.make import drafts_in, make_circle, marks_of, write
from tests.test_access import browser_of


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what SELECTOR names has the focus."""
    for _press in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab")


@pytest.mark.browser
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_essays_are_marked_and_released_by_keyboard_alone(
    app: Application, database: Database, bare_site: str, browser: Browser
) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        for number in range(2):
            write(session, circle, f"Essay {number}.")
    client = browser_of(app, database, circle.tutor.user_id)
    cookie = client.get_cookie("kruzhok")
    assert cookie is not None
    context = new_context(browser, scripts=False, viewport=DESKTOP)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": bare_site}])
    page = context.new_page()
    page.goto(f"{bare_site}/groups/{circle.group.slug}/marking/{circle.essay.id}")
    for number in (1, 2):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Answer {number} of 2")
        tab_to(page, "input[name=level-argument]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type(f"A word on {number}.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Release 2 of 2")
    tab_to(page, "button.primary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    context.close()
    with database.transaction(writing=False) as session:
        lines = answers_to(session, circle.group.id, circle.essay.id)
        marks = [marks_of(session, session.get_one(AttemptItem, line.id))[0].data for line in lines]
        levels = {"argument": "fair", "sources": "poor"}
        assert marks == [{"levels": levels, "comment": f"A word on {number}."} for number in (1, 2)]
        assert drafts_in(session) == []
