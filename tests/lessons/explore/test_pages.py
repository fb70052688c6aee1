"""The pages to look things up, as a reader finds them."""

import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.outline.models import ActivityKind, Course
from lessons.search.contents import refresh_course
from tests import factories
from tests.kruzhok.curriculum.small import LESSON, changed, load, small


@dataclass(frozen=True)
class Known:
    """Where the course stands, its lesson, and what there is to look up in it."""

    course: str
    lesson: str
    lenin: str
    soviet: str
    book: str
    rising: str


@pytest.fixture
def known(database: Database) -> Known:
    """Return a course whose lesson names a person, a term, a source and an event in its first passage."""
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        lesson = factories.activity_of(session, course, ActivityKind.lesson)
        factories.notes_of(session, lesson).ident = lesson.ident  # as loading has it
        lenin = factories.make_person(session, course, aliases=["Ulyanov"], native="Ленин")
        soviet = factories.make_term(
            session, course, meaning_html=f'As <a href="#person-{lenin.ident}">Lenin</a> says.'
        )
        book = factories.make_source(session, course, "State and Revolution", author="V. I. Lenin")
        told = {"old_style": "1917-10-25", "place": "Petrograd", "turning_point": True}
        rising = factories.make_event(session, course, "1917-11-07", "The rising", **told)
        factories.make_event(session, course, "1914..1918", "The war")
        here = ("lesson", lesson.ident, "p-1")
        factories.mention(session, lenin, here, ("term", soviet.ident, None), ("unit", course.units[0].ident, None))
        factories.mention(session, soviet, here)
        factories.mention(session, rising, here)
        factories.mention(session, book, ("lesson", lesson.ident, None), ("item", "a", None), ("item", "b", None))
        at = f"/courses/{course.ident}"
        return Known(at, lesson.ident, lenin.ident, soviet.ident, book.ident, rising.ident)


def words(html: str) -> str:
    """Return the words of a page in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_first_page_counts_what_there_is_and_leads_to_it(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/reference").text
    assert "2 events" in words(page)
    assert "1 person" in words(page)
    for where in ("timeline", "people", "terms", "sources", "figures"):
        assert f'href="{known.course}/{where}"' in page


def test_a_list_leads_to_each_entry_and_says_how_often_it_is_named(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/people").text
    assert f'href="{known.course}/people/{known.lenin}"' in page
    assert "named in 3 places" in words(page)
    assert 'action="/search"' in page


def test_a_person_is_shown_with_all_that_names_them(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/people/{known.lenin}").text
    assert "Also Ulyanov" in words(page)
    assert 'lang="ru">Ленин' in page
    assert f'href="{known.course}/lessons/{known.lesson}#p-1"' in page
    assert f'href="{known.course}/terms/{known.soviet}"' in page
    assert f'href="{known.course}/units/' in page


def test_a_passage_that_names_something_is_known_by_its_first_words(client: FlaskClient, known: Known) -> None:
    assert "Passage 1 Paragraph 1." in words(client.get(f"{known.course}/people/{known.lenin}").text)


def test_what_an_entry_names_leads_to_its_own_page(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/terms/{known.soviet}").text
    assert f'href="{known.course}/people/{known.lenin}"' in page
    assert 'href="#person-' not in page


def test_a_source_says_how_many_questions_rest_on_it(client: FlaskClient, known: Known) -> None:
    page = words(client.get(f"{known.course}/sources/{known.book}").text)
    assert "2 questions rest on it" in page
    assert "Listed with the lesson" in page


def test_what_nothing_names_says_so(client: FlaskClient, database: Database, known: Known) -> None:
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        alone = f"/courses/{course.ident}/terms/{factories.make_term(session, course).ident}"
    assert "Named nowhere else" in words(client.get(alone).text)


def test_an_event_has_a_page_with_both_dates_and_the_way_to_the_timeline(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/events/{known.rising}").text
    assert "7 November 1917 25 October Old Style" in words(page)
    assert "Petrograd · A turning point" in words(page)
    assert f'href="{known.course}/timeline?at=1917-11#event-{known.rising}"' in page
    assert f'id="event-{known.rising}"' in client.get(f"{known.course}/timeline?at=1917-11").text


def test_the_timeline_leads_deeper_by_its_bars_and_up_again(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/timeline").text
    for deeper in ("1910s", "1917", "1917-11", "1917-11-07"):
        assert f'href="{known.course}/timeline?at={deeper}"' in page, deeper
        page = client.get(f"{known.course}/timeline?at={deeper}").text
    assert f'href="{known.course}/timeline?at=1917"' in page
    assert f'href="{known.course}/timeline"' in page


def test_a_bar_says_in_words_what_it_counts(client: FlaskClient, known: Known) -> None:
    assert "1910s: 1 event" in words(client.get(f"{known.course}/timeline?turning=1").text)


def test_what_reaches_over_several_parts_is_counted_apart(client: FlaskClient, known: Known) -> None:
    page = words(client.get(f"{known.course}/timeline?at=1910s").text)
    assert "1 longer than a year, or not known to the year" in page
    assert "The war" in words(client.get(f"{known.course}/timeline?at=1910s&vague=1").text)


def test_what_is_chosen_stays_chosen_on_the_way(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/timeline?place=Petrograd&calendar=old").text
    assert f'href="{known.course}/timeline?at=1910s&amp;calendar=old&amp;place=Petrograd"' in page
    assert "25 October 1917 Old Style, 7 November 1917 New Style" in words(page)
    assert "The war" not in page


def test_a_list_of_all_has_no_bars(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/timeline?list=1").text
    assert 'class="strip' not in page
    assert "The rising" in page


@pytest.mark.parametrize(
    "said", ["at=nonsense", "at=1917-02-30", "calendar=mayan", "lesson=%00", "place=%27", "at=9999"]
)
def test_what_an_address_cannot_mean_counts_as_not_said(client: FlaskClient, known: Known, said: str) -> None:
    assert client.get(f"{known.course}/timeline?{said}").status_code == 200


def test_the_pages_keep_the_place_in_which_one_studies(client: FlaskClient, known: Known) -> None:
    page = client.get(f"{known.course}/people/{known.lenin}?group=alone").text
    assert f'{known.course}/lessons/{known.lesson}#p-1"' in page


def test_a_course_with_nothing_to_look_up_says_what_will_come(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        at = f"/courses/{factories.make_bare_course(session).ident}"
    for where in ("timeline", "people", "terms", "sources"):
        assert "will stand here" in words(client.get(f"{at}/{where}").text), where


def test_finds_of_a_search_lead_to_the_pages_of_entries(client: FlaskClient, database: Database, known: Known) -> None:
    with database.transaction() as session:
        ident = known.course.rpartition("/")[2]
        refresh_course(session, session.scalars(select(Course.id).where(Course.ident == ident)).one())
    assert f'href="{known.course}/people/{known.lenin}"' in client.get("/search?q=Lenin").text
    assert f'href="{known.course}/events/{known.rising}"' in client.get("/search?q=rising").text


def test_links_of_a_text_and_the_slips_of_a_lesson_lead_to_the_pages_of_entries(
    client: FlaskClient, database: Database
) -> None:
    at = "/courses/my-course"
    event = f"{at}/events/provisional-government-deposed"
    load(
        database,
        changed(small(), LESSON, "a short proclamation", "[a](event:provisional-government-deposed) proclamation"),
    )
    page = client.get(f"{at}/lessons/first-lesson").text
    assert f'<a href="{event}">a</a>' in page
    assert f'href="{at}/terms/old-style"' in page
    assert f'href="{at}/people/vladimir-lenin"' in page
    assert f'href="{at}/timeline?lesson=first-lesson"' in page
    assert "passage 1" in words(client.get(f"{at}/timeline").text)
    assert f'href="{at}/lessons/first-lesson#posted-up"' in client.get(event).text
