"""What one is told on the page, and what counts as read."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, JoinRequest
from course.notices import records as kinds
from course.notices.models import Notice
from course.notices.records import tell
from kruzhok.notices.words import SAID
from tests import factories
from tests.conftest import NOW
from tests.scene import Scene
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post

REFS = {
    kinds.JOINED: "enrolment",
    kinds.KEYS: "enrolment",
    kinds.REMOVED: "enrolment",
    kinds.ASKED: "join_request",
    kinds.DECIDED: "join_request",
    kinds.REPLIED: "post",
    kinds.ASSIGNED: "meeting",
    kinds.REPORTED: "report",
    kinds.ANSWERED: "report",
}


def reader_told_of_everything(database: Database, *, live: bool = True) -> int:
    """Return a member of the scene's group who was told one thing of each kind."""
    with database.transaction() as session:
        scene = Scene(session)
        scene.fill()
        scene["prompt"]
        group = scene["study_group"]
        reader = factories.make_enrolment(session, group=group, left_at=None if live else NOW)
        for request in session.scalars(select(JoinRequest)):
            request.decided_at, request.accepted = NOW, True
        place = session.get_one(Enrolment, scene("member"))
        for kind, sort in REFS.items():
            thing = place.id if sort == "enrolment" else scene(sort)
            tell(session, [reader.user_id], kind, f"{sort}:{thing}", now=NOW)
        return reader.user_id


@pytest.fixture
def reader(app: Application, database: Database) -> FlaskClient:
    return browser_of(app, database, reader_told_of_everything(database))


def test_there_are_words_for_every_kind():
    assert set(SAID) == set(REFS)


def test_every_kind_is_told_in_words(reader: FlaskClient):
    page = reader.get("/notices").text
    assert page.count("New, ") == len(REFS)
    said = ("joined A group", "asks to join", "are in A group", "organiser of", "out of A group", "there is work for")
    for words in said:
        assert words in page, words


def test_opening_one_marks_it_and_leads_there(reader: FlaskClient):
    page = reader.get("/notices").text
    assert "(9 new)" in page
    way = re.search(r'action="(/notices/\d+)">.{0,400}joined A group', page, re.S)[1]
    opened = post(reader, way)
    assert opened.location.endswith("/members")
    assert "(8 new)" in reader.get("/notices").text


def test_all_are_read_up_to_what_was_shown(reader: FlaskClient, database: Database):
    last = re.search(r'name="last" value="(\d+)"', reader.get("/notices").text)[1]
    with database.transaction() as session:
        user_id = session.scalars(select(Notice.user_id).order_by(Notice.id.desc()).limit(1)).one()
        tell(session, [user_id], kinds.JOINED, "enrolment:0", now=NOW)
    post(reader, "/notices/seen", {"last": last})
    assert "(1 new)" in reader.get("/notices").text


def test_of_a_group_one_has_left_nothing_can_be_opened(app: Application, database: Database):
    gone = browser_of(app, database, reader_told_of_everything(database, live=False))
    ways = re.findall(r'action="(/notices/\d+)"', gone.get("/notices").text)
    places = {post(gone, way).location for way in ways}
    assert {place for place in places if place.startswith("/groups")} == set()


def test_the_same_is_told_once(database: Database):
    with database.transaction() as session:
        user = factories.make_user(session)
        for _ in range(2):
            tell(session, [user.id, user.id], kinds.JOINED, "enrolment:1", now=NOW)
        assert len(session.scalars(select(Notice).where(Notice.user_id == user.id)).all()) == 1


def test_a_page_of_many_asks_no_more_than_one_of_few(reader: FlaskClient, database: Database):
    def queries() -> int:
        with counted(database) as said:
            assert reader.get("/notices").status_code == 200
        return len(said)

    few = queries()
    with database.transaction() as session:
        user_id = session.scalars(select(Notice.user_id).order_by(Notice.id.desc()).limit(1)).one()
        group = factories.make_group(session, factories.make_bare_course(session))
        for _ in range(30):
            place = factories.make_enrolment(session, group=group)
            tell(session, [user_id], kinds.JOINED, f"enrolment:{place.id}", now=NOW)
    assert queries() == few
