"""Eight questions in review by keyboard alone, on a telephone, with scripts and without.

One is taken back, one leads to its passage and back; then it is enough for today."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from course.base.db import Database
from course.users.models import User
from quizzes.models import Item, ItemVersion
from quizzes.review.models import Card, ReviewLog
from quizzes.scheduling import study_day
from tests.journeys.conftest import PHONE, Watched, new_context
from tests.journeys.people import EMAIL, PASSWORD, sign_up
from tests.kruzhok.review.make import know

#: What the questions are of, in any order.
KINDS = ("single", "single", "true-false", "true-false", "multiple", "short", "short", "essay")


@pytest.fixture
def questions(site: str, database: Database, client: FlaskClient) -> dict[int, dict[str, Any]]:
    """Return what eight items of the shipped course ask, which a user knows and that are due, each on its passage."""
    sign_up(client, EMAIL, "Vera")
    with database.transaction() as session:
        rows = session.execute(
            select(Item.id, ItemVersion.data, ItemVersion.anchor_id)
            .join(ItemVersion, ItemVersion.id == Item.current_version_id)
            .order_by(Item.id)
        ).all()
        chosen: dict[int, dict[str, Any]] = {}
        for kind in KINDS:
            passages = {data["passage"] for data in chosen.values()}
            fitting = (row for row in rows if row.data["type"] == kind and row.data["passage"] not in passages)
            found = next(row for row in fitting if row.id not in chosen)
            chosen[found.id] = found.data
        user = session.scalars(select(User).where(User.email == EMAIL)).one()
        know(session, user, list(chosen), due=study_day(datetime.now(UTC), ZoneInfo(user.zone)))
    return chosen


class Reviewer:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page, questions: dict[int, dict[str, Any]], *, scripts: bool) -> None:
        self.page, self.questions, self.scripts = page, questions, scripts

    def tab_to(self, there: Locator) -> None:
        """Go from one thing to the next until the focus is on what is wanted."""
        for _press in range(80):
            if there.count() and there.first.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the keyboard does not lead to {there}")

    def use(self, key: str, there: Locator) -> None:
        """Press what the KEY of the script presses; without scripts go there and press Enter."""
        if self.scripts:
            self.page.keyboard.press(key)
        else:
            self.tab_to(there)
            self.page.keyboard.press("Enter")

    def answer(self, *, wrongly: bool = False) -> str:
        """Answer the question at hand; return what it asks for."""
        item_id = int(self.page.locator('input[name="item"]').first.get_attribute("value") or 0)
        data = self.questions[item_id]
        fields = self.page.locator(f'[name="item-{item_id}"]')
        if data["type"] == "essay":
            self._recall(fields)
        elif data["type"] == "short":
            self.tab_to(fields)
            self.page.keyboard.type("Nobody" if wrongly else data["answers"][0]["text"])
            self.page.keyboard.press("Enter")
        else:
            self._choose(fields, _right(data), several=data["type"] == "multiple", wrongly=wrongly)
        self.page.wait_for_url("**/review/answers/*")
        return str(data["stem"])

    def _choose(self, fields: Locator, right: set[str], *, several: bool, wrongly: bool) -> None:
        values = [field.get_attribute("value") for field in fields.all()]
        wanted = [place for place, value in enumerate(values) if (value in right) is not wrongly]
        wanted = wanted if several else wanted[:1]
        if self.scripts:
            for place in wanted:
                self.page.keyboard.press(str(place + 1))
        elif several:
            for place in wanted:
                self.tab_to(fields.nth(place))
                self.page.keyboard.press("Space")
        else:
            self.tab_to(fields.first)
            self.page.keyboard.press("Space")
            for _down in range(wanted[0]):
                self.page.keyboard.press("ArrowDown")
        for place in wanted:
            expect(fields.nth(place)).to_be_checked()
        self.page.keyboard.press("Enter")

    def _recall(self, field: Locator) -> None:
        self.tab_to(field)
        self.page.keyboard.type("3 of them, as far as I know; n and u are letters here.")
        compare = self.page.locator("summary", has_text="Compare")
        expect(self.page.get_by_role("button", name="I knew it")).to_be_hidden()
        self.tab_to(compare)
        self.page.keyboard.press("Enter")
        self.use("3", self.page.get_by_role("button", name="I knew it"))

    def look(self) -> None:
        """Check the page for barriers, where scripts may run."""
        if self.scripts:
            assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            found = Axe().run(self.page)
            assert found.violations_count == 0, found.generate_report()


def _right(data: dict[str, Any]) -> set[str]:
    """Return the values of what is right to choose."""
    if data["type"] == "true-false":
        return {str(data["key"]).lower()}
    return {option["ident"] for option in data["options"] if option.get("right")}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("database", "scripts"),
    [("sqlite", True), ("postgresql", False)],
    indirect=["database"],
    ids=["sqlite with scripts", "postgresql without scripts"],
)
def test_eight_questions_are_reviewed_by_keyboard_on_a_telephone(
    site: str, database: Database, browser: Browser, questions: dict[int, dict[str, Any]], scripts: bool
) -> None:
    context = new_context(browser, scripts=scripts, viewport=PHONE)
    watched = Watched(context.new_page(), site)
    page = watched.page
    reviewer = Reviewer(page, questions, scripts=scripts)
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    reviewer.tab_to(page.get_by_role("link", name="Review", exact=True))
    page.keyboard.press("Enter")

    next_one = page.get_by_role("link", name="Next")
    for number in range(1, 9):
        page.wait_for_url("**/review")
        expect(page.get_by_text(f"{number} of about 8")).to_be_visible()
        if number == 1:
            reviewer.look()
        if number == 2:  # a slip, taken back at once
            asked = reviewer.answer(wrongly=True)
            reviewer.use("u", page.get_by_role("button", name="Take this answer back"))
            page.wait_for_url("**/review?item=*")
            expect(page.get_by_text("Taken back. Here is the question once more.")).to_be_visible()
            assert reviewer.answer() == asked
        elif number == 3:  # not known: to its passage, and back
            reviewer.answer(wrongly=True)
            answered = page.url
            passage = page.locator("a[data-key=p]")
            reviewer.look()
            reviewer.use("p", passage)
            page.wait_for_url("**/courses/**")
            back = page.get_by_role("link", name="Back to the review")
            expect(back.first).to_be_in_viewport()
            reviewer.tab_to(back)
            page.keyboard.press("Enter")
            page.wait_for_url(answered)
        else:
            reviewer.answer()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        reviewer.use("n" if number % 2 else "Enter", next_one)

    page.wait_for_url("**/review")
    expect(page.get_by_role("heading", name="Enough for today")).to_be_visible()
    expect(page.get_by_text("8 questions reviewed")).to_be_visible()
    expect(page.get_by_role("heading", name="To read again")).to_be_visible()
    reviewer.look()
    assert watched.complaints == []
    context.close()
    with database.new_session() as session:
        logs = session.scalars(select(ReviewLog).join(Card).order_by(ReviewLog.at)).all()
    assert [log.taken_back_at is not None for log in logs] == [False, True, *[False] * 7]
    assert all(log.counts for log in logs)
    assert all(log.milliseconds is not None for log in logs)
