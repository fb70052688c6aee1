"""One linear history of the schema, run once under a lock before anything serves."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from course.base.db import Database
from course.base.errors import DomainError
from course.base.faults import file_of, lock_of, note_used, refuse_emptied
from course.base.words import _

FOLDER = Path(__file__).parent
LOCK = 1917  #: of PostgreSQL's advisory locks


class NoFullTextSearch(DomainError):
    """An SQLite without the module that finds words."""

    title = _("This SQLite cannot search")


class TooNew(DomainError):
    """A database that a newer program has brought further."""

    title = _("This database is of a newer Kruzhok")


def is_in_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compared_to: Any) -> bool:
    """Say whether the models tell of that table or index: not of what a database keeps to find words by."""
    return kind not in {"table", "index"} or not (name or "").startswith("search_index")


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Return Alembic's configuration, to run on CONNECTION."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def knows(revision: str) -> bool:
    """Return whether REVISION is one of this program's history; one of a newer program is not."""
    try:
        return ScriptDirectory.from_config(alembic_config()).get_revision(revision) is not None
    except CommandError:
        return False


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema that CONNECTION finds; None where there is none yet."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Bring an empty or older DATABASE up to date, or up to REVISION.

    Harmless when it is, when two processes do it at once, and when one is killed in the midst of it: each step is a
    transaction, and what was begun and not finished is done by whoever starts next. Raises TooNew for a database of a
    newer program."""
    with locked(database):
        refuse_emptied(database)  # before a connection makes a new database of it
        _bring_to(database, revision)
        note_used(database)


def _bring_to(database: Database, revision: str) -> None:
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "sqlite":
            _ask_for_full_text_search(connection)
        there = revision_of(connection)
        connection.rollback()
        if there is not None and not knows(there):
            message = _("The database is of a newer Kruzhok (schema {revision}). Use that version, or a newer one.")
            raise TooNew(message.format(revision=there))
        with past_transactions(connection):
            command.upgrade(alembic_config(connection), revision)
            connection.commit()


@contextmanager
def past_transactions(connection: Connection) -> Iterator[None]:
    """Let SQLite follow no foreign keys on CONNECTION: tables are rebuilt by copying, which would delete rows by them.

    The connection is of no more use after the block. On PostgreSQL nothing is different."""
    if connection.dialect.name == "sqlite":
        # Past SQLAlchemy, which would begin a transaction first, and inside one the pragma does nothing.
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = 0")  # type: ignore[union-attr]
    try:
        yield
    finally:
        connection.invalidate()  # it forgot foreign keys; the pool makes a new one


def _ask_for_full_text_search(connection: Connection) -> None:
    try:
        connection.exec_driver_sql("SELECT fts5_source_id()")
    except OperationalError:
        message = _(
            "Kruzhok finds words with FTS5, and the SQLite of this Python was built without it. Use a Python from"
            " python.org or of a distribution, or a PostgreSQL (KRUZHOK_DATABASE_URL)."
        )
        raise NoFullTextSearch(message) from None
    connection.rollback()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Let no other process migrate or replace DATABASE while the block runs; who is second waits."""
    if database.engine.dialect.name == "sqlite":
        if (path := file_of(database)) is None:
            yield
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock_of(path).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with database.engine.begin() as connection:
        # Held by a transaction, which a pool in between leaves on one connection. It waits for as long as it takes,
        # and is idle for as long as a migration takes, whatever else the server ends.
        for timeout in ("idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {timeout} = 0")
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield
