"""The pages of administrators: what there is, a curriculum as a zip, a letter to try."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.files import File
from course.base.mail import MailServer
from course.base.web import Application
from course.outline.models import Course
from kruzhok.admin.uploads import ZIP, forget_uploads, keep_upload
from kruzhok.curriculum.export import exported_files
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.curriculum.small import small
from tests.sink import Sink, sink
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post, token_of

__all__ = ["sink"]


def zip_of(files: Mapping[str, bytes], folder: str = "") -> bytes:
    """Return a zip of FILES, in FOLDER as packing programs do."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(folder + path, content)
    return packed.getvalue()


@pytest.fixture
def boss(app: Application, database: Database) -> FlaskClient:
    """Return the browser of an administrator."""
    with database.transaction() as session:
        user_id = factories.make_user(session, email="boss@example.org", name="Boss", administrator=True).id
    return browser_of(app, database, user_id)


def upload(client: FlaskClient, archive: bytes):
    """Send ARCHIVE as a browser does. The body is made here, for the client would leave its own files open."""
    token = token_of(client).encode()
    body = (
        b'--line\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token + b"\r\n"
        b'--line\r\nContent-Disposition: form-data; name="archive"; filename="course.zip"\r\n\r\n' + archive + b"\r\n"
        b"--line--\r\n"
    )
    return client.post("/admin/upload", data=body, content_type="multipart/form-data; boundary=line")


def test_an_uploaded_curriculum_is_looked_at_and_then_loaded(boss: FlaskClient, database: Database):
    sent = upload(boss, zip_of(small(), "small/"))
    assert sent.status_code == 303
    report = boss.get(sent.location)
    assert "No errors" in report.text
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Course.id))) == 0, "loaded before anybody said so"

    loaded = post(boss, sent.location)

    assert loaded.status_code == 303
    assert "uploaded here" in boss.get(loaded.location).text
    with database.transaction(writing=False) as session:
        course = session.scalars(select(Course)).one()
        assert course.uploaded
        assert exported_files(session, course) == small()


def test_what_is_wrong_with_an_upload_is_said_by_file_and_line_and_nothing_is_loaded(
    boss: FlaskClient, database: Database
):
    files = small()
    files["course.yaml"] = files["course.yaml"] + b"\nminuets: 3\n"
    where = upload(boss, zip_of(files)).location

    assert re.search(r"minuets.*course\.yaml, line \d+, column 1", boss.get(where).text, re.S)
    assert post(boss, where).status_code == 422
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Course.id))) == 0


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"no zip at all", "not a zip archive"),
        (zip_of({"readme.txt": b"hello"}), "no course.yaml"),
        (zip_of({"../course.yaml": b"title: x"}), "not safe"),
        (zip_of({"course.yaml": Random(1917).randbytes(3_000_000)}), "more than 2 MiB"),
    ],
    ids=["no zip", "no curriculum", "leads outside", "too large inside"],
)
def test_a_bad_archive_is_refused_beside_the_field(boss: FlaskClient, archive: bytes, said: str):
    answer = upload(boss, archive)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_upload_may_be_larger_than_other_bodies_and_not_without_end(boss: FlaskClient):
    assert upload(boss, b"x" * (5 * 1024 * 1024)).status_code == 422  # read, and no zip
    assert upload(boss, b"x" * (33 * 1024 * 1024)).status_code == 413


def test_the_report_of_a_course_is_that_of_check(boss: FlaskClient):
    post(boss, upload(boss, zip_of(small())).location)
    report = re.search(r'href="(/admin/courses/[^"]+)"', boss.get("/admin").text)
    assert report
    assert "How much there is" in boss.get(report[1]).text


def test_what_was_uploaded_and_not_loaded_is_forgotten_after_a_week(database: Database):
    with database.transaction() as session:
        keep_upload(session, b"old", now=NOW - timedelta(days=8))
        keep_upload(session, b"new", now=NOW)
    with database.transaction() as session:
        forget_uploads(session, now=NOW)
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(File.id)).where(File.media_type == ZIP)) == 1


def test_accounts_are_found_by_a_part_of_name_or_address(boss: FlaskClient, database: Database):
    with database.transaction() as session:
        factories.make_user(session, name="Vera_Z", email="vz@example.org")
        factories.make_user(session, name="Pavel", email="pavel@example.org")
    assert "Pavel" not in boss.get("/admin/users?q=vera_").text
    assert "Vera_Z" in boss.get("/admin/users?q=vera_").text
    assert "Vera_Z" in boss.get("/admin/users?q=VZ@").text
    assert "Nobody is called so" in boss.get("/admin/users?q=%25").text


def test_a_list_of_accounts_has_pages(boss: FlaskClient, database: Database):
    with database.transaction() as session:
        for number in range(60):
            factories.make_user(session, name=f"Reader {number}")
    assert "Reader 59" in boss.get("/admin/users").text
    assert "Reader 59" not in boss.get("/admin/users?page=2").text
    assert "Reader 0<" in boss.get("/admin/users?page=2").text
    assert boss.get("/admin/users?page=nonsense").status_code == 200


def test_a_test_letter_is_handed_to_the_server_at_once(
    app: Application, boss: FlaskClient, sink: tuple[MailServer, Sink]
):
    app.extensions["config"] = replace(app.extensions["config"], smtp_url=sink[0].url, mail_from=sink[0].sender)
    answer = post(boss, "/admin/test-mail")
    assert [letter["To"] for letter in sink[1].letters] == ["boss@example.org"]
    assert "took a letter to boss@example.org" in boss.get(answer.location).text


def test_a_mail_server_that_does_not_answer_is_said_in_words(app: Application, boss: FlaskClient):
    app.extensions["config"] = replace(app.extensions["config"], smtp_url="smtp://127.0.0.1:9")
    answer = post(boss, "/admin/test-mail")
    assert answer.status_code == 303
    assert "did not take the letter" in boss.get(answer.location).text


def test_a_full_site_asks_no_more_than_an_empty_one(boss: FlaskClient, database: Database):
    def count_queries() -> dict[str, int]:
        found = {}
        for address in ("/admin", "/admin/users", "/admin/groups"):
            with counted(database) as said:
                assert boss.get(address).status_code == 200
            found[address] = len(said)
        return found

    with database.transaction() as session:
        factories.make_enrolment(session)
    alone = count_queries()
    with database.transaction() as session:
        for _ in range(30):
            group = factories.make_group(session, factories.make_bare_course(session))
            for _ in range(3):
                factories.make_enrolment(session, group=group)
    assert count_queries() == alone == {"/admin": 4, "/admin/users": 2, "/admin/groups": 2}
