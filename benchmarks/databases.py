"""A database of a benchmark's own, in a folder of its own, of either kind."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.postgres import server
from course.base.db import Database, make_engine
from kruzhok.config import read_config


@contextmanager
def own_database(*, postgres: bool) -> Iterator[Database]:
    """Give an empty database of the kind wanted, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kruzhok-bench-") as folder:
        os.environ["KRUZHOK_INSTANCE"] = folder
        os.environ.pop("KRUZHOK_DATABASE_URL", None)
        if postgres:
            with server() as address:
                os.environ["KRUZHOK_DATABASE_URL"] = address
                database = Database(make_engine(read_config().database_url))
                yield database
                database.engine.dispose()
        else:
            yield Database(make_engine(read_config().database_url))
