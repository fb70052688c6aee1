"""Questions of every type are answered by keys alone, without scripts, and bar nobody in any of their states."""

from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from quizzes.attempts.steps import histories
from quizzes.items import TYPES, Response
from quizzes.models import Attempt, AttemptItem, Behaviour
from tests.journeys.conftest import new_context
from tests.journeys.pages import Shown
from tests.journeys.people import BASE
from tests.journeys.questions import ASKED, Fields, make_house_asking
from tests.journeys.test_barriers import NARROW, Onlooker
from tests.quizzes.attempts.make import House, type_at
from tests.quizzes.attempts.test_views import enter
from tests.web import post

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

HAS_FOCUS = "one => one === document.activeElement"
FOCUS_SHOWS = "one => getComputedStyle(one).outlineStyle !== 'none'"
ENOUGH = 60  #: controls on a page with one question, and more


class Keyboard:
    """Somebody without a mouse, at a page on a small phone's width."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.question = page.locator("fieldset.item")

    def press(self, key: str) -> None:
        """Press one key."""
        self.page.keyboard.press(key)

    def reach(self, control: Locator) -> None:
        """Go on with Tab until CONTROL has the focus, and is seen to have it."""
        for _step in range(ENOUGH):
            self.press("Tab")
            if control.evaluate(HAS_FOCUS):
                assert control.evaluate(FOCUS_SHOWS), control
                return
        raise AssertionError(f"no way by the keyboard to {control}")

    def go(self, button: str) -> None:
        """Press the button called so, and see that the page that comes fits the window."""
        self.reach(self.page.get_by_role("button", name=button, exact=True))
        with self.page.expect_navigation():
            self.press("Enter")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    def choose(self, radio: Locator) -> None:
        """Go to the first of the circles of a question, and down to RADIO."""
        self.reach(self.question.get_by_role("radio").first)
        self.press("Space")
        for _step in range(ENOUGH):
            if radio.evaluate(HAS_FOCUS):
                return
            self.press("ArrowDown")
        raise AssertionError(f"no way by the arrows to {radio}")

    def answer(self, role: Any, name: str, typed: str) -> None:
        """Answer a part of the question with its control of that ROLE and NAME."""
        control = self.question.get_by_role(role, name=name, exact=True)
        if role == "button":
            self.go(name)
        elif role == "radio":
            self.choose(control)
        else:
            self.reach(control)
            self.page.keyboard.type(typed or " ")


def responses(database: Database) -> list[Response | None]:
    """Return what counts at each question of the one attempt there is."""
    with database.transaction(writing=False) as session:
        attempt = session.scalars(select(Attempt)).one()
        past = histories(session, attempt)
        return [past[item.id].response for item in attempt.items]


def test_a_question_of_every_type_is_in_the_table(database: Database) -> None:
    assert set(ASKED) == set(TYPES), "put it into tests/journeys/questions.py"


@pytest.mark.parametrize("kind", TYPES)
def test_it_is_answered_by_the_keyboard_alone_without_scripts_on_a_small_phone(
    bare_site: str, browser: Browser, database: Database, kind: str
) -> None:
    with database.transaction() as session:
        house = make_house_asking(session, [kind])
    context = new_context(browser, scripts=False, viewport=NARROW)
    keyboard = Keyboard(context.new_page())
    keyboard.page.goto(f"{bare_site}/courses/{house.course.ident}/quizzes/{house.quiz.ident}")
    keyboard.go("Begin")
    for act in ASKED[kind].acts:
        keyboard.answer(*act)
    keyboard.go("Save and go on later")
    expect(keyboard.question.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert responses(database) == [ASKED[kind].response]
    keyboard.go("Look over and submit")
    expect(keyboard.page.get_by_text("Nothing is empty")).to_be_visible()
    keyboard.go("Submit")
    came_of_it = "Not marked" if kind == "essay" else "Right, 1 of 1 point"
    expect(keyboard.page.locator("article.answer-sum .state")).to_contain_text(came_of_it)
    context.close()


class Sitting(NamedTuple):
    """An attempt at a quiz with a question of every type, which a browser without scripts works at."""

    client: FlaskClient
    address: str
    ids: dict[str, int]

    def fields(self, answers: dict[str, Fields]) -> dict[str, str]:
        """Return the form of the page with ANSWERS (type -> what is sent) and nothing else in it."""
        filled = {
            f"item-{self.ids[kind]}" + (f"-{part}" if part else ""): value
            for kind, answer in answers.items()
            for part, value in answer.items()
        }
        return dict(BASE.findall(self.client.get(self.address).text)) | filled

    def check(self, answers: dict[str, Fields]) -> None:
        """Give ANSWERS, and have each of them checked."""
        assert post(self.client, self.address, self.fields(answers)).status_code == 303
        for kind in answers:
            self.do("check", kind)

    def do(self, act: str, kind: str) -> None:
        """Press a button of the question of that KIND."""
        assert post(self.client, self.address, {"do": f"{act}-{self.ids[kind]}"}).status_code == 303, kind


def begin(client: FlaskClient, database: Database, house: House) -> Sitting:
    """Begin the quiz of HOUSE as its student."""
    enter(client, database, house.enrolment.user_id)
    address = str(post(client, f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}").location)
    with database.transaction(writing=False) as session:
        ids = {type_at(item): item.id for item in session.scalars(select(AttemptItem))}
    return Sitting(client, address, ids)


def test_no_state_of_a_question_bars_anybody(
    app: Application, bare_site: str, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        house = make_house_asking(session, TYPES, behaviour=Behaviour.tries)
    sitting = begin(app.test_client(), database, house)
    onlooker = Onlooker(browser, bare_site, sitting.client)
    barriers = {}

    def look(state: str, shows: str, count: int, status: int = 200, sent: dict[str, str] | None = None) -> None:
        """Look at the page, which SHOWS something COUNT times in this state."""
        onlooker.open(Shown("student", sitting.address, status, sent), {})
        expect(onlooker.page.locator(shows).filter(visible=True)).to_have_count(count)
        onlooker.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        barriers[state] = onlooker.barriers()

    look("open", "fieldset.item", len(TYPES))
    refused = sitting.fields({kind: asked.refused for kind, asked in ASKED.items()})
    look("refused", "fieldset.item .error", len(TYPES), 422, refused)
    checked = [kind for kind, asked in ASKED.items() if asked.wrong]
    sitting.check({kind: ASKED[kind].wrong[0] for kind in checked})
    look("checked", ".checked .hint", len(checked))
    for kind in checked:
        sitting.do("again", kind)
    sitting.check({kind: ASKED[kind].wrong[1] for kind in checked})
    look("finished", ".item .given", len(checked))
    post(sitting.client, f"{sitting.address}/submission")
    look("result", "article.answer-sum", len(TYPES))
    onlooker.context.close()
    assert {state: found for state, found in barriers.items() if found} == {}
