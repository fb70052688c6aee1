"""What pages cost, beside the floor (benchmarks.floor) and beside Kolibri, in one run.

    ./run python -m benchmarks.pages [--quick] [--peer kolibri] [--sizes 30,300,3000,30000] [--rounds N]
        [--json FILE] [--markdown FILE] [--plot FILE] [--peer-folder FOLDER]

Assumes: `kruzhok serve` as it is shipped, on SQLite with durable commits, two web processes and the worker beside; the
floor under the same server; Kolibri 0.19.5 as it starts by itself, installed from the registry by its name, with the
same number of learners who did as much. Sixteen readers sign in through the form. In each round floor, ours and the
peer (every other time the other way round) and the floor again are asked for their pages over one connection, then
over sixteen; a round whose two floors are further apart than 15 % is dropped; figures are medians over the rounds, and
ratios are made within each. The client runs on the same processors, and its share is the same for all.

It prints tables, what grows, whether each target is met and, last, one line of JSON. It fails (exit code 1) where a
page does not answer as it must, or makes more queries than it may. --quick takes a minute: 30 users, without the peer.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.pages import telling
from benchmarks.pages.client import WrongAnswer, asker
from benchmarks.pages.measuring import (
    READERS,
    Floor,
    Ours,
    Pace,
    Paces,
    Sides,
    count_queries,
    floor_server,
    one_round,
    our_server,
)
from benchmarks.pages.ours import LESSON, SAT, quizzes
from benchmarks.pages.peer import Installed, Kolibri
from benchmarks.pages.processes import memory, tree
from benchmarks.pages.seeding import check, load, seed
from benchmarks.pages.serving import Server
from benchmarks.pages.targets import Memory, Result, Size, Starts, too_many_queries
from benchmarks.pages.visiting import Visit, first_visit
from benchmarks.storm.site import children_of
from course.base.db import Database, make_engine

QUICK = Paces(floor=Pace(0.3, 40, 0.5), ours=Pace(0.3, 20, 0.5), peer=Pace(0.5, 5, 1.0), begun=3, restarts=1)
WHOLE = Paces(floor=Pace(0.4, 60, 0.7), ours=Pace(0.4, 40, 0.7), peer=Pace(0.8, 8, 1.0), begun=4, restarts=3)

#: More learners than this no class of Kolibri's is given: its pages take minutes then.
MOST_OF_PEER = 3000


def main() -> int:
    """Measure, tell what came of it, and return the exit code."""
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(143))  # so that no server stays behind
    paces = QUICK if options.quick else WHOLE
    try:
        with tempfile.TemporaryDirectory(prefix="kruzhok-bench-") as folder:
            result = measure(options, paces, Path(folder))
    except WrongAnswer as error:
        print(error)
        return 1
    print(telling.markdown(result))
    for path, told in (
        (options.json, telling.as_json),
        (options.markdown, telling.markdown),
        (options.plot, telling.plot),
    ):
        if path:
            Path(path).write_text(told(result))
    over = too_many_queries(result)
    for page, queries in over.items():
        print(f"{page} makes {queries} queries, which are more than it may")
    print(json.dumps({"users": options.sizes, "too many queries": over, **telling.summary(result)}))
    return 1 if over else 0


def read_options() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a minute: 30 users, two rounds")
    parser.add_argument("--peer", choices=["kolibri"], help="what is measured beside")
    parser.add_argument("--peer-folder", help="where it is installed; without, in a folder that is deleted afterwards")
    parser.add_argument("--sizes", default="30,300,3000,30000", help="numbers of users, multiples of ten, from 30 on")
    parser.add_argument("--rounds", type=int, default=4)
    for name in ("json", "markdown", "plot"):
        parser.add_argument(f"--{name}", help="the file it goes to")
    options = parser.parse_args()
    options.sizes = [30] if options.quick else [int(one) for one in options.sizes.split(",")]
    options.rounds = 2 if options.quick else options.rounds
    most = len(quizzes()) // (WHOLE.begun + SAT)
    if options.rounds > most:
        parser.error(f"there are quizzes for {most} rounds")
    if any(size < 30 or size % 10 or (size > MOST_OF_PEER and size % MOST_OF_PEER) for size in options.sizes):
        parser.error("sizes are multiples of ten, from 30 on; above 3,000 of 3,000")
    return options


def measure(options: argparse.Namespace, paces: Paces, folder: Path) -> Result:
    """Return everything that is measured, in FOLDER."""
    os.environ["KRUZHOK_INSTANCE"] = str(folder)
    os.environ.pop("KRUZHOK_DATABASE_URL", None)
    peer = Installed(Path(options.peer_folder or folder / "kolibri")) if options.peer else None
    starts = starts_of(folder / "empty", paces.restarts)
    say(f"first page after {starts.from_nothing:.1f} s, when installed after {starts.again:.2f} s")
    home = folder / "home"
    peer_starts = None
    if peer is not None:
        peer.install()
        began = time.perf_counter()
        peer.provision(home)
        provisioned = time.perf_counter() - began
        peer.copy(home, folder / "empty-home")
        found = [_started(lambda: peer.serving(folder / "empty-home")) for _start in range(paces.restarts + 1)]
        peer_starts = Starts(provisioned + found[0], statistics.median(found[1:]))
        say(f"Kolibri: after {peer_starts.from_nothing:.1f} s, when installed after {peer_starts.again:.2f} s")
    loaded = Database(make_engine(f"sqlite:///{folder / 'loaded.db'}"))
    load(loaded)
    loaded.engine.dispose()  # the last connection to close leaves one whole file
    sizes, visits = [], list[Visit | None]()
    for users in options.sizes:
        with_peer = peer if users <= MOST_OF_PEER else None
        sizes.append(measure_size(users, options.rounds, paces, folder, with_peer, visits))
    return Result(_machine(), sizes, starts, peer_starts, *[*visits, None][:2])


def starts_of(folder: Path, restarts: int) -> Starts:
    """Return how long the site takes to its first page, from an empty FOLDER and, so often, when it is there."""
    folder.mkdir()
    found = [_started(lambda: our_server(folder)) for _start in range(restarts + 1)]
    return Starts(found[0], statistics.median(found[1:]))


def _started(server: Callable[[], Server]) -> float:
    with server() as running:
        return running.started


def measure_size(
    users: int, rounds: int, paces: Paces, folder: Path, peer: Installed | None, visits: list[Visit | None]
) -> Size:
    """Return what is measured with so many USERS; the first time the VISITS of ours and of PEER, too."""
    here = folder / str(users)
    here.mkdir()
    shutil.copy(folder / "loaded.db", here / "kruzhok.db")
    os.environ["KRUZHOK_INSTANCE"] = str(here)
    database = Database(make_engine(f"sqlite:///{here / 'kruzhok.db'}"))
    seeded = seed(database, users)
    check(database, users)
    queries = count_queries(database, seeded)
    database.engine.dispose()
    say(
        f"{users:,} users, {seeded.responses:,} responses, {sum(seeded.rows.values()):,} rows in {seeded.seconds:.0f} s"
    )
    with ExitStack() as running:
        floor, ours = running.enter_context(floor_server(folder)), running.enter_context(our_server(here))
        sides = Sides((floor, Floor(asker(floor.port))), (ours, Ours(asker(ours.port), seeded)), None)
        if peer is not None:
            peer.copy(folder / "home", here / "home")
            made = peer.seed(here / "home", users)
            server = running.enter_context(peer.serving(here / "home"))
            kolibri = Kolibri(asker(server.port), made, readers=READERS, learners=users)
            sides = sides._replace(peer=(server, kolibri))
            kolibri.check()
            say(f"Kolibri with {users:,} learners is there")
        sides.ours[1].check()
        if not visits:
            visits += visits_of(sides)
        found = []
        for number in range(rounds):
            found.append(one_round(sides, paces, number))
            say(f"round {number + 1} of {rounds}: its floors are {found[-1].apart:.0%} apart")
        web = children_of(ours.pid)["a web process"]
        held = memory(tree(sides.peer[0].pid)) if sides.peer is not None else None
        size = Size(seeded, queries, found, Memory(memory(tree(ours.pid)), memory(web), held))
    shutil.rmtree(here)
    return size


def visits_of(sides: Sides) -> Sequence[Visit | None]:
    """Return what a first visit of a lesson fetches, of ours and of the peer."""
    server, ours = sides.ours
    visits = [first_visit(f"http://127.0.0.1:{server.port}", LESSON, ours.readers[0].cookie)]
    if sides.peer is not None:
        server, kolibri = sides.peer
        made: Any = kolibri.made
        path = f"/en/learn/#/home/classes/{made['class']}/lesson/{made['lesson']}"
        visits.append(first_visit(f"http://127.0.0.1:{server.port}", path, kolibri.readers[0].cookie))
    return visits


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "an unknown processor",
    )
    return f"{len(os.sched_getaffinity(0))} cores ({model}), Python {sys.version.split()[0]}"


def say(words: str) -> None:
    """Say how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
