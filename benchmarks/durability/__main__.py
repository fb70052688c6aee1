"""Each fault that a site must survive, done to a real one under load: what was acknowledged, what of it was lost.

    ./run python -m benchmarks.durability [--seconds S] [--students N] [--points P] [--only WORD ...]
    ./run python -m benchmarks.durability --quick       (2 seconds of load before each fault, 4 points of a migration)

`kruzhok serve` runs as an operator runs it, with two web processes and a worker, on SQLite and on a PostgreSQL of the
benchmark's own that writes each commit down. Students save one answer after another as the page's script does, and note
what they are told is saved, and when. Then something breaks: processes are killed, the disk fills up or takes no more
writing, the clock goes back, the file of the database is overwritten, a migration is killed before one of its
statements, two servers start at once on an old schema. A backup is made while students work, and put on another
machine's database of the other kind, and back.

It fails (exit code 1) unless every answer that was acknowledged is there afterwards as it was given, pages that only
read are served where they can be, a form that cannot be saved is refused with what was typed on it, no answer is an
error of the site's own making (500), a start on a damaged file or a disk that takes no writing is one sentence and
changes nothing, and a migration that was killed ends, the next time, where an undisturbed one does.

A file system of its own for the full and the failing disk needs root and Linux; the clock needs libfaketime. What this
machine cannot do is said in the table, and is not counted as passed. What is shown of power loss: nothing (see
benchmarks.storm). Seconds are those of a machine that may have other things to do: upper bounds.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import postgres
from benchmarks.durability import faults
from benchmarks.durability.faults import Row, Stage
from benchmarks.durability.migrating import Copy, interrupted, old_file, old_server, two_at_once
from benchmarks.durability.site import Serving
from benchmarks.storm.__main__ import seed
from benchmarks.storm.students import Plan
from course.base.db import Database, make_engine


def main() -> int:
    """Do the faults that were asked for, print the table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=8.0, help="of load before each fault")
    parser.add_argument("--students", type=int, default=6)
    parser.add_argument("--points", type=int, default=40, help="statements before which a migration is killed")
    parser.add_argument("--only", nargs="*", default=[], help="faults whose name has one of these words")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.students, options.points = 2.0, 4, 4
    rows = []
    with tempfile.TemporaryDirectory(prefix="kruzhok-faults-") as folder, postgres.server() as server:
        for name, do in all_faults(Path(folder), server, options):
            if options.only and not any(word in name for word in options.only):
                continue
            began = time.time()
            try:
                row = do()
            except Exception as error:  # noqa: BLE001 (one that cannot be done is a fault of its own)
                traceback.print_exc()
                row = Row(name, "", wrong=[repr(error)])
            rows.append(row)
            print(f"{name}: {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    return report(rows)


def all_faults(folder: Path, server: str, options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Row]]]:
    """Yield each fault with its name, in order; what it is done to is made when it is come to."""
    stages = Stages(folder, server, options)
    for name in ("kill_a_web_process", "kill_everything", "full_disk", "read_only", "clock_set_back", "damaged"):
        yield f"{name} sqlite", partial(_done_to, stages.file, getattr(faults, name))
    for name in ("kill_a_web_process", "kill_everything", "clock_set_back"):
        yield f"{name} postgresql", partial(_done_to, stages.of_server, getattr(faults, name))
    yield "backup there and back", partial(there_and_back, stages)
    for kind, copies in (("SQLite", stages.old_files), ("PostgreSQL", stages.old_databases)):
        yield f"migration interrupted {kind.lower()}", partial(_interrupted, copies, options.points, kind)
        yield f"migration two servers {kind.lower()}", partial(_two_at_once, copies, stages, kind)


def _done_to(stage: Callable[[], Stage], fault: Callable[[Stage], Row]) -> Row:
    return fault(stage())


def _interrupted(copies: Callable[[], Copy], points: int, kind: str) -> Row:
    return interrupted(copies(), points, kind)


def _two_at_once(copies: Callable[[], Copy], stages: "Stages", kind: str) -> Row:
    return two_at_once(copies(), stages.empty(kind))


class Stages:
    """Sites to do faults to, seeded once for each kind of database."""

    def __init__(self, folder: Path, server: str, options: argparse.Namespace) -> None:
        self.folder, self.server, self.options = folder, server, options
        self._made: dict[str, Stage] = {}
        self._copies: dict[str, Callable[[], str]] = {}
        self._number = 0

    def empty(self, kind: str) -> Stage:
        """Return a stage with nothing on it."""
        self._number += 1
        scratch = self.folder / str(self._number)
        instance = scratch / "instance"
        instance.mkdir(parents=True)
        url = f"sqlite:///{instance / 'kruzhok.db'}" if kind == "SQLite" else self.server
        return Stage(instance, url, [], scratch, self.options.seconds)

    def file(self) -> Stage:
        """Return a stage with a copy of the seeded site on SQLite."""
        stage, made = self.empty("SQLite"), self._seeded("SQLite")
        shutil.copytree(made.instance, stage.instance, dirs_exist_ok=True)
        return Stage(stage.instance, stage.url, made.cookies, stage.scratch, stage.seconds)

    def of_server(self) -> Stage:
        """Return the stage of the seeded site on PostgreSQL; each fault finds what the one before left."""
        return self._seeded("PostgreSQL")

    def old_files(self) -> Callable[[], str]:
        """Return what copies an SQLite of the oldest schema."""
        if "SQLite" not in self._copies:
            self._copies["SQLite"] = old_file(self.empty("SQLite").scratch)
        return self._copies["SQLite"]

    def old_databases(self) -> Callable[[], str]:
        """Return what copies a PostgreSQL database of the oldest schema."""
        if "PostgreSQL" not in self._copies:
            self._copies["PostgreSQL"] = old_server(self.server, self.empty("SQLite").scratch)
        return self._copies["PostgreSQL"]

    def _seeded(self, kind: str) -> Stage:
        if kind not in self._made:
            stage = self.empty(kind)
            os.environ |= {"KRUZHOK_INSTANCE": str(stage.instance), "KRUZHOK_DATABASE_URL": stage.url}
            database = Database(make_engine(stage.url))
            cookies = seed(database, self.options.students, Plan(0, 24 * 3600, 0, 50))
            database.engine.dispose()
            self._made[kind] = Stage(stage.instance, stage.url, cookies, stage.scratch, stage.seconds)
            with Serving(stage.instance, stage.url, stage.scratch / "said.log") as site:
                site.stop()  # the shipped courses are loaded
        return self._made[kind]


def there_and_back(stages: Stages) -> Row:
    """From SQLite to PostgreSQL and back, each time by a backup made while students work."""
    first = stages.file()
    name = f"moved_{stages._number}"
    engine = make_engine(stages.server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    there, back = stages.empty("PostgreSQL"), stages.empty("SQLite")
    row, moved = faults.backup_and_move(
        first, there.instance, stages.server.replace("/postgres?", f"/{name}?"), "PostgreSQL"
    )
    again, _stage = faults.backup_and_move(moved, back.instance, back.url, "SQLite")
    row.fault, row.database = "backup while serving, restored onto PostgreSQL, and from there onto SQLite", "both"
    row.acknowledged, row.lost = row.acknowledged + again.acknowledged, row.lost + again.lost
    row.back, row.wrong = max(row.back or 0, again.back or 0), row.wrong + again.wrong
    return row


def report(rows: list[Row]) -> int:
    """Print what was found; return 1 where something was lost or is wrong."""
    print("| fault | database | what was running | acknowledged | lost | back after, s |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        back = "" if row.back is None else f"{row.back:.1f}"
        running = f"left out: {row.left_out}" if row.left_out else row.running
        print(f"| {row.fault} | {row.database} | {running} | {row.acknowledged} | {row.lost} | {back} |")
    for row in rows:
        for words in row.wrong:
            print(f"FAULT: {row.fault} ({row.database}): {words}")
    wrong = sum(bool(row.lost or row.wrong or (not row.acknowledged and not row.left_out)) for row in rows)
    figures = [
        {"fault": row.fault, "database": row.database, "acknowledged": row.acknowledged, "lost": row.lost}
        | {"back": row.back and round(row.back, 1), "wrong": row.wrong, "left out": row.left_out}
        for row in rows
    ]
    print(json.dumps({"faults": figures, "failed": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
