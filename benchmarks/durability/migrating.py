"""Migrations that are interrupted: killed at a statement, or begun by two servers at once."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.durability.faults import Row, Stage
from benchmarks.durability.site import Serving
from benchmarks.schemas import fill
from course.base.db import Database, make_engine
from kruzhok.backup.rows import rows_of, tables_of
from kruzhok.backup.taking import snapshot
from kruzhok.migrations import migrate, revision_of

OLD = "0001"
#: Returns the address of one more database as the site of that revision left it.
Copy = Callable[[], str]


def everything_in(url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table at URL, without what says when a migration ran."""
    database = Database(make_engine(url))
    with snapshot(database) as connection:
        found = {table.name: list(rows_of(connection, table)) for table in tables_of(connection)}
    database.engine.dispose()
    for job in found["job"]:
        job |= {"run_at": None, "id": None}  # PostgreSQL numbers on past what was undone
    return found


def old_file(folder: Path) -> Copy:
    """Return what copies an SQLite database of the oldest site, made once in FOLDER."""
    path = folder / "old.db"
    database = Database(make_engine(f"sqlite:///{path}"))
    fill(database, OLD, folder)
    database.engine.dispose()
    made = iter(range(1_000_000))

    def copy() -> str:
        one = folder / f"old-{next(made)}.db"
        shutil.copyfile(path, one)
        return f"sqlite:///{one}"

    return copy


def old_server(url: str, folder: Path) -> Copy:
    """Return what copies a PostgreSQL database of the oldest site, made once on the server at URL."""

    def run(statement: str) -> None:
        engine = make_engine(url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    run("CREATE DATABASE old")
    database = Database(make_engine(url.replace("/postgres?", "/old?")))
    fill(database, OLD, folder)
    database.engine.dispose()
    made = iter(range(1_000_000))

    def copy() -> str:
        name = f"old_{next(made)}"
        run(f"CREATE DATABASE {name} TEMPLATE old")
        return url.replace("/postgres?", f"/{name}?")

    return copy


def killed_at(url: str, number: int | None) -> int:
    """Migrate the database at URL in a process of its own, which is killed outright before its statement of that
    NUMBER; without one, return how many statements there are."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        database, done = Database(make_engine(url)), 0

        def count(*_arguments: Any) -> None:
            nonlocal done
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(database.engine, "before_cursor_execute", count)
        migrate(database)
        os.write(writing, str(done).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as said:
        return int(said.read() or 0)


def interrupted(copy: Copy, points: int, kind: str) -> Row:
    """Kill a migration from the oldest schema before one statement after another, as many as POINTS, spread evenly;
    what is left is whole, and the next start brings it to where an undisturbed one does."""
    row = Row("migration killed before a statement, then started again", kind)
    undisturbed = copy()
    statements = killed_at(undisturbed, None)
    wanted, before = everything_in(undisturbed), everything_in(copy())
    row.acknowledged = sum(map(len, before.values()))
    chosen = sorted({1 + number * (statements - 1) // max(1, points - 1) for number in range(points)})
    row.running = f"{OLD} to the newest schema, killed at {len(chosen)} of {statements} statements; rows counted"
    for number in chosen:
        url = copy()
        killed_at(url, number)
        database = Database(make_engine(url))
        with database.engine.connect() as connection:
            left_at = revision_of(connection)
            if kind == "SQLite":
                whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
                row.must(whole == "ok", f"killed at {number}: {whole}")
            connection.rollback()
        row.must(left_at is not None, f"killed at {number}: there is no schema")
        began = time.time()
        migrate(database)
        database.engine.dispose()
        row.back = max(row.back or 0, time.time() - began)
        after = everything_in(url)
        if after != wanted:
            different = [name for name in wanted if after.get(name) != wanted[name]]
            row.wrong.append(f"killed at {number}, left at {left_at}: {different} are not as after an undisturbed one")
            row.lost += sum(max(0, len(wanted[name]) - len(after.get(name, []))) for name in different)
    return row


#: What people of the oldest site made, and no loading of a course touches.
THEIRS = ("user", "enrolment", "attempt", "attempt_item", "step", "completion_fact", "journal_entry")


def two_at_once(copy: Copy, stage: Stage) -> Row:
    """Start two servers at the same moment on one old database."""
    row, url = Row("two servers started at once on an old schema", stage.kind), copy()
    before = everything_in(url)
    servers = [Serving(stage.instance, url, stage.scratch / f"said-{number}.log") for number in (1, 2)]
    began = time.time()
    try:
        for server in servers:
            server.start(wait=False)
        for server in servers:
            row.must(server.comes_up(), f"one did not come up: {server.said.read_text()[-300:]}")
        row.back = time.time() - began
    finally:
        for server in servers:
            server.kill()
    after = everything_in(url)
    row.running = f"{OLD} to the newest schema, and the shipped courses; rows of people counted"
    row.acknowledged = sum(len(before[name]) for name in THEIRS)
    row.lost = sum(
        old.items() > new.items() for name in THEIRS for old, new in zip(before[name], after[name], strict=True)
    )
    return row
