"""Books in EPUB 2 and 3: an archive of pages, whose order and titles a package document tells."""

from collections.abc import Iterator, Mapping, Sequence

from course.base.archives import MIB, Limits, read_archive
from course.base.words import plural
from lessons.importing.addresses import path_of
from lessons.importing.blocks import Block, Tongue, blocks_in
from lessons.importing.decoding import decoded
from lessons.importing.imported import Imported, one_line
from lessons.importing.package import Package, read_package
from lessons.importing.pruning import prune
from lessons.importing.rendering import render
from lessons.importing.report import understood
from lessons.importing.sections import Document, sections_of, title_of
from lessons.importing.tally import Tally
from lessons.importing.xhtml import read_page

#: Pictures are large, though they are not kept.
LIMITS = Limits(entries=4000, total=96 * MIB, one=32 * MIB)

#: A page with more characters than this is a book of its own, parted by its headings.
WHOLE_BOOK = 80_000

#: A list of contents with fewer entries says nothing of the pages that it does not name.
FEW_ENTRIES = 3


def read_epub(name: str, content: bytes) -> Imported:
    """Return the book in CONTENT, the file NAME.

    Raise BadArchive for an archive that is broken, unsafe or too large; Unreadable for one that is no book, that is
    locked, over the limits or without words."""
    files = read_archive(content, limits=LIMITS)
    tally = Tally()
    package = read_package(files, tally)
    _count_what_is_not_read(package, files, tally)
    tongue = Tongue(package.language)
    sections = sections_of(_documents(package, files, tongue, tally), tongue, tally)
    made = Imported(
        title=package.title,
        author=package.author,
        language=package.language,
        title_direction=package.title_direction,
        licence=package.licence,
        source=package.source,
        sections=sections,
    )
    pages = sum(linear for _path, linear in package.spine)
    what = plural("A book in EPUB of one page.", "A book in EPUB of {n} pages, in their order of reading.", pages)
    return understood(made, tally, [what])


def _count_what_is_not_read(package: Package, files: Mapping[str, bytes], tally: Tally) -> None:
    for item in package.items.values():
        if item.media_type.startswith("image/") and item.path not in files:
            tally.left_out("missing", item.path or item.href)
        elif item.media_type == "application/smil+xml":
            tally.left_out("overlay", item.path)


def _documents(package: Package, files: Mapping[str, bytes], around: Tongue, tally: Tally) -> Iterator[Document]:
    known = len(package.contents) >= FEW_ENTRIES
    for path, linear in package.spine:
        if path == package.contents_page:
            tally.left_out("contents", path)
            continue
        title, blocks = _page(path, files[path], around, tally)
        entry = package.contents.get(path)
        first = blocks[0] if blocks else None
        heading = title_of(render(first, around, []).plain) if first and first.kind == "heading" else ""
        yield Document(
            path,
            blocks,
            title=(entry.title if entry else "") or heading or title,
            level=entry.level if entry else 1,
            continues=known and linear and entry is None and not heading,
            aside=not linear,
            divided=sum(block.size() for block in blocks) > WHOLE_BOOK,
        )


def _page(path: str, content: bytes, around: Tongue, tally: Tally) -> tuple[str, Sequence[Block]]:
    """Return the title that a page has in its head, and its blocks."""
    root = read_page(decoded(content)[0], tally, path)
    top, head = root.find("html") or root, root.find("head")
    title = head.find("title") if head else None
    words = one_line(title.words()) if title else ""
    body = root.find("body") or root
    prune(body, tally, lambda address: path_of(address, path))
    return words, blocks_in(body, around.of(top).of(body))
