"""What may stand in quizzes/slug.yaml: its rules, its sections, the questions, and plain text between them."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from course.base.words import _
from kruzhok.curriculum.schema import Ident, Strict, Words, words
from quizzes.items import AnyItem, ItemData
from quizzes.items.evidence import Range
from quizzes.policy import Thing

#: Other years are slips, and too near the ends of time to be moved about in.
_MOMENT = re.compile(r"(2[0-9]{3}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}) ?(Z|UTC|[+-][0-9]{2}:[0-9]{2})?")


def moment_of(text: str) -> datetime:
    """Return the moment that TEXT names, as '2026-10-01 09:00+02:00', UTC where it says no other; raise ValueError if
    it names none."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, offset = found.groups()
    offset = "+00:00" if offset in {None, "Z", "UTC"} else offset
    return datetime.fromisoformat(f"{day}T{clock}{offset}").astimezone(UTC)


def _moment(text: str) -> str:
    try:
        moment_of(text)
    except ValueError:
        message = _("“{text}” is no moment: write it in UTC as '2026-10-01 09:00', or as '2026-10-01 09:00+02:00'.")
        raise PydanticCustomError("curriculum", message, {"text": text}) from None
    return text


Moment = Annotated[str, AfterValidator(_moment)]


class PlainText(Strict):
    """Text that stands before the next question."""

    text: Words = words(_("Markdown: what stands before the next question."))


def _which_entry(entry: Any) -> str:
    if isinstance(entry, dict):
        return "PlainText" if "text" in entry and not {"type", "ident", "stem"} & entry.keys() else "AnyItem"
    return "PlainText" if isinstance(entry, PlainText) else "AnyItem"


Entry = Annotated[
    Annotated[AnyItem, Tag("AnyItem")] | Annotated[PlainText, Tag("PlainText")], Discriminator(_which_entry)
]
Entries = Annotated[list[Entry], Field(min_length=1)]


class Draw(Strict):
    """So many questions of one tag."""

    tag: Words = words(_("The tag of the questions that are drawn from."))
    count: Annotated[int, Field(ge=1)] = words(_("How many of them each attempt gets."))


def _which_draw(draw: Any) -> str:
    return "several" if isinstance(draw, list) else "one"


Draws = Annotated[
    Annotated[int, Field(ge=1), Tag("one")] | Annotated[list[Draw], Field(min_length=1, max_length=20), Tag("several")],
    Discriminator(_which_draw),
]


class Section(Strict):
    """Questions that stand together."""

    title: Words | None = words(_("The title of the section."), default=None)
    introduction: Words | None = words(_("Markdown, shown before its first question."), default=None)
    text: Ident | None = words(_("The slug of a text or lesson that is shown beside its questions."), default=None)
    range: Range | None = words(_("What of the text is shown: {first: thesis-1, last: thesis-3}."), default=None)
    draw: Draws | None = words(_("How many of its questions each attempt gets; all unless said."), default=None)
    items: Entries = words(_("The questions, and plain text between them."))

    @property
    def questions(self) -> list[ItemData]:
        """Return the questions in order, without the plain text."""
        return _questions(self.items)

    @property
    def draws(self) -> list[tuple[str | None, int]]:
        """Return the tag and the number of each draw; without a tag it is from all questions. None: all are asked."""
        if self.draw is None:
            return []
        return [(None, self.draw)] if isinstance(self.draw, int) else [(draw.tag, draw.count) for draw in self.draw]


_WHAT = _("What may be seen then: any of `score`, `right`, `feedback`, `key`; all of it unless said.")


class Shows(Strict):
    """What may be seen when."""

    during: list[Thing] | None = words(_WHAT, default=None)
    after: list[Thing] | None = words(_WHAT, default=None)
    later: list[Thing] | None = words(_WHAT, default=None)
    closed: list[Thing] | None = words(_WHAT, default=None)


class Quiz(Strict):
    """quizzes/slug.yaml"""

    title: Words = words(_("The title of the quiz."))
    introduction: Words | None = words(_("Markdown, shown before the first question."), default=None)
    attempts: Annotated[int, Field(ge=1, le=1000)] | None = words(_("How many attempts are allowed."), default=None)
    pass_mark: Annotated[float, Field(gt=0, le=1)] | None = words(
        _("The share of the points that passes."), default=None
    )
    counts: Literal["best", "last", "first", "average"] = words(_("Which attempt counts."), default="best")
    time_limit: Annotated[int, Field(ge=1, le=10_000)] | None = words(
        _("How many minutes an attempt may take."), default=None
    )
    opens: Moment | None = words(_("From when attempts may begin, in UTC: '2026-10-01 09:00'."), default=None)
    closes: Moment | None = words(_("When the quiz closes, in UTC: '2026-10-08 09:00'."), default=None)
    behaviour: Literal["end", "see", "tries"] = words(
        _("When an answer is scored: at the end, as it is given, or with several tries."), default="end"
    )
    penalty: Annotated[float, Field(ge=0, le=1)] | None = words(
        _("What each further try takes of the score; a third unless said."), default=None
    )
    shuffle: bool = words(_("Whether each attempt has an order of its own; false unless said."), default=False)
    one_at_a_time: bool = words(_("Whether one question is shown at a time; false unless said."), default=False)
    shows: Shows = words(_("What may be seen when: {after: [score]}."), default_factory=Shows)
    items: Annotated[list[Entry], Field(min_length=1)] | None = words(
        _("The questions, and plain text between them."), default=None
    )
    sections: Annotated[list[Section], Field(min_length=1)] | None = words(
        _("Sections with questions of their own, instead of `items`."), default=None
    )

    @property
    def lists(self) -> Iterator[tuple[tuple[str | int, ...], Sequence[ItemData | PlainText]]]:
        """Yield each list of questions and plain text, with the way to it in the file."""
        if self.items is not None:
            yield ("items",), self.items
        for place, section in enumerate(self.sections or ()):
            yield ("sections", place, "items"), section.items

    @property
    def all_items(self) -> list[ItemData]:
        """Return the questions in order, whichever section they are in."""
        return [item for _at, entries in self.lists for item in _questions(entries)]


def _questions(entries: Sequence[ItemData | PlainText]) -> list[ItemData]:
    return [entry for entry in entries if not isinstance(entry, PlainText)]
