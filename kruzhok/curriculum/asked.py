"""The questions of a course, and where they stand."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kruzhok.curriculum.model import Curriculum, Sheet
from kruzhok.curriculum.places import Path
from kruzhok.curriculum.schema_quizzes import PlainText, Quiz

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")


class Asked(NamedTuple):
    """A question, the quiz it is of, and the way to it there."""

    item: Any
    sheet: Sheet[Quiz]
    at: Path


def questions_of(sheet: Sheet[Quiz]) -> Iterator[Asked]:
    """Yield the questions of the quiz SHEET in order."""
    for at, entries in sheet.data.lists if sheet.data else ():
        for place, entry in enumerate(entries):
            if not isinstance(entry, PlainText):
                yield Asked(entry, sheet, (*at, place))


def all_questions(curriculum: Curriculum) -> Iterator[Asked]:
    """Yield the questions of CURRICULUM, quiz by quiz."""
    for sheet in curriculum.quizzes.values():
        yield from questions_of(sheet)


def seen(markdown: str) -> str:
    """Return what a reader sees of a line of MARKDOWN, nearly: links by their words, no marks of emphasis."""
    return " ".join(_LINK.sub(r"\1", markdown).replace("*", "").replace("`", "").split())
