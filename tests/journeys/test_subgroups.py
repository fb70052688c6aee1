"""Subgroups in a browser: the group is parted, both get a prompt; each talks by itself, and the tutor reads both."""

from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import COURSE, PROMPT
from tests.journeys.test_group import Person, invite, join

STUDENTS = ("Vera", "Pavel", "Anna", "Boris")


class Circle(NamedTuple):
    """A tutor and four students of one group."""

    nadia: Person
    students: dict[str, Person]
    slug: str

    @property
    def prompt(self) -> str:
        """Where the prompt stands."""
        return f"{PROMPT}?group={self.slug}"


def part(circle: Circle) -> dict[str, set[str]]:
    """Part the group in two, as the preview shows it; return subgroup -> who is in it."""
    nadia = circle.nadia
    nadia.go(f"/groups/{circle.slug}/subgroups")
    nadia.look("before anybody is parted")
    nadia.page.get_by_label("How many in each?").fill("2")
    nadia.press("See who would be with whom")
    nadia.look("who would be with whom")
    nadia.press("Make these subgroups")
    expect(nadia.page.get_by_role("heading", name="Division 1")).to_be_visible()
    nadia.look("the subgroups")
    lines = nadia.page.locator("#division-1 .ledger .what").all()
    return {line.locator("a").inner_text(): set(line.locator(".label").inner_text().split(", ")) for line in lines}


def give(circle: Circle, title: str) -> None:
    """Give the prompt of that TITLE to both subgroups."""
    nadia = circle.nadia
    nadia.page.get_by_role("link", name="Give them something to talk about or to read").click()
    nadia.page.get_by_label("What", exact=True).fill(title)
    nadia.page.get_by_label("Until when").fill("")
    nadia.press("Assign it")
    expect(nadia.page.get_by_text("1A").first).to_be_visible()


def write(person: Person, circle: Circle, words: str) -> None:
    """Write an answer, and read it where it stands."""
    person.go(circle.prompt)
    person.page.get_by_label("In your own words").fill(words)
    person.press("Post it")
    expect(person.page.get_by_text(words)).to_be_visible()


@pytest.mark.browser
@ON_BOTH
def test_each_subgroup_talks_by_itself_and_the_tutor_reads_both(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    nadia = person()
    nadia.sign_up("Nadia")
    nadia.go(f"{COURSE}/groups/new")
    nadia.page.get_by_label("Name").fill("Thursday circle")
    nadia.page.get_by_label("the tutor").check()
    nadia.page.get_by_label("Write before you see").uncheck()
    nadia.press("Open the group")
    group = "/groups/" + nadia.page.url.split("/groups/")[1].split("/")[0]
    students = {name: person() for name in STUDENTS}
    for name, one in students.items():
        one.sign_up(name)
        join(one, invite(nadia, group), None)
    circle = Circle(nadia, students, group.rpartition("/")[2])
    parts = part(circle)
    assert sorted(map(len, parts.values())) == [2, 2]
    students["Vera"].go(circle.prompt)
    title = students["Vera"].page.get_by_role("heading", level=1).inner_text()
    give(circle, title)
    for name, one in students.items():
        write(one, circle, f"So thinks {name}.")
    for name, one in students.items():
        together = next(part for part in parts.values() if name in part)
        one.go(circle.prompt)
        for other in STUDENTS:
            expect(one.page.get_by_text(f"So thinks {other}.")).to_have_count(1 if other in together else 0)
    students["Vera"].look("the talk of a subgroup")
    students["Vera"].go(f"/groups/{circle.slug}")
    expect(students["Vera"].page.get_by_role("heading", name="Your subgroup")).to_be_visible()
    nadia.go(circle.prompt)
    for name in STUDENTS:
        expect(nadia.page.get_by_text(f"So thinks {name}.")).to_be_visible()
    nadia.look("the talks of all subgroups")
    nadia.page.get_by_label("For whom").select_option(index=1)
    nadia.page.get_by_label("In your own words").fill("Only for you.")
    nadia.press("Post it")
    expect(nadia.page.get_by_text("Only for you.")).to_be_visible()
    for name, one in students.items():
        one.go(circle.prompt)
        expect(one.page.get_by_text("Only for you.")).to_have_count(1 if name in parts["1A"] else 0)
    assert [said for one in (nadia, *students.values()) for said in one.watched.complaints] == []
