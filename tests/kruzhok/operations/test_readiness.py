"""Whether a process answers, and whether it is ready for people: for balancers, which are told nothing else."""

import errno

import pytest
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy import text

from course.base.db import Database, make_engine
from course.base.web import Application
from kruzhok.migrations import alembic_config
from kruzhok.operations import readiness
from kruzhok.operations.readiness import known_revisions
from tests.test_queries import counted
from tests.web import post

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def away(database: Database) -> Database:
    """Return a database like DATABASE where nobody answers."""
    if database.engine.dialect.name == "sqlite":
        return Database(make_engine("sqlite:////nowhere/kruzhok.db"))
    return Database(make_engine("postgresql+psycopg://kruzhok:a-password@127.0.0.1:9/kruzhok"))


def set_revision(database: Database, revision: str) -> None:
    """Let DATABASE say that its schema is at REVISION."""
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_the_newest_revision_is_the_head_of_the_history() -> None:
    assert known_revisions()[-1] == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_a_site_on_its_database_is_ready_for_one_query(client: FlaskClient, database: Database) -> None:
    with counted(database) as said:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.text, len(said)) == (200, "ready\n", 1)
    assert "Set-Cookie" not in answer.headers


def test_a_process_answers_whatever_became_of_the_database(app: Application, database: Database) -> None:
    app.extensions["database"] = away(database)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Set-Cookie" not in answer.headers


def test_without_its_database_a_site_is_not_ready_and_tells_strangers_no_more(
    app: Application, database: Database
) -> None:
    app.extensions["database"] = away(database)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: the database does not answer\n")


@pytest.mark.parametrize("older", [known_revisions()[-2], None], ids=["older", "empty"])
def test_on_a_database_that_was_not_brought_up_to_date_a_site_is_not_ready(
    client: FlaskClient, database: Database, older: str | None
) -> None:
    if older:
        set_revision(database, older)
    else:
        with database.transaction() as session:
            session.execute(text("DROP TABLE alembic_version"))
    try:
        answer = client.get("/readyz")
    finally:
        with database.transaction() as session:
            session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
            session.execute(text("DELETE FROM alembic_version"))
            newest = {"revision": known_revisions()[-1]}
            session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), newest)
    assert (answer.status_code, answer.text) == (503, "not ready: the database is not up to date\n")


@ONE_DATABASE
def test_on_a_database_that_a_newer_version_brought_further_the_old_code_goes_on(
    client: FlaskClient, database: Database
) -> None:
    set_revision(database, "9999")
    assert client.get("/readyz").status_code == 200


@ONE_DATABASE
def test_where_the_disk_of_the_database_takes_no_more_a_site_is_not_ready(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_told: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(readiness.tempfile, "TemporaryFile", full)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: the disk cannot be written\n")


def test_without_its_database_a_page_says_so_in_the_house_s_words_with_what_was_typed(
    app: Application, client: FlaskClient, database: Database
) -> None:
    post(client, "/sign-up", {"email": "a@example.org", "name": "Anna", "password": "correct horse battery staple"})
    there = app.extensions["database"]
    app.extensions["database"] = away(database)
    app.config["WTF_CSRF_ENABLED"] = False
    typed = "A long answer that took me an hour to write."
    looked, answer = client.get("/today"), client.post("/courses/a/lessons/b/prompts/c", data={"text": typed})
    app.extensions["database"] = there
    assert (looked.status_code, answer.status_code) == (503, 503)
    assert looked.headers["Retry-After"] == "5"
    assert "The site is busy at this moment" in looked.text
    assert f"Reference: {answer.headers['X-Request-Id']}" in answer.text
    assert typed in answer.text
    assert "kruzhok.css" in answer.text
    assert "Sign in" not in answer.text  # nobody knows whether they are
