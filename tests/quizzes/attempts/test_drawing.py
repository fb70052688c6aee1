"""Which questions an attempt gets: sections, draws by tag, an order of its own, texts as they were."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import Completion
from course.groups.models import Role
from course.texts.models import Passage, TextVersion
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.pages import size_of
from quizzes.attempts.questions import sections_of, sitting_of
from quizzes.attempts.results import quiz_results
from quizzes.attempts.starting import attempts_at, between, start_attempt
from quizzes.models import Attempt, ItemVersion, Purpose, Quiz, QuizSection, QuizSlot
from quizzes.sizes import question_counts
from tests.conftest import NOW
from tests.factories import add, make_enrolment, make_group, notes_of
from tests.quizzes.attempts.make import House, begin, give, make_house


def sectioned(session: Session, house: House, *sections: tuple[list[int], dict[str, Any]]) -> Quiz:
    """Put the items of HOUSE's quiz (by position) into SECTIONS, each with its columns."""
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == house.quiz.id)).one()
    for position, (slots, columns) in enumerate(sections, 1):
        section = add(session, QuizSection(quiz_id=quiz.id, position=position, **columns))
        for slot in session.scalars(select(QuizSlot).where(QuizSlot.quiz_id == quiz.id, QuizSlot.position.in_(slots))):
            slot.section_id = section.id
    session.flush()
    session.expire(quiz)
    return quiz


def tag(session: Session, quiz: Quiz, tags: dict[int, str]) -> None:
    for slot in quiz.slots:
        version = session.get_one(ItemVersion, slot.item.current_version_id)
        version.data = version.data | {"tags": [tags[slot.position]]}
    session.flush()


def taken(attempt: Attempt) -> list[str]:
    return [item.version.data["ident"] for item in attempt.items]


def draw(*draws: tuple[int, str | None]) -> dict[str, Any]:
    return {"draws": {"draws": [{"count": count, "tag": tag} for count, tag in draws]}}


def many(session: Session, house: House, count: int) -> list[Attempt]:
    """Return attempts of COUNT students, each by chance of its own."""
    return [
        start_attempt(
            session, make_enrolment(session, course=house.course), house.quiz, now=NOW, rng=random.Random(number)
        )
        for number in range(count)
    ]


def test_so_many_are_drawn_of_each_tag_in_the_order_of_the_quiz(session: Session) -> None:
    house = make_house(session, "single " * 6)
    quiz = sectioned(session, house, ([1, 2, 3, 4, 5, 6], draw((2, "war"), (1, "land"))))
    tag(session, quiz, {1: "war", 2: "land", 3: "war", 4: "land", 5: "war", 6: "peace"})
    seen: Counter[str] = Counter()
    for attempt in many(session, house, 12):
        idents = taken(attempt)
        seen.update(idents)
        assert (len(idents), idents) == (3, sorted(idents))
        assert len({"item-1", "item-3", "item-5"} & set(idents)) == 2
        assert attempt.max_points == 3
    assert set(seen) == {"item-1", "item-2", "item-3", "item-4", "item-5"}


def test_what_one_draw_took_the_next_does_not_get(session: Session) -> None:
    house = make_house(session, "single single single")
    sectioned(session, house, ([1, 2, 3], draw((2, None), (1, None))))
    assert taken(begin(session, house)) == ["item-1", "item-2", "item-3"]


def test_questions_are_shuffled_within_their_section(session: Session) -> None:
    house = make_house(session, "single " * 6, shuffled=True)
    sectioned(session, house, ([1, 2, 3], {}), ([4, 5, 6], {}))
    orders = {tuple(taken(attempt)) for attempt in many(session, house, 10)}
    assert len(orders) > 1
    assert all(set(order[:3]) == {"item-1", "item-2", "item-3"} for order in orders)


def test_the_size_of_a_quiz_is_that_of_an_attempt(session: Session) -> None:
    house = make_house(session, "single single single short")
    quiz = sectioned(session, house, ([1, 2, 3], draw((2, None))))
    assert size_of(session, quiz) == (3, 3.0)
    version = session.get_one(ItemVersion, quiz.slots[0].item.current_version_id)
    version.data = version.data | {"points": 5}
    session.flush()
    assert size_of(session, quiz) == (3, None)


def test_a_section_keeps_its_introduction_and_its_text_as_they_were(session: Session) -> None:
    house = make_house(session, "single")
    text = notes_of(session, house.lesson)
    sectioned(
        session,
        house,
        ([1], {"title": "The notes", "introduction_html": "<p>Read.</p>", "text_id": text.id, "first": "p-2"}),
    )
    attempt = begin(session, house)
    version = add(session, TextVersion(text_id=text.id, number=99, hash="new", made_at=NOW))
    text.current_version_id = version.id
    session.flush()
    sitting = sitting_of(session, attempt)
    (section,) = sections_of(sitting.policy, sitting)
    assert (section.title, section.introduction_html) == ("The notes", "<p>Read.</p>")
    assert [passage.ident for passage in section.passages] == ["p-2", "p-3"]


def test_what_stands_between_questions_goes_with_the_question(session: Session) -> None:
    house = make_house(session, "single single", shuffled=True)
    quiz = session.scalars(select(Quiz)).one()
    quiz.slots[1].before_html = "<p>Now the second.</p>"
    session.flush()
    for attempt in many(session, house, 4):
        assert {item.version.data["ident"]: item.before_html for item in attempt.items} == {
            "item-1": "",
            "item-2": "<p>Now the second.</p>",
        }


@pytest.mark.parametrize(
    ("first", "last", "part"), [(None, None, "abcd"), ("b", None, "bcd"), (None, "b", "ab"), ("b", "c", "bc")]
)
def test_a_range_has_both_its_ends(first: str | None, last: str | None, part: str) -> None:
    assert between(list("abcd"), first, last) == list(part)


def test_a_tutor_only_tries_a_quiz_out(session: Session) -> None:
    house = make_house(session, "single", attempts_allowed=1)
    tutor = make_enrolment(session, course=house.course, group=make_group(session, house.course), role=Role.tutor)
    for number in (1, 2):
        attempt = start_attempt(session, tutor, house.quiz, now=NOW, rng=random.Random(1))
        assert (attempt.purpose, attempt.number) == (Purpose.preview, number)
        give(session, attempt, attempt.items[0], {"option": "b"})
        submit_attempt(session, attempt, now=NOW)
    assert len(attempts_at(session, tutor, house.quiz)) == 2
    assert quiz_results(session, tutor, [house.quiz.id]) == {}
    assert session.scalars(select(Completion).where(Completion.enrolment_id == tutor.id)).all() == []


def test_a_closed_quiz_is_tried_out_without_an_end(session: Session) -> None:
    house = make_house(session, "single", closes_at=NOW)
    tutor = make_enrolment(session, course=house.course, group=make_group(session, house.course), role=Role.tutor)
    attempt = start_attempt(session, tutor, house.quiz, now=NOW + timedelta(days=1), rng=random.Random(1))
    assert attempt.deadline_at is None


def test_the_passages_to_pick_from_are_those_of_the_text_when_the_attempt_began(session: Session) -> None:
    house = make_house(session, "evidence")
    version = session.scalars(select(ItemVersion)).one()
    version.data = version.data | {"text": notes_of(session, house.lesson).ident, "right": ["p-2"]}
    session.flush()
    attempt = begin(session, house)
    (item,) = attempt.items
    idents = session.scalars(
        select(Passage.ident).where(Passage.version_id == item.text_version_id).order_by(Passage.position)
    ).all()
    assert item.shown == list(idents) != []


def test_other_pages_say_as_many_questions_as_an_attempt_gets(session: Session) -> None:
    house = make_house(session, "single single single short")
    sectioned(session, house, ([1, 2, 3], draw((2, None))))
    assert question_counts(session, [house.quiz.id]) == {house.quiz.id: 3}
