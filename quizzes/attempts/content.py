"""What an attempt at a quiz is made of, as it is now: its questions, what they stand under, the texts they show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from course.outline.models import Course
from course.outline.versions import held_of
from course.texts.models import Passage, Text
from quizzes.items import ItemData, parse_data
from quizzes.items.evidence import Evidence
from quizzes.models import Item, ItemVersion, Quiz, QuizSection, QuizSlot


@dataclass(frozen=True, slots=True)
class Entry:
    """One question that the quiz may ask, at its place, on its current version."""

    slot_id: int
    section_id: int | None
    before_html: str
    version_id: int
    data: ItemData


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the quiz: its columns."""

    id: int
    title: str
    introduction_html: str
    text_id: int | None
    first: str | None
    last: str | None
    draws: Mapping[str, Any]


class Shown(NamedTuple):
    """A text as it is now: its version, and the idents of its passages in order."""

    version_id: int
    passages: Sequence[str]


class Content(NamedTuple):
    """All of it, in order; the texts by ident and by id."""

    entries: Sequence[Entry]
    sections: Sequence[Section]
    texts: Mapping[str | int, Shown]


def content_of(session: Session, quiz: Quiz) -> Content:
    """Return what QUIZ is made of. That of the curriculum changes when its course is loaded, and is held; of a study
    group's own three queries at the most."""
    activity = quiz.activity
    read = partial(_content, quiz_id=quiz.id, course_id=activity.course_id)
    if activity.group_id is not None:
        return read(session)
    return held_of(session, session.get_one(Course, activity.course_id), ("quiz", quiz.id), read)


def _content(session: Session, *, quiz_id: int, course_id: int) -> Content:
    asked = {"quiz_id": quiz_id}
    sections = [Section(*row) for row in session.execute(_SECTIONS, asked)]
    entries = [
        Entry(slot_id, section_id, before_html, version_id, parse_data(data))
        for slot_id, section_id, before_html, version_id, data in session.execute(_ENTRIES, asked)
    ]
    idents = {one.data.text for one in entries if isinstance(one.data, Evidence)}
    ids = {section.text_id for section in sections if section.text_id is not None}
    return Content(entries, sections, _texts(session, course_id, idents, ids) if idents or ids else {})


_SECTIONS = (
    select(*(getattr(QuizSection, name) for name in Section.__dataclass_fields__))
    .where(QuizSection.quiz_id == bindparam("quiz_id"))
    .order_by(QuizSection.position)
)
_ENTRIES = (
    select(QuizSlot.id, QuizSlot.section_id, QuizSlot.before_html, ItemVersion.id, ItemVersion.data)
    .join(Item, Item.id == QuizSlot.item_id)
    .join(ItemVersion, ItemVersion.id == Item.current_version_id)
    .where(QuizSlot.quiz_id == bindparam("quiz_id"))
    .order_by(QuizSlot.position)
)


def _texts(
    session: Session, course_id: int, idents: Collection[str], ids: Collection[int]
) -> Mapping[str | int, Shown]:
    rows = session.execute(
        select(Text.id, Text.ident, Passage.version_id, Passage.ident)
        .join(Passage, Passage.version_id == Text.current_version_id)
        .where(or_(Text.id.in_(ids), Text.ident.in_(idents) & (Text.course_id == course_id)))
        .order_by(Passage.position)
    )
    passages: dict[int, list[str]] = {}
    found: dict[str | int, Shown] = {}
    for text_id, ident, version_id, passage in rows:
        found[text_id] = found[ident] = Shown(version_id, passages.setdefault(text_id, []))
        passages[text_id].append(passage)
    return found
