"""What the site said is saved is saved: the processes are killed outright, and started again on what they left."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest
from sqlalchemy import select

from course.base.db import Database
from course.users.models import User
from kruzhok.commands.serve import WORKER
from kruzhok.config import ROOT
from quizzes.models import AttemptItem, Step
from quizzes.review.models import Card, ReviewLog, ReviewSource
from tests.kruzhok.review.test_pages import HIDDEN
from tests.quizzes.review.make import check_replayed
from tests.web import TOKEN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to kill")

QUIZ = "/courses/why-study-the-russian-revolution/quizzes/lenins-return"

#: A choice of one as the page of the sitting draws it, of an option or of true and false: the item, what is chosen.
RADIO = re.compile(r'<input[^>]*type="radio"[^>]*name="item-(\d+)"[^>]*value="([^"]+)"[^>]*>')


def until(true: Callable[[], bool], what: str, *, seconds: float = 10) -> None:
    """Wait until TRUE says so; fail with WHAT after so many SECONDS."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not after {seconds} s: {what}"
        time.sleep(0.05)


class Server:
    """`kruzhok serve` as an operator runs it, in a process group of its own."""

    def __init__(self, instance: Path, database_url: str, more: Mapping[str, str], *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.said = instance / f"said-{port}"
        settings = {"KRUZHOK_INSTANCE": str(instance), "KRUZHOK_DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        command = [sys.executable, "-m", "kruzhok", "serve", "--port", str(port), "--workers", "1", *options]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=others | settings | more, stdout=said, stderr=said, start_new_session=True
            )

    def is_up(self) -> bool:
        """Return whether it answers; fail where it has ended."""
        assert self.process.poll() is None, self.said.read_text()
        with suppress(OSError):
            return Visitor(self.address).get("/healthz") == "ok\n"
        return False

    def kill(self) -> None:
        """Kill all its processes at once, so that none can say or write anything more."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


@contextmanager
def serving(instance: Path, database: Database, more: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Give a server that answers, with MORE settings; whatever happens none of its processes is left."""
    server = Server(instance, database.engine.url.render_as_string(hide_password=False), more or {})
    try:
        until(server.is_up, "the site answers", seconds=120)
        yield server
    finally:
        server.kill()


class Visitor:
    """A browser: it keeps its cookie, follows redirects, sends forms with their token."""

    def __init__(self, address: str) -> None:
        self.address, self.token = address, ""
        self._cookies = http.cookiejar.CookieJar()
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> str:
        """Return the page at PATH."""
        return self._open(Request(self.address + path))[1]

    def post(self, path: str, *, accept: str = "text/html", **fields: str) -> tuple[str, str]:
        """Send a form; return the path where that led and what stands there."""
        data = urlencode({"csrf_token": self.token} | fields).encode()
        return self._open(Request(self.address + path, data, {"Accept": accept}))

    def _open(self, request: Request) -> tuple[str, str]:
        with self._opener.open(request, timeout=10) as answer:
            page = answer.read().decode()
            if found := TOKEN.search(page):
                self.token = found[1]
            return answer.url.removeprefix(self.address), page


def begin(visitor: Visitor) -> tuple[str, list[tuple[str, str]]]:
    """Begin the quiz; return the address of the attempt, and item and first choice of each question of one choice."""
    visitor.get(QUIZ)
    attempt, page = visitor.post(QUIZ)
    first: dict[str, str] = {}
    for item, option in RADIO.findall(page):
        first.setdefault(item, option)
    assert len(first) > 1, page
    return attempt, list(first.items())


def chosen(page: str) -> dict[str, str]:
    """Return item -> the option that is checked on the page of a sitting."""
    return {found[1]: found[2] for found in RADIO.finditer(page) if " checked" in found[0]}


def saved(database: Database) -> dict[str, str]:
    """Return item of an attempt -> what is chosen by its last step in the database."""
    with database.transaction(writing=False) as session:
        steps = select(AttemptItem.id, Step.response).join(Step).order_by(Step.number)
        return {str(item): choice_of(response) for item, response in session.execute(steps) if response}


def choice_of(response: dict[str, Any]) -> str:
    """Return what RESPONSE chose, as the page writes it: the ident of an option, or true or false."""
    return str(response["option"]) if "option" in response else str(response["value"]).lower()


def test_what_was_said_to_be_saved_outlives_a_kill(tmp_path: Path, database: Database) -> None:
    with serving(tmp_path, database) as server:
        visitor = Visitor(server.address)
        attempt, [(one, first), (other, second), *_rest] = begin(visitor)
        by_script = {f"item-{one}": first, "base": "0", "once": "a-click"}
        answer = visitor.post(f"{attempt}/items/{one}", accept="application/json", **by_script)[1]
        server.kill()
    assert json.loads(answer)["saved"]
    assert saved(database) == {one: first}
    with serving(tmp_path, database) as server:
        visitor.address = server.address
        assert chosen(visitor.get(attempt)) == {one: first}
        _path, page = visitor.post(attempt, do="save", **{f"item-{other}": second, f"base-{other}": "0"})
        server.kill()
    assert chosen(page) == saved(database) == {one: first, other: second}
    with serving(tmp_path, database) as server:
        visitor.address = server.address
        assert chosen(visitor.get(attempt)) == {one: first, other: second}


def test_an_answer_in_review_outlives_a_kill_with_what_it_says_of_the_memory(
    tmp_path: Path, database: Database
) -> None:
    with serving(tmp_path, database) as server:
        visitor = Visitor(server.address)
        attempt, [(one, first), *_rest] = begin(visitor)
        visitor.post(attempt, do="save", **{f"item-{one}": first, f"base-{one}": "0"})
        visitor.post(f"{attempt}/submission")
        with database.transaction(writing=False) as session:
            item_id = session.scalars(select(Card.item_id)).one()
        page = visitor.get(f"/review?item={item_id}")
        asked = dict(HIDDEN.findall(page)) | {"do": "answer", f"item-{item_id}": first}
        came, _page = visitor.post("/review", **asked)
        server.kill()
    with database.transaction(writing=False) as session:
        answers = session.scalars(select(ReviewLog).order_by(ReviewLog.number)).all()
        assert [answer.source for answer in answers] == [ReviewSource.quiz, ReviewSource.review]
        assert came == f"/review/answers/{answers[1].id}"
        assert answers[1].attempt_item is not None
        assert choice_of(answers[1].attempt_item.steps[0].response or {}) == first
        check_replayed(session, session.scalars(select(User)).one())
    with serving(tmp_path, database) as server:
        visitor.address = server.address
        assert "Where you met it" in visitor.get(came)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_serving_again_changes_nothing_and_offers_a_new_link_while_nobody_runs_the_site(
    tmp_path: Path, database: Database
) -> None:
    links = []
    for words in ("why-study-the-russian-revolution: ", "why-study-the-russian-revolution: nothing changed"):
        with serving(tmp_path, database) as server:
            said = server.said.read_text()
            assert words in said
            links += re.findall(rf"{server.address}(/set-up/\S+)", said)
            assert "Nobody runs this site yet" in said
            assert "<form" in Visitor(server.address).get(links[-1])
    assert len(set(links)) == 2


def state_and_parent(pid: int) -> tuple[str, int]:
    """Return a process's state (Z: ended, not asked after yet) and its parent; Z and 0 where there is none."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return "Z", 0
    return state, int(parent)


def worker_of(pid: int) -> int:
    """Return the process of the worker that the server PID started."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    children = [child for child in pids if state_and_parent(child)[1] == pid]
    [worker] = [child for child in children if Path(f"/proc/{child}/comm").read_text().strip() == WORKER]
    return worker


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is whose child is read in /proc")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_worker_ends_when_its_server_was_killed(tmp_path: Path, database: Database) -> None:
    with serving(tmp_path, database) as server:
        worker = worker_of(server.process.pid)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(timeout=10)
        until(lambda: state_and_parent(worker)[0] == "Z", "the worker ended")
