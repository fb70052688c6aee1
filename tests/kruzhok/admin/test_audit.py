"""The book of privileged acts: what is written into it, and who reads it."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.users.audit import KEEP_ENTRIES, WORDS, forget_entries, record
from course.users.models import Act, AuditEntry, SignIn, User
from course.users.second_step import begin, confirm, is_asked, secret_of
from course.users.sign_ins import TOKEN, add_sign_in
from course.users.totp import code_at, step_at
from kruzhok.admin.audit import book_page
from kruzhok.admin.overview import ON_A_PAGE
from kruzhok.commands import cli
from kruzhok.operations.jobs import drop, try_again
from tests import factories
from tests.conftest import NOW, SECRET
from tests.web import post


def test_every_act_is_said_in_words() -> None:
    assert set(WORDS) == set(Act)


def test_the_book_is_read_in_pages_the_newest_first_and_by_act(session: Session) -> None:
    olga, vera = factories.make_user(session, name="Olga"), factories.make_user(session, name="Vera")
    for number in range(ON_A_PAGE + 1):
        record(session, Act.job_retried, by=olga.id, detail=str(number), now=NOW)
    record(session, Act.administrator_made, by=None, about=vera.id, now=NOW)
    first, second = book_page(session, None, 1), book_page(session, None, 2)
    assert (len(first.lines), first.more, len(second.lines), second.more) == (ON_A_PAGE, True, 2, False)
    assert (first.lines[0].entry.in_shell, first.lines[0].about) == (True, "Vera")
    (made,) = book_page(session, Act.administrator_made, 1).lines
    assert made.entry.about_id == vera.id


def test_what_is_old_enough_is_forgotten_and_nothing_else(session: Session) -> None:
    for days in (0, 1):
        record(session, Act.job_retried, by=None, detail=str(days), now=NOW - KEEP_ENTRIES - timedelta(days=days))
    forget_entries(session, now=NOW)
    assert session.scalars(select(AuditEntry.detail)).all() == ["0"]


def test_what_is_done_about_a_job_is_written_down(session: Session) -> None:
    olga = factories.make_user(session, administrator=True)
    given_up = [Job(kind="mail", payload={}, run_at=NOW, failed_at=NOW) for _ in range(2)]
    session.add_all(given_up)
    session.flush()
    again, dropped = (job.id for job in given_up)
    try_again(session, again, olga.id, now=NOW)
    drop(session, dropped, olga.id, now=NOW)
    book = session.execute(select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.detail).order_by(AuditEntry.id)).all()
    said = [f"{again} (mail), tried again", f"{dropped} (mail), dropped"]
    assert [tuple(row) for row in book] == [(Act.job_retried, olga.id, detail) for detail in said]


def test_an_entry_outlives_who_it_names(session: Session) -> None:
    user = factories.make_user(session)
    record(session, Act.password_changed, by=user.id, about=user.id, now=NOW)
    session.delete(user)
    session.flush()
    session.expire_all()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.about_id, entry.in_shell) == (None, None, False)


@pytest.mark.parametrize(
    ("do", "act"),
    [("make-tutor", Act.role_changed), ("give-keys", Act.keys_changed), ("remove", Act.member_removed)],
)
def test_what_an_organiser_does_to_a_member_is_written_down(
    app: Application, client: FlaskClient, database: Database, do: str, act: Act
) -> None:
    from datetime import UTC, datetime

    with database.transaction() as session:
        course = factories.make_bare_course(session)
        group = factories.make_group(session, course)
        organiser = factories.make_enrolment(session, None, course, group, organiser=True)
        member = factories.make_enrolment(session, None, course, group)
        token = add_sign_in(session, session.get_one(User, organiser.user_id), "", datetime.now(UTC))
        slug, ids = group.slug, (organiser.user_id, member.user_id)
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    answer = post(client, f"/groups/{slug}/members", {"enrolment": member.id, "do": do})
    assert answer.status_code == 303
    with database.transaction(writing=False) as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.detail, (entry.actor_id, entry.about_id)) == (act, f"{slug}, {do}", ids)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_lost_telephone_and_codes_is_helped_from_the_shell(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        vera = factories.make_user(session, email="vera@example.org")
        add_sign_in(session, vera, "", NOW)
        secret = secret_of(begin(session, vera, [SECRET], now=NOW), [SECRET])
        assert secret
        confirm(session, vera, [SECRET], code_at(secret, step_at(NOW)), now=NOW)
    monkeypatch.setenv("KRUZHOK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("KRUZHOK_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["user", *arguments])
        return done.exit_code, done.output

    assert run("second-step-off", "vera@example.org") == (0, "vera@example.org: the second step is off.\n")
    assert run("second-step-off", "vera@example.org") == (0, "vera@example.org has no second step.\n")
    assert run("promote", "vera@example.org")[0] == run("demote", "vera@example.org")[0] == 0
    assert run("sign-out")[0] == run("sign-out", "vera@example.org", "--everybody")[0] == 2
    assert run("sign-out", "--everybody")[1] == "0 signed out.\n"
    with database.transaction(writing=False) as session:
        assert not is_asked(session, vera.id)
        assert session.scalars(select(SignIn.revoked_at)).one() is not None
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.in_shell).order_by(AuditEntry.id)).all()
    assert acts == [Act.second_step_off, Act.administrator_made, Act.administrator_unmade]
