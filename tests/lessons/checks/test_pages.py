"""Self-checks as a visitor without scripts meets them: in the text, refused alone, answered in place."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.web import Application
from course.outline.models import ActivityKind, Course
from lessons.models import Document
from quizzes.models import Attempt, Item, Purpose, Quiz, QuizSlot, Step
from tests.conftest import NOW
from tests.factories import (
    activity_of,
    make_bare_course,
    make_check,
    make_enrolment,
    make_group,
    make_item_version,
    make_text,
    make_user,
    notes_of,
)
from tests.quizzes.items.make import raw_item
from tests.test_access import ABOUT, browser_of
from tests.web import post


@dataclass(frozen=True)
class Places:
    """Where the self-checks of the small course stand, and where they are answered."""

    course: str
    lesson: str
    check: str
    text: str
    check_of_text: str
    quiz: str
    item: int
    item_of_text: int


@pytest.fixture
def places(database: Database) -> Places:
    """Return a course with a self-check in the notes of its lesson, which its quiz asks too, and one in a text."""
    with database.transaction() as session:
        course = make_bare_course(session)
        lesson, quiz = (activity_of(session, course, kind) for kind in (ActivityKind.lesson, ActivityKind.quiz))
        item_id = session.scalars(
            select(QuizSlot.item_id).join(Quiz).where(Quiz.activity_id == quiz.id).order_by(QuizSlot.position)
        ).first()
        item = session.get_one(Item, item_id)
        make_check(session, notes_of(session, lesson), item, passage="p-2")
        text = make_text(session, course)
        session.add(Document(text_id=text.id, about=ABOUT))
        of_text = make_check(session, text)
        at = f"/courses/{course.ident}"
        in_lesson, in_text = f"{at}/lessons/{lesson.ident}", f"{at}/texts/{text.ident}"
        return Places(
            at,
            in_lesson,
            f"{in_lesson}/checks/{item.id}",
            in_text,
            f"{in_text}/checks/{of_text.item_id}",
            f"{at}/quizzes/{quiz.ident}",
            item.id,
            of_text.item_id,
        )


def ask(database: Database, places: Places, kind: str) -> None:
    """Let the self-check in the notes ask something of another KIND."""
    with database.transaction() as session:
        item = session.get_one(Item, places.item)
        version = make_item_version(session, item, number=2, data=raw_item(kind, ident=item.ident))
        item.current_version_id = version.id


def answer(client: FlaskClient, places: Places, value: str = "no", **fields: Any) -> TestResponse:
    return post(client, places.check, {f"item-{places.item}": value, **fields})


def count(database: Database, table: type) -> int:
    with database.transaction(writing=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def box(page: str, item: int) -> str:
    """Return the box of a self-check in PAGE."""
    return re.findall(rf'<details class="check" id="check-{item}".*?</details>', page, re.DOTALL)[0]


def test_the_box_is_folded_after_its_passage_and_shows_no_key(client: FlaskClient, places: Places) -> None:
    for address, item, passage in ((places.lesson, places.item, 2), (places.text, places.item_of_text, 1)):
        page = client.get(address).text
        there = box(page, item)
        assert "<details" in there
        assert " open" not in there.split(">", 1)[0]
        assert f"at passage {passage}" in there
        assert "How sure are you?" in there
        assert "It is so." not in page
        assert page.index(f"Paragraph {passage}.") < page.index(there) < page.index(f"Paragraph {passage + 1}.")


def test_an_answer_makes_a_guest_and_leads_back_to_the_passage_with_what_came_of_it(
    client: FlaskClient, places: Places
) -> None:
    sent = answer(client, places, certainty="3")
    assert sent.status_code == 303
    assert sent.headers["Location"] == f"{places.lesson}?checked={places.item}#check-{places.item}"
    page = client.get(sent.headers["Location"]).text
    there = box(page, places.item)
    assert " open" in there.split(">", 1)[0]
    for words in ("Not right", "Read it again.", "It is so.", "You were sure", "−6 certainty points", "Answer again"):
        assert words in there, words
    assert "Guest: keep your work" in page


def test_later_the_box_is_folded_and_says_how_it_came_out(client: FlaskClient, places: Places) -> None:
    answer(client, places, "yes")
    there = box(client.get(places.lesson).text, places.item)
    assert " open" not in there.split(">", 1)[0]
    assert "Right" in there.split("</summary>")[0]


@pytest.mark.parametrize("said", ["", "0", "-1", "x", "9" * 40, "٣"])
def test_an_address_that_names_no_self_check_opens_none(client: FlaskClient, places: Places, said: str) -> None:
    page = client.get(places.lesson, query_string={"checked": said})
    assert page.status_code == 200
    assert '<details class="check" open' not in page.text


def test_one_answers_again_on_a_page_without_the_key(client: FlaskClient, places: Places) -> None:
    answer(client, places)
    page = client.get(places.check).text
    assert "How sure are you?" in page
    assert "It is so." not in page
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    assert answer(client, places, "yes", seen=seen).status_code == 303
    assert "Right" in box(client.get(places.lesson).text, places.item)


def test_a_double_click_is_one_answer(client: FlaskClient, places: Places, database: Database) -> None:
    for _twice in range(2):
        assert answer(client, places, "yes", certainty="2", seen="0").status_code == 303
    assert count(database, Attempt) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Give an answer first"),
        ({"item": " "}, "Give an answer first"),
        ({"item": "nowhere"}, "not among those"),
        ({"item": "\0"}, "not among those"),
        ({"item": "\ud800"}, "not among those"),
    ],
)
def test_what_is_no_answer_is_refused_and_makes_nobody_a_guest(
    client: FlaskClient, places: Places, database: Database, fields: dict[str, str], said: str
) -> None:
    sent = {f"item-{places.item}": value for value in fields.values()} | {"certainty": "2"}
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in sent.items()}
    refused = post(client, places.check, encoded)
    assert refused.status_code == 422
    assert said in refused.text
    assert re.search(r'name="certainty" value="2" checked', refused.text)
    assert "Guest" not in client.get("/").text
    assert count(database, Attempt) == 0


def test_what_was_typed_stays_in_the_page_that_refuses_it(
    client: FlaskClient, places: Places, database: Database
) -> None:
    ask(database, places, "short")
    typed = "a <b>" + "x" * 600
    refused = answer(client, places, typed, certainty="1")
    assert refused.status_code == 422
    assert "too long" in refused.text
    assert typed.replace("<", "&lt;").replace(">", "&gt;") in refused.text
    assert re.search(r'name="certainty" value="1" checked', refused.text)


@pytest.mark.parametrize("certainty", ["", "0", "4", "-1", "sure", "٣", "1\0"])
def test_a_certainty_that_is_none_is_not_said(
    client: FlaskClient, places: Places, database: Database, certainty: str
) -> None:
    assert answer(client, places, "yes", certainty=certainty).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Step.data).order_by(Step.number)).first() == {"certainty": None}


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 18, "9" * 40])
def test_a_page_that_says_nothing_we_know_is_a_new_one(client: FlaskClient, places: Places, seen: str) -> None:
    assert answer(client, places, "yes", seen=seen, version=seen and "").status_code == 303


def test_an_answer_to_a_question_that_changed_is_not_counted(
    client: FlaskClient, places: Places, database: Database
) -> None:
    version = re.findall(r'name="version" value="(\d+)"', box(client.get(places.lesson).text, places.item))[0]
    with database.transaction() as session:
        item = session.get_one(Item, places.item)
        data = raw_item("true-false", ident=item.ident)
        item.current_version_id = make_item_version(session, item, number=2, data=data).id
    refused = answer(client, places, "true", version=version)
    assert refused.status_code == 422
    assert "was changed in the meantime" in refused.text
    assert count(database, Attempt) == 0


@pytest.mark.parametrize(
    "kind", ["single", "multiple", "true-false", "matching", "ordering", "short", "numeric", "date", "cloze"]
)
def test_every_kind_is_drawn_answered_and_its_outcome_drawn(
    client: FlaskClient, places: Places, database: Database, kind: str
) -> None:
    ask(database, places, kind)
    page = client.get(places.lesson).text
    name = f"item-{places.item}"
    values = {"single": "a", "multiple": "a", "true-false": "true", "short": "May", "numeric": "1860", "date": "1917"}
    fields = {name: values[kind]} if kind in values else {}
    if kind == "ordering":
        fields = {f"{name}-{ident}": str(place) for place, ident in enumerate("abcde", 1)}
    if kind == "cloze":
        fields = {f"{name}-who": "a", f"{name}-month": "May", f"{name}-year": "1917"}
    if kind == "matching":
        chosen = re.findall(rf'<select id="({name}-\w+)".*?<option value="([^"]+)"', page, re.DOTALL)
        fields = dict(chosen)
        assert len(fields) == 3
    sent = post(client, places.check, fields)
    assert sent.status_code == 303, sent.text
    assert "Because." in box(client.get(sent.headers["Location"]).text, places.item)


def test_an_arrow_of_an_ordering_moves_and_answers_nothing(
    client: FlaskClient, places: Places, database: Database
) -> None:
    ask(database, places, "ordering")
    name = f"item-{places.item}"
    order = {f"{name}-{ident}": str(place) for place, ident in enumerate("abcde", 1)}
    moved = post(client, places.check, {**order, f"{name}-move": "e:up", "certainty": "3"})
    assert moved.status_code == 200
    assert re.findall(r'data-entry="(\w)"', moved.text) == list("abced")
    assert re.search(r'name="certainty" value="3" checked', moved.text)
    assert count(database, Attempt) == 0


def test_in_an_open_attempt_the_box_leads_there_and_an_answer_is_refused(
    client: FlaskClient, places: Places, database: Database
) -> None:
    answer(client, places)
    attempt = post(client, places.quiz).headers["Location"]
    for page in (client.get(f"{places.lesson}?checked={places.item}").text, client.get(places.check).text):
        assert "This question is in your open attempt" in page
        assert f'href="{attempt}"' in page
        assert "It is so." not in page
        assert "Read it again." not in page
        assert 'name="certainty"' not in page
    refused = answer(client, places, "yes")
    assert refused.status_code == 409
    assert "in your open attempt" in refused.text
    assert f'href="{attempt}"' in refused.text
    with database.transaction(writing=False) as session:
        checks = select(func.count()).select_from(Attempt).where(Attempt.purpose == Purpose.check)
        assert session.scalar(checks) == 1


def test_a_study_group_that_is_over_takes_no_answer_and_loses_none(
    app: Application, places: Places, database: Database
) -> None:
    ask(database, places, "short")
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        group = make_group(session, course, archived_at=NOW)
        member, slug = make_enrolment(session, course=course, group=group).user_id, group.slug
    client = browser_of(app, database, member)
    refused = answer(client, places, "April Theses", group=slug)
    assert refused.status_code == 409
    assert "This study group is archived" in refused.text
    assert 'value="April Theses"' in refused.text
    assert count(database, Attempt) == 0


def test_what_is_not_there_is_404(client: FlaskClient, places: Places, database: Database) -> None:
    other = places.check_of_text.rsplit("/", 1)[1]
    for address in (
        f"{places.lesson}/checks/{other}",  # it stands in the text
        f"{places.text}/checks/{places.item}",
        f"{places.lesson}/checks/0",
        f"{places.lesson}/checks/{'9' * 30}",
        f"{places.course}/lessons/none/checks/{places.item}",
        f"{places.course}/texts/none/checks/{places.item}",
        f"{places.course}/units/none/checks/{places.item}",
        places.check.replace("/courses/", "/courses/no-"),
        f"{places.check}?group=not-mine",
    ):
        assert client.get(address).status_code == 404, address
        assert post(client, address, {"item-1": "yes"}).status_code == 404, address
    assert count(database, Attempt) == 0


def test_an_answer_in_a_text_may_complete_its_reading(client: FlaskClient, places: Places) -> None:
    sent = post(client, places.check_of_text, {f"item-{places.item_of_text}": "yes"})
    assert sent.headers["Location"].startswith(f"{places.text}?checked=")
    assert "Right" in box(client.get(places.text).text, places.item_of_text)


def test_what_one_answered_is_nobody_elses(client: FlaskClient, places: Places) -> None:
    answer(client, places)
    stranger = client.application.test_client()
    assert "It is so." not in stranger.get(places.lesson).text


def test_calibration_asks_a_visitor_to_sign_in_and_teaches_before_there_is_any(
    app: Application, client: FlaskClient, database: Database
) -> None:
    assert client.get("/me/calibration").status_code == 401
    with database.transaction() as session:
        reader = make_user(session).id
    assert "Nothing answered yet" in browser_of(app, database, reader).get("/me/calibration").text


def test_calibration_says_what_came_of_the_answers(client: FlaskClient, places: Places) -> None:
    answer(client, places, "yes", certainty="3")
    page = client.get("/me/calibration").text
    assert "When you were sure, you were right 1 of 1 time." in page
    assert "+3" in page
    assert 'href="/me/calibration"' in client.get("/me").text
