"""What a lesson is for, in a study group: read, highlight, check oneself, go back to a passage, write, see, reply."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ON_BOTH_CHANGED_ABOUT, new_context
from tests.journeys.people import LESSON, QUIZ
from tests.journeys.test_group import Person
from tests.journeys.test_rounds import OF_PAVEL, OF_VERA, ask_for_replies, come_together, reply, write
from tests.journeys.test_student import ITEMS, WRONG, answer, read_again_and_come_back


def highlight(reader: Person, lesson: str) -> None:
    """Highlight words of a passage by keyboard; without scripts by its form."""
    reader.go(lesson)
    reader.page.locator("#dual-power .passage-no").focus()
    if reader.scripts:
        for key in ("Tab", "Enter", "Shift+ArrowRight", "Enter", "Enter"):
            reader.page.keyboard.press(key)
    else:
        reader.page.locator("#dual-power").get_by_role("link", name="Note on passage").press("Enter")
        reader.page.get_by_label("The words you mean").fill("What followed")
        reader.page.get_by_role("button", name="Keep the note").press("Enter")
    expect(reader.page.get_by_text("1 highlight of yours")).to_be_visible()
    assert "".join(reader.page.locator("article mark.hl").all_text_contents()) == "What followed"


def check_wrongly(reader: Person, lesson: str) -> None:
    """Answer a self-check inside the text, and be told in place that it is not right."""
    reader.go(lesson)
    box = reader.page.locator("details.check").first
    box.locator("summary").press("Enter")
    box.get_by_label("Your answer").fill("tsar power")
    box.get_by_label("sure", exact=True).check()
    reader.press("Check this answer")
    expect(box).to_be_in_viewport()
    expect(box).to_contain_text("Not right")
    reader.look("a wrong self-check")


def miss_some(reader: Person, quiz: str) -> None:
    """Take the quiz with mistakes, go from one to its passage, which is marked, and back to the question."""
    reader.go(quiz)
    reader.press("Begin")
    questions = reader.page.locator("fieldset.item")
    for number, item in enumerate(ITEMS):
        answer(questions.nth(number), item, wrongly=item["ident"] in WRONG)
    reader.press("Look over and submit")
    reader.press("Submit")
    read_again_and_come_back(reader)


@pytest.mark.browser
@ON_BOTH_CHANGED_ABOUT
def test_a_lesson_is_read_noted_on_answered_and_talked_about(
    site: str, browser: Browser, scripts: bool, viewport: dict[str, int], tmp_path: Path
) -> None:
    def person() -> Person:
        return Person(new_context(browser, scripts=scripts, viewport=viewport), site, scripts=scripts, shots=tmp_path)

    trio = come_together(person(), person(), person())
    pavel, group = trio.pavel, f"?group={trio.slug}"
    ask_for_replies(trio)
    write(trio.vera, trio, OF_VERA)

    highlight(pavel, LESSON + group)
    check_wrongly(pavel, LESSON + group)
    miss_some(pavel, QUIZ + group)
    pavel.go(LESSON + group)
    expect(pavel.page.locator(".passage.missed")).to_have_count(len(WRONG))
    pavel.look("a lesson with a highlight, a wrong self-check and missed passages")

    pavel.go(trio.prompt)
    expect(pavel.page.get_by_text(OF_VERA)).to_have_count(0)
    write(pavel, trio, OF_PAVEL)
    reply(pavel, trio)
    assert pavel.watched.complaints == []
