"""`kruzhok doctor`: one line for what was looked at, and how to mend it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from course.base.db import Database
from course.base.jobs import Job, add_job
from course.base.mail import MailServer
from kruzhok.backup.trace import LastBackup, note_backup
from kruzhok.commands import cli
from kruzhok.operations.examining.finding import Finding
from kruzhok.operations.examining.machine import examine
from kruzhok.operations.readiness import known_revisions
from tests import factories
from tests.conftest import SECRET
from tests.sink import Sink, sink

__all__ = ["sink"]

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: The server of the tests is told to be quick, and an operator should be told of that.
QUICK = "fsync is off; full_page_writes is off; synchronous_commit is off"


def file_of(database: Database) -> Path:
    """Return the file of a database on SQLite."""
    return Path(database.engine.url.database or "")


@pytest.fixture
def environment(tmp_path: Path, database: Database, sink: tuple[MailServer, Sink]) -> dict[str, str]:
    """Return the settings of a site that wants for nothing."""
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text(SECRET)
    if database.engine.dialect.name == "sqlite":
        file_of(database).chmod(0o600)
    note_backup(tmp_path, LastBackup(datetime.now(UTC), "/srv/backup", 1, 1))
    with database.transaction() as session:
        now = datetime.now(UTC)
        factories.make_user(session, administrator=True)
        add_job(session, "daily", {}, run_at=now + timedelta(hours=5))
    return {
        "KRUZHOK_INSTANCE": str(tmp_path),
        "KRUZHOK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "KRUZHOK_SMTP_URL": sink[0].url,
        "KRUZHOK_MAIL_FROM": "kruzhok@example.org",
        "KRUZHOK_SITE_URL": "https://course.example.org",
        "KRUZHOK_PROXIES": "1",
    }


def looked(environment: dict[str, str], now: datetime | None = None) -> list[Finding]:
    """Return what is found, without that the tests may run as root and on a disk without much room."""
    found = examine(environment, now=now or datetime.now(UTC))
    return [finding for finding in found if finding.about not in {"account", "disk"}]


def troubles(environment: dict[str, str], now: datetime | None = None) -> set[tuple[str, str]]:
    """Return what is not well and how bad that is; each must say how to mend it."""
    found = [finding for finding in looked(environment, now) if finding.state != "ok" and finding.said != QUICK]
    assert all(finding.mend for finding in found)
    return {(finding.about, finding.state) for finding in found}


def test_of_a_site_that_is_well_nothing_is_to_be_mended(environment: dict[str, str]) -> None:
    assert troubles(environment) == set()
    looked_at = {finding.about for finding in looked(environment)}
    wanted = {
        "settings",
        "address",
        "time zones",
        "static files",
        "mail",
        "database",
        "schema",
        "worker",
        "clock",
        "backup",
    }
    assert wanted <= looked_at


def test_a_postgresql_that_may_lose_a_commit_is_told_of(environment: dict[str, str], database: Database) -> None:
    durable = next(finding for finding in looked(environment) if finding.about == "database, settings")
    expected = ("ok", "a commit survives a power cut") if database.engine.dialect.name == "sqlite" else ("fail", QUICK)
    assert (durable.state, durable.said) == expected


@ONE_DATABASE
@pytest.mark.parametrize(
    ("setting", "value", "trouble"),
    [
        ("KRUZHOK_SMPT_URL", "smtp://localhost", ("settings", "warn")),
        ("KRUZHOK_PROXIES", "many", ("settings", "fail")),
        ("KRUZHOK_PROXIES", "0", ("address", "warn")),
        ("KRUZHOK_SITE_URL", "http://course.example.org", ("address", "fail")),
        ("KRUZHOK_DEVELOPMENT", "1", ("address", "fail")),
        ("KRUZHOK_SMTP_URL", "smtp://127.0.0.1:9", ("mail", "fail")),
        ("KRUZHOK_SMTP_URL", "", ("mail", "warn")),
        ("KRUZHOK_MAIL_FROM", "", ("mail", "warn")),
        ("KRUZHOK_DATABASE_URL", "sqlite:////nowhere/kruzhok.db", ("database", "fail")),
        ("KRUZHOK_DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/kruzhok", ("database", "fail")),
    ],
)
def test_a_setting_that_is_not_right_is_told_of(
    environment: dict[str, str], setting: str, value: str, trouble: tuple[str, str]
) -> None:
    assert trouble in troubles(environment | {setting: value})


def an_older_schema(database: Database, _instance: Path) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": known_revisions()[-2]})


def a_job_that_waits(database: Database, _instance: Path) -> None:
    with database.transaction() as session:
        add_job(session, "mail", {}, run_at=datetime.now(UTC) - timedelta(hours=1))


def a_job_given_up(database: Database, _instance: Path) -> None:
    with database.transaction() as session:
        session.add(Job(kind="mail", payload={}, run_at=datetime.now(UTC), failed_at=datetime.now(UTC), error="no"))


def no_worker_ever(database: Database, _instance: Path) -> None:
    with database.transaction() as session:
        session.execute(text("DELETE FROM job"))


def nobody(database: Database, _instance: Path) -> None:
    with database.transaction() as session:
        session.execute(text('UPDATE "user" SET administrator = false'))


def an_old_backup(_database: Database, instance: Path) -> None:
    note_backup(instance, LastBackup(datetime.now(UTC) - timedelta(days=30), "/srv/backup", 1, 1))


def no_backup(_database: Database, instance: Path) -> None:
    (instance / "last-backup.json").unlink()


@pytest.mark.parametrize(
    ("made", "trouble"),
    [
        (an_older_schema, ("schema", "fail")),
        (a_job_that_waits, ("worker", "fail")),
        (a_job_given_up, ("jobs", "warn")),
        (no_worker_ever, ("worker", "warn")),
        (nobody, ("administrators", "warn")),
        (an_old_backup, ("backup", "warn")),
        (no_backup, ("backup", "warn")),
    ],
)
def test_what_is_not_well_is_told_of(
    environment: dict[str, str],
    database: Database,
    tmp_path: Path,
    made: Callable[[Database, Path], None],
    trouble: tuple[str, str],
) -> None:
    made(database, tmp_path)
    try:
        assert troubles(environment) == {trouble}
    finally:  # the next test gets the same PostgreSQL
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": known_revisions()[-1]})


def test_a_clock_that_is_behind_what_is_stored_is_told_of(environment: dict[str, str], database: Database) -> None:
    with database.transaction() as session:
        factories.make_user(session, created_at=datetime.now(UTC))
    behind = troubles(environment, datetime.now(UTC) - timedelta(days=2))
    assert ("clock", "fail") in behind


@ONE_DATABASE
def test_rights_that_let_others_read_are_told_of(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    (tmp_path / "secret").chmod(0o644)
    file_of(database).chmod(0o640)
    assert troubles(environment) == {("secret, its rights", "fail"), ("kruzhok.db, its rights", "warn")}


@ONE_DATABASE
def test_a_damaged_database_is_told_of(environment: dict[str, str], database: Database) -> None:
    database.engine.dispose()
    with file_of(database).open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 20_000)
    assert {("database, whole", "fail"), ("database", "fail")} & troubles(environment)


@ONE_DATABASE
def test_the_command_prints_lines_or_json_and_fails_where_something_must_be_mended(environment: dict[str, str]) -> None:
    run = CliRunner(env=environment)
    well = run.invoke(cli, ["doctor"])
    assert well.exit_code == 0, well.output
    assert "ok    mail: the mail server answers\n" in well.output
    broken = run.invoke(cli, ["doctor", "--format", "json"], env={"KRUZHOK_SMTP_URL": "smtp://127.0.0.1:9"})
    assert broken.exit_code == 1
    told = json.loads(broken.output)
    assert told["failed"] == 1
    (mail,) = (finding for finding in told["findings"] if finding["state"] == "fail")
    assert (mail["about"], mail["said"]) == ("mail", "the mail server does not take letters: ConnectionRefusedError")
