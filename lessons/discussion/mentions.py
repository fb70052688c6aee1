"""Mentions: `@Vera Petrova` in a post means the member of that name. Pure: names in; marked HTML, and whom it means."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping

#: Parts of HTML in which an at sign mentions nobody: code, and the words of a link.
_SILENT = frozenset({"code", "pre", "a"})

_TAG = re.compile(r"(<[^>]*>)")


def by_name(members: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Return name -> member, of MEMBERS (id, name), as names are compared; the first word of a name will do.

    A name that two have means neither, and so does a first word; one that is a whole name means whose it is."""
    whole: dict[str, set[int]] = {}
    first: dict[str, set[int]] = {}
    for member_id, name in members:
        words = _folded(name).split()
        if words:
            whole.setdefault(" ".join(words), set()).add(member_id)
            first.setdefault(words[0], set()).add(member_id)
    return {name: next(iter(meant)) for name, meant in (first | whole).items() if len(meant) == 1}


def marked(safe_html: str, names: Mapping[str, int]) -> tuple[str, set[int]]:
    """Return SAFE_HTML with each mention of one of NAMES marked, and whom they mean.

    The longest name that fits is meant. An at sign within a word, or before half a word, mentions nobody."""
    meant: set[int] = set()
    lengths = sorted({len(name) for name in names}, reverse=True)
    parts = _TAG.split(safe_html)
    silent = 0
    for at, part in enumerate(parts):
        if at % 2:
            tag = part.strip("</>").split()[0].lower() if part.strip("</>").split() else ""
            silent += 0 if tag not in _SILENT else -1 if part.startswith("</") else 1
        elif not silent and "@" in part:
            parts[at] = _marked_words(part, names, lengths, meant)
    return "".join(parts), meant


def _marked_words(part: str, names: Mapping[str, int], lengths: list[int], meant: set[int]) -> str:
    """Return PART, words of HTML without tags, with its mentions marked; add whom they mean to MEANT."""
    words = unicodedata.normalize("NFC", html.unescape(part))
    folded, made, end = _folded(words), "", 0
    for at in [found.start() for found in re.finditer("@", words)]:
        if at < end or (at and _is_of_word(words[at - 1])):
            continue
        fits = next((n for n in lengths if folded[at + 1 : at + 1 + n] in names and not _goes_on(words, at + 1 + n)), 0)
        if fits:
            meant.add(names[folded[at + 1 : at + 1 + fits]])
            name = html.escape(words[at : at + 1 + fits], quote=False)
            made += html.escape(words[end:at], quote=False) + f'<b class="mention">{name}</b>'
            end = at + 1 + fits
    return made + html.escape(words[end:], quote=False) if end else part


def _folded(words: str) -> str:
    """Return WORDS as names are compared, as long as they were: in small letters, one apostrophe, one blank."""
    words = unicodedata.normalize("NFC", words)
    small = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in words)
    return re.sub(r"\s", " ", small.replace("’", "'"))


def _goes_on(words: str, at: int) -> bool:
    return at < len(words) and _is_of_word(words[at])


def _is_of_word(letter: str) -> bool:
    return letter == "_" or unicodedata.category(letter)[0] in "LNM"
