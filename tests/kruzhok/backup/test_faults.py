"""What a site says and does where its database does not do what it must."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg.errors
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, insert
from sqlalchemy.exc import DBAPIError, OperationalError

from benchmarks.schemas import fill
from course.base.db import Database
from course.base.faults import Damaged, Fault, fault_of, refuse_damaged
from course.users.models import User
from kruzhok.commands import main
from kruzhok.migrations import TooNew, migrate, revision_of
from tests.conftest import NOW
from tests.kruzhok.backup.make import another, changed_in, everything_in
from tests.web import post

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
TYPED = "A name that is long enough to be worth keeping"


@pytest.fixture
def disk(database: Database) -> Iterator[Callable[[bool], None]]:
    """Give what fills the disk of DATABASE to the last byte (True), and makes room again (False)."""
    most = 2**31

    def limit(connection: Any, *_record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    def fill_up(full: bool) -> None:
        nonlocal most
        database.engine.dispose()  # connections to come have the new limit
        with closing(sqlite3.connect(database.engine.url.database or "")) as connection:
            connection.execute("VACUUM")  # no page is free
            most = connection.execute("PRAGMA page_count").fetchone()[0] if full else 2**31
        with suppress(OperationalError):
            while full:  # small rows, until the table takes none
                with database.transaction() as session:
                    session.execute(insert(User).values(created_at=NOW, active_on=NOW.date()))

    event.listen(database.engine, "connect", limit)
    yield fill_up
    event.remove(database.engine, "connect", limit)


@only_sqlite
def test_a_full_disk_refuses_what_is_sent_with_what_was_typed_and_takes_it_once_there_is_room(
    client: FlaskClient, disk: Callable[[bool], None]
) -> None:
    sent = {"email": "vera@example.org", "name": TYPED, "password": "a long pass phrase of hers"}
    disk(True)
    refused = post(client, "/sign-up", sent)
    assert refused.status_code == 503
    assert "Nothing can be saved at this moment" in refused.text
    assert TYPED in refused.text
    assert client.get("/").status_code == 200
    disk(False)
    assert post(client, "/sign-up", sent).status_code == 303


def overwritten(path: Path, start: int, end: int) -> None:
    content = bytearray(path.read_bytes())
    content[start:end] = b"\xa7" * (end - start)
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "its header": lambda path: overwritten(path, 0, 100),
    "a page": lambda path: overwritten(path, 4096 * 12, 4096 * 13),
    "its second half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "all of it": lambda path: path.write_bytes(b""),
}


@only_sqlite
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_refused_at_the_start_and_not_touched(database: Database, damage: str) -> None:
    migrate(database)  # a schema was there
    site, path = another(database), Path(database.engine.url.database or "")
    refuse_damaged(site)
    site.engine.dispose()
    DAMAGES[damage](path)
    content = path.read_bytes()
    with pytest.raises(Damaged):
        refuse_damaged(site)
    site.engine.dispose()
    assert path.read_bytes() == content


@only_sqlite
def test_a_database_that_is_damaged_while_it_serves_is_an_error_with_words(
    client: FlaskClient, database: Database
) -> None:
    database.engine.dispose()
    overwritten(Path(database.engine.url.database or ""), 4096, Path(database.engine.url.database or "").stat().st_size)
    answer = client.get("/courses/any")
    assert answer.status_code == 503
    assert "The site cannot read what it has stored" in answer.text


@only_sqlite
def test_a_command_says_in_one_sentence_what_is_wrong_with_the_database(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.engine.dispose()
    overwritten(Path(database.engine.url.database or ""), 0, 100)
    monkeypatch.setenv("KRUZHOK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("KRUZHOK_DATABASE_URL", database.engine.url.render_as_string())
    monkeypatch.setattr("sys.argv", ["kruzhok", "reindex"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("kruzhok: The database is damaged (file is not a database).")
    assert said.count("\n") == 1


def test_a_database_of_a_newer_program_is_refused_in_words(database: Database) -> None:
    with database.engine.begin() as connection:
        newest = revision_of(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNew, match="schema 9999"):
        migrate(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{newest}'")


#: A statement in the midst of a migration, and one at the end of another.
MOMENTS = ("CREATE TABLE article", "UPDATE alembic_version SET version_num='0009'")


class Killed(BaseException):
    """What ends a migration here as SIGKILL does in `benchmarks.durability`: nothing more is said to the database."""


def test_a_migration_that_was_killed_ends_the_next_time_where_an_undisturbed_one_does(
    target: Database, tmp_path: Path
) -> None:
    fill(target, "0001", tmp_path)
    before = everything_in(target)
    site, waiting = another(target), list(MOMENTS)

    def kill(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if waiting and waiting[0] in statement:
            raise Killed

    event.listen(site.engine, "before_cursor_execute", kill)
    while waiting:
        with pytest.raises(Killed):
            migrate(site)
        site.engine.dispose()
        waiting.pop(0)
    migrate(site)
    after = everything_in(site)
    assert changed_in(before, after) == []
    site.engine.dispose()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (psycopg.errors.DiskFull, Fault.full),
        (psycopg.errors.ReadOnlySqlTransaction, Fault.read_only),
        (psycopg.errors.IoError, Fault.read_only),
        (psycopg.errors.DataCorrupted, Fault.damaged),
        (psycopg.errors.IndexCorrupted, Fault.damaged),
        (psycopg.errors.AdminShutdown, Fault.away),
        (psycopg.errors.CannotConnectNow, Fault.away),
        (psycopg.errors.TooManyConnections, Fault.away),
        (psycopg.OperationalError, Fault.away),
        (psycopg.errors.UniqueViolation, None),
        (psycopg.errors.UndefinedTable, None),
    ],
)
def test_what_postgresql_says_is_told_as_what_is_wrong(error: type[Exception], fault: Fault | None) -> None:
    assert fault_of(DBAPIError("", {}, error())) is fault
