"""The options of the closed questions."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from quizzes.items.common import Ident, Strict, Words, check_distinct, pick


class Option(Strict):
    """One choice of a closed question; `feedback` is shown to those who chose it."""

    ident: Ident
    text: Words
    right: bool = False
    feedback: Words | None = None


def _distinct_options(options: list[Option]) -> list[Option]:
    check_distinct((option.ident for option in options), (option.text for option in options))
    return options


Options = Annotated[list[Option], Field(min_length=2), AfterValidator(_distinct_options)]


def option_of(options: Sequence[Option], ident: str) -> Option:
    """Return the option IDENT; raise BadResponse if there is none."""
    return pick(ident, options, lambda option: option.ident)
