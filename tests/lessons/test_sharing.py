"""Sharing a journal entry with the tutors: on one's own wish, each writing for itself, until it is taken back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import NotFound
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from lessons.journal import write_entry
from lessons.models import JournalEntry
from lessons.sharing import entry_numbered, share, take_back, tutors_for
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle, circle, there
from tests.test_access import browser_of
from tests.web import post as send

__all__ = ["circle", "there"]

Browser = Callable[[Enrolment], FlaskClient]

WORDS = "I do not believe a word of it."


@pytest.fixture
def browser(app: Application, database: Database) -> Browser:
    """Return what opens the browser of a member."""
    return lambda enrolment: browser_of(app, database, enrolment.user_id)


def wrote(session: Session, circle: Circle, who: Enrolment, text: str = WORDS) -> JournalEntry:
    return write_entry(session, who, circle.prompt, text, base=0, now=NOW)


def told(session: Session) -> list[int]:
    return list(session.scalars(select(Notice.user_id).where(Notice.kind == "shared")))


def sharing(circle: Circle, number: int = 1) -> str:
    at = circle.address.partition("/lessons/")[2]
    return f"/groups/{circle.group.slug}/lessons/{at}/entries/{number}/sharing"


def record(circle: Circle, who: Enrolment) -> str:
    return f"/groups/{circle.group.slug}/progress/{who.id}"


@pytest.fixture
def written(there: Circle, browser: Browser) -> FlaskClient:
    """Return the browser of Vera, who wrote something in her journal."""
    vera = browser(there.vera)
    send(vera, there.address, {"text": WORDS, "group": there.group.slug})
    return vera


def test_the_tutors_are_told_once(session: Session, circle: Circle) -> None:
    entry = wrote(session, circle, circle.vera)
    for _click in range(2):
        share(session, circle.vera, entry, now=NOW)
    assert entry.shared_at == NOW
    assert told(session) == [circle.tutor.user_id]


def test_without_tutors_there_is_nobody_to_share_with(session: Session, circle: Circle) -> None:
    entry = wrote(session, circle, circle.vera)
    circle.tutor.role = Role.student
    session.flush()
    with pytest.raises(NotFound):
        share(session, circle.vera, entry, now=NOW)
    alone = factories.make_enrolment(session, course=circle.group.course)
    assert tutors_for(session, alone) == tutors_for(session, circle.vera) == []


def test_what_is_written_anew_is_private_and_the_earlier_words_stay_shared(session: Session, circle: Circle) -> None:
    share(session, circle.vera, wrote(session, circle, circle.vera), now=NOW)
    later = wrote(session, circle, circle.vera, "I do, now.")
    first = entry_numbered(session, circle.vera, circle.prompt, 1)
    assert (first.shared_at, later.shared_at) == (NOW, None)
    take_back(session, first)
    assert first.shared_at is None


def test_the_entry_of_another_is_not_there(session: Session, circle: Circle) -> None:
    wrote(session, circle, circle.ivan)
    with pytest.raises(NotFound):
        entry_numbered(session, circle.vera, circle.prompt, 1)


def test_a_tutor_reads_it_in_the_record_until_it_is_taken_back(
    there: Circle, written: FlaskClient, browser: Browser
) -> None:
    tutor = browser(there.tutor)
    assert WORDS not in tutor.get(record(there, there.vera)).text
    assert "Share with the tutors" in written.get(f"{there.address}?group={there.group.slug}").text
    assert send(written, sharing(there), {"shared": "1"}).status_code == 303
    assert "shared with the tutors" in written.get(f"{there.address}?group={there.group.slug}").text
    assert "Vera shares with the tutors" in tutor.get("/notices").text
    assert WORDS in tutor.get(record(there, there.vera)).text
    assert send(written, sharing(there), {"shared": "0"}).status_code == 303
    assert WORDS not in tutor.get(record(there, there.vera)).text
    assert "Vera shares" not in tutor.get("/notices").text


def test_who_is_no_tutor_of_the_group_reads_it_nowhere(
    there: Circle, written: FlaskClient, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        other = factories.make_group(session, session.merge(there.group).course)
        elsewhere = factories.make_enrolment(session, group=other, role=Role.tutor)
    send(written, sharing(there), {"shared": "1"})
    assert browser(there.ivan).get(record(there, there.vera)).status_code == 403
    assert browser(elsewhere).get(record(there, there.vera)).status_code == 404
    assert WORDS not in browser(there.ivan).get(f"{there.address}?group={there.group.slug}").text


def test_words_written_anew_are_private_on_the_page_and_in_the_record(
    there: Circle, written: FlaskClient, browser: Browser
) -> None:
    send(written, sharing(there), {"shared": "1"})
    send(written, there.address, {"text": "I do, now.", "group": there.group.slug})
    page = written.get(f"{there.address}?group={there.group.slug}").text
    assert "The tutors go on reading what you shared before" in page
    read = browser(there.tutor).get(record(there, there.vera)).text
    assert WORDS in read
    assert "I do, now." not in read


def test_after_leaving_the_tutors_no_longer_read_it(
    there: Circle, written: FlaskClient, browser: Browser, database: Database
) -> None:
    send(written, sharing(there), {"shared": "1"})
    with database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.id == there.vera.id).values(left_at=NOW))
    tutor = browser(there.tutor)
    assert tutor.get(record(there, there.vera)).status_code == 404
    assert "Vera shares" not in tutor.get("/notices").text


def test_when_the_group_is_archived_nothing_more_is_shared_and_what_was_is_taken_back(
    there: Circle, written: FlaskClient, database: Database
) -> None:
    send(written, sharing(there), {"shared": "1"})
    send(written, there.address, {"text": "I do, now.", "group": there.group.slug})
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(archived_at=NOW))
    assert send(written, sharing(there, 2), {"shared": "1"}).status_code == 409
    assert send(written, sharing(there), {"shared": "0"}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.scalars(select(JournalEntry).where(JournalEntry.shared_at.is_not(None))).all() == []
