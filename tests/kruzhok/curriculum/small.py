"""A small curriculum to change, with one question of each type."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.outline.models import Course
from course.texts.models import Anchor, Passage, Text
from kruzhok.curriculum.changes import Changes
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_curriculum, read_folder
from quizzes.models import Item, ItemVersion
from tests.conftest import NOW

SMALL_COURSE = Path(__file__).parent / "small_course"
LESSON = "lessons/01-first-lesson.md"
TEXT = "texts/to-the-citizens.md"
QUIZ = "quizzes/first-quiz.yaml"

#: A question in one line, but for its ident.
ASKED = (
    "type: true-false, stem: Was it so?, key: true, demand: recall, explanation: It was., "
    "passage: to-the-citizens#deposed, sources: [lenin-1917-to-the-citizens]"
)

#: The minutes of the text, and how its author reads it as a source.
FRAMED = """minutes: 2
frame:
  who: '[Lenin](person:vladimir-lenin), for a committee'
  when: On one day.
  to_whom: To the citizens.
  to_what_end: To tell them who governs.
  left_out: Who voted for it.
"""

Files = dict[str, bytes]


def small() -> Files:
    """Return the files of a course of one lesson, one text and one quiz."""
    return read_folder(SMALL_COURSE)


def changed(files: Mapping[str, bytes], path: str, old: str, new: str) -> Files:
    """Return FILES with the first OLD in the file at PATH replaced by NEW."""
    text = files[path].decode()
    assert old in text, f"{old!r} is not in {path}"
    return {**files, path: text.replace(old, new, 1).encode()}


def quiz(text: str) -> Files:
    """Return the files of the small course with the quiz that TEXT says; `Q(ident, …)` in it is a question."""
    asked = re.sub(r"Q\(([a-z-]+)(.*?)\)", rf"{{ident: \1, {ASKED}\2}}", text)
    return {**small(), QUIZ: f"title: A quiz\n{asked}".encode()}


def findings(files: Mapping[str, bytes]) -> list[tuple[str, int, int, str, str]]:
    """Return file, line, column, message and hint of each error in FILES."""
    return [tuple(finding)[:5] for finding in read_curriculum(files).errors]


def messages(files: Mapping[str, bytes]) -> list[str]:
    """Return the messages of the errors and warnings in FILES."""
    return [finding.message for finding in read_curriculum(files).findings]


def load(database: Database, files: Mapping[str, bytes], *, days: int = 0) -> Changes:
    """Load FILES so many DAYS after now."""
    return load_course(database, files, now=NOW + timedelta(days=days))


def course_of(session: Session) -> Course:
    """Return the one course."""
    return session.scalars(select(Course)).one()


def versions_of(session: Session, ident: str) -> list[ItemVersion]:
    """Return the versions of the item IDENT, oldest first."""
    mine = select(ItemVersion).join(Item, Item.id == ItemVersion.item_id).where(Item.ident == ident)
    return list(session.scalars(mine.order_by(ItemVersion.number)))


def current_passage(session: Session, text: str, ident: str) -> Passage:
    """Return the passage IDENT in the current version of TEXT."""
    mine = select(Passage).join(Text, Text.current_version_id == Passage.version_id)
    return session.scalars(mine.where(Text.ident == text, Passage.ident == ident)).one()


def make_anchor(session: Session, passage: Passage, exact: str) -> Anchor:
    """Return an anchor on the words EXACT of PASSAGE, as a note of a student would have."""
    start = passage.plain.index(exact)
    text_id = session.scalars(select(Text.id).where(Text.current_version_id == passage.version_id)).one()
    anchor = Anchor(
        text_id=text_id,
        made_on_passage_id=passage.id,
        now_passage_id=passage.id,
        exact=exact,
        start=start,
        end=start + len(exact),
    )
    session.add(anchor)
    session.flush()
    return anchor
