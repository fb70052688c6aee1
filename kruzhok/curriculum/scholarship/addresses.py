"""Addresses outside that lead to a copy where the thing itself stands elsewhere, or that are spelled in two ways."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from course.base.words import _
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Sheet
from kruzhok.curriculum.places import Path, Place
from kruzhok.curriculum.tables import ADDRESSES, words_at

_MIRROR = re.compile(r"www[0-9]+\.|preview\.|web\.archive\.org$")
_ADDRESS = re.compile(r"https?://[^\s)\]}>\"'“”’`]+")


def address_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each copy that no note tells of, and for each second spelling of an address."""
    for sheet in curriculum.sheets():
        for pattern in ADDRESSES.get(sheet.kind, ()):
            for at, address in words_at(sheet.raw, pattern):
                if is_mirror(address) and not _is_told(sheet, at, address):
                    message = _("“{address}” is a copy.").format(address=address)
                    hint = _("Give the address of the original, or say in the `note` beside it that this is a copy.")
                    yield sheet.finding(at, message, hint, "warning")
    yield from _two_spellings(curriculum)


def is_mirror(address: str) -> bool:
    """Say whether the host of ADDRESS is one of those that show what stands elsewhere."""
    return bool(_MIRROR.match(urlsplit(address).hostname or ""))


def _is_told(sheet: Sheet[Any], at: Path, address: str) -> bool:
    """Say whether the note beside the address AT says that it is a copy: by this word or by naming the host."""
    entry = sheet.raw
    for part in at[:-1]:
        entry = entry[part]
    note = str(entry.get("note", ""))
    return any(word in note for word in ("copy", "mirror", urlsplit(address).hostname or "copy"))


class _Written(NamedTuple):
    address: str
    sheet: Sheet[Any]
    place: Place


def _two_spellings(curriculum: Curriculum) -> Iterator[Finding]:
    first: dict[str, _Written] = {}
    told: set[str] = set()
    for sheet in curriculum.sheets():
        for number, line in enumerate(sheet.lines, 1):
            for match in _ADDRESS.finditer(line):
                written = _Written(match[0].rstrip(".,;:!?"), sheet, Place(number, match.start() + 1))
                before = first.setdefault(plain(written.address), written)
                if before.address != written.address and written.address not in told:
                    told.add(written.address)
                    message = _("“{address}” stands elsewhere as “{other}”.")
                    message = message.format(address=written.address, other=before.address)
                    hint = _("Write it in one way; {file} has the other.").format(file=before.sheet.path)
                    yield sheet.finding(written.place, message, hint, "warning")


def plain(address: str) -> str:
    """Return ADDRESS without what is often written in two ways: the scheme, `www.` and a slash at the end."""
    return re.sub(r"^https?://(www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
