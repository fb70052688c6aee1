"""No page that a visitor can open has a barrier that axe can find, in light and dark, on a phone."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

COURSE = "/courses/why-study-the-russian-revolution"
PAGES = [
    f"{COURSE}/texts/april-theses",
    f"{COURSE}/reference",
    f"{COURSE}/quizzes/lenins-return",
    f"{COURSE}/lessons/lenins-return-april-theses",
    "/today",
    "/sign-in",
    "/reset",
    "/reading-settings",
    "/nothing-here",
    "/styleguide",
]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_page_has_a_barrier(site: str, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    found = {}
    for path in PAGES:
        page.goto(site + path)
        found[path] = [violation["id"] for violation in Axe().run(page).response["violations"]]
    context.close()
    assert found == {path: [] for path in PAGES}
