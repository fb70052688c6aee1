"""What tests of backups and upgrades restore to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base.db import Database, make_engine
from tests.conftest import address_of_nothing


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a place to restore to in which there is nothing yet."""
    url = address_of_nothing(request, tmp_path / "elsewhere" / "kruzhok.db", "restored")
    database = Database(make_engine(url))
    yield database
    database.engine.dispose()
