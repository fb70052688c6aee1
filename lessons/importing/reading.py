"""Reads a file that somebody brings. What it is, is seen from its bytes first, and then from its name."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from course.base.archives import MIB
from course.base.words import _
from lessons.importing.decoding import looks_binary
from lessons.importing.epub import read_epub
from lessons.importing.html import read_html
from lessons.importing.imported import Imported, Unreadable, one_line
from lessons.importing.markdown import read_markdown
from lessons.importing.package import OFFICE
from lessons.importing.plain import read_plain

#: Of a text that is no archive.
MOST_BYTES = 8 * MIB

_READERS: dict[str, Callable[[str, bytes], Imported]] = {
    **dict.fromkeys(("html", "htm", "xhtml", "xht"), read_html),
    **dict.fromkeys(("md", "markdown", "mkd", "mdown"), read_markdown),
    **dict.fromkeys(("txt", "text"), read_plain),
}

#: How files begin that people bring and that cannot be read here, and what to do with them.
_OTHERS = (
    (
        b"%PDF",
        _("This is a PDF, which holds pages, not a text: bring the text as EPUB, HTML, Markdown or plain text."),
    ),
    (b"{\\rtf", _("This is an RTF document: save it as a web page (HTML) or as plain text, and bring that.")),
    (
        b"\xd0\xcf\x11\xe0",
        OFFICE,
    ),
    (b"\x1f\x8b", _("This file is compressed: unpack it and bring the text in it.")),
)

_PAGE = re.compile(rb"\s*(?:<\?xml|<!doctype\s+html|<html\b)", re.IGNORECASE)
_BYTE_ORDER = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_text(name: str, content: bytes) -> Imported:
    """Return the text in the file NAME, read into sections and passages; it has a title, if only that of the file.

    Raise Unreadable or BadArchive, both with a sentence for the one who brought it, and nothing else."""
    shown = one_line(PurePosixPath(name.replace("\\", "/")).name, 120) or _("text")
    if not content:
        raise Unreadable(_("The file is empty: bring one with a text in it."))
    if content.startswith((b"PK\3\4", b"PK\5\6")) or shown.lower().endswith(".epub"):
        text = read_epub(shown, content)
    else:
        text = _reader_of(shown, content)(shown, content)
    return text if text.title else replace(text, title=_title_of_file(shown))


def _reader_of(name: str, content: bytes) -> Callable[[str, bytes], Imported]:
    """Return what reads CONTENT, which is no archive; raise Unreadable for what is too large or is no text."""
    for beginning, advice in _OTHERS:
        if content.startswith(beginning):
            raise Unreadable(advice)
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file has more than {most} MiB: bring it in parts.").format(most=MOST_BYTES // MIB))
    if looks_binary(content):
        raise Unreadable(_("This is no file of words: bring a text as EPUB, HTML, Markdown or plain text."))
    ending = name.rpartition(".")[2].lower()
    if ending in _READERS:
        return _READERS[ending]
    return read_html if _PAGE.match(content[:200].lstrip(b"".join(_BYTE_ORDER))) else read_plain


def _title_of_file(name: str) -> str:
    stem = name.rpartition(".")[0] or name
    return one_line(stem.replace("_", " ").replace("-", " ")) or name
