"""Questions that ask the same again, and explanations that were copied."""

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process

from course.base.words import _
from kruzhok.curriculum.asked import Asked, all_questions, seen
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum

#: How like two questions or explanations may be, out of 100, when the order of their words does not count.
ALIKE = 88
#: Shorter words say too little to be compared, and of longer ones the beginning is enough.
SHORTEST, LONGEST = 20, 500
#: How many questions before one it is compared with: more than a course has, and few enough for any file.
BEFORE = 1000


def alike_findings(curriculum: Curriculum) -> Iterator[Finding]:
    """Yield a warning for each question, and each explanation, that is nearly one that stands before it."""
    asked = list(all_questions(curriculum))
    for again in _again(asked, [_question(one) for one in asked]):
        message = _("This is nearly the question `{ident}`.").format(ident=again.first.item.ident)
        yield _finding(again, "stem", message, _("Ask something else, or drop one of the two."))
    for again in _again(asked, [seen(one.item.explanation) for one in asked]):
        message = _("This is nearly the explanation of `{ident}`.").format(ident=again.first.item.ident)
        yield _finding(again, "explanation", message, _("Say why this key is right."))


class Again(NamedTuple):
    """A question and the one before that it is like."""

    first: Asked
    second: Asked


def _finding(again: Again, key: str, message: str, hint: str) -> Finding:
    return again.second.sheet.finding((*again.second.at, key), message, hint, "warning")


def _question(asked: Asked) -> str:
    """Return the words by which a question is known: the stem and, where many stems are the same, what it is about."""
    item = asked.item
    parts: list[str] = [item.stem]
    if item.type == "cloze":
        parts = [item.text]
    elif item.type == "ordering":
        parts += [entry.text for entry in item.entries]
    elif item.type == "matching":
        parts += [pair.left for pair in item.pairs]
    return seen(" ".join(parts))


def _again(asked: list[Asked], texts: list[str]) -> Iterator[Again]:
    sets = [" ".join(sorted(text[:LONGEST].casefold().split())) for text in texts]
    for place, words in enumerate(sets):
        if len(words) >= SHORTEST:
            first = max(0, place - BEFORE)
            like = process.extractOne(words, sets[first:place], scorer=fuzz.ratio, score_cutoff=ALIKE)
            if like:
                yield Again(asked[first + like[2]], asked[place])
