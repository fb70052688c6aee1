"""A passage is quoted in the discussion and found from both sides; rude words are looked at, hidden and locked away."""

from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH, new_context
from tests.journeys.people import LESSON
from tests.journeys.test_group import Person, invite, join, open_group

QUOTED = "and called out the metalworkers."
RUDE = "You are all fools."
WHY = "We speak of the text, not of each other."

#: Choose some words of a passage, as the mouse does.
CHOOSE = """([ident, words]) => {
  const texts = document.createTreeWalker(document.querySelector(`#${ident} .text`), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const start = texts.currentNode.data.indexOf(words);
    if (start < 0) continue;
    document.getSelection().setBaseAndExtent(texts.currentNode, start, texts.currentNode, start + words.length);
    return;
  }
}"""


class Trio(NamedTuple):
    """A tutor and two students of one group."""

    nadia: Person
    vera: Person
    pavel: Person
    slug: str


def come_together(nadia: Person, vera: Person, pavel: Person) -> Trio:
    """Open a study group and join it."""
    nadia.sign_up("Nadia")
    group = open_group(nadia, "Thursday circle")
    for name, person in (("Vera", vera), ("Pavel", pavel)):
        person.sign_up(name)
        join(person, invite(nadia, group), None)
    return Trio(nadia, vera, pavel, group.rpartition("/")[2])


def quote(vera: Person, slug: str) -> None:
    """Quote some words of the lesson where words can be chosen, else all of a passage; post them."""
    vera.go(f"{LESSON}?group={slug}#february")
    if vera.scripts:
        vera.page.evaluate(CHOOSE, ["february", QUOTED])
        vera.look("words to quote")
        vera.page.get_by_role("link", name="Quote in the discussion", exact=True).click()
    else:
        vera.page.locator("#february").get_by_role("link", name="Quote in the discussion").click()
    vera.look("on which prompt")
    vera.page.get_by_role("link", name="Fact and judgement").click()
    field = vera.page.get_by_label("In your own words")
    typed = field.input_value()
    assert typed.startswith("> ")
    assert QUOTED in typed
    field.fill(f"{typed}Was nobody still at work?")
    vera.press("Post to the group")
    expect(vera.page.get_by_text("Was nobody still at work?")).to_be_visible()


def follow(pavel: Person, slug: str) -> None:
    """Read the post, go to the passage that it quotes, and back."""
    pavel.go(f"/groups/{slug}/discussions")
    pavel.page.locator("main a[href*='/prompts/']").first.click()
    pavel.look("a post that quotes")
    pavel.page.get_by_role("link", name="In the notes, passage").click()
    assert pavel.page.url.endswith("#february")
    pavel.page.locator("#february").get_by_role("link", name="Vera").click()
    expect(pavel.page.get_by_text("Was nobody still at work?")).to_be_visible()


def be_rude(pavel: Person) -> None:
    """Reply as one should not."""
    pavel.page.get_by_role("link", name="Reply").first.click()
    pavel.page.get_by_label("Your reply").fill(RUDE)
    pavel.press("Post the reply")
    expect(pavel.page.get_by_text(RUDE)).to_be_visible()


def complain(vera: Person, slug: str) -> None:
    """Ask to have the reply looked at."""
    vera.go(f"/groups/{slug}/discussions")
    vera.page.locator("main a[href*='/prompts/']").first.click()
    vera.page.get_by_role("link", name="Ask to have this looked at").click()
    vera.press("Ask")
    vera.look("what is wrong with it")
    vera.page.get_by_label("What is wrong with it?").fill("It is about us.")
    vera.press("Ask")
    expect(vera.page.get_by_text("It is looked at")).to_be_visible()


def hide(nadia: Person) -> None:
    """Follow the notice, hide the reply with a reason, and lock the discussion."""
    nadia.go("/notices")
    nadia.page.get_by_role("button", name="a member asks to have something looked at").click()
    nadia.look("to be looked at")
    expect(nadia.page.get_by_text(RUDE)).to_be_visible()
    nadia.page.get_by_label("Why is it hidden?").fill(WHY)
    nadia.press("Hide it")
    expect(nadia.page.get_by_role("heading", name="The post was hidden")).to_be_visible()


def lock(nadia: Person, slug: str) -> None:
    """Lock the discussion."""
    nadia.go(f"/groups/{slug}/discussions")
    nadia.page.locator("main a[href*='/prompts/']").first.click()
    nadia.press("Lock the discussion")
    expect(nadia.page.get_by_text("Locked", exact=True)).to_be_visible()
    nadia.look("locked")


def find_it_hidden(vera: Person, pavel: Person, slug: str) -> None:
    """Who complained no longer reads it, who wrote it reads why; neither can add anything."""
    pavel.go("/notices")
    pavel.page.get_by_role("button", name="What you wrote on").click()
    expect(pavel.page.get_by_text(WHY)).to_be_visible()
    expect(pavel.page.get_by_text(RUDE)).to_be_visible()
    vera.go("/notices")
    expect(vera.page.get_by_text("What you asked to have looked at was hidden.").first).to_be_visible()
    vera.go(f"/groups/{slug}/discussions")
    vera.page.locator("main a[href*='/prompts/']").first.click()
    expect(vera.page.get_by_text(WHY)).to_be_visible()
    expect(vera.page.get_by_text(RUDE)).to_have_count(0)
    expect(vera.page.get_by_role("link", name="Reply")).to_have_count(0)
    vera.look("hidden and locked")


@pytest.mark.browser
@ON_BOTH
def test_a_passage_is_quoted_and_rude_words_are_hidden(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    trio = come_together(person(), person(), person())
    quote(trio.vera, trio.slug)
    follow(trio.pavel, trio.slug)
    be_rude(trio.pavel)
    complain(trio.vera, trio.slug)
    hide(trio.nadia)
    lock(trio.nadia, trio.slug)
    find_it_hidden(trio.vera, trio.pavel, trio.slug)
    assert [said for one in trio[:3] for said in one.watched.complaints if "422" not in said] == []  # type: ignore[union-attr]
