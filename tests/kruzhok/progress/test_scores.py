"""A tutor reads how a score came about, sets it, lets a late answer count; nobody else does."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Look
from course.groups.models import Enrolment, Role, StudyGroup
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Attempt
from tests import factories
from tests.conftest import NOW
from tests.quizzes.attempts.make import House, begin, give, make_house
from tests.test_access import browser_of
from tests.web import post


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


class Circle:
    """A study group with a tutor, whose student answered a choice wrongly and left an essay blank, then sent both."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            house = make_house(session, "single essay")
            self.group = factories.make_group(session, house.course, slug="circle")
            vera, sofia = factories.make_user(session, name="Vera"), factories.make_user(session, name="Sofia")
            self.student = factories.make_enrolment(session, vera, house.course, self.group)
            self.tutor = factories.make_enrolment(session, sofia, house.course, self.group, role=Role.tutor)
            self.house = House(house.course, house.lesson, house.quiz, self.student)
            attempt = begin(session, self.house)
            self.attempt = attempt.id
            give(session, attempt, attempt.items[0], {"option": "a"})
            submit_attempt(session, attempt, now=NOW)
            give(session, attempt, attempt.items[0], {"option": "b"})
            give(session, attempt, attempt.items[1], {"text": "So it was. *Late*."})

    def address(self, number: int = 1, student: Enrolment | None = None) -> str:
        place = (student or self.student).id
        return f"/groups/circle/members/{place}/attempts/{self.attempt}/questions/{number}/score"

    def page(self, number: int = 1) -> str:
        answer = browser_of(self.app, self.database, self.tutor.user_id).get(self.address(number))
        assert answer.status_code == 200
        return answer.text

    def send(self, way: str = "", number: int = 1, by: int | None = None, **fields: Any) -> TestResponse:
        browser = browser_of(self.app, self.database, by or self.tutor.user_id)
        return post(browser, self.address(number) + way, fields)

    def points(self) -> float | None:
        with self.database.transaction(writing=False) as session:
            return session.get_one(Attempt, self.attempt).points


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def late_step(page: str) -> str:
    return re.findall(r'name="step" value="(\d+)"', page)[0]


def test_a_tutor_comes_by_the_attempt_and_sees_all(circle: Circle) -> None:
    browser = browser_of(circle.app, circle.database, circle.tutor.user_id)
    attempt = browser.get(f"/groups/circle/progress/{circle.student.id}/attempts/{circle.attempt}").text
    assert f'href="{circle.address(1)}"' in attempt
    page = circle.page()
    assert "“Text of a” is not right: 0" in page
    assert "after the attempt was submitted, and does not count" in page
    with circle.database.transaction(writing=False) as session:
        assert session.scalars(select(Look.by_id)).all() == [circle.tutor.user_id]


def test_a_score_is_set_with_a_reason_and_the_student_reads_it(circle: Circle) -> None:
    assert circle.send(points="0,5", reason="Two are *as* right.").status_code == 303
    assert circle.points() == 0.5
    student = browser_of(circle.app, circle.database, circle.student.user_id)
    page = student.get(f"/attempts/{circle.attempt}/questions/1/score").text
    assert "Set by Sofia, 23 November 2026, 15:02, to 0.5 of 1 point, in place of what it was before" in page
    assert "Reason: Two are *as* right." in page
    assert "Set it yourself" not in page


@pytest.mark.parametrize("points", ["", "1.01", "-1", "NaN", "much", "1e3", "9" * 500, "\0", "0.5 points"])
def test_points_that_cannot_be_are_refused_beside_the_field(circle: Circle, points: str) -> None:
    answer = circle.send(points=points, reason="It is fair.")
    assert answer.status_code == 422
    assert 'id="points-error"' in answer.text
    assert 'value="It is fair."' in answer.text
    assert circle.points() == 0


def test_a_score_is_not_set_without_a_reason(circle: Circle) -> None:
    for reason in ("", "  ", "x" * 2001):
        answer = circle.send(points="1", reason=reason)
        assert answer.status_code == 422
        assert 'id="reason-error"' in answer.text


def test_a_late_answer_counts_at_the_press_of_a_button(circle: Circle) -> None:
    assert circle.send("/accept", step=late_step(circle.page())).status_code == 303
    assert circle.points() == 1
    page = circle.page()
    assert "Sofia let an answer count, 23 November 2026, 15:02" in page
    assert "Let this answer count" not in page


def test_a_late_essay_is_read_in_full_and_goes_back_to_be_marked(circle: Circle) -> None:
    page = circle.page(2)
    assert "<p>So it was. *Late*.</p>" in page
    assert circle.send("/accept", 2, step=late_step(page)).status_code == 303
    assert circle.points() is None
    page = circle.page(2)
    assert "It waits to be marked" in page
    assert "Set the score" not in page
    assert circle.send(number=2, points="1", reason="It is fair.").status_code == 409


@pytest.mark.parametrize("step", ["", "0", "x", "-1", "9" * 30])
def test_an_answer_that_is_not_there_is_not_accepted(circle: Circle, step: str) -> None:
    assert circle.send("/accept", step=step).status_code == 409
    assert circle.points() == 0


def test_a_tutor_at_work_on_the_same_question_sees_nothing_of_it(circle: Circle) -> None:
    with circle.database.transaction() as session:
        alone = factories.make_enrolment(session, session.merge(circle.tutor).user, circle.house.course)
        begin(session, circle.house._replace(enrolment=alone))
    page = circle.page()
    assert "While an attempt of yours with this question is open" in page
    assert "Set the score" not in page


def test_in_an_archived_group_nothing_is_changed(circle: Circle) -> None:
    with circle.database.transaction() as session:
        session.get_one(StudyGroup, circle.group.id).archived_at = NOW
    assert "Set the score" not in circle.page()
    assert circle.send(points="1", reason="It is fair.").status_code == 409
    assert circle.send("/accept", step="3").status_code == 409


def test_for_others_there_is_no_such_page(circle: Circle) -> None:
    with circle.database.transaction() as session:
        other = factories.make_group(session, circle.house.course)
        strangers = {
            "another group's tutor": factories.make_enrolment(session, group=other, role=Role.tutor).user_id,
            "former tutor": factories.make_enrolment(session, group=circle.group, role=Role.tutor, left_at=NOW).user_id,
            "stranger": factories.make_user(session).id,
        }
        colleague = factories.make_enrolment(session, group=circle.group)
    for who, user_id in strangers.items():
        assert browser_of(circle.app, circle.database, user_id).get(circle.address()).status_code == 404, who
        assert circle.send(by=user_id, points="1", reason="Why not?").status_code == 404, who
        assert circle.send("/accept", by=user_id, step="3").status_code == 404, who
    for member in (circle.student, colleague):
        assert circle.send(by=member.user_id, points="1", reason="Why not?").status_code == 403
    assert circle.points() == 0
    tutor = browser_of(circle.app, circle.database, circle.tutor.user_id)
    assert tutor.get(circle.address(student=colleague)).status_code == 404


def test_of_who_left_nothing_is_changed(circle: Circle) -> None:
    with circle.database.transaction() as session:
        session.get_one(Enrolment, circle.student.id).left_at = NOW
    assert circle.send(points="1", reason="It is fair.").status_code == 404
