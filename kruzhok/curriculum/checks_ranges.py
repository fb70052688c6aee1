"""Whether the passages that quizzes show beside their questions, or ask to be picked, are there and in order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from course.base.words import _
from kruzhok.curriculum.checks_texts import passage_findings
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Page, Sheet
from kruzhok.curriculum.places import Path
from kruzhok.curriculum.tables import found, words_at

#: Where a quiz says a `text` and, it may be, a `range` of it.
_WITH_TEXT = ("sections.*",)


class _Part(NamedTuple):
    """Something of a quiz that is on a text or on a range of it, and where it stands."""

    sheet: Sheet[Any]
    at: Path
    page: Page[Any]


def range_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the passages of texts that the quizzes of CURRICULUM show or have picked."""
    for sheet in curriculum.quizzes.values():
        for pattern in _WITH_TEXT:
            for at, part in found(sheet.raw, pattern):
                if not isinstance(part, dict):
                    continue
                if "text" not in part and "range" in part:
                    message, hint = _("This is a range of no text."), _("Name the text it is of: `text: slug`.")
                    yield sheet.finding(sheet.parsed.key_place((*at, "range")), message, hint)
                page = curriculum.pages.get(slug) if isinstance(slug := part.get("text"), str) else None
                if page is not None:
                    yield from _ends(_Part(sheet, at, page), part.get("range"))


def _ends(part: _Part, ends: Any) -> Iterator[Finding]:
    """Yield what is wrong with the ENDS of a range, which are passages, the first before the last."""
    for key in ("first", "last"):
        for at, ident in words_at(ends, key):
            yield from passage_findings(part.sheet, part.sheet.parsed.place((*part.at, "range", *at)), part.page, ident)
    first, last = _bounds(part.page, ends)
    if first > last:
        message = _("The last passage of this range stands before its first.")
        yield part.sheet.finding((*part.at, "range"), message, _("Exchange them."))


def _bounds(page: Page[Any], ends: Any) -> tuple[int, int]:
    """Return from which to which block of PAGE a range goes; an end that is not said, or not there, is the page's."""
    order = page.order
    said = {at[0]: order[ident] for key in ("first", "last") for at, ident in words_at(ends, key) if ident in order}
    return said.get("first", 0), said.get("last", len(order))
