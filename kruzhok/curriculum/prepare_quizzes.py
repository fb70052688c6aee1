"""What loading will write of a quiz: its rules, its sections and the places of its questions. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kruzhok.curriculum.markup import Renderer
from kruzhok.curriculum.schema_quizzes import PlainText, Quiz, Section, moment_of
from quizzes.items import ItemData
from quizzes.models import Behaviour, Counts
from quizzes.policy import Policy


@dataclass(frozen=True, slots=True)
class PreparedSection:
    """Questions that stand together: the columns, and the slug of the text beside them."""

    columns: dict[str, Any]
    text: str | None


@dataclass(frozen=True, slots=True)
class PreparedSlot:
    """The place of the item of that ident: in which section (from 0, None for none), and what stands before it."""

    item: str
    section: int | None
    before_html: str


@dataclass(frozen=True, slots=True)
class PreparedQuiz:
    """A quiz: its place in the outline, its own columns, its sections, and its slots in order."""

    slug: str
    place: dict[str, Any]
    quiz: dict[str, Any]
    sections: Sequence[PreparedSection]
    slots: Sequence[PreparedSlot]


def prepared_quiz(slug: str, quiz: Quiz, position: int, render: Renderer) -> PreparedQuiz:
    """Return what is to be written of QUIZ, which has no errors and stands at POSITION of its lesson."""
    sections = quiz.sections or ()
    lists = [(None, quiz.items)] if quiz.items else [(place, section.items) for place, section in enumerate(sections)]
    return PreparedQuiz(
        slug,
        {"position": position, "title": quiz.title, "minutes": 0, "required": True},
        _columns(quiz, render),
        [_section(section, render) for section in sections],
        [slot for section, entries in lists for slot in _slots(entries, section, render)],
    )


def _columns(quiz: Quiz, render: Renderer) -> dict[str, Any]:
    return {
        "introduction_html": render.block(quiz.introduction),
        "attempts_allowed": quiz.attempts,
        "pass_mark": quiz.pass_mark,
        "counts": Counts(quiz.counts),
        "time_limit": quiz.time_limit and quiz.time_limit * 60,
        "opens_at": quiz.opens and moment_of(quiz.opens),
        "closes_at": quiz.closes and moment_of(quiz.closes),
        "behaviour": Behaviour(quiz.behaviour),
        "penalty": Policy().penalty if quiz.penalty is None else quiz.penalty,
        "shuffled": quiz.shuffle,
        "one_at_a_time": quiz.one_at_a_time,
        "shows": quiz.shows.model_dump(exclude_none=True),
    }


def _section(section: Section, render: Renderer) -> PreparedSection:
    columns = {
        "title": section.title or "",
        "introduction_html": render.block(section.introduction),
        "first": section.range and section.range.first,
        "last": section.range and section.range.last,
        "draws": {"draws": [{"tag": tag, "count": count} for tag, count in section.draws]} if section.draws else {},
    }
    return PreparedSection(columns, section.text)


def _slots(entries: Sequence[ItemData | PlainText], section: int | None, render: Renderer) -> Iterator[PreparedSlot]:
    before: list[str] = []
    for entry in entries:
        if isinstance(entry, PlainText):
            before.append(render.block(entry.text))
        else:
            yield PreparedSlot(entry.ident, section, "\n".join(before))
            before = []
