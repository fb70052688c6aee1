"""Search and the rest of the site: merging, the worker, the shell, an SQLite that cannot search."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import Session

from course.base.db import Database, make_engine
from course.base.jobs import Job, run_due_jobs
from course.outline.models import ActivityKind
from kruzhok.commands import cli
from kruzhok.config import Config
from kruzhok.merging import merge
from kruzhok.migrations import NoFullTextSearch, migrate
from kruzhok.worker import work_for
from lessons.search.contents import refresh_course
from lessons.search.models import SearchEntry
from tests import factories
from tests.conftest import NOW
from tests.lessons.search.make import entry_saying, found, note_saying, text_saying


def test_what_a_guest_wrote_is_found_by_the_account_they_signed_in_to(session: Session) -> None:
    course = factories.make_bare_course(session)
    its = text_saying(session, "One thing.", course=course)
    prompt = factories.activity_of(session, course, ActivityKind.prompt).id
    guest, user = factories.make_guest(session), factories.make_user(session)
    as_guest = factories.make_enrolment(session, guest, course)
    own = factories.make_enrolment(session, user, course)
    entry_saying(session, own, prompt, "A plough, then.")
    note = note_saying(session, as_guest, its, "A plough.")
    entry = entry_saying(session, as_guest, prompt, "A plough, now.")
    assert len(found(session, "plough", own)) == 1
    merge(session, guest, user, now=NOW)
    assert set(found(session, "plough", own)) == {("note", note.id), ("journal", entry.id)}


def test_a_site_older_than_search_is_indexed_by_its_worker(database: Database, config: Config) -> None:
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        text_saying(session, "A plough.", course=course)
        refresh_course(session, course.id)
        before = session.scalars(select(SearchEntry.words).order_by(SearchEntry.words)).all()
        session.execute(delete(SearchEntry))
        session.add(Job(kind="reindex", payload={}, key="reindex", run_at=NOW))
    assert run_due_jobs(database, work_for(config), now=lambda: NOW + timedelta(minutes=1)) == 1
    with database.transaction(writing=False) as session:
        assert session.scalars(select(SearchEntry.words).order_by(SearchEntry.words)).all() == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_shell_makes_the_index_anew(database: Database, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        text_saying(session, "A plough.", "A tractor.", course=course)
    monkeypatch.setenv("KRUZHOK_INSTANCE", str(config.instance))
    monkeypatch.setenv("KRUZHOK_DATABASE_URL", config.database_url)
    said = CliRunner().invoke(cli, ["reindex"])
    assert said.exit_code == 0, said.output
    assert "passage: " in said.output
    assert not said.output.endswith(" 0 changed.\n")
    assert CliRunner().invoke(cli, ["reindex"]).output.endswith(" 0 changed.\n")


def test_an_sqlite_without_fts5_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}")

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _without(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> object:
        return statement.replace("fts5_source_id", "no_such_function"), parameters

    with pytest.raises(NoFullTextSearch, match="FTS5"):
        migrate(Database(engine))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
