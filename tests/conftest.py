"""What every test may ask for. Databases are real: migrations make the schema once, and each test gets a copy."""

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course.base.db import Database, make_engine
from course.base.web import Application
from kruzhok.config import Config
from kruzhok.migrations import migrate
from tests import browser, postgres

settings.register_profile("kruzhok", deadline=None, max_examples=60)
settings.load_profile("kruzhok")

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)

SECRET = "a secret for tests, 0123456789 abcdef"

#: Password hashing that takes no time; its strength is not what is tested.
QUICK_HASHING = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


def missing_parts() -> list[str]:
    """Return what this machine lacks for the whole suite, with how to get it."""
    missing = []
    if postgres.binaries() is None and not os.environ.get("KRUZHOK_TEST_PG"):
        missing.append("PostgreSQL: tests on it were left out. Set KRUZHOK_TEST_PG or KRUZHOK_PG_BIN.")
    if browser.executable() is None:
        missing.append(
            "Chromium: browser tests were left out. Install it (Debian: apt-get install chromium), "
            "or set KRUZHOK_CHROMIUM."
        )
    if not browser.driver_runs():
        missing.append(
            "libatomic, for the browser's driver: browser tests were left out. Install it (Debian: apt-get install "
            "libatomic1). If it is there, `./run python -m playwright --version` says why the driver does not start."
        )
    return missing


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in the last lines, after any failures, what was left out and why."""
    yield
    for line in missing_parts():
        terminalreporter.write_line(f"MISSING {line}", red=True)
    if os.environ.get("CI") == "true" and missing_parts():
        terminalreporter.write_line("CI=true: what is missing counts as a failure.", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI nothing may be left out silently."""
    if os.environ.get("CI") == "true" and missing_parts() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, empty SQLite database to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(make_engine(f"sqlite:///{path}"))
    migrate(database)
    database.engine.dispose()  # the last connection to close leaves one whole file
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the address of a PostgreSQL server of our own, with a migrated database `template` to copy from."""
    if postgres.binaries() is None and not os.environ.get("KRUZHOK_TEST_PG"):
        pytest.skip("no PostgreSQL on this machine")
    with postgres.server() as url:
        name = f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        _run_sql(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        database = Database(make_engine(url.replace("/postgres?", f"/{name}?")))
        migrate(database)
        database.engine.dispose()
        yield url


def _run_sql(url: str, *statements: str) -> None:
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def address_of_nothing(request: pytest.FixtureRequest, path: Path, name: str) -> str:
    """Return the address of a database without a schema, of the kind that REQUEST's parameter says: the file PATH, or
    one on the server that is called NAME."""
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    _run_sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


#: Empties the database it runs in, whoever is still connected, and lets keys begin anew: in a tenth of the time that a
#: new one takes.
EMPTY = """
DO $$ DECLARE name text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
  PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""

#: So often is it emptied before it is made anew: nothing sweeps up what was deleted.
MOST_OFTEN = 50


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """Return what gives, each time it is asked, the address of a database that is empty: the same one, emptied."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_{worker}"
    url = postgres_server.replace("/postgres?", f"/{name}?")

    def addresses() -> Iterator[str]:
        for asked in itertools.count():
            try:
                fresh = asked % MOST_OFTEN == 0
                if not fresh:
                    _run_sql(url, EMPTY)
            except DBAPIError:  # a server that is not ours may not let us
                fresh = True
            if fresh:
                _run_sql(
                    postgres_server,
                    f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                    f"CREATE DATABASE {name} TEMPLATE template_{worker}",
                )
            yield url

    return addresses()


@pytest.fixture(scope="session")
def empty_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return what gives, each time it is asked, the address of a database that is empty: a copy at the same place."""
    path = tmp_path_factory.mktemp("sqlite") / "kruzhok.db"

    def addresses() -> Iterator[str]:
        while True:
            for name in path.parent.iterdir():
                name.unlink()
            shutil.copyfile(sqlite_template, path)
            yield f"sqlite:///{path}"

    return addresses()


@pytest.fixture(scope="session")
def one_engine() -> Callable[[str], Engine]:
    """Return what gives the engine of an address, the same to all tests: a fifth of their time went into writing the
    same statements in SQL, which an engine does once for each."""
    return cache(make_engine)


#: A statement that changes something; a trace of who looked changes no course.
CHANGES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (?!look\b|read_mark\b)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, one_engine: Callable[[str], Engine]) -> Iterator[Database]:
    """Give an empty database of the newest schema: each test that asks runs on SQLite and on PostgreSQL."""
    empty = request.getfixturevalue("empty_sqlite" if request.param == "sqlite" else "empty_postgres")
    database = Database(one_engine(next(empty)))

    changed = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if CHANGES.match(statement):
            changed.append(statement)

    def forget(_connection: object) -> None:
        if changed:
            database.held._things.clear()
            changed.clear()

    # Tests change courses in ways that on a site only loading does. What is held there, test_held says.
    told = {"before_cursor_execute": note, "commit": forget}
    for name, listener in told.items():
        event.listen(database.engine, name, listener)
    yield database
    for name, listener in told.items():
        event.remove(database.engine, name, listener)
    database.engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a session for a test of a subject's functions; what they flush is undone afterwards."""
    with database.new_session() as session:
        yield session
        session.rollback()


@pytest.fixture
def config(tmp_path: Path, database: Database) -> Config:
    """Return settings for a site on the test's database."""
    url = database.engine.url.render_as_string(hide_password=False)
    return Config(instance=tmp_path, database_url=url, secret=SECRET, development=True)


@pytest.fixture(scope="session")
def templates_read(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Return what keeps the templates as they were read once, for the sites of all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


def make_app(config: Config, database: Database, templates_read: FileSystemBytecodeCache) -> Application:
    """Return the site on DATABASE, as tests want it."""
    from kruzhok.app import create_app

    app = create_app(config, database)
    app.jinja_env.bytecode_cache = templates_read
    app.config["ARGON2"] = QUICK_HASHING
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(scope="session")
def one_app(templates_read: FileSystemBytecodeCache, tmp_path_factory: pytest.TempPathFactory) -> Application:
    """Return the one site whose addresses all tests share, on no database yet."""
    config = Config(tmp_path_factory.mktemp("site"), "sqlite://", secret=SECRET, development=True)
    return make_app(config, Database(make_engine("sqlite://")), templates_read)


@pytest.fixture
def app(config: Config, database: Database, one_app: Application) -> Iterator[Application]:
    """Give the site on the test's database; what a test sets in it is as before afterwards."""
    settings, extensions = dict(one_app.config), dict(one_app.extensions)
    one_app.extensions.update(config=config, database=database)
    yield one_app
    for kept, were in ((one_app.config, settings), (one_app.extensions, extensions)):
        kept.clear()
        kept.update(were)


@pytest.fixture
def new_app(config: Config, database: Database, templates_read: FileSystemBytecodeCache) -> Application:
    """Return a site of the test's own, which it may add addresses to."""
    return make_app(config, database, templates_read)


@pytest.fixture
def client(app: Application) -> FlaskClient:
    """Return a browser without scripts, so to speak."""
    return app.test_client()
