"""No address of a computer is kept: not in the database, not in the log, not in a letter."""

import ipaddress
import logging
import re
from datetime import UTC, datetime

import pytest

from course.base.db import Database
from course.base.jobs import run_due_jobs
from course.base.web import Application
from kruzhok.commands import serve
from kruzhok.config import Config
from kruzhok.worker import work_for
from tests import factories
from tests.kruzhok.privacy.whole import all_words
from tests.web import post

#: One that stands nowhere by chance.
ADDRESS, SIX = "203.0.113.77", "2001:db8:77:77::77"


@pytest.mark.parametrize("address", [ADDRESS, SIX])
def test_what_is_tried_from_an_address_leaves_none(
    app: Application, database: Database, config: Config, caplog: pytest.LogCaptureFixture, address: str
):
    caplog.set_level(logging.DEBUG)
    with database.transaction() as session:
        factories.make_user(session, email="ada@example.org")
    client = app.test_client()
    from_there = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": address}
    for page, sent in (
        ("/sign-in", {"email": "ada@example.org", "password": "not the one of Ada"}),
        ("/sign-up", {"email": "eva@example.org", "name": "Eva", "password": "a long enough phrase of words"}),
        ("/reset", {"email": "ada@example.org"}),
    ):
        post(client, page, sent, environ_overrides=from_there)
    client.get("/no-such-page", environ_overrides=from_there)
    with database.transaction(writing=False) as session:
        stored = all_words(session)
    run_due_jobs(database, work_for(config), now=lambda: datetime.now(UTC))
    letters = [letter.read_text() for letter in (config.instance / "letters").iterdir()]
    assert "try_count.key: " in stored
    assert letters
    for said in (stored, caplog.text, *letters):
        assert address not in said
        assert ipaddress.ip_address(address).exploded not in said


def keys_after_a_try(app: Application, database: Database, secret: str) -> set[str]:
    """Return the keys under which a try is counted by a site of that SECRET."""
    before, app.secret_key = app.secret_key, secret
    try:
        wrong = {"email": "ada@example.org", "password": "not the one of Ada"}
        post(app.test_client(), "/sign-in", wrong, environ_overrides={"REMOTE_ADDR": ADDRESS})
    finally:
        app.secret_key = before
    with database.transaction(writing=False) as session:
        return set(re.findall(r"try_count\.key: (\w+)", all_words(session)))


def test_an_address_cannot_be_found_again_by_trying_all_without_the_secret_of_the_site(
    app: Application, database: Database
):
    first = keys_after_a_try(app, database, "one secret, 0123456789 abcdefghijkl")
    both = keys_after_a_try(app, database, "another secret, 0123456789 abcdefgh")
    assert len(both) == 2 * len(first)  # what is counted hangs on the secret, all of it


def test_the_server_writes_no_log_of_who_asks(monkeypatch: pytest.MonkeyPatch):
    given: dict[str, object] = {}

    class Server:
        def __init__(self, *_target: object, **options: object) -> None:
            given.update(options)

        def serve(self, *_more: object, **_named: object) -> None:
            pass

    monkeypatch.setattr("granian.Granian", Server)
    monkeypatch.setattr("multiprocessing.set_start_method", lambda *_said, **_more: None)
    serve._serve_web("127.0.0.1", 8000, 1, None, stopping=lambda: None)
    assert given["log_access"] is False
