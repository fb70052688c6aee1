"""`kruzhok serve`: bring everything up to date, then run web and worker processes until told to stop."""

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import click

from course.base.db import Database
from course.base.jobs import LEASE
from course.users.links import new_setup_token
from kruzhok.app import wsgi
from kruzhok.commands.site import Site
from kruzhok.completions import rebuild_course
from kruzhok.config import Config, shipped_courses
from kruzhok.curriculum.loading import BadCurriculum, load_course, shipped_may_load
from kruzhok.curriculum.reading import read_folder
from kruzhok.operations.logs import set_up_log
from kruzhok.worker import run_worker

log = logging.getLogger(__name__)

#: Seconds that requests in flight, then the job at hand, are given when the site is told to stop. What takes longer
#: loses nothing either: a request was not acknowledged, and a job is taken up by the next worker.
STOP_WEB = 20
STOP_WORKER = 20
#: Seconds until a worker or a web process that ended unasked is followed by another.
AGAIN = 1.0
#: How often in a minute web processes are followed by others. Beyond that they cannot start, or what kills them goes
#: on: the site ends with 1, and whoever watches over it is told.
MOST_AGAIN = 5

#: What the server program says of itself goes where everything goes.
SERVER_LOG: dict[str, Any] = {
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": [], "propagate": False}}
}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--no-worker", is_flag=True, help="Start none: `kruzhok worker` runs elsewhere.")
@click.pass_obj
def serve(site: Site, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve the site, with its worker beside it."""
    set_up_log(site.config)
    os.umask(0o077)  # the database holds everything: nobody else on this machine may read it
    database = site.database(whole=True)
    load_shipped(database)
    with database.transaction() as session:
        token = new_setup_token(session, now=datetime.now(UTC))
    database.engine.dispose()  # the processes to come open their own
    address = site.config.site_url or f"http://{host}:{port}"
    click.echo(f"Kruzhok is at {address}/")
    if token:
        click.echo(f"Nobody runs this site yet. To become its administrator open, once: {address}/set-up/{token}")
    with _worker_beside(wanted=not no_worker) as stopping, _counts_kept_together(site.config):
        log.info("Serving with %d web processes and %s worker", workers, "no" if no_worker else "a")
        _serve_web(host, port, workers, stopping=stopping)
    log.info("Stopped")


@contextmanager
def _worker_beside(*, wanted: bool) -> Iterator[Callable[[], None]]:
    """Let a worker run beside the block, if one is WANTED; give what tells it to end."""
    if not wanted:
        yield lambda: None
        return
    beside = WorkerProcess()
    try:
        yield beside.tell
    finally:
        beside.stop()


class WorkerProcess:
    """The worker beside the web processes. One that ends unasked is followed by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._process = self._started()
        threading.Thread(target=self._watch, daemon=True).start()

    def _started(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"KRUZHOK_PARENT": str(os.getpid())}
        return subprocess.Popen([sys.executable, "-m", "kruzhok", "worker"], env=environment)

    def _watch(self) -> None:
        while (code := self._process.wait()) != 0:  # with 0 it ends only where it is told to
            self._ending.wait(AGAIN)
            with self._lock:
                if self._ending.is_set():
                    return
                log.error("The worker ended unasked (%d); another is started", code)
                self._process = self._started()

    def tell(self) -> None:
        """Tell it to settle the job at hand and end."""
        self._ending.set()
        self._process.terminate()

    def stop(self) -> None:
        """See to it that it has ended; one that takes too long is killed."""
        with self._lock:  # so that none is just being started
            self.tell()
        try:
            self._process.wait(timeout=STOP_WORKER)
        except subprocess.TimeoutExpired:
            log.warning("The worker did not end in time and was killed; its job is taken up by the next")
            self._process.kill()
            self._process.wait()


@contextmanager
def _counts_kept_together(config: Config) -> Iterator[None]:
    """Where there are metrics, give the processes started inside the block a folder to keep their counts in: whichever
    is asked answers for all. The library reads where it stands when it is imported, which each of them does."""
    if config.metrics_token is None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kruzhok-counts-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


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


def _serve_web(host: str, port: int, workers: int, *, stopping: Callable[[], None]) -> None:
    """Serve until told to stop, and call STOPPING then, before requests in flight have ended."""
    if sys.platform == "win32":
        import waitress

        waitress.serve(wsgi(), host=host, port=port, threads=8)
        return
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    class Server(Granian):  # type: ignore[valid-type,misc]
        followed: tuple[float, ...] = ()

        def signal_handler_interrupt(self, *args: Any, **more: Any) -> None:
            stopping()
            super().signal_handler_interrupt(*args, **more)

        def _respawn_workers(self, ended: list[int], *args: Any, **more: Any) -> None:
            """Start others for the web processes that ENDED; the ones beside them serve on meanwhile.

            By itself the library ends everything as soon as one ends again within 5.5 s of its start."""
            now = time.monotonic()
            self.followed = (*(before for before in self.followed if before > now - 60), now)
            if len(self.followed) > MOST_AGAIN:
                log.error("Web processes ended unasked more than %d times in a minute: the site ends", MOST_AGAIN)
                self.respawn_failed_workers = False
                self.interrupt_children.extend(ended)
                self.main_loop_interrupt.set()
                return
            time.sleep(AGAIN)
            super()._respawn_workers(ended, *args, **more)
            self.respawned_wrks.clear()  # of when each was started: nothing looks as if it could never start

    # On Linux a web process is a copy of this one, which has imported everything and holds no connection: the first
    # page comes in half the time, and what was imported is in memory once. Elsewhere a copy of a process is not safe.
    multiprocessing.set_start_method("fork" if sys.platform == "linux" else "spawn", force=True)
    Server(
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
        log_dictconfig=SERVER_LOG,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_WEB,
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
    set_up_log(site.config)
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
