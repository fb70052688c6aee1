"""Words as they stand, whatever they were typed with: what a quotation and its text are folded to, and where one stands
in the other (RULES section 11)."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

LEAST_ALONE = 3  #: words of a part that is searched alone
MOST_PLACES = 300  #: places at which a quotation is tried; only a short word stands in so many

_QUOTES = "\"'`´‘’‚‛“”„‟‹›«»′″‵‶ʹʺʻʼʽ〝〞〟❛❜❝❞＇＂"
_DASHES = "‐‑‒–—―−⁃⸺⸻〰﹘﹣－"
_WITHOUT_WIDTH = re.compile("[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_SOFT_HYPHEN = re.compile(r"\xad(\s?)")
_SAME = str.maketrans(dict.fromkeys(_QUOTES, "'") | dict.fromkeys(_DASHES, "-"))
_GAP = re.compile(r"[\s\-'\[\]]+")
_WORD = re.compile(r"[^\W_][^\s–—―]*")
_LEFT_OUT = re.compile(r"\[([^\[\]]*)\]|[…⋯]|\.(?:\s{0,2}\.){2,}")
_CHANGED_LETTER = re.compile(r"\[(\w)\](?=\w)")


def count_words(text: str) -> int:
    """Return how many words TEXT has: what begins with a letter or digit, up to white space or a long dash."""
    return sum(1 for _word in _WORD.finditer(text))


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without white space, dashes, quotation marks and square brackets, and where they stood.

    `spaces` are the places in `chars` where white space alone parts two words, in order. At `soft` ones stood something
    that may as well not be there: a dash, or the hyphen of a word that was broken at the end of a line."""

    chars: str
    spaces: tuple[int, ...]
    soft: frozenset[int]

    def may_part(self, at: int) -> bool:
        """Say whether a word may begin or end at the place AT."""
        if at in (0, len(self.chars)) or not (self.chars[at - 1].isalnum() and self.chars[at].isalnum()):
            return True
        return at in self.soft or self._is_space(at)

    def fits(self, part: "Part", at: int) -> bool:
        """Say whether PART, whose characters stand at AT, is parted into words as they are here."""
        words, end = part.folded, at + len(part.folded.chars)
        if not (part.begins_in_word or self.may_part(at)) or not (part.ends_in_word or self.may_part(end)):
            return False
        here = self.spaces[bisect_right(self.spaces, at) : bisect_left(self.spaces, end)]
        theirs = {at + space for space in words.spaces}
        return all(space in self.soft or self._is_space(space) for space in theirs) and all(
            space in theirs or space - at in words.soft for space in here
        )

    def _is_space(self, at: int) -> bool:
        index = bisect_left(self.spaces, at)
        return index < len(self.spaces) and self.spaces[index] == at


class Part(NamedTuple):
    """What stands between two omissions of a quotation. `text` is as it was typed; a bracket that cuts a word
    (“want[ed]”) leaves a part that begins or ends in one."""

    text: str
    folded: Folded
    words: int
    begins_in_word: bool = False
    ends_in_word: bool = False


def fold(text: str) -> Folded:
    """Return TEXT folded: compatibility forms (NFKC), case, white space, soft hyphens and hyphens at the ends of lines,
    forms of quotation marks and dashes."""
    text = _alike(text)
    pieces, spaces, soft, at, here = [], [], set(), 0, 0
    for gap in _GAP.finditer(text):
        pieces.append(text[here : gap.start()])
        at += gap.start() - here
        here = gap.end()
        in_words = text[gap.start() - 1 : gap.start()].isalnum() and text[here : here + 1].isalnum()
        if "-" in gap[0] or not in_words:
            soft.add(at)
        elif gap[0].strip("'[]"):  # an apostrophe parts nothing
            spaces.append(at)
    return Folded("".join([*pieces, text[here:]]), tuple(spaces), frozenset(soft))


def _alike(text: str) -> str:
    text = _SOFT_HYPHEN.sub(lambda found: "-" if found[1] else "", text)
    text = unicodedata.normalize("NFKC", _WITHOUT_WIDTH.sub("", text.translate(_SAME)))
    return unicodedata.normalize("NFKC", text.casefold()).translate(_SAME)


def parts_of(quoted: str) -> list[Part]:
    """Return the parts of what was QUOTED: "..." and whatever stands in square brackets leave something out, but for
    "[t]he", where only a letter was changed. Punctuation around a part is no part of it."""
    quoted = _CHANGED_LETTER.sub(r"\1", quoted)
    parts, start, in_word = [], 0, False
    for omission in _LEFT_OUT.finditer(quoted):
        cuts = (omission[1] or "").isalpha()
        parts.append(_part(quoted[start : omission.start()], begins_in_word=in_word, ends_in_word=cuts))
        start, in_word = omission.end(), cuts
    parts.append(_part(quoted[start:], begins_in_word=in_word, ends_in_word=False))
    return [part for part in parts if part.folded.chars]


def _part(typed: str, *, begins_in_word: bool, ends_in_word: bool) -> Part:
    begins_in_word = begins_in_word and typed[:1].isalnum()
    ends_in_word = ends_in_word and typed[-1:].isalnum()
    text = without_edges(typed)
    return Part(text, fold(text), count_words(text), begins_in_word, ends_in_word)


def without_edges(text: str) -> str:
    """Return TEXT from its first to its last letter or digit: without the punctuation around it."""
    letters = (place for place, char in enumerate(text) if _is_letter(char))
    start = next(letters, None)
    if start is None:
        return ""
    end = next(place for place in range(len(text), 0, -1) if _is_letter(text[place - 1], mark=True))
    return text[start:end]


def _is_letter(char: str, *, mark: bool = False) -> bool:
    """Say whether CHAR is a letter or digit once folded, or a MARK on one."""
    return any(one.isalnum() or (mark and unicodedata.combining(one)) for one in unicodedata.normalize("NFKC", char))


class Reading:
    """Passages that follow one another, made ready to be searched: a quotation may run on from one into the next.

    `length` is how many there are."""

    def __init__(self, texts: Sequence[str]) -> None:
        folded = [fold(text) for text in texts]
        self.length = len(folded)
        self._starts = [0, *accumulate(len(one.chars) for one in folded)]
        soft, spaces = set(), []
        for start, one in zip(self._starts, folded, strict=False):
            soft |= {start + place for place in one.soft}
            spaces += [start, *(start + place for place in one.spaces)]
        chars = "".join(one.chars for one in folded)
        self._all = Folded(chars, tuple(place for place in spaces if place not in soft), frozenset(soft))

    def find(self, parts: Sequence[Part]) -> range | None:
        """Return the numbers of the passages, from 0, that PARTS stand in, in their order and as near together as may
        be; None if they do not.

        A part of under three words proves nothing by itself. It must stand in the same passage as its neighbour or the
        next to it, and where there is no longer one, all must stand in one passage."""
        if not parts:
            return None
        alone = [index for index, part in enumerate(parts) if part.words >= LEAST_ALONE]
        near = 1 if alone else 0
        first = alone[0] if alone else max(range(len(parts)), key=lambda index: len(parts[index].text))
        places = islice(self._places(parts[first], 0, len(self._all.chars)), MOST_PLACES)
        spans = [span for at in places if (span := self._around(parts, first, at, near))]
        if not spans:
            return None
        start, end = min(spans, key=lambda span: span[1] - span[0])
        return range(self._passage(start), self._passage(end - 1) + 1)

    def _around(self, parts: Sequence[Part], first: int, at: int, near: int) -> tuple[int, int] | None:
        """Return where PARTS begin and end if the one numbered FIRST stands AT."""
        start, end = at, at + len(parts[first].folded.chars)
        for part in reversed(parts[:first]):
            before = [*self._places(part, self._starts[max(self._passage(start) - near, 0)], start)]
            if not before:
                return None
            start = before[-1]
        for part in parts[first + 1 :]:
            last = len(self._all.chars) if part.words >= LEAST_ALONE else self._end(self._passage(end - 1) + near)
            after = next(self._places(part, end, last), None)
            if after is None:
                return None
            end = after + len(part.folded.chars)
        return start, end

    def _places(self, part: Part, start: int, end: int) -> Iterator[int]:
        """Yield the places between START and END where PART stands."""
        at = self._all.chars.find(part.folded.chars, start, end)
        while at >= 0:
            if self._all.fits(part, at):
                yield at
            at = self._all.chars.find(part.folded.chars, at + 1, end)

    def _passage(self, at: int) -> int:
        return bisect_right(self._starts, at, hi=len(self._starts) - 1) - 1

    def _end(self, passage: int) -> int:
        return self._starts[min(passage + 1, len(self._starts) - 1)]
