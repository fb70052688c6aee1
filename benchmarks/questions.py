"""A small course with questions of every type, and what people might type into them. Chance is handed in."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from course.base.db import Base
from course.outline.models import Activity, ActivityKind, Course, Unit
from course.texts.models import Passage, Text, TextVersion
from lessons.models import Lesson
from quizzes.items import TYPES, Raw, matching, parse_data
from quizzes.models import Item, ItemVersion, Quiz, QuizSlot

Row = TypeVar("Row", bound=Base)

COURSE = "storm"
TEXT = "april-theses"
PASSAGES = [f"thesis-{number}" for number in range(1, 11)]
SAID = "the soviet of workers held power beside a government nobody had elected and so bread peace land"
WORDS = SAID.split()

COMMON = {
    "demand": "recall",
    "explanation": "So it was.",
    "passage": f"{TEXT}#thesis-1",
    "sources": ["sukhanov-1922"],
    "hints": ["Think of April.", "Think of the station."],
}


def options(idents: str, right: str) -> list[dict[str, Any]]:
    """Return an option for each letter of IDENTS; those in RIGHT are."""
    return [{"ident": one, "text": f"Choice {one}"} | ({"right": True} if one in right else {}) for one in idents]


OWN: dict[str, dict[str, Any]] = {
    "single": {"options": options("abcd", "b")},
    "multiple": {"options": options("abcde", "ad")},
    "true-false": {"key": True},
    "matching": {
        "pairs": [
            {"ident": "lenin", "left": "Lenin", "right": "Bolsheviks"},
            {"ident": "martov", "left": "Martov", "right": "Mensheviks"},
            {"ident": "chernov", "left": "Chernov", "right": "Socialist Revolutionaries"},
        ],
        "distractors": ["Kadets"],
    },
    "ordering": {"entries": [{"ident": one, "text": f"Event {one}"} for one in "abcdef"]},
    "short": {"answers": [{"text": "April Theses"}, {"text": "Theses", "score": 0.5}]},
    "numeric": {
        "answers": [{"value": 12, "tolerance": 1}],
        "units": [{"ident": "hours", "text": "hours"}, {"ident": "days", "text": "days", "factor": 24}],
    },
    "date": {"key": "1917-11-07", "old_style": "1917-10-25"},
    "cloze": {
        "text": "In {month} of {year} the {who} fell.",
        "gaps": [
            {"ident": "month", "kind": "text", "answers": [{"text": "October"}]},
            {"ident": "year", "kind": "number", "answers": [{"value": 1917}]},
            {"ident": "who", "kind": "choice", "options": options("ab", "b")},
        ],
    },
    "evidence": {"text": TEXT, "right": ["thesis-2", ["thesis-5", "thesis-6"]]},
    "essay": {
        "model": "Two powers stood side by side.",
        "rubric": [
            {
                "ident": "argument",
                "title": "Argument",
                "levels": [
                    {"ident": "none", "words": "There is none", "score": 0},
                    {"ident": "good", "words": "It holds", "score": 1},
                ],
            }
        ],
    },
}


def raw_item(kind: str, number: int) -> dict[str, Any]:
    """Return what a curriculum says of the question NUMBER, of KIND; it is worth 1, 2 or 3 points."""
    return (
        COMMON | {"ident": f"item-{number}", "type": kind, "stem": f"Question {number}?"} | OWN[kind] | points(number)
    )


def points(number: int) -> dict[str, int]:
    """Return the points of the question NUMBER."""
    return {"points": 1 + number % 3}


# What is typed: the fields of one question, in every third case right.


def _one(rng: random.Random) -> Raw:
    return {"": [rng.choice("abcd")]}


def _several(rng: random.Random) -> Raw:
    return {"": rng.sample("abcde", rng.randint(1, 4))}


def _truth(rng: random.Random) -> Raw:
    return {"": [rng.choice(("true", "false"))]}


def _pairs(rng: random.Random) -> Raw:
    data = parse_data(raw_item("matching", 1))
    assert isinstance(data, matching.Matching)
    idents = [choice.ident for choice in matching.choices(data)]
    return {pair.ident: [rng.choice(idents)] for pair in data.pairs if pair.ident == "lenin" or rng.random() < 0.8}


def _order(rng: random.Random) -> Raw:
    return {ident: [str(place)] for place, ident in enumerate(rng.sample("abcdef", 6), 1)}


def _short(rng: random.Random) -> Raw:
    return {"": [rng.choice(("April Theses", "april thesses", f"decree {rng.randrange(10_000)}"))]}


def _number(rng: random.Random) -> Raw:
    return {"": [rng.choice(("12", "12,5", str(rng.randrange(100_000))))], "unit": [rng.choice(("hours", "days", ""))]}


def _date(rng: random.Random) -> Raw:
    some = f"{rng.randint(1, 28)} {rng.choice(('March', 'July', 'August'))} {rng.randint(1890, 1925)}"
    return {"": [rng.choice(("7 November 1917", "1917", some))]}


def _gaps(rng: random.Random) -> Raw:
    return {
        "month": [rng.choice(("October", "Octobr", f"spring {rng.randrange(10_000)}"))],
        "year": [rng.choice(("1917", str(rng.randint(1000, 2000)), ""))],
        "who": [rng.choice("ab")],
    }


def _passages(rng: random.Random) -> Raw:
    return {"": rng.sample(PASSAGES, rng.randint(1, 4))}


def _essay(rng: random.Random) -> Raw:
    return {"": [" ".join(rng.choices(WORDS, k=rng.randint(20, 200))) + f" {rng.randrange(10**9)}"]}


TYPED: Mapping[str, Callable[[random.Random], Raw]] = {
    "single": _one,
    "multiple": _several,
    "true-false": _truth,
    "matching": _pairs,
    "ordering": _order,
    "short": _short,
    "numeric": _number,
    "date": _date,
    "cloze": _gaps,
    "evidence": _passages,
    "essay": _essay,
}

#: Every type there is: one that is not known here is missed as soon as a quiz is made.
KINDS: Sequence[str] = list(TYPES)


# The course


def make_course(session: Session, now: datetime) -> Activity:
    """Return the one lesson of a course, whose text is also that from which evidence is picked."""
    told: dict[str, Any] = {"title": "A storm", "summary": "For measuring.", "language": "en", "licence": "CC-BY-4.0"}
    told |= {"authors": ["An author"], "about_html": "", "pacing": {}, "hash": "0" * 64, "loaded_at": now}
    course = put(session, Course(ident=COURSE, **told))
    text = put(session, Text(course_id=course.id, ident=TEXT, title="The April Theses"))
    version = put(session, TextVersion(text_id=text.id, number=1, hash="0" * 64, made_at=now))
    for number, ident in enumerate(PASSAGES, 1):
        said = {"kind": "paragraph", "html": f"<p>Thesis {number}.</p>", "plain": f"Thesis {number}."}
        session.add(Passage(version_id=version.id, ident=ident, position=number, number=number, **said))
    text.current_version_id = version.id
    unit = put(session, Unit(course_id=course.id, ident="unit", position=1, title="A unit"))
    own = {"ident": TEXT, "title": "A lesson", "minutes": 20, "position": 1, "added_at": now}
    lesson = put(session, Activity(course_id=course.id, unit_id=unit.id, kind=ActivityKind.lesson, **own))
    put(session, Lesson(activity_id=lesson.id, text_id=text.id, number=1, summary="", objectives=[], lecture=None))
    return lesson


def make_quiz(session: Session, lesson: Activity, ident: str, now: datetime, **columns: Any) -> Activity:
    """Return a quiz with a question of every type; COLUMNS are those of its row."""
    course_id = lesson.course_id
    own = {"title": f"Quiz {ident}", "minutes": 10, "added_at": now, "position": 1}
    quiz = Activity(course_id=course_id, parent_id=lesson.id, kind=ActivityKind.quiz, ident=ident, **own)
    row = put(session, Quiz(activity_id=put(session, quiz).id, **columns))
    for number, kind in enumerate(KINDS, 1):
        item = put(session, Item(course_id=course_id, ident=f"{ident}-{number}"))
        data = raw_item(kind, number)
        version = put(session, ItemVersion(item_id=item.id, number=1, hash="0" * 64, data=data, made_at=now))
        item.current_version_id = version.id
        put(session, QuizSlot(quiz_id=row.id, position=number, item_id=item.id))
    return quiz


def put(session: Session, row: Row) -> Row:
    """Return ROW, added and flushed."""
    session.add(row)
    session.flush()
    return row
