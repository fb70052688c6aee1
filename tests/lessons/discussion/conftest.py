"""A study group that talks about the prompt of a small course."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import ActivityKind
from lessons.models import Prompt
from tests import factories
from tests.conftest import NOW


@dataclass(frozen=True)
class Circle:
    """The group, the prompt it talks about, and who is in it; `left` was a member once."""

    group: StudyGroup
    prompt: Prompt
    vera: Enrolment
    ivan: Enrolment
    tutor: Enrolment
    left: Enrolment
    address: str  #: of the prompt's page in the group


def make_circle(session: Session) -> Circle:
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course)
    named: dict[str, dict[str, Any]] = {"vera": {}, "ivan": {}, "tutor": {"role": Role.tutor}, "left": {"left_at": NOW}}
    people = {
        name: factories.make_enrolment(session, factories.make_user(session, name=name.title()), group=group, **columns)
        for name, columns in named.items()
    }
    lesson, activity = (
        factories.activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.prompt)
    )
    prompt = session.scalars(select(Prompt).where(Prompt.activity_id == activity.id)).one()
    address = f"/courses/{course.ident}/lessons/{lesson.ident}/prompts/{activity.ident}"
    return Circle(group, prompt, address=address, **people)


@pytest.fixture
def circle(session: Session) -> Circle:
    """Return a circle in the session of the test."""
    return make_circle(session)


@pytest.fixture
def there(database: Database) -> Circle:
    """Return a circle that is there for the pages."""
    with database.transaction() as session:
        return make_circle(session)
