"""A self-check in a text, in a browser with scripts and without: folded, answered with how sure one is, and again."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import DESKTOP, PHONE, Watched, new_context
from tests.journeys.people import LESSON


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("scripts", "viewport"), [(False, PHONE), (True, DESKTOP)])
def test_a_visitor_checks_what_they_have_read(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int]
) -> None:
    context = new_context(browser, scripts=scripts, viewport=viewport)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{LESSON}")
    box = page.locator("details.check").first
    typed = box.get_by_label("Your answer")
    expect(typed).to_be_hidden()
    box.locator("summary").press("Enter")
    expect(typed).to_be_visible()

    typed.press("Enter")  # nothing was typed: it is refused alone, and what was chosen stays
    expect(page.locator(".error:visible")).to_contain_text("Give an answer first")
    page.get_by_label("Your answer").fill("tsar power")
    page.get_by_label("sure", exact=True).check()
    page.get_by_role("button", name="Check this answer").click()

    expect(page).to_have_url(f"{site}{LESSON}?checked={page.url.rpartition('-')[2]}#{box.get_attribute('id')}")
    expect(box).to_be_in_viewport()
    expect(box).to_contain_text("Not right")
    expect(box).to_contain_text("dual power")
    expect(box).to_contain_text("You were sure: −6 certainty points, which count nowhere.")

    box.get_by_role("link", name="Answer again").click()
    expect(page.get_by_text("dual power")).to_have_count(0)
    page.get_by_label("Your answer").fill("Dual power")
    page.get_by_label("Your answer").press("Enter")
    expect(box.locator("summary")).to_contain_text("Right")

    box.get_by_role("link", name="How sure you can be").click()
    expect(page.get_by_text("When you were sure, you were right 0 of 1 time.")).to_be_visible()
    assert [said for said in watched.complaints if "422" not in said] == []
    context.close()
