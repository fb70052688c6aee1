"""Under which names the site is served: what a request says of the host, anybody can choose.

Asked before anything else, in plain words: an address made of a wrong host must not even reach an error page."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from course.base.web import CONTENT_SECURITY_POLICY, SECURITY_HEADERS
from kruzhok.config import Config

#: What may stand in a host: a name or an address, and a port.
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)

#: Asked by what watches over the process, which knows it by another name.
ASKED_BY_ANY_NAME = frozenset({"/healthz", "/readyz", "/metrics"})

#: What the refusal says besides: it stands outside of what gives every other answer its headers.
HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
} | SECURITY_HEADERS

PORTS = {"http": "80", "https": "443"}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def hosts_of(config: Config) -> frozenset[str] | None:
    """Return the hosts under which the site is served, in lower case; None where any sane one is taken."""
    if config.site_url is None:
        return None
    parts = urlsplit(config.site_url.lower())
    usual = PORTS.get(parts.scheme, "")
    host = parts.netloc.removesuffix(f":{usual}")
    return frozenset({host, f"{host}:{usual}"} if ":" not in host.rpartition("]")[2] else {host})


def only_hosts(app: Wsgi, hosts: frozenset[str] | None) -> Wsgi:
    """Return APP that answers to these HOSTS alone, and with 400 to others; to any sane one where none are said."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME") or "")
        right = HOST.fullmatch(said) is not None and (hosts is None or said.lower() in hosts)
        if right or environ.get("PATH_INFO") in ASKED_BY_ANY_NAME:
            return app(environ, start_response)
        start_response("400 Bad Request", list(HEADERS.items()))
        return [b"This site is not served under that name.\n"]

    return answer
