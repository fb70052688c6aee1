"""A lesson with one of each kind of part, on the site of a test."""

from dataclasses import dataclass

import pytest

from course.base.db import Database
from course.outline.models import ActivityKind, Course
from tests.factories import activity_of, make_bare_course


@dataclass(frozen=True)
class Addresses:
    """Where the parts of the small course stand."""

    course: str
    lesson: str
    reading: str
    prompt: str


@pytest.fixture
def addresses(database: Database) -> Addresses:
    """Return the addresses of a course with a lesson, which has a reading, a prompt and a quiz."""
    with database.transaction() as session:
        course: Course = make_bare_course(session)
        lesson, reading, prompt = (
            activity_of(session, course, kind)
            for kind in (ActivityKind.lesson, ActivityKind.reading, ActivityKind.prompt)
        )
        at = f"/courses/{course.ident}/lessons/{lesson.ident}"
        return Addresses(
            f"/courses/{course.ident}", at, f"{at}/readings/{reading.ident}/tick", f"{at}/prompts/{prompt.ident}"
        )
