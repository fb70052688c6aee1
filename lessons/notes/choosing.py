"""The words that a reader chose in a text, found in its passages. Pure.

A browser knows the words as they stand on the page; so it says how many letters of the passage stand before them, and
the words themselves. Only where both agree, or the words stand in one place alone, is that the place that was meant."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from course.base.markdown import IDENT
from lessons.notes.marking import letters

#: A selection may reach into so many passages.
MOST_PASSAGES = 40

_AT = re.compile(r"([a-z0-9-]+)(?:\.([0-9]{1,7})\.([0-9]{1,7}))?")


class Block(NamedTuple):
    """A passage: its ident and its words."""

    ident: str
    plain: str


class Chosen(NamedTuple):
    """What was chosen in one passage: its words, and the number of letters before them, if that is known.

    Without words the whole passage is meant."""

    ident: str
    exact: str = ""
    start: int | None = None


class Stretch(NamedTuple):
    """Characters of the passage number BLOCK, from START to END (exclusive)."""

    block: int
    start: int
    end: int


class NotThere(ValueError):
    """Words that do not stand in the text, or in more than one place; the message says which, for who chose them."""


class Gone(NotThere):
    """Words that were chosen in a passage that says something else now."""


class Ambiguous(NotThere):
    """Words that stand in a passage more than once, and nothing says which are meant."""


def find(blocks: Sequence[Block], chosen: Sequence[Chosen]) -> list[Stretch]:
    """Return where CHOSEN stands in BLOCKS, one place for each, in the order of the text; each passage once.

    Raise Gone or Ambiguous: no place is guessed, and where nothing was chosen there is none."""
    if not chosen:
        raise Gone
    by_ident = {block.ident: index for index, block in enumerate(blocks)}
    found = {}
    for one in chosen[:MOST_PASSAGES]:
        stretch = _find(blocks, by_ident.get(one.ident), one)
        found[stretch.block] = stretch
    return [found[index] for index in sorted(found)]


def _find(blocks: Sequence[Block], index: int | None, one: Chosen) -> Stretch:
    words = letters(one.exact)
    if index is not None:
        plain = blocks[index].plain
        if not words:
            return Stretch(index, 0, len(plain))
        if one.start is not None and letters(plain).startswith(words, one.start):
            return _stretch(index, plain, one.start, len(words))
        if places := _places(plain, words):
            if len(places) > 1:
                raise Ambiguous
            return _stretch(index, plain, places[0], len(words))
    # The passage was reworded or taken out since the page was loaded; its words may stand in another by now.
    elsewhere = [(at, place) for at, block in enumerate(blocks) if words for place in _places(block.plain, words)]
    if len(elsewhere) != 1:
        raise Gone
    at, place = elsewhere[0]
    return _stretch(at, blocks[at].plain, place, len(words))


def _places(plain: str, words: str) -> list[int]:
    """Return how many letters of PLAIN stand before each place where WORDS stand."""
    said, found = letters(plain), []
    place = said.find(words)
    while place >= 0:
        found.append(place)
        place = said.find(words, place + 1)
    return found


def _stretch(index: int, plain: str, start: int, size: int) -> Stretch:
    signs = [at for at, sign in enumerate(plain) if not sign.isspace()]
    return Stretch(index, signs[start], signs[start + size - 1] + 1)


def said_of(blocks: Sequence[Block], stretches: Sequence[Stretch]) -> list[str]:
    """Return STRETCHES as an address carries them: ident, letters before, letters long ("dual-power.120.45")."""
    said = []
    for index, start, end in stretches:
        ident, plain = blocks[index]
        said.append(f"{ident}.{len(letters(plain[:start]))}.{len(letters(plain[start:end]))}")
    return said


def chosen_at(blocks: Sequence[Block], said: Sequence[str]) -> list[Chosen]:
    """Return what an address says was chosen in BLOCKS; what it says of passages that are not there is left out."""
    plain = {block.ident: block.plain for block in blocks}
    chosen = []
    for one in said[:MOST_PASSAGES]:
        found = _AT.fullmatch(one)
        if found is None or not IDENT.fullmatch(found[1]) or found[1] not in plain:
            continue
        start, size = int(found[2] or 0), int(found[3] or 0)
        words = letters(plain[found[1]])[start : start + size]
        if words:
            stretch = _stretch(0, plain[found[1]], start, len(words))
            chosen.append(Chosen(found[1], plain[found[1]][stretch.start : stretch.end], start))
        elif not size:
            chosen.append(Chosen(found[1]))
    return chosen
