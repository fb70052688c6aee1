"""Who and what is listed below a lesson: what it names itself, apart from what the notes on these name."""

import pytest
from flask.testing import FlaskClient

from course.base.db import Database
from tests.kruzhok.curriculum.small import changed, load, small

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOTE = "note: Leader of the Bolsheviks"
KAMENEV = "  - {ident: lev-kamenev, name: Lev Kamenev, born: {date: '1883'}, died: {date: '1936'}, note: Bolshevik.}\n"
SOVIET = "  - {ident: soviet, term: soviet, meaning: A council.}\n"


@pytest.fixture
def page(database: Database, client: FlaskClient) -> str:
    """Return the page of a lesson that names Lenin, in the note on whom Kamenev and soviets are named."""
    files = changed(
        small(), "people.yaml", NOTE, f"{NOTE}, with [Kamenev](person:lev-kamenev), for [soviets](term:soviet)"
    )
    files["people.yaml"] += KAMENEV.encode()
    files["terms.yaml"] += SOVIET.encode()
    load(database, files)
    return client.get("/courses/my-course/lessons/first-lesson").text


def test_persons_whom_only_a_note_names_stand_apart(page: str) -> None:
    own, _, others = page.partition("Named only in the notes on others")
    assert 'id="person-vladimir-lenin"' in own
    assert 'id="person-lev-kamenev"' in others


def test_terms_that_only_a_note_names_have_their_slips_and_are_not_listed(page: str) -> None:
    assert 'id="meaning-old-style"' in page
    assert 'id="term-soviet"' in page
    assert 'id="meaning-soviet"' not in page
