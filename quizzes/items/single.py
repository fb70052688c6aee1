"""One right option out of several."""

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
    Strict,
    answered,
    fault,
    one_value,
    shuffled,
)
from quizzes.items.options import Option, Options, option_of


class OneOf(Strict):
    """A choice of one out of several options."""

    options: Options
    shuffle: bool = True

    @field_validator("options")
    @classmethod
    def _one_key(cls, options: list[Option]) -> list[Option]:
        count = sum(option.right for option in options)
        if count == 0:
            raise fault(_("No option is marked `right: true`: mark the one that is."))
        if count > 1:
            message = _("{count} options are marked `right: true`: leave the mark at one, or make it `type: multiple`.")
            raise fault(message, count=count)
        return options


class Single(OneOf, ItemData):
    """A question with two or more options, exactly one of them right."""

    type: Literal["single"]


Data = Single
kind_words = _("One answer")
is_complete = answered


def shown(data: OneOf, rng: random.Random) -> list[str]:
    """Return the options' idents, shuffled unless the item says otherwise."""
    idents = [option.ident for option in data.options]
    return shuffled(idents, rng) if data.shuffle else idents


def parse(data: OneOf, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"option": ident}, None where nothing was chosen."""
    chosen = one_value(raw)
    return None if chosen is None else {"option": option_of(data.options, chosen).ident}


def score(data: OneOf, response: Response | None, *, names: Names = ()) -> Scored:
    """Return 1 for the key and 0 for any other option."""
    if response is None:
        return BLANK
    option = option_of(data.options, response["option"])
    return Scored(Fraction(option.right), (option.feedback,) if option.feedback else ())


def says(data: OneOf, response: Response | None) -> list[str]:
    """Return the words of the option chosen."""
    return [] if response is None else [option_of(data.options, response["option"]).text]


def key_says(data: OneOf) -> list[str]:
    """Return the words of the right option."""
    return [option.text for option in data.options if option.right]
