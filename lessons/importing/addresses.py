"""Where a link of a page leads: to the web, to a page of the same file, or nowhere from here."""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from course.base.markdown.links import web_address

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NO_ADDRESS = re.compile(r"[\s<>\"\\]")
_BLANKS = re.compile("[\x00-\x20\x7f-\xa0]+")


class Inside(NamedTuple):
    """A place in the same file: the path of its page and the ident of an element, empty for the page itself."""

    path: str
    ident: str


def place_of(address: str, page: str) -> Inside | str | None:
    """Return where ADDRESS leads that stands on PAGE: inside the file, or its address in the web; None for nowhere."""
    address = address.strip()
    if _SCHEME.match(_BLANKS.sub("", address)):
        return web_address(address)
    path, _sign, ident = address.partition("#")
    path = path.partition("?")[0]
    return Inside(path_of(path, page) if path else page, unquote(ident))


def path_of(address: str, page: str) -> str:
    """Return the path that ADDRESS, relative to PAGE, means; too many steps upwards end at the top, as in the web."""
    parts = [] if address.startswith("/") else page.split("/")[:-1]
    for part in unicodedata.normalize("NFC", unquote(address.partition("?")[0].partition("#")[0])).split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def leads_away(address: str) -> bool:
    """Return whether ADDRESS names another place than one in the same file."""
    return _SCHEME.match(_BLANKS.sub("", address)) is not None


def is_whole(address: str) -> bool:
    """Return whether ADDRESS, as somebody typed it, is a whole one of the web, and nothing else."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _NO_ADDRESS.search(address)
    except ValueError:
        return False
