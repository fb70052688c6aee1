"""A long text in the parts in which it is shown, a page each: which one is asked for, and what leads to the others."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.texts.models import Passage
from lessons.models import Document
from lessons.passages import PassageShown

_LINK = re.compile(r'href="#([^"]*)"')


class Wanted(NamedTuple):
    """Which part a page is asked for: by its number, or as the one that holds the passage of an ident."""

    number: int | None = None
    ident: str | None = None


#: What is wanted of a text that is not long, and the beginning of one that is.
ALL = Wanted()


class Station(NamedTuple):
    """A section of a text in its list of contents."""

    title: str
    level: int
    ident: str
    part: int


@dataclass(frozen=True, slots=True)
class TextPart:
    """One of the parts of a text: the positions of its passages (LAST None to the end), the words that come after."""

    number: int
    count: int
    title: str
    first: int
    last: int | None
    words_after: int
    contents: Sequence[Station]

    @property
    def positions(self) -> tuple[int, int | None]:
        """The first and the last position of its passages."""
        return self.first, self.last


def part_of(session: Session, document: Document, wanted: Wanted) -> TextPart | None:
    """Return the part of DOCUMENT that is WANTED, None where it is all on one page; raise NotFound for a number that no
    part has. One query where it is asked for by a passage."""
    parts: list[dict[str, Any]] = document.about.get("parts") or []
    if len(parts) < 2:
        return None
    firsts = [int(part["position"]) for part in parts]
    number = wanted.number or 1
    if wanted.ident:
        its = (Passage.version_id == document.text.current_version_id, Passage.ident == wanted.ident)
        number = _holding(firsts, session.scalar(select(Passage.position).where(*its)) or 1)
    if number > len(parts):
        raise NotFound
    contents = [
        Station(one["title"], one["level"], one["ident"], _holding(firsts, one["position"]))
        for one in document.about.get("contents") or []
    ]
    return TextPart(
        number,
        len(parts),
        parts[number - 1]["title"],
        firsts[number - 1],
        firsts[number] - 1 if number < len(parts) else None,
        sum(part["words"] for part in parts[number:]),
        contents,
    )


def _holding(firsts: Sequence[int], position: int) -> int:
    return max(sum(first <= position for first in firsts), 1)


def led_on(passages: Sequence[PassageShown], address: Callable[[str], str]) -> list[PassageShown]:
    """Return PASSAGES, in which links to passages that are none of them lead to the ADDRESS of that ident."""
    here = {passage.ident for passage in passages}

    def link(found: re.Match[str]) -> str:
        ident = unescape(found[1])
        return found[0] if ident in here else f'href="{Markup.escape(address(ident))}"'

    return [
        replace(passage, html=Markup(_LINK.sub(link, str(passage.html))))  # noqa: S704 (an address in safe HTML)
        for passage in passages
    ]
