"""Putting a backup back: verified in a fresh database beside the one in use, which it then replaces."""

import itertools
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from course.base.db import Database
from course.base.errors import Conflict
from course.base.faults import is_about_rows
from course.base.words import _, plural
from kruzhok.backup.archive import BadBackup, Manifest, Member, Said, opened, rows_in, secret_in
from kruzhok.backup.beside import fresh, is_sqlite, put_in_place, refuse_in_use, users_in
from kruzhok.backup.rows import ROWS_AT_ONCE, kinds_of, read_row, tables_of
from kruzhok.backup.taking import WORTH_SAYING
from kruzhok.migrations import knows, migrate, past_transactions
from lessons.search.contents import rebuild


class Occupied(Conflict):
    """A database with people's work in it."""

    title = _("There is a site here already")


class Restored(NamedTuple):
    """What was restored: from which manifest, the secret of the backup, what is kept of before and where."""

    manifest: Manifest
    secret: str | None
    kept: str | None


def restore_backup(
    database: Database, path: Path, *, replace: bool, now: datetime, said: Said = lambda _words: None
) -> Restored:
    """Let DATABASE hold what the backup at PATH does, in the newest schema, whichever kind the backup came from.

    The file is checked, loaded into a fresh database beside, counted, its keys followed, brought up to date and indexed
    before anything is replaced; until then DATABASE is as it was. Raises BadBackup, InUse, or Occupied where there are
    users and it was not said that they be replaced."""
    with opened(path) as (archive, manifest):
        if not knows(manifest.revision):
            raise BadBackup(
                _("The backup is of a newer Kruzhok (schema {revision}). Restore it with that version.").format(
                    revision=manifest.revision
                )
            )
        said(_("The backup is whole: {rows}.").format(rows=plural("{n} row", "{n} rows", manifest.rows)))
        refuse_in_use(database)
        if not replace and users_in(database) != 0:
            raise Occupied(_("There is a site with users here already. Say --replace to put the backup in its place."))
        with fresh(database) as beside:
            migrate(beside, manifest.revision)
            load(beside, archive, manifest, said)
            migrate(beside)
            said(_("What search finds words by is made anew."))
            rebuild(beside)
            _check_file(beside)
            kept = put_in_place(database, beside, now)
        return Restored(manifest, secret_in(archive), kept)


def load(database: Database, archive: zipfile.ZipFile, manifest: Manifest, said: Said) -> None:
    """Fill an empty DATABASE of the revision of MANIFEST, in one transaction; raise BadBackup where rows do not fit."""
    with _without_foreign_keys(database) as connection:
        tables = {table.name: table for table in tables_of(connection)}
        if {name: kinds_of(table) for name, table in tables.items()} != {
            name: member.columns for name, member in manifest.tables.items()
        }:
            raise BadBackup(_("The tables of the backup are not those of its schema."))
        for name, member in manifest.tables.items():
            try:
                _fill(connection, tables[name], member, rows_in(archive, name))
            except (KeyError, TypeError, ValueError) as error:
                raise BadBackup(_("A row of {table} cannot be read: {why}").format(table=name, why=error)) from None
            except DBAPIError as error:
                if not is_about_rows(error):
                    raise
                why = str(error.orig).splitlines()[0]
                raise BadBackup(_("A row of {table} is refused: {why}").format(table=name, why=why)) from None
            if member.rows >= WORTH_SAYING:
                said(f"{name}: " + plural("{n} row", "{n} rows", member.rows))


def _fill(connection: Connection, table: sa.Table, member: Member, plain: Iterator[Mapping[str, Any]]) -> None:
    at_once = 1 if "bytes" in member.columns.values() else ROWS_AT_ONCE
    while rows := [read_row(member.columns, row) for row in itertools.islice(plain, at_once)]:
        connection.execute(insert(table), rows)
    there = connection.scalar(sa.select(sa.func.count()).select_from(table))
    if there != member.rows:
        raise BadBackup(f"{table.name}: {there} rows, and not {member.rows}")


@contextmanager
def _without_foreign_keys(database: Database) -> Iterator[Connection]:
    """Give a connection on which rows may come before those they refer to; when the block ends each must be there."""
    with database.engine.connect() as connection:
        if is_sqlite(database):
            with past_transactions(connection):
                yield connection
                if stray := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise BadBackup(_("A row of {table} refers to one that is not there.").format(table=stray[0]))
                connection.commit()
            return
        keys = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        ).all()
        for table, name, _definition in keys:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield connection
        for table, name, definition in keys:
            try:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            except DBAPIError as error:
                if not is_about_rows(error):
                    raise
                raise BadBackup(_("A row of {table} refers to one that is not there.").format(table=table)) from None
        _number_on(connection)
        connection.commit()


def _number_on(connection: Connection) -> None:
    """Let new rows of PostgreSQL be numbered from the largest key on; SQLite does so by itself."""
    sequences = connection.exec_driver_sql(
        "SELECT c.oid::regclass::text, pg_get_serial_sequence(c.oid::regclass::text, 'id') FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
    ).all()
    for table, sequence in sequences:
        if sequence:
            connection.exec_driver_sql(
                f"SELECT setval('{sequence}', coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table}"  # noqa: S608 (its own names)
            )


def _check_file(database: Database) -> None:
    if is_sqlite(database):
        with database.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            connection.rollback()
        if found != "ok":
            raise BadBackup(_("The new database is damaged: {what}. The disk may be faulty.").format(what=found))
