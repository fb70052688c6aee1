"""What is forgotten by itself: each thing on its day, and nothing else; accounts only where the site says so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job, add_job, run_due_jobs
from course.completion.models import Look
from course.groups.models import JoinRequest
from course.notices.models import Notice
from course.users.models import LinkKind, OneTimeLink, SignIn, User
from kruzhok.config import BadConfig, Config, read_config
from kruzhok.privacy import retention
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.keep import Keep
from kruzhok.privacy.retention import forget_all, rules
from kruzhok.privacy.unused import erase_unused, tell_unused
from kruzhok.worker import work_for
from lessons.moderation.models import Complaint
from tests import factories
from tests.conftest import NOW, SECRET
from tests.scene import Scene

KEEP = Keep(looks=100, notices=50, requests=70)

#: A table -> what of a row of its scene says when its time began, and how long it is kept where KEEP holds.
FORGOTTEN: list[tuple[Any, Callable[[datetime], dict[str, Any]], timedelta]] = [
    (SignIn, lambda then: {"revoked_at": then}, retention.KEEP_OVER),
    (OneTimeLink, lambda then: {"kind": LinkKind.reset, "expires_at": then}, retention.KEEP_LINKS),
    (OneTimeLink, lambda then: {"expires_at": NOW, "used_at": then}, retention.KEEP_LINKS),
    (Look, lambda then: {"at": then}, timedelta(days=100)),
    (Notice, lambda then: {"seen_at": then}, timedelta(days=50)),
    (JoinRequest, lambda then: {"decided_at": then, "accepted": False}, timedelta(days=70)),
    (Complaint, lambda then: {"settled_at": then, "outcome": "left"}, timedelta(days=70)),
    (Job, lambda then: {"done_at": then}, retention.KEEP_DONE_JOBS),
    (Job, lambda then: {"failed_at": then, "error": "refused"}, retention.KEEP_FAILED_JOBS),
]


@pytest.mark.parametrize(("table", "columns", "kept"), FORGOTTEN, ids=lambda one: getattr(one, "__tablename__", ""))
def test_it_goes_when_its_time_is_up_and_not_before(
    session: Session, table: Any, columns: Callable[[datetime], dict[str, Any]], kept: timedelta
):
    scene = Scene(session)
    for then in (NOW - kept + timedelta(minutes=1), NOW - kept - timedelta(minutes=1)):
        name = str(table.__tablename__)
        scene.add(name, scene.columns(name) | columns(then))
    own = len(session.scalars(select(table.id)).all())
    forget_all(session, KEEP, now=NOW)
    assert session.scalar(select(func.count(table.id))) == own - 1


def test_what_has_not_ended_is_not_forgotten(session: Session):
    scene = Scene(session)
    for name in ("sign_in", "notice", "join_request", "complaint", "job"):
        scene.new(name)
    forget_all(session, Keep(1, 1, 1), now=NOW)
    for table in (SignIn, Notice, JoinRequest, Complaint, Job):
        assert session.scalar(select(func.count(table.id))), table


def test_a_user_who_was_erased_goes_with_the_last_that_names_them(session: Session):
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course)
    tutor, student = (factories.make_enrolment(session, course=course, group=group) for _two in range(2))
    session.add(Look(enrolment_id=student.id, by_id=tutor.user_id, at=NOW))
    session.flush()
    tutor_id = tutor.user_id
    assert erase(session, tutor_id, {}, now=NOW)
    forget_all(session, KEEP, now=NOW + timedelta(days=99))
    assert session.get(User, tutor_id) is not None
    forget_all(session, KEEP, now=NOW + timedelta(days=101))
    session.expire_all()
    assert session.get(User, tutor_id) is None


def test_the_worker_forgets_each_day_what_the_list_says(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
):
    called: list[datetime] = []
    told = [retention.Rule("", timedelta(0), lambda _session, now: called.append(now))]
    monkeypatch.setattr(retention, "rules", lambda _keep: told)
    with database.transaction() as session:
        add_job(session, "daily", {}, run_at=NOW)
    assert run_due_jobs(database, work_for(config), now=lambda: NOW) == 1
    assert called == [NOW]


def test_the_list_names_each_thing_once_and_each_has_its_time():
    told = rules(KEEP)
    assert len({rule.what for rule in told}) == len(told)
    assert all(rule.after > timedelta(0) for rule in told)


# Accounts that nobody uses


def unused(session: Session, **columns: Any) -> User:
    """Return an account in which nothing was done for two years."""
    return factories.make_user(session, active_on=(NOW - timedelta(days=730)).date(), **columns)


def letters(session: Session) -> list[str]:
    """Return to whom letters wait."""
    return [job.payload["to"] for job in session.scalars(select(Job).where(Job.kind == "mail"))]


def test_who_does_not_use_their_account_is_told_once_and_erased_a_month_later(database: Database):
    with database.transaction() as session:
        user = unused(session)
        assert tell_unused(session, 12, "https://example.org", now=NOW) == 1
        assert tell_unused(session, 12, "https://example.org", now=NOW + timedelta(days=1)) == 0
        assert letters(session) == [user.email]
        job = session.scalars(select(Job).where(Job.kind == "unused")).one()
    assert job.run_at == NOW + timedelta(days=30)
    erase_unused(database, job.payload, job.run_at)
    with database.transaction(writing=False) as session:
        assert session.get(User, user.id) is None


@pytest.mark.parametrize("used", ["signed in", "acted"])
def test_who_uses_it_after_the_letter_keeps_it(database: Database, used: str):
    with database.transaction() as session:
        user = unused(session)
        tell_unused(session, 12, "", now=NOW)
        job = session.scalars(select(Job).where(Job.kind == "unused")).one()
        if used == "acted":
            user.active_on = NOW.date()
        else:
            session.add(SignIn(user_id=user.id, token_hash="hash", created_at=NOW))
    erase_unused(database, job.payload, job.run_at)
    with database.transaction(writing=False) as session:
        assert session.get_one(User, user.id).email == user.email


def test_nobody_else_is_told(session: Session):
    unused(session, administrator=True)
    factories.make_guest(session, active_on=(NOW - timedelta(days=730)).date())
    factories.make_user(session, active_on=(NOW - timedelta(days=300)).date())
    assert tell_unused(session, 12, "", now=NOW) == 0


def test_who_alone_holds_the_keys_of_others_is_not_erased(database: Database):
    with database.transaction() as session:
        user = unused(session)
        group = factories.make_group(session, factories.make_bare_course(session))
        factories.make_enrolment(session, user, group=group, organiser=True)
        factories.make_enrolment(session, group=group)
        tell_unused(session, 12, "", now=NOW)
        job = session.scalars(select(Job).where(Job.kind == "unused")).one()
    erase_unused(database, job.payload, job.run_at)
    with database.transaction(writing=False) as session:
        assert session.get_one(User, user.id).email is not None


GIVEN = {"KRUZHOK_SECRET": SECRET, "KRUZHOK_SMTP_URL": "smtp://mail", "KRUZHOK_SITE_URL": "https://example.org"}


def test_how_long_things_are_kept_can_be_set(tmp_path: Any):
    given = GIVEN | {"KRUZHOK_INSTANCE": str(tmp_path), "KRUZHOK_KEEP_LOOKS": "30", "KRUZHOK_KEEP_ACCOUNTS": "24"}
    assert read_config(given).keep == Keep(looks=30, accounts=24)


BAD = [("LOOKS", "0"), ("NOTICES", "-1"), ("REQUESTS", "a year"), ("LOOKS", "٣")]


@pytest.mark.parametrize(("setting", "said"), BAD)
def test_what_is_no_time_is_refused(tmp_path: Any, setting: str, said: str):
    with pytest.raises(BadConfig, match=setting):
        read_config(GIVEN | {"KRUZHOK_INSTANCE": str(tmp_path), f"KRUZHOK_KEEP_{setting}": said})


def test_no_account_ends_where_no_letter_can_go_before(tmp_path: Any):
    given = {"KRUZHOK_SECRET": SECRET, "KRUZHOK_INSTANCE": str(tmp_path), "KRUZHOK_KEEP_ACCOUNTS": "24"}
    with pytest.raises(BadConfig, match="KRUZHOK_SMTP_URL"):
        read_config(given)
