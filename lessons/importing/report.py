"""Says what was understood of a text, before anything of it is stored."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from course.base.words import _, plural
from lessons.importing.imported import Imported, Notice, Unreadable, direction_of_words
from lessons.importing.tally import Tally


def understood(text: Imported, tally: Tally, what: Iterable[str], doubt: Notice | None = None) -> Imported:
    """Return TEXT with what was understood of it (WHAT it is first, and what is in DOUBT last) and what was left out.

    A direction that is not given is that of its words. Raise Unreadable where it has no words at all."""
    passages = [passage for section in text.sections for passage in section.passages]
    if not passages:
        names = tally.names("unreadable")
        why = _(" It has no readable page: {names}.").format(names=", ".join(names[:5])) if names else ""
        raise Unreadable(_("There are no words in this file; bring one that holds the text itself.") + why)
    opening = " ".join(passage.plain for passage in passages[:50])
    notices = [*map(Notice, what), *_counts(text), *([doubt] if doubt else [])]
    direction = text.direction or direction_of_words(opening)
    return replace(text, direction=direction, understood=tuple(notices), left_out=tally.notices())


def _counts(text: Imported) -> Iterable[Notice]:
    passages = [passage for section in text.sections for passage in section.passages]
    words = sum(len(passage.plain.split()) for passage in passages)
    sections = plural("{n} section", "{n} sections", len(text.sections))
    count = plural("{n} passage", "{n} passages", len(passages))
    counts = {"sections": sections, "passages": count, "words": plural("{n} word", "{n} words", words)}
    yield Notice(_("{sections}, {passages}, {words}.").format(**counts))
    kinds = Counter(passage.kind for passage in passages)
    if kinds["table"]:
        yield Notice(plural("A table.", "{n} tables.", kinds["table"]))
    if kinds["quote"]:
        yield Notice(plural("A long quotation.", "{n} long quotations.", kinds["quote"]))
    if links := sum(passage.html.count('href="#') for passage in passages):
        message = plural("A link within the text, as from a note.", "{n} links within the text, as of notes.", links)
        yield Notice(message)
    if asides := sum(section.aside for section in text.sections):
        message = plural(
            "A section stands outside the order of reading; a link leads to it.",
            "{n} sections stand outside the order of reading; links lead to them.",
            asides,
        )
        yield Notice(message)
