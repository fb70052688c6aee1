"""What a browser says of a page that broke the policy, read by hand: the body comes from anybody and is trusted in
nothing."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

#: A body may have so many bytes, and tell of so many violations; the rest is left.
MOST_BYTES = 16_384
MOST_TOLD = 20

#: The old way (`report-uri`) and the new (`report-to`).
OLD, NEW = "application/csp-report", "application/reports+json"

DIRECTIVE = re.compile(r"[a-z][a-z-]{0,39}")
#: What browsers say instead of an address.
WORDS = frozenset({"inline", "eval", "wasm-eval", "self", "data", "blob", "filesystem", "about"})
HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


class Unreadable(ValueError):
    """No report at all."""


class Violation(NamedTuple):
    """Which rule of the policy was broken, by what (an origin, a scheme or a word, nothing after it), and on which
    address, which may carry ids and tokens and is to be logged by nobody."""

    directive: str
    blocked: str
    page: str


def violations_in(media_type: str, body: bytes) -> list[Violation]:
    """Return what BODY tells; raise Unreadable where it is no report of that MEDIA_TYPE."""
    if media_type not in {OLD, NEW} or len(body) > MOST_BYTES:
        raise Unreadable
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if media_type == OLD:
        return _all_of([said.get("csp-report") if isinstance(said, dict) else None])
    if not isinstance(said, list):
        raise Unreadable
    return _all_of([one.get("body") for one in said if isinstance(one, dict) and one.get("type") == "csp-violation"])


def _all_of(reports: list[Any]) -> list[Violation]:
    return [_violation(report) for report in reports[:MOST_TOLD] if isinstance(report, dict)]


def _violation(report: Mapping[str, Any]) -> Violation:
    def word(*names: str) -> str:
        return next((said for name in names if isinstance(said := report.get(name), str) and said), "")

    # The old way says the sources along with the directive.
    directive = word("effectiveDirective", "effective-directive", "violated-directive").partition(" ")[0]
    return Violation(
        directive if DIRECTIVE.fullmatch(directive) else "other",
        _origin(word("blockedURL", "blocked-uri")),
        word("documentURL", "document-uri"),
    )


def _origin(said: str) -> str:
    """Return the origin of the address SAID, or the word that stands for one; "other" where it is neither."""
    if said in WORDS:
        return said
    try:
        parts = urlsplit(said)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "other"
    if not DIRECTIVE.fullmatch(parts.scheme):
        return "other"
    if not HOST.fullmatch(host):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"
