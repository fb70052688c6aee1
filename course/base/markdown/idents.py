"""Idents of blocks: the ones written in the text, taken out of it, and the ones made of a block's words."""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from markdown_it.token import Token

from course.base.markdown.model import IDENT, IDENT_RULE, Problem
from course.base.markdown.parser import trim_end
from course.base.markdown.places import Piece, Places
from course.base.words import _

_DERIVED = re.compile(r"[ph]-[0-9a-f]{10}(-[0-9]+)?")
_ALONE = re.compile(r"(?<!\\)\{#([^{}]*)\}[ \t]*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """A `{#ident}` as it stands in the text, good or bad."""

    ident: str
    line: int
    column: int


def only_markers(piece: Piece, places: Places) -> list[Marker]:
    """Return the markers of a paragraph that is nothing but markers; an empty list for any other block."""
    if piece.kind != "paragraph":
        return []
    inline = piece.tokens[1]
    children = inline.children or []
    blank = all(
        token.type in {"ident", "softbreak", "hardbreak"} or (token.type == "text" and not token.content.strip())
        for token in children
    )
    return [_marker(token, inline, places) for token in children if token.type == "ident"] if blank else []


def take_marker(piece: Piece, places: Places) -> Marker | None:
    """Return the marker at the end of PIECE's last line, if there is one, and take it out of the tokens."""
    return (piece.kind == "table" and _take_from_table(piece, places)) or _take_from_end(piece, places)


def _marker(token: Token, inline: Token, places: Places) -> Marker:
    return Marker(token.content, *places.at(inline, token.meta["pos"]))


def _take_from_end(piece: Piece, places: Places) -> Marker | None:
    last = next((i for i in reversed(range(len(piece.tokens))) if piece.tokens[i].nesting != -1), 0)
    inline = piece.tokens[last]
    children = inline.children if inline.type == "inline" else None
    if not children or children[-1].type != "ident":
        return None
    marker = _marker(children.pop(), inline, places)
    trim_end(children)
    if not children and piece.tokens[last - 1].type == "paragraph_open":
        del piece.tokens[last - 1 : last + 2]
    return marker


def _take_from_table(piece: Piece, places: Places) -> Marker | None:
    """Take a marker behind the last row (the parser drops such a cell) or on the line right after the table."""
    last = piece.end - 1
    found = _ALONE.search(places.lines[last])
    rows = [i for i, token in enumerate(piece.tokens) if token.type == "tr_open"]
    if not found or len(rows) == 1:
        return None
    row = piece.tokens[rows[-1] : -2]  # without the closing of the body and of the table
    if not found.string[: found.start()].strip():
        only = len(rows) == 2  # then the body goes with it
        del piece.tokens[rows[-1] - only : (-1 if only else -2)]
        piece.end -= 1
    elif any(child.type == "ident" for child in next(t for t in reversed(row) if t.type == "inline").children or []):
        return None  # it stands in the last cell, at its end
    return Marker(found[1], places.first_line + last, found.start() + 1)


class Idents:
    """The idents of one text: gives each block its own, and finds what is wrong with the written ones."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._lines: dict[str, int] = {}
        self._derived: Counter[str] = Counter()

    def written(self, marker: Marker) -> str | None:
        """Return the ident of MARKER if a block may have it; a bad or a second one is a problem and None."""
        ident = marker.ident
        if not IDENT.fullmatch(ident):
            self.refuse(marker, _("“{ident}” is no ident.").format(ident=ident), IDENT_RULE)
        elif _DERIVED.fullmatch(ident):
            hint = _("Choose one that says what the passage is about.")
            self.refuse(marker, _("“{ident}” looks like an ident made from words.").format(ident=ident), hint)
        elif ident in self._lines:
            hint = _("It is that of line {line} already: give one of the two another.").format(line=self._lines[ident])
            self.refuse(marker, _("The ident “{ident}” stands twice in this text.").format(ident=ident), hint)
        else:
            self._lines[ident] = marker.line
            return ident
        return None

    def refuse(self, marker: Marker, message: str, hint: str) -> None:
        self.problems.append(Problem(marker.line, marker.column, message, hint))

    def derived(self, kind: str, plain: str) -> str:
        """Return the ident of a block of KIND from its words alone; the second with the same words gets -2, …"""
        ident = derived_ident(kind, plain)
        self._derived[ident] += 1
        return ident if self._derived[ident] == 1 else f"{ident}-{self._derived[ident]}"


def derived_ident(kind: str, plain: str) -> str:
    """Return the ident of the first block with the words PLAIN: `h-` of a heading, `p-` of any other KIND."""
    words = " ".join(unicodedata.normalize("NFKC", plain).split())
    return ("h-" if kind == "heading" else "p-") + hashlib.sha256(words.encode()).hexdigest()[:10]


def looks_derived(ident: str) -> bool:
    return _DERIVED.fullmatch(ident) is not None
