"""A study group that reads the notes of a lesson, in which a reading stands on the same words."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.texts.models import Passage, Text
from tests import factories
from tests.conftest import NOW

#: The passages of the text, p-1 to p-3.
WORDS = (
    "There was dual power in Russia after February.",
    "The soviet had power, the government had none.",
    "Nobody had bread.",
)


@dataclass(frozen=True)
class Circle:
    """The group, the text it reads, and who is in it; `left` was a member once, `alone` studies on their own."""

    group: StudyGroup
    text: Text
    reading: Activity
    vera: Enrolment
    ivan: Enrolment
    tutor: Enrolment
    left: Enrolment
    alone: Enrolment
    address: str  #: of the lesson's page, without the group


def make_circle(session: Session, **columns: Any) -> Circle:
    """Return a circle, whose group has COLUMNS."""
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course, **columns)
    named: dict[str, dict[str, Any]] = {"vera": {}, "ivan": {}, "tutor": {"role": Role.tutor}, "left": {"left_at": NOW}}
    people = {
        name: factories.make_enrolment(session, factories.make_user(session, name=name.title()), group=group, **told)
        for name, told in named.items()
    }
    people["alone"] = factories.make_enrolment(session, course=course)
    lesson = factories.activity_of(session, course, ActivityKind.lesson)
    text = factories.notes_of(session, lesson)
    for words, passage in zip(WORDS, passages_of(session, text), strict=True):
        passage.plain, passage.html = words, f"<p>{words}</p>"
    session.flush()
    reading = factories.make_reading(session, lesson, text=text)
    return Circle(group, text, reading, address=f"/courses/{course.ident}/lessons/{lesson.ident}", **people)


def passages_of(session: Session, text: Text) -> list[Passage]:
    """Return the passages of TEXT as it is, in order."""
    its = select(Passage).where(Passage.version_id == text.current_version_id)
    return list(session.scalars(its.order_by(Passage.position)))


@pytest.fixture
def circle(session: Session) -> Circle:
    """Return a circle in the session of the test."""
    return make_circle(session)


@pytest.fixture
def there(database: Database) -> Circle:
    """Return a circle that is there for the pages."""
    with database.transaction() as session:
        return make_circle(session)
