"""A throwaway PostgreSQL server for the tests: the one they are told of, else one of our own that keeps nothing."""

import contextlib
import os
from collections.abc import Iterator

from benchmarks.postgres import binaries
from benchmarks.postgres import server as own_server

__all__ = ["binaries", "server"]

QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Give the address of a running server; where it is ours, with an empty database, and gone afterwards."""
    if told := os.environ.get("KRUZHOK_TEST_PG"):
        yield told
        return
    with own_server(**QUICK) as url:
        yield url
