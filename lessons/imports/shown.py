"""What the page before keeping shows of a file: how it was understood, and how it begins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from lessons.importing.imported import Imported, ImportedPassage
from lessons.imports.keeping import words_in
from lessons.markup import written_in
from lessons.models import TextImport
from lessons.pace import minutes_of

#: So many passages, or words, of the beginning are shown.
MOST_PASSAGES = 25
MOST_WORDS = 900


class Beginning(NamedTuple):
    """A passage as it will stand in the text; a heading and a rule have no number."""

    ident: str
    number: int | None
    html: Markup


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that waits, and what it is understood to be."""

    brought: TextImport
    text: Imported
    words: int
    passages: int
    minutes: int
    beginning: Sequence[Beginning]


def preview_of(brought: TextImport, text: Imported, pace: int | None) -> Preview:
    """Return what the page shows of BROUGHT, read as TEXT, to a reader of PACE."""
    words = words_in(text)
    passages = [passage for section in text.sections for passage in section.passages]
    return Preview(brought, text, words, len(passages), minutes_of(words, pace), list(_beginning(text, passages)))


def _beginning(text: Imported, passages: Sequence[ImportedPassage]) -> Iterator[Beginning]:
    words, number = 0, 0
    for passage in passages[:MOST_PASSAGES]:
        if words > MOST_WORDS:
            return
        words += len(passage.plain.split())
        counted = passage.kind not in {"heading", "rule"}
        number += counted
        html = written_in(passage.html, text.language, text.direction)
        yield Beginning(passage.ident, number if counted else None, html)
