"""The ground floor's promises about the database, on both kinds."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from course.base.db import PRAGMAS, Base, Database, make_engine
from course.users.models import User
from kruzhok.migrations import migrate
from tests.conftest import NOW


def test_the_migrations_make_exactly_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.transaction(writing=False) as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) is not None


def test_two_processes_that_migrate_an_empty_database_at_once_both_succeed(tmp_path: Path) -> None:
    failures = []

    def run() -> None:
        try:
            migrate(Database(make_engine(f"sqlite:///{tmp_path / 'new.db'}")))
        except (DBAPIError, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_sqlite_connection_is_durable_and_keeps_foreign_keys(database: Database) -> None:
    connections = [database.engine.connect() for _ in range(3)]
    for connection in connections:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        assert said == PRAGMAS
        connection.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_commits_are_durable_unless_the_server_says_otherwise(database: Database) -> None:
    with database.engine.connect() as connection:
        source = connection.exec_driver_sql("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'").scalar()
    # The tests' own server turns it off on its command line; nothing of ours may turn it off for a session.
    assert source == "command line"


def test_a_transaction_that_only_looks_cannot_write(database: Database) -> None:
    session = database.new_session(writing=False)
    session.add(User(created_at=NOW, active_on=NOW.date()))
    with session, pytest.raises(DBAPIError):
        session.flush()


def test_a_session_that_raises_leaves_nothing(database: Database) -> None:
    with contextlib.suppress(ZeroDivisionError), database.transaction() as session:
        session.add(User(created_at=NOW, active_on=NOW.date()))
        session.flush()
        raise ZeroDivisionError
    with database.transaction(writing=False) as session:
        assert session.scalars(select(User)).all() == []


def test_eight_writers_that_read_and_then_write_lose_no_update(database: Database) -> None:
    with database.transaction() as session:
        session.add(User(name="0", created_at=NOW, active_on=NOW.date()))

    def count() -> None:
        for _ in range(20):
            with database.transaction() as session:
                user = session.scalars(select(User).with_for_update()).one()
                user.name = str(int(user.name) + 1)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(writing=False) as session:
        assert session.scalars(select(User.name)).one() == "160"


def test_a_moment_comes_back_aware_and_in_utc(session: Session) -> None:
    there = datetime(2026, 11, 23, 17, 2, tzinfo=timezone(timedelta(hours=3)))
    user = User(created_at=there, active_on=NOW.date())
    session.add(user)
    session.flush()
    session.expire(user)
    assert user.created_at == NOW
    assert user.created_at.tzinfo is UTC


def test_a_naive_moment_is_refused(session: Session) -> None:
    session.add(User(created_at=NOW.replace(tzinfo=None), active_on=NOW.date()))
    with pytest.raises(StatementError):
        session.flush()


def test_one_e_mail_is_one_account(session: Session) -> None:
    session.add_all(User(email="a@example.org", created_at=NOW, active_on=NOW.date()) for _ in range(2))
    with pytest.raises(IntegrityError):
        session.flush()
