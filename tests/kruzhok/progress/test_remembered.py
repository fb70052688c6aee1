"""What a group remembers, said of all of it together: and what nobody can read off from it of one of them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import ActivityKind
from course.users.models import User
from kruzhok.progress.remembered import remembered_in
from kruzhok.progress.sums import FEWEST, Share
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz, QuizSlot
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.scheduling import Memory, Rating, due
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of

PAGE = "/groups/circle/progress/passages"

#: How sure a memory is that somebody has answered well, and one that has gone.
SURE, GONE = 3000.0, 0.001


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group without members on a course of one lesson, whose quiz has two questions."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session, items=2)
        self.lesson, self.quiz = (
            factories.activity_of(session, self.course, kind) for kind in (ActivityKind.lesson, ActivityKind.quiz)
        )
        self.group = factories.make_group(session, self.course, slug="circle")
        self.minute = 0

    def next_moment(self) -> datetime:
        self.minute += 1
        return NOW - timedelta(days=30) + timedelta(minutes=self.minute)

    def join(self, **columns: Any) -> Enrolment:
        return factories.make_enrolment(self.session, group=self.group, joined_at=self.next_moment(), **columns)

    def answer(
        self, who: Enrolment, *, stability: float = SURE, purpose: Purpose = Purpose.quiz, number: int = 1
    ) -> Attempt:
        """Answer both questions in the place of WHO, who remembers them so well from then on."""
        at = self.next_moment()
        told = {"started_at": at, "submitted_at": at, "points": 2.0, "number": number, "purpose": purpose}
        attempt = factories.make_attempt(self.session, who, self.quiz, **told)
        for row in self.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id)).all():
            item_id = self.session.get_one(ItemVersion, row.item_version_id).item_id
            self.log(self.card(who.user, item_id), at, attempt_item_id=row.id)
        self.remember(who.user, stability)
        return attempt

    def card(self, user: User, item_id: int) -> Card:
        its = select(Card).where(Card.user_id == user.id, Card.item_id == item_id)
        found = self.session.scalar(its)
        return found or factories.add(self.session, Card(user_id=user.id, item_id=item_id, made_at=NOW))

    def log(self, card: Card, at: datetime, **columns: Any) -> None:
        number = len(self.session.scalars(select(ReviewLog.id).where(ReviewLog.card_id == card.id)).all()) + 1
        told: dict[str, Any] = {"card_id": card.id, "number": number, "at": at, "day": at.date(), "rating": 3}
        factories.add(self.session, ReviewLog(**(told | {"source": ReviewSource.quiz} | columns)))

    def remember(self, user: User, stability: float) -> None:
        """Let all memories of USER be so stable since a month ago: by reviewing or by forgetting."""
        last = NOW.date() - timedelta(days=30)
        memory = Memory(stability, 5.0, last, 1, 0, 0, None)
        for card in self.session.scalars(select(Card).where(Card.user_id == user.id)):
            card.stability, card.difficulty, card.last_on, card.due_on = stability, 5.0, last, due(memory, 0.9)
            card.reviews = 1
        self.session.flush()

    def share(self, looker: int = 0) -> Share | None:
        self.session.expire_all()
        found = remembered_in(self.session, self.session.get_one(StudyGroup, self.group.id), looker, NOW)
        assert len(found) <= 1
        return found[0].share if found else None


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def test_a_lesson_is_told_of_from_the_fifth_who_was_asked_on(circle: Circle) -> None:
    seen = []
    for _ in range(6):
        circle.answer(circle.join())
        seen.append(circle.share())
    assert seen == [None] * 4 + [Share.nearly] * 2


def test_it_is_what_they_know_today(circle: Circle) -> None:
    members = [circle.join() for _ in range(5)]
    for who in members:
        circle.answer(who)
    for who in members:
        circle.remember(who.user, GONE)
    assert circle.share() is Share.few


def test_each_member_weighs_the_same_however_much_they_were_asked(circle: Circle, session: Session) -> None:
    members = [circle.join() for _ in range(5)]
    for who in members:
        circle.answer(who, stability=GONE)
    eager = members[0]
    for position in range(3, 30):  # and one of them many more
        item = factories.make_item(session, circle.course)
        quiz = session.scalars(select(Quiz).where(Quiz.activity_id == circle.quiz.id)).one()
        factories.add(session, QuizSlot(quiz_id=quiz.id, position=position, item_id=item.id))
    circle.answer(eager, number=2)
    assert circle.share() in {Share.few, Share.third}


def test_self_checks_count_as_quizzes_do(circle: Circle) -> None:
    for _ in range(5):
        circle.answer(circle.join(), purpose=Purpose.check)
    assert circle.share() is Share.nearly


@pytest.mark.parametrize("how", ["review", "alone", "other group", "tutor", "left", "taken back", "not counted"])
def test_what_was_not_asked_in_this_group_does_not_belong_to_it(circle: Circle, session: Session, how: str) -> None:
    for _ in range(4):
        circle.answer(circle.join())
    who = circle.join(role=Role.tutor if how == "tutor" else Role.student)
    if how == "review":
        for item_id in session.scalars(select(Item.id).where(Item.course_id == circle.course.id)).all():
            circle.log(circle.card(who.user, item_id), NOW, source=ReviewSource.review)
        circle.remember(who.user, SURE)
    elif how in {"alone", "other group"}:
        other = factories.make_group(session, circle.course) if how == "other group" else None
        circle.answer(factories.make_enrolment(session, who.user, circle.course, other))
    else:
        circle.answer(who)
    if how == "left":
        who.left_at = NOW
    cards = select(Card.id).where(Card.user_id == who.user_id)
    for row in session.scalars(select(ReviewLog).where(ReviewLog.card_id.in_(cards))).all():
        row.counts = how != "not counted"
        row.taken_back_at = NOW if how == "taken back" else None
    session.flush()
    assert circle.share() is None


def test_what_is_reviewed_keeps_up_what_was_asked_here(circle: Circle) -> None:
    members = [circle.join() for _ in range(5)]
    for who in members:
        circle.answer(who, stability=GONE)
    assert circle.share() is Share.few
    for who in members:
        circle.remember(who.user, SURE)
    assert circle.share() is Share.nearly


def test_results_that_wait_for_their_release_are_not_told_here(circle: Circle, session: Session) -> None:
    for _ in range(5):
        circle.answer(circle.join())
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == circle.quiz.id)).one()
    quiz.shows = {"later": ["score"]}
    session.flush()
    assert circle.share() is None


def test_whoever_has_a_question_of_the_lesson_open_sees_nothing_of_it(circle: Circle, session: Session) -> None:
    members = [circle.join() for _ in range(6)]
    for who in members[:5]:
        circle.answer(who)
    factories.make_attempt(session, members[5], circle.quiz)
    assert circle.share(members[5].user_id) is None
    assert circle.share(members[0].user_id) is Share.nearly


def test_only_lessons_of_the_syllabus_are_told_of(circle: Circle, session: Session) -> None:
    members = [circle.join() for _ in range(5)]
    for who in members:
        circle.answer(who)
    other = factories.make_lesson(session, circle.course, circle.course.units[0], number=2)
    factories.make_assignment(session, circle.group, other)
    assert circle.share() is None
    factories.make_assignment(session, circle.group, circle.lesson)
    assert circle.share() is Share.nearly


@pytest.mark.parametrize("seed", range(8))
def test_whoever_comes_after_a_full_five_changes_nothing_alone(circle: Circle, seed: int) -> None:
    """An attacker looks after each act: joining, answering, forgetting and reviewing of those who come after the first
    fives moves no figure before there are five of them; and what is shown has five members behind it."""
    chance = random.Random(seed)
    asked: list[Enrolment] = []
    idle: list[Enrolment] = []
    before: Share | None = None
    for _act in range(40):
        waiting = asked[len(asked) - len(asked) % FEWEST :]
        act = chance.choice(["join", "answer", "answer", "change", "change"])
        if act == "join" or (act == "answer" and not idle):
            idle.append(circle.join())
        elif act == "answer":
            who = idle.pop(chance.randrange(len(idle)))
            circle.answer(who, stability=chance.choice([SURE, GONE]))
            asked.append(who)
        elif waiting:
            circle.remember(chance.choice(waiting).user, chance.choice([SURE, GONE]))
        share = circle.share()
        assert (share is not None) == (len(asked) >= FEWEST)
        if len(asked) % FEWEST or act != "answer":
            assert share is before
        before = share


def test_no_road_tells_what_one_member_remembers(app: Application, database: Database) -> None:
    """Page, table and file of a tutor are the same to the letter, whether a member knows all of it or nothing."""
    with database.transaction() as session:
        circle = Circle(session)
        members = [circle.join() for _ in range(7)]
        for who in members:
            circle.answer(who)
        tutor, place, last = circle.join(role=Role.tutor).user_id, members[6].id, members[6].user_id
        attempt = session.scalars(select(Attempt.id).where(Attempt.enrolment_id == place)).one()
    roads = (
        PAGE,
        f"{PAGE}?member={place}&enrolment={place}&subgroup=1&fewest=1",
        "/groups/circle/progress",
        "/groups/circle/progress.csv",
        "/groups/circle/progress/help",
        f"/groups/circle/progress/{place}",
        f"/groups/circle/progress/{place}/attempts/{attempt}",
        "/groups/circle/results",
        "/groups/circle/members",
    )
    browser = browser_of(app, database, tutor)
    browser.get(f"/groups/circle/progress/{place}")  # the look is noted once a day

    def told() -> list[str]:
        return [_body(browser.get(road).text) for road in roads]

    before = told()
    with database.transaction() as session:
        for card in session.scalars(select(Card).where(Card.user_id == last)).all():
            card.stability, card.lapses, card.misses, card.reviews = GONE, 3, 3, 9
            row = {"number": 7, "at": NOW, "day": NOW.date(), "rating": int(Rating.Again)}
            session.add(ReviewLog(card_id=card.id, source=ReviewSource.review, milliseconds=9000, **row))
    assert told() == before
    assert "most or all" in before[0]
    for address in ("/me/memory", "/me/memory/passages", "/me/memory/estimate"):
        assert "Lesson 1" not in browser.get(f"{address}?user={last}&enrolment={place}&group=circle").text


def _body(page: str) -> str:
    return page.split("<main", 1)[-1].split("</main>", 1)[0]
