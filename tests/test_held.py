"""What a process holds of a course: never what is no longer so, whoever loaded it and wherever; and nobody's own."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import flash
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database, make_engine
from course.base.held import HELD, Held, held
from course.base.web import Application
from course.outline.models import Activity, ActivityKind, Course
from course.outline.versions import held_of
from kruzhok.app import create_app
from kruzhok.backup.restoring import restore_backup
from kruzhok.config import Config
from kruzhok.fragments import HOLE
from lessons.outline import lessons_of
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.backup.make import another, made_of
from tests.kruzhok.curriculum.small import LESSON, TEXT, changed, load, small
from tests.test_access import browser_of

AT = "/courses/my-course"
TOKEN = re.compile('name="csrf_token" value="([^"]+)"')
PAGES = (AT, f"{AT}/lessons/first-lesson", f"{AT}/texts/to-the-citizens", f"{AT}/units/first-unit", "/")


def words_of(browser: FlaskClient) -> str:
    """Return all that the pages of the small course say."""
    return "".join(browser.get(page).text for page in PAGES)


def test_what_is_loaded_stands_at_once_on_every_page_of_every_process(
    app: Application, config: Config, database: Database
) -> None:
    other = Database(make_engine(database.engine.url.render_as_string(hide_password=False)))
    browsers = [app.test_client(), create_app(config, other).test_client()]
    files = small()
    load(database, files)
    title, words = "title: Reading a proclamation", "Long live the revolution of workers, soldiers and peasants!"
    for browser in browsers:
        words_of(browser)  # from here on it is held
        assert "is renamed" not in words_of(browser)
    load(database, changed(files, LESSON, title, "title: A lesson that is renamed"), days=1)
    for browser in browsers:
        said = words_of(browser)
        assert (said.count("A lesson that is renamed") >= 4, "Reading a proclamation" in said) == (True, False)
    load(database, changed(files, TEXT, words, "It is gone, and nobody weeps."), days=2)
    for browser in browsers:
        said = words_of(browser)
        assert ("nobody weeps" in said, "that is renamed" in said) == (True, False)
    other.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_process_that_outlives_a_restore_shows_what_was_restored(
    app: Application, database: Database, tmp_path: Path
) -> None:
    """It holds what it read although its connections are gone: a backup and each loading has a version of its own."""
    title, files, browser = "title: Reading a proclamation", small(), app.test_client()
    load(database, files)
    backup = made_of(database, tmp_path / "backup.zip")
    assert "Reading a proclamation" in words_of(browser)
    for days, name in ((1, "Put away by the restore"), (2, "Loaded after the restore")):
        load(database, changed(files, LESSON, title, f"title: {name}"), days=days)
        assert name in words_of(browser)
        database.engine.dispose()  # as where the database was away for a moment
        restore_backup(another(database), backup, replace=True, now=NOW + timedelta(days=days))
        said = words_of(browser)
        assert ("Reading a proclamation" in said, name in said) == (True, False)


def test_a_page_that_is_made_while_a_course_is_loaded_is_of_one_state_and_leaves_nothing_wrong(
    database: Database,
) -> None:
    files = small()
    load(database, files)
    with database.transaction(writing=False) as page:
        course = page.scalars(select(Course)).one()
        load(database, changed(files, LESSON, "title: Reading a proclamation", "title: Another title"), days=1)
        assert [line.title for line in lessons_of(page, course)] == ["Reading a proclamation"]
    with database.transaction(writing=False) as page:
        assert [line.title for line in lessons_of(page, page.scalars(select(Course)).one())] == ["Another title"]


def test_what_a_transaction_that_writes_has_read_is_not_held(database: Database) -> None:
    with database.new_session() as writing:
        assert held(writing, "key", lambda: "never committed") == "never committed"
        writing.rollback()
    with database.transaction(writing=False) as page:
        assert held(page, "key", lambda: "committed") == "committed"
        assert held(page, "key", lambda: "asked again") == "committed"


def test_who_writes_is_given_what_is_committed_and_it_is_held_for_all(database: Database) -> None:
    load(database, small())
    with database.transaction() as writing:
        course = writing.scalars(select(Course)).one()
        assert held_of(writing, course, "titles", titles) == ["Reading a proclamation"]
        assert held_of(writing, course, "titles", nobody) == ["Reading a proclamation"]
    with database.transaction(writing=False) as page:
        assert held_of(page, page.scalars(select(Course)).one(), "titles", nobody) == ["Reading a proclamation"]
    load(database, changed(small(), LESSON, "title: Reading a proclamation", "title: Another title"), days=1)
    with database.transaction() as writing:
        assert held_of(writing, writing.scalars(select(Course)).one(), "titles", titles) == ["Another title"]


def test_of_what_a_transaction_changes_itself_nothing_is_held(database: Database) -> None:
    load(database, small())
    with database.new_session() as writing:
        course, lesson = writing.scalars(select(Course)).one(), writing.scalars(LESSONS).one()
        course.hash, lesson.title = "another", "Never committed"
        writing.flush()
        assert held_of(writing, course, "titles", titles) == ["Never committed"]
        writing.rollback()
    with database.transaction() as writing:
        course = writing.scalars(select(Course)).one()
        course.hash = "another"
        writing.flush()
        assert held_of(writing, course, "titles", titles) == ["Reading a proclamation"]


LESSONS = select(Activity).where(Activity.kind == ActivityKind.lesson)


def titles(session: Session) -> list[str]:
    return [lesson.title for lesson in session.scalars(LESSONS)]


def nobody(_session: Session) -> list[str]:
    raise AssertionError("this is held, and not read again")


def test_no_more_is_held_than_was_said_and_what_was_asked_for_last_stays() -> None:
    kept = Held(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: "made")
    assert [kept.get(key, lambda: "made anew") for key in ("a", "c", "b")] == ["made", "made", "made anew"]


def test_who_looks_from_one_place_never_gets_the_links_of_another(app: Application, database: Database) -> None:
    load(database, small())
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        groups = [factories.make_group(session, course, slug=slug) for slug in ("red-circle", "black-circle")]
        readers = [factories.make_enrolment(session, group=group).user_id for group in groups]
        alone = factories.make_enrolment(session, course=course).user_id
    for _twice in range(2):
        for reader, slug in zip((*readers, alone), ("red-circle", "black-circle", None), strict=True):
            browser = browser_of(app, database, reader)
            for page in PAGES[1:3]:
                said = browser.get(page).text
                assert {one for one in ("red-circle", "black-circle") if one in said} == ({slug} if slug else set())


def test_what_is_flashed_for_one_is_not_held_for_others(new_app: Application, database: Database) -> None:
    load(database, small())

    @new_app.get("/flashed")
    def flashed() -> str:
        flash("For one alone", "at deposed")
        return ""

    browser = new_app.test_client()
    browser.get("/flashed")
    assert "For one alone" in browser.get(PAGES[2]).text
    assert "For one alone" not in new_app.test_client().get(PAGES[2]).text


def test_all_forms_of_a_page_have_the_token_of_who_looks(app: Application, database: Database) -> None:
    load(database, small())
    browsers = [app.test_client(), app.test_client()]
    for _twice in range(2):
        pages = [browser.get(page).text for browser in browsers for page in PAGES[1:3]]
        tokens = [set(TOKEN.findall(page)) for page in pages]
        assert [len(token) for token in tokens] == [1, 1, 1, 1]
        assert not (tokens[0] | tokens[1]) & (tokens[2] | tokens[3])
        assert not any(HOLE in page for page in pages)


def test_what_one_has_done_is_held_for_nobody_else(app: Application, database: Database) -> None:
    load(database, small())
    one, other, undone = app.test_client(), app.test_client(), "Take the tick back"
    assert undone not in one.get(PAGES[1]).text + other.get(PAGES[1]).text
    page, before = one.get(PAGES[1]).text, other.get(AT).text
    address = re.findall(r'action="([^"]+/readings/[^"]+/tick)"', page)[0]
    one.post(address, data={"csrf_token": TOKEN.findall(page)[0], "done": "1"})
    assert undone in one.get(PAGES[1]).text
    assert "Begun: 1 of" in one.get(AT).text
    assert undone not in other.get(PAGES[1]).text
    assert other.get(AT).text == before


@pytest.mark.parametrize("writing", [True, False])
def test_only_who_looks_is_given_what_is_held(database: Database, *, writing: bool) -> None:
    with database.new_session(writing=writing) as session:
        assert (HELD in session.info) is not writing


def test_a_course_has_another_version_after_each_loading(database: Database) -> None:
    files = small()
    versions = set()
    for days, title in enumerate(("One", "Two", "One")):
        load(database, changed(files, LESSON, "title: Reading a proclamation", f"title: {title}"), days=days)
        with database.transaction(writing=False) as session:
            versions.add(session.scalars(select(Course)).one().version)
    assert len(versions) == 3
    assert max(version[2] for version in versions) == NOW + timedelta(days=2)
