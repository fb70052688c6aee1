"""What Markdown becomes: blocks with links, and the problems found on the way."""

import re
from dataclasses import dataclass

from course.base.words import _

IDENT = re.compile(r"[a-z][a-z0-9-]{0,63}")
"""An ident in whole (use `fullmatch`): the address of a thing for good (docs/curriculum.md)."""
IDENT_RULE = _("An ident is lower-case letters, digits and hyphens, 64 at most, and begins with a letter.")


class TooLong(ValueError):
    """A user's text is refused for its size or depth; the message says which, in words for that user."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to something of the same course, as it is written."""

    scheme: str
    """term, person, source, event, figure, text, lesson or image."""
    target: str
    """What stands after the scheme: `dual-power`, `april-theses#thesis-2`; of an image its path, `images/file.webp`."""
    line: int
    """From 1, counted as `first_line` says."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text. All but headings and rules are passages that somebody may be sent to."""

    kind: str
    """heading, paragraph, list, quote, table, figure, code or rule."""
    level: int | None
    """Of a heading 2 to 4, else None."""
    ident: str
    """Unique in the text: written in it, or made from the block's words (`p-` or `h-` and ten hexadecimal digits)."""
    written: bool
    html: str
    """The whole element, without an `id`: that is the page's to set."""
    plain: str
    """The words without markup: parts of the block on lines of their own, cells of a row with tabs between."""
    line: int
    end_line: int
    """The block's first and last line, without an ident that stands on a line of its own after it."""
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a text, where (both counted from 1), and how to mend it (empty if the message says so)."""

    line: int
    column: int
    message: str
    hint: str
