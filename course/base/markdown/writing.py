"""Writes an ident after each passage of a curriculum's text that has none, and changes nothing else."""

import re
import unicodedata

from course.base.markdown.blocks import Found, blocks, find
from course.base.markdown.idents import Idents, looks_derived
from course.base.markdown.parser import CURRICULUM, plain_of
from course.base.markdown.places import Piece, Places, unclosed_fence

_WORDS, _LONGEST = 6, 40


def write_idents(source: str) -> str:
    """Return SOURCE with ` {#slug-of-first-words}` after each passage that lacks an ident, else the same to the byte.

    Where the end of the last line is no place for it (a table, code), it goes on a line of its own after the passage.
    Headings and rules get none, nor does what ends in code never closed; a bad ident is its author's to mend."""
    places = Places(source, 1)
    lines = re.split(r"(\r\n?|\n)", source)  # a line at each even place, its end at the odd one after it
    taken = set(re.findall(r"\{#([^{}]*)\}", source))
    for found in find(CURRICULUM.parse(source), places, Idents()):
        if _lacks_ident(found, places):
            slug = _free(slug_of(plain_of(found.piece.tokens)), taken)
            taken.add(slug)
            _write(slug, found.piece, lines)
    return "".join(lines)


def _lacks_ident(found: Found, places: Places) -> bool:
    return not (found.marker or found.piece.kind in {"heading", "rule"} or unclosed_fence(found.piece, places))


def _write(slug: str, piece: Piece, lines: list[str]) -> None:
    """Put SLUG behind PIECE: at the end of its last line if that alters nothing, else on a line of its own."""
    last = 2 * (piece.end - 1)
    marked = _marked(lines[last], slug)
    following = next((i for i in range(last + 2, len(lines), 2) if lines[i].strip(" \t")), last)
    before, after = "".join(lines[2 * piece.start : last]), "".join(lines[last + 1 : following + 1])
    without, with_slug = before + lines[last] + after, before + marked + after
    if piece.kind != "table" and _reads_the_same(without, with_slug, slug):
        lines[last] = marked
        return
    newline = next((end for end in lines[last + 1 :: 2]), None) or next(iter(lines[1::2]), "\n")
    lines[last] += f"{newline}{newline}{{#{slug}}}"
    if last + 2 < len(lines) and lines[last + 2].strip(" \t"):
        lines[last] += newline


def _marked(line: str, slug: str) -> str:
    words = line.rstrip(" \t")
    return f"{words} {{#{slug}}}{line[len(words) :]}"


def _reads_the_same(without: str, marked: str, slug: str) -> bool:
    """Return whether the only change from WITHOUT to MARKED is the ident of the first block.

    Both end with the first line of the next, which an ident may draw in: the last item of a list may be empty."""
    old, new = blocks(without)[0], blocks(marked)[0]
    what = [[(block.kind, block.html, block.plain) for block in found] for found in (old, new)]
    return what[0] == what[1] and new[0].ident == slug


def slug_of(plain: str) -> str:
    """Return a readable ident of the first six words of PLAIN that begins with a letter, 40 characters at most.

    Latin letters lose their accents, others are left out, as are numbers before the first word; "passage" where
    nothing is left."""
    letters = unicodedata.normalize("NFKD", re.sub("['’]", "", plain)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", letters)
    while words and not words[0][0].isalpha():
        words.pop(0)
    slug = _cut("-".join(words[:_WORDS]) or "passage", _LONGEST)
    return f"passage-{slug}" if looks_derived(slug) else slug


def _free(slug: str, taken: set[str]) -> str:
    """Return SLUG, or where that is TAKEN the first of SLUG-2, SLUG-3 … that is not, no longer than a slug may be."""
    free, number = slug, 1
    while free in taken:
        number += 1
        free = _cut(slug, _LONGEST - len(f"-{number}")) + f"-{number}"
    return free


def _cut(slug: str, longest: int) -> str:
    """Return SLUG cut to LONGEST characters, between words where there is a place for it."""
    if len(slug) <= longest:
        return slug
    return slug[: longest + 1].rpartition("-")[0] or slug[:longest]
