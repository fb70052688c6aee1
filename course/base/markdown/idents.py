"""Writing idents into a text that has none."""

import re
import unicodedata

from course.base.markdown.blocks import blocks
from course.base.markdown.model import Block

LONGEST_SLUG = 40
ON_A_LINE_OF_ITS_OWN = frozenset({"table", "code"})


def slug_of(plain: str) -> str:
    """Return a readable ident of the first six words of PLAIN; "passage" where they have no Latin letter."""
    folded = unicodedata.normalize("NFKD", plain.replace("’", "").replace("'", ""))
    ascii_only = folded.encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_only)
    while words and not words[0][0].isalpha():
        words.pop(0)
    slug = ""
    for word in words[:6]:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > LONGEST_SLUG:
            break
        slug = longer
    return slug or "passage"


def write_idents(source: str) -> str:
    """Return SOURCE with an ident after each passage that lacks one; nothing else changes, and twice is once."""
    found, _problems = blocks(source)
    taken = {block.ident for block in found if block.written}
    lines = source.split("\n")
    for block in sorted(found, key=lambda block: block.end_line, reverse=True):
        if block.written or block.kind in {"heading", "rule"}:
            continue
        ident = _free(slug_of(block.plain), taken)
        taken.add(ident)
        _write(lines, block, ident)
    return "\n".join(lines)


def _free(slug: str, taken: set[str]) -> str:
    ident, number = slug, 1
    while ident in taken:
        number += 1
        ident = f"{slug}-{number}"
    return ident


def _write(lines: list[str], block: Block, ident: str) -> None:
    """Write IDENT at the end of BLOCK's last line, or, where that would become part of a cell or of code, after it."""
    last = block.end_line - 1
    if block.kind not in ON_A_LINE_OF_ITS_OWN:
        line = lines[last]
        ending = "\r" if line.endswith("\r") else ""
        tried = [*lines]
        tried[last] = f"{line.removesuffix(ending).rstrip()} {{#{ident}}}{ending}"
        found, problems = blocks("\n".join(tried))
        if any(one.written and one.ident == ident for one in found) and not problems:
            lines[:] = tried
            return
    lines[last + 1 : last + 1] = ["", f"{{#{ident}}}"]
