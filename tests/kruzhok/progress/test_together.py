"""The group together: what is said of all members, and what nobody can get out of it, whatever they try."""

import itertools
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.outline.models import ActivityKind
from kruzhok.progress.sums import FEWEST, Share
from kruzhok.progress.together import figures_of, missed_in
from quizzes.models import Attempt, AttemptItem, Purpose, Quiz, StepKind
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of

PAGE = "/groups/circle/progress/passages"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group without members on a course whose quiz and self-check test the first passage of its lesson."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session, items=1)
        kinds = (ActivityKind.lesson, ActivityKind.reading, ActivityKind.quiz)
        self.lesson, self.reading, self.quiz = (factories.activity_of(session, self.course, kind) for kind in kinds)
        self.group = factories.make_group(session, self.course, slug="circle")
        self.moments = itertools.count(1)

    def join(self, **columns: Any) -> Enrolment:
        return factories.make_enrolment(self.session, group=self.group, joined_at=self.next_moment(), **columns)

    def next_moment(self) -> datetime:
        return NOW + timedelta(minutes=next(self.moments))

    def answer(
        self,
        who: Enrolment,
        *,
        missed: bool,
        number: int = 1,
        purpose: Purpose = Purpose.quiz,
        submitted: bool = True,
        response: Any = None,
        at: datetime | None = None,
    ) -> Attempt:
        """Answer the question of the quiz; with another PURPOSE than the quiz's, somewhere else."""
        at = at or self.next_moment()
        told = {"started_at": at, "submitted_at": at if submitted else None, "points": 0.0 if submitted else None}
        attempt = factories.make_attempt(self.session, who, self.quiz, number=number, purpose=purpose, **told)
        (item,) = self.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id))
        response = {"option": "no" if missed else "yes"} if response is None else response or None
        factories.make_step(self.session, item, response=response, at=at)
        if submitted:
            scored = {"kind": StepKind.score, "score": 0.0 if missed else 1.0, "base_step": 1}
            factories.make_step(self.session, item, number=2, response=response, at=at, **scored)
        return attempt

    def share(self, looker: int = 0) -> Share | None:
        found = missed_in(self.session, self.session.get_one(StudyGroup, self.group.id), looker)
        assert len(found) <= 1
        return found[0].share if found else None


def test_a_passage_is_shown_from_the_fifth_who_answered_on(session: Session) -> None:
    circle = Circle(session)
    seen = []
    for _number in range(6):
        circle.answer(circle.join(), missed=True)
        seen.append(circle.share())
    assert seen == [None, None, None, None, Share.nearly, Share.nearly]


def test_self_checks_count_as_quizzes_do_and_each_member_once(session: Session) -> None:
    circle = Circle(session)
    for number in range(4):
        who = circle.join()
        for again in range(1, 4):  # many answers of one are one
            circle.answer(who, missed=number < 2, number=again, purpose=Purpose.check if again > 1 else Purpose.quiz)
    assert circle.share() is None
    circle.answer(circle.join(), missed=False, purpose=Purpose.check)
    assert circle.share() is Share.third


def test_the_first_answer_says_it_and_later_ones_change_nothing(session: Session) -> None:
    circle = Circle(session)
    members = [circle.join() for _ in range(5)]
    for who in members:
        circle.answer(who, missed=True)
    for who in members:
        circle.answer(who, missed=False, number=2)
        assert circle.share() is Share.nearly


@pytest.mark.parametrize("how", ["open", "preview", "blank", "tutor", "other group", "alone", "review"])
def test_what_is_no_answer_of_a_student_here_does_not_count(session: Session, how: str) -> None:
    circle = Circle(session)
    for _ in range(4):
        circle.answer(circle.join(), missed=True)
    if how in {"open", "preview", "review", "blank"}:
        purpose = {"preview": Purpose.preview, "review": Purpose.review}.get(how, Purpose.quiz)
        response: Any = {} if how == "blank" else None
        circle.answer(circle.join(), missed=True, submitted=how != "open", purpose=purpose, response=response)
    elif how == "tutor":
        circle.answer(circle.join(role=Role.tutor), missed=True)
    else:
        other = factories.make_group(session, circle.course) if how == "other group" else None
        circle.answer(factories.make_enrolment(session, course=circle.course, group=other), missed=True)
    assert circle.share() is None


def test_results_that_wait_for_their_release_are_not_told_here(session: Session) -> None:
    circle = Circle(session)
    for _ in range(5):
        circle.answer(circle.join(), missed=True)
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == circle.quiz.id)).one()
    quiz.shows = {"later": ["score"]}
    session.flush()
    assert circle.share() is None


def test_whoever_has_the_question_in_an_open_attempt_sees_nothing_of_its_passage(session: Session) -> None:
    circle = Circle(session)
    members = [circle.join() for _ in range(6)]
    for who in members[:5]:
        circle.answer(who, missed=True)
    circle.answer(members[5], missed=True, submitted=False)
    assert circle.share(members[5].user_id) is None
    assert circle.share(members[0].user_id) is Share.nearly


@pytest.mark.parametrize("seed", range(12))
def test_nobody_is_the_difference_of_two_looks(session: Session, seed: int) -> None:
    """An attacker looks after each single act of joining, answering, answering again and leaving. A figure changes only
    with the answers of five new ones, and stands only while five members are behind it."""
    circle, chance = Circle(session), random.Random(seed)
    members: list[Enrolment] = []
    answered: dict[int, bool] = {}
    before, counted = None, 0
    for _act in range(45):
        live = [one for one in members if one.left_at is None]
        act = chance.choice(["join", "answer", "answer", "answer", "again", "leave"])
        if act == "join" or not live:
            members.append(circle.join())
            if chance.random() < 0.3:  # they bring an answer along, from long ago
                answered[members[-1].id] = chance.random() < 0.5
                circle.answer(
                    members[-1], missed=answered[members[-1].id], at=NOW - timedelta(days=chance.randrange(9))
                )
        elif act == "leave" and chance.random() < 0.3:
            chance.choice(live).left_at = NOW
        else:
            who = chance.choice(live)
            missed = chance.random() < 0.5
            number = sum(1 for _ in session.scalars(select(Attempt).where(Attempt.enrolment_id == who.id))) + 1
            circle.answer(who, missed=missed, number=number)
            answered.setdefault(who.id, missed)
        session.flush()
        share = circle.share()
        behind = sum(one.left_at is None and one.id in answered for one in members)
        assert (share is not None) == (behind >= FEWEST)
        if share is not None:
            if before is not None and share is not before:
                assert len(answered) // FEWEST > counted
            before, counted = share, len(answered) // FEWEST


def test_figures_stand_for_five_students_or_are_not_said(session: Session) -> None:
    circle = Circle(session)
    factories.make_assignment(session, circle.group, circle.lesson)
    factories.make_meeting(session, circle.group)
    for _ in range(4):
        circle.join()
    group = session.get_one(StudyGroup, circle.group.id)
    assert [one.share for one in figures_of(session, group, NOW)] == [None, None, None]
    circle.join()
    circle.join(left_at=NOW)
    circle.join(role=Role.tutor)
    for who in session.scalars(select(Enrolment).where(Enrolment.group_id == group.id)).all():
        told = {"state": State.done, "done_at": NOW}
        session.add(Completion(enrolment_id=who.id, activity_id=circle.reading.id, **told))
    session.flush()
    assert [one.share for one in figures_of(session, group, NOW)] == [Share.third, None, Share.few]


def test_no_address_gets_a_figure_of_fewer(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        factories.make_assignment(session, circle.group, circle.lesson)
        members = [circle.join() for _ in range(9)]
        for who in members[:4]:
            circle.answer(who, missed=True)
        for who in members[4:]:
            circle.answer(who, missed=True, submitted=False)
        some = factories.make_subgroup(session, circle.group, *members[:5])
        tutor = circle.join(role=Role.tutor)
        place = members[0].id
    tries: list[dict[str, Any]] = [
        {"subgroup": some.id}, {"q": "user"}, {"hand": 1}, {"part": circle.quiz.id, "state": "done"}, {"page": 2},
        {"order": "late"}, {"k": 1}, {"fewest": 1}, {"members": place}, {"enrolment": place}, {"to": place}, {"all": 1},
        {"group": "circle"}, {"text": 1}, {"passage": "p-1"}, {"from": "2000-01-01"}, {"until": "2000-01-01"},
    ]  # fmt: skip
    pages = {}
    for name, user_id in (("member", members[0].user_id), ("tutor", tutor.user_id)):
        browser = browser_of(app, database, user_id)
        plain = body(browser.get(PAGE).text)
        assert "Nothing may be said yet" in plain
        for one, other in itertools.combinations(tries, 2):
            answer = browser.get(PAGE, query_string=one | other)
            assert body(answer.text) == plain
        pages[name] = plain
    assert re.sub(r"·\s*<a[^>]*>Progress</a>", "", pages["tutor"]).split() == pages["member"].split()


def body(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def test_members_read_which_passages_were_missed(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
        members = [circle.join() for _ in range(5)]
        for number, who in enumerate(members):
            circle.answer(who, missed=number < 3)
    page = browser_of(app, database, members[0].user_id).get(PAGE).text
    assert "about two thirds" in page
    assert f"/lessons/{circle.lesson.ident}?group=circle#p-1" in page
    assert "It is so." not in page  # no key
