"""All the right options out of several."""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import field_validator

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    answered,
    fault,
    shuffled,
)
from quizzes.items.options import Option, Options, option_of
from quizzes.scoring import CHOICE_METHODS, ChoiceMethod


class Multiple(ItemData):
    """A question with two or more options, one or more of them right."""

    type: Literal["multiple"]
    options: Options
    method: ChoiceMethod = "net-correct"
    shuffle: bool = True

    @field_validator("options")
    @classmethod
    def _some_key(cls, options: list[Option]) -> list[Option]:
        if not any(option.right for option in options):
            raise fault(_("No option is marked `right: true`: mark every one that is."))
        return options


Data = Multiple
kind_words = _("Several answers")
is_complete = answered


def shown(data: Multiple, rng: random.Random) -> list[str]:
    """Return the options' idents, shuffled unless the item says otherwise."""
    idents = [option.ident for option in data.options]
    return shuffled(idents, rng) if data.shuffle else idents


def parse(data: Multiple, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"options": sorted idents}, None where nothing was ticked."""
    ticked = {option_of(data.options, value).ident for value in raw.get("", ()) if value.strip()}
    return {"options": sorted(ticked)} if ticked else None


def score(data: Multiple, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the score by the item's method; a part is 1 where ticking or leaving the option was right."""
    if response is None:
        return BLANK
    chosen = {option_of(data.options, ident).ident for ident in response["options"]}
    key = {option.ident for option in data.options if option.right}
    return Scored(
        CHOICE_METHODS[data.method](chosen, key, len(data.options)),
        tuple(option.feedback for option in data.options if option.ident in chosen and option.feedback),
        {option.ident: Fraction(option.right == (option.ident in chosen)) for option in data.options},
    )


def says(data: Multiple, response: Response | None) -> list[str]:
    """Return the words of the options ticked, in the item's order."""
    ticked = [] if response is None else response["options"]
    return [option.text for option in data.options if option.ident in ticked]


def key_says(data: Multiple) -> list[str]:
    """Return the words of the right options, in the item's order."""
    return [option.text for option in data.options if option.right]
