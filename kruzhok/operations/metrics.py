"""Figures for a monitoring program, in Prometheus's text format.

Two web processes stand behind one port and a scrape meets either. `kruzhok serve` therefore gives them a folder in
which each keeps its counts (the library's multiprocess mode), and whoever is asked answers for all. What the database
knows, it is asked: so it is right however many processes and machines there are.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, Summary, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from course.base.db import Database
from kruzhok.operations.jobs import JobCounts, job_counts

#: Where the folder stands; the library reads it when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

UP = "Whether the database answers."

#: Upper ends of the classes of the histogram, in seconds.
CLASSES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """What is counted while requests are answered."""

    def __init__(self, engine: Engine) -> None:
        self._own = CollectorRegistry()
        self._requests = Counter(
            "kruzhok_requests",
            "Requests answered, by route, method and class of status.",
            ("route", "method", "status"),
            registry=self._own,
        )
        self._seconds = Histogram(
            "kruzhok_request_seconds",
            "How long a request took, by route and method.",
            ("route", "method"),
            buckets=CLASSES,
            registry=self._own,
        )
        self._queries = Summary(
            "kruzhok_request_queries",
            "Queries a request made, by route and method.",
            ("route", "method"),
            registry=self._own,
        )
        self._errors = Counter(
            "kruzhok_database_errors", "Errors of the database, by their kind.", ("kind",), registry=self._own
        )
        event.listen(engine, "handle_error", self._count_error)

    def count(self, route: str, method: str, status: int, seconds: float, queries: int) -> None:
        """Count one request."""
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._seconds.labels(route, method).observe(seconds)
        self._queries.labels(route, method).observe(queries)

    def _count_error(self, context: Any) -> None:
        self._errors.labels(type(context.sqlalchemy_exception or context.original_exception).__name__).inc()

    def page(self, database: Database, now: datetime) -> bytes:
        """Return all figures as text: of every process that shares the folder, and of the database."""
        shown = CollectorRegistry()
        if os.environ.get(FOLDER):
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        else:
            shown.register(self._own)
        shown.register(_Found(_of_database(database, now)))
        return generate_latest(shown)


class _Found:
    """What was found out already, as the library wants to be told it."""

    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Return all of it."""
        return self._found


def _of_database(database: Database, now: datetime) -> list[Metric]:
    """Return whether DATABASE answers and, where it does, how its jobs stand."""
    try:
        with database.transaction(writing=False) as session:
            counts = job_counts(session, now=now)
    except DBAPIError:
        return [GaugeMetricFamily("kruzhok_database_up", UP, 0)]
    return [GaugeMetricFamily("kruzhok_database_up", UP, 1), *_of_jobs(counts)]


def _of_jobs(counts: JobCounts) -> list[Metric]:
    states = GaugeMetricFamily("kruzhok_jobs", "Jobs of the table, by state.", labels=("state",))
    for state in ("waiting", "running", "later", "failed"):
        states.add_metric((state,), getattr(counts, state))
    oldest = "Seconds for which the job that waits longest could have been done; 0 where none waits."
    return [states, GaugeMetricFamily("kruzhok_oldest_waiting_job_seconds", oldest, counts.oldest.total_seconds())]
