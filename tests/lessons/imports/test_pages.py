"""Bringing a text: it is shown before it is kept, kept once, and its importer's alone."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.files import File
from course.base.jobs import run_due_jobs
from course.base.web import Application
from course.groups.models import Role
from course.texts.models import Passage, Text, TextVersion
from kruzhok.worker import work_for
from lessons.importing.reading import MOST_BYTES
from lessons.imports import keeping
from lessons.models import Document, TextImport
from tests import factories
from tests.conftest import NOW
from tests.lessons.importing.samples import epub, page, zipped
from tests.test_access import browser_of
from tests.web import post

ABOUT = {"title": "What is to be read", "by": "A Reader", "language": "en", "direction": "ltr"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class House:
    """A course, a study group on it with a tutor and two students, and somebody who studies alone."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group = factories.make_group(session, course)
            places = {
                "importer": factories.make_enrolment(session, group=group),
                "student": factories.make_enrolment(session, group=group),
                "tutor": factories.make_enrolment(session, group=group, role=Role.tutor),
                "alone": factories.make_enrolment(session, course=course),
            }
            self.users = {who: place.user_id for who, place in places.items()}
            self.users["administrator"] = factories.make_user(session, administrator=True).id
            self.users["guest"] = factories.make_guest(session).id
            self.course, self.group = course.ident, group.slug
        self.imports = f"/courses/{self.course}/imports"

    def browser(self, who: str) -> FlaskClient:
        return browser_of(self.app, self.database, self.users.get(who))

    def bring(self, client: FlaskClient, name: str, content: bytes, **fields: Any) -> TestResponse:
        told = {"file": (io.BytesIO(content), name), "group": self.group, **fields}
        return post(client, f"{self.imports}/new", told, content_type="multipart/form-data")

    def paste(self, client: FlaskClient, words: str, **fields: Any) -> TestResponse:
        return post(client, f"{self.imports}/new", {"words": words, "written": "plain", "group": self.group} | fields)

    def kept(self, client: FlaskClient, content: bytes = b"One paragraph.\n\nAnother.", name: str = "a.txt") -> str:
        """Return where the text is that CLIENT brings and keeps."""
        waits = self.bring(client, name, content).location
        assert waits is not None
        kept = post(client, waits.split("?")[0], ABOUT | {"group": self.group})
        assert kept.status_code == 303
        return kept.location

    def count(self, table: Any) -> int:
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def statuses(self, address: str) -> dict[str, int]:
        return {who: self.browser(who).get(address).status_code for who in (*self.users, "visitor")}


@pytest.fixture
def house(app: Application, database: Database) -> House:
    return House(app, database)


def test_what_was_understood_is_shown_before_a_text_is_made(house: House):
    client = house.browser("importer")
    pages = {"one.xhtml": page("<h1>Why</h1><p>Because it was cold.</p><img src='x.png' alt='A stove'>", "Why")}
    answer = house.bring(client, "why.epub", epub(pages))
    assert answer.status_code == 303
    assert (house.count(TextImport), house.count(Document)) == (1, 0)
    shown = client.get(answer.location).text
    for words in ("A book", "Because it was cold.", "A book in EPUB of one page.", "A picture", "Keep this text"):
        assert words in shown


def test_a_text_that_is_kept_is_read_on_the_page_of_texts(house: House):
    client = house.browser("importer")
    address = house.kept(client, b"It began in the bread queues.\n\nThen the regiments came.")
    shown = client.get(address).text
    assert ABOUT["title"] in shown
    assert "It began in the bread queues." in shown
    assert "A Reader" in shown


def test_a_text_that_is_kept_is_there_for_its_importer_alone(house: House):
    address = house.kept(house.browser("importer"))
    refused = dict.fromkeys(("student", "tutor", "alone", "administrator", "guest", "visitor"), 404)
    assert house.statuses(address) == refused | {"importer": 200}
    assert house.browser("importer").get(address.split("?")[0] + "?group=alone").status_code == 404


@pytest.mark.parametrize("part", ["", "/about", "/delete"])
def test_no_page_of_a_text_is_there_for_others(house: House, part: str):
    address = house.kept(house.browser("importer")).replace("?", f"{part}?")
    assert house.browser("student").get(address).status_code == 404
    assert house.browser("tutor").get(address).status_code == 404
    assert house.browser("importer").get(address).status_code == 200


def test_what_waits_is_there_for_who_brought_it_alone(house: House):
    waits = house.bring(house.browser("importer"), "a.txt", b"Words.").location
    told = {"tutor": 404, "student": 404, "alone": 404, "administrator": 404, "guest": 403, "visitor": 401}
    assert house.statuses(waits) == told | {"importer": 200}
    for doing in ("", "/throw-away"):
        address = waits.split("?")[0] + doing
        assert post(house.browser("student"), address, ABOUT | {"group": house.group}).status_code == 404
    assert house.count(TextImport) == 1


def test_a_double_click_keeps_one_text(house: House):
    client = house.browser("importer")
    first, second = (house.bring(client, "a.txt", b"The same words.").location for _click in range(2))
    assert first == second
    addresses = {post(client, first.split("?")[0], ABOUT | {"group": house.group}).location for _click in range(2)}
    assert len(addresses) == 1
    assert house.count(Document) == 1
    assert client.get(first).location == addresses.pop()


def test_what_is_told_of_a_text_is_checked_beside_its_fields(house: House):
    client = house.browser("importer")
    waits = house.bring(client, "a.txt", b"Words.").location
    answer = post(
        client,
        waits.split("?")[0],
        {"title": " ", "language": "of the fathers", "by": "Somebody", "group": house.group},
    )
    assert answer.status_code == 422
    for words in ("Say how the text is called.", "This is no code of a language", 'value="Somebody"'):
        assert words in answer.text
    assert house.count(Document) == 0


def test_what_is_thrown_away_leaves_nothing(house: House):
    client = house.browser("importer")
    waits = house.bring(client, "a.txt", b"Words.").location
    assert post(client, waits.split("?")[0] + "/throw-away", {"group": house.group}).status_code == 303
    assert (house.count(TextImport), house.count(File)) == (0, 0)


def test_after_a_day_what_waits_is_thrown_away_and_what_is_kept_stays(house: House):
    client = house.browser("importer")
    house.bring(client, "waits.txt", b"It waits.")
    address = house.kept(client)
    daily = work_for(house.app.extensions["config"])["daily"]
    daily(house.database, {}, NOW + timedelta(hours=23))
    assert house.count(TextImport) == 2
    daily(house.database, {}, NOW + timedelta(hours=25))
    assert (house.count(TextImport), house.count(File)) == (1, 1)
    assert client.get(address).status_code == 200


def test_a_file_that_another_brought_too_is_not_thrown_away(house: House):
    one, other = house.browser("importer"), house.browser("student")
    waits = house.bring(one, "a.txt", b"The same words.").location
    also = house.bring(other, "a.txt", b"The same words.").location
    post(one, waits.split("?")[0] + "/throw-away", {"group": house.group})
    assert other.get(also).status_code == 200


def test_who_has_no_account_is_told_to_sign_up(house: House):
    assert house.browser("visitor").get(f"{house.imports}/new").status_code == 401
    answer = house.browser("guest").get(f"{house.imports}/new")
    assert answer.status_code == 403
    assert "Sign up" in answer.text
    words = "What I was about to bring along, at some length."
    assert words in post(house.browser("guest"), f"{house.imports}/new", {"words": words}).text


def test_who_has_an_account_and_no_place_yet_gets_one_with_the_first_text(house: House):
    client = house.browser("administrator")
    waits = post(client, f"{house.imports}/new", {"words": "Some words.", "written": "plain"}).location
    address = post(client, waits, ABOUT).location
    assert client.get(address).status_code == 200


def test_words_that_are_pasted_are_read_as_what_they_are(house: House):
    client = house.browser("importer")
    for written, words in (("plain", "*Not* so."), ("markdown", "*Not* so."), ("page", "<p><em>Not</em> so.</p>")):
        shown = client.get(house.paste(client, words, written=written).location).text
        assert ("<em>Not</em> so." in shown) == (written != "plain")


def test_words_that_are_too_many_come_back_with_why(house: House):
    client = house.browser("importer")
    answer = house.paste(client, "word " * (MOST_BYTES // 5) + "and the last word")
    assert answer.status_code == 422
    assert "8 MiB" in answer.text
    assert "and the last word</textarea>" in answer.text


@pytest.mark.parametrize(
    ("fields", "file"),
    [({"words": " "}, None), ({"words": "Some."}, b"Others."), ({"words": "W.", "written": "odd"}, None)],
    ids=["nothing", "two things", "an odd choice"],
)
def test_a_form_that_says_nothing_clear_is_refused(house: House, fields: dict[str, str], file: bytes | None):
    told: dict[str, Any] = {"written": "plain", "group": house.group} | fields
    if file is not None:
        told["file"] = (io.BytesIO(file), "a.txt")
    answer = post(house.browser("importer"), f"{house.imports}/new", told, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


BOMB = zipped({"META-INF/container.xml": "a" * 20_000_000})
HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "a zip that unpacks without end": ("b.epub", BOMB, "times its size"),
    "a name that leads out": ("n.epub", zipped({"../../etc/passwd": "x"}), "not safe"),
    "no archive at all": ("x.epub", b"PK\3\4 and no more", "archive"),
    "a zip that is no book": ("z.epub", zipped({"a.txt": "x"}), ""),
    "entities in entities": (
        "e.epub",
        epub(
            {"one.xhtml": page("<p>x</p>")},
            '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><package>&b;</package>',
        ),
        "",
    ),
    "a PDF": ("a.pdf", b"%PDF-1.7 ...", "PDF"),
    "no words": ("a.html", b"<script>alert(1)</script>", "no words"),
    "nothing": ("a.txt", b"", "empty"),
    "bytes that are no text": ("a.txt", bytes(range(256)) * 40, ""),
    "an old office document": ("a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_or_broken_is_refused_beside_the_field(house: House, name: str):
    filename, content, why = HOSTILE[name]
    answer = house.bring(house.browser("importer"), filename, content)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert why in answer.text
    assert house.count(TextImport) == house.count(File) == 0


def test_nothing_in_a_text_acts(house: House):
    client = house.browser("importer")
    hostile = (
        b"<p onclick='a()'>Press <a href='javascript:alert(1)'>here</a> or <a href=' jAvAsCrIpT:alert(1)'>there</a>."
        b"</p><iframe src='https://evil.example'></iframe><style>p{}</style><p style='x:y'>Then <a href='https://e.org'>go</a>.</p>"
    )
    shown = client.get(house.kept(client, hostile, "a.html")).text
    article = shown[shown.index("<article") : shown.index("</article")]
    for word in ("javascript:", "onclick", "<iframe", "<style", "style="):
        assert word not in article.lower()
    assert "Press here or there." in article.replace("\n", " ")
    assert 'href="https://e.org"' in article


def test_right_to_left_and_combining_characters_are_kept(house: House, database: Database):
    client = house.browser("importer")
    words = "בְּרֵאשִׁית בָּרָא"
    waits = house.bring(client, "torah.txt", f"A title\n\n{words}\n\nSo e\u0301.".encode()).location
    assert 'dir="rtl"' in client.get(waits).text
    told = ABOUT | {"direction": "rtl", "language": "he", "group": house.group}
    address = post(client, waits.split("?")[0], told).location
    shown = client.get(address).text
    assert f'<p lang="he" dir="rtl">{words}</p>' in shown
    with database.transaction(writing=False) as session:
        assert [
            one.plain for one in session.scalars(select(Passage).where(Passage.version_id.in_(_versions(session))))
        ] == [
            words,
            "So e\u0301.",
        ]


def _versions(session: Any) -> list[int]:
    return list(
        session.scalars(
            select(TextVersion.id).join(Text, Text.id == TextVersion.text_id).where(Text.course_id.is_(None))
        )
    )


def test_what_is_told_of_a_text_can_be_changed(house: House):
    client = house.browser("importer")
    address = house.kept(client)
    told = {"title": "Otherwise", "by": "Another", "direction": "ltr", "origin": "A library", "group": house.group}
    assert post(client, address.split("?")[0] + "/about", told).status_code == 303
    shown = client.get(address).text
    for words in ("Otherwise", "Another", "A library"):
        assert words in shown


def test_a_text_is_deleted_with_its_notes_which_is_said_before(house: House):
    client = house.browser("importer")
    address = house.kept(client)
    with house.database.transaction() as session:
        text = session.scalars(select(Text).where(Text.enrolment_id.is_not(None))).one()
        place = session.scalars(select(factories.Enrolment).filter_by(user_id=house.users["importer"])).one()
        factories.make_note(session, place, text)
    asked = client.get(address.replace("?", "/delete?")).text
    assert "A note or highlight" in asked
    assert client.get(address).status_code == 200
    assert post(client, address.split("?")[0] + "/delete", {"group": house.group}).status_code == 303
    assert client.get(address).status_code == 404
    assert (house.count(TextImport), house.count(File)) == (0, 0)


def test_the_file_is_given_back_as_it_was_to_who_brought_it(house: House):
    client = house.browser("importer")
    content = b"<title>Queues</title><p>It <b onclick='a()'>began</b> there.</p>"
    address = house.kept(client, content, "Die Schlange ☭.html").replace("?", "/file?")
    answer = client.get(address)
    assert answer.data == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "%E2%98%AD.html" in answer.headers["Content-Disposition"]
    for who in ("student", "tutor", "administrator"):
        assert house.browser(who).get(address).status_code == 404


def test_a_copy_in_another_place_is_a_text_of_its_own(house: House):
    client = house.browser("importer")
    address = house.kept(client, b"Words to take along.")
    with house.database.transaction(writing=False) as session:
        text_id = session.scalars(select(Text.id).where(Text.enrolment_id.is_not(None))).one()
    copies = {post(client, f"{house.imports}/copies", {"text": str(text_id), "group": "alone"}).location for _ in "ab"}
    assert len({copy.split("?")[0] for copy in copies} - {address.split("?")[0]}) == 1
    copy = copies.pop()
    assert "Words to take along." in client.get(copy).text
    assert "In your other places" in client.get(f"{house.imports}?group=alone").text
    post(client, address.split("?")[0] + "/delete", {"group": house.group})
    assert "Words to take along." in client.get(copy).text


def test_what_another_imported_cannot_be_copied(house: House):
    house.kept(house.browser("importer"))
    with house.database.transaction(writing=False) as session:
        text_id = session.scalars(select(Text.id).where(Text.enrolment_id.is_not(None))).one()
    for who in ("student", "tutor", "administrator"):
        assert post(house.browser(who), f"{house.imports}/copies", {"text": str(text_id)}).status_code == 404


def test_bringing_is_limited_in_a_quarter_of_an_hour(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "MOST_TRIES", 2)
    client = house.browser("importer")
    assert [house.paste(client, f"Words {n}.").status_code for n in range(3)] == [303, 303, 429]


def test_nothing_is_brought_into_a_group_that_is_archived(house: House):
    client = house.browser("importer")
    with house.database.transaction() as session:
        session.scalars(select(factories.StudyGroup)).one().archived_at = NOW
    assert house.paste(client, "Some words.").status_code == 409
    assert house.count(TextImport) == 0


def test_a_long_text_is_found_once_the_worker_has_looked_through_it(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "MOST_AT_ONCE", 1)
    client = house.browser("importer")
    house.kept(client, b"It began in the bread queues.\n\nThen the regiments came.")
    search = f"/search?course={house.course}&group={house.group}&q=regiments"
    assert "Then the" not in client.get(search).text
    run_due_jobs(house.database, work_for(house.app.extensions["config"]), now=lambda: NOW)
    assert "Then the" in client.get(search).text
    for who in ("student", "tutor", "administrator"):
        assert "Then the" not in house.browser(who).get(search).text


def test_a_text_is_found_by_its_importer_alone_until_it_is_given(house: House):
    client = house.browser("importer")
    house.kept(client, b"It began in the bread queues.\n\nThen the regiments came.")
    search = f"/search?course={house.course}&group={house.group}&q=regiments"
    assert "Then the" in client.get(search).text
    assert "Then the" not in house.browser("tutor").get(search).text
