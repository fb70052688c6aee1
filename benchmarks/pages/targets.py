"""What the pages are held to: how much faster than Kolibri, how near to the floor, how many queries, bytes, seconds."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.pages import figures
from benchmarks.pages.figures import Round, Spread, growth, over
from benchmarks.pages.ours import WHOLE
from benchmarks.pages.seeding import Seeded
from benchmarks.pages.visiting import Visit
from tests.test_queries import PAGES, PAGES_OF_TUTOR

#: Attempts of ten questions that a tuned Moodle 4.5 takes in a minute, of eight at once: measured on another machine.
MOODLES = 84

STUDENTS_PAGES = ("today", "course", "lesson", "reading")

#: Page -> how many queries it may make, all its requests together: more is a fault. What is looked at may make as many
#: as the tests allow.
MOST_QUERIES: Mapping[str, int] = {
    "today": PAGES["today in a group"][1],
    "course": PAGES["course in a group"][1],
    "lesson": PAGES["lesson"][1],
    "reading": PAGES["text"][1],
    "start of an attempt": 14,
    "one response saved": 4,
    "submission": 15,
    WHOLE: 82,
    "review step": 43,
    "discussion of 200 posts": PAGES["prompt"][1],
    "search": PAGES["search"][1],
    "progress table": PAGES_OF_TUTOR["progress"][1],
    "marking queue": PAGES_OF_TUTOR["what waits to be marked"][1],
    "progress as a file": PAGES_OF_TUTOR["progress as a file"][1],
}


class Memory(NamedTuple):
    """MiB held after all rounds, what is shared divided among who share it: by everything that `serve` runs, by its two
    web processes, by everything that Kolibri runs."""

    ours: float
    web: float
    peer: float | None


class Size(NamedTuple):
    """What was measured with so many users."""

    seeded: Seeded
    queries: Mapping[str, Sequence[int]]
    rounds: Sequence[Round]
    memory: Memory


class Starts(NamedTuple):
    """Seconds to the first page: from nothing (an empty folder), and of what is installed."""

    from_nothing: float
    again: float


class Result(NamedTuple):
    """Everything that was measured; of the peer nothing where it was not asked for, of a visit where there is no
    browser."""

    machine: str
    sizes: Sequence[Size]
    starts: Starts
    peer_starts: Starts | None
    visit: Visit | None
    peer_visit: Visit | None

    @property
    def has_peer(self) -> bool:
        """Whether the peer was measured."""
        return self.peer_starts is not None


class Target(NamedTuple):
    """What must hold, and what was found: for each number of users, or for all ("") at once. Nothing: not measured."""

    what: str
    bound: str
    found: Mapping[str, float]
    is_met: bool | None


def targets(result: Result) -> Iterator[Target]:
    """Yield each target with what was found."""
    for page in STUDENTS_PAGES:
        yield from _against_peer(result, page, 10, 30)
        yield _each(result, f"{page}: times the floor's page", operator.le, 2, figures.times_the_floor(page))
        yield _queries(result, page, 8)
    start, save, table = "start of an attempt", "one response saved", "progress table"
    yield from _against_peer(result, start, 10, 25)
    yield _queries(result, start, 12, first_only=True)
    yield from _against_peer(result, save, 4, 10)
    yield _each(result, f"{save}: ms, p95 at 16 connections", operator.lt, 150, lambda one: one.ours[save].p95_of_16)
    yield _each(result, f"{save}: share of the floor's saves", operator.ge, 0.5, figures.share_of_floor_saves(save))
    yield _queries(result, save, 6)
    yield _each(
        result,
        f"{WHOLE}: a minute, of eight at once (Moodle 4.5, tuned, elsewhere: {MOODLES})",
        operator.ge,
        20 * MOODLES,
        lambda one: (one.ours[WHOLE].per_second or 0) * 60,
    )
    yield _each(result, f"{table}: times faster than Kolibri's", operator.ge, 10, figures.times_faster(table))
    yield _each(result, f"{table}: KB compressed", operator.le, 20, lambda one: one.ours[table].size / 1000)
    yield _same(result, table)
    queries = {str(one.seeded.users): float(sum(one.queries[table])) for one in result.sizes}
    yield Target(f"{table}: queries", "constant", queries, len({*queries.values()}) == 1)
    yield from _of_visit(result)
    yield from _of_machine(result)


_SIGNS: Mapping[Callable[[float, float], bool], str] = {
    operator.le: "at most",
    operator.lt: "under",
    operator.ge: "at least",
}


def _judged(what: str, holds: Callable[[float, float], bool], bound: float, found: Mapping[str, float]) -> Target:
    met = all(holds(value, bound) for value in found.values()) if found else None
    return Target(what, f"{_SIGNS[holds]} {bound:g}", found, met)


def _each(
    result: Result,
    what: str,
    holds: Callable[[float, float], bool],
    bound: float,
    value: Callable[[Round], float | None],
) -> Target:
    spreads = {str(one.seeded.users): over(one.rounds, value) for one in result.sizes}
    return _judged(what, holds, bound, {users: found.median for users, found in spreads.items() if found is not None})


def _against_peer(result: Result, page: str, faster: float, as_many: float) -> Iterator[Target]:
    yield _each(result, f"{page}: times faster than Kolibri's", operator.ge, faster, figures.times_faster(page))
    yield _each(result, f"{page}: times Kolibri's throughput", operator.ge, as_many, figures.times_as_many(page))


def _queries(result: Result, page: str, most: int, *, first_only: bool = False) -> Target:
    counts = {str(one.seeded.users): one.queries[page] for one in result.sizes}
    found = {users: float(said[0] if first_only else sum(said)) for users, said in counts.items()}
    return _judged(f"{page}: queries", operator.le, most, found)


def _same(result: Result, page: str) -> Target:
    """A page of a table costs the same however long the table is: the ratio of the longest to the shortest, each as a
    ratio to its floor."""
    # Of two sites whose groups are as large the smaller counts, which stands last here.
    sizes = sorted(result.sizes, key=lambda one: -one.seeded.users)
    medians = [(one.seeded.members, over(one.rounds, figures.times_the_floor(page))) for one in sizes]
    known = {members: found.median for members, found in medians if found is not None}
    found = {} if len(known) < 2 else {"": known[max(known)] / known[min(known)]}
    return _judged(f"{page}: of the largest group to that of the smallest", operator.le, 1.2, found)


def _of_visit(result: Result) -> Iterator[Target]:
    ours, peer = result.visit, result.peer_visit
    what = "first visit of a lesson"
    yield _judged(f"{what}: KB", operator.le, 150, {"": ours.size / 1000} if ours else {})
    yield _judged(f"{what}: requests", operator.le, 8, {"": float(ours.requests)} if ours else {})
    yield _judged(f"{what}: times fewer bytes", operator.ge, 20, {"": peer.size / ours.size} if ours and peer else {})


def _of_machine(result: Result) -> Iterator[Target]:
    shares = {str(one.seeded.users): one.memory for one in result.sizes if one.memory.peer}
    found = {users: (memory.peer or 0) / memory.ours for users, memory in shares.items()}
    yield _judged("memory of everything, loaded: Kolibri's to ours", operator.ge, 2, found)
    found = {users: (memory.peer or 0) / memory.web for users, memory in shares.items()}
    yield _judged("memory of two web processes, loaded: Kolibri's to ours", operator.ge, 2, found)
    peer = result.peer_starts
    nothing = {"": peer.from_nothing / result.starts.from_nothing} if peer else {}
    yield _judged("nothing to first page: Kolibri's to ours", operator.ge, 2, nothing)
    yield _judged("start when installed: seconds", operator.le, 1.5, {"": result.starts.again})


def growth_of(result: Result, page: str) -> float | None:
    """Return by which exponent the cost of PAGE grows with the users, as a ratio to the floor."""
    points: list[tuple[float, Spread | None]] = [
        (one.seeded.users, over(one.rounds, figures.times_the_floor(page))) for one in result.sizes
    ]
    return growth([(users, found.median) for users, found in points if found is not None])


def too_many_queries(result: Result) -> Mapping[str, int]:
    """Return the pages that make more queries than they may, with how many."""
    return {
        page: sum(counted)
        for one in result.sizes
        for page, counted in one.queries.items()
        if sum(counted) > MOST_QUERIES[page]
    }
