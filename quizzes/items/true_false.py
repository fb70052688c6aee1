"""A statement that is true or false."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Words,
    answered,
    check_known,
    one_value,
)


def _keys_as_words(feedback: Any) -> Any:
    """Return FEEDBACK with words for keys: YAML reads the key `true` as a boolean, JSON keeps it as a string."""
    if not isinstance(feedback, Mapping):
        return feedback
    return {str(key).lower() if isinstance(key, bool) else key: words for key, words in feedback.items()}


class TrueFalse(ItemData):
    """A statement; `feedback` is for the answer given, right or wrong."""

    type: Literal["true-false"]
    key: bool
    feedback: Annotated[dict[Literal["true", "false"], Words], BeforeValidator(_keys_as_words)] = Field(
        default_factory=dict
    )


Data = TrueFalse
kind_words = _("True or false")
is_complete = answered


def shown(data: TrueFalse, rng: random.Random) -> list[str]:
    """Return "true" and "false", in this order always."""
    return ["true", "false"]


def parse(data: TrueFalse, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"value": true or false}, None where nothing was chosen."""
    chosen = one_value(raw)
    return None if chosen is None else {"value": check_known(chosen, ("true", "false")) == "true"}


def score(data: TrueFalse, response: Response | None, *, names: Names = ()) -> Scored:
    """Return 1 for the key and 0 for its opposite."""
    if response is None:
        return BLANK
    words = data.feedback.get("true" if response["value"] else "false")
    return Scored(Fraction(response["value"] == data.key), (words,) if words else ())


def says(data: TrueFalse, response: Response | None) -> list[str]:
    """Return "True" or "False"."""
    return [] if response is None else [_word(response["value"])]


def key_says(data: TrueFalse) -> list[str]:
    """Return "True" or "False"."""
    return [_word(data.key)]


def _word(value: bool) -> str:
    return _("True") if value else _("False")
