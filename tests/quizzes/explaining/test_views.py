"""How a score came about, on its page: for who made the attempt, once it is submitted, as far as it may be seen."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from quizzes.attempts.checking import check, try_again
from quizzes.attempts.ending import submit_attempt
from quizzes.items.matching import choice_ident
from quizzes.models import Attempt, Behaviour, ItemVersion, Quiz
from tests.conftest import NOW
from tests.factories import make_item_version
from tests.quizzes.attempts.make import House, begin, give, make_house
from tests.quizzes.items.make import raw_item
from tests.test_access import browser_of


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


class Sat:
    """A student who handed in an attempt, at their browser."""

    def __init__(self, app: Application, database: Database, kinds: str, *responses: Any, **quiz: Any) -> None:
        self.database = database
        with database.transaction() as session:
            self.house: House = make_house(session, kinds)
            row = session.scalars(select(Quiz).where(Quiz.activity_id == self.house.quiz.id)).one()
            for name, value in quiz.items():
                setattr(row, name, value)
            session.flush()
            attempt = begin(session, self.house)
            for item, response in zip(attempt.items, responses, strict=False):
                give(session, attempt, item, response)
            submit_attempt(session, attempt, now=NOW)
            self.id = attempt.id
        self.browser: FlaskClient = browser_of(app, database, self.house.enrolment.user_id)

    def page(self, number: int = 1) -> str:
        answer = self.browser.get(f"/attempts/{self.id}/questions/{number}/score")
        assert answer.status_code == 200
        return answer.text

    def lines(self, number: int = 1) -> list[str]:
        """Return what led to the score and what it comes to, without tags, a line each."""
        part = self.page(number).partition('class="story">')[2].partition("</main>")[0]
        found = re.split(r"</(?:p|li|h2|a)>", part)
        lines = (" ".join(re.sub(r"<[^>]*>", "", line).split()) for line in found)
        return [line for line in lines if line]


def test_a_score_is_told_from_the_question_to_the_sum(app: Application, database: Database) -> None:
    sat = Sat(app, database, "multiple", {"options": ["a", "b", "c"]})
    assert sat.lines() == [
        "Question 1 of the attempt, in version 1 of 24 October 2026, 14:02. So it stands today.",
        "How it is scored. Net correct: the right ones ticked, less the wrong ones ticked, by the number of right "
        "ones; never below 0.",
        "The answer that counts, saved 23 November 2026, 14:02",
        "“Text of a” was ticked rightly",
        "“Text of b” was ticked rightly",
        "“Text of c” was ticked wrongly",
        "2 of 2 right ones and one wrong one ticked: (2 − 1) / 2 = 0.5",
        "Scored 23 November 2026, 14:02: 0.5",
        "What it comes to",
        "A score of 0.5, times 1 point, is 0.5 points.",
        "Gone through again just now, the steps come to 0.5, which is what is stored.",
        "Back to the result",
    ]


def test_the_result_leads_there(app: Application, database: Database) -> None:
    sat = Sat(app, database, "single single", {"option": "a"}, None)
    result = sat.browser.get(f"/attempts/{sat.id}").text
    assert f'href="/attempts/{sat.id}/questions/2/score"' in result
    assert "No answer was given." in sat.page(2)


def test_what_several_tries_take_is_reckoned_part_by_part(app: Application, database: Database) -> None:
    sat = Sat(app, database, "matching")
    with database.transaction() as session:
        session.get_one(Quiz, session.scalars(select(Quiz.id)).one()).behaviour = Behaviour.tries
        version = session.get_one(ItemVersion, session.get_one(Attempt, sat.id).items[0].item_version_id)
        version.data = version.data | {"hints": ["One."]}
        session.flush()
        attempt = begin(session, sat.house)
        item, told = attempt.items[0], {"by": attempt.user_id, "now": NOW}
        wrong = dict.fromkeys(("lenin", "martov", "chernov"), choice_ident("Bolsheviks"))
        right = wrong | {"martov": choice_ident("Mensheviks"), "chernov": choice_ident("Socialist Revolutionaries")}
        give(session, attempt, item, {"pairs": wrong})
        check(session, attempt, item, **told)
        try_again(session, attempt, item, **told)
        give(session, attempt, item, {"pairs": right})
        sat.id = attempt.id
        submit_attempt(session, attempt, now=NOW)
    lines = sat.lines()
    assert [line.partition(":")[0] for line in lines if line.startswith("Try")] == [
        "Try 1, checked 23 November 2026, 14",
        "Try 2, not checked and handed in as it was saved 23 November 2026, 14",
    ]
    at = lines.index("Each part loses 0.33 for each try up to the last in which it was worth less than at the end")
    assert lines[at + 1 : at + 5] == [
        "Lenin: 1",
        "Martov: 1 − 1 × 0.33 = 0.67",
        "Chernov: 1 − 1 × 0.33 = 0.67",
        "The mean of the parts: 0.78",
    ]


def test_a_key_that_is_withdrawn_is_not_reckoned_by(app: Application, database: Database) -> None:
    sat = Sat(app, database, "single", {"option": "b"})
    with database.transaction() as session:
        version = session.get_one(ItemVersion, session.get_one(Attempt, sat.id).items[0].item_version_id)
        newer = raw_item("single", options=[one | {"right": one["ident"] == "c"} for one in version.data["options"]])
        version.item.current_version_id = make_item_version(session, version.item, number=2, data=newer).id
    page = sat.page()
    assert "Its key was corrected in version 2 of 24 October 2026" in page
    assert "is right" not in page
    assert "Worth 1" in page


def test_a_question_that_was_changed_but_for_its_key_is_told_in_full(app: Application, database: Database) -> None:
    sat = Sat(app, database, "single", {"option": "b"})
    with database.transaction() as session:
        version = session.get_one(ItemVersion, session.get_one(Attempt, sat.id).items[0].item_version_id)
        newer = make_item_version(session, version.item, number=2, data=version.data | {"stem": "What then?"})
        version.item.current_version_id = newer.id
    page = sat.page()
    assert "It was changed since, in version 2 of 24 October 2026, 14:02, and its key is the same." in page
    assert "“Text of b” is right: 1" in page


def test_a_score_that_is_not_shown_now_is_not_explained(app: Application, database: Database) -> None:
    sat = Sat(app, database, "single", {"option": "b"}, shows={"later": ["right"]})
    page = sat.page()
    assert "The score of this question is not shown now." in page
    assert 'class="story"' not in page
    assert f"/attempts/{sat.id}/questions/" not in sat.browser.get(f"/attempts/{sat.id}").text


def test_where_the_key_is_not_shown_the_reckoning_is_not_either(app: Application, database: Database) -> None:
    sat = Sat(app, database, "multiple", {"options": ["a", "b", "c"]}, shows={"later": ["score", "right"]})
    page = sat.page()
    assert "Worth 0.5" in page
    assert "ticked rightly" not in page
    assert "2 of 2" not in page


def test_a_question_in_an_open_attempt_is_not_explained(app: Application, database: Database) -> None:
    sat = Sat(app, database, "single", {"option": "b"})
    with database.transaction() as session:
        begin(session, sat.house)
    page = sat.page()
    assert "While an attempt of yours with this question is open" in page
    assert "Worth" not in page
    assert 'class="story"' not in page


def test_before_the_submission_and_beyond_the_last_question_there_is_no_such_page(
    app: Application, database: Database
) -> None:
    sat = Sat(app, database, "single", {"option": "b"})
    with database.transaction() as session:
        unfinished = begin(session, sat.house).id
    for attempt, number in ((unfinished, 1), (sat.id, 0), (sat.id, 2), (sat.id, 10**30)):
        assert sat.browser.get(f"/attempts/{attempt}/questions/{number}/score").status_code == 404
