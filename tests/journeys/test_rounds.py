"""A round in a browser: write without seeing the others, see them, reply; the tutor speaks before it and follows."""

from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import PROMPT
from tests.journeys.test_group import Person, invite, join, open_group

SEED = "Say first what would count against it."
OF_VERA = "That two powers stood side by side is a fact."
OF_PAVEL = "Who was obeyed can be counted, Vera, and by whom."


class Trio(NamedTuple):
    """A tutor and two students of one group."""

    nadia: Person
    vera: Person
    pavel: Person
    slug: str

    @property
    def prompt(self) -> str:
        """Where the prompt of the round stands."""
        return f"{PROMPT}?group={self.slug}"


def come_together(nadia: Person, vera: Person, pavel: Person) -> Trio:
    """Open a study group whose members see what others write, and join it."""
    nadia.sign_up("Nadia")
    group = open_group(nadia, "Thursday circle")
    for name, person in (("Vera", vera), ("Pavel", pavel)):
        person.sign_up(name)
        join(person, invite(nadia, group), None)
    return Trio(nadia, vera, pavel, group.rpartition("/")[2])


def ask_for_replies(trio: Trio) -> None:
    """Make rounds of the prompts of the first meeting, and say something before one of them."""
    nadia = trio.nadia
    nadia.go(f"/groups/{trio.slug}/syllabus/1")
    nadia.page.get_by_label("Replies are due").fill("3")
    nadia.look("when replies are due")
    nadia.press("Save")
    nadia.go(trio.prompt)
    nadia.page.get_by_role("link", name="Say something before the discussion").click()
    nadia.page.get_by_label("Your words").fill(SEED)
    nadia.look("before a discussion")
    nadia.press("Put it before the discussion")
    expect(nadia.page.get_by_text("As a tutor you read everything")).to_be_visible()


def write(person: Person, trio: Trio, text: str) -> None:
    """Write without seeing anything of the others."""
    person.go(trio.prompt)
    expect(person.page.get_by_text(SEED)).to_be_visible()
    expect(person.page.get_by_role("heading", name="A round")).to_be_visible()
    person.look("a round before writing")
    person.page.get_by_label("In your own words").fill(text)
    person.press("Post to the group")
    expect(person.page.get_by_text(text)).to_be_visible()


def reply(pavel: Person, trio: Trio) -> None:
    """See what was held back until now, and do what the round asks next."""
    expect(pavel.page.get_by_text(OF_VERA)).to_be_visible()
    expect(pavel.page.get_by_text("Now read what they wrote, and reply to one of them.")).to_be_visible()
    pavel.look("a round after writing")
    pavel.go(f"/today?group={trio.slug}")
    expect(pavel.page.get_by_text("now reply to one of the others").first).to_be_visible()
    pavel.go(trio.prompt)
    pavel.page.get_by_role("link", name="Reply to Vera").click()
    pavel.page.get_by_label("Your reply to Vera").fill("@Vera, how would you show it?")
    pavel.press("Post the reply")
    expect(pavel.page.locator("b.mention")).to_have_text("@Vera")
    expect(pavel.page.get_by_text("You have replied.")).to_be_visible()


def be_told(vera: Person, trio: Trio) -> None:
    """Read of the reply and of the post, once each; then do not follow any longer."""
    vera.go("/notices")
    vera.look("notices of a round")
    expect(vera.page.get_by_role("button", name="Pavel posted on")).to_be_visible()
    vera.page.get_by_role("button", name="Pavel replied to you on").click()
    expect(vera.page.locator(":target")).to_contain_text("how would you show it?")
    vera.press("Do not follow any longer")
    expect(vera.page.get_by_text("You are no longer told of new posts")).to_be_visible()
    vera.go(f"/groups/{trio.slug}/discussions")
    vera.look("discussions")
    vera.page.get_by_role("button", name="Follow").click()
    expect(vera.page.get_by_text("You are told of new posts on")).to_be_visible()


@pytest.mark.browser
@ON_BOTH
def test_a_round_is_written_seen_and_replied_to(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    trio = come_together(person(), person(), person())
    ask_for_replies(trio)
    write(trio.vera, trio, OF_VERA)
    expect(trio.vera.page.get_by_text("None of the others has written yet.")).to_be_visible()
    trio.pavel.go(trio.prompt)
    expect(trio.pavel.page.get_by_text(OF_VERA)).to_have_count(0)
    expect(trio.pavel.page.get_by_text("One other member has written.")).to_be_visible()
    write(trio.pavel, trio, OF_PAVEL)
    reply(trio.pavel, trio)
    be_told(trio.vera, trio)
    assert [said for one in (trio.nadia, trio.vera, trio.pavel) for said in one.watched.complaints] == []
