"""What every type of item has in common: the fields of its data, how answers come and go, and what a type offers.

Pure: no web, no database, no clock; chance is handed in.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from course.base.words import _

Raw = Mapping[str, Sequence[str]]
"""The fields of one item as the form sent them: "" is `item-7`, "left" is `item-7-left`. Other fields are not read."""

Response = dict[str, Any]
"""An answer in its one canonical form, ready for JSON. A blank is None, never an empty response."""

Names = Sequence[Sequence[str]]
"""The persons and terms of a course: for each, all its spellings."""

LONGEST_TEXT = 500  #: characters of a short answer

Thing = TypeVar("Thing")


def fault(message: str, **facts: Any) -> PydanticCustomError:
    """Return an author's error: MESSAGE says what is wrong and how to mend it, with FACTS filled in."""
    return PydanticCustomError("item", message, facts)


def _said(text: str) -> str:
    if not text.strip():
        raise fault(_("This is empty: write something, or leave the key out where it is optional."))
    if "\0" in text:
        raise fault(_("This holds a NUL character, which no database keeps: take it out."))
    return text


Ident = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
PassageAddress = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}#[a-z][a-z0-9-]{0,63}$")]
Words = Annotated[str, StringConstraints(min_length=1), AfterValidator(_said)]


class Strict(BaseModel):
    """A piece of an item's data: types are not guessed, unknown keys are errors, nothing changes once it is read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Combined(Strict):
    """What is said of the whole answer, beside what is said of its parts: where it was right, partly, wrong."""

    right: Words | None = None
    partly: Words | None = None
    wrong: Words | None = None


class ItemData(Strict):
    """What a curriculum says of one item, whatever its type (docs/curriculum.md); the Markdown in it is inline.

    `hints` are shown in turn where a quiz gives several tries: there is one try more than there are hints. With `check`
    the item is a self-check, too: it stands in the text, after its passage."""

    ident: Ident
    type: str
    stem: Words
    points: Annotated[int | float, Field(gt=0, le=100, allow_inf_nan=False)] = 1
    demand: Literal["recall", "understand", "argue"]
    explanation: Words
    passage: PassageAddress
    sources: Annotated[list[Ident], Field(min_length=1)]
    tags: list[Words] = Field(default_factory=list)
    hints: Annotated[list[Words], Field(max_length=9)] = Field(default_factory=list)
    combined: Combined | None = None
    check: bool = False


def repeated(values: Iterable[str]) -> str | None:
    """Return the first of VALUES that was there before, runs of white space being one space."""
    seen: set[str] = set()
    for value in (tidy(value) for value in values):
        if value in seen:
            return value
        seen.add(value)
    return None


def check_distinct(idents: Iterable[str], texts: Iterable[str]) -> None:
    """Raise for an ident that stands twice, and for words that nobody could tell apart."""
    if (ident := repeated(idents)) is not None:
        raise fault(_("The ident “{ident}” stands twice: give each one its own."), ident=ident)
    if (text := repeated(texts)) is not None:
        raise fault(_("“{text}” stands twice, and nobody could tell which is meant: change or drop one."), text=text)


class BadResponse(ValueError):
    """What was sent is no answer to this item; the message says so to the person who sent it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a response is worth.

    `score` is from 0 to 1, exactly. `feedback` is Markdown, on what was chosen. `parts` says the same of each pair,
    entry or option, from 0 to 1, where the type has such parts and the response was no blank. `note` is Markdown: what
    to add although the answer counts, as the right spelling of a forgiven slip."""

    score: Fraction
    feedback: tuple[str, ...] = ()
    parts: Mapping[str, Fraction] = field(default_factory=dict)
    note: str | None = None


BLANK = Scored(Fraction(0))


class ItemType(Protocol):
    """What the module of a type offers. DATA is always an instance of the module's own `Data`."""

    @property
    def Data(self) -> type[ItemData]: ...  # noqa: N802 (it is a class)

    @property
    def kind_words(self) -> str:
        """What is asked for, in a few words, to stand over the question."""

    def shown(self, data: Any, rng: random.Random) -> list[str]:
        """Return the idents in the order in which one attempt shows them."""

    def parse(self, data: Any, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
        """Return what RAW answers, None for a blank; raise BadResponse, and nothing else, where it is no answer."""

    def score(self, data: Any, response: Response | None, *, names: Names = ()) -> Scored:
        """Return what RESPONSE, as `parse` gave it, is worth; a blank is worth nothing."""

    def is_complete(self, data: Any, response: Response | None) -> bool:
        """Say whether nothing is left to fill in."""

    def says(self, data: Any, response: Response | None) -> list[str]:
        """Return RESPONSE in words (Markdown), a part a line; nothing for a blank."""

    def key_says(self, data: Any) -> list[str]:
        """Return the key in words (Markdown), a part a line."""


def answered(data: ItemData, response: Response | None) -> bool:
    """Say whether there is a response; for the types that are whole as soon as there is one."""
    return response is not None


def one_value(raw: Raw, name: str = "") -> str | None:
    """Return the one value of the field NAME, None if it was left blank; raise BadResponse if there are several."""
    values = {value for value in raw.get(name, ()) if value.strip()}
    if len(values) > 1:
        raise BadResponse(_("Only one answer fits here, and several were sent. Choose one."))
    return next(iter(values), None)


def check_known(ident: str, idents: Collection[str]) -> str:
    """Return IDENT, which is one of IDENTS; raise BadResponse if not (without repeating what a stranger sent)."""
    if ident not in idents:
        raise BadResponse(_("That choice is not among those of this question. Choose one that is shown."))
    return ident


def pick(ident: str, things: Sequence[Thing], name: Callable[[Thing], str]) -> Thing:
    """Return the one of THINGS whose NAME is IDENT; raise BadResponse if there is none."""
    named = {name(thing): thing for thing in things}
    return named[check_known(ident, named)]


def shuffled(idents: Iterable[str], rng: random.Random) -> list[str]:
    """Return IDENTS in an order that RNG chose."""
    order = list(idents)
    rng.shuffle(order)
    return order


def clean_text(text: str) -> str:
    """Return TEXT with white space as single spaces; raise BadResponse for what cannot be kept or is too long."""
    check_is_text(text)
    text = tidy(text)
    if len(text) > LONGEST_TEXT:
        raise BadResponse(_("This answer is too long: at most {most} characters.").format(most=LONGEST_TEXT))
    return text


def check_is_text(text: str) -> None:
    """Raise BadResponse if there are control characters or halves of surrogate pairs in TEXT."""
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n\r" for char in text):
        raise BadResponse(_("There is a character in this answer that is not text. Type it again, please."))


def exactly(number: float) -> Fraction:
    """Return NUMBER as its author wrote it: 0.1 is a tenth."""
    return Fraction(str(number))


def tidy(text: str) -> str:
    """Return TEXT trimmed, with every run of white space as one space."""
    return " ".join(text.split())


def as_markdown(text: str) -> str:
    """Return Markdown that shows the plain TEXT as it is: nothing a student types becomes a link or a heading."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", tidy(text))
