"""Letters on the site: how often one wants them, what the next would say, how they end."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.notices.models import Notice
from course.notices.records import JOINED, tell
from course.users.models import DigestKind, User
from kruzhok.digest.tokens import unsubscribe_token
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post


class Reader:
    """Anna, who has something to be told since yesterday, and her browser."""

    def __init__(self, app: Application, database: Database) -> None:
        self.database = database
        with database.transaction() as session:
            group = factories.make_group(session, factories.make_bare_course(session), name="The Thursday circle")
            place = factories.make_enrolment(session, factories.make_user(session, name="Anna"), group=group)
            other = factories.make_enrolment(session, factories.make_user(session, name="Nadezhda"), group=group)
            self.id, self.other, self.slug = place.user_id, other.id, group.slug
        self.client = browser_of(app, database, self.id)
        self.link = f"/unsubscribe/{unsubscribe_token(app.config['SECRET_KEY'], self.id)}"

    def tell(self) -> None:
        with self.database.transaction() as session:
            tell(session, [self.id], JOINED, f"enrolment:{self.other}", now=datetime.now(UTC))

    @property
    def wants(self) -> DigestKind:
        with self.database.transaction(writing=False) as session:
            return session.get_one(User, self.id).digest


@pytest.fixture
def reader(app: Application, database: Database) -> Reader:
    return Reader(app, database)


def test_the_page_says_what_a_letter_would_say_and_when_it_goes(reader: Reader, app: Application):
    app.config["SENDS_LETTERS"] = True
    reader.tell()
    page = reader.client.get("/digest").text
    assert "Nadezhda joined The Thursday circle." in page
    assert f'href="/groups/{reader.slug}/members"' in page
    assert "at 07:00 by your clock" in page


def test_looking_at_that_page_marks_nothing_as_seen(reader: Reader):
    reader.tell()
    for _time in range(2):
        assert "Nadezhda joined" in reader.client.get("/digest").text
    assert "New" in reader.client.get("/notices").text


def test_what_was_seen_or_mailed_is_not_on_that_page_any_more(reader: Reader):
    reader.tell()
    with reader.database.transaction() as session:
        session.scalars(select(Notice)).one().mailed_in = "<one@example.org>"
    assert "Nothing to say" in reader.client.get("/digest").text
    assert "Nadezhda joined" in reader.client.get("/notices").text


def test_where_no_server_is_configured_the_page_says_so(reader: Reader):
    assert "This site sends no letters yet" in reader.client.get("/digest").text


@pytest.mark.parametrize("kind", ["daily", "none", "weekly"])
def test_how_often_one_wants_letters_is_chosen_on_ones_own_page(reader: Reader, kind: str):
    told = {"name": "Anna", "zone": "UTC", "digest": kind}
    assert post(reader.client, "/me", told).status_code == 303
    assert reader.wants is DigestKind(kind)
    assert f'value="{kind}" checked' in reader.client.get("/me").text


def test_a_choice_that_is_none_is_refused_and_changes_nothing(reader: Reader):
    answer = post(reader.client, "/me", {"name": "Other", "zone": "UTC", "digest": "hourly"})
    assert answer.status_code == 422
    assert 'value="Other"' in answer.text
    assert (reader.wants, "Other" in reader.client.get("/me").text) == (DigestKind.weekly, False)


def test_a_form_from_before_there_was_that_choice_leaves_it(reader: Reader):
    assert post(reader.client, "/me", {"name": "Anna", "zone": "Europe/Berlin"}).status_code == 303
    assert reader.wants is DigestKind.weekly


def test_a_guest_is_not_asked(app: Application, database: Database):
    with database.transaction() as session:
        guest = factories.make_guest(session).id
    assert 'name="digest"' not in browser_of(app, database, guest).get("/me").text


def test_looking_at_the_link_ends_nothing(reader: Reader, client: FlaskClient):
    assert "Send me no more of them" in client.get(reader.link).text
    assert reader.wants is DigestKind.weekly


def test_one_click_of_a_mail_program_ends_letters_without_signing_in(reader: Reader, client: FlaskClient):
    answer = client.post(reader.link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert reader.wants is DigestKind.none
    assert "You get no more letters" in answer.text
    assert 'href="/me#digest-0"' in answer.text


def test_the_button_does_the_same_and_pressing_it_again_says_so(reader: Reader, client: FlaskClient):
    for _time in range(2):
        assert "You get no more letters" in post(client, reader.link).text
    assert "Send me no more of them" not in client.get(reader.link).text


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("end", ["x", ""])
def test_a_link_that_is_not_whole_is_answered_in_words(reader: Reader, client: FlaskClient, method: str, end: str):
    link = reader.link + end if end else reader.link[:-1]
    answer = getattr(client, method)(link)
    assert answer.status_code == 404
    assert "This link is not whole" in answer.text
    assert reader.wants is DigestKind.weekly


def test_a_link_signed_for_something_else_is_none(app: Application, reader: Reader, client: FlaskClient):
    other = unsubscribe_token("another secret of another site, 0123456789", reader.id)
    assert client.post(f"/unsubscribe/{other}").status_code == 404
    assert reader.wants is DigestKind.weekly


def test_the_link_of_somebody_who_was_erased_is_none(reader: Reader, client: FlaskClient):
    with reader.database.transaction() as session:
        user = session.get_one(User, reader.id)
        user.email, user.password_hash, user.erased_at = None, None, NOW
    assert client.get(reader.link).status_code == 404
