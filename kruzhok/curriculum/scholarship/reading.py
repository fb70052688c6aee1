"""Whether what is to be read takes as long as is said, stands in the house, and is read and questioned at all."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from course.base.words import _
from kruzhok.curriculum.asked import all_questions
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Page
from kruzhok.curriculum.schema import Lesson
from kruzhok.curriculum.tables import words_at
from lessons.pace import USUAL

#: Pieces of evidence that a text with a frame is asked for.
ENOUGH_EVIDENCE = 3
#: Words below which a note says nothing.
SHORTEST_NOTE = 4

_UNWRITTEN = re.compile(r"\W*(to be written|to do|todo|tbd|tbc|fixme|xxx)\b", re.IGNORECASE)

#: Kind of file -> path of its notes, and whether even a short one must say something.
_NOTES = {
    "people": ("people.*.note", True),
    "terms": ("terms.*.meaning", True),
    "timeline": ("events.*.note", True),
    "sources": ("sources.*.note", False),
}


def reading_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each thing to be read that is too long for its minutes, unread, unframed, or hardly there."""
    for page in curriculum.pages.values():
        yield from _minutes(page)
    for lesson in curriculum.lessons.values():
        yield from _outside_only(lesson)
    yield from _texts(curriculum)
    for sheet in (curriculum.people, curriculum.terms, curriculum.timeline, curriculum.sources):
        pattern, at_length = _NOTES[sheet.kind]
        for at, note in words_at(sheet.raw, pattern):
            if _UNWRITTEN.match(note) or (at_length and len(note.split()) < SHORTEST_NOTE):
                hint = _("Write one or two sentences, or take the whole entry out.")
                yield sheet.finding(at, _("This says next to nothing."), hint, "warning")


def words_of(page: Page[Any]) -> int:
    """Return how many words the body of PAGE has."""
    return sum(len(block.plain.split()) for block in page.blocks)


def minutes_for(words: int) -> tuple[int, int]:
    """Return the fewest and the most minutes that so many WORDS may be said to take.

    They are reckoned at the usual pace: a quarter less will do, and what is dense may take twice as much and five."""
    minutes = words / USUAL
    return int(minutes * 0.75), round(minutes * 2 + 5)


def _minutes(page: Page[Any]) -> Iterator[Finding]:
    if page.data is None:
        return
    words = words_of(page)
    least, most = minutes_for(words)
    if not least <= page.data.minutes <= most:
        message = _("{words} words are not read in {minutes} minutes.").format(words=words, minutes=page.data.minutes)
        hint = _("At {pace} words a minute they take {minutes}; for what is dense give some more.")
        hint = hint.format(pace=USUAL, minutes=max(1, round(words / USUAL)))
        yield page.finding(("minutes",), message, hint, "warning")


def _outside_only(lesson: Page[Lesson]) -> Iterator[Finding]:
    required = [reading for reading in lesson.data.readings if reading.required] if lesson.data else []
    if required and all(reading.text is None for reading in required):
        message = _("This lesson cannot be done without leaving the site: all its required readings stand outside.")
        hint = _("Require a text in the house, or write `required: false` for those outside.")
        yield lesson.finding(lesson.parsed.key_place(("readings",)), message, hint, "warning")


def _texts(curriculum: Curriculum) -> Iterator[Finding]:
    read = {reading.text for lesson in curriculum.lessons.values() if lesson.data for reading in lesson.data.readings}
    evidence = evidence_by_text(curriculum)
    framed = any(text.data and text.data.frame for text in curriculum.texts.values())
    for slug, text in curriculum.texts.items():
        if slug not in read:
            hint = _("Give it to a lesson among its `readings`.")
            yield text.finding((), _("No lesson has this text read."), hint, "warning")
        if text.data is None:
            continue
        if text.data.frame is None:
            if framed:
                hint = _("Say in `frame` who speaks, when, to whom, to what end, and what is left out.")
                yield text.finding((), _("Other texts have a frame, and this has none."), hint, "warning")
        elif evidence[slug] < ENOUGH_EVIDENCE:
            message = _("Questions of type `evidence` on this text: {there}.").format(there=evidence[slug])
            hint = _("Write {enough} or more, in the quiz of a lesson that has it read.").format(enough=ENOUGH_EVIDENCE)
            yield text.finding((), message, hint, "warning")


def evidence_by_text(curriculum: Curriculum) -> Counter[str]:
    """Return slug of a text -> how many questions ask for evidence in it."""
    items = (asked.item for asked in all_questions(curriculum))
    return Counter(item.text for item in items if item.type == "evidence")
