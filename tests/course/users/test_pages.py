"""The pages of users, walked through without scripts."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Blueprint
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.base.db import Database, request_transaction
from course.base.jobs import Job
from course.base.web import Application
from course.users.guests import acting_user
from course.users.links import LINK, Letter, letter_with_link, new_setup_token
from course.users.models import SignIn, User
from course.users.passwords import passwords_with
from tests.conftest import NOW, QUICK_HASHING
from tests.factories import make_user
from tests.web import post, token_of

EMAIL, PASSWORD = "vera@example.org", "a few words in a row"
SIGN_IN = {"email": EMAIL, "password": PASSWORD}
SIGN_UP = SIGN_IN | {"name": "Vera"}


@pytest.fixture
def app(new_app: Application) -> Application:
    """Return a site with a page on which anybody can act, and say who acts."""
    bp = Blueprint("acting", __name__)

    @bp.post("/act")
    def act() -> str:
        from course.base.db import db_session

        return str(acting_user(db_session, now=NOW).id)

    new_app.register_blueprint(bp)
    return new_app


@pytest.fixture
def vera(database: Database) -> User:
    """Return somebody with an account."""
    with database.transaction() as session:
        return make_user(session, email=EMAIL, name="Vera", password_hash=passwords_with(QUICK_HASHING).hash(PASSWORD))


def count(database: Database, what: Any = User.id, *where: Any) -> int:
    """Return how many there are."""
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count(what)).where(*where)) or 0


def signed_in(client: FlaskClient) -> bool:
    """Return whether CLIENT is signed in."""
    return client.get("/me").status_code == 200


def letters(database: Database) -> list[Letter]:
    """Return the letters with a link that are sent by now."""
    with database.transaction() as session:
        asked = session.scalars(select(Job).where(Job.kind == LINK)).all()
        made = [letter_with_link(session, job.payload, now=datetime.now(UTC)) for job in asked]
    return [letter for letter in made if letter is not None]


def enter(client: FlaskClient, **data: str) -> TestResponse:
    """Sign in as Vera, or as the DATA say."""
    return post(client, "/sign-in", SIGN_IN | data)


def test_a_first_act_makes_a_guest_and_the_next_is_of_the_same(client, database):
    first = post(client, "/act")
    assert first.status_code == 200
    assert post(client, "/act").text == first.text
    assert count(database) == 1


def test_a_first_act_sent_twice_is_of_one_guest(app, client, database):
    token = token_of(client)
    cookie = client.get_cookie("kruzhok")
    assert cookie is not None
    answers = []
    for _ in range(2):
        browser = app.test_client()
        browser.set_cookie("kruzhok", cookie.value)
        answers.append(browser.post("/act", data={"csrf_token": token}).text)
    assert answers[0] == answers[1]
    assert count(database) == 1


def test_a_guest_who_signs_up_stays_who_they_are(client, database):
    guest = post(client, "/act").text
    answer = post(client, "/sign-up", SIGN_UP | {"next": "/me"})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert post(client, "/act").text == guest
    assert EMAIL in client.get("/me").text
    assert count(database) == 1


def test_what_was_typed_stays_where_something_was_wrong(client, database):
    answer = post(client, "/sign-up", {"email": "not an e-mail", "name": "Vera", "password": "qz7x"})
    assert answer.status_code == 422
    assert 'value="not an e-mail"' in answer.text
    assert 'value="Vera"' in answer.text
    assert 'id="email-error"' in answer.text
    assert 'id="password-error"' in answer.text
    assert "qz7x" not in answer.text
    assert count(database) == 0


def test_a_taken_email_is_said_beside_its_field_with_the_way_in(client, vera):
    answer = post(client, "/sign-up", SIGN_UP | {"email": "VERA@example.org", "password": "some other words"})
    assert answer.status_code == 409
    assert 'id="email-error"' in answer.text
    assert 'href="/sign-in?next=/"' in answer.text
    assert not signed_in(client)


def test_signing_up_twice_by_a_double_click_is_being_signed_in(app, client, database):
    token = token_of(client)
    cookie = client.get_cookie("kruzhok")
    assert cookie is not None
    for _ in range(2):
        browser = app.test_client()
        browser.set_cookie("kruzhok", cookie.value)
        assert browser.post("/sign-up", data=SIGN_UP | {"csrf_token": token}).status_code == 303
        assert signed_in(browser)
    assert count(database) == 1


def test_signing_in_rotates_the_token_and_signing_out_ends_it(app, client, database, vera):
    assert enter(client, next="/me").location == "/me"
    kept = client.get_cookie("kruzhok")
    assert kept is not None
    assert signed_in(client)
    assert post(client, "/sign-out", {"csrf_token": token_of(client, "/me")}).status_code == 303
    assert not signed_in(client)
    thief = app.test_client()
    thief.set_cookie("kruzhok", kept.value)
    assert not signed_in(thief)
    assert count(database, SignIn.id, SignIn.revoked_at.is_(None)) == 0


def test_the_database_does_not_know_the_token(client, database, vera):
    enter(client)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with database.transaction(writing=False) as session:
        assert session.scalars(select(SignIn.token_hash)).one() != token


@pytest.mark.parametrize("wrong", [{"password": "not these words"}, {"email": "nobody@example.org"}])
def test_wrong_email_and_wrong_password_look_the_same(client, vera, wrong):
    answer = enter(client, **wrong)
    assert answer.status_code == 422
    assert "E-mail or password is not right" in answer.text
    assert not signed_in(client)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(client, vera, target):
    assert enter(client, next=target).location == "/"


def test_too_many_tries_wait_and_keep_what_was_typed(client, vera):
    with time_machine.travel(datetime.now(UTC), tick=False):
        for _ in range(10):
            assert enter(client, password="wrong words").status_code == 422
        answer = enter(client)
    assert (answer.status_code, int(answer.headers["Retry-After"])) == (429, 1)
    assert f'value="{EMAIL}"' in answer.text
    assert not signed_in(client)


def test_an_old_hash_is_renewed_at_the_next_sign_in(app, client, database, vera):
    app.config["ARGON2"] = QUICK_HASHING | {"time_cost": 2}
    assert enter(client).status_code == 303
    with database.transaction(writing=False) as session:
        kept = session.get_one(User, vera.id).password_hash
    assert kept != vera.password_hash
    assert passwords_with(QUICK_HASHING).fits(kept, PASSWORD)


def test_a_guest_is_asked_before_leaving(client):
    post(client, "/act")
    assert signed_in(client)
    assert "lose" in post(client, "/sign-out", {"csrf_token": token_of(client, "/me")}).text
    assert signed_in(client)
    post(client, "/sign-out", {"csrf_token": token_of(client, "/me"), "confirmed": "y"})
    assert not signed_in(client)


def test_one_browser_signs_out_another(app, client, vera, database):
    other, stranger = app.test_client(), app.test_client()
    enter(client)
    enter(other)
    post(stranger, "/act")
    with database.transaction(writing=False) as session:
        theirs = session.scalars(select(SignIn.id).order_by(SignIn.id)).all()[1]
    url = f"/me/sign-ins/{theirs}/sign-out"
    assert url in client.get("/me").text
    assert post(stranger, url, {"csrf_token": token_of(stranger, "/me")}).status_code in {403, 404}
    assert post(client, url, {"csrf_token": token_of(client, "/me")}).status_code == 303
    assert signed_in(client)
    assert not signed_in(other)
    assert post(client, url, {"csrf_token": token_of(client, "/me")}).status_code == 404


def test_signing_out_everywhere_ends_every_browser(app, client, vera):
    other = app.test_client()
    enter(client)
    enter(other)
    post(client, "/me/sign-out-everywhere", {"csrf_token": token_of(client, "/me")})
    assert not signed_in(client)
    assert not signed_in(other)


def test_name_and_zone_are_changed_and_nonsense_is_refused(client, database, vera):
    enter(client)
    token = {"csrf_token": token_of(client, "/me")}
    assert post(client, "/me", token | {"name": "V. F.", "zone": "Asia/Tokyo"}).status_code == 303
    bad = post(client, "/me", token | {"name": "V. F.", "zone": "Mars/Olympus"})
    assert bad.status_code == 422
    assert 'id="zone-error"' in bad.text
    with database.transaction(writing=False) as session:
        user = session.get_one(User, vera.id)
        assert (user.name, user.zone) == ("V. F.", "Asia/Tokyo")


def test_a_new_password_asks_for_the_old_one_and_ends_other_browsers(app, client, vera):
    other = app.test_client()
    enter(client)
    enter(other)
    new = {"csrf_token": token_of(client, "/me"), "password": "quite other words"}
    wrong = post(client, "/me/password", new | {"old": "not my password"})
    assert wrong.status_code == 422
    assert 'id="old-error"' in wrong.text
    assert signed_in(other)
    assert post(client, "/me/password", new | {"old": PASSWORD}).status_code == 303
    assert signed_in(client)
    assert not signed_in(other)
    assert enter(other).status_code == 422
    assert enter(other, password="quite other words").status_code == 303


def test_the_answer_to_a_reset_is_the_same_with_and_without_account(client, database, vera):
    known = post(client, "/reset", {"email": EMAIL})
    unknown = post(client, "/reset", {"email": "wera@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(EMAIL, "") == unknown.text.replace("wera@example.org", "")
    assert [letter.to for letter in letters(database)] == [EMAIL]


def test_a_letter_leads_to_a_new_password_once(app, client, database, vera):
    app.config["SITE_URL"] = "https://kruzhok.example"
    post(client, "/reset", {"email": EMAIL})
    (letter,) = letters(database)
    (url,) = re.findall(r"https://kruzhok\.example(/reset/\S+)", letter.body)
    for _ in range(2):  # looking does not use it up
        assert f"For {EMAIL}." in client.get(url).text
    assert post(client, url, {"password": "short"}).status_code == 422
    assert post(client, url, {"password": "quite other words"}).status_code == 303
    assert signed_in(client)
    assert client.get(url).status_code == 410
    assert enter(app.test_client(), password="quite other words").status_code == 303


def test_the_first_administrator_comes_by_a_link(client, database):
    with database.transaction() as session:
        token = new_setup_token(session, datetime.now(UTC))
    url = f"/set-up/{token}"
    assert client.get(url).status_code == 200
    assert post(client, url, SIGN_UP | {"email": ""}).status_code == 422
    assert post(client, url, SIGN_UP).status_code == 303
    assert count(database, User.id, User.administrator) == 1
    assert client.get(url).status_code == 410
    assert client.get("/set-up/anything").status_code == 410


def test_a_guest_makes_an_account_by_the_link_for_the_first_administrator(client, database):
    post(client, "/act")
    with database.transaction() as session:
        url = f"/set-up/{new_setup_token(session, datetime.now(UTC))}"
    assert "Make the account" in client.get(url).text


def test_an_account_becomes_the_administrator_by_the_link(client, database, vera):
    with database.transaction() as session:
        url = f"/set-up/{new_setup_token(session, datetime.now(UTC))}"
    assert post(client, url, SIGN_UP).status_code == 409  # the account exists: sign in first
    enter(client)
    assert post(client, url, {"csrf_token": token_of(client, "/me")}).status_code == 303
    assert count(database, User.id, User.administrator) == 1


def test_how_one_likes_to_read_is_kept_for_visitors_too(client, database, vera):
    page = client.get("/reading-settings", headers={"Referer": "http://localhost/courses/x?group=y"}).text
    assert 'value="/courses/x?group=y"' in page
    chosen = {"theme": "dark", "face": "", "size": "large", "width": "", "next": "/me"}
    assert post(client, "/reading-settings", chosen).location == "/me"
    assert 'data-theme="dark"' in client.get("/sign-in").text
    assert post(client, "/reading-settings", chosen | {"theme": "pink"}).status_code == 422
    enter(client)
    post(client, "/sign-out", {"csrf_token": token_of(client, "/me")})
    assert 'data-size="large"' in client.get("/sign-in").text
    assert count(database) == 1


@pytest.mark.parametrize("url", ["/me", "/me/password", "/me/sign-out-everywhere", "/me/sign-ins/1/sign-out"])
def test_what_is_about_somebody_is_closed_to_visitors(client, url):
    assert post(client, url).status_code == 401


def test_a_cookie_that_is_broken_is_nobody(client, app):
    client.set_cookie("kruzhok", "broken")
    assert client.get("/sign-in").status_code == 200
    for nonsense in (7, ["x"], "x" * 5000, None):
        with client.session_transaction() as cookie:
            cookie["_user_id"] = cookie["guest_to_merge"] = cookie["reading"] = nonsense
        assert client.get("/me").status_code == 303


def test_who_acts_is_found_in_one_query(app, client, database, vera):
    from sqlalchemy import event

    enter(client)
    statements: list[str] = []

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    assert client.get("/me").status_code == 200
    event.remove(database.engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("SELECT")]) == 2  # who acts with the head, their sign-ins


def test_an_open_transaction_is_used_to_find_who_acts(app, database):
    with app.test_request_context(), request_transaction(database, writing=True) as session:
        guest = acting_user(session, now=NOW)
        assert acting_user(session, now=NOW) is guest
