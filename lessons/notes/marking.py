"""Words of a passage found in its HTML, and marked there. Pure.

The HTML of a passage and its plain text say the same letters in the same order; only white space differs, which is a
line end in one and a tab or nothing in the other. So places are counted in letters: everything but white space."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from itertools import accumulate, groupby
from typing import NamedTuple


class Span(NamedTuple):
    """Characters of a plain text, from START to END (exclusive), that a note is on; IDENT is the `id` its words get."""

    start: int
    end: int
    mine: bool
    ident: str = ""


class _Letter(NamedTuple):
    """A character of the HTML as it is written there, with how it is to be marked and what begins at it."""

    source: str
    look: str
    idents: tuple[str, ...] = ()


_PIECE = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>|[^<]+|<""")
_CHARACTER = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);|.", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
_ALT = re.compile(r"""\balt="([^"]*)\"""")
_VOID = frozenset({"br", "hr", "img"})

#: White space alone in one of these is between blocks, and no words of the text.
_HOLDERS = frozenset(
    {"blockquote", "dd", "div", "dl", "figure", "li", "ol", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)

_CLASSES = {"mine": "hl", "theirs": "hl theirs"}


def letters(text: str) -> str:
    """Return TEXT without its white space."""
    return "".join(text.split())


def marked(html: str, plain: str, spans: Sequence[Span]) -> str:
    """Return HTML, that of a passage which says PLAIN, with the words of SPANS in `mark` elements.

    A mark never crosses another element: words that reach over several are several marks. Where one's own note and
    another's are on the same words they are marked as one's own. HTML that does not say PLAIN is left as it is."""
    pieces = _PIECE.findall(html)
    said = "".join(letters(_words_of(piece)) for piece in pieces)
    if not spans or said != letters(plain):
        return html
    looks = _Looks(plain, spans, len(said))
    made: list[str] = []
    around: list[str] = []
    at = 0
    for piece in pieces:
        words = _words_of(piece)
        if piece.startswith("<"):
            _follow(around, piece)
            made.append(piece)
        elif not words.strip() and (not around or around[-1] in _HOLDERS):
            made.append(piece)
        else:
            made += _runs(looks.letters(piece, at))
        at += len(letters(words))
    return "".join(made)


class _Looks:
    """How each letter, and each space before a letter, is to be marked."""

    def __init__(self, plain: str, spans: Iterable[Span], size: int) -> None:
        before = list(accumulate((not sign.isspace() for sign in plain), initial=0))
        steps = {look: ([0] * (size + 2), [0] * (size + 2)) for look in ("mine", "theirs")}
        self.idents: dict[int, tuple[str, ...]] = {}
        for span in spans:
            start, end = before[span.start], before[span.end]
            if start == end:
                continue
            at, spaces = steps["mine" if span.mine else "theirs"]
            at[start] += 1
            at[end] -= 1
            spaces[start + 1] += 1
            spaces[end] -= 1
            if span.ident:
                self.idents[start] = (*self.idents.get(start, ()), span.ident)
        (mine, mine_spaces), (theirs, theirs_spaces) = steps["mine"], steps["theirs"]
        self.at = [_look(*both) for both in zip(accumulate(mine), accumulate(theirs), strict=True)]
        self.spaces = [_look(*both) for both in zip(accumulate(mine_spaces), accumulate(theirs_spaces), strict=True)]

    def letters(self, piece: str, at: int) -> Iterator[_Letter]:
        """Yield the characters of PIECE, whose first letter is the one number AT of the passage."""
        for source in _CHARACTER.findall(piece):
            count = len(letters(unescape(source)))
            if count:
                yield _Letter(source, self.at[at], self.idents.get(at, ()))
                at += count
            else:
                yield _Letter(source, self.spaces[at])


def _look(mine: int, theirs: int) -> str:
    return "mine" if mine else "theirs" if theirs else ""


def _runs(signs: Iterable[_Letter]) -> Iterator[str]:
    """Yield SIGNS as HTML, those that are marked alike in one mark."""
    for look, run in groupby(signs, lambda sign: sign.look):
        words = "".join(_begun(sign.idents) + sign.source for sign in run)
        yield f'<mark class="{_CLASSES[look]}">{words}</mark>' if look else words


def _begun(idents: Iterable[str]) -> str:
    return "".join(f'<span id="{escape(ident)}"></span>' for ident in idents)


def _words_of(piece: str) -> str:
    """Return what PIECE, words or a tag, adds to the plain text: a picture its description."""
    if not piece.startswith("<") or len(piece) == 1:
        return unescape(piece)
    alt = _ALT.search(piece) if piece.startswith("<img") else None
    return unescape(alt[1]) if alt else ""


def _follow(around: list[str], tag: str) -> None:
    """Keep in AROUND which elements are open after TAG."""
    name = _NAME.match(tag)
    if name is None or name[1] in _VOID:
        return
    if tag.startswith("</"):
        if around:
            around.pop()
    else:
        around.append(name[1])
