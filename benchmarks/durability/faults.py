"""The faults: what each does to a site that students work on, and what must hold."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from benchmarks.durability.site import Load, Serving, lost
from benchmarks.storm.browser import TOKEN
from benchmarks.storm.site import children_of
from kruzhok.config import ROOT

QUIZ = "at-the-end"
#: Where Debian's libfaketime keeps its library.
FAKETIME = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


@dataclass
class Row:
    """What one fault did. `back` is how many seconds passed until answers were taken again; None where that is no
    question."""

    fault: str
    database: str
    running: str = ""
    acknowledged: int = 0
    lost: int = 0
    back: float | None = None
    wrong: list[str] = field(default_factory=list)
    left_out: str = ""

    def must(self, holds: bool, words: str) -> None:
        """Note WORDS where it does not hold."""
        if not holds:
            self.wrong.append(words)


@dataclass(frozen=True)
class Stage:
    """Where a fault is done: a folder for the instance, the address of its database, students' cookies, a scratch."""

    instance: Path
    url: str
    cookies: list[str]
    scratch: Path
    seconds: float

    @property
    def kind(self) -> str:
        """The kind of database."""
        return "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"

    def run(
        self, *words: str, instance: Path | None = None, url: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Return what became of a command of ours."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("KRUZHOK_")}
        own = {"KRUZHOK_INSTANCE": str(instance or self.instance), "KRUZHOK_DATABASE_URL": url or self.url}
        command = [sys.executable, "-m", "kruzhok", *words]
        return subprocess.run(
            command, cwd=ROOT, env=others | own, capture_output=True, text=True, timeout=600, check=False
        )

    def settle(self, row: Row, site: Serving, load: Load) -> Row:
        """Say in ROW what was acknowledged and lost, once nobody works any more."""
        site.stop()
        saved = [one for _when, one in load.saved]
        row.running = f"two web processes, a worker, {len(self.cookies)} students"
        row.acknowledged, row.lost = len(saved), lost(self.url, saved)
        row.must(not load.counted("answered 500"), f"{load.counted('answered 500')} answers were errors of our own")
        return row


def kill_a_web_process(stage: Stage) -> Row:
    """SIGKILL to one of two web processes, three times."""
    row, rng = Row("SIGKILL of a web process, three times", stage.kind), random.Random(1)
    with (
        Serving(stage.instance, stage.url, stage.scratch / "said.log") as site,
        Load(site.port, QUIZ, stage.cookies) as load,
    ):
        for _ in range(3):
            time.sleep(stage.seconds / 3)
            assert site.process is not None
            os.kill(rng.choice(children_of(site.process.pid)["a web process"]), signal.SIGKILL)
            row.back = max(row.back or 0, load.wait_for(2 * len(stage.cookies)))
        load.stop()
        return stage.settle(row, site, load)


def kill_everything(stage: Stage) -> Row:
    """SIGKILL to the whole process group, and a start as a supervisor makes it."""
    row = Row("SIGKILL of everything, started again", stage.kind)
    with (
        Serving(stage.instance, stage.url, stage.scratch / "said.log") as site,
        Load(site.port, QUIZ, stage.cookies) as load,
    ):
        time.sleep(stage.seconds)
        site.kill()
        began = time.time()
        site.start()
        load.wait_for(len(stage.cookies))
        row.back = time.time() - began
        load.stop()
        return stage.settle(row, site, load)


@contextmanager
def mounted(what: list[str], where: Path) -> Iterator[None]:
    """Give WHERE with a file system of its own."""
    where.mkdir(exist_ok=True)
    subprocess.run(["mount", *what, str(where)], check=True, capture_output=True)
    try:
        yield
    finally:
        for _ in range(50):
            if subprocess.run(["umount", str(where)], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.2)


def _moved(stage: Stage, folder: Path) -> Stage:
    """Return the stage with its instance copied into FOLDER."""
    shutil.copytree(stage.instance, folder, dirs_exist_ok=True)
    os.sync()  # what was copied is as much on the disk as what a site has written
    return Stage(folder, f"sqlite:///{folder / 'kruzhok.db'}", stage.cookies, stage.scratch, stage.seconds)


def refuses_kindly(row: Row, site: Serving, cookie: str) -> None:
    """Note in ROW where pages are not served, or a form is not refused with what was typed on it."""
    status = site.status("/courses/storm", cookie)
    row.must(status == 200, f"a page was answered {status}")
    opener, headers = build_opener(ProxyHandler({})), {"Cookie": cookie, "Accept": "text/html"}
    with opener.open(Request(f"{site.address}/me", headers=headers), timeout=30) as answer:
        token = TOKEN.search(answer.read().decode())
    assert token
    typed = "A name that is long enough to be worth keeping"
    data = urlencode({"csrf_token": token[1], "name": typed, "zone": "UTC"}).encode()
    try:
        with opener.open(Request(f"{site.address}/me", data, headers), timeout=30) as answer:
            row.must(False, f"a form was answered {answer.status}")
    except HTTPError as error:
        row.must(
            error.code == 503 and typed in error.read().decode(), f"a form was answered {error.code}, and not kindly"
        )


def full_disk(stage: Stage) -> Row:
    """The disk fills up while students work, and has room again later; nobody starts anything."""
    row = Row("disk full, then room again", stage.kind)
    folder = stage.scratch / "small"
    with mounted(["-t", "tmpfs", "-o", "size=48m", "tmpfs"], folder):
        there = _moved(stage, folder / "instance")
        with (
            Serving(there.instance, there.url, stage.scratch / "said.log") as site,
            Load(site.port, QUIZ, stage.cookies) as load,
        ):
            time.sleep(stage.seconds / 2)
            ballast = folder / "ballast"
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(b"\0" * 4096):
                    pass
            load.wait_for_refusals(3 * len(stage.cookies))
            time.sleep(stage.seconds / 2)
            refuses_kindly(row, site, stage.cookies[0])
            ballast.unlink()
            row.back = load.wait_for(2 * len(stage.cookies))
            load.stop()
            return there.settle(row, site, load)


def read_only(stage: Stage) -> Row:
    """The system takes the file system of the site away from writing, as it does when a disk fails."""
    row = Row("file system read-only, mounted anew", stage.kind)
    image, folder = stage.scratch / "image", stage.scratch / "disk"
    with image.open("wb") as file:
        file.truncate(96 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)
    with mounted(["-o", "loop,errors=remount-ro", str(image)], folder):
        there = _moved(stage, folder / "instance")
        with (
            Serving(there.instance, there.url, stage.scratch / "said.log") as site,
            Load(site.port, QUIZ, stage.cookies) as load,
        ):
            time.sleep(stage.seconds)
            subprocess.run(["mount", "-o", "remount,abort", str(folder)], check=True, capture_output=True)
            load.wait_for_refusals(3 * len(stage.cookies))
            refuses_kindly(row, site, stage.cookies[0])
            site.kill()
            again = there.run("serve", "--port", str(site.port))
            row.must(
                again.returncode == 1 and again.stderr.strip().count("\n") == 0,
                f"a start on it said {again.stderr[-300:]!r}",
            )
            began = time.time()
            subprocess.run(["umount", str(folder)], check=True, capture_output=True)
            subprocess.run(["e2fsck", "-p", str(image)], check=False, capture_output=True)
            subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True, capture_output=True)
            site.start()
            load.wait_for(len(stage.cookies))
            row.back = time.time() - began
            load.stop()
            return there.settle(row, site, load)


def clock_set_back(stage: Stage) -> Row:
    """The clock of every process is set back by an hour, then by ten days, while students work."""
    found = [path for pattern in FAKETIME for path in Path("/").glob(pattern[1:])]
    row = Row("clock set back by an hour, then by ten days, and put right", stage.kind)
    if not found:
        row.left_out = "libfaketime is not installed (Debian: apt-get install libfaketime)"
        return row
    clock = stage.scratch / "clock"
    clock.write_text("+0")
    more = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        Serving(stage.instance, stage.url, stage.scratch / "said.log", more=more) as site,
        Load(site.port, QUIZ, stage.cookies) as load,
    ):
        for offset in ("-3600", "-864000", "+0"):
            time.sleep(stage.seconds / 3)
            clock.write_text(offset)
            row.back = max(row.back or 0, load.wait_for(3 * len(stage.cookies)))
            for page in ("/today", "/review", "/courses/storm", "/notices", "/me"):
                status = site.status(page, stage.cookies[0])
                row.must(status == 200, f"{page} was answered {status} with the clock at {offset} s")
        load.stop()
        return stage.settle(row, site, load)


def backed_up(stage: Stage, row: Row, backup: Path) -> float:
    """Let students work for a while, and make a BACKUP while they do; return when it began (seconds since 1970)."""
    time.sleep(stage.seconds / 2)
    began = time.time()
    made = stage.run("backup", str(backup))
    row.must(made.returncode == 0, f"a backup said {made.stderr[-300:]!r}")
    return began


def damaged(stage: Stage) -> Row:
    """The file is overwritten while students work; a start refuses it; the backup made before is put in its place."""
    row = Row("database damaged while serving, backup put in its place", stage.kind)
    path, backup = stage.instance / "kruzhok.db", stage.scratch / "before.zip"
    with (
        Serving(stage.instance, stage.url, stage.scratch / "said.log") as site,
        Load(site.port, QUIZ, stage.cookies) as load,
    ):
        began = backed_up(stage, row, backup)
        in_use = stage.run("restore", str(backup), "--replace")
        row.must(
            "has the database open" in in_use.stderr, f"restoring over a site that is served said {in_use.stderr!r}"
        )
        with path.open("r+b") as file:  # all but what locks it, and past its log
            file.seek(100)
            file.write(random.Random(2).randbytes(path.stat().st_size - 100))
        load.wait_for_refusals(len(stage.cookies))
        site.kill()
        bytes_of = path.read_bytes()
        refused = stage.run("serve", "--port", str(site.port))
        row.must(refused.returncode == 1 and "damaged" in refused.stderr, f"a start said {refused.stderr[-300:]!r}")
        row.must(path.read_bytes() == bytes_of, "a start changed the damaged file")
        restarting = time.time()
        put_back = stage.run("restore", str(backup), "--replace")
        if put_back.returncode:
            raise RuntimeError(f"restoring said {put_back.stderr[-300:]!r}; {row.wrong}")
        row.acknowledged = sum(when < began for when, _one in load.saved)
        row.lost = lost(stage.url, [one for when, one in load.saved if when < began])
        site.start()
        load.wait_for(1)
        row.back = time.time() - restarting
    row.running = f"two web processes, a worker, {len(stage.cookies)} students; counted until the backup began"
    return row


def backup_and_move(stage: Stage, other: Path, other_url: str, name: str) -> tuple[Row, Stage]:
    """A backup is made while students work, and put on another machine's database; then they work there."""
    row = Row(f"backup while serving, restored onto {name}", stage.kind)
    backup = stage.scratch / f"to-{name}.zip"
    with (
        Serving(stage.instance, stage.url, stage.scratch / "said.log") as site,
        Load(site.port, QUIZ, stage.cookies) as load,
    ):
        began = backed_up(stage, row, backup)
        load.wait_for(len(stage.cookies))
    moved = Stage(other, other_url, stage.cookies, stage.scratch, stage.seconds)
    restoring = time.time()
    restored = moved.run("restore", str(backup))
    row.must(restored.returncode == 0, f"restoring said {restored.stderr[-300:]!r}")
    before = [one for when, one in load.saved if when < began]
    row.acknowledged, row.lost = len(before), lost(other_url, before)
    with (
        Serving(other, other_url, stage.scratch / "said.log") as there,
        Load(there.port, "tries", stage.cookies) as more,
    ):
        row.back = time.time() - restoring
        there.stop()
    row.must(lost(other_url, [one for _when, one in more.saved]) == 0, "what was answered there was lost")
    row.running = f"two web processes, a worker, {len(stage.cookies)} students; counted until the backup began"
    return row, moved
