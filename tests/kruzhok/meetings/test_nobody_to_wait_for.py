"""In a group without a tutor nothing waits for one, and nobody sees what another did."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.syllabus.chairing import chairs_of
from quizzes.marking.queue import waiting_for
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.meetings.conftest import Browser, Friends
from tests.quizzes.marking.make import hand_in, make_essay_quiz
from tests.web import post


@pytest.fixture
def essay(there: Friends, database: Database) -> str:
    """Return the address of the result of an essay that Vera handed in."""
    with database.transaction() as session:
        vera = session.get_one(Enrolment, there.vera.id)
        quiz = make_essay_quiz(session, session.get_one(Activity, there.lesson.id))
        return f"/attempts/{hand_in(session, vera, quiz).attempt_id}"


def test_an_essay_shows_its_model_answer_when_it_is_handed_in(there: Friends, browser: Browser, essay: str) -> None:
    page = browser(there.vera).get(essay).text
    assert "Model answer" in page
    assert "waits for a tutor" not in page
    assert "Keep my rating" in page


def test_nobody_else_reads_the_essay(there: Friends, browser: Browser, essay: str) -> None:
    for who in (there.nadia, there.ivan):
        assert browser(who).get(essay).status_code == 404


def test_a_record_says_that_nobody_else_sees_it(there: Friends, browser: Browser, database: Database) -> None:
    def record() -> str:
        return browser(there.vera).get(f"/me/places/{there.vera.id}").text

    assert "no other member sees this" in record()
    assert "Who looked" not in record()
    with database.transaction() as session:
        session.get_one(Enrolment, there.nadia.id).role = Role.tutor
    assert "no other member sees this" not in record()
    assert "Who looked" in record()


@pytest.mark.parametrize(
    ("page", "planner", "member"),
    [
        ("", 200, 200),
        ("/syllabus", 200, 200),
        ("/syllabus/add", 200, 403),
        ("/assign", 200, 403),
        ("/subgroups", 200, 403),
        ("/complaints", 200, 403),
        ("/messages/new?everybody=1", 200, 403),
        ("/progress", 403, 403),
        ("/progress/passages", 200, 200),
        ("/marking", 403, 403),
    ],
)
def test_organisers_plan_and_look_after_the_talk_and_nobody_watches(
    there: Friends, browser: Browser, page: str, planner: int, member: int
) -> None:
    got = tuple(browser(who).get(f"/groups/{there.group.slug}{page}").status_code for who in (there.nadia, there.vera))
    assert got == (planner, member)


def test_an_organiser_hides_what_hurts(there: Friends, browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        rude = factories.make_post(
            session, factories.make_discussion(session, there.group, there.prompt), there.vera
        ).id
    address = f"/groups/{there.group.slug}/posts/{rude}/hide"
    assert post(browser(there.ivan), address, {"why": "It is rude."}).status_code == 403
    assert post(browser(there.nadia), address, {"why": "It is rude."}).status_code == 303


def test_nothing_waits_to_be_marked(session: Session, friends: Friends) -> None:
    hand_in(session, friends.vera, make_essay_quiz(session, friends.lesson))
    assert waiting_for(session, friends.nadia) == 0


def test_who_left_is_no_chair(session: Session, friends: Friends) -> None:
    friends.meeting.chair_id = friends.vera.id
    session.flush()
    told: dict[int, Any] = {key: chair.id for key, chair in chairs_of(session, friends.group.id).items()}
    assert told == {friends.meeting.id: friends.vera.id}
    friends.vera.left_at = NOW
    session.flush()
    assert chairs_of(session, friends.group.id) == {}
