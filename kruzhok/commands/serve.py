"""`kruzhok serve`: bring everything up to date, then run web and worker processes until told to stop."""

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import FrameType

import click

from course.base.db import Database
from course.base.jobs import LEASE
from course.users.links import new_setup_token
from kruzhok.app import wsgi
from kruzhok.commands.site import Site
from kruzhok.completions import rebuild_course
from kruzhok.config import shipped_courses
from kruzhok.curriculum.loading import BadCurriculum, load_course, shipped_may_load
from kruzhok.curriculum.reading import read_folder
from kruzhok.worker import run_worker

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.pass_obj
def serve(site: Site, host: str, port: int, workers: int) -> None:
    """Serve the site, with its worker beside it."""
    database = site.database(whole=True)
    load_shipped(database)
    with database.transaction() as session:
        token = new_setup_token(session, now=datetime.now(UTC))
    database.engine.dispose()  # the processes to come open their own
    address = site.config.site_url or f"http://{host}:{port}"
    click.echo(f"Kruzhok is at {address}/")
    if token:
        click.echo(f"Nobody runs this site yet. To become its administrator open, once: {address}/set-up/{token}")
    environment = os.environ | {"KRUZHOK_PARENT": str(os.getpid())}
    worker_process = subprocess.Popen([sys.executable, "-m", "kruzhok", "worker"], env=environment)
    try:
        _serve_web(host, port, workers)
    finally:
        worker_process.terminate()
        worker_process.wait(timeout=30)


def load_shipped(database: Database) -> None:
    """Load each shipped course that is in order; of one that is not, say so and serve what was loaded of it before."""
    for folder in shipped_courses():
        try:
            if shipped_may_load(database, folder.name):
                changes = load_course(database, read_folder(folder), now=datetime.now(UTC), after=rebuild_course)
                click.echo(f"{folder.name}: {changes}")
        except BadCurriculum as bad:
            for finding in bad.findings:
                click.echo(str(finding), err=True)
            click.echo(f"{folder.name} has errors; what was loaded before is served.", err=True)


def _serve_web(host: str, port: int, workers: int) -> None:
    if sys.platform == "win32":
        import waitress

        waitress.serve(wsgi(), host=host, port=port, threads=8)
        return
    from granian import Granian
    from granian.constants import Interfaces

    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        "kruzhok.app:wsgi",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=4,
        backpressure=64,
        respawn_failed_workers=True,
        log_access=False,
        websockets=False,
    ).serve()


@click.command()
@click.option(
    "--lease",
    default=int(LEASE.total_seconds()),
    show_default=True,
    type=click.IntRange(1, 3600),
    help="Seconds until what a killed worker was doing is taken up by another.",
)
@click.pass_obj
def worker(site: Site, lease: int) -> None:
    """Do the jobs of the site (letters, nightly tidying) until told to stop. `serve` starts one by itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stopped: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    parent = int(os.environ.get("KRUZHOK_PARENT", "0"))
    # A server that was killed outright cannot stop us: who has another parent than the one that made it ends.
    run_worker(
        site.database(),
        site.config,
        stop=lambda: bool(stopped) or (parent > 0 and os.getppid() != parent),
        lease=timedelta(seconds=lease),
    )
