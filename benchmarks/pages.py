"""What each page costs: time as a ratio to the floor (benchmarks.floor) measured in the same run, queries, bytes.

    ./run python -m benchmarks.pages [--quick] [--users N] [--rounds N]

Assumes: SQLite with synchronous=FULL for both, one server process each with two threads, on loopback, one client that
asks for one page at a time over one connection; floor and pages take turns, and each page's figure is the median of the
rounds' ratios. It fails (exit code 1) where a page does not answer, or makes more queries than its bound.
"""

import argparse
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from course.base.db import Database, make_engine
from course.completion.records import tick
from course.groups.enrolments import enrol_alone
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course
from course.users.models import User
from course.users.sign_ins import add_sign_in
from kruzhok.app import create_app
from kruzhok.completions import rebuild_course
from kruzhok.config import SHIPPED_COURSE, read_config
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from kruzhok.migrations import migrate
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.items import parse_data

COURSE = "/courses/why-study-the-russian-revolution"
FLOOR_PAGE = "floor: a page"
FLOOR_SAVE = "floor: a durable save"


#: The fields of a form for the n-th request.
Fields = Callable[[int], dict[str, object]]


class Page(NamedTuple):
    """A page to be measured, and how many queries it may make, the reader's sign-in included."""

    name: str
    path: str
    most_queries: int


class Cost(NamedTuple):
    """What a page costs: milliseconds at the median, the ratio to the floor, queries, bytes of its body."""

    name: str
    milliseconds: float
    ratio: float
    queries: int
    size: int


class Reader(NamedTuple):
    """Whom the pages are measured as: the cookie of their browser, an open attempt and one that was handed in."""

    cookie: str
    open_attempt: int
    done_attempt: int


def main() -> int:
    """Measure, print a table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a minute: few users, few rounds")
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    users, rounds = (30, 7) if options.quick else (options.users, options.rounds)
    with tempfile.TemporaryDirectory(prefix="kruzhok-bench-") as folder:
        os.environ["KRUZHOK_INSTANCE"] = folder
        os.environ.pop("KRUZHOK_DATABASE_URL", None)
        os.environ["FLOOR_DATABASE"] = str(Path(folder) / "floor.db")
        database = Database(make_engine(read_config().database_url))
        migrate(database)
        reader = seed(database, users)
        pages = pages_of(reader)
        queries = count_queries(database, reader, pages)
        database.engine.dispose()
        costs = measure(reader, pages, queries, rounds, folder)
    return report(costs, pages, users)


def pages_of(reader: Reader) -> list[Page]:
    """Return the pages to be measured, with the bounds of their queries."""
    return [
        Page("front", "/", 8),
        Page("today", "/today", 16),
        Page("course", COURSE, 5),
        Page("lesson", f"{COURSE}/lessons/lenins-return-april-theses", 9),
        Page("document", f"{COURSE}/texts/april-theses", 8),
        Page("start of a quiz", f"{COURSE}/quizzes/lenins-return", 9),
        Page("a sitting", f"/attempts/{reader.open_attempt}", 6),
        Page("a result", f"/attempts/{reader.done_attempt}", 15),
    ]


def seed(database: Database, users: int) -> Reader:
    """Load the course and let USERS study in it; return the last of them."""
    now = datetime.now(UTC) - timedelta(days=30)
    load_course(database, read_folder(SHIPPED_COURSE), now=now, after=rebuild_course)
    rng = random.Random(1917)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        activities = session.scalars(select(Activity).where(Activity.retired_at.is_(None))).all()
        for number in range(users):
            email = f"reader-{number}@example.org"
            user = User(email=email, name=f"Reader {number}", created_at=now, active_on=now.date())
            session.add(user)
            session.flush()
            enrolment = enrol_alone(session, user, course, now=now)
            done = study(session, enrolment, activities, rng, now)
        rebuild_course(session, course, now)
        quiz = next(one for one in activities if one.kind is ActivityKind.quiz)
        opened = start_attempt(session, enrolment, quiz, now=now, rng=rng)
        token = add_sign_in(session, user, "benchmark", now)
        open_attempt = opened.id
    app = create_app(database=database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": "0" * 40, "_permanent": True})
    return Reader(f"kruzhok={cookie}", open_attempt, done)


def study(
    session: Session, enrolment: Enrolment, activities: Sequence[Activity], rng: random.Random, now: datetime
) -> int:
    """Let ENROLMENT tick half of the readings and hand in both quizzes, partly right; return the last attempt."""
    for activity in activities:
        if activity.kind is ActivityKind.reading and rng.random() < 0.5:
            tick(session, enrolment, activity, done=True, by_id=enrolment.user_id, now=now)
    done = 0
    for activity in activities:
        if activity.kind is not ActivityKind.quiz:
            continue
        attempt = start_attempt(session, enrolment, activity, now=now, rng=rng)
        sent = {}
        for item in attempt.items:
            data = parse_data(item.version.data)
            if data.type == "true-false":
                sent[item.id] = Sent({"value": rng.random() < 0.5})
            elif data.type == "single":
                sent[item.id] = Sent({"option": rng.choice(item.shown)})
        save_responses(session, attempt, sent, by=enrolment.user_id, now=now)
        submit_attempt(session, attempt, now=now)
        done = attempt.id
    return done


def count_queries(database: Database, reader: Reader, pages: list[Page]) -> dict[str, int]:
    """Return how many statements each page executes."""
    app = create_app(database=database)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    client = app.test_client(use_cookies=False)
    counted: dict[str, int] = {}
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: seen.append(statement))
    for page in pages:
        client.get(page.path, headers={"Cookie": reader.cookie})  # what is read once for each process does not count
        seen.clear()
        assert client.get(page.path, headers={"Cookie": reader.cookie}).status_code == 200, page.path
        counted[page.name] = sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement in seen)
    return counted


@contextmanager
def served(factory: str, folder: str) -> Iterator[int]:
    """Give the port of a server process for the application that FACTORY makes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--interface", "wsgi", "--factory", "--port", str(port), "--workers", "1", "--blocking-threads", "2"]
    with open(Path(folder) / "server.log", "ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "granian", *arguments, "--backpressure", "16", factory], stdout=log, stderr=log
        )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure(reader: Reader, pages: list[Page], queries: dict[str, int], rounds: int, folder: str) -> list[Cost]:
    """Return the cost of each page; floor and pages are asked in turns, so that other load hits both."""
    with served("benchmarks.floor:create_floor", folder) as floor_port, served("kruzhok.app:wsgi", folder) as our_port:
        floor, ours = HTTPConnection("127.0.0.1", floor_port), HTTPConnection("127.0.0.1", our_port)
        token = reader_token(ours, reader)
        item = re.search(rf'data-save="(/attempts/{reader.open_attempt}/items/\d+)"', body_of(ours, reader))
        assert item, "the sitting names no address to save at"
        times: dict[str, list[float]] = {}
        ratios: dict[str, list[float]] = {}
        sizes: dict[str, int] = {}
        for number in range(rounds + 1):
            floor_page = timed(floor, "GET", "/page")[0]
            for page in pages:
                took, sizes[page.name] = timed(ours, "GET", page.path, cookie=reader.cookie)
                note(times, ratios, page.name, took, floor_page, number)
            floor_save = timed(floor, "POST", "/save", body=lambda n: {"row": 1, "words": f"answer {n}"})[0]
            path, name = item[1], item[1].rsplit("/", 1)[1]

            def answer(n: int, name: str = name, number: int = number) -> dict[str, object]:
                return {"csrf_token": token, "base": 999, "once": f"{number}-{n}", f"flag-{name}": n % 2}

            took, sizes["save of one response"] = timed(ours, "POST", path, cookie=reader.cookie, body=answer)
            note(times, ratios, "save of one response", took, floor_save, number)
            note(times, ratios, FLOOR_PAGE, floor_page, floor_page, number)
            note(times, ratios, FLOOR_SAVE, floor_save, floor_save, number)
    return [
        Cost(name, statistics.median(took), statistics.median(ratios[name]), queries.get(name, 0), sizes.get(name, 0))
        for name, took in times.items()
    ]


def note(
    times: dict[str, list[float]], ratios: dict[str, list[float]], name: str, took: float, floor: float, number: int
) -> None:
    """Keep a figure of round NUMBER; the first round only warms up."""
    if number:
        times.setdefault(name, []).append(took)
        ratios.setdefault(name, []).append(took / floor)


def body_of(connection: HTTPConnection, reader: Reader) -> str:
    """Return the page of the open attempt."""
    connection.request("GET", f"/attempts/{reader.open_attempt}", headers={"Cookie": reader.cookie})
    return connection.getresponse().read().decode()


def reader_token(connection: HTTPConnection, reader: Reader) -> str:
    """Return the token of the reader's forms."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body_of(connection, reader))
    assert found, "the sitting has no form"
    return found[1]


def timed(
    connection: HTTPConnection, method: str, path: str, *, cookie: str = "", body: Fields | None = None, times: int = 15
) -> tuple[float, int]:
    """Return the median milliseconds of TIMES requests, and the bytes of the last body."""
    took = []
    size = 0
    for number in range(times):
        headers = {"Cookie": cookie, "Accept": "application/json" if body else "text/html"}
        sent = None
        if body is not None:
            sent = urlencode(body(number))
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection.request(method, path, body=sent, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, f"{path} answered {answer.status}"
    return statistics.median(took), size


def report(costs: list[Cost], pages: list[Page], users: int) -> int:
    """Print what was measured; return 1 where a page makes more queries than it may."""
    print(f"{users} users, one client, one process each; ratios to the floor of the same round\n")
    print(f"{'':24}{'ms':>8}{'ratio':>8}{'queries':>9}{'bytes':>9}")
    for cost in costs:
        print(f"{cost.name:24}{cost.milliseconds:8.2f}{cost.ratio:8.2f}{cost.queries or '':>9}{cost.size or '':>9}")
    bounds = {page.name: page.most_queries for page in pages}
    over = [cost.name for cost in costs if cost.queries > bounds.get(cost.name, cost.queries)]
    for name in over:
        print(f"{name} makes more than {bounds[name]} queries")
    print(json.dumps({"users": users, "pages": [cost._asdict() for cost in costs], "over": over}))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
