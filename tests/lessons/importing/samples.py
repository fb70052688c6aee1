"""Samples of our own: EPUBs made in code, and what is found in an import."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from html import escape, unescape

from lessons.importing.imported import Imported, ImportedPassage

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""

XHTML = "application/xhtml+xml"


def page(body: str, title: str = "", *, head: str = "", attrs: str = "") -> str:
    """Return a page of a book."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" {attrs}><head><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def package(
    pages: Iterable[str],
    *,
    metadata: str = "<dc:title>A book</dc:title><dc:language>en</dc:language>",
    manifest: str = "",
    spine: str = "",
    toc: str = "",
) -> str:
    """Return a package document with PAGES (names of files) in its order of reading, then what is in SPINE."""
    names = list(pages)
    items = "".join(f'<item id="{name}" href="{name}" media-type="{XHTML}"/>' for name in names)
    order = "".join(f'<itemref idref="{name}"/>' for name in names)
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}{manifest}</manifest><spine{toc}>{order}{spine}</spine></package>"
    )


def nav(*entries: tuple[str, str]) -> str:
    """Return a list of contents with ENTRIES (address, title)."""
    items = "".join(f'<li><a href="{address}">{escape(title)}</a></li>' for address, title in entries)
    return page(f'<nav epub:type="toc"><ol>{items}</ol></nav>', "Contents")


NAV = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'


def zipped(files: Mapping[str, str | bytes], *, level: int = 6) -> bytes:
    """Return FILES as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def epub(files: Mapping[str, str | bytes], opf: str | None = None, *, extra: Mapping[str, str | bytes] = {}) -> bytes:
    """Return a book with FILES in its folder and EXTRA beside it; all pages are in its order unless OPF says."""
    opf = opf if opf is not None else package(name for name in files if name.endswith(".xhtml"))
    inside = {f"OEBPS/{name}": content for name, content in files.items()}
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": opf,
            **inside,
            **extra,
        }
    )


def passages(text: Imported) -> list[ImportedPassage]:
    """Return all passages of TEXT in order."""
    return [passage for section in text.sections for passage in section.passages]


def words(text: Imported) -> list[str]:
    """Return the words of each passage of TEXT."""
    return [passage.plain for passage in passages(text)]


def left_out(text: Imported) -> str:
    """Return all that TEXT says was left out, names included."""
    return "\n".join(" ".join([notice.message, *notice.names]) for notice in text.left_out)


def shown(html: str) -> str:
    """Return the words that a reader of HTML sees, all white space as one space."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
