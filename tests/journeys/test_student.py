"""A guest becomes a student: the whole path on the real course, in a real browser, unattended."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from course.base.db import Database
from course.users.models import User
from kruzhok.config import SHIPPED_COURSE
from quizzes.items import matching
from quizzes.models import Attempt
from tests.journeys.conftest import DESKTOP, PHONE, Watched, new_context

LESSON = "/courses/why-study-the-russian-revolution/lessons/why-study-the-russian-revolution"
QUIZ = "/courses/why-study-the-russian-revolution/quizzes/why-study"
ITEMS: list[dict[str, Any]] = yaml.safe_load((SHIPPED_COURSE / "quizzes" / "why-study.yaml").read_text())["items"]
WRONG = [item["ident"] for item in ITEMS if item["type"] == "single"][:2]


def answer(question: Locator, item: dict[str, Any], *, wrongly: bool) -> None:
    """Answer one question by its form, as one would with the keyboard."""
    match item["type"]:
        case "single":
            chosen = next(option for option in item["options"] if bool(option.get("right")) is not wrongly)
            question.locator(f'input[value="{chosen["ident"]}"]').check()
        case "multiple":
            for option in item["options"]:
                if option.get("right"):
                    question.locator(f'input[value="{option["ident"]}"]').check()
        case "true-false":
            question.locator(f'input[value="{"true" if item["key"] else "false"}"]').check()
        case "matching":
            for pair in item["pairs"]:
                question.locator(f'select[name$="-{pair["ident"]}"]').select_option(
                    matching.choice_ident(pair["right"])
                )
        case "ordering":
            for place, entry in enumerate(item["entries"], start=1):
                question.locator(f'select[name$="-{entry["ident"]}"]').select_option(str(place))
        case "short":
            question.locator('input[type="text"]').fill(item["answers"][0]["text"])


def take_quiz(page: Page, site: str, *, scripts: bool) -> None:
    page.goto(site + QUIZ)
    page.get_by_role("button", name="Begin").click()
    questions = page.locator("fieldset.item")
    expect(questions).to_have_count(len(ITEMS))
    for number, item in enumerate(ITEMS):
        answer(questions.nth(number), item, wrongly=item["ident"] in WRONG)
    if scripts:
        for number in range(len(ITEMS)):
            expect(questions.nth(number).locator(".saved")).to_be_visible()
        page.reload()  # what was shown as saved is there again
        expect(questions.nth(0).locator("input:checked")).to_have_count(1)
    page.get_by_role("button", name="Look over and submit").click()
    page.get_by_role("button", name="Submit", exact=True).click()  # not "Look over and submit" once more


@pytest.mark.browser
@pytest.mark.parametrize(
    ("database", "scripts", "viewport"),
    [("sqlite", True, DESKTOP), ("postgresql", False, PHONE)],
    indirect=["database"],
    ids=["sqlite with scripts, desktop", "postgresql without scripts, phone"],
)
def test_a_guest_studies_the_first_lesson_to_its_end(
    site: str, browser: Browser, database: Database, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    context = new_context(browser, scripts=scripts, viewport=viewport)
    watched = Watched(context.new_page(), site)
    page = watched.page

    def look(name: str) -> None:
        """Check the page for barriers, where scripts may run."""
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth") if scripts else viewport["width"]
        assert wide <= viewport["width"], f"{name} is wider than the window"
        if scripts:
            assert Axe().run(page).violations_count == 0, f"{name}: {Axe().run(page).generate_report()}"

    # A guest reads lesson 1 …
    page.goto(site)
    look("front")
    page.get_by_role("link", name="Begin the first lesson").click()
    expect(page).to_have_url(site + LESSON)
    expect(page.get_by_role("heading", level=1)).to_have_text("Why Study the Russian Revolution?")
    look("lesson")

    # … ticks a reading, and is a guest from then on …
    page.get_by_role("button", name="I have read this").first.click()
    expect(page.get_by_text("Guest: keep your work")).to_be_visible()
    expect(page.get_by_role("button", name="Take the tick back")).to_have_count(1)

    # … takes the quiz with two wrong answers …
    take_quiz(page, site, scripts=scripts)
    expect(page.locator(".again-list li")).to_have_count(2)
    look("result")

    # … sees the passages to read again, opens one and finds the way back …
    page.locator(".again-list a").first.click()
    expect(page.locator(".passage:target")).to_be_visible()
    page.locator(".passage:target .back a").click()
    expect(page.locator(".again-list li")).to_have_count(2)

    # … signs up and keeps it …
    page.get_by_role("link", name="Guest: keep your work").click()
    look("sign up")
    page.get_by_label("E-mail").fill("vera@example.org")
    page.get_by_label("Name").fill("Vera")
    page.get_by_label("Password").fill("peace, land and bread")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("link", name="Vera")).to_be_visible()

    # … writes a journal entry …
    page.goto(site + LESSON)
    page.get_by_role("link", name="Write your answer").first.click()
    page.get_by_label("In your own words").fill("It **showed** that power can change hands.")
    look("prompt")
    if scripts:
        expect(page.locator(".saved").first).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("strong", has_text="showed")).to_be_visible()
    page.get_by_role("button", name="Put it in my journal").click()
    expect(page.get_by_role("heading", name="What you wrote")).to_be_visible()

    # … and finds it all on the lesson, the course and today.
    page.goto(site + LESSON)
    expect(page.locator(".passage.missed")).to_have_count(2)
    expect(page.get_by_role("link", name="What you wrote")).to_be_visible()
    look("lesson with marks")
    page.goto(site + "/courses/why-study-the-russian-revolution")
    look("course")
    expect(page.locator("progress")).to_be_visible()
    page.goto(site + "/today")
    look("today")
    expect(page.get_by_role("link", name="Go on from here")).to_be_visible()

    with database.transaction(writing=False) as session:
        user = session.scalars(select(User)).one()
        attempt = session.scalars(select(Attempt)).one()
    assert (user.email, attempt.user_id) == ("vera@example.org", user.id)
    assert attempt.max_points - 2 == pytest.approx(attempt.points)
    assert watched.complaints == []
    context.close()
