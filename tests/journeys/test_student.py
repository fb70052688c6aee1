"""A guest becomes a student: the whole path on the real course, in a real browser, unattended."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from course.base.db import Database
from course.users.models import User
from kruzhok.config import SHIPPED_COURSE
from quizzes.items import matching
from quizzes.models import Attempt
from tests.journeys.conftest import ON_BOTH, Watched, new_context
from tests.journeys.people import COURSE, LESSON, QUIZ

ITEMS: list[dict[str, Any]] = yaml.safe_load((SHIPPED_COURSE / "quizzes" / "why-study.yaml").read_text())["items"]
WRONG = [item["ident"] for item in ITEMS if item["type"] in ("single", "true-false")][:2]


def answer(question: Locator, item: dict[str, Any], *, wrongly: bool) -> None:
    """Answer one question by its form, as one would with the keyboard."""
    match item["type"]:
        case "single":
            chosen = next(option for option in item["options"] if bool(option.get("right")) is not wrongly)
            question.locator(f'input[value="{chosen["ident"]}"]').check()
        case "multiple":
            for ident in [option["ident"] for option in item["options"] if option.get("right")]:
                question.locator(f'input[value="{ident}"]').check()
        case "true-false":
            question.locator(f'input[value="{"true" if item["key"] is not wrongly else "false"}"]').check()
        case "matching":
            for pair in item["pairs"]:
                question.locator(f'select[name$="-{pair["ident"]}"]').select_option(
                    matching.choice_ident(pair["right"])
                )
        case "ordering":
            for place, entry in enumerate(item["entries"], start=1):
                question.locator(f'select[name$="-{entry["ident"]}"]').select_option(str(place))
        case "short" | "date":
            typed = item["key"] if item["type"] == "date" else item["answers"][0]["text"]
            question.locator('input[type="text"]').fill(typed)
        case "evidence":
            for passage in item["right"]:
                question.locator(f'input[value="{passage}"]').check()


class Student:
    """Somebody at a browser, with scripts or without, who looks hard at the pages on the way."""

    def __init__(self, context: BrowserContext, site: str, *, scripts: bool, shots: Path) -> None:
        self.watched = Watched(context.new_page(), site)
        self.page: Page = self.watched.page
        self.site, self.scripts, self.shots = site, scripts, shots

    def go(self, path: str) -> None:
        """Open the page at PATH."""
        self.page.goto(self.site + path)

    def look(self, name: str) -> None:
        """Check the page for barriers, where scripts may run."""
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        if self.scripts:
            assert self.page.viewport_size is not None
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= self.page.viewport_size["width"], f"{name} is wider than the window"
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    def press(self, name: str) -> None:
        """Press the button of exactly that NAME."""
        self.page.get_by_role("button", name=name, exact=True).click()


def read_first_lesson(student: Student) -> None:
    student.go("")
    student.look("front")
    student.page.get_by_role("link", name="Begin the first lesson").click()
    expect(student.page).to_have_url(student.site + LESSON)
    expect(student.page.get_by_role("heading", level=1)).to_have_text("Why Study the Russian Revolution?")
    student.look("lesson")


def tick_reading(student: Student) -> None:
    student.page.get_by_role("button", name="I have read this").first.click()
    expect(student.page.get_by_text("Guest: keep your work")).to_be_visible()
    expect(student.page.get_by_role("button", name="Take the tick back")).to_have_count(1)


def take_quiz(student: Student) -> None:
    student.go(QUIZ)
    student.page.get_by_role("button", name="Begin").click()
    questions = student.page.locator("fieldset.item")
    expect(questions).to_have_count(len(ITEMS))
    for number, item in enumerate(ITEMS):
        answer(questions.nth(number), item, wrongly=item["ident"] in WRONG)
    if student.scripts:
        for number in range(len(ITEMS)):
            expect(questions.nth(number).locator(".saved")).to_be_visible()
        student.page.reload()  # what was shown as saved is there again
        expect(questions.nth(0).locator("input:checked")).to_have_count(1)
    student.press("Look over and submit")
    student.press("Submit")
    expect(student.page.locator(".again-list li")).to_have_count(len(WRONG))
    student.look("result")


def read_again_and_come_back(student: Student) -> None:
    student.page.locator(".again-list a").first.click()
    expect(student.page.locator(".passage:target")).to_be_visible()
    student.page.locator(".passage:target .back a").click()
    expect(student.page.locator(".again-list li")).to_have_count(len(WRONG))


def sign_up(student: Student) -> None:
    student.page.get_by_role("link", name="Guest: keep your work").click()
    student.look("sign up")
    student.page.get_by_label("E-mail").fill("vera@example.org")
    student.page.get_by_label("Name").fill("Vera")
    student.page.get_by_label("Password").fill("peace, land and bread")
    student.press("Sign up")
    expect(student.page.get_by_role("link", name="Vera")).to_be_visible()


def write_journal_entry(student: Student) -> None:
    student.go(LESSON)
    student.page.get_by_role("link", name="Write your answer").first.click()
    student.page.get_by_label("In your own words").fill("It **showed** that power can change hands.")
    student.look("prompt")
    if student.scripts:
        expect(student.page.locator(".saved").first).to_be_visible()
    student.press("Preview")
    expect(student.page.locator("strong", has_text="showed")).to_be_visible()
    student.press("Put it in my journal")
    expect(student.page.get_by_role("heading", name="What you wrote")).to_be_visible()


def find_it_all_again(student: Student) -> None:
    student.go(LESSON)
    expect(student.page.locator(".passage.missed")).to_have_count(len(WRONG))
    expect(student.page.get_by_role("link", name="What you wrote")).to_be_visible()
    student.look("lesson with marks")
    student.go(COURSE)
    student.look("course")
    expect(student.page.locator("progress")).to_be_visible()
    student.go("/today")
    student.look("today")
    expect(student.page.get_by_role("link", name="Go on from here")).to_be_visible()


def check_what_is_kept(database: Database) -> None:
    """The guest became the one account there is, and what they did as a guest is its work."""
    with database.transaction(writing=False) as session:
        user = session.scalars(select(User)).one()
        attempt = session.scalars(select(Attempt)).one()
    assert (user.email, attempt.user_id) == ("vera@example.org", user.id)
    assert attempt.max_points - len(WRONG) == pytest.approx(attempt.points)


@pytest.mark.browser
@ON_BOTH
def test_a_guest_studies_the_first_lesson_to_its_end(
    site: str, browser: Browser, database: Database, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    context = new_context(browser, scripts=scripts, viewport=viewport)
    student = Student(context, site, scripts=scripts, shots=tmp_path)
    read_first_lesson(student)
    tick_reading(student)
    take_quiz(student)
    read_again_and_come_back(student)
    sign_up(student)
    write_journal_entry(student)
    find_it_all_again(student)
    assert student.watched.complaints == []
    context.close()
    check_what_is_kept(database)
