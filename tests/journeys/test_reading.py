"""Reading with the keyboard, with scripts and without: a passage's link, a term, where one goes on, a source frame."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import select

from course.base.db import Database
from course.texts.models import MovedIdent, Text
from tests.journeys.conftest import DESKTOP, PHONE, Watched, new_context
from tests.journeys.people import LESSON, TEXT

HERE = {"permissions": ["clipboard-read", "clipboard-write"]}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scripts", [False, True])
def test_the_number_of_a_passage_is_its_link_and_with_scripts_it_is_copied(
    site: str, browser: Browser, scripts: bool
) -> None:
    context = new_context(browser, scripts=scripts, viewport=DESKTOP)
    context.grant_permissions(HERE["permissions"], origin=site)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{LESSON}")
    link = page.locator("#dual-power a.passage-no")
    link.focus()
    link.press("Enter")
    expect(page).to_have_url(f"{site}{LESSON}#dual-power")
    expect(page.locator("#dual-power:target")).to_be_visible()
    if scripts:
        expect(page.locator("#dual-power").get_by_role("status")).to_have_text("The link is copied")
        assert page.evaluate("navigator.clipboard.readText()") == f"{site}{LESSON}#dual-power"
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_address_that_was_retired_marks_the_passage_it_leads_to(
    site: str, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        text = session.scalars(select(Text).where(Text.ident == LESSON.rpartition("/")[2])).one()
        session.add(MovedIdent(text_id=text.id, ident="two-powers", now_ident="dual-power"))
    context = new_context(browser, scripts=False, viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{site}{LESSON}#two-powers")
    expect(page.locator("#dual-power")).to_be_in_viewport()
    mark = "getComputedStyle(document.getElementById('{}'), '::before').content"
    assert page.evaluate(mark.format("dual-power")) != "none"
    assert page.evaluate(mark.format("february")) == "none"
    context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("scripts", "viewport"), [(False, PHONE), (True, DESKTOP)])
def test_a_term_opens_in_place_by_keyboard_and_closes_again(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int]
) -> None:
    context = new_context(browser, scripts=scripts, viewport=viewport)
    page = context.new_page()
    page.goto(f"{site}{LESSON}")
    slip = page.locator("#term-dual-power")
    expect(slip).to_be_hidden()
    page.locator("#dual-power button.term").first.press("Enter")
    expect(slip).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(slip).to_be_hidden()
    context.close()


def _answer_check(context: BrowserContext, site: str) -> None:
    page = context.pages[0]
    page.goto(f"{site}{LESSON}")
    page.locator("details.check").first.locator("summary").press("Enter")
    page.get_by_label("Your answer").fill("dual power")
    page.get_by_role("button", name="Check this answer").click()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scripts", [False, True])
def test_one_goes_on_at_the_passage_of_ones_last_act(site: str, browser: Browser, scripts: bool) -> None:
    context = new_context(browser, scripts=scripts, viewport=PHONE)
    page = context.new_page()
    _answer_check(context, site)
    page.goto(f"{site}{LESSON}")
    page.get_by_role("link", name="Go on at passage").click()
    expect(page.locator(".passage:target")).to_be_in_viewport()
    page.goto(f"{site}/today")
    page.get_by_role("link", name="Go on from here").click()
    expect(page.locator(".passage:target")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("scripts", "viewport"), [(False, PHONE), (True, DESKTOP)])
def test_a_text_is_read_as_a_source(site: str, browser: Browser, scripts: bool, viewport: dict[str, int]) -> None:
    context = new_context(browser, scripts=scripts, viewport=viewport)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{TEXT}")
    page.get_by_role("link", name="Answer the five questions").press("Enter")
    page.get_by_label("Who speaks?").fill("Lenin, in his own name.")
    page.get_by_label("What is left out?").fill("The way through Germany.")
    if scripts:
        expect(page.locator(".saved")).to_be_visible()
    else:
        page.get_by_role("button", name="Keep as draft").press("Enter")
    page.goto(f"{site}{TEXT}/frame")
    expect(page.get_by_label("What is left out?")).to_have_value("The way through Germany.")
    expect(page.get_by_text("How the author of the course reads it")).to_have_count(0)
    page.get_by_role("button", name="Keep it", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="What you wrote")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="How the author of the course reads it")).to_be_visible()
    page.goto(f"{site}{TEXT}")
    expect(page.locator("#source")).to_contain_text("Lenin, in his own name.")
    assert watched.complaints == []
    context.close()
