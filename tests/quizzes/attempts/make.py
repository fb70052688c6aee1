"""A quiz with one item of each type, and somebody to take it."""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Activity, Course
from course.reference.models import Person, Source
from course.texts.models import Passage
from quizzes.attempts.saving import Saved, Sent, save_responses
from quizzes.attempts.starting import start_attempt
from quizzes.attempts.steps import histories
from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Quiz, QuizSlot
from tests.conftest import NOW
from tests.factories import (
    add,
    make_anchor,
    make_empty_course,
    make_enrolment,
    make_item,
    make_lesson,
    make_quiz,
    make_unit,
    notes_of,
)
from tests.quizzes.items.make import raw_item

RIGHT: dict[str, Response] = {
    "single": {"option": "b"},
    "multiple": {"options": ["a", "b"]},
    "true-false": {"value": True},
    "ordering": {"order": list("abcde")},
    "short": {"text": "April Theses"},
}


class House(NamedTuple):
    """A course with a lesson and its quiz, and a student of it."""

    course: Course
    lesson: Activity
    quiz: Activity
    enrolment: Enrolment


def make_house(
    session: Session, kinds: str = "single multiple true-false matching ordering short", **quiz: Any
) -> House:
    """Return a course whose quiz has an item of each of KINDS, anchored in turn at the three passages of the notes."""
    course = make_empty_course(session)
    lesson = make_lesson(session, course, make_unit(session, course))
    notes_of(session, lesson).ident = lesson.ident  # as loading does
    activity = make_quiz(session, lesson, items=0, **quiz)
    for position, kind in enumerate(kinds.split(), 1):
        add_item(session, course, lesson, activity, position, raw_item(kind, ident=f"item-{position}"))
    add(
        session,
        Source(course_id=course.id, ident="a-source-1917", author="Sukhanov", title="The Revolution", year="1955"),
    )
    add(
        session,
        Person(
            course_id=course.id,
            ident="kerensky",
            name="Kerensky",
            aliases=["Kerenskii"],
            lived="1881–1970",
            note_html="",
        ),
    )
    return House(course, lesson, activity, make_enrolment(session, course=course))


def add_item(
    session: Session, course: Course, lesson: Activity, quiz: Activity, position: int, data: Mapping[str, Any]
) -> Item:
    item = make_item(session, course)
    version = session.get_one(ItemVersion, item.current_version_id)
    version.data = dict(data)
    passages = session.scalars(
        select(Passage)
        .where(Passage.version_id == notes_of(session, lesson).current_version_id)
        .order_by(Passage.position)
    ).all()
    passage = passages[(position - 1) % len(passages)]
    version.anchor_id = make_anchor(
        session, notes_of(session, lesson), made_on_passage_id=passage.id, now_passage_id=passage.id
    ).id
    quiz_id = session.scalars(select(Quiz.id).where(Quiz.activity_id == quiz.id)).one()
    session.add(QuizSlot(quiz_id=quiz_id, position=position, item_id=item.id))
    session.flush()
    return item


def begin(session: Session, house: House) -> Attempt:
    return start_attempt(session, house.enrolment, house.quiz, now=NOW, rng=random.Random(1917))


def give(session: Session, attempt: Attempt, item: AttemptItem, response: Response | None, **sent: Any) -> Saved:
    """Save RESPONSE at ITEM as a page would that has seen the last step, unless `base` or `now` say otherwise."""
    now = sent.pop("now", NOW)
    sent = {"base": histories(session, attempt)[item.id].tip} | sent
    return save_responses(session, attempt, {item.id: Sent(response, **sent)}, by=attempt.user_id, now=now)


def type_at(item: AttemptItem) -> str:
    return str(item.version.data["type"])
