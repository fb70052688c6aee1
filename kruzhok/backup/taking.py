"""Making a backup: everything as it is at one moment, while others go on writing."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from course.base.db import Database
from course.base.errors import DomainError
from course.base.words import _, plural
from kruzhok.backup.archive import (
    SECRET,
    Manifest,
    Said,
    check,
    mark_of,
    whole_file,
    write_manifest,
    write_rows,
)
from kruzhok.backup.rows import kinds_of, rows_of, tables_of
from kruzhok.migrations import revision_of

#: Of a table with so many rows it is said that it is done.
WORTH_SAYING = 50_000


class NothingToBackUp(DomainError):
    """A database without tables of ours."""

    title = _("There is nothing to back up")


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Give a connection to which the database stays as it is at its first question; it can only read."""
    options: dict[str, Any] = {"writing": False}
    if database.engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection:
        yield connection
        connection.rollback()


def take_backup(
    database: Database, secret: str, path: Path, *, with_secret: bool, now: datetime, said: Said = lambda _words: None
) -> Manifest:
    """Write all of DATABASE, in the schema it has, to PATH, and the SECRET of the site unless told not to.

    What was committed before this was called is in it. The file is read again before it takes its name; one that was
    there under that name is kept until then. Only the rows at hand are held in memory."""
    with snapshot(database) as connection, whole_file(path) as file:
        revision = revision_of(connection)
        if revision is None:
            raise NothingToBackUp(_("There is no database of Kruzhok here yet, so there is nothing to back up."))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = Manifest(revision, now, database.engine.dialect.name, mark_of(secret))
            for table in tables_of(connection):
                member = write_rows(archive, table.name, kinds_of(table), rows_of(connection, table))
                manifest.tables[table.name] = member
                if member.rows >= WORTH_SAYING:
                    said(f"{table.name}: " + plural("{n} row", "{n} rows", member.rows))
            if with_secret:
                archive.writestr(SECRET, secret + "\n")
            write_manifest(archive, manifest)
        with zipfile.ZipFile(file) as archive:
            check(archive, manifest)
    return manifest
