"""Three people and a study group: opened, joined with work and afresh, studied in, talked in, looked at."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import COURSE, LESSON, QUIZ
from tests.journeys.test_student import ITEMS, Student, answer

PASSWORD = "peace, land and bread"
PRIVATE = "What I think of it is nobody’s business."
POSTED = "It **showed** that power can change hands."


class Person(Student):
    """Somebody with an account."""

    name = ""

    def sign_up(self, name: str) -> None:
        """Make an account, of the guest one is by now if one is."""
        self.name = name
        self.go("/sign-up")
        self.page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign up")
        expect(self.page.get_by_role("link", name=name, exact=True)).to_be_visible()

    def tick(self, lesson: str) -> str:
        """Tick the first reading of the page that is not ticked; return what it is called."""
        self.go(lesson)
        button = self.page.get_by_role("button", name="I have read this").first
        name = (button.text_content() or "").partition(":")[2].strip()
        button.click()
        taken = self.page.get_by_role("button", name="Take the tick back").filter(has_text=name)
        expect(taken).to_be_visible()
        return name

    def status_of(self, path: str) -> int:
        """Return what the site answers to PATH."""
        found = self.page.goto(self.site + path)
        assert found is not None
        return found.status


def open_group(tutor: Person, name: str) -> str:
    """Open a study group as its tutor and lay its meetings out; return its address."""
    tutor.go(COURSE)
    tutor.page.get_by_role("link", name="Open a study group").click()
    tutor.page.get_by_label("Name").fill(name)
    tutor.page.get_by_label("the tutor").check()
    tutor.page.get_by_label("Write before you see").uncheck()
    tutor.look("open a group")
    tutor.press("Open the group")
    tutor.page.get_by_role("link", name=name, exact=True).first.click()
    tutor.page.get_by_role("link", name="Lay out the meetings").first.click()
    tutor.page.get_by_label("From").fill(datetime.now(UTC).date().isoformat())
    tutor.press("Show what it comes to")
    tutor.look("meetings before they are made")
    tutor.press("Lay out the meetings")
    expect(tutor.page.get_by_role("heading", level=1)).to_be_visible()
    tutor.look("syllabus")
    return "/groups/" + tutor.page.url.split("/groups/")[1].split("/")[0]


def invite(tutor: Person, group: str) -> str:
    """Make a link into the group and return where it leads."""
    tutor.go(f"{group}/invitations")
    tutor.press("Make the link")
    link = tutor.page.get_by_label("Copy it now").input_value()
    tutor.look("invitations")
    return link


def join(person: Person, link: str, how: str | None) -> None:
    """Join by LINK, saying HOW where one is asked."""
    person.page.goto(link)
    expect(person.page.get_by_role("heading", name="Who will see what")).to_be_visible()
    if how:
        person.page.get_by_label(how).check()
    person.look("join")
    person.press("Join")
    expect(person.page.get_by_text("You are in Thursday circle.")).to_be_visible()


def take_quiz(person: Person, slug: str) -> None:
    """Take the quiz of the first lesson in the group, without a mistake."""
    person.go(f"{QUIZ}?group={slug}")
    person.page.get_by_role("button", name="Begin").click()
    questions = person.page.locator("fieldset.item")
    expect(questions).to_have_count(len(ITEMS))
    for number, item in enumerate(ITEMS):
        answer(questions.nth(number), item, wrongly=False)
    person.press("Look over and submit")
    person.press("Submit")
    expect(person.page.get_by_role("heading", level=1)).to_be_visible()
    assert "/attempts/" in person.page.url


def post(person: Person, slug: str) -> None:
    """Post an answer to the first prompt, and keep something else in the journal."""
    person.go(f"{LESSON}?group={slug}")
    person.page.get_by_role("link", name="Write your answer").first.click()
    person.page.get_by_label("In your own words").fill(POSTED)
    person.press("Post to the group")
    expect(person.page.locator("strong", has_text="showed")).to_be_visible()
    person.look("discussion")
    person.go(f"{LESSON}?group={slug}")
    person.page.get_by_role("link", name="Write your answer").first.click()
    person.page.get_by_label("In your own words").fill(PRIVATE)
    person.press("Keep it in my journal")
    expect(person.page.get_by_text(PRIVATE)).to_be_visible()


def reply(person: Person, slug: str) -> None:
    """Reply to what somebody posted."""
    person.go(f"/groups/{slug}/discussions")
    person.look("discussions")
    person.page.locator("main a[href*='/prompts/']").first.click()
    expect(person.page.locator("strong", has_text="showed")).to_be_visible()
    person.page.get_by_role("link", name="Reply").first.click()
    person.page.get_by_label("Your reply").fill("To whose hands?")
    person.press("Post the reply")
    expect(person.page.get_by_text("To whose hands?")).to_be_visible()


def look_at(tutor: Person, group: str, student: str) -> str:
    """Look at the table and at what one student did; return the words of that page."""
    tutor.go(f"{group}/progress")
    expect(tutor.page.get_by_role("rowheader", name=student)).to_be_visible()
    tutor.look("progress")
    name = tutor.page.get_by_role("link", name=student, exact=True).first
    if tutor.scripts:  # by keyboard into a cell, which leads to its part
        name.focus()
        tutor.page.keyboard.press("ArrowRight")
        tutor.page.keyboard.press("Enter")
        tutor.page.wait_for_url(re.compile(r"/progress/\d+#part-\d+$"))
        tutor.page.go_back()
    name.click()
    expect(tutor.page.get_by_role("heading", level=1)).to_have_text(student)
    tutor.look("record")
    return tutor.page.locator("main").inner_text() if tutor.scripts else tutor.page.content()


class Circle(NamedTuple):
    """The group, its tutor and two students; what they ticked: brought along, left out, in the group."""

    address: str
    slug: str
    nadia: Person
    vera: Person
    pavel: Person
    brought: str
    left_out: str
    ticked: dict[str, str]


def come_together(nadia: Person, vera: Person, pavel: Person) -> Circle:
    """Open a group; Vera brings along what she ticked alone, Pavel keeps his beside and begins afresh."""
    nadia.sign_up("Nadia")
    address = open_group(nadia, "Thursday circle")
    link = invite(nadia, address)
    brought = vera.tick(LESSON)
    vera.sign_up("Vera")
    join(vera, link, "Bring my work along")
    left_out = pavel.tick(f"{COURSE}/lessons/lenins-return-april-theses")
    pavel.sign_up("Pavel")
    join(pavel, link, "Begin afresh")
    return Circle(address, address.rpartition("/")[2], nadia, vera, pavel, brought, left_out, {})


def study(circle: Circle) -> None:
    """Let both study the first lesson, each in their place, and discuss it."""
    lesson = f"{LESSON}?group={circle.slug}"
    circle.ticked["Vera"] = circle.vera.tick(lesson)
    take_quiz(circle.vera, circle.slug)
    post(circle.vera, circle.slug)
    circle.ticked["Pavel"] = circle.pavel.tick(lesson)
    reply(circle.pavel, circle.slug)
    circle.vera.go("/notices")
    expect(circle.vera.page.get_by_text("Pavel replied to you")).to_be_visible()


def see_what_was_done_in_the_group(circle: Circle) -> None:
    nadia = circle.nadia
    seen = look_at(nadia, circle.address, "Vera")
    for part in (circle.brought, circle.ticked["Vera"], "Attempt 1", "A post"):
        assert part in seen
    assert PRIVATE not in seen
    nadia.page.get_by_role("link", name="Attempt 1").click()
    expect(nadia.page.get_by_role("heading", name="Question by question")).to_be_visible()


def see_nothing_else(circle: Circle) -> None:
    """The tutor sees of Pavel what he did in the group, and not what he did alone."""
    look_at(circle.nadia, circle.address, "Pavel")
    done = circle.nadia.page.get_by_role("listitem").filter(has_text="done,")
    expect(done.filter(has_text=circle.ticked["Pavel"])).to_have_count(1)
    expect(done.filter(has_text=circle.left_out)).to_have_count(0)


def find_out_who_looked(vera: Person) -> None:
    vera.go("/me/places")
    vera.page.get_by_role("link", name="Thursday circle").last.click()
    expect(vera.page.get_by_role("heading", name="Who looked")).to_be_visible()
    expect(vera.page.locator("main").get_by_text("Nadia")).to_be_visible()
    expect(vera.page.get_by_text(PRIVATE)).to_have_count(1)
    vera.look("own record")


def find_nothing(person: Person, circle: Circle) -> None:
    """The group is not there for PERSON, at none of its addresses."""
    for page in ("", "/members", "/progress", "/discussions"):
        assert person.status_of(circle.address + page) == 404
    assert person.status_of(f"{LESSON}?group={circle.slug}") == 404


@pytest.mark.browser
@ON_BOTH
def test_a_group_studies_and_its_tutor_sees_what_is_theirs_and_nothing_else(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    circle = come_together(person(), person(), person())
    study(circle)
    see_what_was_done_in_the_group(circle)
    see_nothing_else(circle)
    find_out_who_looked(circle.vera)

    other_tutor = person()
    other_tutor.sign_up("Olga")
    open_group(other_tutor, "Another circle")
    find_nothing(other_tutor, circle)
    former_member = circle.pavel
    former_member.go(f"{circle.address}/leave")
    former_member.press("Leave Thursday circle")
    find_nothing(former_member, circle)
    assert circle.nadia.watched.complaints == circle.vera.watched.complaints == []
