"""What can be assigned, and finding it by the words somebody types."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from course.base.words import _
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Unit
from course.texts.models import Text
from lessons.models import Document, Lesson, Reading
from lessons.parts import ORDER

KINDS = {
    ActivityKind.lesson: _("Lesson"),
    ActivityKind.reading: _("Reading"),
    ActivityKind.prompt: _("Prompt"),
    ActivityKind.quiz: _("Quiz"),
}


class Offered(NamedTuple):
    """A lesson of the course, or a part of one, that can be assigned."""

    activity: Activity
    lesson: Activity
    number: int

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"activity-{self.activity.id}"

    @property
    def words(self) -> str:
        """What it is called where it stands among the parts of its lesson."""
        if self.activity is self.lesson:
            return _("Lesson {n}, all of it").format(n=self.number)
        return f"{KINDS[self.activity.kind]}: {self.activity.title}"

    @property
    def whole(self) -> str:
        """What it is called where it stands alone."""
        if self.activity is self.lesson:
            return _("Lesson {n}: {title}").format(n=self.number, title=self.activity.title)
        told = {"kind": KINDS[self.activity.kind], "title": self.activity.title, "n": self.number}
        return _("{kind}: {title} (lesson {n})").format(**told)


def offered(session: Session, course_id: int) -> list[Offered]:
    """Return the lessons of the course with their parts, in the order of the outline. One query."""
    lesson = aliased(Activity)
    rows = session.execute(
        select(Activity, lesson, Lesson.number)
        .join(lesson, lesson.id == case((Activity.parent_id.is_(None), Activity.id), else_=Activity.parent_id))
        .join(Lesson, Lesson.activity_id == lesson.id)
        .outerjoin(Unit, Unit.id == lesson.unit_id)
        .where(Activity.course_id == course_id, Activity.group_id.is_(None))
        .where(Activity.retired_at.is_(None), lesson.retired_at.is_(None))
        .order_by(Unit.position, lesson.position, lesson.id, Activity.parent_id.is_not(None))
        .order_by(case(*((Activity.kind == kind, at) for at, kind in enumerate(ORDER))), Activity.position, Activity.id)
    )
    return [Offered(*row) for row in rows]


def own_texts(session: Session, mine: Enrolment) -> Sequence[Document]:
    """Return the texts that MINE imported in its place, and that the group was not given yet, by title. One query."""
    given = select(Reading.text_id).join(Activity, Activity.id == Reading.activity_id)
    given = given.where(Activity.group_id == mine.group_id, Reading.text_id.is_not(None))
    return session.scalars(
        select(Document)
        .join(Document.text)
        .where(or_(Text.enrolment_id == mine.id, Text.group_id == mine.group_id))
        .where(Text.imported_by_id == mine.user_id, Text.id.not_in(given), Text.retired_at.is_(None))
        .order_by(Text.title, Text.id)
        .options(contains_eager(Document.text))
    ).all()


def by_lesson(found: Iterable[Offered]) -> list[tuple[str, list[Offered]]]:
    """Return FOUND under the names of their lessons."""
    named = _("Lesson {n}: {title}")
    return [
        (named.format(n=number, title=lesson.title), list(parts))
        for (lesson, number), parts in groupby(found, key=lambda one: (one.lesson, one.number))
    ]


def named_by(typed: str, among: Sequence[Offered]) -> list[Offered]:
    """Return those AMONG them that TYPED names: by the whole name, else by the beginnings of words of it."""
    said = _folded(typed)
    exact = [one for one in among if said in {_folded(name) for name in _names(one)}]
    if exact or not said:
        return exact
    wanted = said.split()
    return [one for one in among if _has(_folded(one.whole).split(), wanted, one.lesson)]


def _names(one: Offered) -> tuple[str, ...]:
    if one.activity is one.lesson:
        return one.whole, one.words, one.activity.title, _("Lesson {n}").format(n=one.number)
    kind = KINDS[one.activity.kind]
    return one.whole, one.words, one.activity.title, _("{kind} {n}").format(kind=kind, n=one.number)


def _has(words: Sequence[str], wanted: Sequence[str], lesson: Activity) -> bool:
    return all(any(word.startswith(said) for word in [*words, *_folded(lesson.title).split()]) for said in wanted)


def _folded(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))
