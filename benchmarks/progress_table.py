"""The table of progress for 30, 300 and 3,000 members x 60 activities: times as ratios to 30 members in the same run.

    ./run python -m benchmarks.progress_table [--quick] [--members 30,300,3000] [--rounds N] [--postgres]

Assumes: three study groups on one course of 15 lessons with four parts each, in one database; half of the work done at
random, every twentieth member with an exception, an accommodation or a subgroup that is asked more; the site is asked
in this process, one request at a time, sizes taking turns, and each figure is the median of the rounds. It fails (exit
code 1) where a page makes more queries with many members than with few, or where the CSV file and the table on the
screen, all pages of it, differ in any cell. With --postgres on a server of its own, else on SQLite.
"""

import argparse
import csv
import io
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from benchmarks.databases import own_database
from course.base.compressing import gzipped
from course.base.db import Base, Database
from course.completion.models import Completion, CompletionFact, FactKind, State
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.outline.models import Activity, ActivityKind, Course, Unit
from course.syllabus.models import Accommodation, Assignment, AssignmentTarget, Meeting, RuleException
from course.texts.models import Text
from course.users.models import User
from course.users.sign_ins import add_sign_in
from kruzhok.app import create_app
from kruzhok.migrations import migrate
from lessons.models import Lesson
from quizzes.models import Attempt, Purpose, Quiz

LESSONS = 15
KINDS = (ActivityKind.reading, ActivityKind.reading, ActivityKind.prompt, ActivityKind.quiz)
NOW = datetime.now(UTC)
FAMILIES = [
    "Armand",
    "Chernov",
    "Dan",
    "Essen",
    "Figner",
    "Gots",
    "Ivanova",
    "Kollontai",
    "Krupskaya",
    "Martov",
    "Nogin",
]

#: What is measured: a name, and what comes after the address of the table.
PAGES = {
    "page 1": "",
    "sorted by progress": "?order=done",
    "sorted by late parts, page 2": "?order=late&down=1&page=2",
    "sorted by a part": "?order=part-{part}",
    "found: late with a part": "?part={part}&state=late",
    "found: a name in a subgroup": "?q=a&subgroup={subgroup}",
    "found: may need a hand": "?hand=1",
    "who may need a hand": "/help",
    "the group together": "/passages",
    "CSV": ".csv",
}


class Circle(NamedTuple):
    """A study group of so many members, the cookie of its tutor, and what addresses name in it."""

    members: int
    address: str
    cookie: str
    names: dict[str, int]


class Cost(NamedTuple):
    """What one page costs with so many members: milliseconds, the ratio to the fewest, queries, bytes compressed."""

    page: str
    members: int
    milliseconds: float
    ratio: float
    queries: int
    compressed: int


def main() -> int:
    """Measure, print a table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="30 and 300 members, few rounds")
    parser.add_argument("--members", default="30,300,3000")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    options = parser.parse_args()
    sizes = [30, 300] if options.quick else [int(one) for one in options.members.split(",")]
    with own_database(postgres=options.postgres) as database:
        migrate(database)
        circles = seed(database, sizes)
        app = create_app(database=database)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        client = app.test_client(use_cookies=False)
        costs = measure(database, client, circles, 3 if options.quick else options.rounds)
        differing = [circle.members for circle in circles if not agrees(client, circle)]
    return report(costs, differing, "PostgreSQL" if options.postgres else "SQLite")


def seed(database: Database, sizes: Sequence[int]) -> list[Circle]:
    """Make what `fill` makes; return each study group with the cookie of its tutor."""
    circles = fill(database, sizes)
    app = create_app(database=database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    found = []
    with database.transaction() as session:
        for members, (group, tutor, names) in zip(sizes, circles, strict=True):
            token = add_sign_in(session, session.get_one(User, tutor), "benchmark", NOW)
            cookie = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": "0" * 40, "_permanent": True})
            found.append(Circle(members, f"/groups/{group}/progress", f"kruzhok={cookie}", names))
    return found


def fill(database: Database, sizes: Sequence[int]) -> list[tuple[str, int, dict[str, int]]]:
    """Make a course and a study group of each of SIZES on it, in which half of all is done.

    Return of each its slug, the user who is its tutor, and what addresses name in it."""
    rng = random.Random(1917)
    with database.transaction() as session:
        course, parts = _course(session)
        return [_circle(session, course, parts, members, rng) for members in sizes]


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def _course(session: Session) -> tuple[Course, list[Activity]]:
    began = NOW - timedelta(days=200)
    told = {"summary": "", "language": "en", "licence": "", "authors": [], "about_html": "", "pacing": {}, "hash": "1"}
    course = _add(session, Course(ident="bench", title="A course to measure", loaded_at=began, **told))
    unit = _add(session, Unit(course_id=course.id, ident="unit", position=1, title="A unit"))
    parts = []
    for number in range(1, LESSONS + 1):
        own = {"course_id": course.id, "added_at": began, "position": number}
        ident = f"lesson-{number}"
        kind = ActivityKind.lesson
        lesson = _add(session, Activity(unit_id=unit.id, kind=kind, ident=ident, title=f"Lesson {number}", **own))
        text = _add(session, Text(course_id=course.id, ident=ident, title=lesson.title))
        session.add(Lesson(activity_id=lesson.id, text_id=text.id, number=number, **_lesson_columns()))
        for place, kind in enumerate(KINDS):
            named = {"ident": f"{kind.value}-{number}-{place}", "title": f"What Is to Be Done? {number}.{place}"}
            part = _add(session, Activity(parent_id=lesson.id, kind=kind, **named, **{**own, "position": place}))
            if kind is ActivityKind.quiz:
                session.add(Quiz(activity_id=part.id))
            parts.append(part)
    session.flush()
    return course, parts


def _lesson_columns() -> dict[str, Any]:
    """Return something for each column of a lesson that must have a value."""
    found: dict[str, Any] = {}
    for column in Lesson.__table__.columns:
        if (
            not column.nullable
            and column.default is None
            and column.name not in {"id", "activity_id", "text_id", "number"}
        ):
            found[column.name] = (
                [] if "JSON" in str(column.type).upper() else "" if column.type.python_type is str else 0
            )
    return found


def _circle(
    session: Session, course: Course, parts: Sequence[Activity], members: int, rng: random.Random
) -> tuple[str, int, dict[str, int]]:
    """Make a study group of so many MEMBERS and a tutor; return its slug, the tutor, and names for addresses."""
    slug = f"circle-{members}"
    group = _add(session, StudyGroup(course_id=course.id, slug=slug, name=f"Circle of {members}", created_at=NOW))
    first = (session.query(User.id).order_by(User.id.desc()).limit(1).scalar() or 0) + 1
    users = range(first, first + members + 1)
    _many(
        session,
        User,
        [
            {
                "id": key,
                "email": f"user{key}@example.org",
                "name": f"{rng.choice(FAMILIES)}, {rng.choice('ABDEGIKLMNOPRSTVZ')}. {key}",
                "created_at": NOW,
                "active_on": NOW.date(),
            }
            for key in users
        ],
    )
    place = (session.query(Enrolment.id).order_by(Enrolment.id.desc()).limit(1).scalar() or 0) + 1
    places = range(place, place + members + 1)
    joined = NOW - timedelta(days=120)
    _many(
        session,
        Enrolment,
        [
            {
                "id": key,
                "user_id": user,
                "course_id": course.id,
                "group_id": group.id,
                "role": Role.tutor if key == places[-1] else Role.student,
                "organiser": key == places[-1],
                "joined_at": joined,
                "used_at": NOW - timedelta(hours=rng.randrange(24 * 40)),
            }
            for key, user in zip(places, users, strict=True)
        ],
    )
    subgroup = _plan(session, group, parts, places[:-1], users[-1])
    _work(session, parts, list(zip(places, users, strict=True))[:-1], rng)
    return slug, users[-1], {"part": parts[7].id, "subgroup": subgroup}


def _plan(session: Session, group: StudyGroup, parts: Sequence[Activity], places: Sequence[int], by: int) -> int:
    """Assign every lesson, due week by week; and to every twentieth member something else. Return a subgroup."""
    own = {"group_id": group.id, "course_id": group.course_id, "made_at": NOW, "made_by_id": by}
    for number in range(LESSONS):
        day = NOW + timedelta(days=7 * (number - 10))
        meeting = _add(session, Meeting(group_id=group.id, number=number + 1, day=day.date()))
        lesson = parts[number * len(KINDS)].parent_id
        session.add(Assignment(activity_id=lesson, meeting_id=meeting.id, due_at=day, **own))
    subgroup = _add(session, Subgroup(group_id=group.id, name="Readers", created_at=NOW))
    some = places[::20]
    session.add_all(SubgroupMember(subgroup_id=subgroup.id, enrolment_id=key, group_id=group.id) for key in some)
    extra = _add(session, Assignment(activity_id=parts[40].id, due_at=NOW - timedelta(days=1), **own))
    session.add(AssignmentTarget(assignment_id=extra.id, group_id=group.id, subgroup_id=subgroup.id))
    told = {"reason": "Was ill", "at": NOW}
    later = {"value": (NOW + timedelta(days=3)).isoformat()}
    for key in places[1::20]:
        session.add(RuleException(activity_id=parts[3].id, enrolment_id=key, field="due", value=later, **told))
    for key in places[2::20]:
        session.add(Accommodation(enrolment_id=key, factor=Decimal(2), days=3, **told))
    session.flush()
    return int(subgroup.id)


def _work(session: Session, parts: Sequence[Activity], students: Sequence[tuple[int, int]], rng: random.Random) -> None:
    """Let each of STUDENTS have done half of PARTS, and taken a quiz."""
    states, facts, attempts = [], [], []
    quizzes = [part for part in parts if part.kind is ActivityKind.quiz]
    for key, user in students:
        for part in parts:
            if (drawn := rng.random()) < 0.6:
                done = drawn < 0.5
                its = {"enrolment_id": key, "activity_id": part.id}
                states.append(its | {"state": State.done if done else State.begun, "done_at": NOW if done else None})
                if done:
                    facts.append(its | {"kind": FactKind.reached, "done": True, "at": NOW})
        for part in parts[:: len(KINDS) * 2]:
            facts.append(
                {"enrolment_id": key, "activity_id": part.parent_id, "kind": FactKind.reached, "done": True, "at": NOW}
            )
        own = {"user_id": user, "enrolment_id": key, "purpose": Purpose.quiz, "number": 1, "policy": {}}
        ended = {"started_at": NOW, "submitted_at": NOW, "points": rng.randrange(11), "max_points": 10}
        attempts += [own | ended | {"activity_id": quiz.id} for quiz in quizzes[:4]]
    for table, rows in ((Completion, states), (CompletionFact, facts), (Attempt, attempts)):
        _many(session, table, rows)


def _many(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for at in range(0, len(rows), 5000):
        session.execute(insert(table), rows[at : at + 5000])
    session.flush()
    if session.get_bind().dialect.name == "postgresql" and rows and "id" in rows[0]:
        name = table.__tablename__
        session.connection().exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))"
        )


def measure(database: Database, client: FlaskClient, circles: Sequence[Circle], rounds: int) -> list[Cost]:
    """Return what each page costs for each circle; sizes take turns, so that other load hits all."""
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: seen.append(statement))
    costs = []
    for page, query in PAGES.items():
        times: dict[int, list[float]] = {circle.members: [] for circle in circles}
        queries, sizes = {}, {}
        for number in range(rounds + 1):
            for circle in circles:
                seen.clear()
                began = time.perf_counter()
                body = asked(client, circle, query.format(**circle.names))
                took = (time.perf_counter() - began) * 1000
                if number:  # the first only warms up
                    times[circle.members].append(took)
                queries[circle.members] = sum(not one.startswith(("BEGIN", "PRAGMA")) for one in seen)
                sizes[circle.members] = len(gzipped(body))
        fewest = statistics.median(times[circles[0].members])
        for members, took_all in times.items():
            median = statistics.median(took_all)
            costs.append(
                Cost(page, members, round(median, 2), round(median / fewest, 2), queries[members], sizes[members])
            )
    return costs


def asked(client: FlaskClient, circle: Circle, rest: str) -> bytes:
    """Return what the tutor of CIRCLE is answered at the address of its table, and what comes after it."""
    answer = client.get(circle.address + rest, headers={"Cookie": circle.cookie})
    assert answer.status_code == 200, f"{rest} answered {answer.status_code}"
    return bytes(answer.data)


def agrees(client: FlaskClient, circle: Circle) -> bool:
    """Say whether the file of CIRCLE has the rows of all pages of its table, cell by cell."""
    shown: list[list[str]] = []
    number = 1
    while True:
        page = asked(client, circle, f"?page={number}").decode()
        shown += rows_of(page)
        if 'rel="next"' not in page:
            break
        number += 1
    text = asked(client, circle, ".csv").decode("utf-8-sig")
    _heads, *rows = csv.reader(io.StringIO(text))
    return rows == shown and len(shown) == circle.members


_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def rows_of(page: str) -> list[list[str]]:
    """Return the rows of the table on PAGE as the file has them."""
    found = []
    for row in page.split("<tbody>", 1)[1].split("</tbody>", 1)[0].split("<tr>")[1:]:
        name = unescape(_said(row.split("</th>", 1)[0]))
        cells = [_said(cell) for cell in _CELL.findall(row)]
        done, required = cells[-4].split(" of / ")
        day = re.findall(r'datetime="([^"]*)"', row)[0]
        found.append([name, *cells[:-4], done, required, *cells[-3:-1], day])
    return found


def _said(html: str) -> str:
    return " ".join(_TAG.sub(" ", html).split())


def report(costs: Sequence[Cost], differing: Sequence[int], engine: str) -> int:
    """Print what was measured; return 1 where queries grow with the members, or file and screen differ."""
    print(f"{engine}, one request at a time; ratios to the fewest members in the same run\n")
    print(f"{'':32}{'members':>8}{'ms':>9}{'ratio':>8}{'queries':>9}{'gzip':>9}")
    for cost in costs:
        print(
            f"{cost.page:32}{cost.members:8}{cost.milliseconds:9.1f}{cost.ratio:8.2f}{cost.queries:9}{cost.compressed:9}"
        )
    queries: dict[str, set[int]] = {}
    for cost in costs:
        queries.setdefault(cost.page, set()).add(cost.queries)
    growing = [page for page, counts in queries.items() if len(counts) > 1]
    for page in growing:
        print(f"{page}: as many queries as there are members make it: {sorted(queries[page])}")
    for members in differing:
        print(f"with {members} members the file and the screen differ")
    held = {"queries_constant": not growing, "csv_equals_screen": not differing}
    print(json.dumps({"engine": engine, **held, "pages": [cost._asdict() for cost in costs]}))
    return 1 if growing or differing else 0


if __name__ == "__main__":
    sys.exit(main())
