"""Every form of the real pages, as every role, sent with what no form should be sent; pages asked for as no link asks.

    ./run python -m benchmarks.http_fuzz [--requests N] [--seed S] [--quick] [--database sqlite|postgresql|both]

Assumes: the world of tests/test_access.py (one of everything, ten roles) and a member of its study group who keeps
words to themself; requests go to the application byte for byte, without a server before it. Three in four requests are
a form filled in well and then spoilt in a place or two, with its token; the rest ask for pages. The world is put back
after each stretch, and after an act that ends what one is. The same seed sends the same.

It fails (exit code 1) where an answer is a 500 or an error is logged, leads off the site, shows what its writer shows
to nobody, refuses in words that are not ours, loses what was typed, or comes without the policy.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import text

from benchmarks.http_fuzz.asking import Finding, ask, surface_of
from benchmarks.http_fuzz.world import MARKERS, House, make_house
from benchmarks.postgres import server
from course.base.db import Database, make_engine
from course.base.web import Application
from kruzhok.app import create_app
from kruzhok.config import Config
from kruzhok.migrations import migrate
from tests.conftest import QUICK_HASHING, SECRET

KINDS = ("sqlite", "postgresql")

#: After so many requests of one person the world is put back.
STRETCH = 200


@contextmanager
def _site(kind: str) -> Iterator[tuple[Application, House, Callable[[], None]]]:
    """Give a site on a database of KIND with a house in it, and what puts it back as it was."""
    with tempfile.TemporaryDirectory(prefix="kruzhok-fuzz-") as folder, _address(kind, Path(folder)) as url:
        database = Database(make_engine(url))
        migrate(database)
        app = create_app(Config(Path(folder), url, secret=SECRET, development=True), database)
        app.config["ARGON2"] = QUICK_HASHING
        house = make_house(app, database)
        database.engine.dispose()
        again = _file_again(Path(folder)) if kind == "sqlite" else _server_again(url)

        def put_back() -> None:
            database.engine.dispose()
            again()

        yield app, house, put_back
        database.engine.dispose()


@contextmanager
def _address(kind: str, folder: Path) -> Iterator[str]:
    with nullcontext(f"sqlite:///{folder / 'kruzhok.db'}") if kind == "sqlite" else server(fsync="off") as url:
        yield url if kind == "sqlite" else _created(url, "house")


def _created(url: str, name: str) -> str:
    _run_sql(url, f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?")


def _run_sql(url: str, *statements: str) -> None:
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _file_again(folder: Path) -> Callable[[], None]:
    shutil.copyfile(folder / "kruzhok.db", folder / "as-it-was.db")

    def again() -> None:
        for beside in ("kruzhok.db-wal", "kruzhok.db-shm"):
            (folder / beside).unlink(missing_ok=True)
        shutil.copyfile(folder / "as-it-was.db", folder / "kruzhok.db")

    return again


def _server_again(url: str) -> Callable[[], None]:
    main = url.replace("/house?", "/postgres?")
    _run_sql(main, "CREATE DATABASE as_it_was TEMPLATE house")
    return lambda: _run_sql(main, "DROP DATABASE house WITH (FORCE)", "CREATE DATABASE house TEMPLATE as_it_was")


def run(kind: str, requests: int, seed: int) -> tuple[list[Finding], dict[str, object]]:
    """Send so many REQUESTS to a site on a database of KIND; return what did not hold, and figures."""
    findings: list[Finding] = []
    statuses: Counter[int] = Counter()
    began = time.monotonic()
    with _site(kind) as (app, house, put_back):
        surfaces = {}
        for person in house.people:
            surface = surface_of(app, person, house.pages)
            known = {form.action.split("?")[0] for form in surface.forms if form.method == "POST"}
            surface.forms += [form for form in house.acts(person.role) if form.action.split("?")[0] not in known]
            surfaces[person] = surface
        stretches = [
            (person, n) for n in range(-(-requests // (STRETCH * len(house.people)))) for person in house.people
        ]
        for done, (person, n) in enumerate(stretches):
            put_back()
            rng = random.Random(f"{seed}-{person.role}-{n}")
            times = min(STRETCH, -(-requests // len(stretches)))
            surface = surfaces[person]
            rng.shuffle(surface.forms)
            for request, status, faults in ask(
                app, person, surface, rng, times=times, markers=MARKERS, others=house.others, ended=put_back
            ):
                statuses[status] += 1
                findings += [Finding(fault, person.role, str(request)) for fault in faults]
            if sys.stderr.isatty():
                print(f"\r{kind}: {done + 1} of {len(stretches)} stretches", end="", file=sys.stderr)
    forms = {form.key for surface in surfaces.values() for form in surface.forms}
    return findings, {
        "database": kind,
        "requests": sum(statuses.values()),
        "roles": len(surfaces),
        "forms": len(forms),
        "fields": len({(key[1], name) for key in forms for name in key[2]}),
        "pages": len(house.pages),
        "statuses": dict(sorted(statuses.items())),
        "findings": len(findings),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    """Run on each kind of database, print each finding once, and the figures last."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.http_fuzz", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--requests", type=int, default=20_000, help="on each database")
    parser.add_argument("--seed", type=int, default=1917)
    parser.add_argument("--quick", action="store_true", help="2,000 requests on each database")
    parser.add_argument("--database", choices=(*KINDS, "both"), default="both")
    asked = parser.parse_args()
    findings, figures = [], []
    for kind in KINDS if asked.database == "both" else (asked.database,):
        found, said = run(kind, 2_000 if asked.quick else asked.requests, asked.seed)
        findings += found
        figures.append(said)
        for what, times in Counter(one.what for one in found).most_common():
            first = next(one for one in found if one.what == what)
            print(f"{kind}: {what} ({times} times)\n    as {first.role}: {first.request}")
    print(json.dumps({"seed": asked.seed, "findings": len(findings), "runs": figures}))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
