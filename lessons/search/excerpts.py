"""The few words of a find around what was looked for, with that marked. Plain words in, plain words out."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from lessons.search.asking import Query
from lessons.search.words import forms_of, joined_forms_of, stem_of

#: So many words stand in an excerpt, so many of them before the first that was looked for.
LENGTH = 36
BEFORE = 8
#: Beyond so many words of a long text no find is marked.
LOOKED_AT = 5_000

#: A word with what holds it together: hyphens, apostrophes, stresses, the comma of 1,000.
_PIECE = re.compile(r"[\w\u0300-\u036f]+(?:['’ʼʹ‐,-][\w\u0300-\u036f]+)*")


class Piece(NamedTuple):
    """Some words, and whether they are what was looked for."""

    words: str
    found: bool


def excerpt(text: str, query: Query) -> list[Piece]:
    """Return the stretch of TEXT that has the most of what QUERY looks for, "…" where it is cut off."""
    places = list(_PIECE.finditer(text))[:LOOKED_AT]
    if not places:
        return []
    found = _found(places, query)
    first = _best_start(found)
    last = min(first + LENGTH, len(places))
    begin = places[first].start() if first else 0
    end = places[last].start() if last < len(places) else places[-1].end() + LENGTH
    pieces = _pieces(text[begin:end], _spans(places[first:last], found[first:last], begin))
    if first > 0:
        pieces.insert(0, Piece("… ", found=False))
    if end < len(text):
        pieces.append(Piece("…", found=False))
    return pieces


def marked(text: str, query: Query) -> list[Piece]:
    """Return the whole of TEXT, what QUERY looks for marked."""
    places = list(_PIECE.finditer(text))
    return _pieces(text, _spans(places, _found(places, query), 0))


def _found(places: Sequence[re.Match[str]], query: Query) -> list[set[int]]:
    """Return for each of PLACES which of the things that are looked for it is of, by their numbers."""
    words = [(stem, at) for at, place in enumerate(places) for stem in _stems(place[0])]
    stands: dict[str, list[int]] = {}
    for number, (stem, _at) in enumerate(words):
        stands.setdefault(stem, []).append(number)
    found: list[set[int]] = [set() for _place in places]
    for thing, one in enumerate(query.wanted):
        apart = [(stem,) for stem in one.spellings[0]] if one.apart else []
        for stems in (*one.spellings, *apart):
            for start in stands.get(stems[0], ()):
                row = words[start : start + len(stems)]
                if tuple(stem for stem, _at in row) == stems:
                    for _stem, at in row:
                        found[at].add(thing)
    return found


@lru_cache(maxsize=1 << 15)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(stem_of(form) for form in (*forms_of(word), *joined_forms_of(word)))


def _best_start(found: Sequence[set[int]]) -> int:
    """Return where the stretch begins that has the most of the different things, and of those the most words."""
    best, start = (0, 0), 0
    for at, things in enumerate(found):
        if things:
            stretch = found[at : at + LENGTH - BEFORE]
            worth = (len(set().union(*stretch)), sum(map(bool, stretch)))
            if worth > best:
                best, start = worth, at
    return max(0, min(start - BEFORE, len(found) - LENGTH))


def _spans(places: Sequence[re.Match[str]], found: Sequence[set[int]], begin: int) -> list[tuple[int, int]]:
    """Return from where to where each word of PLACES that was FOUND goes, counted from BEGIN."""
    return [(place.start() - begin, place.end() - begin) for place, things in zip(places, found, strict=True) if things]


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """Return TEXT in pieces, those at SPANS found."""
    pieces, at = [], 0
    for start, end in spans:
        if start > at:
            pieces.append(Piece(text[at:start], found=False))
        pieces.append(Piece(text[start:end], found=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], found=False))
    return pieces
