"""A quiz as it stands on paper: all that may be asked, with room to answer, in an order that stays the same.

The paper with the key has the same letters in the same places as the one without."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.outline.models import Activity
from course.texts.models import Passage, Text
from quizzes.attempts.pages import Size, sized
from quizzes.attempts.questions import choices_of
from quizzes.attempts.starting import Slot, between, slots_of
from quizzes.attempts.wording import of_points
from quizzes.items import ItemData, type_of
from quizzes.items.essay import Essay
from quizzes.items.evidence import Evidence
from quizzes.models import Quiz, QuizSection

WORDS_A_LINE = 11
FEWEST_LINES, MOST_LINES = 12, 45


class Choice(NamedTuple):
    """Something to be chosen: its ident, the letter it is called by, its words (Markdown)."""

    ident: str
    letter: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper, as `quizzes/_paper.html` draws it. `key_says` is empty on a paper without the key."""

    number: int
    type: str
    data: ItemData
    kind_words: str
    points_words: str
    before_html: str
    choices: Sequence[Choice] = ()
    passages: Sequence[Passage] = ()
    lines: int = 1
    key_says: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section: what stands over its questions, and how many of them one gets where they are drawn."""

    title: str
    introduction_html: str
    passages: Sequence[Passage]
    drawn_words: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Paper:
    """All of it; `size` is what one attempt gets."""

    parts: Sequence[Part]
    size: Size


def paper_of(session: Session, quiz: Quiz, *, with_key: bool) -> Paper:
    """Return QUIZ on paper, as it stands now. Two queries, and one more where passages of a text are shown."""
    slots = slots_of(session, quiz)
    sections = session.scalars(
        select(QuizSection).where(QuizSection.quiz_id == quiz.id).order_by(QuizSection.position)
    ).all()
    texts = _texts(session, quiz, slots, sections)
    parts, count = [], 0
    for section in (None, *sections):
        inside = [one for one in slots if one.slot.section_id == (section.id if section else None)]
        questions = [_question(one, number, texts, with_key=with_key) for number, one in enumerate(inside, count + 1)]
        count += len(questions)
        if questions:
            parts.append(_part(section, questions, texts))
    return Paper(parts, sized(slots, {section.id: section.draws for section in sections}))


def _part(section: QuizSection | None, questions: Sequence[Question], texts: Mapping[str | int, "Reading"]) -> Part:
    if section is None:
        return Part("", "", (), "", questions)
    shown = texts.get(section.text_id or 0, ())
    return Part(
        section.title,
        section.introduction_html,
        _range(shown, section.first, section.last),
        drawn_words((section.draws or {}).get("draws", ()), len(questions)),
        questions,
    )


def drawn_words(draws: Sequence[Mapping[str, Any]], count: int) -> str:
    """Return "3 of these are asked", for a section of COUNT questions from which DRAWS are made; "" for all of them."""
    asked = sum(draw["count"] for draw in draws)
    if not draws or asked >= count:
        return ""
    tagged = [
        _("{n} on “{tag}”").format(n=draw["count"], tag=draw["tag"]) for draw in draws if draw.get("tag") is not None
    ]
    words = plural("One of these is asked", "{n} of these are asked", asked)
    return f"{words}: {', '.join(tagged)}." if tagged else f"{words}."


def _question(one: Slot, number: int, texts: Mapping[str | int, "Reading"], *, with_key: bool) -> Question:
    data, kind = one.data, type_of(one.data)
    return Question(
        number,
        data.type,
        data,
        kind.kind_words,
        of_points(float(data.points)),
        one.slot.before_html,
        choices=_choices(data, one.version.hash),
        passages=_evidence(data, texts),
        lines=_lines(data),
        key_says=kind.key_says(data) if with_key else (),
    )


def _choices(data: ItemData, seed: str) -> list[Choice]:
    """Return what can be chosen, in an order that is by chance and yet the same on every paper of this version."""
    shown = type_of(data).shown(data, random.Random(seed))  # noqa: S311 (nothing secret hangs on it)
    found = choices_of(data, shown, None)
    return [Choice(ident, letter_of(place), words) for place, (ident, words) in enumerate(found)]


def letter_of(place: int) -> str:
    """Return A for 0, B for 1 … Z, AA, AB …"""
    rest, letter = divmod(place, len(ascii_uppercase))
    return (letter_of(rest - 1) if rest else "") + ascii_uppercase[letter]


def _lines(data: ItemData) -> int:
    """Return how many lines there are to write on."""
    if not isinstance(data, Essay):
        return 1
    words = (data.words.most or data.words.least or 0) if data.words else 0
    return min(max(words // WORDS_A_LINE, FEWEST_LINES), MOST_LINES)


# The texts


Reading = Sequence[Passage]
"""The passages of a text as it is now, in order."""


def _texts(
    session: Session, quiz: Quiz, slots: Sequence[Slot], sections: Sequence[QuizSection]
) -> Mapping[str | int, Reading]:
    """Return the texts that questions and sections show, by ident and by id. One query, none where there are none."""
    idents = {one.data.text for one in slots if isinstance(one.data, Evidence)}
    ids = {section.text_id for section in sections if section.text_id is not None}
    if not idents and not ids:
        return {}
    course = select(Activity.course_id).where(Activity.id == quiz.activity_id).scalar_subquery()
    rows = session.execute(
        select(Text.id, Text.ident, Passage)
        .join(Passage, Passage.version_id == Text.current_version_id)
        .where((Text.id.in_(ids)) | (Text.ident.in_(idents) & (Text.course_id == course)))
        .order_by(Passage.position)
    )
    found: dict[str | int, list[Passage]] = defaultdict(list)
    for text_id, ident, passage in rows:
        found[text_id].append(passage)
        if ident in idents:
            found[ident].append(passage)
    return found


def _evidence(data: ItemData, texts: Mapping[str | int, Reading]) -> Reading:
    if not isinstance(data, Evidence):
        return ()
    first, last = (data.range.first, data.range.last) if data.range else (None, None)
    return _range(texts.get(data.text, ()), first, last)


def _range(passages: Reading, first: str | None, last: str | None) -> Reading:
    inside = between([one.ident for one in passages], first, last)
    return [one for one in passages if one.ident in inside]
