"""A site of so many users who study the shipped course: ten study through the rooms' own functions, the others are
copies of these in plain SQL, so that every row is one that the site itself would have written.

In study groups of 30, 300 or 3,000 with a tutor each and a syllabus, everybody has read what the first lessons ask,
handed in two quizzes and a third with an essay that waits for the tutor; 34 responses each. The rest of the quizzes is
not begun. One discussion of the first group has 200 posts."""

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload

from course.base.db import Base, Database
from course.completion.models import Completion, CompletionFact
from course.groups.invitations import make_invitation, open_invitation
from course.groups.joining import join
from course.groups.models import Enrolment, Role, StudyGroup
from course.groups.opening import open_group
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus.models import Pacing
from course.syllabus.planning import lay_out
from course.users.models import User
from course.users.passwords import passwords_with
from kruzhok.completions import rebuild, rebuild_course
from kruzhok.config import SHIPPED_COURSE, shipped_courses
from kruzhok.curriculum.loading import load_course
from kruzhok.curriculum.reading import read_folder
from kruzhok.demo.answers import right_answer, wrong_answer
from kruzhok.migrations import migrate
from lessons.discussion.posts import reply, write_post
from lessons.models import Lesson, Prompt
from lessons.readings import tick_reading
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.items import parse_data
from quizzes.items.essay import Essay
from quizzes.models import Attempt, AttemptItem, Step
from quizzes.review.models import Card, ReviewLog
from quizzes.review.recording import rebuild as rebuild_card

COURSE = SHIPPED_COURSE.name
PASSWORD = "the long way to the station"  # of nobody

LARGEST_GROUP = 3000
STUDIED = 10  #: users who study themselves; of each the others are copies
POSTS, WRITERS = 200, 30
#: Quizzes that are handed in, and how many of their questions are answered.
TAKEN = {"why-study": 13, "legacy-of-1905": 15, "war-and-revolution": 6}

#: What hangs on a user who studies, each after what it hangs on.
COPIED: tuple[type[Base], ...] = (
    User, Enrolment, CompletionFact, Completion, Attempt, AttemptItem, Step, Card, ReviewLog,
)  # fmt: skip

ESSAY = "The two capitals held two powers, and neither could rule without the other; so each waited. " * 6


class Seeded(NamedTuple):
    """What was made: how many users, the first study group and its tutor, where its discussion is, how many rows each
    table has, how many seconds it took."""

    users: int
    members: int
    group: str
    tutor: str
    discussion: str
    responses: int
    rows: Mapping[str, int]
    seconds: float


def email_of(number: int) -> str:
    """Return the address that the student of that number (from 0, the first group first) signs in with."""
    return f"student-{number}@example.org"


def load(database: Database) -> None:
    """Make the schema, and load what is shipped."""
    migrate(database)
    for folder in shipped_courses():
        load_course(database, read_folder(folder), now=datetime.now(UTC) - timedelta(days=90), after=rebuild_course)


def seed(database: Database, users: int) -> Seeded:
    """Fill DATABASE, which is loaded, with so many USERS, a multiple of ten; and check samples of what was copied."""
    began, now = time.perf_counter(), datetime.now(UTC)
    members = min(users, LARGEST_GROUP)
    with database.transaction() as session:
        kept = passwords_with().hash(PASSWORD)
        groups = [_group(session, number, kept, now) for number in range(users // members)]
        before = {table: _last(session, table) for table in COPIED}
        rng = random.Random(1917)
        for number in range(STUDIED):
            _study(session, groups[0], number, kept, rng, now)
        session.flush()
        _copy(session, before, copies=users // STUDIED, members=members, first=groups[0].group_id or 0)
    with database.transaction() as session:
        address = _discuss(session, groups[0].group_id or 0, now)
    seconds = time.perf_counter() - began
    with database.transaction(writing=False) as session:
        rows = {
            str(table.__tablename__): session.scalar(select(func.count()).select_from(table)) or 0 for table in COPIED
        }
        responses = session.scalar(select(func.count()).where(Step.kind == "save")) or 0
        group = session.get_one(StudyGroup, groups[0].group_id)
    database.engine.dispose()
    return Seeded(users, members, group.slug, "tutor-0@example.org", address, responses, rows, seconds)


def _last(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.max(table.id))) or 0


def _group(session: Session, number: int, kept: str, now: datetime) -> Enrolment:
    """Return the tutor's place in a new study group that has met three times and goes on week by week."""
    opened = now - timedelta(days=40)
    tutor = User(email=f"tutor-{number}@example.org", name=f"Tutor {number}", password_hash=kept, created_at=opened)
    tutor.active_on = now.date()
    session.add(tutor)
    course = session.scalars(select(Course).where(Course.ident == COURSE)).one()
    told: dict[str, Any] = {"name": f"Circle {number}", "about": "", "zone": "UTC", "role": Role.tutor}
    place = open_group(session, tutor, course, **told, now=opened)
    assert place.group is not None
    start = now.date() - timedelta(days=20)
    pacing = Pacing(start=start, weekdays=[start.weekday()], where="")
    lessons = select(Activity.id).join(Lesson, Lesson.activity_id == Activity.id).where(Activity.course_id == course.id)
    weeks = [[lesson_id] for lesson_id in session.scalars(lessons.order_by(Lesson.number))]
    lay_out(session, place.group, pacing, (), weeks, by_id=tutor.id, now=opened)
    return place


def _study(session: Session, tutor: Enrolment, number: int, kept: str, rng: random.Random, now: datetime) -> None:
    """Let one more student join the group of TUTOR, and study: a week ago, so that there is something to review."""
    joined, at = now - timedelta(days=30), now - timedelta(days=7)
    user = User(email=email_of(number), name=f"Student {number}", password_hash=kept, created_at=joined)
    user.active_on = now.date()
    session.add(user)
    session.flush()
    terms: dict[str, Any] = {"role": Role.student, "by_approval": False, "uses_allowed": None, "days": 90}
    token = make_invitation(session, tutor, **terms, now=joined)
    invitation = open_invitation(session, token, now=joined)
    place = join(session, user, invitation, bring=False, rebuild=rebuild, now=joined)
    parts = select(Activity).where(Activity.course_id == place.course_id, Activity.retired_at.is_(None))
    lesson = select(Lesson.number).where(Lesson.activity_id == Activity.parent_id).scalar_subquery()
    ordered = session.scalars(parts.order_by(lesson, Activity.position)).all()
    readings = [part for part in ordered if part.kind is ActivityKind.reading and part.parent_id is not None]
    for reading in readings[:8]:
        tick_reading(session, place, reading, done=True, now=at)
    for quiz in ordered:
        if quiz.ident in TAKEN and quiz.kind is ActivityKind.quiz:
            _sit(session, place, quiz, TAKEN[quiz.ident], rng, at)


def _sit(session: Session, place: Enrolment, quiz: Activity, most: int, rng: random.Random, now: datetime) -> None:
    """Answer so many questions of QUIZ, the essay first, two of three rightly, and hand it in."""
    attempt = start_attempt(session, place, quiz, now=now, rng=rng)
    by_item = [(item, parse_data(item.version.data)) for item in attempt.items]
    by_item.sort(key=lambda pair: not isinstance(pair[1], Essay))
    sent = {}
    for item, data in by_item[:most]:
        if isinstance(data, Essay):
            sent[item.id] = Sent({"text": ESSAY})
        else:
            sent[item.id] = Sent(right_answer(data) if rng.random() < 2 / 3 else wrong_answer(data, rng))
    save_responses(session, attempt, sent, by=place.user_id, now=now)
    submit_attempt(session, attempt, now=now + timedelta(minutes=15))


def _copy(session: Session, before: Mapping[type[Base], int], *, copies: int, members: int, first: int) -> None:
    """Copy all rows that came after those BEFORE, so that there are so many COPIES with the originals: keys are moved
    on by as many as there are, and each lot of MEMBERS goes into the next group from FIRST on."""
    spans = {table.__tablename__: _last(session, table) - last for table, last in before.items()}
    floors = {table.__tablename__: last for table, last in before.items()}
    number = f"(t.id - {floors['user']} - 1 + n.n * {spans['user']})"
    changed = {
        "user": {
            "email": f"'student-' || {number} || '@example.org'",
            "name": f"'Student ' || {number}",
            "sort_name": f"'student ' || {number}",
        },
        "enrolment": {"group_id": f"{first} + n.n * {STUDIED} / {members}"},
    }
    for table in COPIED:
        name = str(table.__tablename__)
        values = [
            changed.get(name, {}).get(column.name) or _moved(column, spans, floors)
            for column in table.__table__.columns
        ]
        columns = ", ".join(f'"{column.name}"' for column in table.__table__.columns)
        session.execute(
            text(
                f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {copies - 1})"
                f' INSERT INTO "{name}" ({columns}) SELECT {", ".join(values)} FROM n CROSS JOIN "{name}" t'
                f" WHERE t.id > {floors[name]} AND t.id <= {floors[name] + spans[name]} AND {copies} > 1"
            )
        )


def _moved(column: Any, spans: Mapping[str, int], floors: Mapping[str, int]) -> str:
    """Return the SQL of COLUMN in a copy: a key of what is copied is moved on, all else is as it is."""
    here = f't."{column.name}"'
    if column.primary_key:
        return f"{here} + n.n * {spans[column.table.name]}"
    for key in column.foreign_keys:
        name = key.column.table.name
        if key.column.name == "id" and name in spans:
            return f"CASE WHEN {here} > {floors[name]} THEN {here} + n.n * {spans[name]} ELSE {here} END"
    return here


def _discuss(session: Session, group_id: int, now: datetime) -> str:
    """Let thirty students of a group write 200 posts on its first prompt, every other one a reply; return where."""
    prompt = session.scalars(
        select(Prompt)
        .join(Activity, Activity.id == Prompt.activity_id)
        .join(Course, Course.id == Activity.course_id)
        .where(Course.ident == COURSE, Activity.retired_at.is_(None), Activity.parent_id.is_not(None))
        .order_by(Activity.parent_id, Activity.position)
        .options(joinedload(Prompt.activity).joinedload(Activity.parent))
        .limit(1)
    ).one()
    students = session.scalars(
        select(Enrolment)
        .where(Enrolment.group_id == group_id, Enrolment.role == Role.student)
        .order_by(Enrolment.id)
        .limit(WRITERS)
    ).all()
    at, before = now - timedelta(days=2), None
    for number, student in enumerate(islice(cycle(students), POSTS)):
        words = f"Post {number}. The soviet did not want to rule, and the duma could not.\n\n> Whose order?"
        once, at = f"post-{number}", at + timedelta(minutes=5)
        if before is None:
            before = write_post(session, student, prompt, words, once=once, base=0, now=at)
        else:
            reply(session, student, before, words, once=once, now=at)
            before = None
    lesson = prompt.activity.parent
    assert lesson is not None
    return f"/courses/{COURSE}/lessons/{lesson.ident}/prompts/{prompt.activity.ident}"


def check(database: Database, users: int, samples: int = 5) -> None:
    """Raise AssertionError where of SAMPLES of the copied students the states or the memory are not what the rooms make
    of the work: both are made anew here, and must come to what was copied."""
    with database.new_session() as session:
        numbers = random.Random(users).sample(range(STUDIED, users), min(samples, users - STUDIED))
        for number in numbers:
            place = session.scalars(
                select(Enrolment).join(User).where(User.email == email_of(number)).options(joinedload(Enrolment.user))
            ).one()
            states, cards = _states(session, place.id), _cards(session, place.user_id)
            assert states, "a student who did nothing"
            assert cards, "a student who has nothing to review"
            rebuild(session, [place], now=datetime.now(UTC))
            for card in session.scalars(select(Card).where(Card.user_id == place.user_id)).all():
                rebuild_card(session, card, place.user)
            session.flush()
            assert _states(session, place.id) == states, f"states of {email_of(number)}"
            assert _cards(session, place.user_id) == cards, f"memory of {email_of(number)}"
        session.rollback()


def _states(session: Session, enrolment_id: int) -> set[tuple[Any, ...]]:
    rows = select(Completion.activity_id, Completion.state, Completion.done_at)
    return {tuple(row) for row in session.execute(rows.where(Completion.enrolment_id == enrolment_id))}


def _cards(session: Session, user_id: int) -> set[tuple[Any, ...]]:
    rows = select(Card.item_id, Card.stability, Card.difficulty, Card.last_on, Card.due_on, Card.reviews, Card.lapses)
    return {tuple(row) for row in session.execute(rows.where(Card.user_id == user_id))}
