"""Databases to back up and to restore to, and backups with something wrong in them."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from course.base.db import Database, make_engine
from kruzhok.backup.rows import rows_of, tables_of
from kruzhok.backup.taking import snapshot, take_backup
from tests.conftest import NOW, SECRET


def another(database: Database) -> Database:
    """Return the same database as another process opens it."""
    database.engine.dispose()
    return Database(make_engine(database.engine.url.render_as_string(hide_password=False)))


def everything_in(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table that has some, as a backup writes them."""
    with snapshot(database) as connection:
        found = {table.name: list(rows_of(connection, table)) for table in tables_of(connection)}
    database.engine.dispose()
    return {name: rows for name, rows in found.items() if rows}


def changed_in(before: Mapping[str, list[dict[str, Any]]], after: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Return the tables of BEFORE of which a row is gone AFTER, or says something else in a column that it had."""

    def keyed(rows: list[dict[str, Any]]) -> dict[object, dict[str, Any]]:
        return {row["id"] if "id" in row else tuple(sorted(row.items())): row for row in rows}

    changed = []
    for name, rows in before.items():
        there = keyed(after.get(name, []))
        if not all(key in there and there[key].items() >= row.items() for key, row in keyed(rows).items()):
            changed.append(name)
    return changed


def made_of(database: Database, path: Path, **how: Any) -> Path:
    """Return PATH once a backup of DATABASE is there."""
    take_backup(database, SECRET, path, **{"with_secret": True, "now": NOW} | how)
    database.engine.dispose()
    return path


def changed(backup: Path, table: str, change: Callable[[list[Any]], list[Any]]) -> Path:
    """Return a backup whose manifest tells of the rows of TABLE as CHANGE leaves them: whole, and wrong."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = f"tables/{table}.jsonl"
    rows = change([json.loads(line) for line in members[name].splitlines()])
    members[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    manifest = json.loads(members["manifest.json"])
    manifest["tables"][table] |= {"rows": len(rows), "sha256": hashlib.sha256(members[name]).hexdigest()}
    return written(backup, members | {"manifest.json": json.dumps(manifest).encode()})


def with_manifest(backup: Path, **other: Any) -> Path:
    """Return a backup whose manifest says something OTHER."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"]) | other
    return written(backup, members | {"manifest.json": json.dumps(manifest).encode()})


def written(beside: Path, members: dict[str, bytes]) -> Path:
    """Return a zip of MEMBERS in the folder of BESIDE."""
    path = beside.with_name("changed.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
