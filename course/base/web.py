"""The way of a request: its transaction, its headers, static files whose address changes with their content."""

import gzip
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import brotli
from flask import Flask, Response, after_this_request, current_app, g, has_request_context, request
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course.base.compressing import taken
from course.base.db import current_database, request_transaction
from course.base.errors import DomainError
from course.base.limits import network_of

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: Where browsers report what the policy below kept from happening.
REPORTS = "/csp-reports"

#: No inline script or style, nothing from elsewhere, in no frame.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: So many addresses of the site are kept.
ADDRESSES = 8192

#: What an address is said by, where it can be kept: equal ones of these are written alike, as 1 and True are not.
PLAIN = frozenset({str, int, type(None)})

View = TypeVar("View", bound=Callable[..., Any])


def own_transactions(view: View) -> View:
    """Mark VIEW as one that opens its transactions itself, because slow work (hashing, parsing) lies between them."""
    view.own_transactions = True  # type: ignore[attr-defined]
    return view


def takes_uploads(most: int) -> Callable[[View], View]:
    """Mark a view as one that is sent files or long texts, of MOST bytes together, above what else a body may have."""

    def mark(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return mark


def after_page(trace: Callable[[Session], None]) -> None:
    """Let TRACE be written once the page at hand is made: in a short transaction of its own, handed over as a session.

    For the two traces that looking leaves: a post seen, a tutor's look. What fails in it is logged, and the page is
    served all the same; a request that ends in an error leaves none. TRACE must hold on to ids, not to rows."""
    g.setdefault("traces", []).append(trace)


class Templates(Environment):
    """Flask's templates, without the indentation of pages, and of which none has names of its own besides those of the
    site.

    Indentation is for those who write them: of a course it is an eighth. The library puts the names of each behind a
    chain, and walks through it for every macro that is brought in."""

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Return SOURCE as it is read, the indentation of a page one space wide. Letters stand as they are written."""
        source = super().preprocess(source, name, filename)
        return re.sub(r"(?m)^[ \t]+", " ", source) if name and name.endswith(".html") else source

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that templates know, and D."""
        return super().make_globals(d) if d else self.globals


class Application(Flask):
    """Flask, with each view inside one transaction.

    It is committed when the view returned and rolled back when it raised, whatever the status; the answer leaves after
    the commit. What only looks (GET) has a transaction that cannot write."""

    jinja_environment = Templates

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._addresses = lru_cache(ADDRESSES)(self._address)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of ENDPOINT, as Flask does.

        A page has a hundred of them, most of which were asked for before. An address on this site depends on nothing
        but what is said here, so the last ones are kept."""
        is_plain = PLAIN.issuperset(map(type, values.values())) and not values.get("_scheme")
        if not is_plain or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        return self._addresses(request.script_root, request.method, endpoint, *values.items())

    def _address(self, _root: str, _method: str, endpoint: str, *values: tuple[str, Any]) -> str:
        return super().url_for(endpoint, **dict(values))

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Raise the limit of the body where the view at hand takes files, before anything reads it."""
        most = getattr(self.view_functions.get(request.endpoint or ""), "most_bytes", None)
        if most is not None:
            request.max_content_length = request.max_form_memory_size = most
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view at hand in its transaction."""
        endpoint = request.endpoint or ""
        view = self.view_functions.get(endpoint)
        if view is None or endpoint == "static" or getattr(view, "own_transactions", False):
            return super().dispatch_request()
        with request_transaction(current_database(), writing=request.method not in SAFE):
            return super().dispatch_request()

    def full_dispatch_request(self) -> Response:
        """Answer the request, then write the traces it leaves: the transaction of the view is over by then."""
        response = super().full_dispatch_request()
        for trace in g.pop("traces", ()) if response.status_code < 400 else ():
            try:
                with current_database().transaction() as session:
                    trace(session)
            except Exception:
                log.exception("A trace of a look at %s was not written", request.endpoint)
        return response


def say_when_again(error: DomainError) -> None:
    """Let the page at hand, on which ERROR is told, say after how long it is worth asking again."""
    seconds = error.retry_after

    @after_this_request
    def say(response: Response) -> Response:
        if seconds is not None:
            response.headers["Retry-After"] = str(seconds)
        return response


def add_security_headers(response: Response) -> Response:
    """Set the headers of every answer; a page about one person is kept by no cache in between."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    reports = f"{request.script_root}{REPORTS}"
    policy = f"{CONTENT_SECURITY_POLICY}; report-uri {reports}"
    if request.is_secure:
        # Browsers that know the new way pass over the old one, also where they report on nothing but HTTPS by it.
        policy += "; report-to policy"
        response.headers.setdefault("Reporting-Endpoints", f'policy="{reports}"')
    response.headers.setdefault("Content-Security-Policy", policy)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.is_secure or current_app.config.get("ALWAYS_HTTPS"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


class StaticFiles:
    """The static folder: each file known by the hash of its content, the compressible ones compressed once."""

    COMPRESSED = frozenset({".css", ".js", ".svg"})
    YEAR = 365 * 24 * 3600

    def __init__(self, app: Flask) -> None:
        self.folder = Path(app.static_folder or "")
        self._hashes: dict[str, str] = {}
        self._app, self._path = app, app.static_url_path
        self._compressed: dict[tuple[str, str, int], bytes] = {}
        app.view_functions["static"] = self.serve
        app.jinja_env.globals["static"] = self.address

    def address(self, name: str) -> str:
        """Return the address of the static file NAME; it changes when its content does."""
        root = request.script_root if has_request_context() else ""
        return f"{root}{self._path}/{name}?v={self._hash(name)}"

    def _hash(self, name: str) -> str:
        if name not in self._hashes or self._app.debug:
            self._hashes[name] = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()[:12]
        return self._hashes[name]

    def serve(self, filename: str) -> Response:
        """Answer with the file; for a year where its address carries its hash or it is a font, which never changes.

        The hash of another content is that of another server, which has a newer program already: under that address
        this content must not stay."""
        response = current_app.send_static_file(filename)
        if filename.startswith("fonts/") or request.args.get("v") == self._hash(filename):
            response.headers["Cache-Control"] = f"public, max-age={self.YEAR}, immutable"
        if Path(filename).suffix in self.COMPRESSED:
            response.vary.add("Accept-Encoding")
            if response.status_code == 200 and (encoding := taken()):
                self._compress(response, filename, encoding)
        return response

    def _compress(self, response: Response, filename: str, encoding: str) -> None:
        path = self.folder / filename
        key = (filename, encoding, path.stat().st_mtime_ns)
        if key not in self._compressed:
            content = path.read_bytes()
            if path.suffix == ".css":
                # An eighth of the stylesheet is for those who write it: comments and indentation.
                content = re.sub(rb"/\*.*?\*/|(?<=\n)\s+", b"", content, flags=re.DOTALL)
            self._compressed[key] = brotli.compress(content) if encoding == "br" else gzip.compress(content, mtime=0)
        response.close()  # the file it would have sent
        response.direct_passthrough = False
        response.set_data(self._compressed[key])
        response.headers["Content-Encoding"] = encoding


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """Return the answer that is kept as a file called NAME, of letters, digits, points and hyphens."""
    response = Response(content, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def wants_json() -> bool:
    """Return whether the request comes from the page's script and is answered with data, not with a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def new_secret() -> str:
    """Return a token nobody can guess, fit for an address (256 bits)."""
    return secrets.token_urlsafe(32)


def hash_of_secret(token: str) -> str:
    """Return what is kept of TOKEN: a lost database opens no doors. Fast, since the token is random itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def site_keys() -> list[str]:
    """Return the secrets of the site, the newest first: the others are taken, and nothing is made with them."""
    return [str(current_app.secret_key), *(current_app.config.get("SECRET_KEY_FALLBACKS") or ())]


def keyed(word: str) -> str:
    """Return what WORD is counted under: without the secret of the site nobody finds it by trying words."""
    return hmac.digest(site_keys()[0].encode(), word.encode(), "sha256").hex()


def network_here() -> str:
    """Return the network that the request comes from, as it is counted: no address can be read from it."""
    return keyed(network_of(request.remote_addr or ""))


def is_local_path(target: str) -> bool:
    """Return whether TARGET is a path on this site, and so is safe to redirect to."""
    return (
        target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and not any(ord(character) < 32 for character in target)
    )
