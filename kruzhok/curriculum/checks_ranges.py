"""Whether the passages that quizzes show beside their questions, or ask to be picked, are there and in order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from course.base.words import _
from kruzhok.curriculum.checks_texts import passage_findings
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Page, Sheet
from kruzhok.curriculum.places import Path, Place
from kruzhok.curriculum.tables import ENTRIES_OF_A_QUIZ, found, words_at

#: Where a quiz says a `text` and, it may be, a `range` of it.
_WITH_TEXT = ("sections.*", *(f"{entry}:evidence" for entry in ENTRIES_OF_A_QUIZ))

#: Where passages of that text are named.
_PICKED = ("right.*", "right.*.*", "also.*")


class _Part(NamedTuple):
    """Something of a quiz that is on a text or on a range of it, and where it stands."""

    sheet: Sheet[Any]
    at: Path
    page: Page[Any]
    said: Any

    def place(self, at: Path) -> Place:
        """Return where the value AT it stands."""
        return self.sheet.parsed.place((*self.at, *at))


def range_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield what is wrong with the passages of texts that the quizzes of CURRICULUM show or have picked."""
    for sheet in curriculum.quizzes.values():
        for at, said in (one for pattern in _WITH_TEXT for one in found(sheet.raw, pattern)):
            if not isinstance(said, dict):
                continue
            page = curriculum.pages.get(slug) if isinstance(slug := said.get("text"), str) else None
            if page is not None:
                part = _Part(sheet, at, page, said)
                yield from _ends(part)
                yield from _picked(part)
            elif "text" not in said and "range" in said:
                message, hint = _("This is a range of no text."), _("Name the text it is of: `text: slug`.")
                yield sheet.finding(sheet.parsed.key_place((*at, "range")), message, hint)


def _ends(part: _Part) -> Iterator[Finding]:
    """Yield what is wrong with the ends of the range, which are passages, the first before the last."""
    for key in ("range.first", "range.last"):
        for at, ident in words_at(part.said, key):
            yield from passage_findings(part.sheet, part.place(at), part.page, ident)
    first, last = _bounds(part)
    if first > last:
        message = _("The last passage of this range stands before its first.")
        yield part.sheet.finding(part.place(("range",)), message, _("Exchange them."))


def _picked(part: _Part) -> Iterator[Finding]:
    """Yield what is wrong with the passages that are to be picked: they are there, and in the range."""
    first, last = _bounds(part)
    for at, ident in (one for key in _PICKED for one in words_at(part.said, key)):
        yield from passage_findings(part.sheet, part.place(at), part.page, ident)
        if first <= last and not first <= part.page.order.get(ident, first) <= last:
            message = _("The passage `{ident}` is not in the range, so nobody can pick it.").format(ident=ident)
            yield part.sheet.finding(part.place(at), message, _("Widen the range, or take the passage out."))


def _bounds(part: _Part) -> tuple[int, int]:
    """Return from which to which block a range goes; an end that is not said, or not there, is that of the page."""
    order = part.page.order
    ends = [words_at(part.said, key) for key in ("range.first", "range.last")]
    first, last = ([order[ident] for _at, ident in end if ident in order] for end in ends)
    return first[0] if first else 0, last[0] if last else len(order)
