"""A tutor brings a book along, looks at what was understood, keeps it and gives it to the group; a member reads it."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH_CHANGED_ABOUT, new_context
from tests.journeys.people import COURSE
from tests.journeys.test_group import Person, invite, join, open_group
from tests.lessons.importing.samples import NAV, epub, nav, package, page

CHAPTERS = ("The queue", "The bridge", "The night")


def book() -> bytes:
    """Return a book of three long chapters; the first leads to the last."""
    long = "It was said in the queue, and believed. " * 200
    files = {"nav.xhtml": nav(*[(f"{n}.xhtml", title) for n, title in enumerate(CHAPTERS)])}
    for number, title in enumerate(CHAPTERS):
        way = '<p>See <a href="2.xhtml#end">how it ends</a>.</p>' if number == 0 else ""
        end = '<p id="end">And so it ended.</p>' if number == 2 else ""
        files[f"{number}.xhtml"] = page(f"<h1>{title}</h1>{way}<p>{long}</p><p>{long}</p>{end}", title)
    told = "<dc:title>Ten days in the snow</dc:title><dc:creator>A Clerk</dc:creator><dc:language>en</dc:language>"
    return epub(files, package([name for name in files if name != "nav.xhtml"], metadata=told, manifest=NAV))


def bring(tutor: Person, file: Path, slug: str) -> None:
    """Bring FILE into the group's place, look at what was understood, and keep it."""
    tutor.go(f"/groups/{slug}/readings")
    tutor.page.get_by_role("link", name="One of your texts").click()
    tutor.look("no text yet")
    tutor.page.get_by_role("link", name="Bring a text").click()
    tutor.press("Look at it")
    expect(tutor.page.get_by_text("Choose a file first").first).to_be_visible()
    tutor.look("nothing brought")
    tutor.page.get_by_label("A file").set_input_files(file)
    tutor.press("Look at it")
    expect(tutor.page.get_by_role("heading", level=1)).to_have_text("Ten days in the snow")
    expect(tutor.page.get_by_label("Author")).to_have_value("A Clerk")
    expect(tutor.page.get_by_text("A book in EPUB of 3 pages, in their order of reading.")).to_be_visible()
    expect(tutor.page.get_by_text("It was said in the queue").first).to_be_visible()
    tutor.look("before keeping")
    tutor.page.get_by_label("Licence").fill("Public domain")
    tutor.press("Keep this text")
    expect(tutor.page.get_by_text("Only you can see it.", exact=False).first).to_be_visible()
    tutor.look("kept")


def give(tutor: Person) -> None:
    """Give the text at hand to the group, for its next meeting."""
    tutor.page.get_by_role("link", name="Give it to the group to read").click()
    tutor.page.get_by_label("What to look for").fill("Who *believes* in the bread?")
    expect(tutor.page.get_by_label("Until when")).to_have_value("next meeting")
    tutor.look("give")
    tutor.press("Assign it")
    expect(tutor.page.get_by_text("is assigned to the whole group")).to_be_visible()
    tutor.look("given")


def read(reader: Person, slug: str) -> None:
    """Come by the plan of the day to the text, follow a link into its last part, and tick it there."""
    reader.go(f"/today?group={slug}")
    reader.page.get_by_role("link", name="Ten days in the snow").first.click()
    expect(reader.page.get_by_text("A text of the study group")).to_be_visible()
    expect(reader.page.locator("em", has_text="believes")).to_be_visible()
    reader.look("first part")
    reader.page.get_by_role("link", name="how it ends").click()
    expect(reader.page.locator(".passage:target")).to_contain_text("And so it ended.")
    reader.look("last part")
    reader.page.get_by_role("button", name="I have read this").click()
    expect(reader.page.get_by_role("button", name="Take the tick back")).to_be_visible()


@ON_BOTH_CHANGED_ABOUT
def test_a_book_is_brought_kept_given_and_read(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person(name: str) -> Person:
        one = Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)
        one.sign_up(name)
        return one

    tutor, reader, other = person("Sofia"), person("Nadia"), person("Vera")
    group = open_group(tutor, "Thursday circle")
    slug = group.rsplit("/", 1)[1]
    join(reader, invite(tutor, group), None)
    file = tmp_path / "snow.epub"
    file.write_bytes(book())
    bring(tutor, file, slug)
    text = tutor.page.url.removeprefix(site)
    assert reader.status_of(text) == 404
    give(tutor)
    read(reader, slug)
    assert other.status_of(text) == 404
    if scripts:  # an address that names only a passage leads to its part
        last = reader.page.get_by_role("link", name=re.compile("Passage")).last.get_attribute("href") or ""
        reader.go(f"{COURSE}/texts/{text.split('/texts/')[1]}{last[last.index('#') :]}")
        expect(reader.page.locator(".passage:target")).to_be_visible()
    tutor.go(f"{group}/progress")
    expect(tutor.page.locator("thead").get_by_text("Ten days").first).to_be_visible()
    for one in (tutor, reader, other):
        refused = [said for said in one.watched.complaints if "404" not in said and "422" not in said]
        assert refused == []
