"""The way of a request: transaction, headers, static files, errors as pages."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database, db_session
from course.base.errors import Conflict
from course.base.web import Application, after_page
from course.users.models import User
from tests.web import post

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def add_user() -> None:
    now = datetime.now(UTC)
    db_session.add(User(name="made by a view", created_at=now, active_on=now.date()))
    db_session.flush()


def users(database: Database) -> int:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def refuses() -> str:
    add_user()
    raise Conflict("No.")


def breaks() -> str:
    add_user()
    raise ZeroDivisionError


def refuses_one_of_ten() -> tuple[str, int]:
    add_user()
    return "nine are kept", 422


def leave_trace(session: Session) -> None:
    now = datetime.now(UTC)
    session.add(User(name="made by a look", created_at=now, active_on=now.date()))


def break_half_way(session: Session) -> None:
    leave_trace(session)
    session.flush()
    raise ZeroDivisionError


def looks() -> str:
    after_page(leave_trace)
    return "looked at"


def looks_twice() -> str:
    after_page(break_half_way)
    after_page(leave_trace)
    return "looked at"


def looks_in_vain() -> str:
    after_page(leave_trace)
    raise Conflict("No.")


@pytest.fixture
def app(new_app: Application) -> Application:
    """Return the site with some more views."""
    new_app.add_url_rule("/looks", view_func=looks)
    new_app.add_url_rule("/looks-twice", view_func=looks_twice)
    new_app.add_url_rule("/looks-in-vain", view_func=looks_in_vain)
    new_app.add_url_rule("/refuses", view_func=refuses, methods=["POST"])
    new_app.add_url_rule("/breaks", view_func=breaks, methods=["POST"])
    new_app.add_url_rule("/refuses-one", view_func=refuses_one_of_ten, methods=["POST"])
    return new_app


def test_what_a_view_did_is_kept_when_it_returns_whatever_the_status(client: FlaskClient, database: Database) -> None:
    assert post(client, "/refuses-one").status_code == 422
    assert users(database) == 1


def test_a_look_leaves_its_trace_after_the_page(client: FlaskClient, database: Database) -> None:
    assert client.get("/looks").text == "looked at"
    assert users(database) == 1


def test_a_trace_that_fails_is_logged_and_harms_neither_page_nor_other_trace(
    client: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/looks-twice")
    assert (answer.status_code, answer.text) == (200, "looked at")
    assert users(database) == 1
    assert [record.getMessage() for record in caplog.records] == ["A trace of a look at looks_twice was not written"]


def test_a_look_that_was_refused_leaves_no_trace(client: FlaskClient, database: Database) -> None:
    assert client.get("/looks-in-vain").status_code == 409
    assert users(database) == 0


def test_what_a_view_did_is_undone_when_it_raises(client: FlaskClient, database: Database) -> None:
    assert post(client, "/refuses").status_code == 409
    assert users(database) == 0


def test_a_mistake_of_ours_is_a_page_that_gives_back_what_was_typed(client: FlaskClient, database: Database) -> None:
    answer = post(client, "/breaks", {"essay": "A long answer that took me an hour to write."})
    assert answer.status_code == 500
    assert "A long answer that took me an hour to write." in answer.text
    assert "It was not saved. Copy it from here" in answer.text
    assert users(database) == 0


@ONE_DATABASE
def test_a_mistake_of_ours_speaks_of_nothing_typed_where_nothing_was(client: FlaskClient) -> None:
    answer = post(client, "/breaks")
    assert answer.status_code == 500
    assert "It has been noted." in answer.text
    assert not re.search(r"typed|wrote|written|Copy it", answer.text)


def test_the_page_s_script_is_answered_with_data(client: FlaskClient) -> None:
    answer = post(client, "/refuses", json=True)
    assert (answer.status_code, answer.json) == (409, {"problem": "No.", "url": "/refuses"})


@ONE_DATABASE
def test_a_form_without_its_token_is_refused_and_gives_back_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/refuses-one", data={"essay": "A long answer that took me an hour to write."})
    assert answer.status_code == 400
    assert "A long answer that took me an hour to write." in answer.text


@ONE_DATABASE
def test_a_password_is_never_given_back(client: FlaskClient) -> None:
    answer = client.post("/refuses-one", data={"password": "correct horse battery staple, and more"})
    assert "battery" not in answer.text


@ONE_DATABASE
def test_a_form_of_too_many_parts_is_refused_in_words_where_nothing_is_too(client: FlaskClient) -> None:
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="x-{n}"\r\n\r\n1\r\n' for n in range(2500))
    kind = "multipart/form-data; boundary=b"
    assert client.post("/nothing-here", data=f"{parts}--b--", content_type=kind).status_code in {404, 413}


@ONE_DATABASE
@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-here", "/healthz"])
def test_every_answer_has_a_policy_without_inline_scripts_or_styles(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@ONE_DATABASE
def test_no_page_has_a_style_or_script_inside(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert re.findall(r"<script(?![^>]*src=)", page) == []


@ONE_DATABASE
def test_static_files_are_kept_for_a_year_and_compressed(client: FlaskClient) -> None:
    address = re.search(r'href="(/static/kruzhok\.css\?v=[^"]+)"', client.get("/sign-in").text)
    assert address
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 20_000


@ONE_DATABASE
def test_a_static_file_is_not_kept_under_the_hash_of_another_version_of_it(client: FlaskClient) -> None:
    answer = client.get("/static/kruzhok.css?v=0123456789ab")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    answer.close()


@ONE_DATABASE
def test_a_static_path_outside_the_folder_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/../config.py").status_code == 404
    assert client.get("/static/%2e%2e/config.py").status_code == 404


@ONE_DATABASE
def test_an_unknown_address_is_a_page_of_the_house(client: FlaskClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


@ONE_DATABASE
def test_a_body_over_the_limit_is_413(client: FlaskClient) -> None:
    answer = post(client, "/refuses-one", {"essay": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "what you typed still stands there" in answer.text


@ONE_DATABASE
@pytest.mark.parametrize("cookie", ["x", "\ufffd" * 10, "e30.x.y", "." * 3000])
def test_a_cookie_of_nonsense_is_a_visitor(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("kruzhok", cookie)
    assert client.get("/sign-in").status_code == 200
