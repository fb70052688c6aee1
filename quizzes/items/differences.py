"""How a quotation that was not found differs from the passage that is nearest to it, word by word."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import groupby
from typing import Literal, NamedTuple

from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import partial_ratio_alignment

from quizzes.items.verbatim import Part, fold, without_edges

MOST_WORDS = 400  #: words of one part that are compared
MOST_PARTS = 20  #: parts of one quotation that are compared
MOST_PASSAGES = 5  #: passages that one quotation is compared with
OMISSION = "…"

_WORD = re.compile(r"[^\s–—―]+")
_BROKEN = re.compile(r"(?<=\w)[-‐\xad]\s*\n\s*(?=\w)")

Kind = Literal["same", "missing", "other"]


class Piece(NamedTuple):
    """Some words of a difference: the `same` in both, `missing` from the quotation though the passage has them, or
    `other` words of the quotation that do not stand there."""

    kind: Kind
    words: str


class _Word(NamedTuple):
    text: str
    folded: str
    bare: str  # folded, without the punctuation around it


class Compared:
    """Passages made ready to be compared with quotations."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known: dict[str, _Word] = {}
        self._texts = [self._words(text) for text in texts]
        self._where: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._texts):
            for bare in {word.bare for word in words}:
                self._where[bare].append(number)

    def nearest(self, parts: Sequence[Part]) -> tuple[int, list[Piece]] | None:
        """Return the number, from 0, of the passage that differs least from PARTS, and how it differs;
        None if no passage has any of the words. What is left out between two parts is no difference."""
        quoted = [self._words(part.text)[:MOST_WORDS] for part in parts[:MOST_PARTS]]
        found = [(number, _difference(quoted, self._texts[number])) for number in self._candidates(quoted)]
        return min(found, key=lambda one: (_cost(one[1]), one[0]), default=None)

    def _words(self, text: str) -> list[_Word]:
        words = [found[0] for found in _WORD.finditer(_BROKEN.sub("", text))]
        for word in set(words) - self._known.keys():
            self._known[word] = _Word(word, fold(word).chars, fold(without_edges(word)).chars)
        return [self._known[word] for word in words if self._known[word].bare]

    def _candidates(self, quoted: Iterable[Sequence[_Word]]) -> list[int]:
        """Return the passages that share most with what was QUOTED, a rare word counting for more than a common one."""
        shared: dict[int, float] = defaultdict(float)
        for bare in sorted({word.bare for words in quoted for word in words}):
            numbers = self._where.get(bare, ())
            for number in numbers:
                shared[number] += 1 / len(numbers)
        return nsmallest(MOST_PASSAGES, shared, key=lambda number: (-shared[number], number))


def _difference(quoted: Sequence[Sequence[_Word]], passage: Sequence[_Word]) -> list[Piece]:
    pieces: list[Piece] = []
    for words in quoted:
        if pieces:
            pieces.append(Piece("same", OMISSION))
        pieces += _of_part(words, passage)
    runs = groupby(pieces, key=lambda piece: piece.kind)
    return [Piece(kind, " ".join(piece.words for piece in run)) for kind, run in runs]


def _cost(difference: Iterable[Piece]) -> int:
    """Return how far the two are apart. A word that does not stand there counts twice: leaving out is the lesser fault,
    and a word that stands far away is worth the way only if not too many lie between."""
    costs = {"same": 0, "missing": 1, "other": 2}
    return sum(costs[piece.kind] * len(piece.words.split()) for piece in difference)


def _of_part(words: Sequence[_Word], passage: Sequence[_Word]) -> list[Piece]:
    """Return a piece for each word of the difference between one part and the place of PASSAGE that is likest to it."""
    return min((_trimmed(_pieces(words, window)) for window in _windows(words, passage)), key=_cost)


def _windows(words: Sequence[_Word], passage: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """Yield where PASSAGE is likest to WORDS, with less and more around it: for what was left out."""
    likest = partial_ratio_alignment([word.bare for word in words], [word.bare for word in passage])
    if likest is None or len(words) >= len(passage):
        yield passage
    else:
        for more in (len(words) // 4 + 1, len(words), 2 * len(words)):
            yield passage[max(likest.dest_start - more, 0) : likest.dest_end + more]


def _trimmed(pieces: Iterable[Piece]) -> list[Piece]:
    """Return PIECES without what is missing before and after them."""
    pieces = list(pieces)
    kept = [place for place, piece in enumerate(pieces) if piece.kind != "missing"]
    return pieces[kept[0] : kept[-1] + 1]


def _pieces(words: Sequence[_Word], window: Sequence[_Word]) -> Iterator[Piece]:
    for change in LCSseq.opcodes([word.bare for word in window], [word.bare for word in words]):
        ours, theirs = window[change.src_start : change.src_end], words[change.dest_start : change.dest_end]
        if change.tag == "equal":
            for place, (our, their) in enumerate(zip(ours, theirs, strict=True), change.dest_start):
                yield from _pair(our, their, first=place == 0, last=place == len(words) - 1)
        else:
            yield from (Piece("missing", word.text) for word in ours)
            yield from (Piece("other", word.text) for word in theirs)


def _pair(our: _Word, their: _Word, *, first: bool, last: bool) -> Iterator[Piece]:
    """Yield a word that stands in both, or both forms of it where the punctuation differs; but not at the ends."""
    start = our.folded.find(our.bare)
    end = start + len(our.bare)
    if our.folded[start if first else 0 : end if last else None] == their.folded:
        yield Piece("same", our.text)
    else:
        yield Piece("missing", our.text)
        yield Piece("other", their.text)
