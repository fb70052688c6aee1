"""What is noted of a request: a reference that leads from a page to the log, and nothing that says whose it was."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from course.base.db import Database, db_session
from course.base.web import Application
from course.users.models import User
from kruzhok.operations.logs import JsonLines, PlainLines
from tests import factories
from tests.test_access import ACTING, LOOKING, browser_of, filled, make_world
from tests.web import post, token_of

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: What is typed into every field for words of the long session.
TYPED = "Nobody but me may read this"
#: What a program says about itself, and where it comes from.
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
ADDRESS = {"REMOTE_ADDR": "203.0.113.77"}


@contextmanager
def logged(formatter: logging.Formatter | None = None) -> Iterator[io.StringIO]:
    """Give what is logged in the block, as JSON lines or as FORMATTER writes them."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter or JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def lines_of(out: io.StringIO) -> list[dict[str, Any]]:
    """Return what stands in OUT, an object a line."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def breaks_with(words: str) -> str:
    """Fail as code does that quotes what it was given."""
    try:
        int(words)
    except ValueError as error:
        raise KeyError(words) from error
    return words


def doubles(email: str) -> str:
    """Fail as a database does that quotes what is there already."""
    for _time in range(2):
        db_session.execute(
            text("INSERT INTO \"user\" (email, name, created_at, active_on, zone, administrator) "
                 "VALUES (:email, 'x', :at, :day, 'UTC', :no)"),
            {"email": email, "at": "2026-11-23 14:02:00", "day": "2026-11-23", "no": False},
        )  # fmt: skip
    return email


@pytest.fixture
def broken(new_app: Application) -> FlaskClient:
    """Return a browser on a site two of whose pages break."""
    new_app.add_url_rule("/breaks/<words>", view_func=breaks_with)
    new_app.add_url_rule("/doubles/<email>", view_func=doubles, methods=["POST"])
    new_app.config["WTF_CSRF_ENABLED"] = False
    return new_app.test_client()


def test_every_answer_has_a_reference_of_its_own(client: FlaskClient) -> None:
    references = {client.get(path).headers["X-Request-Id"] for path in ("/", "/healthz", "/nothing", "/static/no.css")}
    assert len(references) == 4
    assert all(re.fullmatch("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", reference) for reference in references)


@ONE_DATABASE
def test_the_reference_of_a_proxy_is_kept_where_proxies_are_believed_and_it_is_sane(
    app: Application, client: FlaskClient
) -> None:
    def answered(said: str) -> str:
        return client.get("/healthz", headers={"X-Request-Id": said}).headers["X-Request-Id"]

    assert answered("from-a-stranger") != "from-a-stranger"
    app.extensions["config"] = replace(app.extensions["config"], proxies=1)
    assert answered("0f0c8a2e-77b1") == "0f0c8a2e-77b1"
    for insane in ("short", "x" * 65, "two words!", "anna@example.org", '"},{"level":"error"'):
        assert answered(insane) != insane


@ONE_DATABASE
def test_an_error_page_tells_the_reference_that_leads_to_its_line_in_the_log(client: FlaskClient) -> None:
    with logged() as out:
        answer = client.get("/courses/none-of-ours")
    (line,) = lines_of(out)
    assert f"Reference: {line['reference']}" in answer.text
    assert answer.headers["X-Request-Id"] == line["reference"]
    assert (line["route"], line["status"], line["method"]) == ("/courses/<course>", 404, "GET")


def test_a_line_says_what_a_request_cost(client: FlaskClient) -> None:
    with logged() as out:
        client.get("/sign-in")
        client.get("/")
    sign_in, front = lines_of(out)
    assert sign_in["queries"] == 0
    assert front["queries"] > 0
    assert 0 < front["ms"] < 60_000
    assert {"at", "level", "logger", "process", "message"} < front.keys()


@ONE_DATABASE
def test_what_comes_along_or_asks_again_and_again_leaves_a_line_only_where_it_went_wrong(client: FlaskClient) -> None:
    with logged() as out:
        for path in ("/healthz", "/readyz", "/static/kruzhok.css"):
            client.get(path).close()
        client.get("/static/none.css")
    assert [line["route"] for line in lines_of(out)] == ["/static/<path:filename>"]


@ONE_DATABASE
def test_what_strangers_type_as_method_or_path_is_in_no_line(client: FlaskClient) -> None:
    with logged() as out:
        client.open("/anna@example.org", method="ANNA")
        client.get("/reset/a-token?email=anna@example.org")
    assert [(line["method"], line["route"]) for line in lines_of(out)] == [("other", "none"), ("GET", "/reset/<token>")]
    assert "anna" not in out.getvalue().lower()


@ONE_DATABASE
@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()], ids=["json", "plain"])
def test_an_exception_is_told_with_its_reference_and_the_way_it_came_and_never_quotes(
    broken: FlaskClient, formatter: logging.Formatter
) -> None:
    with logged(formatter) as out:
        answer = broken.get(f"/breaks/{TYPED}")
    assert answer.status_code == 500
    reference = answer.headers["X-Request-Id"]
    assert f"Reference: {reference}" in answer.text
    assert out.getvalue().count(reference) == 2  # the exception's line, and the request's
    assert "KeyError" in out.getvalue()
    assert "ValueError" in out.getvalue()
    assert "in breaks_with: int(words)" in out.getvalue()
    assert TYPED not in out.getvalue()


def test_an_error_of_the_database_is_told_by_its_code_and_quotes_neither_row_nor_parameter(
    broken: FlaskClient, database: Database
) -> None:
    with logged() as out:
        assert broken.post("/doubles/anna@example.org").status_code == 500
    code = {"sqlite": "SQLITE_CONSTRAINT_UNIQUE", "postgresql": "23505"}[database.engine.dialect.name]
    assert code in {error.get("code") for error in lines_of(out)[0]["errors"]}
    assert "anna" not in out.getvalue()


def test_for_development_exceptions_are_told_whole() -> None:
    formatter = PlainLines(whole=True)
    try:
        breaks_with("these words")
    except KeyError as error:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "It broke", None, (type(error), error, None))
    assert "these words" in formatter.format(record)


def secrets_in(database: Database, names: dict[str, Any]) -> set[str]:
    """Return what no line may hold: e-mails and names of everybody, what opens doors, what was typed."""
    with database.transaction(writing=False) as session:
        people = session.execute(select(User.email, User.name).where(User.email.is_not(None))).all()
    opens = {str(names[name]) for name in ("token", "feed", "no_more")}
    return opens | {word for row in people for word in row if word} | {TYPED, BROWSER["User-Agent"], *ADDRESS.values()}


def walk(app: Application, database: Database, user_id: int | None, names: dict[str, Any]) -> int:
    """Open every page and send every form of the site as that user; return how many answers there were."""
    client = browser_of(app, database, user_id)
    token = token_of(client)
    for _endpoint, address, _statuses in LOOKING:
        client.get(filled(address, names), headers=BROWSER, environ_base=ADDRESS).close()
    for _endpoint, address, fields, _statuses in ACTING:
        form = {filled(name, names): filled(value, names) for name, value in fields.items()}
        form = {name: f"{TYPED} {value}" if " " in str(value) else value for name, value in form.items()}
        sent = {"csrf_token": token, "words": TYPED, **form}
        client.post(filled(address, names), data=sent, headers=BROWSER, environ_base=ADDRESS).close()
    return len(LOOKING) + len(ACTING)


@ONE_DATABASE
def test_the_log_of_a_long_session_names_nobody_and_nothing_that_was_typed(
    app: Application, database: Database, tmp_path: Path
) -> None:
    with database.transaction() as session:
        world = make_world(session)
        factories.make_user(session, email="vera.zasulich@example.org", name="Vera Zasulich")
    names = dict(world.names)
    with logged() as out, logged(PlainLines()) as plain:
        visitor = app.test_client()
        new = {"email": "olga@example.org", "name": "Olga Petrovna", "password": "correct horse battery staple"}
        post(visitor, "/sign-up", new)
        post(visitor, "/sign-out")
        post(visitor, "/sign-in", new | {"password": "wrong horse battery staple"})
        post(visitor, "/sign-in", new)
        post(visitor, "/reset", new)
        visitor.get("/search?q=Vera+Zasulich")
        answers = sum(walk(app, database, world.users[role], names) for role in ("student", "tutor", "administrator"))
        answers += walk(app, database, None, names)
    assert len(lines_of(out)) > answers * 0.9
    routes = {line.get("route") for line in lines_of(out)}
    assert {"/sign-in", "/reset", "/join/<token>", "/unsubscribe/<token>"} <= routes
    for forbidden in secrets_in(database, names) | {"horse battery", "Zasulich"}:
        for written in (out.getvalue(), plain.getvalue()):
            assert forbidden not in written, forbidden


@ONE_DATABASE
def test_what_is_too_large_is_read_to_its_end_so_that_the_answer_is_seen(client: FlaskClient) -> None:
    body = io.BytesIO(b"email=" + b"x" * 6 * 1024 * 1024)
    size = len(body.getvalue())
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(size)}
    answer = client.post("/sign-in", input_stream=body, environ_overrides=form)
    assert answer.status_code == 413
    assert "That was too much at once" in answer.text
    assert body.tell() == size
