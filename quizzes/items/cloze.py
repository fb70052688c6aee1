"""A text with gaps, each to be filled by a choice, a word or a number."""

import random
import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from course.base.markdown import to_inline_html
from course.base.words import _
from quizzes.items import numeric, short, single
from quizzes.items.common import (
    BLANK,
    BadResponse,
    Ident,
    ItemData,
    ItemType,
    Names,
    Raw,
    Response,
    Scored,
    Strict,
    Words,
    check_distinct,
    fault,
)
from quizzes.items.numeric import Quantity
from quizzes.items.short import TypedText
from quizzes.items.single import OneOf
from quizzes.scoring import mean

MARK = "\ue000"
"""Stands for a gap while the Markdown around it is made HTML: a character that means nothing and that no text holds."""

LONGEST_CLOZE = 20_000  #: characters
_GAP = re.compile(r"(?<!\\)\{([^{}]*)\}")


class Gap(Strict):
    """A place in the text, where its ident stands in braces."""

    ident: Ident
    kind: str


class ChoiceGap(OneOf, Gap):
    """A gap that is filled with one of several options."""

    kind: Literal["choice"]


class TextGap(TypedText, Gap):
    """A gap that is filled with a few words."""

    kind: Literal["text"]


class NumberGap(Quantity, Gap):
    """A gap that is filled with a number."""

    kind: Literal["number"]


_KINDS: Mapping[str, ItemType] = {"choice": single, "text": short, "number": numeric}


def _kind_of(gap: Any) -> str | None:
    kind = gap.get("kind") if isinstance(gap, dict) else getattr(gap, "kind", None)
    return kind if isinstance(kind, str) and kind in _KINDS else None


AnyGap = Annotated[
    Annotated[ChoiceGap, Tag("choice")] | Annotated[TextGap, Tag("text")] | Annotated[NumberGap, Tag("number")],
    Discriminator(
        _kind_of,
        custom_error_type="item",
        custom_error_message=_("It is not said how this gap is filled: write `kind: choice`, `text` or `number`."),
    ),
]


class Paragraph(NamedTuple):
    """A paragraph of the text: Markdown with MARK where a gap is, and these gaps with their numbers."""

    words: str
    gaps: Sequence[tuple[int, Gap]]


class Cloze(ItemData):
    """A text with gaps, `{ident}` in it; blank lines part its paragraphs. The gaps count alike."""

    mark: ClassVar[str] = MARK

    type: Literal["cloze"]
    text: Annotated[Words, Field(max_length=LONGEST_CLOZE)]
    gaps: Annotated[list[AnyGap], Field(min_length=1, max_length=50)]

    @field_validator("text")
    @classmethod
    def _free_of_marks(cls, text: str) -> str:
        if MARK in text:
            raise fault(_("This holds a character of private use (U+E000): take it out."))
        return text

    @field_validator("gaps")
    @classmethod
    def _each_once_in_the_text(cls, gaps: list[AnyGap], info: ValidationInfo) -> list[AnyGap]:
        check_distinct((gap.ident for gap in gaps), ())
        if "text" in info.data:
            _check_places(info.data["text"], [gap.ident for gap in gaps])
        return gaps

    @cached_property
    def paragraphs(self) -> Sequence[Paragraph]:
        """The text, apart from its gaps."""
        return pieces(self)

    @property
    def numbered(self) -> Sequence[tuple[int, Gap]]:
        """The gaps with their numbers, from 1, in the order of the text."""
        return [gap for paragraph in self.paragraphs for gap in paragraph.gaps]


Data = Cloze
kind_words = _("Fill the gaps")


def pieces(data: Cloze) -> list[Paragraph]:
    """Return the paragraphs of DATA. Where MARK stands in their HTML, the fields of the gaps go: nothing that is typed
    ever comes near the Markdown, and emphasis may reach over a gap."""
    gaps, number = {gap.ident: gap for gap in data.gaps}, 0
    paragraphs = []
    for written in _paragraphs(data.text):
        inside = [gaps[ident] for ident in _GAP.findall(written)]
        paragraphs.append(Paragraph(_GAP.sub(MARK, written), list(enumerate(inside, number + 1))))
        number += len(inside)
    return paragraphs


def options(data: Cloze) -> dict[str, str]:
    """Return what can be chosen, "gap:option" -> words, in the order of the item."""
    choices = [gap for _number, gap in data.numbered if isinstance(gap, ChoiceGap)]
    return {f"{gap.ident}:{option.ident}": option.text for gap in choices for option in gap.options}


def shown(data: Cloze, rng: random.Random) -> list[str]:
    """Return "gap:option" for all options of all gaps, each gap's shuffled unless it says otherwise."""
    return [f"{gap.ident}:{option}" for _number, gap in data.numbered for option in _KINDS[gap.kind].shown(gap, rng)]


def parse(data: Cloze, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"gaps": {gap: response of its kind}} with the gaps that were filled, None where none was.

    A gap's field is its ident; that of its unit has ".unit" after it."""
    filled = {}
    for number, gap in data.numbered:
        fields = {"": raw.get(gap.ident, ()), "unit": raw.get(f"{gap.ident}.unit", ())}
        try:
            response = _KINDS[gap.kind].parse(gap, fields, [])
        except BadResponse as problem:
            raise BadResponse(_line(number, str(problem))) from None
        if response is not None:
            filled[gap.ident] = response
    return {"gaps": filled} if filled else None


def score(data: Cloze, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the mean of the gaps, which are also the parts; each is scored by the rule of its kind, and a blank is
    worth 0."""
    if response is None:
        return BLANK
    parts, feedback, notes = {}, [], []
    for number, gap in data.numbered:
        scored = _KINDS[gap.kind].score(gap, response["gaps"].get(gap.ident), names=names)
        parts[gap.ident] = scored.score
        feedback += [_line(number, words) for words in scored.feedback]
        notes += [_line(number, scored.note)] if scored.note else []
    return Scored(mean(parts.values()), tuple(feedback), parts, " ".join(notes) or None)


def is_complete(data: Cloze, response: Response | None) -> bool:
    """Say whether every gap is filled."""
    filled = {} if response is None else response["gaps"]
    return all(_KINDS[gap.kind].is_complete(gap, filled.get(gap.ident)) for gap in data.gaps)


def says(data: Cloze, response: Response | None) -> list[str]:
    """Return a line for each gap that was filled."""
    filled = {} if response is None else response["gaps"]
    said = [(number, _KINDS[gap.kind].says(gap, filled.get(gap.ident))) for number, gap in data.numbered]
    return [_line(number, words) for number, lines in said for words in lines]


def key_says(data: Cloze) -> list[str]:
    """Return a line for each gap, of the answers to one the first."""
    return [_line(number, _KINDS[gap.kind].key_says(gap)[0]) for number, gap in data.numbered]


def _line(number: int, words: str) -> str:
    return _("Gap {n}: {words}").format(n=number, words=words)


def _paragraphs(text: str) -> list[str]:
    return re.split(r"\n[ \t]*\n\s*", text.strip())


def _check_places(text: str, idents: Sequence[str]) -> None:
    """Raise an author's error unless each of IDENTS names one place in TEXT, and nothing else does."""
    named = _GAP.findall(text)
    for ident in named:
        if ident not in idents:
            message = _("“{{ident}}” is none of the gaps: give it an entry here, or write \\{ for a brace.")
            raise fault(message, ident=ident)
        if named.count(ident) > 1:
            raise fault(_("“{{ident}}” stands twice in the text: give each place a gap of its own."), ident=ident)
    for ident in idents:
        if ident not in named:
            message = _("“{{ident}}” stands nowhere in the text: write it where the gap is, or drop this entry.")
            raise fault(message, ident=ident)
    if not all(_in_plain_sight(_GAP.sub(MARK, written)) for written in _paragraphs(text)):
        raise fault(_("A gap stands in a link, where nothing can be filled in: write the link beside it."))


@lru_cache(maxsize=1024)
def _in_plain_sight(words: str) -> bool:
    """Say whether every gap in the Markdown WORDS has a place on the page, and none in a link: there it is no field."""
    before, *after = to_inline_html(words).split(MARK)
    if len(after) != words.count(MARK):
        return False
    for piece in after:
        if before.count("<a ") != before.count("</a>") or before.rfind("<") > before.rfind(">"):
            return False
        before += piece
    return True
