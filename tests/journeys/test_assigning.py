"""A tutor lays out a syllabus, gives two of three members an outside article and one of them two days more."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import COURSE
from tests.journeys.test_group import Person, invite, join

ARTICLE = "https://example.org/the-queue The queue for bread, pp. 3-9"
TITLE = "The queue for bread"


def open_with_syllabus(tutor: Person, name: str) -> str:
    """Open a study group as its tutor, and lay out its meetings after looking at them; return its address."""
    tutor.go(COURSE)
    tutor.page.get_by_role("link", name="Open a study group").click()
    tutor.page.get_by_label("Name").fill(name)
    tutor.page.get_by_label("the tutor").check()
    tutor.press("Open the group")
    tutor.page.get_by_role("link", name=name, exact=True).first.click()
    tutor.page.get_by_role("link", name="Lay out the meetings").first.click()
    tutor.page.get_by_label("From").fill(datetime.now(UTC).date().isoformat())
    tutor.press("Show what it comes to")
    tutor.press("Lay out the meetings")
    expect(tutor.page.get_by_role("heading", level=1)).to_be_visible()
    return "/groups/" + tutor.page.url.split("/groups/")[1].split("/")[0]


def assign(tutor: Person, group: str, *names: str) -> None:
    """Assign the article to those of NAMES, due two days after the second meeting."""
    tutor.go(f"{group}/assign")
    tutor.page.get_by_label("What", exact=True).fill(ARTICLE)
    tutor.page.get_by_label("Until when").fill("meeting 2 + 2 days")
    tutor.page.locator("summary", has_text="For whom").click()
    for name in names:
        tutor.page.get_by_label(name, exact=True).check()
    tutor.press("Show what the dates mean")
    expect(tutor.page.get_by_text("By the end of")).to_be_visible()
    tutor.look("assign")
    tutor.press("Assign it")
    expect(tutor.page.get_by_text(f"“{TITLE}” is assigned to {names[0]} and {names[1]}.")).to_be_visible()
    tutor.look("assignments")


def extend(tutor: Person, group: str, name: str) -> None:
    """Give the student of that NAME two days more for the article."""
    tutor.go(f"{group}/assignments")
    tutor.page.get_by_role("link", name=re.compile(f"Dates for one.*{TITLE}")).click()
    row = tutor.page.get_by_role("row").filter(has_text=name)
    row.get_by_role("button").click()
    expect(tutor.page.get_by_text(f"{name} has 2 days more.")).to_be_visible()
    expect(tutor.page.get_by_role("row").filter(has_text=name)).to_contain_text("2 days more.")
    tutor.look("dates for each")


def cell_of(tutor: Person, group: str, name: str) -> str:
    """Return how NAME stands with the article in the table of progress: the shape of their cell."""
    tutor.go(f"{group}/progress")
    heads = tutor.page.locator("thead tr").first.locator("th").all_text_contents()
    at = next(number for number, words in enumerate(heads) if TITLE in words)
    row = tutor.page.locator("tbody tr").filter(has_text=name)
    return row.locator("td").nth(at - 1).locator("a").get_attribute("class") or ""


@pytest.mark.browser
@ON_BOTH
def test_two_of_three_are_given_an_article_and_one_has_two_days_more(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    tutor, students = person(), {name: person() for name in ("Vera", "Pavel", "Rosa")}
    tutor.sign_up("Nadia")
    group = open_with_syllabus(tutor, "Thursday circle")
    link = invite(tutor, group)
    for name, student in students.items():
        student.sign_up(name)
        join(student, link, None)
    assign(tutor, group, "Pavel", "Vera")
    extend(tutor, group, "Vera")
    states = {name: cell_of(tutor, group, name) for name in students}
    tutor.look("progress with an article for two")
    for name, shape in {"Rosa": "is-excused", "Vera": "is-none", "Pavel": "is-none"}.items():
        assert shape in states[name]
    if scripts:
        tutor.page.locator("tbody tr").filter(has_text="Vera").locator("td a").first.click()
        expect(tutor.page).to_have_url(re.compile(r"/progress/\d+#part-\d+$"))
    slug = group.rpartition("/")[2]
    for name, student in students.items():
        student.go(f"/today?group={slug}")
        links = student.page.locator("main").get_by_role("link", name=TITLE)
        expect(links).to_have_count(0) if name == "Rosa" else expect(links.first).to_be_visible()
        expect(student.page.get_by_text("2 days more.")).to_have_count(1 if name == "Vera" else 0)
        student.look(f"today of {name}")
    students["Vera"].go("/notices")
    expect(students["Vera"].page.get_by_text(f"“{TITLE}” is due for you on")).to_be_visible()
    assert students["Rosa"].status_of(f"{group}/assignments") == 403
    assert tutor.watched.complaints == []
