"""Plain text: paragraphs with blank lines between, or one on each line; what Project Gutenberg puts around is known."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from course.base.words import _
from lessons.importing.blocks import Block, Content, Tongue
from lessons.importing.decoding import decoded
from lessons.importing.imported import Imported, one_line
from lessons.importing.report import understood
from lessons.importing.sections import Document, sections_of
from lessons.importing.tally import Tally
from lessons.importing.tree import Node

_BEGINS = re.compile(r"^\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*$", re.MULTILINE | re.IGNORECASE)
_ENDS = re.compile(
    r"^(?:\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG EBOOK|End of (?:the )?Project Gutenberg)",
    re.MULTILINE | re.IGNORECASE,
)
_FACT = re.compile(r"^(Title|Author): *(.+(?:\n {2,}.+)*)$", re.MULTILINE)
_ADDRESS = re.compile(r"https?://www\.gutenberg\.org/\S{1,80}", re.IGNORECASE)

_RULE = re.compile(r"[ \t]*([*_=~#-])(?:[ \t]*\1){2,}[ \t]*")
_NUMBER = r"(?:[0-9]{1,3}|[IVXLC]{1,8}|(?:the )?(?:first|last)|one|two|three|four|five|six|seven|eight|nine|ten)"
_OUTER = re.compile(rf"(?:part|book|часть|книга)\s+{_NUMBER}\b.{{0,80}}", re.IGNORECASE)
_INNER = re.compile(
    rf"(?:chapter|section|act|scene|letter|canto|appendix|глава)\s+{_NUMBER}\b.{{0,80}}|(?-i:[IVXLC]{{1,8}})\.?"
    r"|(?:preface|introduction|foreword|prologue|epilogue|conclusion|afterword|appendix|notes"
    r"|предисловие|введение|заключение|эпилог)\.?",
    re.IGNORECASE,
)

#: Lines no longer than this are verse or an address: prose would have filled them.
SHORT = 50

#: A line longer than this was not broken by hand: it is a paragraph.
LONG = 120

#: So many headings without a paragraph between them are a list of contents.
CONTENTS = 3


class _Paragraph(NamedTuple):
    lines: Sequence[str]
    blank_before: int

    @property
    def words(self) -> str:
        return " ".join(line.strip() for line in self.lines)


def read_plain(name: str, content: bytes) -> Imported:
    """Return the text in CONTENT, the file NAME. Raise Unreadable for one over the limits or without words."""
    words, doubt = decoded(content)
    tally = Tally()
    tally.words(len(words))
    facts, words = _without_boilerplate(words, tally)
    paragraphs = []
    for paragraph in _paragraphs(words):
        tally.element()
        paragraphs.append(paragraph)
    title = facts.get("title", "")
    if not title and len(paragraphs) > 1 and _is_title(paragraphs[0]):
        title = one_line(paragraphs.pop(0).words)
    sections = sections_of([Document(name, list(_blocks(paragraphs)), divided=True)], Tongue(), tally)
    made = Imported(title, facts.get("author", ""), source=facts.get("source", ""), sections=sections)
    return understood(made, tally, [_("A plain text.")], doubt)


def _without_boilerplate(words: str, tally: Tally) -> tuple[dict[str, str], str]:
    """Return what Project Gutenberg says of a text, and the text between its header and its licence."""
    begins = _BEGINS.search(words)
    if not begins:
        return {}, words
    tally.left_out("boilerplate")
    header = words[: begins.start()][:20_000]
    facts = {found[1].lower(): one_line(found[2]) for found in _FACT.finditer(header)}
    address = _ADDRESS.search(header)
    facts["source"] = address[0] if address else "Project Gutenberg"
    ends = _ENDS.search(words, begins.end())
    return facts, words[begins.end() : ends.start() if ends else len(words)]


def _paragraphs(words: str) -> Iterator[_Paragraph]:
    gathered: list[str] = []
    blank, blank_before = 1, 1
    for line in [*words.split("\n"), ""]:
        if line.strip():
            if not gathered:
                blank_before = blank
            gathered.append(line)
            blank = 0
        else:
            yield from _split(gathered, blank_before) if gathered else ()
            gathered, blank = [], blank + 1


def _split(lines: Sequence[str], blank_before: int) -> Iterator[_Paragraph]:
    """Yield the paragraphs in LINES, which have no blank line between them."""
    indented = [line.startswith(("  ", "\t", "\u3000")) for line in lines]
    if any(len(line) > LONG for line in lines):
        starts = list(range(len(lines)))
    elif len(lines) > 3 and 0 < sum(indented) <= len(lines) / 2:
        starts = [number for number, is_indented in enumerate(indented) if is_indented or number == 0]
    else:
        starts = [0]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _Paragraph(lines[start:end], blank_before if start == 0 else 0)


def _is_title(paragraph: _Paragraph) -> bool:
    words = paragraph.words
    is_short = len(paragraph.lines) == 1 and len(words) <= 80 and not words.endswith((".", ",", ";", ":"))
    return is_short and any(char.isalpha() for char in words) and not _rank_of(paragraph)


def _rank_of(paragraph: _Paragraph) -> int:
    """Return the rank of a heading, 0 for what is none."""
    if len(paragraph.lines) > 2 or any(len(line.strip()) > 80 for line in paragraph.lines):
        return 0
    words = paragraph.words
    if _OUTER.fullmatch(words):
        return 1
    shouted = len(paragraph.lines) == 1 and paragraph.blank_before >= 2 and len(words) <= 60
    letters = [char for char in words if char.isalpha()]
    is_shouted = shouted and len(letters) > 2 and words == words.upper() and words != words.lower()
    return 2 if is_shouted or _INNER.fullmatch(words) else 0


def _blocks(paragraphs: Sequence[_Paragraph]) -> Iterator[Block]:
    ranks = [_rank_of(paragraph) for paragraph in paragraphs]
    for start, end in _runs(ranks):
        if end - start >= CONTENTS:
            ranks[start:end] = [0] * (end - start)
    for paragraph, rank in zip(paragraphs, ranks, strict=True):
        if all(_RULE.fullmatch(line) for line in paragraph.lines):
            yield Block("rule")
        else:
            yield Block("heading" if rank else "paragraph", _content(paragraph, verse=not rank), rank=rank)


def _runs(ranks: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield where runs of headings start and end in RANKS."""
    start = 0
    for end in range(len(ranks) + 1):
        if end == len(ranks) or not ranks[end]:
            yield start, end
            start = end + 1


def _content(paragraph: _Paragraph, *, verse: bool) -> list[Content]:
    """Return the words of PARAGRAPH; what may be VERSE keeps its lines if these are short."""
    lines = [line.strip() for line in paragraph.lines]
    if not verse or len(lines) < 2 or max(map(len, lines)) > SHORT:
        return [" ".join(lines)]
    content: list[Content] = [lines[0]]
    for line in lines[1:]:
        content += [Node("br"), line]
    return content
