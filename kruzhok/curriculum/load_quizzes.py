"""The sections of the quizzes, and the places of their questions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from course.outline.models import ActivityKind
from course.texts.models import Text
from kruzhok.curriculum.changes import Load
from kruzhok.curriculum.prepare_quizzes import PreparedQuiz
from quizzes.models import Item, Quiz, QuizSection, QuizSlot


class Slot(NamedTuple):
    """The place of a question: its item, in which section (from 0, None for none), and what stands before it."""

    item_id: int
    section: int | None
    before_html: str


class LoadedQuiz(NamedTuple):
    """A quiz in its place, what it is to be, and whether it is new or anything of it changed so far."""

    ident: str
    quiz: Quiz
    wanted: PreparedQuiz
    new: bool
    changed: bool


def load_quizzes(
    load: Load, quizzes: Iterable[LoadedQuiz], items: Mapping[str, Item], texts: Mapping[str, Text]
) -> None:
    """Bring the sections and slots of QUIZZES to what is wanted, and count the quizzes."""
    for one in quizzes:
        changed = _load_questions(load, one.quiz, one.wanted, items, texts)
        load.changes.count(ActivityKind.quiz.value, one.ident, new=one.new, changed=one.changed or changed)


def _load_questions(
    load: Load, quiz: Quiz, wanted: PreparedQuiz, items: Mapping[str, Item], texts: Mapping[str, Text]
) -> bool:
    """Make QUIZ have the sections and slots that are WANTED; say whether it had others before.

    Nothing hangs on these rows (an attempt copies what it needs), so where one of them differs all are made anew."""
    sections = [
        {**section.columns, "text_id": texts[section.text].id if section.text else None} for section in wanted.sections
    ]
    slots = [Slot(items[slot.item].id, slot.section, slot.before_html) for slot in wanted.slots]
    if (sections, slots) == _there(quiz, sections):
        return False
    quiz.slots.clear()
    load.session.flush()  # a position is free only when its row is gone, and a section when no slot is in it
    quiz.sections.clear()
    load.session.flush()
    quiz.sections.extend(QuizSection(position=position, **row) for position, row in enumerate(sections, 1))
    load.session.flush()
    quiz.slots.extend(_row(quiz, position, slot) for position, slot in enumerate(slots, 1))
    load.session.flush()
    return True


def _there(quiz: Quiz, like: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Slot]]:
    """Return the sections and slots that QUIZ has; of the sections the columns of those that are wanted."""
    names = like[0].keys() if like else ()
    sections = [{name: getattr(section, name) for name in names} for section in quiz.sections]
    places: dict[int | None, int] = {section.id: place for place, section in enumerate(quiz.sections)}
    return sections, [Slot(slot.item_id, places.get(slot.section_id), slot.before_html) for slot in quiz.slots]


def _row(quiz: Quiz, position: int, slot: Slot) -> QuizSlot:
    section_id = None if slot.section is None else quiz.sections[slot.section].id
    return QuizSlot(position=position, item_id=slot.item_id, section_id=section_id, before_html=slot.before_html)
