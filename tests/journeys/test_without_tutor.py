"""Three friends without a tutor: a meeting planned, prepared, led by turns, held and written down."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import COURSE, LESSON, PROMPT, QUIZ
from tests.journeys.test_group import Person, invite, join
from tests.journeys.test_student import ITEMS, WRONG, answer

OF_VERA = "It showed that power can change hands. But who counted the votes?"
OF_PAVEL = "Nobody had to ask, for everybody knew."
OF_NADIA = "A fact is what both sides would sign."
UNCLEAR = "What I did not understand: how could two powers stand side by side?"
MINUTES = "We read the passage *twice*.\n\n- Settled: there were two powers.\n- Open: who counted."


class Friends(NamedTuple):
    """The organiser, who is a student as the two others are, and the address of their group."""

    nadia: Person
    vera: Person
    pavel: Person
    address: str

    @property
    def slug(self) -> str:
        """How addresses name the group."""
        return self.address.rpartition("/")[2]

    @property
    def meeting(self) -> str:
        """Where the first meeting stands."""
        return f"{self.address}/meetings/1"


def open_without_tutor(nadia: Person) -> str:
    """Open a study group as a student of it, and lay its meetings out from today on; return its address."""
    nadia.sign_up("Nadia")
    nadia.go(COURSE)
    nadia.page.get_by_role("link", name="Open a study group").click()
    nadia.page.get_by_label("Name").fill("Thursday circle")
    nadia.page.get_by_label("a student").check()
    nadia.page.get_by_label("Write before you see").check()
    nadia.press("Open the group")
    nadia.page.get_by_role("link", name="Thursday circle", exact=True).first.click()
    nadia.page.get_by_role("link", name="Lay out the meetings").first.click()
    today = datetime.now(UTC)
    nadia.page.get_by_label("From").fill(today.date().isoformat())
    for weekday in nadia.page.get_by_role("checkbox").all():
        weekday.set_checked(weekday.get_attribute("value") == str(today.weekday()))
    nadia.press("Show what it comes to")
    nadia.press("Lay out the meetings")
    expect(nadia.page.get_by_role("heading", level=1, name="Syllabus")).to_be_visible()
    nadia.look("syllabus without a tutor")
    return "/groups/" + nadia.page.url.split("/groups/")[1].split("/")[0]


def take_turns(friends: Friends) -> None:
    """Let turns go round; who cannot hands on to one whose turn it is not next time, and they are told."""
    nadia, pavel = friends.nadia, friends.pavel
    nadia.go(friends.meeting)
    nadia.page.get_by_text("Who leads", exact=True).click()
    nadia.press("Take turns from here")
    expect(nadia.page.get_by_role("heading", name="Nadia leads it")).to_be_visible()
    nadia.look("leading a meeting")
    nadia.press("I cannot: ask the next")
    expect(nadia.page.get_by_role("heading", name="Pavel leads it")).to_be_visible()
    nadia.go(f"{friends.address}/meetings/2")
    expect(nadia.page.get_by_role("heading", name="Vera leads it")).to_be_visible()
    pavel.go("/notices")
    pavel.page.get_by_role("button", name="it is your turn to lead").first.click()
    expect(pavel.page.get_by_text("It is your turn. That means:")).to_be_visible()


def post(person: Person, friends: Friends, words: str) -> None:
    """Answer the first prompt in the group, without having seen what others wrote."""
    person.go(f"{PROMPT}?group={friends.slug}")
    expect(person.page.get_by_text("In this group everybody writes before they see.")).to_be_visible()
    expect(person.page.get_by_text(OF_VERA)).to_have_count(0)
    person.page.get_by_label("In your own words").fill(words)
    person.press("Post to the group")
    expect(person.page.get_by_text(words)).to_be_visible()


def begin(friends: Friends) -> None:
    """Post first, asking something; the others do not see it, on the page of the meeting neither."""
    vera, pavel = friends.vera, friends.pavel
    vera.tick(f"{LESSON}?group={friends.slug}")
    vera.go(f"{PROMPT}?group={friends.slug}")
    vera.page.get_by_label("In your own words").fill(OF_VERA)
    vera.press("Post to the group")
    expect(vera.page.get_by_text(OF_VERA)).to_be_visible()
    pavel.go(friends.meeting)
    expect(pavel.page.get_by_text("1 post waits until you have written yourself")).to_be_visible()
    expect(pavel.page.get_by_text("who counted the votes?")).to_have_count(0)
    pavel.look("a meeting before writing")


def miss_something(pavel: Person, friends: Friends) -> None:
    """Take the quiz, miss two questions, and put a passage of them on the agenda with one press."""
    pavel.go(f"{QUIZ}?group={friends.slug}")
    pavel.page.get_by_role("button", name="Begin").click()
    questions = pavel.page.locator("fieldset.item")
    expect(questions).to_have_count(len(ITEMS))
    for number, item in enumerate(ITEMS):
        answer(questions.nth(number), item, wrongly=item["ident"] in WRONG)
    pavel.press("Look over and submit")
    pavel.press("Submit")
    pavel.page.get_by_role("button", name="Put it on the agenda").first.click()
    expect(pavel.page.get_by_text("The passage is on the agenda of meeting 1.")).to_be_visible()
    pavel.look("result in a group that meets")
    pavel.go(f"/today?group={friends.slug}")
    expect(pavel.page.get_by_role("link", name="Go on from here")).to_be_visible()
    pavel.look("today before a meeting")
    pavel.go(f"/groups/{friends.slug}")
    pavel.page.get_by_role("link", name="Your progress").click()
    expect(pavel.page.get_by_role("link", name="On the agenda of meeting 1")).to_have_count(1)
    pavel.look("progress before a meeting")


def ask(nadia: Person, friends: Friends) -> None:
    """Put words of one's own on the agenda; a draft of them is kept meanwhile."""
    nadia.go(friends.meeting)
    nadia.page.get_by_label("What you want to talk about").fill(UNCLEAR)
    nadia.press("Keep as draft")
    expect(nadia.page.get_by_text("The draft is kept.")).to_be_visible()
    expect(nadia.page.get_by_label("What you want to talk about")).to_have_value(UNCLEAR)
    nadia.press("Put it on the agenda")
    expect(nadia.page.get_by_text("It is on the agenda of meeting 1.")).to_be_visible()


def see_the_agenda(person: Person, friends: Friends) -> None:
    """See the passage and the words, and not whose they are; the question asked in the talk, and who asked it."""
    person.go(friends.meeting)
    agenda = person.page.get_by_role("region", name="To talk about")
    expect(agenda.get_by_text("One member wants to talk about it")).to_have_count(1)
    expect(agenda.get_by_text(UNCLEAR)).to_be_visible()
    for name in ("Nadia", "Vera", "Pavel"):
        expect(agenda.get_by_text(name)).to_have_count(0)
    asked = person.page.get_by_role("region", name="Questions without an answer")
    expect(asked.get_by_text("But who counted the votes?")).to_be_visible()
    expect(asked.get_by_text("Vera asked on")).to_be_visible()
    person.look("agenda of a meeting")


def hold_it(friends: Friends) -> None:
    """Tick off what was talked about and write it down, as the one who leads; the others cannot."""
    pavel = friends.pavel
    pavel.go(friends.meeting)
    agenda = pavel.page.get_by_role("region", name="To talk about")
    agenda.get_by_role("button", name=re.compile("^Talked about.*did not understand")).click()
    expect(agenda.get_by_text("Talked about", exact=True).first).to_be_visible()
    pavel.page.get_by_role("link", name="Write the minutes").click()
    pavel.page.get_by_role("textbox", name="The minutes").fill(MINUTES)
    pavel.look("writing minutes")
    pavel.press("Save the minutes")
    expect(pavel.page.get_by_role("region", name="Minutes").locator("em")).to_have_text("twice")


def read_what_it_came_to(person: Person, friends: Friends, *, organises: bool) -> None:
    """Read the minutes; only who organises or leads may change them."""
    person.go(friends.meeting)
    minutes = person.page.get_by_role("region", name="Minutes")
    expect(minutes.get_by_text("Settled: there were two powers.")).to_be_visible()
    expect(minutes.get_by_text("Written by Pavel")).to_be_visible()
    expect(minutes.get_by_role("link", name="Change the minutes")).to_have_count(1 if organises else 0)
    assert person.status_of(f"{friends.meeting}/minutes") == (200 if organises else 403)
    person.watched.complaints = [said for said in person.watched.complaints if "403" not in said]


def see_nobodys_score(person: Person, friends: Friends) -> None:
    """What another did is open to no member of a group without a tutor; one's own record is."""
    assert person.status_of(f"{friends.address}/marking") == 403
    person.watched.complaints = [said for said in person.watched.complaints if "403" not in said]
    person.go(friends.address)
    expect(person.page.get_by_text("what you have done here; no other member sees it")).to_be_visible()
    person.page.get_by_role("link", name="Your progress").click()
    expect(person.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.browser
@ON_BOTH
def test_three_friends_without_a_tutor_hold_a_meeting(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    nadia, vera, pavel = person(), person(), person()
    friends = Friends(nadia, vera, pavel, open_without_tutor(nadia))
    for name, friend in (("Vera", vera), ("Pavel", pavel)):
        friend.sign_up(name)
        join(friend, invite(nadia, friends.address), None)
    take_turns(friends)
    begin(friends)
    post(pavel, friends, OF_PAVEL)
    miss_something(pavel, friends)
    nadia.go(friends.meeting)
    expect(nadia.page.get_by_text("who counted the votes?")).to_have_count(0)
    nadia.go(f"{PROMPT}?group={friends.slug}")
    nadia.page.get_by_label("In your own words").fill(OF_NADIA)
    nadia.press("Post to the group")
    expect(nadia.page.get_by_text(OF_NADIA)).to_be_visible()
    ask(nadia, friends)
    for friend in (nadia, vera, pavel):
        see_the_agenda(friend, friends)
    hold_it(friends)
    read_what_it_came_to(nadia, friends, organises=True)
    read_what_it_came_to(vera, friends, organises=False)
    for friend in (nadia, vera, pavel):
        see_nobodys_score(friend, friends)
    assert [said for one in (nadia, vera, pavel) for said in one.watched.complaints] == []
