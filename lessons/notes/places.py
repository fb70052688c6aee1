"""Where texts are read: as the notes of a lesson, or as a document."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.outline.models import Activity
from course.texts.models import Text
from lessons.models import Lesson


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A text with its title as its page has it: the notes of the lesson of that NUMBER, else a document.

    IMPORTED: it is of a study group or of one reader, and may be shown in parts."""

    text_id: int
    kind: str  #: "lessons" or "texts", as addresses say it
    slug: str
    title: str
    number: int | None
    imported: bool = False


def text_places(session: Session, text_ids: Iterable[int]) -> dict[int, TextPlace]:
    """Return text -> where it is read. One query."""
    rows = session.execute(
        select(Text, Activity, Lesson.number)
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Activity, Activity.id == Lesson.activity_id)
        .where(Text.id.in_(set(text_ids)))
    )
    return {
        text.id: TextPlace(text.id, "lessons", lesson.ident, lesson.title, number)
        if lesson is not None
        else TextPlace(text.id, "texts", text.ident, text.title, None, imported=text.course_id is None)
        for text, lesson, number in rows
    }
