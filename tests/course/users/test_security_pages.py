"""The way into an account, walked through without scripts: who gets in, who has to wait, and what a stranger learns."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.errors import TooMany
from course.base.jobs import Job
from course.base.limits import TryCount
from course.base.web import Application
from course.users import guests, passwords
from course.users.letters import OWNER
from course.users.links import LINK, Letter, letter_with_link
from course.users.models import Act, AuditEntry, SignIn, User
from course.users.passwords import common_passwords, passwords_with
from course.users.second_step import begin, confirm, secret_of, step_of
from course.users.sign_ins import HALF_LASTS, PROOF_LASTS
from course.users.totp import PERIOD, code_at, step_at
from course.users.tries import OF_NETWORK_TO_ONE, TO_ONE
from tests.conftest import QUICK_HASHING, SECRET
from tests.factories import make_user
from tests.web import post, token_of

EMAIL, PASSWORD = "vera@example.org", "a few words in a row"
SIGN_IN = {"email": EMAIL, "password": PASSWORD}
STRANGER = "wera@example.org"


@pytest.fixture
def vera(database: Database) -> User:
    """Return somebody with an account."""
    with database.transaction() as session:
        return make_user(session, email=EMAIL, name="Vera", password_hash=passwords_with(QUICK_HASHING).hash(PASSWORD))


@pytest.fixture
def recovery(database: Database, vera: User) -> list[str]:
    """Return Vera's codes to recover: she shows a code when she signs in, since a while ago."""
    then = datetime.now(UTC) - timedelta(hours=1)
    with database.transaction() as session:
        secret = secret_of(begin(session, vera, [SECRET], now=then), [SECRET])
        assert secret
        return confirm(session, vera, [SECRET], code_at(secret, step_at(then)), now=then)


def code_of(database: Database, user: User, now: datetime | None = None) -> str:
    """Return the code that the telephone of USER shows."""
    with database.transaction(writing=False) as session:
        step = step_of(session, user.id)
        secret = secret_of(step, [SECRET]) if step else None
        assert secret
        return code_at(secret, step_at(now or datetime.now(UTC)))


def signed_in(client: FlaskClient) -> bool:
    """Return whether CLIENT is signed in."""
    return client.get("/me").status_code == 200


def sign_in(client: FlaskClient, network: str = "192.0.2.1", **data: str) -> TestResponse:
    """Sign in as Vera, or as the DATA say, from that NETWORK."""
    return post(client, "/sign-in", SIGN_IN | data, environ_base={"REMOTE_ADDR": network})


def fields(client: FlaskClient, **more: str) -> dict[str, str]:
    """Return what a form of a signed-in CLIENT carries."""
    return {"csrf_token": token_of(client, "/me")} | more


def told(database: Database) -> list[tuple[str, str]]:
    """Return to whom what was written about their account: the address, and the line that says it."""
    with database.transaction(writing=False) as session:
        letters = session.scalars(select(Job).where(Job.kind == OWNER).order_by(Job.id)).all()
    return [(letter.payload["to"], letter.payload["body"].splitlines()[2]) for letter in letters]


def sent(database: Database) -> Letter:
    """Return the letter with a link that was asked for last."""
    with database.transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == LINK).order_by(Job.id.desc())).first()
        letter = letter_with_link(session, job.payload, now=datetime.now(UTC)) if job else None
    assert letter
    return letter


def book(database: Database) -> list[Act]:
    """Return what was written into the book of acts."""
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


# What a stranger learns


@contextmanager
def watched(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note the work that is done: each statement without its values, each password hashed or compared."""
    done: list[str] = []

    def note_statement(*arguments: Any) -> None:
        done.append(re.sub(r"\s+", " ", arguments[2]))

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            done.append(name)
            return real(*arguments)

        return noted

    event.listen(database.engine, "before_cursor_execute", note_statement)
    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, noting(name, getattr(PasswordHasher, name)))
    yield done
    event.remove(database.engine, "before_cursor_execute", note_statement)


@pytest.mark.parametrize(
    ("page", "form", "letters"),
    [
        ("/sign-in", {"password": "not these words"}, False),
        ("/reset", {}, False),
        ("/reset", {}, True),
        ("/sign-up", {}, True),
    ],
)
def test_with_and_without_account_the_same_is_said_and_the_same_is_done(
    app: Application, database: Database, vera: User, monkeypatch: pytest.MonkeyPatch, page: str,
    form: dict[str, str], letters: bool,
) -> None:  # fmt: skip
    app.config["SENDS_LETTERS"] = letters
    passwords_with(QUICK_HASHING).fits(None, "whatever makes the first hash")
    answers, work = [], []
    for email in (EMAIL, STRANGER):
        client = app.test_client()
        # The token of a form says in which second it was made.
        with time_machine.travel(datetime.now(UTC).replace(minute=7), tick=False):
            token = token_of(client)
            with watched(database, monkeypatch) as done:
                answer = client.post(page, data=form | {"email": email, "csrf_token": token})
        monkeypatch.undo()
        answers.append((answer.status_code, answer.text.replace(email, "").replace(token, ""), answer.location))
        work.append(done)
        with database.transaction() as session:
            session.execute(TryCount.__table__.delete())
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert work[0].count("verify") == (page == "/sign-in")


def test_where_letters_are_sent_an_account_is_made_by_a_link_and_a_guest_stays_who_they_are(
    app: Application, client: FlaskClient, database: Database
) -> None:
    app.config |= {"SENDS_LETTERS": True, "SITE_URL": "https://kruzhok.example"}
    answer = post(client, "/sign-up", {"email": STRANGER, "next": "/groups"})
    assert answer.status_code == 200
    assert not signed_in(client)
    (url,) = re.findall(r"https://kruzhok\.example(/sign-up/\S+)", sent(database).body)
    assert client.get(url).status_code == 200
    assert post(client, url, {"name": "Wera", "password": STRANGER}).status_code == 422
    made = post(client, url, {"name": "Wera", "password": "quite other words", "next": "/groups"})
    assert (made.status_code, made.location) == (303, "/groups")
    assert signed_in(client)
    assert app.test_client().get(url).status_code == 410


# Who has to wait


def test_who_hammers_on_an_account_from_elsewhere_locks_out_no_browser_that_is_known(
    app: Application, client: FlaskClient, database: Database, vera: User
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        sign_in(client)
        post(client, "/sign-out", fields(client))
        attacker = app.test_client()
        for network in ("198.51.100.1", "198.51.100.2", "198.51.100.3"):
            for _ in range(OF_NETWORK_TO_ONE):
                assert sign_in(attacker, network, password="guessed").status_code == 422
        assert sign_in(attacker, "203.0.113.9", password="guessed").status_code == 429  # TO_ONE tries are used up
        assert sign_in(app.test_client(), "203.0.113.9").status_code == 429
        assert sign_in(client).status_code == 303  # from the very same moment on
    assert 3 * OF_NETWORK_TO_ONE == TO_ONE


def test_a_browser_that_is_known_guesses_no_faster_than_others(client: FlaskClient, vera: User) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sign_in(client)
        post(client, "/sign-out", fields(client))
        statuses = [sign_in(client, password="guessed").status_code for _ in range(11)]
        assert statuses == [422] * 10 + [429]
        clock.shift(1)
        assert sign_in(client).status_code == 303


def test_to_be_known_to_one_account_is_of_no_use_with_another(
    app: Application, client: FlaskClient, database: Database, vera: User
) -> None:
    with database.transaction() as session:
        make_user(session, email=STRANGER, password_hash=passwords_with(QUICK_HASHING).hash(PASSWORD))
    with time_machine.travel(datetime.now(UTC), tick=False):
        sign_in(client, email=STRANGER)
        post(client, "/sign-out", fields(client))
        statuses = [sign_in(client, password="guessed").status_code for _ in range(11)]
        assert statuses == [422] * 10 + [429]
        assert sign_in(app.test_client(), "192.0.2.1").status_code == 429  # it counts for everybody of that network


def test_a_class_that_signs_in_at_once_from_one_school_need_not_wait(
    app: Application, database: Database, vera: User
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert {sign_in(app.test_client()).status_code for _ in range(80)} == {303}


def test_no_address_and_no_name_is_kept_of_tries(client: FlaskClient, database: Database, vera: User) -> None:
    from hashlib import sha256

    sign_in(client, "192.0.2.77", password="guessed")
    with database.transaction(writing=False) as session:
        keys = set(session.scalars(select(TryCount.key)))
    guesses = [f"{what}:{who}" for what in ("password, network", "password, account") for who in ("192.0.2.77", EMAIL)]
    assert keys
    assert not keys & {sha256(guess.encode()).hexdigest() for guess in guesses}


def test_more_passwords_than_can_be_hashed_at_once_are_asked_to_come_again(
    client: FlaskClient, database: Database, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    with passwords._turn(), passwords._turn():
        assert sign_in(client).status_code == 503
    assert sign_in(client).status_code == 303


def test_each_sign_in_is_logged_whatever_came_of_it_and_nobody_is_named(
    app: Application, client: FlaskClient, vera: User, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False), caplog.at_level("INFO"):
        sign_in(client)
        sign_in(app.test_client(), email=STRANGER)
        for _ in range(11):
            sign_in(app.test_client(), password="guessed")
    said = [record.getMessage() for record in caplog.records if record.name == "course.users.pages"]
    wrong = [f"A wrong password for user {vera.id}"] * 10
    first = [f"User {vera.id} signed in with a password", "A wrong password for user nobody"]
    assert said == [*first, *wrong, f"Too many tries of a password for user {vera.id}"]
    assert not re.search(f"{EMAIL}|{STRANGER}|192\\.0\\.2", caplog.text)


def test_no_password_is_compared_inside_a_transaction(
    client: FlaskClient, database: Database, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_when_hashing = []

    def noting(real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            open_when_hashing.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]
            return real(*arguments)

        return noted

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, noting(getattr(PasswordHasher, name)))
    assert sign_in(client).status_code == 303
    new = {"password": "quite other words", "old": PASSWORD}
    assert post(client, "/me/password", fields(client) | new).status_code == 303
    assert set(open_when_hashing) == {0}
    assert len(open_when_hashing) >= 3


def test_thousands_of_the_passwords_tried_first_are_known() -> None:
    assert len(common_passwords()) > 3000
    assert min(map(len, common_passwords())) == passwords.SHORTEST


# The second step


def test_a_password_alone_is_not_enough_where_a_second_step_is_on(
    client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    answer = sign_in(client, next="/groups")
    assert answer.location == "/sign-in/code?next=/groups"
    assert not signed_in(client)
    assert post(client, "/sign-in/code", {"code": "12345"}).status_code == 422
    assert post(client, "/sign-in/code", {"code": code_of(database, vera), "next": "//evil.example"}).location == "/"
    assert signed_in(client)


def test_a_code_that_was_seen_over_a_shoulder_is_spent(
    app: Application, client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    thief, typed = app.test_client(), code_of(database, vera)
    for browser in (client, thief):
        sign_in(browser)
    assert post(client, "/sign-in/code", {"code": typed}).status_code == 303
    assert post(thief, "/sign-in/code", {"code": typed}).status_code == 422
    assert not signed_in(thief)


def test_a_code_to_recover_lets_in_and_the_owner_is_told(
    client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    sign_in(client)
    assert post(client, "/sign-in/code", {"code": recovery[0]}).status_code == 303
    assert told(database) == [(EMAIL, "Somebody signed in with one of your codes to recover. 9 are left.")]


def test_after_the_password_there_is_no_all_day_for_the_code(
    client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sign_in(client)
        clock.shift(HALF_LASTS)
        answer = post(client, "/sign-in/code", {"code": code_of(database, vera, datetime.now(UTC))})
    assert answer.location == "/sign-in?next=/"
    assert not signed_in(client)


def test_a_password_that_was_changed_in_the_meantime_is_no_half_of_anything(
    client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    sign_in(client)
    with database.transaction() as session:
        session.execute(update(User).values(password_hash=passwords_with(QUICK_HASHING).hash("quite other words")))
    assert post(client, "/sign-in/code", {"code": code_of(database, vera)}).status_code == 410
    assert not signed_in(client)


def test_guessing_codes_is_slow_and_the_owner_learns_of_it_once(
    app: Application, client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        sign_in(client)
        statuses = [post(client, "/sign-in/code", {"code": "000000"}).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert [(to, line.split(".")[0]) for to, line in told(database)] == [
        (EMAIL, "Somebody gave your password and then wrong codes, again and again")
    ]


def test_a_new_password_by_a_letter_does_not_go_round_the_second_step(
    app: Application, client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    post(client, "/reset", {"email": EMAIL})
    (url,) = re.findall(r"http://localhost(/reset/\S+)", sent(database).body)
    assert post(client, url, {"password": "quite other words"}).location == "/sign-in/code?next=/"
    assert not signed_in(client)
    assert post(client, "/sign-in/code", {"code": code_of(database, vera)}).status_code == 303
    assert signed_in(client)


def test_a_second_step_is_turned_on_and_off_with_what_shows_who_one_is(
    app: Application, client: FlaskClient, database: Database, vera: User
) -> None:
    other = app.test_client()
    sign_in(other)
    sign_in(client)
    post(client, "/me/second-step/begin", fields(client))
    page = client.get("/me/second-step")
    assert page.headers["Cache-Control"] == "no-store"
    assert "<svg" in page.text
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|<image|href=\"data:", page.text)
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert shown
    assert shown[1].replace(" ", "") in page.text.split("otpauth://totp/Kruzhok:vera@example.org?secret=")[1][:32]
    answer = post(client, "/me/second-step/confirm", fields(client, code=code_of(database, vera)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(re.findall(r"<code>(?:[a-z2-7]{4}-){5}[a-z2-7]{4}</code>", answer.text)) == 10
    assert signed_in(client)
    assert not signed_in(other)
    assert post(client, "/me/second-step/off", fields(client, old="not my password")).status_code == 422
    assert post(client, "/me/second-step/off", fields(client, old=PASSWORD)).status_code == 303
    assert sign_in(other).location == "/"
    assert book(database) == [Act.second_step_on, Act.second_step_off]
    assert [line.split(":")[0] for _to, line in told(database)] == [
        "A second step was turned on",
        "The second step was turned off",
    ]


# What matters is asked for twice


@pytest.mark.parametrize("page", ["/me/email", "/me/second-step"])
def test_who_sat_down_at_an_open_computer_does_not_change_the_way_in(
    client: FlaskClient, database: Database, vera: User, page: str
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sign_in(client)
        clock.shift(PROOF_LASTS)
        assert client.get(page).location == f"/me/proof?next={page}"
        assert post(client, "/me/email", fields(client, email=STRANGER)).status_code == 403
        assert post(client, "/me/second-step/begin", fields(client)).status_code == 403
        assert post(client, "/me/proof", fields(client, old="not my password")).status_code == 422
        assert client.get(page).status_code == 303
        assert post(client, f"/me/proof?next={page}", fields(client, old=PASSWORD)).location == page
        assert client.get(page).status_code == 200


def test_to_show_who_one_is_takes_the_code_too_and_changes_the_token(
    app: Application, client: FlaskClient, database: Database, vera: User, recovery: list[str]
) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False) as clock:
        sign_in(client)
        post(client, "/sign-in/code", {"code": code_of(database, vera, now)})
        kept = client.get_cookie("kruzhok")
        clock.shift(timedelta(seconds=5 * PERIOD))
        assert post(client, "/me/proof", fields(client, old=PASSWORD)).status_code == 422
        typed = code_of(database, vera, datetime.now(UTC))
        assert post(client, "/me/proof", fields(client, old=PASSWORD, code=typed)).status_code == 303
        assert signed_in(client)
        thief = app.test_client()
        assert kept
        thief.set_cookie("kruzhok", kept.value)
        assert not signed_in(thief)


@pytest.mark.parametrize("letters", [False, True])
def test_an_email_is_changed_at_once_or_by_a_link_and_the_old_one_is_told(
    app: Application, client: FlaskClient, database: Database, vera: User, letters: bool
) -> None:
    app.config["SENDS_LETTERS"] = letters
    sign_in(client)
    answer = post(client, "/me/email", fields(client, email="New@example.org"))
    if letters:
        assert answer.status_code == 200
        assert told(database) == []
        (url,) = re.findall(r"http://localhost(/me/email/\S+)", sent(database).body)
        visitor = app.test_client()
        assert visitor.get(url).status_code == visitor.get(url).status_code == 200  # looking changes nothing
        assert post(visitor, url).status_code == 303
    assert told(database) == [
        (EMAIL, "The e-mail of your account was changed to new@example.org. No more letters go to this one.")
    ]
    assert sign_in(app.test_client(), email="new@example.org").status_code == 303
    assert sign_in(app.test_client()).status_code == 422
    assert book(database) == [Act.email_changed]


def test_a_changed_password_changes_the_token_of_this_browser(
    app: Application, client: FlaskClient, database: Database, vera: User
) -> None:
    sign_in(client)
    kept = client.get_cookie("kruzhok")
    new = {"old": PASSWORD, "password": "quite other words"}
    assert post(client, "/me/password", fields(client) | new).status_code == 303
    assert signed_in(client)
    thief = app.test_client()
    assert kept
    thief.set_cookie("kruzhok", kept.value)
    assert not signed_in(thief)
    assert "The password was changed" in client.get("/me/security").text
    assert told(database) == [(EMAIL, "Your password was changed, and every other browser signed out.")]


def test_one_s_account_shows_what_was_done_to_it_and_nothing_of_others(
    app: Application, client: FlaskClient, database: Database, vera: User
) -> None:
    with database.transaction() as session:
        other = make_user(session, email=STRANGER)
        for about in (vera.id, other.id):
            entry = AuditEntry(at=datetime.now(UTC), in_shell=True, act=Act.administrator_made, about_id=about)
            session.add(entry)
    sign_in(client)
    assert client.get("/me/security").text.count("in the shell of the site") == 1


def test_the_last_day_of_a_sign_in_is_that_of_an_act_and_not_of_a_look(
    client: FlaskClient, database: Database, vera: User
) -> None:
    def last_on() -> list[Any]:
        with database.transaction(writing=False) as session:
            return list(session.scalars(select(SignIn.last_on)))

    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        clock.shift(timedelta(days=3))
        client.get("/me")
        assert last_on() == [start.date()]
        post(client, "/me", fields(client, name="Vera", zone="UTC", digest="none"))
        assert last_on() == [(start + timedelta(days=3)).date()]
        clock.shift(timedelta(days=91))
        assert not signed_in(client)


def test_many_guests_from_one_network_are_too_many(
    app: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "MOST_FROM_NETWORK", 2)
    now = datetime.now(UTC)

    def first_act(network: str) -> None:
        with app.test_request_context(environ_base={"REMOTE_ADDR": network}), database.transaction() as session:
            guests.acting_user(session, now=now)

    for _ in range(2):
        first_act("2001:db8::1")
    with pytest.raises(TooMany):
        first_act("2001:db8::2")
    first_act("192.0.2.1")
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(User.id))) == 3
