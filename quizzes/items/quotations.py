"""Quotations in an essay: which there are, and where in the texts they stand (RULES section 11)."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import ClassVar, NamedTuple

from quizzes.items.differences import Compared, Piece
from quizzes.items.verbatim import Part, Reading, parts_of

MOST_QUOTATIONS = 50  #: quotations of one essay that are looked for; further ones are not
LEAST_WORDS = 4  #: what is shorter is no quotation

Passages = Sequence[tuple[str, str]]
"""Ident and plain words of each passage, in the order of the texts. An ident may be an address, `text#passage`: a
quotation runs on from one passage into the next, but never from one text into another."""

#: What closes a quotation that was opened with each mark. A mark of another form may close it: editors mix them.
_CLOSED_BY = {"“": '”"“', "„": '“”"', "”": '”"', '"': '"”', "«": "»", "»": "«»"}
_FORMS = str.maketrans({"″": '"', "＂": '"', "〃": '"', "〝": "“", "❝": "“", "‟": "“", "〞": "”", "❞": "”", "〟": "”"})
_MARK = re.compile('[“„”"«»]')
_AFTER_WORDS, _BEFORE_WORDS = frozenset(".,;!?)]…"), frozenset("'‘([…")
_BLOCK = re.compile(r" {0,3}>[> ]*")
_DEPTH = 8  #: quotations in quotations


class Quote(NamedTuple):
    """What was quoted: as it was typed, without the marks around it, and parted where something is left out."""

    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A quotation that stands in the texts, in `passages` (idents, in order)."""

    is_found: ClassVar[bool] = True
    quote: Quote
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A quotation that does not stand there: the `passage` (its ident) that is nearest to it, if any has a word of it,
    and how they differ. If every word is the same, it is the order of the parts that is another."""

    is_found: ClassVar[bool] = False
    quote: Quote
    passage: str | None
    difference: tuple[Piece, ...]


def quote_of(text: str) -> Quote:
    """Return TEXT as a quotation, whatever its length."""
    return Quote(text, tuple(parts_of(text)))


def quotations_in(text: str) -> list[Quote]:
    """Return what stands in double quotation marks of any form, or in a block of lines that begin with ">", in the
    order of TEXT. What has fewer than four words is no quotation; a quotation in a quotation is part of it."""
    return list(_quotations(text))


def count_quotations(text: str, most: int) -> int:
    """Return how many quotations there are in TEXT; of more than MOST, that."""
    return sum(1 for _quote in islice(_quotations(text), most))


def _quotations(text: str) -> Iterator[Quote]:
    quotes = (quote_of(quoted) for quoted in _quoted(text))
    return (quote for quote in quotes if sum(part.words for part in quote.parts) >= LEAST_WORDS)


def find(quote: Quote, passages: Passages) -> Found | Nearest:
    """Return where QUOTE stands in PASSAGES, or what is nearest to it there."""
    return Library(passages).find(quote)


def find_all(text: str, passages: Passages) -> list[Found | Nearest]:
    """Return where each quotation of TEXT stands, or what is nearest: of the first fifty, in their order."""
    library = Library(passages)
    return [library.find(quote) for quote in islice(_quotations(text), MOST_QUOTATIONS)]


class Library:
    """Passages made ready to look for quotations in them."""

    def __init__(self, passages: Passages) -> None:
        self._idents = [ident for ident, _plain in passages]
        texts = groupby(passages, key=lambda passage: passage[0].rpartition("#")[0])
        self._readings = [Reading([plain for _ident, plain in text]) for _slug, text in texts]
        self._passages = passages
        self._compared: Compared | None = None

    def find(self, quote: Quote) -> Found | Nearest:
        """Return where QUOTE stands, or what is nearest to it."""
        before = 0
        for reading in self._readings:
            if (numbers := reading.find(quote.parts)) is not None:
                return Found(quote, tuple(self._idents[before + number] for number in numbers))
            before += reading.length
        return self._nearest(quote)

    def _nearest(self, quote: Quote) -> Nearest:
        if self._compared is None:  # an essay without a mistake does not need it
            self._compared = Compared(plain for _ident, plain in self._passages)
        if (nearest := self._compared.nearest(quote.parts)) is None:
            return Nearest(quote, None, (Piece("other", quote.text),))
        number, difference = nearest
        return Nearest(quote, self._idents[number], tuple(difference))


def _quoted(text: str) -> Iterator[str]:
    """Yield what is quoted in TEXT, in its order."""
    kinds = [(kind, [*lines]) for kind, lines in groupby(text.split("\n"), key=_kind_of)]
    paragraphs = [(kind, lines) for kind, lines in kinds if kind != "blank"]
    for place, (kind, lines) in enumerate(paragraphs):
        if kind == "block":
            yield "\n".join(_BLOCK.sub("", line, count=1) for line in lines)
        else:
            following = paragraphs[place + 1][1][0] if place + 1 < len(paragraphs) else ""
            yield from _in_marks("\n".join(lines).translate(_FORMS), following.translate(_FORMS).lstrip())


def _kind_of(line: str) -> str:
    return "block" if _BLOCK.match(line) else "text" if line.strip() else "blank"


def _in_marks(paragraph: str, following: str) -> Iterator[str]:
    """Yield what stands between marks in PARAGRAPH. A quotation of several paragraphs opens anew in each and closes in
    the last: so an open one ends with its paragraph if the FOLLOWING begins with its mark."""
    spans: list[tuple[int, int]] = []
    opened: deque[tuple[str, int]] = deque(maxlen=_DEPTH)  # a stray mark is forgotten in the end
    for found in _MARK.finditer(paragraph):
        mark, at = found[0], found.start()
        before, after = paragraph[at - 1 : at], paragraph[at + 1 : at + 2]
        closes = next((one for one in reversed(opened) if _closes(one[0], mark, before, after)), None)
        if closes:
            while opened.pop() != closes:
                pass
            _add(spans, closes[1] + 1, at)
        elif _may_open(mark, before):
            opened.append((mark, at))
    if opened and following.startswith(opened[-1][0]):
        _add(spans, opened[-1][1] + 1, len(paragraph))
    yield from (paragraph[start:end] for start, end in spans)


def _add(spans: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a span to SPANS, instead of those in it."""
    while spans and spans[-1][0] > start:
        spans.pop()
    spans.append((start, end))


def _closes(opening: str, mark: str, before: str, after: str) -> bool:
    """Say whether MARK ends what OPENING began. Where one form is for both, the characters beside it tell."""
    if mark not in _CLOSED_BY[opening]:
        return False
    if mark == '"':
        opens = before.isspace() and (after.isalnum() or after in _BEFORE_WORDS)
        return not (opens or after.isalpha())
    return mark != opening or mark == "”" or not (before.isspace() or not before)


def _may_open(mark: str, before: str) -> bool:
    return mark == "„" or not (before.isalnum() or before in _AFTER_WORDS)
