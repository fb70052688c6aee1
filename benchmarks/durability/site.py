"""A site under load: `kruzhok serve` in a process group of its own, and students who save one answer after another."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import select

from benchmarks.questions import COURSE, KINDS, TYPED
from benchmarks.storm.browser import Acknowledged, Journal, Tab, named
from course.base.db import Database, make_engine
from kruzhok.config import ROOT
from quizzes.items import Raw, parse_data, type_of
from quizzes.models import AttemptItem, ItemVersion, Step

STARTS = 180.0  #: seconds that a start may take on a busy machine


class Serving:
    """`kruzhok serve` on the database at URL, of another PROGRAM than this where told; what it says goes to the file
    SAID. It is killed at the end."""

    def __init__(
        self, instance: Path, url: str, said: Path, *, program: Path = ROOT, more: Mapping[str, str] | None = None
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.said, self.program = said, program
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        self.environment = others | {"KRUZHOK_INSTANCE": str(instance), "KRUZHOK_DATABASE_URL": url} | dict(more or {})
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Serving":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self, *, wait: bool = True) -> None:
        """Start it; with WAIT return once it answers."""
        command = [sys.executable, "-m", "kruzhok", "serve", "--port", str(self.port)]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                command, cwd=self.program, env=self.environment, stdout=said, stderr=said, start_new_session=True
            )
        if wait and not self.comes_up():
            raise RuntimeError(f"the site did not start:\n{self.said.read_text()[-2000:]}")

    def comes_up(self) -> bool:
        """Wait until it answers; return whether it ever did."""
        end = time.monotonic() + STARTS
        while not self.is_up():
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def is_up(self) -> bool:
        """Return whether it answers."""
        with suppress(OSError, HTTPException):
            return self.status("/healthz") == 200
        return False

    def status(self, path: str, cookie: str = "") -> int:
        """Return how it answers to a look at PATH."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie})
        return connection.getresponse().status

    def kill(self) -> None:
        """Send SIGKILL to all its processes."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=30)

    def stop(self) -> None:
        """Let it end by itself."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()


class Load:
    """Students who save answers from the moment they are let to until they are told to stop. What they are told is
    kept, with when: a save is sent again until it is answered, as the page's script does."""

    def __init__(self, port: int, quiz: str, cookies: Sequence[str]) -> None:
        self.saved: list[tuple[float, Acknowledged]] = []
        self.journals = [Journal() for _ in cookies]
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number, Tab(port, cookie, journal), quiz), daemon=True)
            for number, (cookie, journal) in enumerate(zip(cookies, self.journals, strict=True))
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        self.wait_for(2 * len(self._threads))
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let nobody send anything more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def counted(self, what: str) -> int:
        """Return how often WHAT came about, of what a journal counts."""
        return sum(journal.counted[what] for journal in self.journals)

    def wait_for(self, more: int, seconds: float = STARTS) -> float:
        """Wait until so many MORE answers are acknowledged that were sent from now on; return how long that took."""
        began, before = time.time(), len(self.saved)
        while len(self.saved) < before + more:
            if time.time() > began + seconds:
                raise RuntimeError(f"only {len(self.saved) - before} of {more} answers were taken in {seconds:.0f} s")
            time.sleep(0.02)
        return time.time() - began

    def wait_for_refusals(self, more: int, seconds: float = 60) -> None:
        """Wait until so many MORE saves were refused with 503."""
        end, before = time.time() + seconds, self.counted("answered 503")
        while self.counted("answered 503") < before + more:
            if time.time() > end:
                raise RuntimeError(f"saves were not refused within {seconds:.0f} s")
            time.sleep(0.02)

    def _work(self, number: int, tab: Tab, quiz: str) -> None:
        rng, path = random.Random(number), f"/courses/{COURSE}/quizzes/{quiz}"
        # A page with a form, for its token: that of a quiz which is begun has none.
        if (page := tab.insist("/me", None, time.time() + STARTS)) is None or tab.read(page.body) or not tab.token:
            return
        begun = tab.insist(path, [], time.time() + STARTS)
        if begun is None or begun.status != 303:
            return
        attempt = int(begun.location.rsplit("/", 1)[1])
        page = tab.insist(f"/attempts/{attempt}", None, time.time() + STARTS)
        if page is None or not tab.read(page.body):
            return
        while not self._stopping.is_set():
            index = rng.randrange(len(tab.items))
            item, fields = tab.items[index], TYPED[KINDS[index]](rng)
            once = f"{rng.getrandbits(64):016x}"
            sent = [("base", str(tab.bases[item])), ("once", once), *named(item, fields)]
            self._save(tab, attempt, item, fields, sent)
            time.sleep(0.02)

    def _save(self, tab: Tab, attempt: int, item: int, fields: Raw, sent: list[tuple[str, str]]) -> None:
        while not self._stopping.is_set():
            if (reply := tab.ask(f"/attempts/{attempt}/items/{item}", sent, script=True)) is None:
                time.sleep(0.1)
                continue
            if reply.status == 200:
                step = int(json.loads(reply.body)["step"])
                tab.bases[item] = step
                self.saved.append((time.time(), Acknowledged(attempt, item, fields, step)))
            return


def lost(url: str, saved: Sequence[Acknowledged]) -> int:
    """Return how many of what was SAVED are not in the database at URL as they were acknowledged."""
    database = Database(make_engine(url))
    with database.transaction(writing=False) as session:
        rows = session.execute(
            select(
                AttemptItem.attempt_id, AttemptItem.id, AttemptItem.shown, ItemVersion.data, Step.number, Step.response
            )
            .join(Step, Step.attempt_item_id == AttemptItem.id)
            .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        )
        steps = {(row.attempt_id, row.id, row.number): row for row in rows}
    database.engine.dispose()
    missing = 0
    for one in saved:
        row = steps.get((one.attempt, one.item, one.step))
        if row is None:
            missing += 1
            continue
        data = parse_data(row.data)
        missing += row.response != type_of(data).parse(data, one.fields, row.shown)
    return missing
