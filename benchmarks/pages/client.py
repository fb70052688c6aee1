"""A client: connections that send requests which are made ready before, as many at once as wanted, and what that took.

What is timed is a *page*: all requests that a browser sends for it, one after the other over one connection. A page is
a generator that yields what is asked and is sent what was answered, so that one request may hang on the answer to
another. The client's threads run on the same processors as the servers."""

import gzip
import re
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode

import brotli


class Ask(NamedTuple):
    """A request, and the status that its answer must have."""

    method: str
    path: str
    cookie: str = ""
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200

    def wire(self, port: int) -> bytes:
        """Return it as it goes over the line."""
        body = (self.body or "").encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip, br"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


class Answer(NamedTuple):
    """What came: the body as it came over the line."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header, empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as words."""
        unpacked = _UNPACK[self.header("content-encoding")](self.body) if self.body else b""
        return unpacked.decode(errors="replace")


_UNPACK: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}


#: What a page asks for, one request after the other.
Page = Generator[Ask, Answer, None]

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def form(path: str, cookie: str, fields: Sequence[tuple[str, str]], *, status: int = 303, script: bool = False) -> Ask:
    """Return the request that sends a form, by the page's SCRIPT or without."""
    accept = ("Accept", "application/json" if script else "text/html")
    return Ask("POST", path, cookie, urlencode(fields), (FORM, accept), status)


def one(ask: Ask) -> Page:
    """Return the page that is one request."""
    yield ask


def several(asks: Sequence[Ask]) -> Page:
    """Return the page that is several requests, none of which hangs on another."""
    for ask in asks:  # noqa: UP028 (a list cannot be sent the answers)
        yield ask


class WrongAnswer(AssertionError):
    """A page that does not answer as it must."""


def fitting(ask: Ask, answer: Answer) -> Answer:
    """Return ANSWER; raise WrongAnswer where it has another status than ASK says."""
    if answer.status != ask.status:
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))[:300]
        raise WrongAnswer(f"{ask.method} {ask.path} answered {answer.status}, not {ask.status}: {said}")
    return answer


class Connection:
    """One connection that is kept open as long as the server keeps it; then there is another, as a browser has it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self._is_new = True

    def close(self) -> None:
        """End it."""
        self._file.close()
        self._socket.close()

    def ask(self, ask: Ask) -> Answer:
        """Return the answer to ASK; raise WrongAnswer where it has another status, OSError where none came."""
        first = self._sent(ask)
        while not first and not self._is_new:  # the server ended it while nothing was asked
            self.close()
            self._open()
            first = self._sent(ask)
        if not first:
            raise ConnectionError(f"{ask.method} {ask.path} was not answered")
        status, headers = int(first.split()[1]), []
        while line := self._file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.lower(), value.strip()))
        answer = Answer(status, headers, self._body(dict(headers), status))
        self._is_new = False
        if answer.header("connection").lower() == "close":
            self.close()
            self._open()
        return fitting(ask, answer)

    def _sent(self, ask: Ask) -> bytes:
        """Send ASK, and return the first line of what comes; nothing where the connection has ended."""
        try:
            self._socket.sendall(ask.wire(self.port))
            return self._file.readline()
        except (BrokenPipeError, ConnectionResetError):
            return b""

    def _body(self, headers: Mapping[str, str], status: int) -> bytes:
        if status in {204, 304}:
            return b""
        if "content-length" in headers:
            return self._file.read(int(headers["content-length"]))
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self._file.read()
        parts = []
        while size := int(self._file.readline().split(b";")[0], 16):
            parts.append(self._file.read(size))
            self._file.readline()
        self._file.readline()
        return b"".join(parts)


def asker(port: int) -> Callable[[Ask], Answer]:
    """Return what asks the server at PORT, each time over a connection of its own: for all that is not timed."""

    def ask(wanted: Ask) -> Answer:
        connection = Connection(port)
        try:
            return connection.ask(wanted)
        finally:
            connection.close()

    return ask


def played(ask: Callable[[Ask], Answer], page: Page) -> list[Answer]:
    """Return the answers that ASK gives to all requests of PAGE."""
    answers: list[Answer] = []
    with suppress(StopIteration):
        wanted = next(page)
        while True:
            answers.append(ask(wanted))
            wanted = page.send(answers[-1])
    return answers


class Browser:
    """Somebody's browser, as far as signing in needs one: it keeps cookies."""

    def __init__(self, ask: Callable[[Ask], Answer]) -> None:
        self._ask = ask
        self.jar: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """What it sends with each request."""
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def go(self, ask: Ask) -> Answer:
        """Return the answer to ASK, with the cookies there are."""
        answer = self._ask(ask._replace(cookie=self.cookie))
        for name, value in answer.headers:
            if name == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.jar[key] = kept
        return answer


class Took(NamedTuple):
    """What pages took: milliseconds of each, how many came in a second, how many bytes the bodies of the last had, and
    how many milliseconds of processor the client had itself for each."""

    milliseconds: Sequence[float]
    per_second: float
    size: int
    client: float


def run(port: int, streams: Sequence[Iterator[Page]], *, seconds: float, most: int = 10**9) -> Took:
    """Ask for the pages of each of STREAMS, each over a connection of its own and all at once, for so many SECONDS or
    until each has had so many: at least one of each. Raise what any of them raises."""
    took: list[float] = []
    sizes: list[int] = []
    errors: list[BaseException] = []
    connections = [Connection(port) for _ in streams]
    end = time.perf_counter() + seconds

    def work(connection: Connection, stream: Iterator[Page]) -> None:
        try:
            for number, page in enumerate(stream):
                began = time.perf_counter()
                answers = played(connection.ask, page)
                now = time.perf_counter()
                took.append((now - began) * 1000)
                sizes.append(sum(len(answer.body) for answer in answers))
                if now > end or number + 1 >= most or errors:
                    break
        except BaseException as error:  # noqa: BLE001 (raised by the caller)
            errors.append(error)

    began, used = time.perf_counter(), time.process_time()
    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in zip(connections, streams, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole, used = time.perf_counter() - began, time.process_time() - used
    for connection in connections:
        connection.close()
    if errors:
        raise errors[0]
    if not took:
        raise WrongAnswer("there was nothing left to ask for")
    return Took(took, len(took) / whole, sizes[-1], used * 1000 / len(took))
