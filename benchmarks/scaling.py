"""What an active student costs, measured here; what a site of so many needs `benchmarks.cost_model` makes of it.

    ./run python -m benchmarks.scaling [--quick] [--students N] [--markdown FILE] [--for 100,1000,10000]

The demo is made on a PostgreSQL of the benchmark's own, which writes each commit down. N new members join its study
group and do what WEEK says, one kind of act after the other, in this process. Of each kind is measured, a request at a
time: milliseconds of the processor, of this process and of PostgreSQL's (which the system counts in steps of ten);
queries; bytes that leave, compressed; rows and bytes by which the database grew. Questions of every type are answered,
two of three rightly. Figures of the processor depend on the machine, and a little on what else it does; the others do
not. With --markdown the tables are put into FILE, between the two lines that say that they are of this benchmark.

It fails where anything of the week was not measured, or an answer was refused. Left out: static files (a first visit
alone), the server program, letters, tutors.
"""

import argparse
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import Interval, event, func, literal, select, text, update

from benchmarks.answering import typed
from benchmarks.cost_model import (
    FIGURES,
    WEEK,
    Cost,
    add_assumptions,
    assumed_by,
    bounds_of,
    needs_of,
    read_costs,
    table_of_costs,
    table_of_needs,
    week_of,
)
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
from quizzes.items import ItemData, parse_data
from quizzes.models import AttemptItem, Item, ItemVersion
from quizzes.review.models import Card, ReviewLog

#: So many days pass between the quiz and its review.
DAYS = 10

#: So many questions of review each member answers.
REVIEWED = 10

#: The button of review where it is another than that which answers: an essay one rates oneself.
DO = {"essay": "good"}

#: Between these lines of a file stand the tables.
BEGINS, ENDS = "<!-- benchmarks.scaling -->", "<!-- that was benchmarks.scaling -->"

COURSE = f"/courses/{SHIPPED_COURSE.name}"
LESSON = f"{COURSE}/lessons/lenins-return-april-theses"
PROMPT = "break-or-continuity"
TICKS = os.sysconf("SC_CLK_TCK")


class Act(NamedTuple):
    """A request: where to, and what is sent; nothing for a page that is looked at."""

    path: str
    sent: Mapping[str, str | Sequence[str]] | None = None
    by_script: bool = False


class Member:
    """A student with a browser, who remembers where they are."""

    def __init__(self, app_client: FlaskClient, cookie: str, number: int, database: Database) -> None:
        self.client, self.cookie, self.rng, self.database = app_client, cookie, random.Random(number), database
        self.token = ""
        self.attempt = 0
        self.forms: list[Form] = []

    def ask(self, act: Act) -> int:
        """Do ACT; return how many bytes left. Raise RuntimeError where it went wrong."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip"}
        if act.by_script:
            headers["Accept"] = "application/json"
        if act.sent is None:
            answer = self.client.get(act.path, headers=headers)
        else:
            answer = self.client.post(act.path, data={"csrf_token": self.token, **act.sent}, headers=headers)
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{act.path} was answered {answer.status_code}: {act.sent}")
        return len(answer.get_data())

    def look(self, path: str) -> str:
        """Return the page at PATH, read; not measured."""
        page = self.client.get(path, headers={"Cookie": self.cookie}).get_data(as_text=True)
        self.forms = read(path, page)[0]
        for form in self.forms:
            self.token = next((one.value for one in form.fields if one.name == "csrf_token"), self.token)
        return page

    def form(self, having: str) -> Form | None:
        """Return the form of the page looked at last that has a field of the name HAVING, if there is one."""
        return next((one for one in self.forms if any(field.name == having for field in one.fields)), None)

    def answer(self, key: int, data: ItemData) -> dict[str, Sequence[str]]:
        """Return the fields of an answer to the question DATA, called by KEY on the page."""
        fields = typed(data, self.rng)
        return {f"item-{key}-{part}" if part else f"item-{key}": list(said) for part, said in fields.items()}


def main() -> int:
    """Measure, print what it comes to and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="6 students")
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--markdown", type=Path, help="a file to put the tables into")
    add_assumptions(parser)
    options = parser.parse_args()
    students = 6 if options.quick else options.students
    with own_database(postgres=True) as database:
        group, cookies = fill(database, students)
        client = create_app(database=database).test_client(use_cookies=False)
        members = [Member(client, cookie, number, database) for number, cookie in enumerate(cookies)]
        costs = {}
        for kind, acts in kinds(group):
            if kind == "a question of review":
                let_days_pass(database)
            costs[kind] = measure(database, members, acts)
    return report(costs, students, options)


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
    for key, data in asked_in(member.database, member.attempt).items():
        sent = member.answer(key, data) | {"base": "0", "once": f"{member.rng.getrandbits(64):016x}"}
        yield Act(f"/attempts/{member.attempt}/items/{key}", sent, by_script=True)


def _reviews(member: Member) -> Iterator[Act]:
    for _question in range(REVIEWED):
        member.look("/review")
        form = member.form("shown_at")
        if form is None:
            return
        sent = {one.name: one.value for one in form.fields if one.kind == "hidden"}
        data = asked_by(member.database, int(sent["item"]))
        yield Act("/review", sent | member.answer(int(sent["item"]), data) | {"do": DO.get(data.type, "answer")})


def asked_in(database: Database, attempt: int) -> dict[int, ItemData]:
    """Return the places of an attempt, by their ids, with what the question there asks."""
    its = select(AttemptItem.id, ItemVersion.data).join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
    with database.transaction(writing=False) as session:
        rows = session.execute(its.where(AttemptItem.attempt_id == attempt).order_by(AttemptItem.slot))
        return {key: parse_data(data) for key, data in rows}


def asked_by(database: Database, item: int) -> ItemData:
    """Return what the question ITEM asks now."""
    its = select(ItemVersion.data).join(Item, Item.current_version_id == ItemVersion.id).where(Item.id == item)
    with database.transaction(writing=False) as session:
        return parse_data(session.scalars(its).one())


def let_days_pass(database: Database) -> None:
    """Let what was answered be answered some days ago, so that it is due: of a passage one question comes a day."""
    ago = {"last_on": Card.last_on - DAYS, "due_on": Card.due_on - DAYS}
    answered = {"at": ReviewLog.at - literal(timedelta(days=DAYS), Interval()), "day": ReviewLog.day - DAYS}
    with database.transaction() as session:
        session.execute(update(Card).where(Card.last_on.is_not(None)).values(ago))
        session.execute(update(ReviewLog).values(answered))


# What it costs


def measure(database: Database, members: Sequence[Member], acts: Callable[[Member], Iterator[Act]]) -> Cost:
    """Let all MEMBERS do their ACTS; return what one of these cost."""
    cost, meter = Cost(), Meter(database)
    rows, stored = grown(database)
    for member in members:
        for act in acts(member):
            queries, theirs, ours = meter.queries, meter.milliseconds(), time.process_time()
            cost.sent += member.ask(act)
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


def report(costs: Mapping[str, Cost], students: int, options: argparse.Namespace) -> int:
    """Print what was measured and what it comes to; return 1 where a kind of act was not measured."""
    lacking = [kind for kind in WEEK if kind not in costs or not costs[kind].times]
    for kind in lacking:
        print(f"nobody came to do this: {kind}", file=sys.stderr)
    assumed, sizes = assumed_by(options)
    table = table_of_costs(costs)
    tables = f"Of {students} students:\n\n{table}"
    if not lacking:  # by the table itself, so that the cost model says the same of it
        tables += f"\n\n{table_of_needs(read_costs(table), sizes, assumed)}"
    print(tables)
    if options.markdown and not lacking:
        put_tables(options.markdown, tables)
    week = week_of(costs)
    figures = {
        "students": students,
        "week": asdict(week),
        "acts": {kind: asdict(one) for kind, one in costs.items()},
        "needs": [needs_of(size, week, assumed)._asdict() for size in sizes],
        "most": bounds_of(costs, assumed)._asdict(),
    }
    print(json.dumps(figures | {"lacking": lacking}))
    return 1 if lacking else 0


def put_tables(file: Path, tables: str) -> None:
    """Put TABLES into FILE, in the place of those that stand there."""
    before, _begins, rest = file.read_text().partition(BEGINS)
    _old, _ends, after = rest.partition(ENDS)
    file.write_text(f"{before}{BEGINS}\n\n{tables}\n\n{ENDS}{after}")


if __name__ == "__main__":
    sys.exit(main())
