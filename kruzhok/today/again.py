"""The passages to read again: those that the questions missed in somebody's last attempts lead to."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.texts.models import Passage, Text
from lessons.models import Lesson
from quizzes.attempts.missed import Missed, missed_passages


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A passage that a missed question leads to: the text it stands in, and how it begins."""

    ident: str
    number: int | None
    begins: str
    text_ident: str
    text_title: str
    is_lesson: bool
    missed: Missed
    text_id: int = 0


def read_again(session: Session, enrolment: Enrolment) -> list[ReadAgain]:
    """Return the passages of the course's texts that questions missed lead to, the last missed first. Two queries."""
    missed = missed_passages(session, enrolment)
    if not missed:
        return []
    rows = session.execute(
        select(Passage, Text, Lesson.id)
        .join(Text, Text.current_version_id == Passage.version_id)
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .where(
            Text.id.in_({text_id for text_id, _ident in missed}), Passage.ident.in_({ident for _text, ident in missed})
        )
    )
    found = [
        ReadAgain(
            passage.ident,
            passage.number,
            beginning(passage.plain),
            text.ident,
            text.title,
            lesson is not None,
            missed[key],
            text.id,
        )
        for passage, text, lesson in rows
        if (key := (text.id, passage.ident)) in missed
    ]
    return sorted(found, key=lambda one: (one.missed.when, -one.missed.number), reverse=True)


def beginning(plain: str, words: int = 16) -> str:
    """Return the first WORDS words of a passage, with … where it goes on."""
    all_words = plain.split()
    return " ".join(all_words[:words]) + (" …" if len(all_words) > words else "")
