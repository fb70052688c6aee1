"""How the site runs, for its administrators: and what they do about jobs that were given up."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.files import keep_file
from course.base.jobs import Job
from course.base.web import Application
from course.users.models import Act, AuditEntry
from kruzhok.backup.trace import LastBackup, note_backup
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post


@pytest.fixture
def boss(app: Application, database: Database) -> FlaskClient:
    """Return the browser of an administrator."""
    with database.transaction() as session:
        user_id = factories.make_user(session, administrator=True).id
    return browser_of(app, database, user_id)


def given_up(database: Database, **columns: object) -> int:
    """Return a job that was tried too often."""
    told = {
        "kind": "mail",
        "payload": {"to": "x"},
        "run_at": NOW,
        "tries": 6,
        "failed_at": NOW,
        "error": "550 no such user",
    }
    with database.transaction() as session:
        return factories.add(session, Job(**(told | columns))).id


def pairs(page: str) -> dict[str, str]:
    """Return what a page lists, with what it says of it."""
    return dict(re.findall(r'<span class="what">([^<]+)</span><span class="min">([^<]+)</span>', page))


def test_the_page_says_how_the_jobs_stand_what_is_stored_and_when_it_was_last_backed_up(
    boss: FlaskClient, database: Database, tmp_path: Path
) -> None:
    given_up(database)
    with database.transaction() as session:
        factories.make_text(session, factories.make_bare_course(session))
        keep_file(session, b"x" * 3 * 1024 * 1024, "image/webp", now=NOW)
        session.add(Job(kind="mail", payload={}, run_at=datetime.now(UTC) - timedelta(minutes=75)))
    assert "None was made here" in boss.get("/admin/running").text
    note_backup(tmp_path, LastBackup(NOW, "/srv/backup", 5 * 1024 * 1024, 1000))
    page = boss.get("/admin/running").text
    said = pairs(page)
    assert (said["Waiting"], said["The oldest waits for"], said["Given up"]) == ("1", "1 h 15 min", "1")
    assert "Is the worker running?" in page
    assert "550 no such user" in page
    assert said["image/webp"] == "1 file, 3.0 MiB"
    assert float(said["The database"].split()[0].replace(",", "")) >= 1
    assert "Texts and their passages" in said
    assert said["Database"].split()[0].lower() == database.engine.dialect.name
    assert "23 November 2026, 14:02, of 5.0 MiB" in page


def test_a_full_site_asks_no_more_than_an_empty_one(boss: FlaskClient, database: Database) -> None:
    def asked() -> int:
        with counted(database) as said:
            assert boss.get("/admin/running").status_code == 200
        return len(said)

    alone = asked()
    for number in range(30):
        given_up(database)
        with database.transaction() as session:
            keep_file(session, bytes([number]), f"image/x-{number}", now=NOW)
    assert asked() == alone <= 10


def test_a_job_that_was_given_up_is_tried_again_as_if_it_were_new_and_that_is_written_down(
    boss: FlaskClient, database: Database
) -> None:
    job_id = given_up(database)
    assert post(boss, f"/admin/jobs/{job_id}/again").status_code == 303
    with database.transaction(writing=False) as session:
        job = session.get_one(Job, job_id)
        assert (job.failed_at, job.error, job.tries) == (None, None, 0)
        assert job.run_at <= datetime.now(UTC)
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == Act.job_retried))
        assert entry.detail.startswith(str(job_id))
    assert post(boss, f"/admin/jobs/{job_id}/again").status_code == 404


def test_a_job_of_which_another_waits_is_not_tried_again(boss: FlaskClient, database: Database) -> None:
    job_id = given_up(database, key="letters")
    with database.transaction() as session:
        session.add(Job(kind="letters", payload={}, key="letters", run_at=NOW))
    answer = post(boss, f"/admin/jobs/{job_id}/again")
    assert answer.status_code == 409
    assert "waits already" in answer.text
    with database.transaction(writing=False) as session:
        assert session.get_one(Job, job_id).failed_at is not None


def test_a_job_that_was_given_up_is_dropped_and_that_is_written_down_and_one_that_waits_is_not(
    boss: FlaskClient, database: Database
) -> None:
    job_id = given_up(database)
    waiting = given_up(database, failed_at=None)
    assert post(boss, f"/admin/jobs/{job_id}/drop").status_code == 303
    assert post(boss, f"/admin/jobs/{waiting}/drop").status_code == 404
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Job.id)).all() == [waiting]
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == Act.job_retried))
        assert (entry.actor_id is None, entry.detail) == (False, f"{job_id} (mail), dropped")
