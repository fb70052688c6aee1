"""What an import comes to: the text in sections and passages, what was understood in it and what was left out."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from course.base.archives import TURNING
from course.base.errors import DomainError
from course.base.words import _

Direction = Literal["", "ltr", "rtl"]

#: What is shown of a title or a name.
LONGEST_TITLE = 300

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Unreadable(DomainError):
    """A file that cannot be brought in. The message says why, and what to do."""

    status = 422
    title = _("This file cannot be brought in")
    hint = _("Nothing of it was kept.")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was understood or left out, in a sentence, and the names of the things it is about."""

    message: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedPassage:
    """One block of the text, shaped as a passage of a curriculum (`course.base.markdown.Block`).

    `ident` is derived from the words and unique in the import, in which every `href="#ident"` leads to a passage."""

    ident: str
    kind: str
    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text. Its `level` counts from 1, the outermost; its title is empty before the first heading.

    One that is `aside` is no station of the reading: links of the others lead to it."""

    title: str
    level: int
    passages: tuple[ImportedPassage, ...]
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """A text as it was read, and nothing of it stored. What is not known of it is empty.

    `direction` is that of its words; `title_direction` is given where the file says it of the title itself."""

    title: str
    author: str = ""
    language: str = ""
    direction: Direction = ""
    title_direction: Direction = ""
    licence: str = ""
    source: str = ""
    sections: tuple[Section, ...] = ()
    understood: tuple[Notice, ...] = ()
    left_out: tuple[Notice, ...] = field(default=())


def one_line(words: str, longest: int = LONGEST_TITLE) -> str:
    """Return WORDS as they may stand in a line among others: nothing that breaks it or turns its direction, not longer
    than LONGEST characters."""
    kept = "".join(
        " " if char in "\t\n\r\f\v\u2028\u2029" else char
        for char in words[: 20 * longest]
        if char in "\t\n\r\f\v" or (char not in TURNING and unicodedata.category(char) not in {"Cc", "Cs"})
    )
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def language_of(value: str) -> str:
    """Return VALUE if it is the code of a language, else nothing."""
    value = value.strip().replace("_", "-")
    return value if _LANGUAGE.fullmatch(value) else ""


def direction_of(value: str) -> Direction:
    """Return VALUE if it is a direction of writing, else nothing."""
    value = value.strip().lower()
    return "rtl" if value == "rtl" else "ltr" if value == "ltr" else ""


def direction_of_words(words: str) -> Direction:
    """Return "rtl" where most letters in the first 10,000 characters of WORDS are written so, else nothing."""
    kinds = [unicodedata.bidirectional(char) for char in words[:10_000]]
    return "rtl" if sum(kind in {"R", "AL"} for kind in kinds) > kinds.count("L") else ""
