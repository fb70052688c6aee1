"""What a post quotes: its block quotations, and where their words stand in a text. Pure.

A quotation is found to the letter, whatever marks, dashes and white space it was typed with (RULES section 11)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from quizzes.items.quotations import LEAST_WORDS
from quizzes.items.verbatim import Part, Reading, parts_of

#: So many of the words of a quotation say in which texts it can stand.
MOST_TELLING = 3

#: A word that is written alike wherever it stands, but for capitals.
_PLAIN_WORD = re.compile(r"[A-Za-z]{4,}(?![\w\u0300-\u036f])")
_TAG = re.compile(r"</?blockquote>")
_SPECIAL = re.compile(r"([\\`*_<\[\]])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BEGINS = re.compile(r"^(?:([#>+=~-])|(\d+)([.)]))")


class Piece(NamedTuple):
    """Some of the HTML of a post; WORDS are those of the quotation that it ends with, None where it ends with none."""

    html: str
    words: str | None


class Stretch(NamedTuple):
    """Characters START to END (exclusive) of the passage number AT."""

    at: int
    start: int
    end: int


def pieces_of(html: str) -> list[Piece]:
    """Return HTML, of what a user wrote, cut after each of its block quotations; one in another is part of it."""
    pieces, begin, depth, opened = [], 0, 0, 0
    for tag in _TAG.finditer(html):
        if not tag[0].startswith("</"):
            opened, depth = (tag.end() if depth == 0 else opened), depth + 1
            continue
        depth -= 1
        if depth == 0:
            words = str(Markup(html[opened : tag.start()]).striptags())  # noqa: S704 (its tags are what is taken out)
            pieces.append(Piece(html[begin : tag.end()], words))
            begin = tag.end()
    return [*pieces, Piece(html[begin:], None)] if html[begin:].strip() else pieces


class Library:
    """Texts, as the plain words of their passages, made ready to look for quotations in them."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.texts = texts

    @cached_property
    def _readings(self) -> list[Reading]:
        return [Reading(plains) for plains in self.texts]

    def find(self, words: str, near: tuple[int, int] | None = None) -> tuple[int, list[Stretch]]:
        """Return in which of the texts the quotation WORDS stands, and where.

        NEAR is the text and the passage it is said to be from, which is looked at first. There are no stretches where
        it stands in none of them, or has too few words to be a quotation."""
        parts = parts_of(words)
        if sum(part.words for part in parts) < LEAST_WORDS:
            return 0, []
        if near is not None:
            text, at = near
            if found := _in_passages(parts, self.texts[text], range(at, at + 1)):
                return text, found
        for text, reading in enumerate(self._readings):
            numbers = reading.find(parts)
            if numbers is not None and (found := _in_passages(parts, self.texts[text], numbers)):
                return text, found
        return 0, []


def telling_words(words: str) -> list[str] | None:
    """Return some of the quotation WORDS, the longest, all of which stand in whatever text it stands in; None where it
    has too few words to be a quotation."""
    parts = parts_of(words)
    if sum(part.words for part in parts) < LEAST_WORDS:
        return None
    plain = dict.fromkeys(found[0].lower() for part in parts for found in _PLAIN_WORD.finditer(part.text))
    return sorted(plain, key=len, reverse=True)[:MOST_TELLING]


def _in_passages(parts: Sequence[Part], plains: Sequence[str], numbers: range) -> list[Stretch]:
    """Return the stretches of PARTS, in their order, in those passages; nothing where one of them is not there."""
    chars, places = "", list[tuple[int, int]]()
    for number in numbers:
        folded, at = letters(plains[number])
        chars += folded
        places += [(number, one) for one in at]
    found, here = list[Stretch](), 0
    for part in parts:
        folded, _at = letters(part.text)
        start = chars.find(folded, here)
        if start < 0:
            return []
        here = start + len(folded)
        found += _by_passage(places[start:here])
    return found


def _by_passage(places: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    for number, group in groupby(places, key=lambda place: place[0]):
        here = [at for _number, at in group]
        yield Stretch(number, here[0], here[-1] + 1)


def letters(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of TEXT without case and accents, and at which character each stands."""
    chars, at = [], []
    for place, sign in enumerate(text):
        for char in unicodedata.normalize("NFKD", sign).casefold():
            if char.isalnum():
                chars.append(char)
                at.append(place)
    return "".join(chars), at


def letters_quoted(words: str) -> str:
    """Return the letters of a quotation without what is left out of it: those of its stretches, one after the other."""
    return "".join(letters(part.text)[0] for part in parts_of(words))


def as_quotation(words: str) -> str:
    """Return WORDS as a block quotation in Markdown, in which nothing of them is a mark."""
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return "\n>\n".join(f"> {_escaped(line)}" for line in lines if line)


def _escaped(line: str) -> str:
    line = _ENTITY.sub(r"\&", _SPECIAL.sub(r"\\\1", line))
    return _BEGINS.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line)
