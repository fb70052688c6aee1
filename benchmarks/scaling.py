"""What an active student costs, and what a site of so many needs: measured here, and multiplied by what is assumed.

    ./run python -m benchmarks.scaling [--quick] [--students N] [--for 100,1000,10000]

The demo is made on a PostgreSQL of the benchmark's own, which writes each commit down. N new members join its study
group and do what WEEK says, one kind of act after the other, in this process. Of each kind is measured, a request at a
time: milliseconds of the processor, of this process and of PostgreSQL's (which the system counts in steps of ten);
queries; bytes that leave, compressed; rows and bytes by which the database grew. What comes out goes by these figures
and by what is assumed below, which is said with it. Figures of the processor depend on the machine, and a little on
what else it does; the others do not.

Left out: static files (a first visit alone), the server program, letters, tutors.
"""

import argparse
import json
import math
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text, update

from benchmarks.databases import own_database
from benchmarks.http_fuzz.reading import Form, read
from benchmarks.questions import put
from course.base.db import Base, Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Course
from course.users.models import User
from course.users.sign_ins import TOKEN, add_sign_in
from kruzhok.app import create_app
from kruzhok.commands.serve import load_shipped
from kruzhok.config import SHIPPED_COURSE
from kruzhok.demo.making import make_demo
from kruzhok.demo.script import read_script
from kruzhok.migrations import migrate
from quizzes.review.models import Card

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
#: The share of a week's requests that comes in its busiest hour: Sunday evening.
BUSIEST = 0.1
#: How much of a processor may be used in that hour, so that pages do not wait for each other.
USED = 0.6
#: Weeks of study in a year.
WEEKS = 40
#: So many days pass between the quiz and its review.
DAYS = 10
#: Requests that a web process answers at once, and connections that a worker holds (kruzhok.commands.serve).
THREADS, OF_WORKER = 4, 2

#: What is measured of each kind of act.
FIGURES = ("ours", "database", "queries", "sent", "rows", "stored")

COURSE = f"/courses/{SHIPPED_COURSE.name}"
LESSON = f"{COURSE}/lessons/lenins-return-april-theses"
PROMPT = "break-or-continuity"
TICKS = os.sysconf("SC_CLK_TCK")
SELECT = re.compile(r'<select[^>]*name="([^"]+)"(.*?)</select>', re.DOTALL)
OPTION = re.compile(r'<option[^>]*value="([^"]*)"')
BASE = re.compile(r'name="base-(\d+)" value="(\d+)"')


class Act(NamedTuple):
    """A request: where to, and what is sent; nothing for a page that is looked at."""

    path: str
    sent: Mapping[str, str] | None = None
    by_script: bool = False


@dataclass
class Cost:
    """What one request of a kind costs: milliseconds of the processor here and in PostgreSQL, queries, bytes that
    leave, rows and bytes that stay."""

    times: int = 0
    ours: float = 0.0
    database: float = 0.0
    queries: float = 0.0
    sent: float = 0.0
    rows: float = 0.0
    stored: float = 0.0


class Member:
    """A student with a browser, who remembers where they are."""

    def __init__(self, app_client: FlaskClient, cookie: str, number: int) -> None:
        self.client, self.cookie, self.rng = app_client, cookie, random.Random(number)
        self.token = ""
        self.attempt = 0
        self.refused = False
        self.bases: dict[str, str] = {}
        self.forms: list[Form] = []
        self.choices: dict[str, str] = {}  #: the last option of each field that has several, by its name

    def ask(self, act: Act) -> int:
        """Do ACT; return how many bytes left. Raise RuntimeError where it went wrong."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip"}
        if act.by_script:
            headers["Accept"] = "application/json"
        if act.sent is None:
            answer = self.client.get(act.path, headers=headers)
        else:
            answer = self.client.post(act.path, data={"csrf_token": self.token} | dict(act.sent), headers=headers)
        self.refused = answer.status_code == 422
        if answer.status_code not in {200, 303, 422}:
            raise RuntimeError(f"{act.path} was answered {answer.status_code}")
        return len(answer.get_data())

    def look(self, path: str) -> str:
        """Return the page at PATH, read; not measured."""
        page = self.client.get(path, headers={"Cookie": self.cookie}).get_data(as_text=True)
        self.forms = read(path, page)[0]
        self.choices = {name: OPTION.findall(options)[-1] for name, options in SELECT.findall(page)}
        self.bases = dict(BASE.findall(page))
        for form in self.forms:
            self.token = next((one.value for one in form.fields if one.name == "csrf_token"), self.token)
        return page

    def filled(self, form: Form, begins: str = "") -> dict[str, str]:
        """Return what FORM sends with some choice everywhere and a word where one types; of those fields whose name
        BEGINS so."""
        sent: dict[str, str] = {}
        for one in form.fields:
            if one.name.startswith(begins) and one.kind != "button":
                typed = "1917" if one.kind in {"text", "textarea"} else self.choices.get(one.name, "")
                sent.setdefault(one.name, one.value or typed)
        return sent


def main() -> int:
    """Measure, print what it comes to and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="6 students")
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--for", dest="sizes", default="100,1000,10000,100000")
    options = parser.parse_args()
    students = 6 if options.quick else options.students
    with own_database(postgres=True) as database:
        group, cookies = fill(database, students)
        client = create_app(database=database).test_client(use_cookies=False)
        members = [Member(client, cookie, number) for number, cookie in enumerate(cookies)]
        costs = {}
        for kind, acts in kinds(group):
            if kind == "a question of review":
                let_days_pass(database)
            costs[kind] = measure(database, members, acts)
    return report(costs, students, [int(size) for size in options.sizes.split(",")])


def fill(database: Database, students: int) -> tuple[str, list[str]]:
    """Make the demo and so many members more; return the address of the group and their cookies."""
    migrate(database)
    load_shipped(database)
    now = datetime.now(UTC)
    tokens = []
    with database.transaction() as session:
        course = session.scalars(select(Course).where(Course.ident == SHIPPED_COURSE.name)).one()
        made = make_demo(session, course, read_script(), "not to be used", now=now)
        group = session.scalars(select(StudyGroup).where(StudyGroup.slug == made.group)).one()
        for number in range(students):
            whose = {"email": f"member-{number}@example.org", "name": f"Member {number}", "created_at": now}
            user = put(session, User(**whose, active_on=now.date()))
            place = {"course_id": course.id, "group_id": group.id, "role": Role.student}
            put(session, Enrolment(user_id=user.id, joined_at=now, used_at=now, **place))
            tokens.append(add_sign_in(session, user, "scaling", now))
    app = create_app(database=database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    rest = {"_fresh": True, "csrf_token": "0" * 40, "_permanent": True}
    return made.group, [f"kruzhok={serializer.dumps({TOKEN: token} | rest)}" for token in tokens]


# What they do


def kinds(group: str) -> Iterator[tuple[str, Callable[[Member], Iterator[Act]]]]:
    """Yield each kind of act, with what a member asks for; in the order in which one thing follows the other."""
    here = f"?group={group}"
    pages = {
        "today": "/today",
        "course": COURSE + here,
        "lesson": LESSON + here,
        "document": f"{COURSE}/texts/april-theses{here}",
        "discussion": f"{LESSON}/prompts/{PROMPT}{here}",
    }
    for kind, path in pages.items():
        yield kind, lambda _member, path=path: iter([Act(path)] * 3)  # type: ignore[misc]
    yield "draft kept", lambda member: _drafts(member, group)
    yield "post", lambda member: _post(member, group)
    yield "search", lambda _member: iter([Act("/search?q=soviet")])
    yield "start of a quiz", lambda member: _begin(member, group)
    yield "a sitting", lambda member: iter([Act(f"/attempts/{member.attempt}")] * 2)
    yield "response saved", _saves
    yield "submission", lambda member: iter([Act(f"/attempts/{member.attempt}/submission", {})])
    yield "a result", lambda member: iter([Act(f"/attempts/{member.attempt}")] * 2)
    yield "a question of review", lambda _member: iter([Act("/review")] * 5)
    yield "its answer", _reviews


def _drafts(member: Member, group: str) -> Iterator[Act]:
    member.look("/me")
    words = "The theses break with what was said before, and they say where. "
    for number in range(1, 7):
        sent = {"text": words * number, "base": str(number - 1), "group": group}
        yield Act(f"{LESSON}/prompts/{PROMPT}/draft", sent, by_script=True)


def _post(member: Member, group: str) -> Iterator[Act]:
    words = "The theses break with what was said before, and they say where. " * 8
    said = f"{words}{member.rng.random()}"
    yield Act(f"/groups/{group}/lessons/{LESSON.rsplit('/', 1)[1]}/prompts/{PROMPT}", {"text": said, "base": "6"})


def _begin(member: Member, group: str) -> Iterator[Act]:
    path = f"{COURSE}/quizzes/lenins-return"
    yield Act(path, {"group": group})
    found = re.search(r"/attempts/(\d+)", member.look(f"{path}?group={group}"))
    assert found, "there is no sitting to go on with"
    member.attempt = int(found[1])


def _saves(member: Member) -> Iterator[Act]:
    member.look(f"/attempts/{member.attempt}")
    form = max(member.forms, key=lambda one: len(one.fields))
    for item, base in member.bases.items():
        sent = member.filled(form, f"item-{item}") | {"base": base, "once": f"{member.rng.getrandbits(64):016x}"}
        yield Act(f"/attempts/{member.attempt}/items/{item}", sent, by_script=True)


def _reviews(member: Member) -> Iterator[Act]:
    for _question in range(10):
        member.look("/review")
        answers = [one for one in member.forms if any(field.name == "shown_at" for field in one.fields)]
        if not answers:
            return
        rests = next(one for one in member.forms if one.action.endswith("/suspend"))
        yield Act("/review", member.filled(answers[0]) | {"do": "good"})
        if member.refused:  # to come to the next
            member.ask(Act(rests.action, {}))


def let_days_pass(database: Database) -> None:
    """Let what was answered be answered some days ago, so that it is due."""
    ago = {"last_on": Card.last_on - DAYS, "due_on": Card.due_on - DAYS}
    with database.transaction() as session:
        session.execute(update(Card).where(Card.last_on.is_not(None)).values(ago))


# What it costs


def measure(database: Database, members: Sequence[Member], acts: Callable[[Member], Iterator[Act]]) -> Cost:
    """Let all MEMBERS do their ACTS; return what one of these cost."""
    cost, meter = Cost(), Meter(database)
    rows, stored = grown(database)
    for member in members:
        for act in acts(member):
            queries, theirs, ours = meter.queries, meter.milliseconds(), time.process_time()
            sent = member.ask(act)
            if member.refused:  # no answer to a question of this kind
                continue
            cost.sent += sent
            cost.ours += (time.process_time() - ours) * 1000
            cost.database += meter.milliseconds() - theirs
            cost.queries += meter.queries - queries
            cost.times += 1
    more_rows, more = grown(database)
    cost.rows, cost.stored = more_rows - rows, more - stored
    for name in FIGURES:
        setattr(cost, name, getattr(cost, name) / max(cost.times, 1))
    return cost


class Meter:
    """Counts queries, and what PostgreSQL's processes have used of the processor."""

    def __init__(self, database: Database) -> None:
        self.queries = 0
        event.listen(database.engine, "before_cursor_execute", self._count)
        with database.transaction(writing=False) as session:
            self._processes = session.scalars(text("SELECT pid FROM pg_stat_activity")).all()

    def _count(self, *_told: object) -> None:
        self.queries += 1

    def milliseconds(self) -> float:
        """Return what its processes have used so far."""
        used = 0
        for process in self._processes:
            with suppress(OSError):  # one that has ended
                used += sum(map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return used * 1000 / TICKS


def grown(database: Database) -> tuple[int, int]:
    """Return how many rows DATABASE has, and how many bytes its tables and indices take."""
    with database.transaction(writing=False) as session:
        rows = sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in Base.metadata.sorted_tables)
        size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
        stored = session.scalar(text(f"{size}'public'::regnamespace"))
    return rows, int(stored or 0)


# What it comes to


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
    """Return what the week of a student comes to."""
    week = Cost(sum(WEEK.values()))
    for name in FIGURES:
        setattr(week, name, sum(WEEK[kind] * getattr(cost, name) for kind, cost in costs.items()))
    return week


def needs_of(students: int, week: Cost) -> Needs:
    """Return what so many STUDENTS need, each of whose weeks comes to WEEK."""
    in_hour = students * BUSIEST / 3600
    ours, database = (in_hour * used / 1000 / USED for used in (week.ours, week.database))
    # A web process a core; each keeps a connection for each request that it answers at once.
    processes = max(2, math.ceil(ours))
    connections = processes * THREADS + 2 * OF_WORKER
    stored = students * WEEKS * week.stored / 1e9
    return Needs(
        students, in_hour * week.times, ours, database, connections, stored, students * WEEKS * week.rows / 1e6
    )


def report(costs: Mapping[str, Cost], students: int, sizes: Sequence[int]) -> int:
    """Print what was measured and what it comes to; return 1 where a kind of act was not measured."""
    print(f"{students} students, one request at a time; what one request costs\n")
    print("| act | a week | ms here | ms PostgreSQL | queries | KB sent | rows | KB stored |")
    print("|---|---|---|---|---|---|---|---|")
    week = week_of(costs)
    for kind, cost in (*costs.items(), ("the week", week)):
        print(
            f"| {kind} | {WEEK.get(kind, week.times)} | {cost.ours:.1f} | {cost.database:.1f} | {cost.queries:.0f} |"
            f" {cost.sent / 1000:.1f} | {cost.rows:.1f} | {cost.stored / 1000:.1f} |"
        )
    core = 3600 * 1000 * USED / BUSIEST
    writing = sum(WEEK[kind] * costs[kind].ours for kind in WRITING)
    print(f"\nActive students a core of the site: {core / week.ours:.0f}; of the database: {core / week.database:.0f};")
    print(f"of the one writer at a time that SQLite has: {core / writing:.0f}\n")
    print("| active students | requests/s in the busiest hour | cores, site | cores, database | connections |", end="")
    print(" GB a year | million rows a year |\n|---|---|---|---|---|---|---|")
    needs = [needs_of(size, week) for size in sizes]
    for one in needs:
        print(
            f"| {one.students:,} | {one.requests:.1f} | {one.ours:.2f} | {one.database:.2f} | {one.connections} |"
            f" {one.gigabytes:.1f} | {one.rows:.1f} |"
        )
    lacking = [kind for kind, cost in costs.items() if not cost.times]
    for kind in lacking:
        print(f"nobody came to do this: {kind}")
    figures = {
        "students": students,
        "of one writer": round(core / writing),
        "week": asdict(week),
        "acts": {kind: asdict(one) for kind, one in costs.items()},
    }
    print(json.dumps(figures | {"needs": [one._asdict() for one in needs], "lacking": lacking}))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
