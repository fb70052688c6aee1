"""What may be answered to each question of the machine's course, how it is stored, and what it is worth.

The scores are worked out by hand from RULES, sections 2 and 11: this is what the site is held to."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from benchmarks.study_machine.browser import Form

Stored = Mapping[str, Any] | None

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


class Answer(NamedTuple):
    """An answer: part of the field's name -> what is filled in or chosen; how it is stored; its score.

    `stored` None is a blank; the score of an essay is a tutor's to give."""

    fields: Mapping[str, tuple[str, ...]]
    stored: Stored
    score: Fraction = Fraction(0)
    refused: bool = False


def _chosen(ident: str, score: int) -> Answer:
    return Answer({"": (ident,)}, {"option": ident}, Fraction(score))


def _ticked(score: Fraction, *idents: str) -> Answer:
    return Answer({"": idents}, {"options": sorted(idents)} if idents else None, score)


def _typed(text: str, score: int) -> Answer:
    return Answer({"": (text,)}, {"text": text} if text else None, Fraction(score))


def _paired(score: Fraction, **pairs: str) -> Answer:
    lefts = ("ministers", "soviet", "banks", "labourers")
    fields = {left: (pairs.get(left, ""),) for left in lefts}
    return Answer(fields, {"pairs": pairs} if pairs else None, score)


def _ordered(order: str, score: str) -> Answer:
    places = {entry: (str(place),) for place, entry in enumerate(order, 1)}
    return Answer(places, {"order": list(order)}, Fraction(score))


def _number(text: str, score: Fraction) -> Answer:
    return Answer({"": (text,)}, {"number": text} if text else None, score)


def _dated(text: str, score: Fraction, stored: str | None = None) -> Answer:
    return Answer({"": (text,)}, {"text": stored or text} if text else None, score)


def _filled(many: str, whom: str, score: Fraction) -> Answer:
    gaps: dict[str, Any] = {}
    if many:
        gaps["many"] = {"number": many}
    if whom:
        gaps["whom"] = {"text": whom}
    return Answer({"many": (many,), "whom": (whom,)}, {"gaps": gaps} if gaps else None, score)


def _picked(score: Fraction, *idents: str) -> Answer:
    return Answer({"": idents}, {"passages": sorted(idents)} if idents else None, score)


#: Question -> what may be answered. What is right comes first.
ANSWERS: Mapping[str, tuple[Answer, ...]] = {
    "one-of-three": (_chosen("soviet", 1), _chosen("ministers", 0), _chosen("nobody", 0)),
    "some-of-four": (
        _ticked(Fraction(1), "land", "banks"),
        _ticked(HALF, "land"),
        _ticked(HALF, "land", "banks", "war"),
        _ticked(Fraction(0), "land", "war"),
        _ticked(Fraction(0)),
    ),
    "true-or-not": (
        Answer({"": ("true",)}, {"value": True}, Fraction(1)),
        Answer({"": ("false",)}, {"value": False}, Fraction(0)),
    ),
    "who-had-what": (
        _paired(Fraction(1), ministers="Ministries", soviet="Soldiers", banks="Money", labourers="Nothing yet"),
        _paired(HALF, ministers="Soldiers", soviet="Ministries", banks="Money", labourers="Nothing yet"),
        _paired(QUARTER, ministers="Ministries"),
        _paired(Fraction(0)),
    ),
    "in-order": (
        _ordered("abcde", "1"),
        _ordered("acbde", "0.9"),
        _ordered("eabcd", "0.6"),
        _ordered("badce", "0.8"),
        _ordered("edcba", "0"),
    ),
    "in-a-word": (_typed("April Theses", 1), _typed("April Thesis", 1), _typed("June Theses", 0), _typed("", 0)),
    "how-many": (
        _number("609", Fraction(1)),
        _number("615", Fraction(1)),
        _number("500", HALF),
        _number("700", Fraction(0)),
        _number("", Fraction(0)),
        Answer({"": ("many",)}, None, refused=True),
    ),
    "which-day": (
        _dated("25 October 1917", Fraction(1)),
        _dated("October 1917", HALF),
        _dated("8 November 1917", Fraction(3, 4)),
        _dated("20th century", Fraction(0)),
        _dated("", Fraction(0)),
        Answer({"": ("10/11/1917",)}, None, refused=True),
    ),
    "with-gaps": (
        _filled("609", "soviets", Fraction(1)),
        _filled("609", "", HALF),
        _filled("5", "soviets", HALF),
        _filled("", "", Fraction(0)),
    ),
    "where-it-says-so": (
        _picked(Fraction(1), "side-by-side", "not-last"),
        _picked(HALF, "side-by-side"),
        _picked(Fraction(2, 3), "side-by-side", "soldiers", "not-last"),
        _picked(Fraction(0), "soldiers", "not-last"),
        _picked(Fraction(0)),
    ),
    "how-slow": (
        Answer({"": ("true",)}, {"value": True}, Fraction(1)),
        Answer({"": ("false",)}, {"value": False}, Fraction(0)),
    ),
    "which-hour": (
        _typed("It was eleven, as she says.", 0),
        _typed("It was midnight.", 0),
        _typed("Nobody knows.", 0),
        _typed("", 0),
    ),
    "try-a-choice": (_chosen("autumn", 1), _chosen("summer", 0), _chosen("spring", 0)),
    "try-a-word": (_typed("insurrection", 1), _typed("revolt", 0), _typed("strike", 0), _typed("", 0)),
}


def fill(form: Form, item_id: int, answer: Answer) -> None:
    """Put ANSWER into the fields of the item of that id in FORM."""
    for part, values in answer.fields.items():
        form.fill(f"item-{item_id}-{part}" if part else f"item-{item_id}", *values)
