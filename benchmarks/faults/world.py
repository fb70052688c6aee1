"""What is worked on: the course of `benchmarks.questions`, with a prompt to discuss, and a study group with a tutor."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select

from benchmarks.questions import KINDS, TEXT, make_course, make_quiz, put
from course.base.db import Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.users.models import DigestKind, User
from course.users.sign_ins import TOKEN, add_sign_in
from kruzhok.app import create_app
from kruzhok.config import read_config
from kruzhok.migrations import migrate
from lessons.models import Prompt, PromptVersion
from quizzes.models import Item

QUIZ = "at-the-end"
GROUP = "circle"
#: The lesson and the prompt that is discussed.
PROMPT = (TEXT, "why-then")
#: Nobody may be kept from another attempt.
ATTEMPTS = 10_000


class World(NamedTuple):
    """The cookies of the students and of the tutor, and the number of the question that asks for an essay."""

    students: list[str]
    tutor: str
    essay: int


def make_world(database: Database, students: int) -> World:
    """Fill DATABASE, which is empty."""
    migrate(database)
    now = datetime.now(UTC)
    with database.transaction() as session:
        lesson = make_course(session, now)
        make_quiz(session, lesson, QUIZ, now, attempts_allowed=ATTEMPTS)
        own = {"course_id": lesson.course_id, "parent_id": lesson.id, "kind": ActivityKind.prompt, "minutes": 10}
        asked = put(session, Activity(ident=PROMPT[1], title="Why then?", position=9, added_at=now, **own))
        prompt = put(session, Prompt(activity_id=asked.id))
        said = {"number": 1, "hash": "0" * 64, "question_html": "<p>Why then?</p>", "made_at": now}
        prompt.current_version_id = put(session, PromptVersion(prompt_id=prompt.id, **said)).id
        circle = StudyGroup(course_id=lesson.course_id, slug=GROUP, name="The circle", created_at=now)
        group = put(session, circle)
        tokens = []
        for number in range(students + 1):
            role = Role.student if number else Role.tutor
            whose = {"created_at": now, "active_on": now.date(), "digest": DigestKind.weekly}
            user = put(session, User(email=f"member-{number}@example.org", name=f"Member {number}", **whose))
            place = {"course_id": lesson.course_id, "group_id": group.id, "role": role}
            put(session, Enrolment(user_id=user.id, joined_at=now, used_at=now, **place))
            tokens.append(add_sign_in(session, user, "faults", now))
        essay = session.scalars(select(Item.id).where(Item.ident == f"{QUIZ}-{KINDS.index('essay') + 1}")).one()
    app = create_app(read_config(), database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    rest = {"_fresh": True, "csrf_token": "0" * 40, "_permanent": True}
    tutor, *others = [f"kruzhok={serializer.dumps({TOKEN: token} | rest)}" for token in tokens]
    return World(others, tutor, essay)
