"""How one likes to read is kept for the user, for a visitor in the browser, and comes along."""

import pytest
from flask.testing import FlaskClient

from course.base.db import Database
from course.users.models import User
from course.users.passwords import passwords_with
from tests.conftest import QUICK_HASHING
from tests.factories import make_user
from tests.web import post, token_of

PAGE = "/reading-settings"
SIGN_IN = {"email": "vera@example.org", "password": "a few words in a row"}
DARK = {"theme": "dark", "face": "", "size": "", "width": "", "pace": "150", "next": "/"}


def make_vera(database: Database, **columns: object) -> int:
    """Return the id of an account with a password."""
    with database.transaction() as session:
        hashed = passwords_with(QUICK_HASHING).hash(SIGN_IN["password"])
        return make_user(session, email=SIGN_IN["email"], password_hash=hashed, **columns).id


def kept(database: Database, user_id: int) -> tuple[object, int | None]:
    """Return what is kept with a user."""
    with database.transaction(writing=False) as session:
        user = session.get_one(User, user_id)
        return user.reading, user.pace


def test_an_account_keeps_its_own_in_every_browser(client: FlaskClient, database: Database, app) -> None:
    vera = make_vera(database)
    post(client, "/sign-in", SIGN_IN)
    assert post(client, PAGE, DARK).status_code == 303
    assert kept(database, vera) == ({"theme": "dark"}, 150)
    other = app.test_client()
    post(other, "/sign-in", SIGN_IN)
    assert 'data-theme="dark"' in other.get("/today").text
    assert 'value="150"' in other.get(PAGE).text


def test_a_visitor_keeps_theirs_in_the_browser_and_becomes_nobody(client: FlaskClient) -> None:
    post(client, PAGE, DARK)
    assert 'value="150"' in client.get(PAGE).text
    assert client.get("/me").status_code == 303


def test_settings_of_a_visitor_come_along_into_an_account_that_has_none(
    client: FlaskClient, database: Database
) -> None:
    vera = make_vera(database)
    post(client, PAGE, DARK)
    post(client, "/sign-in", SIGN_IN)
    assert kept(database, vera) == ({"theme": "dark"}, 150)


def test_an_account_with_settings_of_its_own_keeps_them(client: FlaskClient, database: Database) -> None:
    vera = make_vera(database, reading={}, pace=300)
    post(client, PAGE, DARK)
    post(client, "/sign-in", SIGN_IN)
    assert kept(database, vera) == ({}, 300)
    assert "data-theme" not in client.get("/today").text


def test_signing_up_brings_them_along(client: FlaskClient, database: Database) -> None:
    post(client, PAGE, DARK)
    post(client, "/sign-up", SIGN_IN | {"name": "Vera"})
    assert 'value="150"' in client.get(PAGE).text
    post(client, "/sign-out", {"csrf_token": token_of(client, "/me")})
    assert 'data-theme="dark"' in client.get("/sign-in").text


@pytest.mark.parametrize("pace", ["49", "1001", "0", "fast", "1e2", "-100", "٣٠٠"])
def test_a_pace_that_is_none_is_refused_and_stays_in_its_field(client: FlaskClient, pace: str) -> None:
    answer = post(client, PAGE, DARK | {"pace": pace})
    assert answer.status_code == 422
    assert "A whole number from 50 to 1000, or nothing." in answer.text
    assert f'value="{pace}"' in answer.text


def test_who_never_said_reads_as_their_browser_is_set(client: FlaskClient, database: Database) -> None:
    make_vera(database)
    post(client, "/sign-in", SIGN_IN)
    with client.session_transaction() as cookie:  # kept there before accounts had settings
        cookie["reading"] = {"theme": "dark"}
    assert 'data-theme="dark"' in client.get("/today").text
    post(client, PAGE, DARK | {"theme": "", "pace": ""})
    assert "data-theme" not in client.get("/today").text


def test_no_pace_leaves_it_to_the_course(client: FlaskClient, database: Database) -> None:
    vera = make_vera(database, pace=300)
    post(client, "/sign-in", SIGN_IN)
    assert post(client, PAGE, DARK | {"pace": " "}).status_code == 303
    assert kept(database, vera) == ({"theme": "dark"}, None)
