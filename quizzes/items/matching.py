"""Things on the left, each to be given its choice on the right; one choice may serve several."""

import hashlib
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

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
    Words,
    check_distinct,
    check_known,
    fault,
    one_value,
    pick,
    repeated,
    shuffled,
    tidy,
)
from quizzes.scoring import mean


class Pair(Strict):
    """What stands on the left, and what belongs to it."""

    ident: Ident
    left: Words
    right: Words


class Matching(ItemData):
    """Two or more pairs; `distractors` are further choices for the right that belong to nothing."""

    type: Literal["matching"]
    pairs: Annotated[list[Pair], Field(min_length=2)]
    distractors: list[Words] = Field(default_factory=list)

    @field_validator("pairs")
    @classmethod
    def _tell_apart(cls, pairs: list[Pair]) -> list[Pair]:
        check_distinct((pair.ident for pair in pairs), (pair.left for pair in pairs))
        return pairs

    @model_validator(mode="after")
    def _a_choice_to_make(self) -> "Matching":
        rights = {tidy(pair.right) for pair in self.pairs}
        if (text := repeated([*rights, *self.distractors])) is not None:
            message = _("The distractor “{text}” stands twice, or is the right of a pair: change or drop it.")
            raise fault(message, text=text)
        if len(rights) + len(self.distractors) < 2:
            raise fault(_("There is only one choice on the right: add `distractors`, or pairs that differ."))
        return self


Data = Matching
kind_words = _("Match")


class Choice(NamedTuple):
    """Words on the right, and the ident under which a form sends them."""

    ident: str
    text: str


def choice_ident(text: str) -> str:
    """Return the ident of the choice TEXT: made from its words alone, so that it is stable and tells of no pair."""
    return "c" + hashlib.sha256(tidy(text).encode()).hexdigest()[:12]


def choices(data: Matching) -> list[Choice]:
    """Return what may be chosen on the right, equal words once, sorted by ident: not in the order of the pairs."""
    texts = {tidy(text) for text in [*(pair.right for pair in data.pairs), *data.distractors]}
    return sorted(Choice(choice_ident(text), text) for text in texts)


def shown(data: Matching, rng: random.Random) -> list[str]:
    """Return the idents of the choices on the right, shuffled; the left stands in the item's order."""
    return shuffled((choice.ident for choice in choices(data)), rng)


def parse(data: Matching, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"pairs": {left: choice}} with the lefts that were filled in, None where none was."""
    known = {choice.ident for choice in choices(data)}
    sent = ((pair.ident, one_value(raw, pair.ident)) for pair in data.pairs)
    filled = {left: check_known(choice, known) for left, choice in sent if choice is not None}
    return {"pairs": filled} if filled else None


def score(data: Matching, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the share of the pairs that are right, which are also the parts; a blank part is worth 0."""
    if response is None:
        return BLANK
    filled = response["pairs"]
    parts = {pair.ident: Fraction(filled.get(pair.ident) == choice_ident(pair.right)) for pair in data.pairs}
    return Scored(mean(parts.values()), parts=parts)


def is_complete(data: Matching, response: Response | None) -> bool:
    """Say whether every left has its choice."""
    return response is not None and all(pair.ident in response["pairs"] for pair in data.pairs)


def says(data: Matching, response: Response | None) -> list[str]:
    """Return a line for each left that was filled in."""
    filled = {} if response is None else response["pairs"]
    offered = choices(data)
    return [
        _line(pair.left, pick(filled[pair.ident], offered, lambda choice: choice.ident).text)
        for pair in data.pairs
        if pair.ident in filled
    ]


def key_says(data: Matching) -> list[str]:
    """Return a line for each pair."""
    return [_line(pair.left, pair.right) for pair in data.pairs]


def _line(left: str, right: str) -> str:
    return f"{tidy(left)} → {tidy(right)}"
