"""Letters while their worker is killed: whether all arrive, and what arrives twice is the same letter.

    ./run python -m benchmarks.letters [--users N] [--kills K] [--database sqlite|postgresql] [--quick]

N users of one study group each have something to be told, and it is morning for all of them. `kruzhok worker` makes and
sends their letters to a real SMTP server on this machine. K times it gets SIGKILL, in turn where it must hurt: between
two letters that are made, and after the server has taken a letter and before it says so; then it is started again.

It fails (exit code 1) unless at the end every user has a letter, all letters to one user carry one Message-ID and are
the same to the byte, no two users share one, every letter is known to be sent, and nothing waits or was given up.

Assumes: a database of its own on this machine. What it shows of power loss: nothing (see `benchmarks.storm`).
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy import func, insert, select

from benchmarks import postgres
from course.base.db import Database, make_engine
from course.base.jobs import Job, add_job
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Digest
from course.notices.records import JOINED, tell
from course.outline.models import Course
from course.users.models import DigestKind, User
from kruzhok.config import ROOT
from kruzhok.migrations import migrate

LEASE = 1  #: seconds until what a killed worker was doing is taken up
PATIENCE = 120.0  #: seconds in which something must go on

#: What a worker is killed at, in turn.
KILLS = (MADE, TAKEN) = ("a letter made", "a letter taken")


class MailServer:
    """Takes letters and keeps them. What is called BEFORE_ANSWER happens when it has one and has not said so."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.kill: threading.Event | None = None
        self.killed = threading.Event()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Keep a letter; where a kill waits for one, let it strike before the answer."""
        assert isinstance(envelope.content, bytes)
        self.kept.append(envelope.content)
        if self.kill is not None:
            self.kill.set()
            self.killed.wait(PATIENCE)
        return "250 OK"


class Worker:
    """`kruzhok worker`, started again after each kill."""

    def __init__(self, folder: Path, database_url: str, server: MailServer) -> None:
        settings = {
            "KRUZHOK_INSTANCE": str(folder),
            "KRUZHOK_DATABASE_URL": database_url,
            "KRUZHOK_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "KRUZHOK_MAIL_FROM": "kruzhok@example.org",
            "KRUZHOK_SITE_URL": "https://example.org",
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        self._environment = others | settings
        self._said = folder / "said.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it; what it says goes to a file."""
        command = [sys.executable, "-m", "kruzhok", "worker", "--lease", str(LEASE)]
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=said, stderr=said)

    def check(self) -> None:
        """Fail where it has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the worker ended:\n{self._said.read_text()[-2000:]}")

    def kill(self) -> None:
        """Send SIGKILL: it can say or write nothing more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=30)


def fill(database: Database, users: int) -> None:
    """Put a study group of so many USERS into DATABASE, each with something to be told, in the morning."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        course = Course(
            ident="a-course", title="A course", summary="", language="en", licence="CC-BY-4.0", about_html="",
            authors={}, pacing={}, hash="-", loaded_at=now,
        )  # fmt: skip
        session.add(course)
        session.flush()
        group = StudyGroup(course_id=course.id, slug="circle", name="The Thursday circle", created_at=now)
        session.add(group)
        session.flush()
        whose = {"digest": DigestKind.daily, "created_at": now, "active_on": now.date()}
        rows = [{"email": f"reader-{n}@example.org", "name": f"Reader {n}", **whose} for n in range(users)]
        ids = session.scalars(insert(User).returning(User.id), rows).all()
        place = {"course_id": course.id, "group_id": group.id, "role": Role.student, "joined_at": now, "used_at": now}
        places = session.scalars(
            insert(Enrolment).returning(Enrolment.id), [{"user_id": i, **place} for i in ids]
        ).all()
        tell(session, ids, JOINED, f"enrolment:{places[0]}", now=now)
        since = {"since": (now - timedelta(days=1)).isoformat()}  # a morning lies in it, whatever the time
        add_job(session, "letters", since, run_at=now, key="letters")


def run(database: Database, worker: Worker, server: MailServer, kills: int) -> list[str]:
    """Let WORKER write and send, kill it so often, and wait for the end; return at what it was killed."""
    struck = []
    for number in range(kills):
        what = KILLS[number % len(KILLS)]
        if _strike(database, worker, server, what):
            struck.append(what)
            worker.start()
    _until(lambda: _waiting(database) == 0 and _count(database) > 0, worker)
    return struck


def _strike(database: Database, worker: Worker, server: MailServer, what: str) -> bool:
    """Kill WORKER at WHAT; return whether it came to that before all was done."""
    if what == TAKEN:
        server.killed.clear()
        server.kill = threading.Event()
        _until(lambda: server.kill is None or server.kill.is_set() or _is_over(database), worker)
        is_struck = server.kill.is_set()
    else:
        before = _count(database)
        _until(lambda: _count(database) > before or _is_over(database), worker)
        is_struck = _count(database) > before
    if is_struck:
        worker.kill()
    server.kill = None
    server.killed.set()
    return is_struck


def _until(true: Callable[[], bool], worker: Worker) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        worker.check()
        if time.monotonic() > end:
            raise RuntimeError("nothing goes on")
        time.sleep(0.01)


def _count(database: Database) -> int:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count(Digest.id))) or 0


def _waiting(database: Database) -> int:
    """Return how many letters wait to be sent, and the round that makes them until it has made all."""
    with database.transaction(writing=False) as session:
        waits = select(func.count(Job.id)).where(Job.done_at.is_(None), Job.failed_at.is_(None))
        letters = session.scalar(waits.where(Job.kind == "letter")) or 0
        rounds = session.scalar(waits.where(Job.kind == "letters", Job.run_at <= datetime.now(UTC))) or 0
    return letters + rounds


def _is_over(database: Database) -> bool:
    return _waiting(database) == 0


def faults(database: Database, server: MailServer, users: int) -> list[str]:
    """Return what must hold and does not."""
    ids: Mapping[str, set[str]] = defaultdict(set)
    bodies: Mapping[str, set[bytes]] = defaultdict(set)
    for raw in server.kept:
        letter = message_from_bytes(raw)
        ids[letter["To"]].add(letter["Message-ID"])
        bodies[letter["Message-ID"]].add(raw)
    with database.transaction(writing=False) as session:
        known = session.execute(select(Digest.message_id, Digest.sent_at)).all()
        given_up = session.scalar(select(func.count(Job.id)).where(Job.failed_at.is_not(None))) or 0
    found = [f"{users - len(ids)} users have no letter"] if len(ids) != users else []
    found += [f"{to} has letters with several Message-IDs" for to, some in ids.items() if len(some) > 1]
    found += [f"{one} came in several wordings" for one, some in bodies.items() if len(some) > 1]
    found += ["a Message-ID is that of two users"] if len(bodies) != sum(map(len, ids.values())) else []
    found += ["what is known to be made is not what came"] if {row[0] for row in known} != set(bodies) else []
    found += ["a letter is not known to be sent"] if any(row[1] is None for row in known) else []
    found += [f"{given_up} jobs were given up"] if given_up else []
    return found


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[Database]:
    """Give an empty database of KIND."""
    if kind == "postgresql":
        with postgres.server() as url:
            yield _migrated(Database(make_engine(url)))
        return
    yield _migrated(Database(make_engine(f"sqlite:///{folder}/letters.db")))


def _migrated(database: Database) -> Database:
    migrate(database)
    return database


def main() -> int:
    """Run, say what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--quick", action="store_true", help="20 users, 2 kills")
    told = parser.parse_args()
    users, kills = (20, 2) if told.quick else (told.users, told.kills)
    with tempfile.TemporaryDirectory() as name, database_of(told.database, Path(name)) as database:
        fill(database, users)
        began = time.monotonic()
        url = database.engine.url.render_as_string(hide_password=False)
        with MailServer() as server, Worker(Path(name), url, server) as worker:
            struck = run(database, worker, server, kills)
        took = time.monotonic() - began
        failures = faults(database, server, users)
        failures += [f"only {len(struck)} kills came before all was done"] if len(struck) < kills else []
        database.engine.dispose()
    print(
        f"{users} users, {len(server.kept)} letters taken, {len(server.kept) - users} of them repeats, in {took:.0f} s"
    )
    print(*failures, sep="\n")
    figures = {"users": users, "kills": struck, "letters": len(server.kept), "seconds": round(took, 1)}
    print(json.dumps(figures | {"database": told.database, "failures": failures}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
