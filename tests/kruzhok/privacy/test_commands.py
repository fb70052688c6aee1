"""Taking away and erasing what is stored about an account from the shell."""

import zipfile
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from course.base.db import Database
from course.base.errors import NotFound
from course.groups.models import Enrolment
from course.users.models import Act, AuditEntry, User
from kruzhok.commands import cli
from kruzhok.config import Config
from kruzhok.privacy.groups_held import KeysFirst
from tests import factories

Run = Callable[..., Result]

# A command opens a database of its own; in a test no process ends with it, which would close its connections.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def run(config: Config, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command on the test's database."""
    monkeypatch.setenv("KRUZHOK_INSTANCE", str(config.instance))
    monkeypatch.setenv("KRUZHOK_DATABASE_URL", config.database_url)
    return lambda *said: CliRunner().invoke(cli, ["user", *said])


def acts(database: Database) -> list[tuple[Act, bool, str]]:
    """Return what stands in the book of privileged acts."""
    with database.transaction(writing=False) as session:
        return [(one.act, one.in_shell, one.detail) for one in session.scalars(select(AuditEntry))]


def test_an_account_is_written_to_a_file_that_was_not_there(database: Database, config: Config, run: Run):
    with database.transaction() as session:
        factories.make_user(session, email="ada@example.org")
    file = config.instance / "ada.zip"
    said = run("export", "ada@example.org", str(file))
    assert said.exit_code == 0, said.output
    with zipfile.ZipFile(file) as archive:
        assert "ada@example.org" in archive.read("data/user.json").decode()
    assert isinstance(run("export", "ada@example.org", str(file)).exception, FileExistsError)
    assert acts(database) == [(Act.account_exported, True, "")]


def test_an_account_is_erased_and_the_keys_handed_on(database: Database, run: Run):
    with database.transaction() as session:
        group = factories.make_group(session, factories.make_bare_course(session), slug="circle")
        user = factories.make_user(session, email="ada@example.org")
        heir = factories.make_enrolment(session, factories.make_user(session, email="boris@example.org"), group=group)
        factories.make_enrolment(session, user, group=group, organiser=True)
    assert isinstance(run("erase", "ada@example.org", "--yes").exception, KeysFirst)
    assert "Aborted" in CliRunner().invoke(cli, ["user", "erase", "ada@example.org"], input="n\n").output
    assert acts(database) == []
    said = run("erase", "ada@example.org", "--yes", "--keys-to", "circle", "boris@example.org")
    assert said.exit_code == 0, said.output
    with database.transaction(writing=False) as session:
        assert session.get(User, user.id) is None
        assert session.get_one(Enrolment, heir.id).organiser
    assert acts(database) == [(Act.account_erased, True, f"user {user.id}")]


@pytest.mark.parametrize("command", [["erase", "--yes", "nobody@example.org"], ["export", "nobody@example.org", "x"]])
def test_nobody_is_neither_written_nor_erased(run: Run, command: list[str]):
    assert isinstance(run(*command).exception, NotFound)
