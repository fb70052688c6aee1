"""With scripts a sitting saves by itself, loses nothing when it cannot, shows both of two answers, says the time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from course.base.db import Database
from quizzes.attempts.ending import submit_overdue
from quizzes.limits import GRACE
from quizzes.models import Attempt
from tests.journeys.conftest import PHONE, new_context
from tests.journeys.test_items import responses
from tests.quizzes.attempts.make import make_house

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

#: What a script is told to do: note each sentence that a screen reader is given.
LISTEN = """addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-said]").forEach((region) =>
  new MutationObserver(() => heard(region.textContent)).observe(region, { childList: true })))"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser window with scripts."""
    context = new_context(browser, scripts=True, viewport=PHONE)
    yield context
    context.close()


def begin(page: Page, site: str, database: Database, **quiz: Any) -> str:
    """Begin a quiz that asks for a few words; return the address of the sitting."""
    with database.transaction() as session:
        house = make_house(session, "short", **quiz)
    page.goto(f"{site}/courses/{house.course.ident}/quizzes/{house.quiz.ident}")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/attempts/*")
    return page.url


def field(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def said_of_saving(page: Page) -> Locator:
    return page.locator("[data-saving]")


def test_what_is_typed_is_saved_two_seconds_later(bare_site: str, context: BrowserContext, database: Database) -> None:
    page = context.new_page()
    page.clock.install()
    begin(page, bare_site, database)
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    field(page).press_sequentially("April Theses")
    page.clock.run_for(2000)
    expect(said_of_saving(page)).to_contain_text("Saved")
    assert responses(database) == [{"text": "April Theses"}]


def test_what_no_server_takes_is_kept_here_and_saved_when_one_comes_back(
    bare_site: str, context: BrowserContext, database: Database
) -> None:
    page = context.new_page()
    sitting = begin(page, bare_site, database)
    context.route("**/items/*", lambda route: route.abort())
    field(page).press_sequentially("April Theses")
    expect(said_of_saving(page)).to_contain_text("Not saved yet. Kept in this browser; next try in 2 seconds.")
    assert responses(database) == [None]
    page.close()
    context.unroute("**/items/*")
    again = context.new_page()
    again.goto(sitting)
    expect(field(again)).to_have_value("April Theses")
    expect(said_of_saving(again)).to_contain_text("Saved")
    assert responses(database) == [{"text": "April Theses"}]


def test_what_was_typed_without_a_network_is_saved_as_soon_as_there_is_one(
    bare_site: str, context: BrowserContext, database: Database
) -> None:
    page = context.new_page()
    begin(page, bare_site, database)
    context.set_offline(True)
    field(page).press_sequentially("April Theses")
    expect(said_of_saving(page)).to_contain_text("Not saved yet")
    context.set_offline(False)
    expect(said_of_saving(page)).to_contain_text("Saved")
    assert responses(database) == [{"text": "April Theses"}]


@pytest.mark.parametrize(
    ("button", "counts"), [("Let the kept one count", "May Days"), ("Leave it as it is", "April Theses")]
)
def test_of_two_answers_in_two_tabs_both_are_shown_and_one_is_chosen(
    bare_site: str, context: BrowserContext, database: Database, button: str, counts: str
) -> None:
    first, second = context.new_page(), context.new_page()
    second.goto(begin(first, bare_site, database))
    for tab, words in ((first, "April Theses"), (second, "May Days")):
        field(tab).press_sequentially(words)
        expect(said_of_saving(tab)).to_contain_text("Saved")
    choice = second.locator("[data-kept]")
    expect(choice.get_by_role("definition")).to_have_text(["April Theses", "May Days"])
    assert responses(database) == [{"text": "April Theses"}]
    choice.get_by_role("button", name=button).click()
    expect(choice).to_be_hidden()
    expect(field(second)).to_have_value(counts)
    assert responses(database) == [{"text": counts}]


def pass_deadline(database: Database) -> None:
    """Have the one attempt begun so long ago that its time was up a moment ago."""
    with database.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert attempt.deadline_at is not None
        back = attempt.deadline_at - datetime.now(UTC) + timedelta(seconds=1)
        attempt.started_at, attempt.deadline_at = attempt.started_at - back, attempt.deadline_at - back


def test_the_time_left_is_heard_and_what_was_typed_at_the_last_moment_is_handed_in(
    bare_site: str, context: BrowserContext, database: Database
) -> None:
    page, heard = context.new_page(), list[str]()
    page.expose_function("heard", lambda words: heard.append(words))  # noqa: PLW0108 (a builtin is refused)
    page.add_init_script(LISTEN)
    page.clock.install()
    begin(page, bare_site, database, time_limit=13 * 60)
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    for minutes, words in (
        (2, "Ten minutes left."),
        (5, "Five minutes left."),
        (4, "One minute left. What is saved then is handed in by itself."),
    ):
        page.clock.run_for(minutes * 60_000)
        expect(page.locator("[data-said]")).to_have_text(words)
    pass_deadline(database)
    field(page).press_sequentially("April Theses")
    page.clock.run_for(60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed in, finishing")
    assert [one.split(".")[0] for one in heard] == [
        "Ten minutes left", "Five minutes left", "One minute left", "The time is up",
    ]  # fmt: skip
    assert responses(database) == [{"text": "April Theses"}]
    submit_overdue(database, now=lambda: datetime.now(UTC) + GRACE)
    page.clock.run_for(10_000)
    expect(page.get_by_text("1 of 1 point").first).to_be_visible()
