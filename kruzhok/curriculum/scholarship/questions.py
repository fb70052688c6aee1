"""What single questions lack, or give away."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from course.base.words import _
from course.chronology import MONTHS
from kruzhok.curriculum.asked import Asked, all_questions, seen
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum

_DATE = re.compile(rf"(?:\b([0-9]{{1,2}})\s+)?(?:\b({'|'.join(MONTHS)})\b)?\s*\b(1[0-9]{{3}}|20[0-9]{{2}})?\b")

#: Fewer entries may well stand in the order of the alphabet by chance.
_ENOUGH_ENTRIES = 4


def question_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each wrong option without feedback, and for each order that gives itself away."""
    for asked in all_questions(curriculum):
        if asked.item.type in {"single", "multiple"}:
            yield from _silent_options(asked)
        elif asked.item.type == "ordering":
            yield from _telling_order(asked)


def _silent_options(asked: Asked) -> Iterator[Finding]:
    for place, option in enumerate(asked.item.options):
        if not option.right and not option.feedback:
            message = _("The wrong option `{ident}` has no feedback.").format(ident=option.ident)
            hint = _("Say in `feedback` why somebody might choose it and where to look again, without the key.")
            yield asked.sheet.finding((*asked.at, "options", place), message, hint, "warning")


def _telling_order(asked: Asked) -> Iterator[Finding]:
    texts = [seen(entry.text) for entry in asked.item.entries]
    at = (*asked.at, "entries")
    if len(texts) >= _ENOUGH_ENTRIES and _rises([text.casefold() for text in texts]):
        message = _("The right order is that of the alphabet.")
        yield asked.sheet.finding(at, message, _("Begin one of the entries with another word."), "warning")
    dates = [date_in(text) for text in texts]
    if all(dates) and len({_shape(date) for date in dates}) == 1 and _rises(dates):
        message = _("The entries say their dates, and these are the right order.")
        yield asked.sheet.finding(at, message, _("Take the dates out of the entries."), "warning")


def _rises(values: Sequence[Any]) -> bool:
    return all(one < other for one, other in pairwise(values))


def date_in(text: str) -> tuple[int, int, int] | tuple[()]:
    """Return the year, month and day that TEXT names first, 0 for each it does not say; nothing if it names none."""
    for day, month, year in _DATE.findall(text):
        if month or year:
            return int(year or 0), MONTHS.index(month) + 1 if month else 0, int(day or 0) if month else 0
    return ()


def _shape(date: tuple[int, ...]) -> tuple[bool, ...]:
    return tuple(bool(part) for part in date)
