"""A number, typed, with a tolerance and, where asked, a unit of measure. No two floats are ever compared."""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    BadResponse,
    Ident,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Strict,
    Words,
    as_markdown,
    check_distinct,
    check_known,
    exactly,
    fault,
    one_value,
    pick,
)
from quizzes.items.numerals import canonical_of, for_people, read_number
from quizzes.items.spelling import fold, fold_name

MOST = 10**15  #: to either side; no larger number can be written in a curriculum without loss
WITHOUT_UNIT = 0.5
_CLOSING = ".,;:!?"

Number = Annotated[int | float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
Share = Annotated[int | float, Field(ge=0, le=1, allow_inf_nan=False)]


class NumericAnswer(Strict):
    """A number (in the first unit), how far from it is near enough, and what it is worth, from 0 to 1."""

    value: Number
    tolerance: Annotated[int | float, Field(ge=0, le=MOST, allow_inf_nan=False)] | None = None
    tolerance_percent: Annotated[int | float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    score: Share = 1
    feedback: Words | None = None

    @model_validator(mode="after")
    def _one_tolerance(self) -> "NumericAnswer":
        if self.tolerance is not None and self.tolerance_percent is not None:
            raise fault(_("Both `tolerance` and `tolerance_percent` stand here: leave one of them out."))
        return self

    @property
    def margin(self) -> Fraction:
        """How far from the value a number may be, in the first unit."""
        if self.tolerance_percent is not None:
            return abs(exactly(self.value)) * exactly(self.tolerance_percent) / 100
        return exactly(self.tolerance or 0)


class Unit(Strict):
    """A unit of measure (plain text) with other ways to type it; FACTOR of the first unit make one of it."""

    ident: Ident
    text: Words
    aliases: list[Words] = Field(default_factory=list)
    factor: Annotated[int | float, Field(gt=0, le=MOST, allow_inf_nan=False)] = 1

    @property
    def spellings(self) -> list[str]:
        """All that may be typed for it, folded."""
        return [fold_name(words) for words in (self.text, *self.aliases)]


class Quantity(Strict):
    """What is answered with a number: the best of the answers that fits counts.

    Where there are several units, the number counts as one of that which was given; without one it is read in the
    first, for the share `without_unit` of the score (0.5 unless said)."""

    answers: Annotated[list[NumericAnswer], Field(min_length=1)]
    units: Annotated[list[Unit], Field(max_length=20)] = Field(default_factory=list)
    without_unit: Share | None = None

    @field_validator("answers")
    @classmethod
    def _answerable(cls, answers: list[NumericAnswer]) -> list[NumericAnswer]:
        if all(answer.score < 1 for answer in answers):
            raise fault(_("No answer has the full score: leave `score` out where the answer is right."))
        seen = set()
        for answer in answers:
            if (once := (exactly(answer.value), answer.margin)) in seen:
                number = for_people(canonical_of(answer.value))
                raise fault(_("“{number}” stands twice with the same tolerance: drop one."), number=number)
            seen.add(once)
        return answers

    @field_validator("units")
    @classmethod
    def _told_apart(cls, units: list[Unit]) -> list[Unit]:
        check_distinct((unit.ident for unit in units), (unit.text for unit in units))
        if units and units[0].factor != 1:
            raise fault(_("The first unit is that of the answers: leave its `factor` out."))
        whose: dict[str, str] = {}
        for unit in units:
            for spelling in unit.spellings:
                if not spelling or spelling[0].isdigit():
                    message = _("“{text}” can be typed in no way that is understood: write a word or a sign.")
                    raise fault(message, text=unit.text)
                if whose.setdefault(spelling, unit.ident) != unit.ident:
                    raise fault(_("“{text}” may be either of two units: change or drop one."), text=spelling)
        return units

    @model_validator(mode="after")
    def _share_of_something(self) -> "Quantity":
        if self.without_unit is not None and not self.asks_unit:
            raise fault(_("Without several `units` none can be missing: leave `without_unit` out."))
        return self

    @property
    def asks_unit(self) -> bool:
        """Whether there is a unit to choose."""
        return len(self.units) > 1

    @property
    def takes_minus(self) -> bool:
        """Whether a number below nothing may be right; the keys for numbers of some telephones have no minus."""
        return any(answer.value < 0 for answer in self.answers)


class Numeric(Quantity, ItemData):
    """A question that is answered with a number."""

    type: Literal["numeric"]


Data = Numeric
kind_words = _("A number")


def shown(data: Quantity, rng: random.Random) -> list[str]:
    """Return nothing: there is nothing to put in order."""
    return []


def parse(data: Quantity, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"number": decimal string, "unit": ident}, None without a number; the unit only where there is a choice
    of them and one was given, in its own field ("unit") or after the number."""
    written = one_value(raw)
    if written is None:
        return None
    number, rest = read_number(written)
    after = _unit_in(data, rest) if rest.strip(_CLOSING) else None
    if not data.asks_unit:
        return {"number": number}
    chosen = one_value(raw, "unit")
    known = check_known(chosen, [unit.ident for unit in data.units]) if chosen is not None else None
    if after and known and after != known:
        raise BadResponse(_("Two units stand here, one after the number and one beside it. Leave one of them."))
    unit = after or known
    return {"number": number, "unit": unit} if unit else {"number": number}


def score(data: Quantity, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the score of the best answer that the number, turned into the first unit, is near enough to."""
    if response is None:
        return BLANK
    given = Fraction(response["number"]) * (exactly(_unit(data, response).factor) if "unit" in response else 1)
    fitting = [one for one in data.answers if abs(given - exactly(one.value)) <= one.margin]
    if not fitting:
        return BLANK
    best = max(fitting, key=lambda answer: answer.score)
    feedback = (best.feedback,) if best.feedback else ()
    if not data.asks_unit or "unit" in response:
        return Scored(exactly(best.score), feedback)
    share = exactly(WITHOUT_UNIT if data.without_unit is None else data.without_unit)
    note = _("No unit was given. The number was read in {unit}, for {percent} percent of the score.").format(
        unit=as_markdown(data.units[0].text), percent=for_people(canonical_of(float(share * 100)))
    )
    return Scored(exactly(best.score) * share, feedback, note=note if best.score else None)


def is_complete(data: Quantity, response: Response | None) -> bool:
    """Say whether there is a number and, where there is a choice of units, one of them."""
    return response is not None and ("unit" in response or not data.asks_unit)


def says(data: Quantity, response: Response | None) -> list[str]:
    """Return the number with its unit."""
    if response is None:
        return []
    unit = _unit(data, response).text if "unit" in response else "" if data.asks_unit else _key_unit(data)
    return [_line(response["number"], unit)]


def key_says(data: Quantity) -> list[str]:
    """Return the answers of the full score, with how near is near enough."""
    return [_key_line(data, answer) for answer in data.answers if answer.score == 1]


def _unit_in(data: Quantity, words: str) -> str:
    """Return the ident of the unit that was typed after a number."""
    folded = fold(words)
    for unit in data.units:
        if folded in unit.spellings:
            return unit.ident
    if not data.units:
        raise BadResponse(_("Write the number alone, in digits and without a word after it."))
    texts = ", ".join(unit.text for unit in data.units)
    raise BadResponse(
        _("Write the number in digits, with nothing after it but one of these: {units}.").format(units=texts)
    )


def _unit(data: Quantity, response: Response) -> Unit:
    return pick(response["unit"], data.units, lambda unit: unit.ident)


def _key_unit(data: Quantity) -> str:
    return data.units[0].text if data.units else ""


def _key_line(data: Quantity, answer: NumericAnswer) -> str:
    line = _line(canonical_of(answer.value), _key_unit(data))
    if answer.tolerance_percent:
        return _("{amount} (within {margin} percent)").format(amount=line, margin=_said(answer.tolerance_percent))
    return (
        _("{amount} (within {margin})").format(amount=line, margin=_said(answer.tolerance))
        if answer.tolerance
        else line
    )


def _said(number: float) -> str:
    return as_markdown(for_people(canonical_of(number)))


def _line(number: str, unit: str) -> str:
    return as_markdown(f"{for_people(number)} {unit}")
