"""Highlighting and noting words of a lesson in a browser: by keyboard, by mouse, and by plain forms without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Watched, new_context
from tests.journeys.people import LESSON

SELECT = """([from, start, to, end]) => {
  const text = (ident) => {
    const words = document.querySelector(`#${ident} .text > p`);
    return document.createTreeWalker(words, NodeFilter.SHOW_TEXT).nextNode();
  };
  document.getSelection().setBaseAndExtent(text(from), start, text(to), end);
}"""


def highlighted(page: Page) -> list[str]:
    """Return the words of PAGE that are marked, one piece for each element they stand in."""
    return page.locator("article mark.hl").all_text_contents()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_words_are_highlighted_and_noted_on_by_keyboard_alone(
    site: str, browser: Browser, viewport: dict[str, int]
) -> None:
    context = new_context(browser, scripts=True, viewport=viewport)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{LESSON}")
    bar = page.get_by_role("form", name="The words you chose")
    expect(bar).to_be_hidden()

    page.locator("#dual-power .passage-no").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose words")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar.get_by_role("status")).to_have_text("Chosen: What")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(bar.get_by_role("status")).to_have_text("Chosen: called dual")
    page.keyboard.press("Shift+ArrowRight")
    expect(bar.get_by_role("status")).to_have_text("Chosen: called dual power,")
    page.keyboard.press("Shift+ArrowLeft")
    expect(bar.get_by_role("status")).to_have_text("Chosen: called dual")
    page.keyboard.press("Shift+ArrowRight")
    expect(bar.get_by_role("status")).to_have_text("Chosen: called dual power,")
    page.keyboard.press("Enter")
    expect(bar.get_by_role("button", name="Highlight")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#dual-power")).to_contain_text("Highlighted.")
    assert "".join(highlighted(page)) == "called dual power,"
    expect(page.locator("#dual-power mark").first).to_be_in_viewport()
    expect(page.get_by_text("1 highlight of yours")).to_be_visible()

    page.locator("#fact-and-value .passage-no").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#fact-and-value .passage-no")).to_be_focused()
    expect(bar).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Write a note")).to_be_visible()
    assert page.locator(".noted-on mark").all_text_contents() == ["Keep two"]
    page.get_by_label("Your note").fill("But which *two*?")
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_role("button", name="Keep the note").press("Enter")
    note = page.locator("#fact-and-value").get_by_role("note", name="Your note")
    expect(note).to_contain_text("But which two?")
    expect(note).to_be_in_viewport()

    note.get_by_role("link", name="Change").press("Enter")
    page.get_by_text("Delete this note").press("Enter")
    page.get_by_role("button", name="Delete it").press("Enter")
    expect(page.locator("#fact-and-value")).to_be_in_viewport()
    assert "".join(highlighted(page)) == "called dual power,"
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_selection_over_two_passages_is_one_highlight_in_both(site: str, browser: Browser) -> None:
    context = new_context(browser, scripts=True, viewport=DESKTOP)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{LESSON}")
    page.evaluate(SELECT, ["fact-and-value", 5, "what-to-look-for", 4])
    bar = page.get_by_role("form", name="The words you chose")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Highlight").click()
    expect(page.locator("#fact-and-value")).to_contain_text("Highlighted.")
    marks = highlighted(page)
    assert marks[0].startswith("two kinds of sentence")
    assert marks[-1] == "Read"
    expect(page.get_by_text(re.compile("1 highlight of yours"))).to_have_count(1)

    page.evaluate(SELECT, ["dual-power", 0, "dual-power", 4])
    expect(bar).to_be_visible()
    page.evaluate("document.getSelection().removeAllRanges()")
    expect(bar).to_be_hidden()
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_scripts_a_form_at_each_passage_takes_a_note(
    site: str, browser: Browser, viewport: dict[str, int]
) -> None:
    context = new_context(browser, scripts=False, viewport=viewport)
    watched = Watched(context.new_page(), site)
    page = watched.page
    page.goto(f"{site}{LESSON}#dual-power")
    page.locator("#dual-power").get_by_role("link", name="Note on passage").click()
    page.get_by_label("The words you mean").fill("triple power")
    page.get_by_label("Your note").fill("Who obeyed *whom*?")
    page.get_by_label("Tags").fill("Dual power, 1917")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".error:visible")).to_contain_text("do not stand here")
    expect(page.get_by_label("Your note")).to_have_value("Who obeyed *whom*?")
    page.get_by_label("The words you mean").fill("on conditions")
    page.get_by_role("button", name="Keep the note").click()

    note = page.locator("#dual-power").get_by_role("note", name="Your note")
    expect(note).to_contain_text("Who obeyed whom?")
    expect(note).to_contain_text("#1917")
    expect(note).to_be_in_viewport()
    assert highlighted(page) == ["on conditions"]

    page.get_by_role("link", name="Your notes").click()
    page.get_by_label("Words").fill("OBEYED")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("listitem").filter(has_text="on conditions")).to_have_count(1)
    with page.expect_download() as got:
        page.get_by_role("link", name="as Markdown").click()
    assert "> on conditions" in got.value.path().read_text("utf-8")
    page.get_by_label("Tag").select_option("1917")
    page.get_by_label("Words").fill("nothing like it")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("None of your notes is like that.")).to_be_visible()
    assert [said for said in watched.complaints if "422" not in said] == []
    context.close()
