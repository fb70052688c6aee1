"""The ground floor's promises about the database, on both kinds."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from course.base.db import PRAGMAS, Base, Database, make_engine, read_first, write_now
from course.users.models import User
from kruzhok.migrations import alembic_config, is_in_models, migrate
from quizzes.models import Attempt, AttemptItem, Behaviour, Quiz, QuizSlot, Step, StepKind
from tests.conftest import NOW, address_of_nothing

COMPARED = {"compare_type": False, "render_as_batch": True, "include_object": is_in_models}


def test_the_migrations_make_exactly_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
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


#: What stood in a database of revision 0002: an open attempt, a submitted one, and a self-check outside any course.
ROWS_OF_0002 = """
INSERT INTO "user" (id, name, zone, administrator, created_at, active_on)
VALUES (1, 'Vera', 'UTC', false, '2026-11-20 10:00:00', '2026-11-23')
;
INSERT INTO course (
  id, ident, title, summary, language, licence, authors, about_html, pacing, hash, loaded_at, uploaded
) VALUES (1, 'c', 'A course', '', 'en', 'CC-BY-4.0', '[]', '', '{}', 'h', '2026-11-20 10:00:00', false)
;
INSERT INTO unit (id, course_id, ident, position, title) VALUES (1, 1, 'u', 1, 'A unit')
;
INSERT INTO activity (id, course_id, unit_id, parent_id, kind, ident, position, title, minutes, required, added_at)
VALUES (1, 1, 1, NULL, 'lesson', 'l', 1, 'A lesson', 0, true, '2026-11-20 10:00:00'),
       (2, 1, NULL, 1, 'quiz', 'q', 1, 'A quiz', 0, true, '2026-11-20 10:00:00')
;
INSERT INTO enrolment (id, user_id, course_id, role, organiser, joined_at, used_at)
VALUES (1, 1, 1, 'student', false, '2026-11-20 10:00:00', '2026-11-20 10:00:00')
;
INSERT INTO item (id, course_id, ident) VALUES (1, 1, 'a'), (2, 1, 'b')
;
INSERT INTO item_version (id, item_id, number, hash, data, made_at)
VALUES (1, 1, 1, 'h', '{"ident": "a"}', '2026-11-20 10:00:00'), (2, 2, 1, 'h', '{"ident": "b"}', '2026-11-20 10:00:00')
;
UPDATE item SET current_version_id = id
;
INSERT INTO quiz (id, activity_id, introduction_html, pass_mark, counts, time_limit)
VALUES (1, 2, '<p>Begin.</p>', 0.6, 'last', 600)
;
INSERT INTO quiz_slot (id, quiz_id, position, item_id) VALUES (1, 1, 1, 1), (2, 1, 2, 2)
;
INSERT INTO attempt (
  id, user_id, enrolment_id, activity_id, purpose, number, policy, started_at, deadline_at, submitted_at, points,
  max_points
) VALUES (1, 1, 1, 2, 'quiz', 1, '{"counts": "last"}', '2026-11-21 10:00:00', NULL, '2026-11-21 10:20:00', 1.5, 2.0),
         (2, 1, 1, 2, 'quiz', 2, '{"counts": "last"}', '2026-11-22 10:00:00', '2026-11-22 10:10:00', NULL, NULL, 2.0),
         (3, 1, NULL, NULL, 'check', 1, '{}', '2026-11-22 11:00:00', NULL, NULL, NULL, 1.0)
;
INSERT INTO attempt_item (id, attempt_id, slot, item_version_id, shown, flagged)
VALUES (1, 1, 1, 1, '["yes", "no"]', true), (2, 1, 2, 2, '["no", "yes"]', false), (3, 2, 1, 1, '["no", "yes"]', false),
       (4, 2, 2, 2, '["yes", "no"]', true), (5, 3, 1, 2, '[]', false)
;
INSERT INTO step (id, attempt_item_id, number, kind, response, score, counts, by_id, at, base_step, once)
VALUES (1, 1, 1, 'save', '{"option": "yes"}', NULL, true, 1, '2026-11-21 10:10:00', 0, 'x'),
       (2, 1, 2, 'save', '{"option": "no"}', NULL, false, 1, '2026-11-21 10:11:00', 0, 'y'),
       (3, 1, 3, 'score', '{"option": "yes"}', 1.0, true, NULL, '2026-11-21 10:20:00', 1, NULL),
       (4, 2, 1, 'score', NULL, 0.5, true, NULL, '2026-11-21 10:20:00', 0, NULL),
       (5, 3, 1, 'save', '{"option": "no"}', NULL, true, 1, '2026-11-22 10:05:00', 0, NULL),
       (6, 5, 1, 'save', '{"option": "no"}', NULL, true, 1, '2026-11-22 11:05:00', 0, NULL)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database at revision 0002 that somebody has used."""
    url = address_of_nothing(request, tmp_path / "old.db", "old")
    database = Database(make_engine(url))
    with database.engine.connect() as connection:
        command.upgrade(alembic_config(connection), "0002")
        for statement in ROWS_OF_0002.split("\n;\n"):
            connection.exec_driver_sql(statement)
        connection.commit()
    yield database
    database.engine.dispose()


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table that has some, as they are stored, by their key."""
    found = {}
    for name in sorted(set(inspect(connection).get_table_names()) & set(Base.metadata.tables)):
        if rows := connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings().all():
            found[name] = sorted(map(dict, rows), key=lambda row: row["id"])
    return found


def test_a_used_database_keeps_every_row_through_the_migrations(old_database: Database) -> None:
    with old_database.engine.connect() as connection:
        before = rows_of(connection)
    migrate(old_database)
    with old_database.engine.connect() as connection:
        after = rows_of(connection)

    assert [len(before[name]) for name in ("attempt", "attempt_item", "step")] == [3, 5, 6]
    kept = {name: [{key: row[key] for key in rows[0]} for row in after[name]] for name, rows in before.items()}
    assert kept == before


def test_what_is_new_in_a_used_database_says_what_held_before(old_database: Database) -> None:
    migrate(old_database)
    with old_database.transaction(writing=False) as session:
        quiz = session.get_one(Quiz, 1)
        assert (quiz.behaviour, quiz.shuffled, quiz.one_at_a_time, quiz.shows) == (Behaviour.end, False, False, {})
        assert (quiz.opens_at, quiz.closes_at) == (None, None)
        assert quiz.penalty == pytest.approx(1 / 3)
        slots = [(slot.section_id, slot.before_html) for slot in session.scalars(select(QuizSlot))]
        assert slots == [(None, "")] * 2
        assert {attempt.names_id for attempt in session.scalars(select(Attempt))} == {None}
        items = session.scalars(select(AttemptItem)).all()
        assert {(item.section, item.before_html, item.text_version_id) for item in items} == {(None, "", None)}
        assert {step.data for step in session.scalars(select(Step))} == {None}


def test_a_used_database_has_every_key_of_the_models_afterwards(old_database: Database) -> None:
    migrate(old_database)
    with old_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, Base.metadata) == []
        inspector = inspect(connection)
        for name, table in Base.metadata.tables.items():
            there = {check["name"] for check in inspector.get_check_constraints(name)}
            assert there == {key.name for key in table.constraints if isinstance(key, CheckConstraint)}, name


def test_the_rows_of_a_used_database_hang_together_as_before(old_database: Database) -> None:
    migrate(old_database)
    with old_database.new_session() as session:
        stray = insert(Step).values(id=99, attempt_item_id=99, number=1, kind=StepKind.save, at=NOW)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(stray)
        session.execute(stray.values(attempt_item_id=4))
        session.execute(delete(User))
        assert [session.scalars(select(table.id)).all() for table in (Attempt, AttemptItem, Step)] == [[], [], []]


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


def test_others_may_write_while_one_who_will_write_reads_first(database: Database) -> None:
    def names(session: Session) -> list[str | None]:
        return list(session.scalars(select(User.name).order_by(User.id)))

    with database.transaction() as session:
        read_first(session)
        assert names(session) == []
        with database.transaction() as other:
            other.add(User(name="Vera", created_at=NOW, active_on=NOW.date()))
        write_now(session)
        assert names(session) == ["Vera"]
        session.add(User(name="Alexei", created_at=NOW, active_on=NOW.date()))
    with database.transaction(writing=False) as session:
        assert names(session) == ["Vera", "Alexei"]


def test_what_only_looks_can_never_write_on_a_connection_that_wrote_before(database: Database) -> None:
    for _turn in range(2):
        with database.transaction() as session:
            session.add(User(name="Vera", created_at=NOW, active_on=NOW.date()))
        with pytest.raises(DBAPIError), database.transaction(writing=False) as session:
            session.add(User(name="Alexei", created_at=NOW, active_on=NOW.date()))
