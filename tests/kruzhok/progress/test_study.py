"""The record of study: whose, of what, in how many minutes by the course's estimate; as a page and as Markdown."""

import html
import re
import string
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from course.base.db import Database
from course.base.markdown import to_inline_html
from course.base.web import Application
from course.outline.models import Activity, Course
from course.users.models import User
from kruzhok.progress.study import NO_CERTIFICATE
from kruzhok.progress.study_file import as_it_is
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.progress.test_pages import Circle


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def record_of(circle: Circle) -> str:
    page = circle.page(circle.vera, f"/me/places/{circle.vera.id}/record")
    return " ".join(re.sub(r"<[^>]*>", " ", page.split("<main")[1].split("</main")[0]).split())


def file_of(circle: Circle) -> str:
    return circle.page(circle.vera, f"/me/places/{circle.vera.id}/record.md")


def test_it_says_whose_it_is_of_which_course_where_when_and_by_whom_it_was_made(
    circle: Circle, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Course, circle.course.id).hash = "0123456789abcdef"
    for said in (record_of(circle), file_of(circle)):
        assert "Vera" in said
        assert "version 0123456789ab, loaded" in said
        assert "In the study group “" in said
        assert "Since 23 November 2026; last at work here on 23 November 2026" in said
        assert "on 23 November 2026, at http://localhost" in said
        assert "0 of 3 required parts, 0 of 1 lessons" in said
        assert NO_CERTIFICATE in said


def test_each_lesson_says_what_was_read_written_and_answered(circle: Circle) -> None:
    circle.do(circle.vera, circle.reading, circle.prompt, circle.quiz)
    circle.take_quiz(circle.vera)
    circle.write(circle.vera, "Nobody reads this.")
    circle.post(circle.vera, "Nor this.")
    record = record_of(circle)
    assert "done 23 November 2026; 3 of 3 required parts" in record
    assert f"read {circle.reading.title} : done 23 November 2026" in record
    assert f"written {circle.prompt.title} : done 23 November 2026; 1 answer in the journal; 1 post" in record
    assert f"answered {circle.quiz.title} : 1 attempt, submitted 23 November 2026; 2 of 3 points" in record
    for said in (record, file_of(circle)):
        assert "Nobody reads this." not in said
        assert "Nor this." not in said


def test_minutes_are_those_of_the_course_and_only_of_what_is_done(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(User, circle.vera.user_id).pace = 50
        session.execute(update(Activity).values(minutes=0))
        session.get_one(Activity, circle.reading.id).minutes = 50
        session.get_one(Activity, circle.prompt.id).minutes = 20
        session.get_one(Activity, circle.lesson.id).minutes = 15
    circle.do(circle.vera, circle.reading)
    assert "50 min for what is done, by the course’s own estimate" in record_of(circle)
    circle.do(circle.vera, circle.reading, circle.prompt, circle.quiz)
    assert "1 h 25 min for what is done, by the course’s own estimate" in record_of(circle)
    assert "notes, *The study notes*: 15 min" in file_of(circle)


def test_before_anything_was_done_it_says_what_will_stand_there(circle: Circle) -> None:
    assert "Nothing was done here yet." in record_of(circle)
    assert "Lessons of the course in which nothing was done: 1." in record_of(circle)


def test_self_checks_are_counted_once_each(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        attempt = factories.make_attempt(session, session.merge(circle.vera), submitted_at=NOW, purpose="check")
        attempt.activity_id = None
    assert "3 questions answered beside the texts" in record_of(circle)


def test_the_file_is_kept_under_the_name_of_the_course_and_the_day(circle: Circle) -> None:
    answer = circle.of(circle.vera).get(f"/me/places/{circle.vera.id}/record.md")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=record-{circle.course.ident}-2026-11-23.md"
    assert answer.mimetype == "text/markdown"
    assert answer.text.startswith("# Record of study\n\n- **Name:** Vera\n")


def test_a_guest_has_one_too(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        guest = factories.make_guest(session)
        place = factories.make_enrolment(session, guest, session.get_one(Course, circle.course.id))
    said = circle.page(place, f"/me/places/{place.id}/record.md")
    assert "- **Name:** A guest, without an account" in said
    assert "- **Where:** Alone" in said


@given(st.text(alphabet=string.ascii_letters + string.punctuation + " \n«»é"))
def test_whatever_somebody_or_something_is_called_the_file_shows_it_as_it_is(words: str) -> None:
    shown = re.sub(r"</?(?:p|br)[^>]*>", "", str(to_inline_html(f"Name: {as_it_is(words)}")))
    assert html.unescape(shown).strip() == f"Name: {' '.join(words.split())}".strip()
