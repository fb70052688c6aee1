"""An essay: as many words as the limits allow, marked by a human by a rubric."""

import random
import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from course.base.words import _, plural
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
    check_is_text,
    exactly,
    fault,
    one_value,
)
from quizzes.items.quotations import MOST_QUOTATIONS, count_quotations
from quizzes.items.verbatim import count_words

LONGEST = 100_000  #: characters of an essay
MOST_MARKS = 30  #: combining marks on one letter, as in Unicode's Stream-Safe Text Format; sorting more takes for ever


class Length(Strict):
    """From how many words to how many. An essay outside is taken all the same, and said to be incomplete."""

    least: Annotated[int, Field(ge=1, le=20_000)] | None = None
    most: Annotated[int, Field(ge=1, le=20_000)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Length":
        if self.least is not None and self.most is not None and self.least > self.most:
            raise fault(_("`least` is more than `most` here: exchange them."))
        return self


class Level(Strict):
    """How well a criterion was met, in words (Markdown), and what that is worth, from 0 to 1."""

    ident: Ident
    words: Words
    score: Annotated[int | float, Field(ge=0, le=1, allow_inf_nan=False)]


class Criterion(Strict):
    """One thing that an essay is marked for, with its levels; criteria weigh alike unless said."""

    ident: Ident
    title: Words
    weight: Annotated[int | float, Field(gt=0, le=100, allow_inf_nan=False)] = 1
    levels: Annotated[list[Level], Field(min_length=2, max_length=10)]

    @field_validator("levels")
    @classmethod
    def _one_is_full(cls, levels: list[Level]) -> list[Level]:
        check_distinct((level.ident for level in levels), (level.words for level in levels))
        if all(level.score < 1 for level in levels):
            raise fault(_("No level is worth the full score: give the best one `score: 1`."))
        return levels


class Essay(ItemData):
    """A question that is answered at length. `model` is a model answer; both it and `for_marker` are block Markdown.

    In the texts of `quote_from` the quotations of an essay are looked for; `quotations` is how many are asked."""

    type: Literal["essay"]
    words: Length | None = None
    rubric: Annotated[list[Criterion], Field(min_length=1, max_length=10)]
    model: Words
    for_marker: Words | None = None
    quote_from: Annotated[list[Ident], Field(max_length=10)] = Field(default_factory=list)
    quotations: Annotated[int, Field(ge=0, le=MOST_QUOTATIONS)] = 0

    @field_validator("rubric")
    @classmethod
    def _told_apart(cls, rubric: list[Criterion]) -> list[Criterion]:
        check_distinct((one.ident for one in rubric), (one.title for one in rubric))
        return rubric

    @model_validator(mode="after")
    def _texts_to_quote(self) -> "Essay":
        check_distinct(self.quote_from, ())
        if self.quotations and not self.quote_from:
            raise fault(_("Quotations are asked for and no text to quote from: name one under `quote_from`."))
        return self

    def length_words(self, response: Response | None) -> str:
        """Return a sentence on how long the essay is and whether it quotes as often as asked; nothing for a blank."""
        if response is None:
            return ""
        count, over, under = self._lengths(response)
        said = plural("{n} word", "{n} words", count)
        if over:
            said = _("{said}; {n} more than asked").format(said=said, n=over)
        elif under:
            said = _("{said}; {n} fewer than asked").format(said=said, n=under)
        quoted = count_quotations(response["text"], self.quotations)
        if quoted < self.quotations:
            said = _("{said}; {n} of {asked} quotations").format(said=said, n=quoted, asked=self.quotations)
        return said + "."

    def _lengths(self, response: Response) -> tuple[int, int, int]:
        """Return how many words there are, and how many of them are too many or missing."""
        count, limits = count_words(response["text"]), self.words or Length()
        return count, max(count - (limits.most or count), 0), max((limits.least or 0) - count, 0)

    def fits(self, response: Response) -> bool:
        """Say whether RESPONSE is as long as asked, and quotes as often."""
        _count, over, under = self._lengths(response)
        return not over and not under and count_quotations(response["text"], self.quotations) == self.quotations


Data = Essay
kind_words = _("An essay")
marked_by_hand = True
length_words = Essay.length_words


def shown(data: Essay, rng: random.Random) -> list[str]:
    """Return nothing: there is nothing to put in order."""
    return []


def parse(data: Essay, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    r"""Return {"text": as typed}, None for a blank; line ends are \n, without spaces before them."""
    typed = one_value(raw)
    text = None if typed is None else _clean(typed)
    return {"text": text} if text else None


def score(data: Essay, response: Response | None, *, names: Names = ()) -> Scored:
    """Return 0, which for a blank is the score. What else an essay is worth only a human says: see `mark_score`."""
    return BLANK


def is_complete(data: Essay, response: Response | None) -> bool:
    """Say whether the essay is as long as asked, and quotes as often."""
    return response is not None and data.fits(response)


def says(data: Essay, response: Response | None) -> list[str]:
    """Return the paragraphs, their lines parted as they were typed."""
    if response is None:
        return []
    lines = groupby(response["text"].split("\n"), key=bool)
    return ["\\\n".join(as_markdown(line) for line in paragraph) for is_said, paragraph in lines if is_said]


def key_says(data: Essay) -> list[str]:
    """Return the paragraphs of the model answer; with blank lines between them they are its Markdown again."""
    return re.split(r"\n(?:[ \t]*\n)+", data.model.strip("\n"))


def mark_score(data: Essay, levels: Mapping[str, str]) -> Fraction:
    """Return the weighted mean, from 0 to 1, of LEVELS (idents: criterion -> level).

    Raise BadResponse if one is missing or not known."""
    if levels.keys() - {criterion.ident for criterion in data.rubric}:
        raise BadResponse(_("There is no such criterion in this rubric."))
    total = weights = Fraction(0)
    for criterion in data.rubric:
        scores = {level.ident: exactly(level.score) for level in criterion.levels}
        if (chosen := levels.get(criterion.ident)) not in scores:
            raise BadResponse(_("Choose a level for “{criterion}”.").format(criterion=criterion.title))
        total += exactly(criterion.weight) * scores[chosen]
        weights += exactly(criterion.weight)
    return total / weights


def _clean(text: str) -> str:
    text = _without_spaces(re.sub("\r\n?|[\u2028\u2029]", "\n", text))
    _check_length(text)
    check_is_text(text)
    runs = groupby(text, key=lambda char: unicodedata.combining(char) > 0)
    if any(is_mark and sum(1 for _mark in run) > MOST_MARKS for is_mark, run in runs):
        raise BadResponse(_("Too many accents stand on one letter here. Type it again, please."))
    text = _without_spaces(unicodedata.normalize("NFC", text))
    _check_length(text)
    return text


def _without_spaces(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        said = _("This text has {n} characters, and {most} are the most that can be kept: shorten it.")
        raise BadResponse(said.format(n=f"{len(text):,}", most=f"{LONGEST:,}"))
