"""The opening pages of units, and the paths through a course."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion
from course.groups.models import Enrolment
from course.outline.models import ActivityKind, Course, PlannedLesson
from course.reference.models import Figure, Mention, Person, Term
from lessons.models import Document
from tests import factories
from tests.conftest import NOW
from tests.factories import add, make_lesson, make_reading, make_text, make_unit
from tests.test_access import ABOUT, browser_of
from tests.web import post

COURSE = "/courses/small"
OPENING = (
    '<p>Who were the <button type="button" class="term" popovertarget="term-kadets">Kadets</button>? '
    'Ask <a href="#person-miliukov">Miliukov</a>.</p>'
)


def path(ident: str, *weeks: list[str]) -> dict[str, Any]:
    its = [{"title": None, "lessons": slugs} for slugs in weeks]
    return {"ident": ident, "title": f"The {ident} path", "note": "For <em>evenings</em>.", "weeks": its}


@pytest.fixture
def small(database: Database) -> Course:
    """Return a course of two units with three lessons, whose short path goes from the third to the first."""
    with database.transaction() as session:
        course = factories.make_empty_course(session, ident="small")
        spring = make_unit(
            session, course, ident="spring", title="Spring", summary="How it fell.", opening_html=OPENING
        )
        autumn = make_unit(session, course, ident="autumn", title="Autumn", position=2)
        for number, unit in ((1, spring), (2, spring), (3, autumn)):
            lesson = make_lesson(session, course, unit, number=number, ident=f"lesson-{number}", minutes=20)
            make_reading(session, lesson, ident="read", minutes=10)
        course.paths = [
            path("short", ["lesson-3"], ["lesson-1", "lesson-of-old"]),
            path("whole", ["lesson-1", "lesson-2"]),
        ]
    return course


def ticks(client: FlaskClient, *numbers: int) -> None:
    for number in numbers:
        assert post(client, f"{COURSE}/lessons/lesson-{number}/readings/read/tick", {"done": "1"}).status_code == 303


def primary(page: str) -> tuple[str, str]:
    """Return where the one primary thing of PAGE leads, and what it says."""
    [found] = re.findall(r'class="button primary" href="([^"]+)">\s*([^<]*?)\s*<', page)
    return found


def test_a_unit_opens_with_its_question_its_lessons_and_where_to_begin(client: FlaskClient, small: Course) -> None:
    page = client.get(f"{COURSE}/units/spring").text
    assert "Unit 1 of 2" in page
    assert "How it fell." in page
    assert "Who were the" in page
    assert "2 lessons · about 1 h" in page
    assert primary(page) == (f"{COURSE}/lessons/lesson-1", "Begin with lesson 1")
    assert f'href="{COURSE}/units/spring/pack"' in page
    assert f'href="{COURSE}/units/autumn"' in page
    assert f'href="{COURSE}/lessons/lesson-3"' not in page


def test_terms_and_persons_of_an_opening_are_explained_on_its_page(
    client: FlaskClient, database: Database, small: Course
) -> None:
    with database.transaction() as session:
        add(session, Term(course_id=small.id, ident="kadets", term="Kadets", aliases=[], meaning_html="Liberals."))
        add(
            session,
            Person(course_id=small.id, ident="miliukov", name="Pavel Miliukov", aliases=[], lived="", note_html=""),
        )
    page = client.get(f"{COURSE}/units/spring").text
    assert 'id="term-kadets"' in page
    assert 'id="person-miliukov"' in page


def test_a_unit_without_an_opening_has_its_page_too(client: FlaskClient, small: Course) -> None:
    page = client.get(f"{COURSE}/units/autumn").text
    assert "What this unit asks" not in page
    assert primary(page) == (f"{COURSE}/lessons/lesson-3", "Begin with lesson 3")


def test_a_unit_of_planned_lessons_says_that_they_are_being_written(
    client: FlaskClient, database: Database, small: Course
) -> None:
    with database.transaction() as session:
        unit = make_unit(session, session.get_one(Course, small.id), ident="lives", position=3)
        add(session, PlannedLesson(unit_id=unit.id, position=1, number=9, title="Joffe", by="", given=None))
    page = client.get(f"{COURSE}/units/lives").text
    assert "Its lessons are being written" in page
    assert "1 lesson, none of them written so far" in page
    assert "button primary" not in page
    assert "units/lives/pack" not in page


def test_a_unit_leads_on_where_one_is_and_at_its_end_to_the_next(client: FlaskClient, small: Course) -> None:
    ticks(client, 1)
    page = client.get(f"{COURSE}/units/spring").text
    assert primary(page) == (f"{COURSE}/lessons/lesson-2", "Go on with lesson 2")
    assert "1 done" in page
    ticks(client, 2)
    assert primary(client.get(f"{COURSE}/units/spring").text) == (f"{COURSE}/units/autumn", "On to the next unit")
    ticks(client, 3)
    assert primary(client.get(f"{COURSE}/units/autumn").text) == (COURSE, "To the course")


def test_a_unit_lists_the_texts_and_figures_of_its_lessons(
    client: FlaskClient, database: Database, small: Course
) -> None:
    with database.transaction() as session:
        course = session.get_one(Course, small.id)
        lesson = factories.activity_of(session, course, ActivityKind.lesson)
        text = make_text(session, course, title="A decree on land")
        add(session, Document(text_id=text.id, about=ABOUT | {"by": "A council"}))
        make_reading(session, lesson, text=text, ident="decree")
        make_reading(session, lesson, text=text, ident="decree-again")
        for ident in ("front", "elsewhere"):
            shape = {
                "position": 1,
                "title": f"Map: {ident}",
                "svg": "<svg></svg>",
                "caption_html": "",
                "says_html": "",
                "sources": [],
            }
            add(session, Figure(course_id=course.id, ident=ident, **shape))
        told = {"course_id": course.id, "kind": "figure", "ident": "front", "place": "lesson", "position": 1}
        add(session, Mention(place_ident="lesson-1", passage=None, **told))
    page = client.get(f"{COURSE}/units/spring").text
    assert page.count("A decree on land") == 1
    assert "A council · for lesson 1" in page
    assert f'href="{COURSE}/figures/front"' in page
    assert "Map: elsewhere" not in page


def test_what_a_unit_asks_stands_in_its_reading_pack_too(client: FlaskClient, small: Course) -> None:
    page = client.get(f"{COURSE}/units/spring/pack").text
    assert "What this unit asks" in page
    assert 'Were the <a class="term" href="#term-kadets">Kadets</a>'.lower() in page.lower()
    assert "What this unit asks" not in client.get(f"{COURSE}/units/autumn/pack").text


def test_there_is_no_unit_at_another_name(client: FlaskClient, small: Course) -> None:
    assert client.get(f"{COURSE}/units/winter").status_code == 404


def test_the_outline_leads_to_units_and_lessons_say_which_they_are_in(client: FlaskClient, small: Course) -> None:
    assert f'<a href="{COURSE}/units/spring">' in client.get(COURSE).text
    page = client.get(f"{COURSE}/lessons/lesson-2").text
    assert f'<a href="{COURSE}/units/spring">Spring</a>' in page
    assert "Next: lesson 3, in the next unit" in page


# Paths


def test_the_course_shows_its_paths_week_by_week(client: FlaskClient, small: Course) -> None:
    page = client.get(COURSE).text
    assert "The short path" in page
    assert re.search(r"2 weeks, 2\s+lessons, about 30 min a week", page)
    assert "lesson-of-old" not in page


def chosen(client: FlaskClient, database: Database, path: str, **more: str) -> str | None:
    """Return which path CLIENT's place alone follows after the choice of PATH."""
    assert post(client, f"{COURSE}/path", {"path": path, **more}).status_code == 303
    with database.transaction(writing=False) as session:
        return session.scalars(select(Enrolment.path).where(Enrolment.group_id.is_(None))).one()


def test_who_follows_a_path_goes_on_along_it(client: FlaskClient, database: Database, small: Course) -> None:
    assert chosen(client, database, "short") == "short"
    page = client.get(COURSE)
    assert "you follow it" in page.text
    assert primary(page.text)[0] == f"{COURSE}/lessons/lesson-3"
    ticks(client, 3)
    assert primary(client.get(COURSE).text) == (f"{COURSE}/lessons/lesson-1", "Next: lesson 1")
    assert primary(client.get("/today").text)[0] == f"{COURSE}/lessons/lesson-1"
    ticks(client, 1)
    assert primary(client.get(COURSE).text) == (f"{COURSE}/lessons/lesson-2", "Next: lesson 2")


def test_a_path_can_be_left_again(client: FlaskClient, database: Database, small: Course) -> None:
    chosen(client, database, "short")
    assert chosen(client, database, "") is None
    assert primary(client.get(COURSE).text)[0] == f"{COURSE}/lessons/lesson-1"


def test_a_path_changes_nothing_of_what_counts_as_done(client: FlaskClient, database: Database, small: Course) -> None:
    ticks(client, 1, 2)

    def stands() -> tuple[list[tuple[int, str]], str]:
        with database.transaction(writing=False) as session:
            states = [(one.activity_id, one.state.value) for one in session.scalars(select(Completion))]
        return sorted(states), re.search(r"\d+ of \d+ required parts done", client.get(COURSE).text)[0]  # type: ignore[index]

    before = stands()
    chosen(client, database, "short")
    assert stands() == before


def test_a_path_that_is_not_there_cannot_be_followed(client: FlaskClient, database: Database, small: Course) -> None:
    assert post(client, f"{COURSE}/path", {"path": "long"}).status_code == 404
    with database.transaction(writing=False) as session:
        assert session.scalar(select(Enrolment.id)) is None


def member_of_a_group(session: Session, course_id: int) -> int:
    course = session.get_one(Course, course_id)
    return factories.make_enrolment(session, group=factories.make_group(session, course, slug="circle")).user_id


def test_in_a_group_the_syllabus_leads_and_no_path(app: Application, database: Database, small: Course) -> None:
    with database.transaction() as session:
        user_id = member_of_a_group(session, small.id)
    browser = browser_of(app, database, user_id)
    page = browser.get(f"{COURSE}?group=circle").text
    assert "The short path" in page
    assert "Follow this path" not in page
    answer = post(browser, f"{COURSE}/path", {"path": "short", "group": "circle"})
    assert answer.status_code == 409
    assert "its syllabus leads" in answer.text


def test_a_path_goes_along_into_an_account_and_not_into_a_group(database: Database, small: Course) -> None:
    from course.groups.joining import _place_for
    from course.groups.models import Role
    from kruzhok.merging import merge

    with database.transaction() as session:
        course = session.get_one(Course, small.id)
        guest = factories.make_guest(session)
        add(session, Enrolment(user=guest, course=course, joined_at=NOW, used_at=NOW, path="short"))
        user = factories.make_user(session)
        assert merge(session, guest, user, now=NOW)
        [place] = session.scalars(select(Enrolment).where(Enrolment.user_id == user.id))
        assert place.path == "short"
        group = factories.make_group(session, course)
        place = _place_for(session, user, group, Role.student, bring=True, now=NOW)
        assert (place.group_id, place.path) == (group.id, None)
