"""The page of the day of a user in three study groups, with few cards and with thousands, beside a new user's.

    ./run python -m benchmarks.today_page [--quick] [--cards 40,400,4000] [--rounds N] [--postgres]

Assumes: three courses of 26 lessons, each with a reading, a prompt, a quiz and as many self-checks as it takes; a study
group on each, which meets every week and is half through; users who are in all three, with so many cards at items of
all lessons, a sixth of them due, after ten days away; and a new user, in one of the groups, who has no card. The site
is asked in this process, one request at a time, users taking turns, and each figure is the median of the rounds. It
fails (exit code 1) where the page makes more queries with many cards than with few, or where its review takes more
minutes than were set. With --postgres on a server of its own, else on SQLite.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.databases import own_database
from benchmarks.questions import put, raw_item
from course.base.db import Base, Database
from course.completion.models import Completion, State
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind, Course, Unit
from course.syllabus.models import Assignment, Meeting
from course.texts.models import Anchor, Passage, Text, TextVersion
from course.users.models import User
from course.users.sign_ins import add_sign_in
from kruzhok.app import create_app
from kruzhok.migrations import migrate
from lessons.models import Lesson, Prompt, PromptVersion, Reading
from quizzes.models import Item, ItemVersion, Quiz, QuizSlot, SelfCheck
from quizzes.review.models import Card

GROUPS, LESSONS, ASKED = 3, 26, 12
NOW = datetime.now(UTC)
BEGAN = NOW - timedelta(days=200)
TODAY = NOW.date()
NEW = 0


class Reader(NamedTuple):
    """Somebody with so many cards, and the cookie of their browser."""

    cards: int
    cookie: str


class Cost(NamedTuple):
    """What the page costs somebody with so many cards: milliseconds, the ratio to a new user's, queries; how many
    minutes of review it says."""

    cards: int
    milliseconds: float
    ratio: float
    queries: int
    minutes: int


def main() -> int:
    """Measure, print a table and, last, one line of JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="40 and 400 cards, few rounds")
    parser.add_argument("--cards", default="40,400,4000")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    options = parser.parse_args()
    sizes = [40, 400] if options.quick else [int(one) for one in options.cards.split(",")]
    with own_database(postgres=options.postgres) as database:
        migrate(database)
        readers = seed(database, sizes)
        app = create_app(database=database)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        costs = measure(database, app.test_client(use_cookies=False), readers, 5 if options.quick else options.rounds)
        with database.transaction(writing=False) as session:
            most = session.scalars(select(User.review_minutes)).first() or 0
    return report(costs, most, "PostgreSQL" if options.postgres else "SQLite")


# What is there


def seed(database: Database, sizes: Sequence[int]) -> list[Reader]:
    """Make the courses with items for the most cards, the groups, a new user and one for each of SIZES."""
    checks = max(1, -(-max(sizes) // (GROUPS * LESSONS)) - ASKED)
    with database.transaction() as session:
        groups = [_group(session, _course(session, number, checks), number) for number in range(1, GROUPS + 1)]
        users = {NEW: _user(session, NEW, groups[:1])}
        for size in sizes:
            users[size] = _user(session, size, groups)
            _cards(session, users[size], size)
    app = create_app(database=database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    found = []
    with database.transaction() as session:
        for cards, user_id in users.items():
            token = add_sign_in(session, session.get_one(User, user_id), "benchmark", NOW)
            cookie = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": "0" * 40, "_permanent": True})
            found.append(Reader(cards, f"kruzhok={cookie}"))
    return found


def _course(session: Session, number: int, checks: int) -> Course:
    told = {"summary": "", "language": "en", "licence": "", "authors": [], "about_html": "", "pacing": {}, "hash": "1"}
    course = put(session, Course(ident=f"course-{number}", title=f"Course {number}", loaded_at=BEGAN, **told))
    unit = put(session, Unit(course_id=course.id, ident="unit", position=1, title="A unit"))
    for place in range(1, LESSONS + 1):
        _lesson(session, course, unit, place, checks)
    return course


def _lesson(session: Session, course: Course, unit: Unit, number: int, checks: int) -> None:
    ident = f"lesson-{number}"
    text = put(session, Text(course_id=course.id, ident=ident, title=f"Lesson {number}"))
    version = put(session, TextVersion(text_id=text.id, number=1, hash="1", made_at=BEGAN))
    passages = [
        put(
            session,
            Passage(
                version_id=version.id, ident=f"p-{place}", position=place, number=place, kind="paragraph", html="",
                plain=f"Passage {place} of lesson {number}.",
            ),
        )
        for place in range(1, 9)
    ]  # fmt: skip
    text.current_version_id = version.id
    own = {"course_id": course.id, "added_at": BEGAN}
    lesson = put(
        session,
        Activity(
            unit_id=unit.id, kind=ActivityKind.lesson, ident=ident, title=text.title, minutes=20, position=number, **own
        ),
    )
    session.add(Lesson(activity_id=lesson.id, text_id=text.id, number=number, summary="", objectives=[], lecture=None))
    parts = {
        kind: put(
            session,
            Activity(
                parent_id=lesson.id, kind=kind, ident=f"{kind.value}-{number}", title=f"A {kind.value} of {number}",
                minutes=10, position=1, **own,
            ),
        )
        for kind in (ActivityKind.reading, ActivityKind.prompt, ActivityKind.quiz)
    }  # fmt: skip
    reading = parts[ActivityKind.reading]
    session.add(Reading(activity_id=reading.id, address="https://example.org/a-text", look_for_html=""))
    prompt = put(session, Prompt(activity_id=parts[ActivityKind.prompt].id))
    asked = {"question_html": "<p>Why?</p>", "number": 1, "hash": "1", "made_at": BEGAN}
    prompt.current_version_id = put(session, PromptVersion(prompt_id=prompt.id, **asked)).id
    quiz = put(session, Quiz(activity_id=parts[ActivityKind.quiz].id))
    items = _items(session, course, number, text, passages, checks + ASKED)
    where = [{"text_id": text.id, "passage_ident": f"p-{1 + place % 8}"} for place in range(checks)]
    session.execute(insert(SelfCheck), [at | {"item_id": key} for at, key in zip(where, items, strict=False)])
    slots = [{"quiz_id": quiz.id, "position": place, "item_id": key} for place, key in enumerate(items[checks:], 1)]
    session.execute(insert(QuizSlot), slots)


def _items(
    session: Session, course: Course, lesson: int, text: Text, passages: Sequence[Passage], count: int
) -> list[int]:
    """Return so many new items, each of which tests one of PASSAGES."""
    anchors = [
        put(
            session,
            Anchor(
                text_id=text.id, made_on_passage_id=one.id, now_passage_id=one.id, exact=one.plain, prefix="",
                suffix="", start=0, end=len(one.plain),
            ),
        ).id
        for one in passages
    ]  # fmt: skip
    idents = [f"item-{lesson}-{number}" for number in range(count)]
    _many(session, Item, [{"course_id": course.id, "ident": ident} for ident in idents])
    mine = select(Item.id).where(Item.course_id == course.id, Item.ident.in_(idents)).order_by(Item.id)
    keys = list(session.scalars(mine))
    told = {"number": 1, "hash": "1", "data": raw_item("single", 1), "made_at": BEGAN}
    _many(
        session,
        ItemVersion,
        [told | {"item_id": key, "anchor_id": anchors[place % len(anchors)]} for place, key in enumerate(keys)],
    )
    version = select(ItemVersion.id).where(ItemVersion.item_id == Item.id).scalar_subquery()
    session.execute(update(Item).where(Item.id.in_(keys)).values(current_version_id=version))
    return keys


def _group(session: Session, course: Course, number: int) -> StudyGroup:
    """Make a study group on COURSE that has met on half of its lessons, once a week, and meets again in some days."""
    slug = f"circle-{number}"
    group = put(session, StudyGroup(course_id=course.id, slug=slug, name=f"Circle {number}", created_at=BEGAN))
    by = put(session, User(email=f"tutor{number}@example.org", name="Tutor", created_at=BEGAN, active_on=TODAY))
    lessons = select(Activity.id).where(Activity.course_id == course.id, Activity.kind == ActivityKind.lesson)
    for place, lesson_id in enumerate(session.scalars(lessons.order_by(Activity.position)).all(), 1):
        day = TODAY + timedelta(days=7 * (place - LESSONS // 2) + number)
        meeting = put(session, Meeting(group_id=group.id, number=place, day=day))
        due = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        own = {"group_id": group.id, "course_id": course.id, "made_at": BEGAN, "made_by_id": by.id}
        session.add(Assignment(activity_id=lesson_id, meeting_id=meeting.id, due_at=due, **own))
    return group


def _user(session: Session, cards: int, groups: Sequence[StudyGroup]) -> int:
    """Make a user who is in GROUPS; but the new one has done all that was asked up to now."""
    user = put(session, User(email=f"user{cards}@example.org", name="Reader", created_at=BEGAN, active_on=TODAY))
    for group in groups:
        own = {"user_id": user.id, "course_id": group.course_id, "group_id": group.id}
        place = put(session, Enrolment(joined_at=BEGAN, used_at=NOW - timedelta(days=10), **own))
        if cards == NEW:
            continue
        done = select(Activity.id, Activity.parent_id).where(Activity.course_id == group.course_id)
        past = select(Assignment.activity_id).where(Assignment.group_id == group.id, Assignment.due_at < NOW)
        reached = set(session.scalars(past))
        rows = [{"enrolment_id": place.id, "activity_id": key, "state": State.done, "done_at": BEGAN}
                for key, lesson in session.execute(done) if {key, lesson} & reached]  # fmt: skip
        _many(session, Completion, rows)
    return user.id


def _cards(session: Session, user_id: int, count: int) -> None:
    """Let the user have COUNT cards, evenly over all items there are; of each six one is due."""
    items = list(session.scalars(select(Item.id).order_by(Item.id)))
    step = len(items) / count
    rows = []
    for place in range(count):
        stability = 5 + place % 60
        due_on = TODAY + timedelta(days=place % 60 - 10)
        last_on = min(due_on - timedelta(days=stability), TODAY - timedelta(days=10))
        told = {"stability": stability, "difficulty": 5.0, "reviews": 3, "seconds": 20.0, "made_at": BEGAN}
        rows.append(
            told | {"user_id": user_id, "item_id": items[int(place * step)], "last_on": last_on, "due_on": due_on}
        )
    _many(session, Card, rows)


def _many(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    for at in range(0, len(rows), 5000):
        session.execute(insert(table), list(rows[at : at + 5000]))
    session.flush()


# What it costs


def measure(database: Database, client: FlaskClient, readers: Sequence[Reader], rounds: int) -> list[Cost]:
    """Return what the page costs each of READERS; they take turns, so that other load hits all."""
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: seen.append(statement))
    times: dict[int, list[float]] = {one.cards: [] for one in readers}
    queries, minutes = {}, {}
    for number in range(rounds + 1):
        for one in readers:
            seen.clear()
            began = time.perf_counter()
            answer = client.get("/today", headers={"Cookie": one.cookie})
            took = (time.perf_counter() - began) * 1000
            assert answer.status_code == 200, f"/today answered {answer.status_code}"
            if number:  # the first only warms up
                times[one.cards].append(took)
            queries[one.cards] = sum(not said.startswith(("BEGIN", "PRAGMA")) for said in seen)
            minutes[one.cards] = minutes_on(answer.text)
    new = statistics.median(times[NEW])
    medians = {cards: statistics.median(took) for cards, took in times.items()}
    return [
        Cost(cards, round(median, 2), round(median / new, 2), queries[cards], minutes[cards])
        for cards, median in medians.items()
    ]


def minutes_on(page: str) -> int:
    """Return how many minutes of review PAGE says, 0 where it says none."""
    said = re.search(r"\d+ questions?, about (\d+) minutes?", page)
    return int(said[1]) if said else 0


def report(costs: Sequence[Cost], most: int, engine: str) -> int:
    """Print what was measured; return 1 where queries grow with the cards, or review takes more than MOST minutes."""
    print(f"{engine}, one request at a time; ratios to a new user's page in the same run\n")
    print(f"{'cards':>8}{'ms':>9}{'ratio':>8}{'queries':>9}{'minutes of review':>19}")
    for cost in costs:
        print(f"{cost.cards:8}{cost.milliseconds:9.1f}{cost.ratio:8.2f}{cost.queries:9}{cost.minutes:19}")
    grown = sorted({cost.queries for cost in costs if cost.cards != NEW})
    within = all(cost.minutes <= most for cost in costs)
    if len(grown) > 1:
        print(f"as many queries as there are cards make it: {grown}")
    if not within:
        print(f"review takes more than the {most} minutes that were set")
    held = {"queries_constant": len(grown) <= 1, "within_minutes": within}
    print(json.dumps({"engine": engine, **held, "pages": [cost._asdict() for cost in costs]}))
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
