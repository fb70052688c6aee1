"""Three friends without a tutor, who meet on the one lesson of their course."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import Meeting
from course.texts.models import Text
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of

Browser = Callable[[Enrolment | None], FlaskClient]


@dataclass(frozen=True)
class Friends:
    """The group, its next meeting and one after it; who is in it: Nadia organises, Ivan joined last."""

    group: StudyGroup
    meeting: Meeting
    later: Meeting
    lesson: Activity
    prompt: Activity
    text: Text
    nadia: Enrolment
    vera: Enrolment
    ivan: Enrolment
    address: str  #: of the meeting's page


def make_friends(session: Session, **columns: Any) -> Friends:
    """Return the friends, whose group has COLUMNS. They meet today and in a week."""
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course, **columns)
    people = {
        name: factories.make_enrolment(
            session,
            factories.make_user(session, name=name.title()),
            group=group,
            organiser=name == "nadia",
            joined_at=NOW + timedelta(minutes=at),
        )
        for at, name in enumerate(("nadia", "vera", "ivan"))
    }
    lesson = factories.activity_of(session, course, ActivityKind.lesson)
    today = datetime.now(UTC).date()
    meeting, later = (
        factories.make_meeting(session, group, number=number, day=today + timedelta(weeks=number - 1))
        for number in (1, 2)
    )
    factories.make_assignment(session, group, lesson, meeting_id=meeting.id)
    prompt = factories.activity_of(session, course, ActivityKind.prompt)
    text = factories.notes_of(session, lesson)
    address = f"/groups/{group.slug}/meetings/1"
    return Friends(group, meeting, later, lesson, prompt, text, **people, address=address)


@pytest.fixture
def friends(session: Session) -> Friends:
    """Return the friends in the session of the test."""
    return make_friends(session)


@pytest.fixture
def there(database: Database) -> Friends:
    """Return friends who are there for the pages."""
    with database.transaction() as session:
        return make_friends(session)


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what gives a client in which somebody is signed in, or nobody."""
    return lambda who: browser_of(app, database, who.user_id if who else None)
