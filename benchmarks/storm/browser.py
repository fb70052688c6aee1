"""What a student's browser does: connections, forms, and a journal of what the site said it had saved."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlencode

from quizzes.items import Raw

PATIENCE = 15.0  #: seconds until a silent server counts as none, as in kruzhok.js
WAITS = (0.5, 1.0, 2.0, 5.0)  #: seconds between tries, the last for good; shorter than those of kruzhok.js

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
BASE = re.compile(r'name="base-(\d+)" value="(\d+)"')
OPEN = re.compile(r'data-save="/attempts/\d+/items/(\d+)"')


class Acknowledged(NamedTuple):
    """A response that the site said it had: of which item, what was typed, and which step it is (0: not said)."""

    attempt: int
    item: int
    fields: Raw
    step: int = 0


@dataclass
class Journal:
    """What one student was told. `counting` says for items answered on one page alone what must count in the end."""

    saved: list[Acknowledged] = field(default_factory=list)
    counting: dict[int, Raw] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    #: Attempts that were to be handed in, and when the site said that they are (seconds since 1970; 0: it never did).
    handed_in: dict[int, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


class Reply(NamedTuple):
    """An answer of the site."""

    status: int
    location: str
    body: str


class Tab:
    """One window of a student's browser, with a connection of its own and the steps that its page has seen."""

    def __init__(self, port: int, cookie: str, journal: Journal) -> None:
        self.port, self.cookie, self.journal = port, cookie, journal
        self.token = ""
        self.items: list[int] = []
        self.bases: dict[int, int] = {}
        self.open: set[int] = set()
        self._connection: HTTPConnection | None = None

    def ask(self, path: str, fields: Iterable[tuple[str, str]] | None = None, *, script: bool = False) -> Reply | None:
        """Return what the site answered, to a form where there are FIELDS; None where nothing came or only an error."""
        began = time.perf_counter()
        try:
            connection = self._send(path, fields, script=script)
            got = connection.getresponse()
            reply = Reply(got.status, got.headers.get("Location", ""), got.read().decode())
        except (OSError, HTTPException):
            self._close()
            self.journal.counted["unanswered"] += 1
            return None
        if reply.status >= 500:
            self.journal.counted[f"answered {reply.status}"] += 1
            return None
        if script and reply.status == 200:
            self.journal.seconds.append(time.perf_counter() - began)
        return reply

    def drop(self, path: str, fields: Iterable[tuple[str, str]], *, script: bool = False) -> None:
        """Send a form and hang up before the answer."""
        try:
            self._send(path, fields, script=script)
        except (OSError, HTTPException):
            self.journal.counted["unanswered"] += 1
        self.journal.counted["hung up"] += 1
        self._close()

    def insist(self, path: str, fields: Iterable[tuple[str, str]] | None, until: float, **how: bool) -> Reply | None:
        """Ask until there is an answer, at the latest UNTIL (seconds since 1970); None where there never was one."""
        fields = None if fields is None else list(fields)
        for number in range(1000):
            if (reply := self.ask(path, fields, **how)) is not None:
                return reply
            wait = WAITS[min(number, len(WAITS) - 1)]
            if time.time() + wait > until:
                return None
            time.sleep(wait)
        return None

    def read(self, page: str) -> bool:
        """Take from PAGE what its forms hold; return whether it is that of a sitting."""
        if found := TOKEN.search(page):
            self.token = found[1]
        bases = [(int(item), int(step)) for item, step in BASE.findall(page)]
        if not bases:
            return False
        self.items = [item for item, _step in bases]
        self.bases = dict(bases)
        self.open = {int(item) for item in OPEN.findall(page)}
        return True

    def _send(self, path: str, fields: Iterable[tuple[str, str]] | None, *, script: bool) -> HTTPConnection:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": self.cookie, "Accept": "application/json" if script else "text/html"}
        self.journal.counted["requests"] += 1
        if fields is None:
            self._connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode([("csrf_token", self.token), *fields])
            self._connection.request("POST", path, body=body, headers=headers)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def named(item: int, fields: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Return FIELDS of an item as a form sends them."""
    return [
        (f"item-{item}-{part}" if part else f"item-{item}", value)
        for part, values in fields.items()
        for value in values
    ]


def together(*acts: Callable[[], object]) -> list[object]:
    """Return what ACTS return that are done at the same moment, as they end."""
    done: list[object] = []
    threads = [threading.Thread(target=lambda act=act: done.append(act())) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def at_once(tabs: Iterable[Tab], path: str) -> list[Reply]:
    """Send one empty form from all TABS at the same moment; return the answers there were."""
    replies = together(*(partial(tab.ask, path, []) for tab in tabs))
    return [reply for reply in replies if isinstance(reply, Reply)]
