"""Messages: a tutor writes to those chosen; each reads it alone, and learns of nobody else who got it."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Message, MessageTo, Role, StudyGroup
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

NEW = "/groups/circle/messages/new"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group of three students, a tutor and an organiser who is none."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            self.group = factories.make_group(session, course, slug="circle", name="Thursday circle")
            self.vera, self.nadia, self.olga = (
                factories.make_enrolment(session, factories.make_user(session, name=name), group=self.group)
                for name in ("Vera", "Nadia", "Olga")
            )
            sofia, rosa = (factories.make_user(session, name=name) for name in ("Sofia", "Rosa"))
            self.tutor = factories.make_enrolment(session, sofia, group=self.group, role=Role.tutor)
            self.organiser = factories.make_enrolment(session, rosa, group=self.group, organiser=True)
            self.elsewhere = factories.make_enrolment(session, group=factories.make_group(session, course))

    def of(self, enrolment: Enrolment) -> FlaskClient:
        return browser_of(self.app, self.database, enrolment.user_id)

    def write(self, who: Enrolment, *to: Enrolment, status: int = 303, **fields: str) -> str:
        browser = self.of(who)
        page = browser.get(f"{NEW}?everybody=1").text
        token = re.search(r'name="csrf_token" value="([^"]*)"', page)
        assert token
        told = {"subject": "Thursday", "text": "We meet *at seven*.", "once": "0123456789ab"}
        ids = " ".join(str(one.id) for one in to)
        answer = browser.post(NEW, data={"csrf_token": token[1], "to": ids, **told, **fields})
        assert answer.status_code == status
        return answer.headers.get("Location") or answer.text

    def count(self) -> tuple[int, int]:
        with self.database.transaction() as session:
            return tuple(session.scalar(select(func.count(one.id))) or 0 for one in (Message, MessageTo))  # type: ignore[return-value]


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def test_it_is_read_by_those_it_is_for_and_by_who_wrote_it(circle: Circle) -> None:
    address = circle.write(circle.tutor, circle.vera, circle.nadia)
    for one in (circle.vera, circle.nadia):
        page = circle.of(one).get(address).text
        assert "We meet <em>at seven</em>." in page
        assert "Sofia" in page
        assert ("Nadia" if one is circle.vera else "Vera") not in page
    mine = circle.of(circle.tutor).get(address).text
    assert "Nadia, Vera" in mine
    for other in (circle.olga, circle.organiser, circle.elsewhere):
        assert circle.of(other).get(address).status_code == 404
    assert circle.app.test_client().get(address).status_code == 401


def test_it_is_told_as_a_notice_that_leads_to_it(circle: Circle) -> None:
    address = circle.write(circle.tutor, circle.vera)
    vera = circle.of(circle.vera)
    page = vera.get("/notices").text
    assert "Sofia wrote to you in Thursday circle: “Thursday”" in page
    notice = re.search(r'action="(/notices/\d+[^"]*)"', page)
    assert notice
    assert post(vera, notice[1]).headers["Location"].split("#")[0] == address
    assert "wrote to you" not in circle.of(circle.nadia).get("/notices").text


def test_pressing_the_button_twice_sends_one(circle: Circle) -> None:
    assert circle.write(circle.tutor, circle.vera) == circle.write(circle.tutor, circle.vera, circle.nadia)
    assert circle.count() == (1, 1)


def test_what_cannot_be_sent_comes_back_with_its_words(circle: Circle) -> None:
    page = circle.write(circle.tutor, circle.vera, status=422, subject=" ")
    assert "We meet *at seven*." in page
    assert "Say in a few words" in page
    assert f'name="to" value="{circle.vera.id}"' in page
    assert "Thursday" in circle.write(circle.tutor, circle.vera, status=422, text=" \n ")
    assert "20000 fit" in circle.write(circle.tutor, circle.vera, status=422, text="a" * 20_001)
    page = circle.write(circle.tutor, circle.elsewhere, status=422)
    assert "Nobody is chosen" in page
    assert "We meet *at seven*." in page
    assert circle.count() == (0, 0)


def test_a_preview_sends_nothing(circle: Circle) -> None:
    page = circle.write(circle.tutor, circle.vera, status=200, preview="1", subject="")
    assert "<em>at seven</em>" in page
    assert circle.count() == (0, 0)


def test_many_in_a_row_must_wait_and_lose_no_words(circle: Circle) -> None:
    for number in range(20):
        circle.write(circle.tutor, circle.vera, once=f"{number:012}")
    page = circle.write(circle.tutor, circle.vera, status=429, once="f" * 12)
    assert "We meet *at seven*." in page
    assert circle.count() == (20, 20)


def test_it_goes_to_those_ticked_shown_or_found(circle: Circle) -> None:
    tutor = circle.of(circle.tutor)
    ids = f"to={circle.vera.id}&to={circle.nadia.id}"
    assert "To Nadia, Vera." in tutor.get(f"{NEW}?{ids}").text
    assert "Write to Olga" in tutor.get(f"{NEW}?{ids}&shown={circle.olga.id}").text
    assert "Write to Vera" in tutor.get(f"{NEW}?all=1&q=vera&to={circle.olga.id}").text
    assert "To Nadia, Olga, Rosa, Vera." in tutor.get(f"{NEW}?all=1").text
    for query in ("", "?to=x", "?to=999999999999999999999", "?all=1&subgroup=999", f"?to={circle.elsewhere.id}"):
        answer = tutor.get(NEW + query)
        assert answer.status_code == 422
        assert "Nobody is chosen" in answer.text


def test_an_organiser_writes_to_everybody_and_finds_nobody_by_their_progress(circle: Circle) -> None:
    organiser = circle.of(circle.organiser)
    assert "To Nadia, Olga, Sofia, Vera." in organiser.get(f"{NEW}?everybody=1").text
    assert organiser.get(f"{NEW}?all=1&hand=1").status_code == 403
    assert circle.of(circle.vera).get(f"{NEW}?everybody=1").status_code == 403


def test_who_has_left_reads_what_was_written_to_them_and_gets_no_more(circle: Circle, database: Database) -> None:
    address = circle.write(circle.tutor, circle.vera)
    with database.transaction() as session:
        session.get_one(Enrolment, circle.vera.id).left_at = NOW
    assert circle.of(circle.vera).get(address).status_code == 200
    circle.write(circle.tutor, circle.vera, status=422, once="a" * 12)


def test_nobody_writes_in_a_group_that_is_over_and_what_was_sent_stays(circle: Circle, database: Database) -> None:
    address = circle.write(circle.tutor, circle.vera)
    with database.transaction() as session:
        session.get_one(StudyGroup, circle.group.id).archived_at = NOW
    tutor = circle.of(circle.tutor)
    assert tutor.get(f"{NEW}?everybody=1").status_code == 409
    assert address in tutor.get("/groups/circle/messages").text
    assert address not in circle.of(circle.organiser).get("/groups/circle/messages").text
