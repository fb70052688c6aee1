"""Several servers and workers on one PostgreSQL, each a machine of its own with its own instance folder."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from course.base.db import PATIENCE, Database, make_engine
from course.base.jobs import Job
from course.base.limits import TryCount
from course.outline.models import Course, CurriculumFile
from course.users.models import LinkKind, OneTimeLink
from kruzhok.config import ROOT, shipped_courses
from kruzhok.curriculum.loading import Changes, load_course
from kruzhok.migrations import locked
from tests.conftest import NOW, SECRET, address_of_nothing
from tests.kruzhok.curriculum.small import small
from tests.test_durability import Server, Visitor, begin, saved, until

#: A database of PostgreSQL in which there is nothing yet.
ON_POSTGRESQL = pytest.mark.parametrize("target", ["postgresql"], indirect=True)


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database without a schema."""
    database = Database(make_engine(address_of_nothing(request, tmp_path / "new.db", "servers")))
    yield database
    database.engine.dispose()


def address_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@contextmanager
def worker_alone(instance: Path, database: Database) -> Iterator[subprocess.Popen[str]]:
    """Give a `kruzhok worker` that no server started."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
    own = {"KRUZHOK_INSTANCE": str(instance), "KRUZHOK_DATABASE_URL": address_of(database), "KRUZHOK_SECRET": SECRET}
    command = [sys.executable, "-m", "kruzhok", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=others | own, stderr=subprocess.PIPE, text=True)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.communicate(timeout=60)


def machine(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to kill")
@ON_POSTGRESQL
def test_three_servers_and_two_workers_begin_at_once_on_a_new_database_and_are_one_site(
    tmp_path: Path, target: Database
) -> None:
    settings = {"KRUZHOK_SECRET": SECRET}
    with ExitStack() as machines:
        servers = []
        for number in range(3):
            server = Server(machine(tmp_path, f"web-{number}"), address_of(target), settings, "--no-worker")
            machines.callback(server.kill)
            servers.append(server)
        workers = [machines.enter_context(worker_alone(machine(tmp_path, f"w-{n}"), target)) for n in range(2)]
        for server in servers:
            until(server.is_up, "it answers", seconds=300)
        until(lambda: done(target, "daily") > 0, "a worker has tidied", seconds=120)

        # One browser, each request at another server: nothing of it is kept where it was answered.
        visitor = Visitor(servers[0].address)
        attempt, [(item, choice), *_rest] = begin(visitor)
        visitor.address = servers[1].address
        by_script = {f"item-{item}": choice, "base": "0", "once": "a-click"}
        for _twice in range(2):
            said = json.loads(visitor.post(f"{attempt}/items/{item}", accept="application/json", **by_script)[1])
            assert said["step"] == 1
        visitor.address = servers[2].address
        assert f'value="{choice}" checked' in visitor.get(attempt)

        assert [worker.poll() for worker in workers] == [None, None]
        assert [server.process.poll() for server in servers] == [None] * 3
    assert saved(target) == {item: choice}
    with target.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Course.id))) == len(shipped_courses())
        waiting = select(Job.kind).where(Job.done_at.is_(None)).order_by(Job.kind)
        assert session.scalars(waiting).all() == ["daily", "letters", "tries"]
        assert session.scalar(select(func.count(OneTimeLink.id)).where(OneTimeLink.kind == LinkKind.setup)) == 1
        assert session.scalars(select(Job.error).where(Job.error.is_not(None))).all() == []
        assert session.scalar(select(func.max(TryCount.tries))) in {None, 1}


def done(database: Database, kind: str) -> int:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count(Job.id)).where(Job.kind == kind, Job.done_at.is_not(None))) or 0


def test_a_course_that_several_load_for_the_first_time_at_once_is_loaded_once(database: Database) -> None:
    files, all_there = small(), Barrier(3)

    def load() -> Changes:
        all_there.wait(30)
        return load_course(database, files, now=NOW)

    with ThreadPoolExecutor(3) as servers:
        changes = [one.result(timeout=120) for one in [servers.submit(load) for _server in range(3)]]
    assert sorted(bool(one.added) for one in changes) == [False, False, True]
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Course.id))) == 1
        assert session.scalar(select(func.count(CurriculumFile.id))) == len(files)


@ON_POSTGRESQL
def test_the_lock_of_a_migration_outlasts_what_the_server_ends_for_being_idle(target: Database) -> None:
    with target.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = target.engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '100ms'")
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET lock_timeout = '100ms'")
    target.engine.dispose()
    there: list[int] = []

    def alone() -> None:
        with locked(target):
            assert there == []
            there.append(1)
            time.sleep(0.5)  # a step of a migration that takes long
            there.clear()

    with ThreadPoolExecutor(3) as servers:
        for migrating in [servers.submit(alone) for _server in range(3)]:
            migrating.result(timeout=120)


def test_a_postgresql_that_takes_connections_and_says_nothing_counts_as_gone_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = make_engine(f"postgresql+psycopg://app@127.0.0.1:{silent.getsockname()[1]}/kruzhok")
        began = time.monotonic()
        with pytest.raises(OperationalError):
            engine.connect()
        assert time.monotonic() - began < 10 * PATIENCE["connect_timeout"]


@ON_POSTGRESQL
def test_every_connection_asks_whether_the_other_end_is_still_there(target: Database) -> None:
    with target.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        said = driver.info.get_parameters()
    assert {name: said[name] for name in PATIENCE} == {name: str(value) for name, value in PATIENCE.items()}
    url = target.engine.url.update_query_dict({"connect_timeout": "9"})
    other = make_engine(url.render_as_string(hide_password=False))
    with other.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["connect_timeout"] == "9"
    other.dispose()


@ON_POSTGRESQL
@pytest.mark.parametrize(("more", "kept"), [({}, True), ({"prepare_threshold": "none"}, False)])
def test_statements_are_prepared_unless_the_address_says_that_a_pool_mixes_them_up(
    target: Database, more: dict[str, str], kept: bool
) -> None:
    engine = make_engine(target.engine.url.update_query_dict(more).render_as_string(hide_password=False))
    with engine.connect() as connection:
        for _often_enough in range(8):
            connection.exec_driver_sql("SELECT 1")
        prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar()
    engine.dispose()
    assert bool(prepared) is kept
