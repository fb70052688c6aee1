"""What is noted of each request: a reference, the page it asked for, how it ended and what it cost. Never whose it was.

A page is named by its template (`/reset/<token>`), not by its path: paths hold tokens that open doors.
"""

import logging
import re
import secrets
import time

from flask import Flask, Response, current_app, g, request

from course.base.db import queries_here
from kruzhok.operations.logs import REFERENCE

log = logging.getLogger(__name__)

#: What a proxy's reference may look like; another is replaced by one of ours.
SANE = re.compile(r"[A-Za-z0-9_.:-]{8,64}")

#: Easily told over the telephone: no letter looks like a digit.
ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"

#: What asks again and again, or comes along with a page. A line is written only where it went wrong.
QUIET = frozenset({"static", "site.healthz", "site.readyz", "site.metrics"})

#: A method that is none of these is anything a stranger may have typed.
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def init_requests(app: Flask) -> None:
    """Let each request to APP have a reference and leave its line. Before anything else that looks at requests."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def new_reference() -> str:
    """Return a reference nobody had before, `k7pm-3xwd-q2hn`."""
    letters = "".join(secrets.choice(ALPHABET) for _letter in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _begin() -> None:
    g.began = time.perf_counter()
    g.queries = 0
    said = request.headers.get("X-Request-Id", "") if current_app.extensions["config"].proxies else ""
    REFERENCE.set(said if SANE.fullmatch(said) else new_reference())


def _forget(_error: BaseException | None) -> None:
    REFERENCE.set(None)


def _end(response: Response) -> Response:
    if "began" not in g:  # it broke before it was looked at
        return response
    seconds = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    response.headers["X-Request-Id"] = REFERENCE.get()
    if (metrics := current_app.extensions.get("metrics")) is not None:
        metrics.count(route, method, response.status_code, seconds, queries_here())
    if request.endpoint not in QUIET or response.status_code >= 400:
        cost = {"status": response.status_code, "ms": round(seconds * 1000, 1), "queries": queries_here()}
        grave = logging.WARNING if response.status_code >= 500 else logging.INFO
        log.log(grave, "Answered", extra={"told": {"method": method, "route": route} | cost})
    return response
