"""Documents as the sections of one text: each passage with its ident, each link to where it leads."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from course.base.markdown.idents import Idents
from course.base.markdown.safe import clean_imported
from course.base.words import _
from lessons.importing.addresses import Inside, place_of
from lessons.importing.blocks import Block, Tongue
from lessons.importing.cutting import LARGE, cut
from lessons.importing.imported import ImportedPassage, Section, Unreadable, one_line
from lessons.importing.rendering import render, tongue_attributes
from lessons.importing.tally import Tally

MOST_PASSAGES = 30_000

#: A passage of more characters than this has no parts to be cut at, and becomes plain paragraphs.
LONGEST_PASSAGE = 4 * LARGE

#: The outermost sections begin with h2, those in them with h3: h1 is the title. Deeper than h4 nothing goes.
_HIGHEST, _DEEPEST = 2, 4

_LINK = re.compile(r'<a href="@(\d+)">(.*?)</a>', re.DOTALL)


@dataclass(slots=True)
class Document:
    """A page of the file, in the order of reading: `title` and `level` are those of the list of contents, if any.

    A document that `continues` the one before has no section of its own; one that is `aside` is read if a link leads
    there. One that is to be `divided` has a section for each heading of its two highest ranks."""

    path: str
    blocks: Sequence[Block]
    title: str = ""
    level: int = 1
    continues: bool = False
    aside: bool = False
    divided: bool = False


@dataclass(slots=True)
class _Passage:
    """A passage before it is known where its links lead; `said` are the attributes of its language."""

    kind: str
    html: str
    plain: str
    page: str
    rank: int = 0
    said: str = ""
    idents: Sequence[str] = ()
    addresses: Sequence[str] = ()
    ident: str = ""


@dataclass(slots=True)
class _Section:
    title: str
    level: int
    aside: bool
    passages: list[_Passage] = field(default_factory=list)


_Page = tuple[Document, list[_Passage]]


def sections_of(documents: Iterable[Document], around: Tongue, tally: Tally) -> tuple[Section, ...]:
    """Return DOCUMENTS, a text written as AROUND, in sections, those without words left out.

    Raise Unreadable for more than MOST_PASSAGES."""
    pages: list[_Page] = []
    left = MOST_PASSAGES
    for document in documents:
        pages.append((document, list(_passages_of(document, around, tally))))
        left -= len(pages[-1][1])
        if left < 0:
            message = _("The text has more than {n} paragraphs: bring it in parts.")
            raise Unreadable(message.format(n=f"{MOST_PASSAGES:,}"))
    sections = _with_words(_parted(_reached(pages, tally)), tally)
    idents = Idents()
    for section in sections:
        for passage in section.passages:
            passage.ident = idents.derived(passage.kind, passage.plain)
    leads = _Leads(sections, tally)
    return tuple(
        Section(section.title, section.level, tuple(_finished(section, leads)), section.aside) for section in sections
    )


def _passages_of(document: Document, around: Tongue, tally: Tally) -> Iterator[_Passage]:
    for block in cut(document.blocks):
        addresses: list[str] = []
        html, plain = render(block, around, addresses)
        said = tongue_attributes(block.tongue, around)
        if len(plain) > LONGEST_PASSAGE:
            tally.left_out("long")
            idents = block.all_idents()
            for words in _pieces(plain):
                yield _Passage("paragraph", f"<p{said}>{escape(words)}</p>", words, document.path, idents=idents)
                idents = []
        elif plain.strip() or block.kind == "rule":
            idents = block.all_idents()
            yield _Passage(block.kind, html, plain, document.path, block.rank, said, idents, addresses)


def _pieces(plain: str) -> Iterator[str]:
    """Yield the words of PLAIN, without breaks of lines, in pieces of LARGE characters at most, cut between words."""
    words = " ".join(plain.split())
    while len(words) > LARGE:
        at = words.rfind(" ", LARGE // 2, LARGE)
        yield words[: at if at > 0 else LARGE]
        words = words[at + 1 if at > 0 else LARGE :]
    yield words


def _reached(pages: Sequence[_Page], tally: Tally) -> list[_Page]:
    """Return PAGES without those that are aside and to which no link of the others leads; those kept come last."""
    kept = [page for page in pages if not page[0].aside]
    asides = {page[0].path: page for page in pages if page[0].aside}
    for document, passages in kept:  # it grows
        for address in (address for passage in passages for address in passage.addresses):
            place = place_of(address, document.path)
            if isinstance(place, Inside) and place.path in asides:
                kept.append(asides.pop(place.path))
    for path in asides:
        tally.left_out("unreached", path)
    return kept


def _parted(pages: Iterable[_Page]) -> list[_Section]:
    sections: list[_Section] = []
    for document, passages in pages:
        if document.continues and sections:
            sections[-1].passages += passages
        else:
            sections += _sections_in(document, passages)
    return sections


def _sections_in(document: Document, passages: Sequence[_Passage]) -> list[_Section]:
    """Return DOCUMENT as one section or, if it is to be divided, one for each heading of its two highest ranks."""
    sections = [_Section(document.title, document.level, document.aside)]
    ranks = sorted({passage.rank for passage in passages if passage.kind == "heading"})[:2] if document.divided else []
    for passage in passages:
        if passage.rank in ranks:
            if not sections[-1].passages:
                sections.pop()
            level = document.level + ranks.index(passage.rank)
            sections.append(_Section(title_of(passage.plain), level, document.aside))
        sections[-1].passages.append(passage)
    return sections


def title_of(heading: str) -> str:
    """Return the words of HEADING in one line."""
    return one_line(": ".join(line for line in heading.split("\n") if line.strip()))


def _with_words(sections: Iterable[_Section], tally: Tally) -> list[_Section]:
    """Return SECTIONS without those that have no words; each with a title begins with a heading that says it."""
    kept = []
    for section in sections:
        if not any(passage.plain for passage in section.passages):
            if section.title:
                tally.left_out("wordless", section.title)
            continue
        if section.title and all(passage.kind != "heading" for passage in section.passages[:5]):
            page = section.passages[0].page
            section.passages.insert(0, _Passage("heading", escape(section.title), section.title, page, rank=1))
        kept.append(section)
    return kept


class _Leads:
    """Knows the passage to which each address of the file leads."""

    def __init__(self, sections: Iterable[_Section], tally: Tally) -> None:
        self._tally = tally
        self._places: dict[Inside, str] = {}
        for passage in (passage for section in sections for passage in section.passages):
            for ident in ("", *passage.idents):
                self._places.setdefault(Inside(passage.page, ident), passage.ident)

    def to(self, address: str, page: str) -> str | None:
        """Return what is to be written for ADDRESS on PAGE, None where it leads nowhere."""
        place = place_of(address, page)
        if isinstance(place, Inside):
            ident = self._places.get(place)
            if ident is None and place.path != page:
                ident = self._places.get(Inside(place.path, ""))
            place = f"#{ident}" if ident else None
        if place is None:
            self._tally.left_out("link", address)
        return place


def _finished(section: _Section, leads: _Leads) -> Iterator[ImportedPassage]:
    highest = next((passage.rank for passage in section.passages if passage.kind == "heading"), 1)
    for passage in section.passages:

        def link(found: re.Match[str], passage: _Passage = passage) -> str:
            address = leads.to(passage.addresses[int(found[1])], passage.page)
            return f'<a href="{escape(address)}">{found[2]}</a>' if address else found[2]

        html = _LINK.sub(link, passage.html)
        if passage.kind == "heading":
            level = _HIGHEST + min(section.level, 2) - 1 + max(0, passage.rank - highest)
            tag = f"h{min(level, _DEEPEST)}"
            html = f"<{tag}{passage.said}>{html}</{tag}>"
        yield ImportedPassage(passage.ident, passage.kind, clean_imported(html).strip("\n"), passage.plain)
