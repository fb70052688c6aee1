"""A site of each schema there ever was, used by the program of its time, is brought to today's on either database.

`benchmarks.schemas` made what stands in `schemas.tar.xz`: see there how, and what was left out."""

import re
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from benchmarks.schemas import COMMITS, unpacked
from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion
from course.groups.models import Enrolment
from course.users.models import User, sorted_as
from course.users.sign_ins import TOKEN, add_sign_in
from kruzhok.backup.archive import opened, rows_in
from kruzhok.backup.restoring import restore_backup
from kruzhok.completions import rebuild
from quizzes.attempts.rescoring import answers_in
from quizzes.review.earlier import record_earlier
from tests.conftest import NOW
from tests.kruzhok.backup.make import changed_in, everything_in
from tests.quizzes.review.make import check_replayed

#: So many pages are looked at for each student who is.
PAGES = 25
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what is taken out of the archive."""
    return tmp_path_factory.mktemp("schemas")


def as_it_was(revision: str, kept: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table as the program of that time stored them."""
    with opened(unpacked(revision, kept)) as (archive, manifest):
        assert manifest.revision == revision
        return {name: list(rows_in(archive, name)) for name in manifest.tables}


def states(session: Session) -> dict[tuple[int, int], Any]:
    """Return what is stored of completion: enrolment and activity -> state."""
    return {(one.enrolment_id, one.activity_id): one.state for one in session.scalars(select(Completion))}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the site's own, which is not asked
@pytest.mark.parametrize("revision", COMMITS)
def test_a_site_of_each_schema_keeps_what_was_done_on_it(
    revision: str, kept: Path, target: Database, app: Application
) -> None:
    before = as_it_was(revision, kept)
    restore_backup(target, kept / f"{revision}.zip", replace=False, now=NOW)
    assert changed_in(before, everything_in(target)) == []
    assert len(before["user"]) > 1
    assert len(before["step"]) > 20

    with target.transaction() as session:
        answers = list(answers_in(session, true()))
        assert answers
        assert [answer.replayed() for answer in answers] == [
            answer.stored if answer.stored is None else pytest.approx(answer.stored, abs=1e-12) for answer in answers
        ]
    with target.transaction() as session:
        assert all(user.sort_name == sorted_as(user.name) for user in session.scalars(select(User)))
        stored = states(session)
        enrolments = session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
        for course in {one.course_id for one in enrolments}:
            rebuild(session, [one for one in enrolments if one.course_id == course], now=NOW)
        session.flush()
        assert states(session) == stored
    with target.transaction() as session:
        last: int | None = 0
        while last is not None:  # as the worker does
            last = record_earlier(session, last)
        for user in session.scalars(select(User)):
            check_replayed(session, user)
    app.extensions["database"] = target
    for user_id in sorted(user["id"] for user in before["user"])[-2:]:
        assert set(answered(app, target, user_id)) <= {200, 302, 303}


def answered(app: Application, database: Database, user_id: int) -> Counter[int]:
    """Return how the pages answer that lead on from the page of the day, to who is signed in as USER_ID."""
    client = app.test_client()
    with database.transaction() as session:
        token = add_sign_in(session, session.get_one(User, user_id), "test", datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    waiting, seen, found = ["/today", "/me", "/review"], set(), Counter[int]()
    while waiting and len(seen) < PAGES:
        page = waiting.pop(0)
        if page in seen:
            continue
        seen.add(page)
        response = client.get(page)
        found[response.status_code] += 1
        waiting += [unescape(link) for link in LINK.findall(response.text)]
    return found
