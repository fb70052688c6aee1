"""What a site of so many active students needs: what one of them costs, multiplied by what is assumed.

    ./run python -m benchmarks.cost_model [--figures FILE] [--for 100,1000,10000] [--busiest SHARE] [--used SHARE]

What each kind of act costs is read from FILE, where `benchmarks.scaling` has written its table: docs/scaling.md unless
another is named. What is assumed stands below: how often a student does each in a WEEK, and what the options say. The
figures of the processor are those of the machine that the table was measured on; the others hold anywhere.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

MEASURED = Path(__file__).parents[1] / "docs" / "scaling.md"

#: What an active student is assumed to do in a week: a lesson, its documents, prompt, quiz twice, review on five days.
WEEK = {
    "today": 7,
    "course": 4,
    "lesson": 8,
    "document": 8,
    "discussion": 6,
    "draft kept": 30,
    "post": 2,
    "search": 1,
    "start of a quiz": 2,
    "a sitting": 4,
    "response saved": 30,
    "submission": 2,
    "a result": 4,
    "a question of review": 60,
    "its answer": 60,
}
#: Those that write. On SQLite one does so at a time, from the beginning of its request to its end.
WRITING = ("draft kept", "post", "start of a quiz", "response saved", "submission", "its answer")

#: Requests that a web process answers at once, and connections that a worker holds (kruzhok.commands.serve).
THREADS, OF_WORKER = 4, 2

#: How many students a table says the needs of, unless it is told.
SIZES = "100,1000,10000,100000"

HEAD = "| act | a week | ms here | ms PostgreSQL | queries | KB sent | rows | KB stored |"


class Assumed(NamedTuple):
    """What is assumed of a site."""

    #: The share of a week's requests that comes in its busiest hour: Sunday evening.
    busiest: float = 0.1
    #: How much of a processor may be used in that hour, so that pages do not wait for each other.
    used: float = 0.6
    #: Weeks of study in a year.
    weeks: int = 40


@dataclass
class Cost:
    """What one request of a kind costs, or a week of them: milliseconds of the processor here and in PostgreSQL,
    queries, bytes that leave, rows and bytes that stay; and how often it was measured."""

    times: int = 0
    ours: float = 0.0
    database: float = 0.0
    queries: float = 0.0
    sent: float = 0.0
    rows: float = 0.0
    stored: float = 0.0


#: What is measured of each kind of act.
FIGURES = ("ours", "database", "queries", "sent", "rows", "stored")


class Needs(NamedTuple):
    """What so many active students need: requests a second in the busiest hour, processors for the site and for its
    database, connections; gigabytes and millions of rows a year."""

    students: int
    requests: float
    ours: float
    database: float
    connections: int
    gigabytes: float
    rows: float


def week_of(costs: Mapping[str, Cost]) -> Cost:
    """Return what the week of a student comes to, who does each kind of act as often as WEEK says."""
    week = Cost(sum(WEEK.values()))
    for name in FIGURES:
        setattr(week, name, sum(WEEK[kind] * getattr(cost, name) for kind, cost in costs.items()))
    return week


def needs_of(students: int, week: Cost, assumed: Assumed = Assumed()) -> Needs:  # noqa: B008 (it is immutable)
    """Return what so many STUDENTS need, each of whose weeks comes to WEEK."""
    in_hour = students * assumed.busiest / 3600
    ours, database = (in_hour * spent / 1000 / assumed.used for spent in (week.ours, week.database))
    # A web process a core; each keeps a connection for each request that it answers at once.
    connections = max(2, math.ceil(ours)) * THREADS + 2 * OF_WORKER
    a_year = students * assumed.weeks
    stored, rows = a_year * week.stored / 1e9, a_year * week.rows / 1e6
    return Needs(students, in_hour * week.times, ours, database, connections, stored, rows)


class Bounds(NamedTuple):
    """How many active students one processor of the servers is enough for, one of the database, and the one writer at a
    time that SQLite has."""

    server: int
    database: int
    writer: int


def bounds_of(costs: Mapping[str, Cost], assumed: Assumed = Assumed()) -> Bounds:  # noqa: B008 (it is immutable)
    """Return how many students are the most, by COSTS."""
    week, core = week_of(costs), 3600 * 1000 * assumed.used / assumed.busiest
    writing = sum(WEEK[kind] * costs[kind].ours for kind in WRITING)
    return Bounds(*(round(core / spent) if spent else 0 for spent in (week.ours, week.database, writing)))


# As Markdown


def table_of_costs(costs: Mapping[str, Cost]) -> str:
    """Return what each act costs, and the week, as a table that `read_costs` reads."""
    week = week_of(costs)
    lines = [HEAD, "|---|---|---|---|---|---|---|---|"]
    for kind, cost in (*costs.items(), ("the week", week)):
        lines.append(
            f"| {kind} | {WEEK.get(kind, week.times)} | {cost.ours:.1f} | {cost.database:.1f} | {cost.queries:.0f} |"
            f" {cost.sent / 1000:.1f} | {cost.rows:.1f} | {cost.stored / 1000:.1f} |"
        )
    return "\n".join(lines)


def read_costs(text: str) -> dict[str, Cost]:
    """Return what each act costs by the table in TEXT; raise ValueError where there is none, or acts lack."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in _under(HEAD, text)]
    costs = {}
    for kind, _times, *figures in rows:
        if kind in WEEK:
            ours, database, queries, sent, added, stored = map(float, figures)
            costs[kind] = Cost(1, ours, database, queries, sent * 1000, added, stored * 1000)
    if lacking := WEEK.keys() - costs.keys():
        raise ValueError(f"there is no table of what acts cost, or it lacks: {', '.join(sorted(lacking))}")
    return costs


def _under(head: str, text: str) -> Iterator[str]:
    """Yield the rows of the table under HEAD."""
    lines = iter(text.splitlines())
    if head in lines:  # which goes on behind it
        next(lines, None)
        for line in lines:
            if not line.startswith("|"):
                return
            yield line


def table_of_needs(costs: Mapping[str, Cost], sizes: Sequence[int], assumed: Assumed) -> str:
    """Return what sites of those SIZES need, and what one processor is enough for, as Markdown."""
    lines = [
        "| active students | requests/s in the busiest hour | cores, site | cores, database | connections | GB a year |"
        " million rows a year |",
        "|---|---|---|---|---|---|---|",
    ]
    week, most = week_of(costs), bounds_of(costs, assumed)
    for one in (needs_of(size, week, assumed) for size in sizes):
        lines.append(
            f"| {one.students:,} | {one.requests:.1f} | {one.ours:.2f} | {one.database:.2f} | {one.connections} |"
            f" {one.gigabytes:.1f} | {one.rows:.1f} |"
        )
    lines += ["", "| one is enough for so many active students | |", "|---|---|"]
    names = ("processor of the servers", "processor of PostgreSQL", "writer at a time, as SQLite has")
    lines += [f"| {name} | {students:,} |" for name, students in zip(names, most, strict=True)]
    return "\n".join(lines)


def add_assumptions(parser: argparse.ArgumentParser) -> None:
    """Let PARSER read what is assumed of a site, and for how many students it is to be said."""
    parser.add_argument("--for", dest="sizes", default=SIZES, help="numbers of active students")
    parser.add_argument("--busiest", type=float, default=Assumed().busiest, help="share of a week in its busiest hour")
    parser.add_argument("--used", type=float, default=Assumed().used, help="how busy a processor may be then")
    parser.add_argument("--weeks", type=int, default=Assumed().weeks, help="weeks of study in a year")


def assumed_by(options: argparse.Namespace) -> tuple[Assumed, list[int]]:
    """Return what OPTIONS say is assumed, and for how many students."""
    return Assumed(options.busiest, options.used, options.weeks), [int(size) for size in options.sizes.split(",")]


def main() -> int:
    """Print what such sites need and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--figures", type=Path, default=MEASURED, help="a file with the table of what acts cost")
    add_assumptions(parser)
    options = parser.parse_args()
    assumed, sizes = assumed_by(options)
    try:
        costs = read_costs(options.figures.read_text())
    except (OSError, ValueError) as error:
        print(f"{options.figures}: {error}", file=sys.stderr)
        return 1
    print(table_of_needs(costs, sizes, assumed))
    week = week_of(costs)
    needs = [needs_of(size, week, assumed)._asdict() for size in sizes]
    told = {"assumed": assumed._asdict(), "week": asdict(week), "needs": needs}
    print(json.dumps(told | {"most": bounds_of(costs, assumed)._asdict()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
