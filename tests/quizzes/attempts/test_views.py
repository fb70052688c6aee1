"""The pages of quizzes and attempts, as a browser without scripts and as the page's script."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion
from course.groups.models import Enrolment, Role
from course.users.models import User
from course.users.sign_ins import TOKEN, add_sign_in
from kruzhok.app import create_app
from kruzhok.config import Config
from quizzes.attempts.steps import histories
from quizzes.models import Attempt, AttemptItem, Step
from tests.factories import make_enrolment, make_group, make_user
from tests.quizzes.attempts.make import House, make_house, type_at
from tests.web import token_of


@pytest.fixture
def house(database: Database) -> House:
    with database.transaction() as session:
        return make_house(session)


def token(client: FlaskClient) -> str:
    """Return the token of CLIENT's forms, which stays when somebody signs in."""
    if "csrf" not in vars(client):
        vars(client)["csrf"] = token_of(client)
    return str(vars(client)["csrf"])


def post(client: FlaskClient, url: str, data: Mapping[str, Any] | None = None, *, json: bool = False) -> TestResponse:
    headers = {"Accept": "application/json"} if json else {}
    return client.post(url, data={"csrf_token": token(client), **(data or {})}, headers=headers)


def enter(client: FlaskClient, database: Database, user_id: int) -> None:
    """Sign a user in."""
    token(client)
    with database.transaction() as session:
        sign_in = add_sign_in(session, session.get_one(User, user_id), "", datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie[TOKEN] = sign_in


@pytest.fixture
def student(client: FlaskClient, database: Database, house: House) -> FlaskClient:
    enter(client, database, house.enrolment.user_id)
    return client


def begin(client: FlaskClient, house: House) -> str:
    answer = post(client, f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}")
    assert answer.status_code == 303
    return str(answer.location)


@contextmanager
def reading(database: Database, url: str) -> Iterator[tuple[Session, Attempt, dict[str, AttemptItem]]]:
    """Give the attempt at URL and its items by type."""
    with database.transaction(writing=False) as session:
        attempt = session.get_one(Attempt, int(url.rsplit("/", 1)[1]))
        yield session, attempt, {type_at(item): item for item in attempt.items}


def items_of(database: Database, url: str) -> dict[str, int]:
    with reading(database, url) as (_session, _attempt, items):
        return {kind: item.id for kind, item in items.items()}


def whole_page(items: dict[str, int], **answers: str) -> dict[str, str]:
    """Return the fields of a page on which nothing was answered but ANSWERS (type -> field value)."""
    fields = {f"base-{item_id}": "0" for item_id in items.values()}
    return fields | {f"item-{items[kind.replace('_', '-')]}": value for kind, value in answers.items()}


def test_a_visitor_may_take_a_quiz(client: FlaskClient, database: Database, house: House) -> None:
    page = client.get(f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}")
    assert page.status_code == 200
    assert "6 questions" in page.text
    with database.transaction(writing=False) as session:
        users = session.scalar(select(func.count()).select_from(User))
    url = begin(client, house)
    sitting = client.get(url)
    assert sitting.text.count('<fieldset class="item"') == 6
    assert "Text of b" in sitting.text
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count()).select_from(User)) == users + 1


def test_the_whole_path_without_scripts(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    fields = whole_page(items, single="a", short="April Thesis", true_false="true")
    fields[f"flag-{items['multiple']}"] = "1"
    answer = post(student, url, fields | {"do": "finish"})
    assert answer.location == f"{url}/submission"
    warning = student.get(answer.location).text
    assert "3 of 6 questions answered" in warning
    assert f'href="{url}#q2"' in warning
    assert "Flagged by you" in warning
    for _twice in range(2):
        assert post(student, f"{url}/submission").location == url
    result = student.get(url).text
    assert "Not right, 0 of 1 point" in result
    assert "A slip of typing was forgiven" in result
    assert "Read the first again" in result
    assert "Quiz done" in result
    assert f"?from=attempt-{url.rsplit('/', 1)[1]}-1#p-1" in result
    page = student.get(f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}").text
    assert "Begin again" in page
    assert "2 of 6 points" in page
    assert student.get(f"{url}/submission").status_code == 303


def test_nine_good_answers_and_one_refused(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    fields = whole_page(items, single="b", short="April <\0> Theses", true_false="true")
    fields[f"item-{items['matching']}-lenin"] = "not-there"
    fields[f"item-{items['ordering']}-a"] = "77"
    answer = post(student, url, fields | {"do": "finish"})
    assert answer.status_code == 422
    assert "3 answers to mend; all others are saved" in answer.text
    assert "That choice is not among those of this question." in answer.text
    assert "A place is a number from 1 to 5." in answer.text
    assert "April &lt;&gt; Theses" in answer.text
    with reading(database, url) as (session, attempt, mine):
        past = histories(session, attempt)
        assert past[mine["single"].id].response == {"option": "b"}
        assert past[mine["true-false"].id].response == {"value": True}
        assert past[mine["short"].id].response is None


def test_an_arrow_without_scripts(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    with reading(database, url) as (_session, _attempt, mine):
        item_id, shown = mine["ordering"].id, mine["ordering"].shown
    answer = post(student, url, whole_page(items_of(database, url)) | {f"item-{item_id}-move": f"{shown[1]}:up"})
    assert answer.location == f"{url}#q5"
    with reading(database, url) as (session, attempt, mine):
        swapped = [shown[1], shown[0], *shown[2:]]
        assert histories(session, attempt)[item_id].response == {"order": swapped}


def test_a_tie_of_places_is_mended_and_said(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    places = {f"item-{items['ordering']}-{entry}": place for entry, place in zip("abcde", "11345", strict=True)}
    answer = post(student, url, whole_page(items) | places)
    assert answer.status_code == 200
    assert "Two had the same place" in answer.text
    reply = post(student, f"{url}/items/{items['ordering']}", {"base": "1", "once": "x", **places}, json=True)
    assert sorted(reply.json["order"]) == list("abcde")


def test_the_script_saves_one_answer(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    item_id = items_of(database, url)["single"]
    save = f"{url}/items/{item_id}"
    reply = post(student, save, {"base": "0", "once": "one", f"item-{item_id}": "a", f"flag-{item_id}": "1"}, json=True)
    assert reply.status_code == 200
    assert reply.json | {"saved": ""} == {
        "step": 1, "saved": "", "answered": True, "flagged": True, "done": 1, "of": 6, "notice": None,
    }  # fmt: skip
    assert re.fullmatch(r"\d\d:\d\d", reply.json["saved"])
    assert post(student, save, {"base": "0", "once": "one", f"item-{item_id}": "a"}, json=True).json["step"] == 1
    other = post(student, save, {"base": "0", "once": "two", f"item-{item_id}": "b"}, json=True)
    assert other.status_code == 200
    assert other.json["step"] == 2
    assert other.json["kept"] == {"step": 2, "here": "Text of b", "counts": "Text of a"}
    with database.transaction(writing=False) as session:
        assert [step.counts for step in session.scalars(select(Step).order_by(Step.number))] == [True, False]


NO_SAVES = (
    {"base": "x"},
    {"base": "-1"},
    {"base": "9" * 5000},
    {},
    {"base": "0", "once": "\0"},
    {"base": "0", "once": "a" * 65},
)
HOSTILE = ("z", "a\0", "\ud800", "a" * 100_000, "☭", "a,b", "../a", "a:up:up", "1" * 400)


def test_a_save_that_is_none_is_refused(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    item_id = items_of(database, url)["single"]
    for fields in NO_SAVES:
        reply = post(student, f"{url}/items/{item_id}", fields | {f"item-{item_id}": "a"}, json=True)
        assert reply.status_code == 422, fields
        assert reply.json["problem"]


def test_hostile_values_are_refused_in_words(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    for value, (kind, item_id) in product(HOSTILE, items_of(database, url).items()):
        for part in ("", {"matching": "-lenin"}.get(kind, "-a"), "-move", "-order"):
            name, sent = f"item-{item_id}{part}", quote_plus(value.encode("utf-8", "surrogatepass"))
            body = f"csrf_token={token(student)}&base=0&base-{item_id}=0&do=save&once=o&{name}={sent}&{name}={sent}b"
            for target, accept in ((f"{url}/items/{item_id}", "application/json"), (url, "text/html")):
                reply = student.post(
                    target,
                    data=body,
                    content_type="application/x-www-form-urlencoded",
                    headers={"Accept": accept},
                )
                assert reply.status_code in (200, 303, 422), (kind, part, value[:9])


def test_ten_megabytes_of_text_are_refused_beside_the_item_and_the_others_are_saved(
    student: FlaskClient, database: Database, house: House
) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    page = post(student, url, whole_page(items, single="b", short="x" * 10_000_000))
    assert page.status_code == 422
    assert "This answer is too long" in page.text
    alone = {"base": "0", f"item-{items['short']}": "x" * 10_000_000}
    assert post(student, f"{url}/items/{items['short']}", alone, json=True).status_code == 422
    with reading(database, url) as (session, attempt, mine):
        past = histories(session, attempt)
        assert past[mine["single"].id].response == {"option": "b"}
        assert past[mine["short"].id].steps == ()


def test_a_save_after_the_submission_is_told(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    post(student, f"{url}/submission")
    fields = {"base": "0", "once": "late", f"item-{items['single']}": "a"}
    reply = post(student, f"{url}/items/{items['single']}", fields, json=True)
    assert reply.status_code == 409
    assert reply.json["url"] == url
    assert reply.json["problem"]
    page = post(student, url, whole_page(items, single="a", short="late"))
    assert page.status_code == 409
    assert f'href="{url}"' in page.text
    with reading(database, url) as (session, attempt, mine):
        late = histories(session, attempt)[mine["short"].id].steps[-1]
        assert (late.response, late.counts) == ({"text": "late"}, False)
        assert attempt.points == 0


def test_two_tabs_without_scripts(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    items = items_of(database, url)
    assert post(student, url, whole_page(items, single="a")).status_code == 303
    other = post(student, url, whole_page(items, short="May Days"))  # opened before: it knows nothing of the answer
    assert other.status_code == 303
    clash = post(student, url, whole_page(items, single="b", short="May Days"))
    assert clash.status_code == 200
    assert "Which answer is to count?" in clash.text
    chosen = post(student, url, {"do": f"keep-{items['single']}-2"})
    assert chosen.status_code == 303
    with reading(database, url) as (session, attempt, mine):
        assert histories(session, attempt)[mine["single"].id].response == {"option": "b"}


def test_a_tutor_goes_through_a_preview_to_its_result(client: FlaskClient, database: Database, house: House) -> None:
    with database.transaction() as session:
        group = make_group(session, session.merge(house.course))
        tutor = make_enrolment(session, group=group, role=Role.tutor)
    enter(client, database, tutor.user_id)
    start = f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}"
    assert "Try it as a preview" in client.get(f"{start}?group={group.slug}").text
    url = post(client, start, {"group": group.slug}).location
    items = items_of(database, url)
    assert post(client, url, whole_page(items, single="b")).status_code == 303
    assert post(client, f"{url}/submission").status_code == 303
    assert "preview, counted nowhere" in client.get(url).text
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Completion).where(Completion.enrolment_id == tutor.id)).all() == []


def test_others_have_no_such_attempt(client: FlaskClient, app: Application, database: Database, house: House) -> None:
    enter(client, database, house.enrolment.user_id)
    url = begin(client, house)
    item_id = items_of(database, url)["single"]
    with database.transaction() as session:
        stranger = make_user(session).id
    other, visitor = app.test_client(), app.test_client()
    enter(other, database, stranger)
    for somebody in (other, visitor):
        for path in (url, f"{url}/submission", "/attempts/999999", f"/attempts/{10**30}"):
            assert somebody.get(path).status_code == 404
        for path in (url, f"{url}/submission", f"{url}/items/{item_id}"):
            assert post(somebody, path).status_code == 404
    assert post(client, f"{url}/items/{10**30}").status_code == 404
    assert client.get(f"/courses/{house.course.ident}/quizzes/no-such").status_code == 404


def test_who_left_the_course_reads_and_no_longer_writes(student: FlaskClient, database: Database, house: House) -> None:
    url = begin(student, house)
    with database.transaction() as session:
        session.get_one(Enrolment, house.enrolment.id).left_at = datetime.now(UTC)
    assert student.get(url).status_code == 200
    assert post(student, f"{url}/submission").status_code == 403


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Give the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def test_a_start_asks_for_nothing_that_is_the_same_for_all(config: Config, database: Database) -> None:
    with database.transaction() as session:
        house = make_house(session, "single short multiple")
        users = [house.enrolment.user_id, make_enrolment(session, course=house.course).user_id]
    app = create_app(config, Database(database.engine))  # whose content stays held, as on a site
    made = []
    for user_id in users:
        client = app.test_client()
        enter(client, database, user_id)
        csrf = {"csrf_token": token(client)}
        with counted(database) as sent:
            answer = client.post(f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}", data=csrf)
        assert answer.status_code == 303
        made.append(len(sent))
    assert made[1] == 10 < made[0]  # one of them the day of who comes


def test_pages_make_a_fixed_number_of_queries(app: Application, database: Database) -> None:
    def walk(kinds: str, attempts: int) -> dict[str, int]:
        with database.transaction() as session:
            house = make_house(session, kinds)
        client = app.test_client()
        enter(client, database, house.enrolment.user_id)
        start = f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}"
        csrf = {"csrf_token": token(client)}
        made = {}

        def count(name: str, method: str, url: str, **fields: str) -> None:
            with counted(database) as sent:
                answer = client.open(url, method=method, data=csrf | fields if method == "POST" else None)
            assert answer.status_code < 400, answer.text
            made[name] = max(made.get(name, 0), len(sent))  # of the first, the one that begins the quiz

        for _number in range(attempts):
            count("begin", "POST", start)
            with database.transaction(writing=False) as session:
                attempt = session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()
                item = attempt.items[0]
            url = f"/attempts/{attempt.id}"
            count("first save", "POST", f"{url}/items/{item.id}", base="0", once="1", **{f"item-{item.id}": "a"})
            count("save", "POST", f"{url}/items/{item.id}", base="1", once="2", **{f"item-{item.id}": "b"})
            count("sitting", "GET", url)
            count("submission", "GET", f"{url}/submission")
            count("submit", "POST", f"{url}/submission")
            count("result", "GET", url)
        count("start", "GET", start)
        return made

    small, large = walk("single short", 1), walk("single short" + " multiple ordering matching" * 6, 3)
    assert small == large
    assert small["begin"] <= 18
    assert small["start"] <= 14
    assert small["sitting"] <= 10
    assert small["save"] == 4  # one statement writes it
    assert small["first save"] <= 12
    assert small["result"] <= 14
