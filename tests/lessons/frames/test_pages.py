"""The pages of source frames, as somebody without scripts meets them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import StudyGroup
from course.outline.models import Course
from lessons.frames.models import Frame
from lessons.models import Document
from tests import factories
from tests.conftest import NOW
from tests.test_access import ABOUT, browser_of
from tests.web import post, token_of

MODEL = {"who": "<p>A council that called itself a government.</p>", "left_out": "<p>That few had elected it.</p>"}


@pytest.fixture
def text(database: Database) -> str:
    """Return the address of a document, of which the course says how its author reads it."""
    with database.transaction() as session:
        course: Course = factories.make_bare_course(session)
        document = factories.make_text(session, course, title="A decree")
        session.add(Document(text_id=document.id, about=ABOUT | {"frame": MODEL}))
        return f"/courses/{course.ident}/texts/{document.ident}"


@pytest.fixture
def circle(app: Application, database: Database, text: str) -> dict[str, FlaskClient]:
    """Return the browsers of two students of a group that writes before it sees; "slug" is in its address."""
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        group = factories.make_group(session, course, slug="circle", write_first=True)
        members = {
            name: factories.make_enrolment(session, course=course, group=group).user_id for name in ("one", "other")
        }
    return {name: browser_of(app, database, user_id) for name, user_id in members.items()}


def test_the_text_asks_the_five_questions(client: FlaskClient, text: str) -> None:
    page = client.get(text).text
    assert "Read it as a source" in page
    assert f'href="{text}/frame"' in page
    assert "What is left out?" in page


def test_a_visitor_answers_and_finds_it_on_the_text(client: FlaskClient, text: str) -> None:
    answer = post(client, f"{text}/frame", {"who": "A <clerk>.", "share": "0"})
    assert (answer.status_code, answer.location) == (303, f"{text}/frame#written")
    for page in (client.get(f"{text}/frame").text, client.get(text).text):
        assert "A &lt;clerk&gt;." in page
        assert "private to you" in page


def test_the_reading_of_the_author_is_shown_once_one_has_written(client: FlaskClient, text: str) -> None:
    assert "called itself a government" not in client.get(f"{text}/frame").text
    post(client, f"{text}/frame/draft", {"who": "A clerk."})
    assert "called itself a government" not in client.get(f"{text}/frame").text
    post(client, f"{text}/frame", {"who": "A clerk."})
    page = client.get(f"{text}/frame").text
    assert "called itself a government" in page
    assert "An interpretation" in page


@pytest.mark.parametrize(("sent", "said"), [({"who": " "}, "Nothing is answered yet"), ({"who": "x" * 2001}, "2001")])
def test_what_will_not_do_is_refused_and_stays(client: FlaskClient, text: str, sent: dict[str, str], said: str) -> None:
    answer = post(client, f"{text}/frame", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert sent["who"].strip()[:100] in answer.text


def test_a_draft_is_kept_by_the_script_and_goes_on_in_the_form(client: FlaskClient, text: str) -> None:
    kept = post(client, f"{text}/frame/draft", {"who": "A clerk.", "base": "0"}, json=True)
    assert kept.json is not None
    assert kept.json["step"] > 0
    page = client.get(f"{text}/frame").text
    assert "A clerk.</textarea>" in page
    assert f'data-base="{kept.json["step"]}"' in page


def test_a_second_window_keeps_both_and_says_so(client: FlaskClient, text: str) -> None:
    post(client, f"{text}/frame", {"who": "A clerk.", "seen": "0"})
    second = client.post(
        f"{text}/frame",
        data={"csrf_token": token_of(client, f"{text}/frame"), "who": "The king.", "seen": "0"},
        follow_redirects=True,
    )
    assert "Both are kept" in second.text
    assert "A clerk." in second.text
    assert "The king." in second.text


def test_in_a_group_one_shares_before_one_sees(circle: dict[str, FlaskClient], text: str) -> None:
    frames = f"/groups/circle{text[text.index('/texts/') :]}/frames"
    post(circle["one"], f"{text}/frame", {"who": "A clerk.", "share": "1", "group": "circle"})
    waiting = circle["other"].get(frames).text
    assert "One frame is here already" in waiting
    assert "A clerk." not in waiting
    post(circle["other"], f"{text}/frame", {"who": "The king.", "share": "1", "group": "circle"})
    both = circle["other"].get(frames).text
    assert both.index("The king.") < both.index("A clerk.")


def test_what_was_shared_is_taken_back(circle: dict[str, FlaskClient], text: str, database: Database) -> None:
    post(circle["one"], f"{text}/frame", {"who": "A clerk.", "share": "1", "group": "circle"})
    assert "Take it back from the group" in circle["one"].get(f"{text}/frame?group=circle").text
    answer = post(circle["one"], f"{text}/frame/sharing", {"shared": "0", "group": "circle"})
    assert answer.location == f"{text}/frame?group=circle#written"
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Frame.shared_at)).all() == [None]


def test_in_an_archived_group_nothing_is_written(circle: dict[str, FlaskClient], text: str, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(StudyGroup)).one().archived_at = NOW
    answer = post(circle["one"], f"{text}/frame", {"who": "A clerk.", "group": "circle"})
    assert answer.status_code == 409
    assert "archived" in answer.text
    assert post(circle["one"], f"{text}/frame/sharing", {"shared": "1", "group": "circle"}).status_code == 409


def test_an_imported_text_is_read_as_a_source_by_who_has_it(app: Application, database: Database, text: str) -> None:
    course = text[: text.index("/texts/")]
    with database.transaction() as session:
        mine, other = (
            factories.make_enrolment(session, course=session.scalars(select(Course)).one()) for _ in range(2)
        )
        own = factories.make_text(session, ident="own", title="A letter", enrolment_id=mine.id)
        own.imported_by_id = mine.user_id
        session.add(Document(text_id=own.id, about={"imported": True, "title": "A letter"}))
        users = mine.user_id, other.user_id
    importer, stranger = (browser_of(app, database, user_id) for user_id in users)
    assert post(importer, f"{course}/texts/own/frame", {"who": "My aunt."}).status_code == 303
    assert "My aunt." in importer.get(f"{course}/texts/own/frame").text
    assert stranger.get(f"{course}/texts/own/frame").status_code == 404
