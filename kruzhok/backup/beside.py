"""A fresh database beside the one in use, of the same kind, and putting it in its place in one go.

On SQLite it is a file in the same folder, on PostgreSQL a schema in the same database. What is replaced is kept under a
name with the moment in it, until who runs the site deletes it."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from course.base.db import APPLICATION, Database, make_engine
from course.base.errors import Conflict
from course.base.faults import file_of, is_damaged, note_used
from course.base.words import _
from kruzhok.backup.archive import fsync_folder
from kruzhok.migrations import locked

SCHEMA = "kruzhok_restoring"


class InUse(Conflict):
    """A database that a site is served from."""

    title = _("The site is being served")


def is_sqlite(database: Database) -> bool:
    """Return whether DATABASE is a file of SQLite."""
    return database.engine.dialect.name == "sqlite"


def path_of(database: Database) -> Path:
    """Return the file of an SQLite DATABASE that is one."""
    path = file_of(database)
    assert path is not None
    return path


def users_in(database: Database) -> int | None:
    """Return how many users DATABASE has, guests too; 0 where there is nothing yet, None where it cannot be read."""
    if is_sqlite(database) and not path_of(database).exists():
        return 0
    try:
        with database.transaction(writing=False) as session:
            return int(session.connection().exec_driver_sql('SELECT count(*) FROM "user"').scalar_one())
    except DBAPIError as error:
        return None if is_damaged(error) else 0
    finally:
        database.engine.dispose()


def refuse_in_use(database: Database) -> None:
    """Raise InUse where another process has DATABASE open."""
    if is_sqlite(database):
        if path_of(database).exists():
            with suppress(sqlite3.DatabaseError), closing(_alone(path_of(database))):
                pass
        return
    with database.engine.connect() as connection:
        others = connection.exec_driver_sql(OTHERS, {"name": APPLICATION}).scalar_one()
    database.engine.dispose()
    if others:
        raise InUse(_("Other processes have the database open. Stop every server and worker first."))


@contextmanager
def fresh(database: Database) -> Iterator[Database]:
    """Give an empty database beside DATABASE; what is left of it when the block ends is removed."""
    url = database.engine.url
    if is_sqlite(database):
        path = Path(f"{path_of(database)}.restoring")
        path.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(path))
    else:
        url = url.update_query_dict({"options": f"-csearch_path={SCHEMA}"})
        _run(database, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    beside = Database(make_engine(url.render_as_string(hide_password=False)))
    try:
        if is_sqlite(database):
            _remove(path)
        yield beside
    finally:
        beside.engine.dispose()
        if is_sqlite(database):
            _remove(path)
        else:
            _run(database, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", ".lock"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _run(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def put_in_place(database: Database, beside: Database, now: datetime) -> str | None:
    """Let what is in BESIDE be DATABASE; return under which name what was there is kept, None where nothing was."""
    beside.engine.dispose()  # its last connection leaves one whole file
    database.engine.dispose()
    with locked(database):  # whoever starts now waits, and then finds the new one
        if is_sqlite(database):
            kept = _replace_file(path_of(database), path_of(beside), f"before-{now:%Y%m%d-%H%M%S}")
            note_used(database)
            return kept
        return _replace_schema(database, f"before_{now:%Y%m%d_%H%M%S}")


def _alone(path: Path) -> sqlite3.Connection:
    """Return a connection that has the file at PATH for itself, with its log folded in: of a healthy one, that is all.

    Each process with an open connection holds a lock on the file, however idle, so leaving the log is refused."""
    connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise InUse(_("Another process has the database open. Stop the site first.")) from None
        raise
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _replace_file(path: Path, new: Path, kept: str) -> str | None:
    if not path.exists():
        os.replace(new, path)
        fsync_folder(path.parent)
        return None
    old = path.with_name(f"{path.name}.{kept}")
    alone: sqlite3.Connection | None = None
    try:
        alone = _alone(path)
    except sqlite3.DatabaseError:
        # It is damaged. Its log goes with it, before anything else: the new database must not be taken to be its.
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{path}{end}", f"{old}{end}")
    try:
        # At no moment is there no database: a start would make an empty one.
        try:
            os.link(path, old)
        except OSError:  # a file system without links
            shutil.copy2(path, old)
        os.replace(new, path)
        fsync_folder(path.parent)
    finally:
        if alone is not None:
            alone.close()
    return str(old)


#: How many other connections of ours a PostgreSQL database has, of whatever machine.
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND application_name = %(name)s"
)

#: What stands in a schema and belongs to no extension: what moves it, by kind. Sequences go with their tables.
THINGS = """
SELECT 'TABLE ' || oid::regclass FROM pg_class c WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
UNION ALL
SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc p WHERE pronamespace = %(schema)s::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""


def _replace_schema(database: Database, kept: str) -> str | None:
    with database.engine.begin() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        # Said in full from here on, whatever schema they stand in.
        connection.exec_driver_sql("SET LOCAL search_path = pg_catalog")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        old = list(connection.exec_driver_sql(THINGS, {"schema": schema}).scalars())
        if old:
            connection.exec_driver_sql(f"CREATE SCHEMA {kept}")
        moves = [(thing, kept) for thing in old]
        moves += [(thing, schema) for thing in connection.exec_driver_sql(THINGS, {"schema": SCHEMA}).scalars()]
        for thing, where in moves:
            connection.exec_driver_sql(f'ALTER {thing} SET SCHEMA "{where}"')
    return f"schema {kept}" if old else None
