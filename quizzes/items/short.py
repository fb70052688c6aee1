"""An answer of a few words, typed."""

import random
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator

from course.base.words import _
from quizzes.items.common import (
    BLANK,
    LONGEST_TEXT,
    ItemData,
    Names,
    Raw,
    Response,
    Scored,
    Strict,
    Words,
    answered,
    as_markdown,
    clean_text,
    exactly,
    fault,
    one_value,
)
from quizzes.items.spelling import distance, fits, fold, fold_name, pattern, readable, slips


class Answer(Strict):
    r"""One way to answer (plain text, `*` for anything, `\*` for a star) and what it is worth, from 0 to 1."""

    text: Words
    score: Annotated[int | float, Field(ge=0, le=1, allow_inf_nan=False)] = 1
    feedback: Words | None = None


class TypedText(Strict):
    """What is answered in a few words, typed: the answers, and whether slips of typing are forgiven."""

    answers: Annotated[list[Answer], Field(min_length=1)]
    forgive: bool = True

    @field_validator("answers")
    @classmethod
    def _answerable(cls, answers: list[Answer]) -> list[Answer]:
        if all(answer.score < 1 for answer in answers):
            raise fault(_("No answer has the full score: leave `score` out where the answer is right."))
        seen = set()
        for answer in answers:
            pieces, facts = pattern(answer.text), {"text": answer.text}
            if pieces == ("",):
                raise fault(_("“{text}” is nothing but punctuation: write an answer in letters or digits."), **facts)
            if len(answer.text) > LONGEST_TEXT:
                raise fault(_("“{text}” is longer than anybody may answer: shorten it."), **facts)
            if pieces in seen:
                raise fault(_("“{text}” stands twice, but for case, accents and dashes: drop one."), **facts)
            seen.add(pieces)
        return answers


class Short(TypedText, ItemData):
    """A question with one or more answers; the best that fits a response counts."""

    type: Literal["short"]


Data = Short
kind_words = _("In a few words")
is_complete = answered


class _Match(NamedTuple):
    answer: Answer
    right_spelling: str | None = None  # of a forgiven slip


def shown(data: TypedText, rng: random.Random) -> list[str]:
    """Return nothing: there is nothing to put in order."""
    return []


def parse(data: TypedText, raw: Raw, shown: Sequence[str], previous: Response | None = None) -> Response | None:
    """Return {"text": as typed, white space aside}, None for a blank."""
    typed = one_value(raw)
    text = None if typed is None else clean_text(typed)
    return {"text": text} if text else None


def score(data: TypedText, response: Response | None, *, names: Names = ()) -> Scored:
    """Return the score of the best answer that fits.

    An answer that is one spelling of a person or term in NAMES is right in all its spellings. A slip of typing is
    forgiven where no answer fits exactly, and where the response is nearer to the answer than to the spelling of
    anything else in NAMES and of any answer that is worth less."""
    if response is None:
        return BLANK
    matches = _matches(data, fold(response["text"]), names)
    if not matches:
        return BLANK
    best = max(matches, key=lambda match: match.answer.score)
    note = None
    if best.right_spelling and best.answer.score:
        note = _("A slip of typing was forgiven. The spelling is “{right}”.").format(right=best.right_spelling)
    return Scored(exactly(best.answer.score), (best.answer.feedback,) if best.answer.feedback else (), note=note)


def says(data: TypedText, response: Response | None) -> list[str]:
    """Return what was typed."""
    return [] if response is None else [as_markdown(response["text"])]


def key_says(data: TypedText) -> list[str]:
    """Return the answers of the full score."""
    return [as_markdown(readable(answer.text)) for answer in data.answers if answer.score == 1]


def _matches(data: TypedText, typed: str, names: Names) -> list[_Match]:
    """Return the answers that fit TYPED (folded): those that are equal to it before any with a wildcard or a slip."""
    groups = [{fold_name(name): name for name in group} for group in names]
    spellings = _spellings(data, groups)
    wild = [_Match(answer) for answer in data.answers if _is_wild(answer) and fits(pattern(answer.text), typed)]
    equal = [_Match(answer) for answer, accepted in spellings if typed in accepted]
    if equal or not data.forgive:
        return equal + wild
    return [*_forgiven(typed, spellings, {name for group in groups for name in group}), *wild]


def _is_wild(answer: Answer) -> bool:
    return len(pattern(answer.text)) > 1


def _spellings(data: TypedText, groups: Sequence[dict[str, str]]) -> list[tuple[Answer, dict[str, str]]]:
    """Return each answer without a wildcard, with its spellings: folded -> as written.

    The spellings of a name come with it, but for those that another answer claims. A name that two persons share says
    nothing of which of them is meant, and brings nothing along."""
    written = {pattern(answer.text)[0]: answer for answer in data.answers if not _is_wild(answer)}
    result = []
    for text, answer in written.items():
        of_it = [group for group in groups if text in group]
        aliases = of_it[0] if len(of_it) == 1 else {}
        own = {name: spelling for name, spelling in aliases.items() if name not in written}
        result.append((answer, {text: readable(answer.text)} | own))
    return result


def _forgiven(typed: str, spellings: Sequence[tuple[Answer, dict[str, str]]], named: Iterable[str]) -> Iterable[_Match]:
    """Yield the answers that TYPED is a slip of; NAMED are the names of the course, those of the answers among them."""
    strangers = set(named).difference(*(accepted for _answer, accepted in spellings))
    for answer, accepted in spellings:
        counts = {text: count for text in accepted if (count := slips(typed, text)) is not None}
        if not counts:
            continue
        nearest = min(counts, key=counts.__getitem__)
        worse = {text for other, texts in spellings if other.score < answer.score for text in texts}
        if not any(_as_near(typed, text, counts[nearest]) for text in worse | strangers):
            yield _Match(answer, as_markdown(accepted[nearest]))


def _as_near(typed: str, text: str, count: int) -> bool:
    """Say whether the spelling TEXT is no further from TYPED than COUNT letters."""
    apart = distance(typed, text)
    return apart is not None and apart <= count
