"""A site as an operator runs it, in a folder of its own: `kruzhok serve`, what becomes of it, and who kills it."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from kruzhok.commands.serve import WORKER
from kruzhok.config import ROOT

#: What is killed, in turn: one web process, everything at once, the worker.
KILLS = ("a web process", "everything", "the worker")

#: `serve` does not start another worker; after so many seconds without one the site is started anew.
WITHOUT_WORKER = 5.0


class Site:
    """`kruzhok serve` in a process group of its own, started again whenever it is gone or has lost its worker."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.said = folder / "said.log"
        self.starts = 0
        self.killed: list[str] = []
        #: When a worker began to look for what is overdue.
        self.awake: list[datetime] = []
        #: For how many seconds the site has answered so far: a storm is as long on a slow machine, where a start takes
        #: its time.
        self.answering = 0.0
        self._settings = {"KRUZHOK_INSTANCE": str(folder), "KRUZHOK_DATABASE_URL": database_url}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._keep_running, self._count_seconds)]

    def __enter__(self) -> "Site":
        self._start()
        end = time.monotonic() + 180
        while not self.is_up():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the site did not start:\n{self.said.read_text()}")
            time.sleep(0.2)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._kill_all()

    def is_up(self) -> bool:
        """Return whether it answers."""
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def kill(self, what: str, rng: random.Random) -> bool:
        """Send SIGKILL to WHAT; return whether it was there."""
        with self._lock:
            processes = children_of(self._process.pid)
            if what == "everything":
                self._kill_all()
            elif found := processes[what]:
                os.kill(rng.choice(found), signal.SIGKILL)
            else:
                return False
        self.killed.append(what)
        return True

    def _start(self) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        command = [sys.executable, "-m", "kruzhok", "serve", "--port", str(self.port)]
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=others | self._settings, stdout=said, stderr=said, start_new_session=True
            )
        self.starts += 1

    def _kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)

    def _keep_running(self) -> None:
        """Do what an operator's supervisor does, and look after the worker besides."""
        seen: float | None = None  # when there was a worker, since the site was started
        while not self._stopping.wait(0.5):
            with self._lock:
                is_gone, now = self._process.poll() is not None, time.monotonic()
                if not is_gone and children_of(self._process.pid)["the worker"]:
                    if seen is None:
                        self.awake.append(datetime.now(UTC))
                    seen = now
                elif is_gone or (seen is not None and now - seen > WITHOUT_WORKER):
                    self._kill_all()
                    self._start()
                    seen = None

    def _count_seconds(self) -> None:
        while not self._stopping.wait(0.5):
            began = time.monotonic()
            if self.is_up():
                self.answering += min(time.monotonic() - began, 1.0) + 0.5


def children_of(server: int) -> dict[str, list[int]]:
    """Return the processes that `serve` started and that run, by what they are; read in /proc."""
    found: dict[str, list[int]] = {what: [] for what in KILLS}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):  # it has ended meanwhile
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if int(parent) != server or state == "Z":
                continue
            if (entry / "comm").read_text().strip() == WORKER:
                found["the worker"].append(int(entry.name))
            elif "serve" in words:  # a copy of the server, as on Linux both are
                found["a web process"].append(int(entry.name))
    return found
