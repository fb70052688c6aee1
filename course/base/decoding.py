"""Words out of bytes: by the mark before them, by their look, as UTF-8, or guessed, and then it is said so. Pure."""

import codecs
import re
from contextlib import suppress
from typing import NamedTuple

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BESIDE = re.compile(rb"[\x80-\xff]{2,}")
_CAPITAL_OR_SMALL = re.compile(rb"[\xc0-\xdf]"), re.compile(rb"[\xe0-\xff]")


class Decoded(NamedTuple):
    """Words, and how they were written; `guessed` where the bytes did not say it."""

    words: str
    encoding: str
    guessed: bool = False
    #: How many signs of it could not be read and are U+FFFD now.
    damaged: int = 0


def by_mark(content: bytes) -> Decoded | None:
    """Return the words of CONTENT where it begins with a mark of byte order, or is UTF-16 by its look; else None."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), encoding)
    if encoding := utf16_by_look(content):
        return Decoded(content.decode(encoding, "replace"), encoding)
    return None


def by_look(content: bytes) -> Decoded:
    """Return the words of CONTENT, which has no mark: as UTF-8 where it is that, else as what it looks most like.

    Guessed are windows-1251 and koi8-r where most of the high bytes stand side by side, as in Cyrillic words, and
    windows-1252 where they stand alone. There are always words: a byte that means nothing is shown as U+FFFD."""
    with suppress(UnicodeDecodeError):
        return Decoded(content.decode("utf-8"), "utf-8")
    words = content.decode("utf-8", "replace")
    bad = words.count("\ufffd")
    if sum(char > "\x7f" for char in words) > 10 * bad:
        return Decoded(words, "utf-8", damaged=bad)
    encoding = _guess(content)
    return Decoded(content.decode(encoding, "replace"), encoding, guessed=True)


def utf16_by_look(content: bytes) -> str:
    """Return the kind of UTF-16 in which CONTENT, without a mark, seems to be written: every other byte is nought."""
    head = content[:64]
    even, odd = head[::2], head[1::2]
    if len(head) >= 4 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 4 and not any(even) and all(odd) else ""


def _guess(content: bytes) -> str:
    high = sum(byte > 0x7F for byte in content)
    if 2 * sum(len(run) for run in _BESIDE.findall(content)) <= high:
        return "windows-1252"
    # Most letters of a text are small, and the two Cyrillic tables have the small ones where the other has capitals.
    capital, small = (len(which.findall(content)) for which in _CAPITAL_OR_SMALL)
    return "koi8-r" if capital > small else "windows-1251"
