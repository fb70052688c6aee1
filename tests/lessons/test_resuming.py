"""Going on in a text: at the passage of one's last act, with the minutes left, and with what changed since."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from course.base.db import Database
from course.outline.models import ActivityKind
from course.texts.models import MovedIdent, Passage, Text, TextVersion
from lessons.models import Document
from tests.factories import activity_of, make_bare_course, make_check, make_text, make_text_version, notes_of
from tests.test_access import ABOUT
from tests.web import post


@dataclass(frozen=True)
class Places:
    """A lesson and a document, each with a self-check after its second passage."""

    course: str
    lesson: str
    text: str
    check: str
    check_of_text: str
    notes_id: int


@pytest.fixture
def places(database: Database) -> Places:
    """Return them; the notes take ten minutes and have a heading before the second passage."""
    with database.transaction() as session:
        course = make_bare_course(session)
        lesson = activity_of(session, course, ActivityKind.lesson)
        lesson.minutes = 12
        notes = notes_of(session, lesson)
        document = make_text(session, course)
        session.add(Document(text_id=document.id, about=ABOUT | {"minutes": 4}))
        _put_heading(session, notes)
        in_lesson, in_text = make_check(session, notes, passage="p-2"), make_check(session, document, passage="p-2")
        at = f"/courses/{course.ident}"
        a_lesson, a_text = f"{at}/lessons/{lesson.ident}", f"{at}/texts/{document.ident}"
        return Places(
            at,
            a_lesson,
            a_text,
            f"{a_lesson}/checks/{in_lesson.item_id}",
            f"{a_text}/checks/{in_text.item_id}",
            notes.id,
        )


def _put_heading(session, text: Text) -> None:
    version = text.current_version_id
    for passage in session.scalars(select(Passage).filter_by(version_id=version).order_by(Passage.position.desc())):
        if passage.ident != "p-1":
            passage.position += 10
    heading = {"ident": "h-1", "number": None, "kind": "heading", "html": "<h2>Then</h2>", "plain": ""}
    session.add(Passage(version_id=version, position=5, **heading))
    session.flush()


def answer(client: FlaskClient, check: str) -> None:
    """Answer a self-check wrongly."""
    page = client.get(check).text
    names = {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("seen", "version")}  # type: ignore[index]
    item = check.rsplit("/", 1)[1]
    assert post(client, check, names | {f"item-{item}": "no", "certainty": "2"}).status_code == 303


def reword(database: Database, text_id: int, number: int = 2) -> None:
    """Let the second passage of a text say something else from now on, in the version of that NUMBER."""
    with database.transaction() as session:
        text = session.get_one(Text, text_id)
        made_at = datetime.now(UTC) + timedelta(seconds=1)
        version = make_text_version(session, text, number=number, made_at=made_at)
        second = select(Passage.id).where(Passage.version_id == version.id, Passage.ident == "p-2")
        session.execute(
            update(Passage)
            .where(Passage.id == session.scalar(second))
            .values(plain="Paragraph two.", html="<p>Two.</p>")
        )
        text.current_version_id = version.id


def words(page: str) -> str:
    """Return the words of PAGE, each gap one space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_a_text_offers_to_go_on_where_one_last_answered(client: FlaskClient, places: Places) -> None:
    assert "Go on at passage" not in client.get(places.lesson).text
    answer(client, places.check)
    page = client.get(places.lesson).text
    assert '<a href="#p-2">Go on at passage 2</a>' in page
    assert "about 8 min left from there" in words(page)
    answer(client, places.check_of_text)
    assert "about 3 min left from there" in words(client.get(places.text).text)


def test_looking_at_a_text_is_no_act(client: FlaskClient, places: Places) -> None:
    answer(client, places.check)
    for _look in range(2):
        client.get(places.text)
    assert "Go on at passage" not in client.get(places.text).text


def test_a_heading_says_how_long_it_is_from_there_to_the_end(client: FlaskClient, places: Places) -> None:
    assert "About 8 min from here to the end" in client.get(places.lesson).text


def test_minutes_are_those_of_the_reader(client: FlaskClient, places: Places) -> None:
    post(client, "/reading-settings", {"theme": "", "face": "", "size": "", "width": "", "pace": "100", "next": "/"})
    assert "About 16 min from here to the end" in client.get(places.lesson).text
    assert "24 min" in client.get(places.lesson).text
    assert "8 min" in client.get(places.text).text


def test_today_offers_the_passage_of_the_last_act(client: FlaskClient, places: Places) -> None:
    answer(client, places.check)
    page = client.get("/today").text
    assert f'href="{places.lesson}#p-2"' in page
    assert "At passage 2 you last answered a self-check" in page


def test_a_source_frame_that_is_being_written_is_gone_on_with(client: FlaskClient, places: Places) -> None:
    post(client, f"{places.text}/frame/draft", {"who": "A clerk."})
    assert "Go on with your answers" in client.get(places.text).text
    today = client.get("/today").text
    assert f'href="{places.text}/frame#write"' in today
    assert "your answers are a draft" in today


def test_a_text_says_what_changed_since_one_did_something_in_it(
    client: FlaskClient, database: Database, places: Places
) -> None:
    assert "has changed since" not in client.get(places.lesson).text
    answer(client, places.check)
    assert "has changed since" not in client.get(places.lesson).text
    reword(database, places.notes_id)
    page = client.get(places.lesson).text
    assert "This text has changed since you worked in it" in page
    assert "1 passage reworded" in words(page)
    assert '<a href="#p-2">Passage 2</a>' in page
    assert "Paragraph <del>2.</del> <ins>two.</ins>" in page


def test_what_changed_is_told_until_the_next_act(client: FlaskClient, database: Database, places: Places) -> None:
    answer(client, places.check)
    reword(database, places.notes_id)
    with database.transaction() as session:  # time passes
        version = session.scalars(select(TextVersion).filter_by(text_id=places.notes_id, number=2)).one()
        version.made_at = datetime.now(UTC)
    assert "has changed since" in client.get(places.lesson).text
    answer(client, f"{places.check}")
    assert "has changed since" not in client.get(places.lesson).text


def test_the_address_of_a_passage_that_is_gone_leads_to_where_it_went(
    client: FlaskClient, database: Database, places: Places
) -> None:
    with database.transaction() as session:
        session.add(MovedIdent(text_id=places.notes_id, ident="gone", now_ident="p-2"))
    page = client.get(places.lesson).text
    passage = page[page.index('id="p-2"') : page.index('id="p-3"')]
    assert '<span id="gone"></span>' in passage


def test_one_may_say_that_one_has_seen_what_changed(client: FlaskClient, database: Database, places: Places) -> None:
    answer(client, places.check)
    reword(database, places.notes_id)
    assert post(client, f"{places.lesson}/seen").location == places.lesson
    assert "has changed since" not in client.get(places.lesson).text
    reword(database, places.notes_id, number=3)
    assert "has changed since" in client.get(places.lesson).text


def test_who_never_read_it_is_told_of_no_change(client: FlaskClient, database: Database, places: Places) -> None:
    reword(database, places.notes_id)
    assert "has changed since" not in client.get(places.lesson).text
