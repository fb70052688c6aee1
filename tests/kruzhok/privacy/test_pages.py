"""The pages of privacy: what they say is so, what is one's own can be taken away and erased, without JavaScript."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.limits import WINDOW
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.users.models import User
from course.users.sign_ins import PROVED
from kruzhok.privacy.keep import Keep
from kruzhok.privacy.retention import rules
from lessons.models import Draft
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post


@pytest.fixture
def place(database: Database) -> Enrolment:
    """Return a place alone in a course, with a draft."""
    with database.transaction() as session:
        place = factories.make_enrolment(session, factories.make_user(session, name="Ada", email="ada@example.org"))
        session.add(Draft(enrolment_id=place.id, place="prompt:1", text="What I began", saved_at=NOW))
    return place


def test_a_page_that_everybody_reads_says_what_is_forgotten_as_the_worker_does_it(client: FlaskClient):
    page = client.get("/privacy").text
    for rule in rules(Keep()):
        assert rule.what in page
    assert "is not said here" in page
    assert 'href="/privacy"' in client.get("/sign-in").text


def test_whoever_runs_the_site_says_so_and_how_long_things_are_kept(new_app: Application):
    given = {"operator": "The Reading Room, books@example.org", "keep": Keep(looks=77, accounts=18)}
    new_app.extensions["config"] = replace(new_app.extensions["config"], **given)
    page = new_app.test_client().get("/privacy").text
    assert "The Reading Room, books@example.org" in page
    assert "77 days" in page
    assert "18 months" in page


def test_ones_own_page_leads_to_all_three(app: Application, database: Database, place: Enrolment):
    client = browser_of(app, database, place.user_id)
    assert 'href="/me/data"' in client.get("/me").text
    page = client.get("/me/data").text
    assert 'href="/privacy"' in page
    assert 'href="/me/erase"' in page
    taken = post(client, "/me/data.zip")
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"].startswith("attachment; filename=kruzhok-")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        assert "What I began" in archive.read("writings/drafts.md").decode()


def proved(app: Application, database: Database, user_id: int) -> FlaskClient:
    """Return a client in which that user has just shown that it is them."""
    client = browser_of(app, database, user_id)
    with client.session_transaction() as cookie:
        cookie[PROVED] = int(datetime.now(UTC).timestamp())
    return client


def test_of_an_account_the_password_is_asked_for_once_more(app: Application, database: Database, place: Enrolment):
    client = browser_of(app, database, place.user_id)
    assert client.get("/me/erase").location == "/me/proof?next=/me/erase"
    assert post(client, "/me/erase", {"sure": "y"}).status_code == 403
    with database.transaction(writing=False) as session:
        assert session.get_one(User, place.user_id).email == "ada@example.org"


def test_one_erases_oneself_and_is_a_stranger_afterwards(app: Application, database: Database, place: Enrolment):
    client = proved(app, database, place.user_id)
    page = client.get("/me/erase").text
    assert "What you did: one draft." in page
    assert post(client, "/me/erase").status_code == 422
    done = post(client, "/me/erase", {"sure": "y"}, follow_redirects=True)
    assert "It is erased" in done.text
    assert client.get("/me/data").status_code == 401
    with database.transaction(writing=False) as session:
        assert session.get(User, place.user_id) is None
    again = {"email": "ada@example.org", "password": "a long enough phrase of words"}
    unknown = post(client, "/sign-in", again).text
    nobody = post(client, "/sign-in", again | {"email": "nobody@example.org"}).text
    assert without_email(unknown) == without_email(nobody)


def without_email(page: str) -> str:
    """Return PAGE without what was typed or drawn by chance."""
    return re.sub(r"(ada|nobody)@example\.org|value=\"[^\"]*\"", "", page)


def test_a_guest_erases_what_they_did_without_a_password(app: Application, database: Database):
    with database.transaction() as session:
        place = factories.make_enrolment(session, factories.make_guest(session))
    client = browser_of(app, database, place.user_id)
    assert "That you were here as a guest" in client.get("/me/erase").text
    assert post(client, "/me/erase", {"sure": "y"}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.get(User, place.user_id) is None


def test_the_only_organiser_says_who_is_to_hold_the_keys(app: Application, database: Database):
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        group, lonely = factories.make_group(session, course), factories.make_group(session, course, name="Left by all")
        mine = factories.make_enrolment(session, course=course, group=group, role=Role.tutor, organiser=True)
        heir = factories.make_enrolment(session, course=course, group=group)
        factories.make_enrolment(session, mine.user, course, group=lonely, organiser=True)
        factories.make_enrolment(session, course=course, group=lonely, left_at=NOW)
        other = factories.make_enrolment(session, course=course)
    client = proved(app, database, mine.user_id)
    assert "You are the last one in Left by all" in client.get("/me/erase").text
    for wrong in ({}, {f"heir-{group.id}": str(other.id)}):
        refused = post(client, "/me/erase", {"sure": "y"} | wrong)
        assert refused.status_code == 422
        assert "Choose who is to hold the keys" in refused.text
    assert post(client, "/me/erase", {"sure": "y", f"heir-{group.id}": str(heir.id)}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.get_one(Enrolment, heir.id).organiser
        assert session.get_one(StudyGroup, group.id).archived_at is None
        assert session.get_one(StudyGroup, lonely.id).archived_at is not None
        assert session.scalars(select(Enrolment).where(Enrolment.user_id == mine.user_id)).all() == []


def test_an_archive_is_not_made_over_and_over(app: Application, database: Database, place: Enrolment):
    client = browser_of(app, database, place.user_id)
    answers = [post(client, "/me/data.zip") for _once in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= WINDOW.total_seconds()
