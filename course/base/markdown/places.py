"""A text's top-level blocks as the parser made them, and where in the text a thing stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it.token import Token

NEWLINE = re.compile(r"\r\n?|\n")
"""What the parser takes for the end of a line, and nothing else."""

_KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "hr": "rule",
}


@dataclass(slots=True)
class Piece:
    """The tokens of one top-level block; START and END count lines from 0, END is the one after the last with words."""

    kind: str
    tokens: list[Token]
    start: int
    end: int


class _Line(NamedTuple):
    """A line of an inline token's content, from START to END; ROW of the line it was written in, BEFORE how much."""

    inline: Token
    start: int
    end: int
    row: int
    before: int


class Places:
    """Finds line and column, both from 1, of what stands in an inline token."""

    def __init__(self, source: str, first_line: int) -> None:
        self.lines = NEWLINE.split(source)
        self.first_line = first_line
        self._line: _Line | None = None

    def at(self, inline: Token, position: int) -> tuple[int, int]:
        """Return the place of POSITION in INLINE's content; column 1 where the line was changed by the parser."""
        line = self._line
        # Asked for one after the other: a long line is looked for once, not once for each thing in it.
        if line is None or line.inline is not inline or not line.start <= position <= line.end:
            line = self._line = self._line_of(inline, position)
        return self.first_line + line.row, (line.before + position - line.start + 1 if line.before >= 0 else 1)

    def _line_of(self, inline: Token, position: int) -> "_Line":
        content = inline.content
        start = content.rfind("\n", 0, position) + 1
        end = content.find("\n", position)
        end = end if end >= 0 else len(content)
        written = content[start:end].rstrip()
        index = (inline.map or [0])[0] + content.count("\n", 0, position)
        before = self.lines[index].find(written) if index < len(self.lines) else -1
        return _Line(inline, start, end, index, before)


def pieces(tokens: list[Token], places: Places) -> Iterator[Piece]:
    """Yield the top-level blocks of TOKENS in order."""
    gathered: list[Token] = []
    for token in tokens:
        gathered.append(token)
        if token.level == 0 and token.nesting != 1 and token.type != "inline":
            start, end = gathered[0].map or [0, 0]
            while end > start + 1 and not places.lines[end - 1].strip(" \t"):
                end -= 1
            yield Piece(_KINDS[gathered[0].type], gathered, start, end)
            gathered = []


def unclosed_fence(piece: Piece, places: Places) -> Token | None:
    """Return the first block of code in PIECE whose fence is never closed: it takes in whatever is put after it."""
    for token in piece.tokens:
        if token.type == "fence":
            start, end = token.map or [0, 0]
            around = r"[ \t]*" if token.level == 0 else r"[ \t>]*"
            closing = re.compile(around + re.escape(token.markup) + re.escape(token.markup[0]) + r"*[ \t]*")
            if end - start < 2 or not closing.fullmatch(places.lines[end - 1]):
                return token
    return None
