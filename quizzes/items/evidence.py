"""The passages that bear something out, picked in the text itself."""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    Ident,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Strict,
    answered,
    check_distinct,
    check_known,
)

EQUIVALENT = " / "  #: between the idents of passages of which one is enough, where the key is said


class Range(Strict):
    """The passages to choose from, both ends included; an end that is not said is that of the text."""

    first: Ident | None = None
    last: Ident | None = None


def _which(value: Any) -> str:
    return "several" if isinstance(value, list) else "one"


Wanted = Annotated[
    Annotated[Ident, Tag("one")] | Annotated[list[Ident], Field(min_length=1), Tag("several")], Discriminator(_which)
]
"""A passage, or several of which one is as good as the other."""


class Evidence(ItemData):
    """A question on a text or lesson, which is answered with passages of it. Those under `also` count neither way."""

    type: Literal["evidence"]
    text: Ident
    range: Range | None = None
    right: Annotated[list[Wanted], Field(min_length=1)]
    also: list[Ident] = Field(default_factory=list)

    @model_validator(mode="after")
    def _distinct(self) -> "Evidence":
        check_distinct([*(ident for group in self.groups for ident in group), *self.also], ())
        return self

    @property
    def groups(self) -> list[list[str]]:
        """What is right: for each piece of evidence the passages of which any will do."""
        return [[wanted] if isinstance(wanted, str) else wanted for wanted in self.right]


Data = Evidence
kind_words = _("Pick passages")
is_complete = answered


def shown(data: Evidence, rng: random.Random) -> list[str]:
    """Return nothing: the passages are those of the text as it stands when an attempt begins, which is not known here.

    Whoever begins an attempt puts the idents of the range in the place of this."""
    return []


def parse(data: Evidence, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"passages": sorted idents}, None where nothing was picked. SHOWN are all that could be."""
    picked = {check_known(value, shown) for value in raw.get("", ()) if value.strip()}
    return {"passages": sorted(picked)} if picked else None


def score(data: Evidence, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the share of the evidence that was found less the share of what was picked that is none, floored at 0.

    Equivalent passages count once, however many of them were picked. A part is 1 for evidence found (called by its
    first passage), and 0 for evidence that was not and for each wrong passage. RULES, section 11."""
    if response is None:
        return BLANK
    picked = set(response["passages"])
    found = [group for group in data.groups if picked.intersection(group)]
    wrong = sorted(picked.difference(data.also, *data.groups))
    share = Fraction(len(found), len(data.groups))
    if wrong:
        share -= Fraction(len(wrong), len(found) + len(wrong))
    parts = {group[0]: Fraction(group in found) for group in data.groups} | dict.fromkeys(wrong, Fraction(0))
    return Scored(max(share, Fraction(0)), parts=parts)


def says(data: Evidence, response: Response | None) -> list[str]:
    """Return the idents of the passages picked; a page has their words."""
    return [] if response is None else list(response["passages"])


def key_says(data: Evidence) -> list[str]:
    """Return the idents of the right passages, in the order of idents; " / " stands between equivalent ones."""
    return sorted(EQUIVALENT.join(group) for group in data.groups)
