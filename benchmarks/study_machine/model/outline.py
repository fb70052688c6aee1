"""The course of the machine as its files say it, for the model."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Part(NamedTuple):
    """A part of a lesson, or a lesson, by its kind and ident."""

    kind: str
    ident: str


class Outlined(NamedTuple):
    """Where a part stands, and whether the lesson needs it."""

    lesson: str
    required: bool = True


#: The course, as its files say it.
OUTLINE: Mapping[Part, Outlined] = {
    Part("reading", "read-theses"): Outlined("first"),
    Part("prompt", "why"): Outlined("first"),
    Part("quiz", "first"): Outlined("first"),
    Part("reading", "read-outside"): Outlined("second"),
    Part("reading", "read-more"): Outlined("second", required=False),
    Part("prompt", "what-else"): Outlined("second"),
    Part("quiz", "second"): Outlined("second"),
    Part("quiz", "third"): Outlined("third"),
}
LESSONS = tuple(Part("lesson", ident) for ident in ("first", "second", "third", "fourth"))

#: Text -> the self-checks in it.
CHECKS: Mapping[str, tuple[str, ...]] = {"first": ("one-of-three",), "theses": ("true-or-not",)}

#: Reading -> the text in the house that it is of.
READS = {"read-theses": "theses"}

#: Rubric of the essay: criterion -> its weight and what each level is worth.
RUBRIC: Mapping[str, tuple[int, Mapping[str, Fraction]]] = {
    "argument": (2, {"none": Fraction(0), "some": Fraction(1, 2), "good": Fraction(1)}),
    "words": (1, {"poor": Fraction(0), "fine": Fraction(1)}),
}
