"""One linear history of the schema, run once under a lock before anything serves."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from course.base.db import Database
from course.base.errors import DomainError
from course.base.words import _

FOLDER = Path(__file__).parent
LOCK = 1917  #: of PostgreSQL's advisory locks


class NoFullTextSearch(DomainError):
    """An SQLite without the module that finds words."""

    title = _("This SQLite cannot search")


def is_in_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compared_to: Any) -> bool:
    """Say whether the models tell of that table or index: not of what a database keeps to find words by."""
    return kind not in {"table", "index"} or not (name or "").startswith("search_index")


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Return Alembic's configuration, to run on CONNECTION."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database) -> None:
    """Bring an empty or older DATABASE up to date; harmless when it is, and when two processes do it at once."""
    with _lock(database), database.engine.connect() as connection:
        # Tables are rebuilt by copying on SQLite, which foreign keys would turn into deletions.
        if database.engine.dialect.name == "sqlite":
            _ask_for_full_text_search(connection)
            # Past SQLAlchemy, which would begin a transaction first, and inside one the pragma does nothing.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = 0")  # type: ignore[union-attr]
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
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
def _lock(database: Database) -> Iterator[None]:
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            yield
            return
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        with open(f"{url.database}.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
