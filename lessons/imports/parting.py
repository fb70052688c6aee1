"""Cutting a long text into the parts in which it is shown, a page each. Pure."""

from collections.abc import Sequence
from typing import Any

from lessons.importing.imported import Section

#: A part ends with the section that brings it to so many words, or before one that would bring it over the most.
ENOUGH_WORDS = 3_000
MOST_WORDS = 8_000

#: So many passages a page can have, with a place for notes at each, and still come quickly.
MOST_PASSAGES = 150


def parts_of(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return the parts of the text in SECTIONS, in order: the `position` of the first passage, a `title`, the `words`.

    Positions of passages are counted from 1 over all sections. A section is only cut where it alone is too long."""
    parts: list[dict[str, Any]] = []
    position, words, passages = 1, 0, 0
    for section in sections:
        sizes = [len(passage.plain.split()) for passage in section.passages]
        too_much = words + sum(sizes) > MOST_WORDS or passages + len(sizes) > MOST_PASSAGES
        fresh = not parts or words >= ENOUGH_WORDS or (passages > 0 and too_much)
        for size in sizes:
            if fresh or passages >= MOST_PASSAGES or words + size > MOST_WORDS:
                parts.append({"position": position, "title": section.title})
                words, passages, fresh = 0, 0, False
            position, words, passages = position + 1, words + size, passages + 1
            parts[-1]["words"] = words
    return parts


def contents_of(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return the sections that have a title, in order: `title`, `level`, the `ident` and `position` they begin at."""
    contents: list[dict[str, Any]] = []
    position = 1
    for section in sections:
        if section.title:
            ident = section.passages[0].ident
            contents.append({"title": section.title, "level": section.level, "ident": ident, "position": position})
        position += len(section.passages)
    return contents
