"""What tests of backups and upgrades restore to."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base.db import Database, make_engine
from tests.conftest import _run_sql as run_sql


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a place to restore to in which there is nothing yet."""
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'kruzhok.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = f"restored_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        run_sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        url = server.replace("/postgres?", f"/{name}?")
    database = Database(make_engine(url))
    yield database
    database.engine.dispose()
