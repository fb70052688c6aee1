"""The reading pack of a unit: all there is to read in the house, in order, and nothing of anybody's."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from course.base.db import Database
from course.base.markdown import to_html
from course.outline.models import ActivityKind, Course, Unit
from course.reference.models import Term
from lessons.markup import for_print
from lessons.models import Document, Lesson, lesson_term
from tests import factories
from tests.conftest import NOW
from tests.test_access import ABOUT
from tests.test_queries import counted

TERM = {"term": "soviet", "aliases": [], "meaning_html": "A council."}


@pytest.fixture
def unit(database: Database) -> str:
    """Return the address of the pack of a unit of two lessons, both of which read the same document."""
    with database.transaction() as session:
        course: Course = factories.make_bare_course(session)
        unit = session.scalars(select(Unit)).one()
        first = factories.activity_of(session, course, ActivityKind.lesson)
        second = factories.make_lesson(session, course, unit, number=2, position=2, title="The second lesson")
        document = factories.make_text(session, course, ident="decree", title="A decree")
        session.add(Document(text_id=document.id, about=ABOUT | {"by": "A council", "translation": "Ours."}))
        for lesson in (first, second):
            factories.make_reading(session, lesson, text=document)
        lesson_id = session.scalars(select(Lesson.id).where(Lesson.activity_id == first.id)).one()
        term = factories.add(session, Term(course_id=course.id, ident="soviet", **TERM))
        session.execute(insert(lesson_term).values(lesson_id=lesson_id, term_id=term.id))
        return f"/courses/{course.ident}/units/{unit.ident}/pack"


def test_it_holds_the_notes_and_each_document_once_in_order(client: FlaskClient, unit: str) -> None:
    page = client.get(unit).text
    heads = re.findall(r'<h2 class="pack-head"[^>]*>([^<]+)</h2>', page)
    assert heads == ["Lesson 1", "A decree", "The second lesson"]


def test_its_passages_are_numbered_and_have_addresses_of_their_own(client: FlaskClient, unit: str) -> None:
    page = client.get(unit).text
    idents = re.findall(r' id="([^"]+)"', page)
    assert len(idents) == len(set(idents))
    assert "decree-p-3" in idents
    assert page.count('<span class="passage-no" aria-hidden="true">3</span>') == 3


def test_contents_lead_to_each_text_and_documents_have_their_licence(client: FlaskClient, unit: str) -> None:
    page = client.get(unit).text
    assert 'href="#text-decree"' in page
    assert 'id="text-decree"' in page
    assert "CC-BY-4.0" in page
    assert "Ours." in page


def test_it_is_linked_from_the_outline(client: FlaskClient, unit: str) -> None:
    assert f'href="{unit}"' in client.get(unit.split("/units/", maxsplit=1)[0]).text


def test_a_unit_without_lessons_has_none(client: FlaskClient, unit: str, database: Database) -> None:
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        factories.make_unit(session, course, ident="to-come", position=2)
    course_address = unit.split("/units/", maxsplit=1)[0]
    assert client.get(f"{course_address}/units/to-come/pack").status_code == 404
    assert client.get(f"{course_address}/units/nonsense/pack").status_code == 404
    assert "units/to-come/pack" not in client.get(course_address).text


def test_what_is_retired_is_not_in_it(client: FlaskClient, unit: str, database: Database) -> None:
    with database.transaction() as session:
        lesson = session.scalars(select(Lesson).where(Lesson.number == 2)).one()
        lesson.activity.retired_at = NOW
    assert "The second lesson" not in client.get(unit).text


def test_it_asks_no_more_of_a_long_unit(client: FlaskClient, unit: str, database: Database) -> None:
    with counted(database) as said:
        client.get(unit)
    with database.transaction() as session:
        course, its_unit = session.scalars(select(Course)).one(), session.scalars(select(Unit)).one()
        for number in range(3, 12):
            lesson = factories.make_lesson(session, course, its_unit, number=number, position=number)
            document = factories.make_text(session, course)
            session.add(Document(text_id=document.id, about=ABOUT))
            factories.make_reading(session, lesson, text=document)
    with counted(database) as more:
        client.get(unit)
    assert len(more) == len(said) == 6


def test_a_term_is_a_link_a_heading_lower_and_a_table_nameless() -> None:
    button = '<button type="button" class="term" popovertarget="term-soviet">Soviet</button>'
    assert for_print(f"<h2>The {button}</h2>") == '<h3>The <a class="term" href="#term-soviet">Soviet</a></h3>'
    assert for_print("<h6>Deep</h6><hr>") == "<h6>Deep</h6><hr>"
    table = to_html("| a |\n|---|\n| b |\n")
    assert 'role="region"' in table
    assert "region" not in for_print(table)
    assert "<table" in for_print(table)
