"""A site to be asked, its people, and what must hold of every answer."""

import html
import io
import logging
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.test import run_wsgi_app

from benchmarks.http_fuzz import nasty
from benchmarks.http_fuzz.reading import Form, asked_by, read
from course.base.web import Application

#: Doing these ends what one is there: they are asked last.
ENDS = ("sign-out", "/leave", "/archive", "/me/password", "/join/", "/me/merge", "/members", "/me/erase", "/delete")


@dataclass(frozen=True)
class Person:
    """Somebody who asks: a name for people, the cookie of their browser and the token of their forms."""

    role: str
    cookie: str
    token: str


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


class Finding(NamedTuple):
    """What did not hold, who asked, and how."""

    what: str
    role: str
    request: str


@dataclass
class Surface:
    """What one person is offered: addresses of pages, forms, and the (name, value) that links ask by."""

    pages: list[str]
    forms: list[Form]
    names: list[tuple[str, str]]


class Complaints(logging.Handler):
    """Keeps what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with what was raised."""
        raised = record.exc_info[1] if record.exc_info else None
        self.said.append(f"{record.getMessage()}: {raised!r}"[:600])


@contextmanager
def listening() -> Iterator[Complaints]:
    """Give a list of what is logged as an error inside the block."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        yield complaints
    finally:
        logging.getLogger().removeHandler(complaints)


def send(app: Application, person: Person, request: nasty.Request) -> Answer:
    """Send REQUEST as PERSON, byte for byte: no client in between mends it."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query.encode("utf-8", "replace").decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "HTTP_COOKIE": person.cookie,
        "HTTP_ACCEPT": "text/html,*/*;q=0.8",
    }
    if request.method not in {"GET", "HEAD"} or request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    if request.content_type is not None:
        environ["CONTENT_TYPE"] = request.content_type
    for name, value in request.headers:
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    text = b"".join(body).decode("utf-8", "replace")
    return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, text)


def surface_of(app: Application, person: Person, pages: Sequence[str]) -> Surface:
    """Return what PERSON is offered on PAGES, the ones they may not see left out."""
    surface = Surface([], [], [])
    seen = set()
    names: dict[str, str] = {}
    for page in pages:
        split = urlsplit(page)
        answer = send(app, person, nasty.Request("GET", split.path, split.query))
        surface.pages.append(page)
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        forms, links = read(page, answer.text)
        for form in forms:
            if form.key not in seen:
                seen.add(form.key)
                surface.forms.append(form)
        names |= dict(asked_by([*links, page]))
        names |= {one.name: one.value for form in forms if form.method == "GET" for one in form.fields}
    surface.names = sorted(names.items())
    return surface


def faults_of(request: nasty.Request, answer: Answer, markers: Sequence[str], logged: Sequence[str]) -> list[str]:
    """Return what does not hold of ANSWER to REQUEST; MARKERS are words of people who show them to nobody."""
    faults = [f"logged: {line}" for line in logged]
    if answer.status >= 500:
        faults.append(f"{answer.status}")
    if (to := answer.headers.get("location")) is not None:
        split = urlsplit(to)
        if split.netloc not in {"", "localhost"} or split.scheme not in {"", "http"} or not split.path.startswith("/"):
            faults.append(f"leads off the site: {to!r}")
        if "\\" in to or to.startswith("//"):
            faults.append(f"leads off the site: {to!r}")
    if "owned" in answer.headers.get("set-cookie", "") or "x-evil" in answer.headers:
        faults.append("a header was put in")
    said = html.unescape(answer.text)
    faults += [f"shows {marker}" for marker in markers if marker in said]
    if 400 <= answer.status < 500 and request.method != "HEAD":
        if not _in_our_words(answer):
            faults.append(f"{answer.status} in no words of ours: {answer.text[:200]!r}")
        if answer.status != 413:
            lost = [name for name, words in request.typed if words not in said]
            faults += [f"{answer.status} lost what was typed as {name}: {_heading(said)}" for name in lost]
    if "content-security-policy" not in answer.headers or answer.headers.get("x-content-type-options") != "nosniff":
        faults.append("no policy on it")
    return faults


def _heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return found[1].strip() if found else page[:80]


def _in_our_words(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return bool(re.search(r'"problem[s]?"', answer.text))
    return kind.startswith("text/html") and '<main id="main"' in answer.text


def ask(
    app: Application,
    person: Person,
    surface: Surface,
    rng: random.Random,
    *,
    times: int,
    markers: Sequence[str],
    others: Sequence[str] = (),
    ended: Callable[[], None] | None = None,
) -> Iterator[tuple[nasty.Request, int, list[str]]]:
    """Give (request, status, faults) of so many requests, three in four of them forms; ENDED brings the site back."""
    tame = [form for form in surface.forms if not any(end in form.action for end in ENDS)]
    last = [form for form in surface.forms if form not in tame]
    with listening() as complaints:
        for number in range(times):
            forms = last if (ended or number > times * 0.9) and last and rng.random() < 0.1 else tame
            if forms and rng.random() < 0.75:
                form = forms[number % len(forms)] if forms is tame else rng.choice(last)
                request = nasty.of_form(form, rng, person.token, others)
            else:
                request = nasty.of_page(rng.choice(surface.pages), rng, surface.names, others)
            complaints.said.clear()
            answer = send(app, person, request)
            yield request, answer.status, faults_of(request, answer, markers, complaints.said)
            if ended and forms is last and answer.status < 400:
                ended()
