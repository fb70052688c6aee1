"""How well one knows what one has met: by lesson, person, term and passage."""

import pytest
from sqlalchemy.orm import Session

from course.groups.models import Role
from kruzhok.memory.known import Known, known_of
from kruzhok.memory.strength import PERSON, TERM, by_lesson, by_name, by_passage, strength_of
from quizzes.models import Item
from quizzes.review.cards import cards_of
from quizzes.review.withheld import withheld
from quizzes.scheduling import Memory, Rating, recall
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.memory.make import TODAY, days, hang, remember
from tests.kruzhok.review.make import Circle


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session, lessons=2)


def of(circle: Circle) -> list[Known]:
    circle.session.expire_all()
    closed = withheld(circle.session, circle.user.id, NOW)
    return known_of(cards_of(circle.session, circle.user, TODAY), TODAY, closed)


def test_what_is_known_is_the_sum_of_the_chances(session: Session, circle: Circle) -> None:
    first, second = circle.asked(1)
    remember(session, circle.user, first, (-30, Rating.Good))
    remember(session, circle.user, second, (-1, Rating.Good))
    strength = strength_of(of(circle))
    assert strength.met == 2
    assert strength.known == pytest.approx(0.6675 + 0.9468, abs=1e-4)  # RULES, section 9
    assert strength.about == 2


def test_a_question_counts_in_the_lesson_that_asks_it(session: Session, circle: Circle) -> None:
    for item_id in (circle.asked(2)[0], *circle.checks(2)):  # of its quiz, its notes and the text it reads
        remember(session, circle.user, item_id, (-1, Rating.Good))
    remember(session, circle.user, circle.asked(1)[0], (-1, Rating.Good))
    lines = by_lesson(session, of(circle))
    assert [(line.number, line.strength.met) for line in lines] == [(1, 1), (2, 4)]


def test_the_quiz_that_asks_it_counts_before_the_passage_it_tests(session: Session, circle: Circle) -> None:
    item_id = circle.asked(2)[0]
    hang(session, item_id, factories.notes_of(session, circle.lessons[0]))
    remember(session, circle.user, item_id, (-1, Rating.Good))
    assert [line.number for line in by_lesson(session, of(circle))] == [2]


def test_lessons_come_in_the_order_of_the_course(session: Session) -> None:
    circle = Circle(session, lessons=3)
    for number in (3, 1, 2):
        remember(session, circle.user, circle.asked(number)[0], (-9 * number, Rating.Good))
    assert [line.number for line in by_lesson(session, of(circle))] == [1, 2, 3]


def test_persons_and_terms_are_those_that_the_passages_name_the_weakest_first(session: Session, circle: Circle) -> None:
    notes = factories.notes_of(session, circle.lessons[0])
    lenin, kamenev = (factories.make_person(session, circle.course, name) for name in ("Lenin", "Kamenev"))
    soviet, alone = factories.make_term(session, circle.course), factories.make_term(session, circle.course, "duma")
    factories.mention(session, lenin, ("lesson", notes.ident, "p-1"), ("lesson", notes.ident, "p-2"))
    factories.mention(session, kamenev, ("lesson", notes.ident, "p-2"), ("lesson", notes.ident, None))
    factories.mention(session, soviet, ("lesson", notes.ident, "p-1"), ("lesson", notes.ident, "p-1"))
    factories.mention(session, alone, ("lesson", notes.ident, "p-3"))
    items = [factories.make_item(session, circle.course).id for _ in range(5)]
    for item_id, place, day in zip(items, (0, 0, 1, 1, 2), (-1, -1, -40, -40, -1), strict=True):
        hang(session, item_id, notes, place)
        remember(session, circle.user, item_id, (day, Rating.Good))
    lines = by_name(session, [circle.course], of(circle))
    assert [(line.title, line.strength.met) for line in lines[PERSON]] == [("Kamenev", 2), ("Lenin", 4)]
    assert [(line.title, line.strength.met) for line in lines[TERM]] == [
        ("soviet", 2)
    ]  # of one question nothing is said


def test_passages_come_weakest_first(session: Session, circle: Circle) -> None:
    notes = factories.notes_of(session, circle.lessons[0])
    items = [factories.make_item(session, circle.course).id for _ in range(3)]
    places = [hang(session, item_id, notes, place) for item_id, place in zip(items, (0, 1, 1), strict=True)]
    for item_id, day in zip(items, (-1, -60, -30), strict=True):
        remember(session, circle.user, item_id, (day, Rating.Good))
    found = by_passage(of(circle))
    assert [(passage_id, one.met) for passage_id, one in found] == [(places[1], 2), (places[0], 1)]


def test_what_hangs_on_nothing_is_known_all_the_same(session: Session, circle: Circle) -> None:
    remember(session, circle.user, factories.make_item(session, circle.course).id, (-1, Rating.Good))
    known = of(circle)
    assert (len(known), by_passage(known), by_lesson(session, known)) == (1, [], [])


def test_what_was_met_and_never_answered_is_no_memory(session: Session, circle: Circle) -> None:
    remember(session, circle.user, circle.asked(1)[0])
    assert of(circle) == []


def test_no_side_door(session: Session, circle: Circle) -> None:
    quiz, other = circle.quizzes
    for item_id in (*circle.asked(1), *circle.asked(2)):
        remember(session, circle.user, item_id, (-1, Rating.Good))
    factories.make_attempt(session, circle.mine, quiz)
    session.get_one(Item, circle.asked(2)[0]).retired_at = NOW
    session.flush()
    assert [one.item_id for one in of(circle)] == circle.asked(2)[1:]
    assert other is not quiz


def test_items_of_a_study_group_that_was_left_are_not_told_of(session: Session, circle: Circle) -> None:
    item = factories.make_item(session, group_id=circle.group.id)
    remember(session, circle.user, item.id, (-1, Rating.Good))
    assert [one.item_id for one in of(circle)] == [item.id]
    circle.mine.left_at = NOW
    session.flush()
    assert of(circle) == []


def test_nobody_elses_memory_counts(session: Session, circle: Circle) -> None:
    other = factories.make_enrolment(session, group=circle.group, role=Role.tutor)
    remember(session, other.user, circle.asked(1)[0], (-1, Rating.Good))
    assert of(circle) == []


def test_a_chance_is_that_of_the_memory_today() -> None:
    memory = Memory(10.0, 5.0, days(-10), 2, 0, 0, None)
    assert recall(memory, TODAY) == pytest.approx(0.9)
