"""Figures for a monitoring program, for who has the token."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from kruzhok.config import ROOT, BadConfig, Config, read_config
from tests.conftest import SECRET, make_app
from tests.kruzhok.operations.test_readiness import away

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TOKEN = "a token for tests, 0123456789 abcdef".replace(" ", "-")
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def measured(config: Config, database: Database, templates_read: FileSystemBytecodeCache) -> Application:
    """Return a site with metrics."""
    return make_app(replace(config, metrics_token=TOKEN), database, templates_read)


@pytest.fixture
def asking(measured: Application) -> FlaskClient:
    """Return a browser on that site."""
    return measured.test_client()


def figures(client: FlaskClient) -> dict[str, float]:
    """Return name and labels -> value."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    rows = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", answer.text, re.M)
    return {name: float(value) for name, value in rows}


@ONE_DATABASE
def test_without_a_token_in_the_settings_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404


@ONE_DATABASE
@pytest.mark.parametrize("said", [None, "", "Bearer", "Bearer no", f"Basic {TOKEN}", f"Bearer {TOKEN}é", TOKEN])
def test_without_the_token_there_is_no_such_page(asking: FlaskClient, said: str | None) -> None:
    assert asking.get("/metrics", headers={"Authorization": said} if said is not None else {}).status_code == 404


def test_a_token_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    weak = {"KRUZHOK_INSTANCE": str(tmp_path), "KRUZHOK_SECRET": SECRET, "KRUZHOK_METRICS_TOKEN": "letmein"}
    with pytest.raises(BadConfig, match="KRUZHOK_METRICS_TOKEN is too weak"):
        read_config(weak)


@ONE_DATABASE
def test_requests_are_counted_by_route_and_class_of_status(asking: FlaskClient) -> None:
    for path in ("/sign-in", "/sign-in", "/reset/one", "/reset/two", "/nothing-here"):
        asking.get(path)
    found = figures(asking)
    assert found['kruzhok_requests_total{method="GET",route="/sign-in",status="2xx"}'] == 2
    assert found['kruzhok_requests_total{method="GET",route="/reset/<token>",status="4xx"}'] == 2
    assert found['kruzhok_requests_total{method="GET",route="none",status="4xx"}'] == 1
    assert found['kruzhok_request_seconds_count{method="GET",route="/sign-in"}'] == 2
    assert found['kruzhok_request_seconds_bucket{le="+Inf",method="GET",route="/sign-in"}'] == 2
    assert found['kruzhok_request_queries_sum{method="GET",route="/sign-in"}'] == 0
    assert found['kruzhok_request_queries_sum{method="GET",route="/reset/<token>"}'] >= 2


def test_jobs_are_counted_by_state_with_the_age_of_the_oldest_that_waits(
    asking: FlaskClient, database: Database
) -> None:
    now = datetime.now(UTC)
    minutes = timedelta(minutes=1)
    with database.transaction() as session:
        for told in (
            {"run_at": now - 10 * minutes},
            {"run_at": now - 2 * minutes, "leased_until": now - minutes},  # its worker was killed
            {"run_at": now - 20 * minutes, "leased_until": now + minutes},
            {"run_at": now + minutes},
            {"run_at": now - 30 * minutes, "failed_at": now},
            {"run_at": now - 30 * minutes, "done_at": now},
        ):
            session.add(Job(kind="mail", payload={}, **told))
    found = figures(asking)
    states = {state: found[f'kruzhok_jobs{{state="{state}"}}'] for state in ("waiting", "running", "later", "failed")}
    assert states == {"waiting": 2, "running": 1, "later": 1, "failed": 1}
    assert 600 <= found["kruzhok_oldest_waiting_job_seconds"] < 700


def test_errors_of_the_database_are_counted_by_kind(asking: FlaskClient, database: Database) -> None:
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    kind = {"sqlite": "OperationalError", "postgresql": "ProgrammingError"}[database.engine.dialect.name]
    assert figures(asking)[f'kruzhok_database_errors_total{{kind="{kind}"}}'] == 1


def test_where_the_database_does_not_answer_the_figures_say_so(measured: Application, database: Database) -> None:
    measured.extensions["database"] = away(database)
    found = figures(measured.test_client())
    assert found["kruzhok_database_up"] == 0
    assert not any(name.startswith("kruzhok_jobs") for name in found)


COUNT_ONE = """
import sys
from sqlalchemy import create_engine
from kruzhok.operations.metrics import Metrics
metrics = Metrics(create_engine("sqlite://"))
metrics.count("/today", "GET", 200, 0.02, 5)
if len(sys.argv) > 1:
    from datetime import UTC, datetime
    from course.base.db import Database, make_engine
    sys.stdout.write(metrics.page(Database(make_engine("sqlite://")), datetime.now(UTC)).decode())
"""


def test_whichever_process_is_asked_answers_for_all(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", COUNT_ONE]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # has ended, and is not forgotten
    said = subprocess.run([*command, "say"], cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    assert 'kruzhok_requests_total{method="GET",route="/today",status="2xx"} 2.0' in said.stdout
    assert 'kruzhok_request_queries_sum{method="GET",route="/today"} 10.0' in said.stdout


#: Web processes are copies of one that made the application, metrics and all.
COUNT_IN_COPIES = """
import os, sys
from datetime import UTC, datetime
from course.base.db import Database, make_engine
from kruzhok.operations.metrics import Metrics
metrics = Metrics(make_engine("sqlite://"))
for _copy in range(2):
    if (copy := os.fork()) == 0:
        metrics.count("/today", "GET", 200, 0.02, 5)
        os._exit(0)
    os.waitpid(copy, 0)
sys.stdout.write(metrics.page(Database(make_engine("sqlite://")), datetime.now(UTC)).decode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there a web process is a copy")
def test_copies_of_a_process_count_each_for_itself_and_answer_together(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", COUNT_IN_COPIES]
    said = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    assert 'kruzhok_requests_total{method="GET",route="/today",status="2xx"} 2.0' in said.stdout
