"""A site that is told to stop finishes what it was asked, within bounds; a killed process is followed by another."""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from benchmarks.storm.site import children_of
from course.base.db import Database
from course.base.jobs import Job, add_job
from kruzhok.commands.serve import MOST_AGAIN, STOP_WEB, STOP_WORKER
from tests.test_durability import Server, Visitor, begin, saved, serving, state_and_parent, until, worker_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")


@contextmanager
def nobody_can_write(database: Database) -> Iterator[None]:
    """Hold back whatever would be written of answers, as a slow disk does, until the block ends."""
    with database.engine.connect() as connection:  # on SQLite this is the one that may write
        if database.engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE step IN EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))
        yield
        connection.rollback()


def is_waited_for(database: Database) -> bool:
    """Return whether somebody waits to write, as far as the database can tell."""
    if database.engine.dialect.name == "sqlite":
        return True
    with database.transaction(writing=False) as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_request_in_flight_is_answered_and_saved_by_a_site_that_was_told_to_stop(
    tmp_path: Path, database: Database
) -> None:
    with serving(tmp_path, database) as server, ThreadPoolExecutor() as aside:
        visitor = Visitor(server.address)
        attempt, [(one, first), *_rest] = begin(visitor)
        with nobody_can_write(database):
            by_script = {f"item-{one}": first, "base": "0", "once": "a-click"}
            path = f"{attempt}/items/{one}"
            sent = aside.submit(visitor.post, path, accept="application/json", **by_script)
            threading.Event().wait(1)  # on SQLite nothing tells that it has come
            until(lambda: is_waited_for(database), "the answer waits to be written")
            server.process.send_signal(signal.SIGTERM)
            threading.Event().wait(0.5)
            assert not sent.done()
            assert server.process.poll() is None
        assert json.loads(sent.result(timeout=STOP_WEB)[1])["saved"]
        assert server.process.wait(timeout=STOP_WEB + STOP_WORKER) == 0
    assert saved(database)[one] == first


class SlowPost:
    """A mail server that takes its time: it says nothing until it is let."""

    def __init__(self) -> None:
        self.called, self.may_speak = threading.Event(), threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        caller, _address = self._socket.accept()
        self.called.set()
        with caller, caller.makefile("rwb", buffering=0) as talk:
            self.may_speak.wait(30)
            talk.write(b"220 at last\r\n")
            for said in iter(talk.readline, b""):
                verb = said[:4].upper()
                if verb == b"DATA":
                    talk.write(b"354 go on\r\n")
                    while talk.readline() not in (b".\r\n", b""):
                        pass
                talk.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    def close(self) -> None:
        """Stop listening."""
        self.may_speak.set()
        self._socket.close()
        self._thread.join()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_job_at_hand_is_settled_by_a_worker_that_was_told_to_stop_and_no_other_begun(
    tmp_path: Path, database: Database
) -> None:
    post = SlowPost()
    with database.transaction() as session:
        for to in ("first@example.org", "second@example.org"):
            add_job(session, "mail", {"to": to, "subject": "s", "body": "b"}, run_at=datetime(2026, 1, 1, tzinfo=UTC))
    settings = {"KRUZHOK_SMTP_URL": f"smtp://127.0.0.1:{post.port}", "KRUZHOK_SITE_URL": "http://localhost"}
    try:
        with serving(tmp_path, database, settings) as server:
            assert post.called.wait(60)
            server.process.send_signal(signal.SIGTERM)
            threading.Event().wait(0.5)
            post.may_speak.set()
            assert server.process.wait(timeout=STOP_WEB + STOP_WORKER) == 0
    finally:
        post.close()
    with database.transaction(writing=False) as session:
        jobs = session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id)).all()
        assert [(job.done_at is not None, job.tries, job.leased_until) for job in jobs] == [
            (True, 1, None),
            (False, 0, None),
        ]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is whose child is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_that_was_killed_is_followed_by_another(tmp_path: Path, database: Database) -> None:
    with serving(tmp_path, database) as server:
        first = worker_of(server.process.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: state_and_parent(first)[1] != server.process.pid, "the old one is gone")
        until(lambda: "another is started" in server.said.read_text(), "it is said")
        until(lambda: children_of(server.process.pid)["the worker"] not in ([], [first]), "there is a new one")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a process has open is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_server_that_web_processes_are_copies_of_has_nothing_of_the_database_open(
    tmp_path: Path, database: Database
) -> None:
    with serving(tmp_path, database) as server:
        opened = [os.readlink(one) for one in Path(f"/proc/{server.process.pid}/fd").iterdir()]
        assert not [
            one for one in opened if database.engine.url.database and one.startswith(database.engine.url.database)
        ]


def kilobytes_of(pid: int) -> dict[str, int]:
    """Return what a process holds, by the kernel's words for it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines}


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="what a process holds is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_the_server_imported_is_in_memory_once_for_all_its_processes(tmp_path: Path, database: Database) -> None:
    with serving(tmp_path, database) as server:
        until(lambda: children_of(server.process.pid)["the worker"] != [], "there is a worker")
        for pid in (worker_of(server.process.pid), web_process_of(server)):
            held = kilobytes_of(pid)
            assert held["Shared_Dirty"] > held["Private_Dirty"]


def web_process_of(server: Server, *, other_than: int = 0) -> int:
    """Return the one web process of SERVER, once it is OTHER_THAN one that was there."""
    until(lambda: children_of(server.process.pid)["a web process"] not in ([], [other_than]), "it is there", seconds=60)
    return children_of(server.process.pid)["a web process"][0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is whose child is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_web_process_that_is_killed_as_soon_as_it_is_there_is_followed_by_another_all_the_same(
    tmp_path: Path, database: Database
) -> None:
    with serving(tmp_path, database) as server:
        killed = 0
        for _ in range(3):
            killed = web_process_of(server, other_than=killed)
            os.kill(killed, signal.SIGKILL)
        assert web_process_of(server, other_than=killed) != killed
        until(server.is_up, "the site answers", seconds=60)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=STOP_WEB + STOP_WORKER) == 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is whose child is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_site_whose_web_processes_end_again_and_again_says_so_and_ends(tmp_path: Path, database: Database) -> None:
    with serving(tmp_path, database) as server:
        worker, killed = worker_of(server.process.pid), 0
        for _ in range(MOST_AGAIN + 1):
            killed = web_process_of(server, other_than=killed)
            os.kill(killed, signal.SIGKILL)
        assert server.process.wait(timeout=STOP_WEB + STOP_WORKER) == 1
        assert f"ended unasked more than {MOST_AGAIN} times in a minute" in server.said.read_text()
        assert state_and_parent(worker)[0] == "Z"
