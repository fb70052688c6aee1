"""All of a site in one file: made at one moment, and back on either database, or nothing is touched."""

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from course.base.db import Database, make_engine
from course.users.models import User
from kruzhok.backup.archive import BadBackup, opened
from kruzhok.backup.beside import InUse
from kruzhok.backup.restoring import Occupied, restore_backup
from kruzhok.backup.rows import rows_of, tables_of
from kruzhok.backup.taking import NothingToBackUp, snapshot, take_backup
from kruzhok.migrations import revision_of
from lessons.search.contents import rebuild
from lessons.search.models import SearchEntry
from tests.conftest import NOW, SECRET
from tests.kruzhok.backup.make import another, changed, everything_in, made_of, with_manifest
from tests.scene import Scene


def filled(database: Database) -> Database:
    """Return DATABASE with a row in every table, as another process opens it."""
    with database.transaction() as session:
        scene = Scene(session)
        scene.fill()
    return another(database)


def restore(database: Database, path: Path, *, replace: bool = False) -> Any:
    return restore_backup(database, path, replace=replace, now=NOW)


def test_every_row_of_every_table_comes_back_on_either_database(
    database: Database, target: Database, tmp_path: Path
) -> None:
    """Moments, days, hours, fractions, numbers of two digits, words with accents, bytes and JSON among them."""
    source = filled(database)
    before = everything_in(source)
    assert len(before) > 80
    restore(target, made_of(source, tmp_path / "all.zip"))
    assert everything_in(target) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_new_after_a_restore_is_numbered_on_and_what_was_there_is_found(
    database: Database, target: Database, tmp_path: Path
) -> None:
    source = filled(database)
    restore(target, made_of(source, tmp_path / "all.zip"))
    with target.transaction() as session:
        largest = session.scalars(select(func.max(User.id))).one()
        user = User(created_at=NOW, active_on=NOW.date())
        session.add(user)
        session.flush()
        assert user.id == largest + 1
        assert session.scalar(select(func.count(SearchEntry.id)))
    assert rebuild(target) == 0


def test_a_backup_is_of_one_moment_whatever_is_written_while_it_is_made(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(User(name="before", created_at=NOW, active_on=NOW.date()))
    with snapshot(database) as connection:
        revision_of(connection)  # the first question: the moment
        with database.transaction() as session:
            session.add(User(name="after", created_at=NOW, active_on=NOW.date()))
        [users] = [table for table in tables_of(connection) if table.name == "user"]
        assert [row["name"] for row in rows_of(connection, users)] == ["before"]


def test_what_is_replaced_is_kept_under_another_name(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.add(User(name="old", created_at=NOW, active_on=NOW.date()))
    site = another(database)
    path = made_of(site, tmp_path / "old.zip")
    with database.transaction() as session:
        session.add(User(name="newer", created_at=NOW, active_on=NOW.date()))
    site = another(database)

    kept = restore(site, path, replace=True).kept

    assert [user["name"] for user in everything_in(site)["user"]] == ["old"]
    if kept.startswith("schema "):
        with site.engine.begin() as connection:
            there = connection.exec_driver_sql(f'SELECT name FROM {kept.split()[1]}."user" ORDER BY id').scalars().all()
            connection.exec_driver_sql(f"DROP SCHEMA {kept.split()[1]} CASCADE")
    else:
        there = [user["name"] for user in everything_in(Database(make_engine(f"sqlite:///{kept}")))["user"]]
    assert there == ["old", "newer"]
    site.engine.dispose()


def refused(database: Database, path: Path, error: type[Exception], words: str, *, replace: bool = True) -> None:
    """Assert that restoring PATH is refused in those WORDS, and that all is as it was."""
    site = another(database)
    before, folder = everything_in(site), Path(site.engine.url.database or "").parent
    beside = {path.name for path in folder.iterdir() if "-" not in path.name} if folder.is_dir() else set()
    with pytest.raises(error, match=words):
        restore(site, path, replace=replace)
    assert everything_in(site) == before
    if site.engine.dialect.name == "sqlite":
        assert {path.name for path in folder.iterdir() if "-" not in path.name} <= beside | {"kruzhok.db.lock"}
    site.engine.dispose()


def test_a_site_with_users_is_not_replaced_unless_that_is_said(database: Database, tmp_path: Path) -> None:
    path = made_of(filled(database), tmp_path / "all.zip")
    refused(database, path, Occupied, "--replace", replace=False)


def test_a_site_that_is_served_is_not_replaced(database: Database, tmp_path: Path) -> None:
    path = made_of(filled(database), tmp_path / "all.zip")
    site = another(database)
    with site.transaction(writing=False) as session:  # idle afterwards, as a web process is between two requests
        session.scalars(select(User)).all()
    refused(database, path, InUse, "Stop")
    site.engine.dispose()


def test_a_row_that_refers_to_nothing_is_refused(database: Database, tmp_path: Path) -> None:
    path = made_of(filled(database), tmp_path / "all.zip")
    wrong = changed(path, "step", lambda rows: [row | {"attempt_item_id": 4711} for row in rows])
    refused(database, wrong, BadBackup, "refers to one that is not there")


@pytest.mark.parametrize(
    ("table", "wrong", "words"),
    [
        ("user", {"email": "Not Folded"}, "A row of user is refused"),
        ("file", {"content": "no base64!"}, "A row of file cannot be read"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_the_tables_do_not_take_is_refused(
    database: Database, tmp_path: Path, table: str, wrong: dict[str, Any], words: str
) -> None:
    path = made_of(filled(database), tmp_path / "all.zip")
    refused(database, changed(path, table, lambda rows: [row | wrong for row in rows]), BadBackup, words)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"revision": "9999"}, "of a newer Kruzhok"),
        ({"revision": "0001"}, "not those of its schema"),
        ({"format": 2}, "format 2"),
        ({"tables": {}}, "does not hold the tables"),
        ({"made_at": None}, "no manifest that can be read"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_manifest_that_does_not_fit_is_refused(
    database: Database, tmp_path: Path, other: dict[str, Any], words: str
) -> None:
    path = made_of(filled(database), tmp_path / "all.zip")
    refused(database, with_manifest(path, **other), BadBackup, words)


@pytest.fixture(scope="module")
def one_backup(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a small backup."""
    database = Database(make_engine(f"sqlite:///{sqlite_template}"))
    return made_of(database, tmp_path_factory.mktemp("backup") / "one.zip").read_bytes()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_is_torn_or_changed_anywhere_is_refused_or_says_the_same(
    data: st.DataObject, one_backup: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "torn.zip"
    if data.draw(st.booleans(), label="torn"):
        path.write_bytes(one_backup[: data.draw(st.integers(0, len(one_backup) - 1))])
        with pytest.raises(BadBackup), opened(path):
            pass
        return
    at, bit = data.draw(st.integers(0, len(one_backup) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(one_backup[:at] + bytes([one_backup[at] ^ 1 << bit]) + one_backup[at + 1 :])
    whole = tmp_path / "whole.zip"
    whole.write_bytes(one_backup)
    with opened(whole) as (archive, manifest):
        said = {name: archive.read(f"tables/{name}.jsonl") for name in manifest.tables}
    try:
        with opened(path) as (archive, changed_manifest):
            assert changed_manifest.tables == manifest.tables
            assert {name: archive.read(f"tables/{name}.jsonl") for name in manifest.tables} == said
    except BadBackup:
        pass


def test_a_database_without_tables_is_nothing_to_back_up(target: Database, tmp_path: Path) -> None:
    Path(target.engine.url.database or "").parent.mkdir(exist_ok=True)
    with pytest.raises(NothingToBackUp):
        made_of(target, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_that_fails_leaves_the_one_before_and_nothing_half_done(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_of(database, tmp_path / "daily.zip")
    before = path.read_bytes()

    def no_room(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", no_room)
    with pytest.raises(OSError, match="No space left"):
        take_backup(database, SECRET, path, with_secret=True, now=NOW + timedelta(days=1))
    assert path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if ".part" in path.name) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_is_for_its_owner_alone_and_holds_the_secret_unless_told_not_to(
    database: Database, tmp_path: Path
) -> None:
    path = made_of(database, tmp_path / "with.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    assert zipfile.ZipFile(path).read("secret").decode().strip() == SECRET
    without = made_of(database, tmp_path / "without.zip", with_secret=False)
    assert SECRET.encode() not in b"".join(
        zipfile.ZipFile(without).read(name) for name in zipfile.ZipFile(without).namelist()
    )
