"""One size: the site seeded and served, the floor and the peer beside it, and rounds in which they take turns."""

import itertools
import statistics
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import event

from benchmarks import floor
from benchmarks.pages import ours
from benchmarks.pages.client import Answer, Ask, Browser, Page, fitting, form, one, played, run
from benchmarks.pages.figures import FLOOR_PAGE, FLOOR_SAVE, Figure, Round, percentile
from benchmarks.pages.peer import PAGES as PEER_PAGES
from benchmarks.pages.peer import Kolibri
from benchmarks.pages.processes import processor_seconds
from benchmarks.pages.seeding import Seeded, email_of
from benchmarks.pages.serving import Server, free_port
from course.base.db import NO_QUERY, Database
from kruzhok.app import create_app
from kruzhok.config import read_config

READERS = 16
#: What is one long answer is not asked for sixteen times at once where it is that of more members than so many.
LONG, MOST_MEMBERS = "progress as a file", 300


class Pace(NamedTuple):
    """How long each page is asked for in a round: seconds alone and how many times at the most, seconds over sixteen
    connections."""

    alone: float
    most: int
    together: float


# The sides


class Ours:
    """A seeded site that is served. Quizzes are begun and reviews taken as long as there are any left."""

    def __init__(self, ask: Callable[[Ask], Answer], seeded: Seeded) -> None:
        self._ask, self.seeded, self.looks = ask, seeded, ours.looks(seeded)
        self.readers = [ours.Reader(ask, email_of(number)) for number in range(READERS)]
        self.tutor = ours.Reader(ask, seeded.tutor)
        self._quizzes = deque(ours.quizzes())

    def check(self) -> None:
        """See that each page says to each reader what it must."""
        for name, look in self.looks.items():
            for who in [self.tutor] if look.by_tutor else self.readers:
                said = played(self._ask, who.get(look.path))[0].text
                assert look.marker in said, f"{name} does not say {look.marker}"

    def streams(self, name: str, starts: int) -> tuple[Iterator[Page], list[Iterator[Page]]]:
        """Return who asks for the page NAME alone, and who ask for it at once; each begins STARTS quizzes."""
        readers = self.readers
        if (look := self.looks.get(name)) is not None:
            who = [self.tutor] * READERS if look.by_tutor else readers
            together = [] if name == LONG and self.seeded.members > MOST_MEMBERS else who
            return _in_turn(look.path, who), [_in_turn(look.path, [reader]) for reader in together]
        if name == "start of an attempt":
            first, *rest = [self._quizzes.popleft() for _ in range(starts)]
            return (reader.start(first) for reader in readers), [reader.starts(rest) for reader in readers]
        if name == "one response saved":
            return readers[0].saves(self._ask), [reader.saves(self._ask) for reader in readers]
        if name == "submission":
            alone = (next(reader.submissions()) for reader in readers if reader.begun)
            return alone, [reader.submissions() for reader in readers]
        if name == ours.WHOLE:
            eight, others = readers[: ours.AT_ONCE], readers[ours.AT_ONCE :]
            quizzes = [self._quizzes.popleft() for _ in range(ours.SAT)]
            return (reader.whole(quizzes[0]) for reader in others), [reader.wholes(quizzes) for reader in eight]
        steps = [reader.reviews() for reader in readers]
        return (next(step) for step in itertools.cycle(steps)), [itertools.islice(step, 3) for step in steps]


def _in_turn(path: str, readers: Sequence[ours.Reader]) -> Iterator[Page]:
    return (reader.get(path) for reader in itertools.cycle(readers))


class Floor:
    """The floor, served."""

    def __init__(self, ask: Callable[[Ask], Answer]) -> None:
        self.cookies = []
        for number in range(1, READERS + 1):
            browser = Browser(ask)
            browser.go(Ask("GET", f"/sign-in/{number}"))
            self.cookies.append(browser.cookie)
            assert "Row 59" in ask(Ask("GET", "/page", browser.cookie)).text, "the floor's page has no rows"

    def streams(self, name: str) -> tuple[Iterator[Page], list[Iterator[Page]]]:
        """Return who asks for the page NAME alone, and who ask for it at once."""
        if name == FLOOR_PAGE:
            asks = [Ask("GET", "/page", cookie) for cookie in self.cookies]
        else:
            asks = [form("/save/FULL", "", [("words", "x" * 250)], status=200)] * READERS
        return (one(ask) for ask in itertools.cycle(asks)), [(one(ask) for _ in itertools.count()) for ask in asks]


def floor_server(folder: Path) -> Server:
    """Return the server of a new floor, to be entered: as `kruzhok serve` has it, with two web processes."""
    path, port = folder / "floor.db", free_port()
    if not path.exists():
        floor.fill(str(path))
    told = ["--interface", "wsgi", "--factory", "--port", str(port), "--workers", "2", "--blocking-threads", "4"]
    command = [
        sys.executable,
        "-m",
        "granian",
        *told,
        "--backpressure",
        "64",
        "--no-ws",
        "benchmarks.floor:create_floor",
    ]
    return Server(command, port, folder / "said.log", first="/sign-in/1", environment={"FLOOR_DATABASE": str(path)})


def our_server(folder: Path) -> Server:
    """Return the server of the site in FOLDER, to be entered: as it is shipped."""
    port = free_port()
    command = [sys.executable, "-m", "kruzhok", "serve", "--port", str(port)]
    return Server(command, port, folder / "said.log", first="/", environment={"KRUZHOK_INSTANCE": str(folder)})


# Rounds


def cost(server: Server, streams: tuple[Iterator[Page], list[Iterator[Page]]], pace: Pace) -> Figure:
    """Return what a page of STREAMS costs SERVER: alone, then over sixteen connections."""
    alone, together = streams
    before = processor_seconds(server.pid)
    single = run(server.port, [alone], seconds=pace.alone, most=pace.most)
    middle = processor_seconds(server.pid)
    median = statistics.median(single.milliseconds)
    processor = (middle - before) * 1000 / len(single.milliseconds)
    p95 = percentile(single.milliseconds, 0.95)
    if not together:
        return Figure(median, p95, None, None, processor, single.client, single.size)
    many = run(server.port, together, seconds=pace.together)
    processor = (processor_seconds(server.pid) - middle) * 1000 / len(many.milliseconds)  # of more pages: steadier
    p95_of_16 = percentile(many.milliseconds, 0.95)
    return Figure(median, p95, many.per_second, p95_of_16, processor, many.client, single.size)


class Sides(NamedTuple):
    """Who is measured next to each other, and the servers they are at."""

    floor: tuple[Server, Floor]
    ours: tuple[Server, Ours]
    peer: tuple[Server, Kolibri] | None


class Paces(NamedTuple):
    """How long each side is asked, how many quizzes each reader begins in a round, and how often a start of what is
    installed is measured."""

    floor: Pace
    ours: Pace
    peer: Pace
    begun: int
    restarts: int


def one_round(sides: Sides, paces: Paces, number: int) -> Round:
    """Return what a round came to: floor, ours and the peer (every other time the other way round), floor."""
    before = _floor(sides, paces.floor)
    figures: dict[str, Mapping[str, Figure]] = {"peer": {}}
    turns = [("ours", _ours), ("peer", _peer)]
    for side, measured in turns if number % 2 else reversed(turns):
        figures[side] = measured(sides, paces)
    return Round(figures["ours"], figures["peer"], before, _floor(sides, paces.floor))


def _floor(sides: Sides, pace: Pace) -> Mapping[str, Figure]:
    server, side = sides.floor
    return {name: cost(server, side.streams(name), pace) for name in (FLOOR_PAGE, FLOOR_SAVE)}


def _ours(sides: Sides, paces: Paces) -> Mapping[str, Figure]:
    server, side = sides.ours
    return {name: cost(server, side.streams(name, paces.begun), paces.ours) for name in ours.names(side.seeded)}


def _peer(sides: Sides, paces: Paces) -> Mapping[str, Figure]:
    if sides.peer is None:
        return {}
    server, side = sides.peer
    return {name: cost(server, side.streams(name, fresh=2), paces.peer) for name in PEER_PAGES}


# Queries


def count_queries(database: Database, seeded: Seeded) -> Mapping[str, Sequence[int]]:
    """Return how many statements each request of a page executes, in this process, on the seeded DATABASE; what is read
    once for each process is not counted."""
    app = create_app(read_config(), database)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    client, said, counted = app.test_client(use_cookies=False), list[str](), list[int]()

    def ask(wanted: Ask) -> Answer:
        headers = [*wanted.headers, ("Cookie", wanted.cookie)]
        said.clear()
        got = client.open(wanted.path, method=wanted.method, data=wanted.body, headers=headers)
        counted.append(len(said))
        return fitting(wanted, Answer(got.status_code, [(key.lower(), value) for key, value in got.headers], got.data))

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(NO_QUERY):
            said.append(statement)

    reader, tutor = ours.Reader(ask, email_of(READERS)), ours.Reader(ask, seeded.tutor)
    looks, quizzes, others = ours.looks(seeded), ours.quizzes()[:2], ours.quizzes()[2:4]
    pages: dict[str, Iterator[Page]] = {
        name: _in_turn(look.path, [tutor if look.by_tutor else reader]) for name, look in looks.items()
    }
    for quiz in (*quizzes, *others):  # what a quiz asks is held as soon as anybody has begun it
        played(ask, ours.Reader(ask, email_of(READERS + 1)).start(quiz))
    event.listen(database.engine, "before_cursor_execute", note)
    found = {}
    for name in ours.names(seeded):
        if name in ours.ACTS:
            acts: Mapping[str, Callable[[], Iterator[Page]]] = {
                "start of an attempt": lambda: reader.starts(quizzes), "one response saved": lambda: reader.saves(ask),
                "submission": reader.submissions, "review step": reader.reviews,
                ours.WHOLE: lambda: reader.wholes(others),
            }  # fmt: skip
            pages[name] = acts[name]()
        for _twice in range(2):
            counted.clear()
            played(ask, next(pages[name]))
        found[name] = [*counted]
    event.remove(database.engine, "before_cursor_execute", note)
    return found
