"""`kruzhok serve`: bring everything up to date, then run web and worker processes until told to stop."""

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import click

from course.base.db import Database, make_engine
from course.base.jobs import LEASE
from course.base.web import Application
from course.users.links import new_setup_token
from kruzhok.app import create_app, wsgi
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

#: On Linux the processes of a site are copies of its server, which has imported everything and holds no connection: the
#: first page comes in half the time, and what was imported is in memory once. Elsewhere a copy is not safe.
COPIES = sys.platform == "linux"

#: How the worker beside is listed by `ps` and `top`, at most fifteen letters.
WORKER = "kruzhok worker"

#: Numbers of `mallopt` in glibc's malloc.h, and what they are set to.
GLIBC = {"M_MMAP_THRESHOLD": (-3, 1 << 20), "M_ARENA_MAX": (-8, 1)}

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
    address = site.config.site_url or f"http://{host}:{port}"
    click.echo(f"Kruzhok is at {address}/")
    if token:
        click.echo(f"Nobody runs this site yet. To become its administrator open, once: {address}/set-up/{token}")
    multiprocessing.set_start_method("fork" if COPIES else "spawn", force=True)
    with _counts_kept_together(site.config):
        made = create_app(site.config, database) if COPIES else None
        database.engine.dispose()  # the processes to come open their own
        _hold_less()
        with _worker_beside(site.config, wanted=not no_worker) as stopping:
            log.info("Serving with %d web processes and %s worker", workers, "no" if no_worker else "a")
            _serve_web(host, port, workers, made, stopping=stopping)
    log.info("Stopped")


def _hold_less() -> None:
    """Let this process and its copies hold less memory: what was made so far is looked through for garbage no more, for
    looking would make each copy have its own; and what is freed goes back to the system."""
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None) if COPIES else None
    if library is not None and hasattr(library, "mallopt"):  # glibc: it keeps what a password took for a moment
        for number, value in GLIBC.values():
            library.mallopt(number, value)


@contextmanager
def _worker_beside(config: Config, *, wanted: bool) -> Iterator[Callable[[], None]]:
    """Let a worker run beside the block, if one is WANTED; give what tells it to end."""
    if not wanted:
        yield lambda: None
        return
    beside = WorkerProcess(config)
    try:
        yield beside.tell
    finally:
        beside.stop()


class WorkerProcess:
    """The worker beside the web processes. One that ends unasked is followed by another."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._process = self._started()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def _started(self) -> BaseProcess:
        process = multiprocessing.Process(target=_work_beside, args=(self._config, os.getpid()))
        process.start()
        return process

    def _watch(self) -> None:
        """Wait for it, which nobody else does, until it has ended as it was told."""
        while True:
            self._process.join()
            if (code := self._process.exitcode) == 0:  # so it ends only where it is told to
                return
            self._ending.wait(AGAIN)
            with self._lock:
                if self._ending.is_set():
                    return
                log.error("The worker ended unasked (%s); another is started", code)
                self._process = self._started()

    def tell(self) -> None:
        """Tell it to settle the job at hand and end."""
        self._ending.set()
        self._process.terminate()

    def stop(self) -> None:
        """See to it that it has ended; one that takes too long is killed."""
        with self._lock:  # so that none is just being started
            self.tell()
        self._watching.join(STOP_WORKER)
        if self._watching.is_alive():
            log.warning("The worker did not end in time and was killed; its job is taken up by the next")
            self._process.kill()
            self._watching.join()


@contextmanager
def _counts_kept_together(config: Config) -> Iterator[None]:
    """Where there are metrics, give the processes started inside the block a folder to keep their counts in: whichever
    is asked answers for all. The library reads where it stands when it is imported, which is done inside."""
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


def _serve_web(host: str, port: int, workers: int, made: Application | None, *, stopping: Callable[[], None]) -> None:
    """Serve MADE, or what each process makes, until told to stop; call STOPPING then, before requests in flight have
    ended."""
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
    ).serve(target_loader=(lambda: made) if made else None, wrap_loader=False)


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
    _work(site.config, site.database(), lease=timedelta(seconds=lease))


def _work_beside(config: Config, server: int) -> None:
    """Do the jobs of the site as the process beside SERVER, which has brought the database up to date."""
    set_up_log(config)
    with suppress(OSError):  # only where there is /proc
        Path("/proc/self/comm").write_text(WORKER)
    # A server that was killed outright cannot stop us: who has another parent than the one that made it ends.
    _work(config, Database(make_engine(config.database_url)), is_over=lambda: os.getppid() != server)


def _work(
    config: Config, database: Database, *, lease: timedelta = LEASE, is_over: Callable[[], bool] = lambda: False
) -> None:
    """Do the jobs of the site until told to stop, or until it IS OVER."""
    stopped: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    run_worker(database, config, stop=lambda: bool(stopped) or is_over(), lease=lease)
