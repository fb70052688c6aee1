"""The pages of maps and diagrams, and the lesson that shows one."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.outline.models import Course
from course.texts.models import Passage
from tests.kruzhok.curriculum.small import load
from tests.kruzhok.curriculum.test_figures import SAYS, YAML, with_map

COURSE = "/courses/my-course"


@pytest.fixture
def shown(database: Database, client: FlaskClient) -> FlaskClient:
    """Return a visitor of a course with a map in its first lesson."""
    load(database, with_map())
    return client


def test_all_of_them_stand_in_a_gallery(shown: FlaskClient) -> None:
    page = shown.get(f"{COURSE}/figures").text
    assert f'<a href="{COURSE}/figures/city">The city</a>' in page
    assert '<svg viewBox="0 0 760 500"' in page


def test_a_course_without_any_says_so(client: FlaskClient, database: Database) -> None:
    load(
        database,
        {path: content for path, content in with_map(shown="").items() if "city" not in path and "figures" not in path},
    )
    assert "No maps or diagrams yet" in client.get(f"{COURSE}/figures").text


def test_a_figure_is_large_and_in_words_with_its_sources(shown: FlaskClient) -> None:
    page = shown.get(f"{COURSE}/figures/city").text
    assert "<h1>The city</h1>" in page
    assert "All that the map says" in page.split("In words")[1]
    assert "To the Citizens" in page.split("Drawn from")[1]


def test_its_tables_have_names_of_their_own(client: FlaskClient, database: Database) -> None:
    table = "\n      | a | b |\n      |---|---|\n      | 1 | 2 |\n"
    says = f"|\n      All that the map says, {'in more words than that, ' * 6}\n{table}\n      And\n{table}"
    load(database, with_map(YAML.replace(f"says: {SAYS}", f"says: {says}")))
    page = client.get(f"{COURSE}/figures/city").text
    assert 'aria-label="Table 1"' in page
    assert 'aria-label="Table 2"' in page


def test_it_leads_to_the_passage_that_shows_it(shown: FlaskClient) -> None:
    assert f'href="{COURSE}/lessons/first-lesson#map"' in shown.get(f"{COURSE}/figures/city").text


def test_one_that_is_not_there_is_not_found(shown: FlaskClient) -> None:
    assert shown.get(f"{COURSE}/figures/town").status_code == 404


def test_a_lesson_shows_it_in_place_with_caption_and_link(shown: FlaskClient) -> None:
    passage = re.split('id="map"', shown.get(f"{COURSE}/lessons/first-lesson").text)[1]
    assert '<svg viewBox="0 0 760 500"' in passage
    assert "Drawn for the test" in passage
    assert f'<a class="on-screen" href="{COURSE}/figures/city">Larger, and in words</a>' in passage


def test_the_reading_pack_has_it(shown: FlaskClient, database: Database) -> None:
    with database.transaction(writing=False) as session:
        [unit] = session.scalars(select(Course)).one().units
        address = f"{COURSE}/units/{unit.ident}/pack"
    assert '<svg viewBox="0 0 760 500"' in shown.get(address).text


def test_the_passage_keeps_only_its_words(shown: FlaskClient, database: Database) -> None:
    with database.transaction(writing=False) as session:
        passage = session.scalars(select(Passage).where(Passage.ident == "map")).one()
        assert (passage.kind, passage.plain) == ("figure", "Where it was")
        assert passage.html == f'<figure><a href="{COURSE}/figures/city">Where it was</a></figure>'


def test_the_file_itself_is_not_handed_out(shown: FlaskClient) -> None:
    assert shown.get(f"{COURSE}/images/city.svg").status_code == 404


def test_terms_on_its_page_lead_to_their_own(database: Database, client: FlaskClient) -> None:
    load(database, with_map(YAML.replace("All that the map", "All that in [Old Style](term:old-style) the map")))
    assert f'href="{COURSE}/terms/old-style"' in client.get(f"{COURSE}/figures/city").text
