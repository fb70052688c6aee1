"""The pages of rules: a student sees their own, a tutor those of the group, makes exceptions and takes them back."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Role
from course.notices.models import Notice
from course.outline.models import ActivityKind
from course.syllabus.excepting import set_accommodation
from course.syllabus.exceptions import value_of
from course.syllabus.models import Accommodation, RuleException
from quizzes.models import Attempt, Quiz
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

#: In the winter of Berlin clocks are an hour ahead.
ZONE = "Europe/Berlin"
CLOSES = datetime(2087, 1, 17, 11, tzinfo=UTC)
TAGS = re.compile(r"<[^>]+>")


class Circle:
    """A study group in Berlin with a quiz of an hour and two attempts, a tutor, Anna who is a reader, and Boris."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            self.activity = factories.activity_of(session, course, ActivityKind.quiz)
            told = {"time_limit": 3600, "attempts_allowed": 2, "closes_at": CLOSES}
            session.execute(factories.update_quiz(self.activity.id, **told))
            self.group = factories.make_group(session, course, zone=ZONE)
            self.anna, self.boris = (self._member(session, name) for name in ("Anna", "Boris"))
            self.readers = factories.make_subgroup(session, self.group, self.anna, name="Readers")
            self.tutor = self._member(session, "Rosa", Role.tutor)
        self.course, self.quiz = course.ident, self.activity.ident

    def _member(self, session: Session, name: str, role: Role = Role.student):  # type: ignore[no-untyped-def]
        user = factories.make_user(session, name=name)
        return factories.make_enrolment(session, user, group=self.group, role=role)

    @property
    def rules(self) -> str:
        return f"/groups/{self.group.slug}/quizzes/{self.quiz}/rules"

    @property
    def of_anna(self) -> str:
        return f"{self.rules}/{self.anna.id}"

    @property
    def of_readers(self) -> str:
        return f"{self.rules}/subgroups/{self.readers.id}"

    @property
    def given_to_anna(self) -> str:
        return f"/groups/{self.group.slug}/members/{self.anna.id}/accommodation"

    def as_tutor(self) -> FlaskClient:
        return browser_of(self.app, self.database, self.tutor.user_id)

    def own_page(self, name: str = "anna") -> str:
        client = browser_of(self.app, self.database, getattr(self, name).user_id)
        return words_of(client.get(f"/courses/{self.course}/quizzes/{self.quiz}/rules?group={self.group.slug}").text)

    def excepts(self, field: str, value: str = "", reason: str = "Was ill", at: str | None = None, **more: str) -> int:
        sent = {"field": field, f"{field}-value": value, f"{field}-reason": reason, **more}
        return post(self.as_tutor(), at or self.of_anna, sent).status_code

    def exceptions(self) -> list[RuleException]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(RuleException).order_by(RuleException.id)))

    def attempt(self, number: int = 1, **columns: datetime) -> None:
        with self.database.transaction() as session:
            told = {"number": number, "submitted_at": NOW + timedelta(minutes=number), "points": 1.0}
            factories.make_attempt(session, self.anna, self.activity, **told, **columns)

    def gives(self, factor: str, days: int, reason: str = "") -> None:
        with self.database.transaction() as session:
            told = {"reason": reason, "by_id": self.tutor.user_id, "now": NOW}
            set_accommodation(session, self.anna, Decimal(factor), days, **told)

    def notices(self, name: str) -> list[Notice]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(Notice).where(Notice.user_id == getattr(self, name).user_id)))

    def told(self, name: str) -> str:
        return words_of(browser_of(self.app, self.database, getattr(self, name).user_id).get("/notices").text)

    def archive(self) -> None:
        with self.database.transaction() as session:
            session.merge(self.group).archived_at = NOW


def words_of(page: str) -> str:
    """Return what a page says, in one line."""
    return " ".join(unescape(TAGS.sub(" ", page)).split())


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


# A student's own


def test_alone_the_quiz_rules(app: Application, database: Database) -> None:
    with database.transaction() as session:
        alone = factories.make_enrolment(session)
        quiz = factories.activity_of(session, alone.course, ActivityKind.quiz)
        address = f"/courses/{alone.course.ident}/quizzes/{quiz.ident}/rules"
        session.execute(factories.update_quiz(quiz.id, time_limit=600))
    for client in (browser_of(app, database, alone.user_id), app.test_client()):
        said = words_of(client.get(address).text)
        assert "Time limit 10 minutes The quiz" in said
        assert "You may begin at any time, and have 10 minutes from then on." in said


def test_a_student_sees_each_value_and_whose_rule_it_is(circle: Circle) -> None:
    assert circle.excepts("attempts", "3", "Was ill for a week") == 303
    said = circle.own_page()
    assert "Attempts 3 An exception for you: “Was ill for a week”" in said
    assert "Closes 17 January 2087, 11:00 The quiz" in said


def test_a_student_sees_nothing_of_what_holds_for_another(circle: Circle) -> None:
    circle.excepts("attempts", "3", "Was ill for a week")
    circle.gives("2", 3, "Dyslexia")
    said = circle.own_page("boris")
    assert "Was ill" not in said
    assert "Dyslexia" not in said
    assert "Attempts 2 The quiz" in said


def test_a_student_sees_what_extra_time_comes_to_and_why_it_was_given(circle: Circle) -> None:
    circle.gives("2", 0, "Dyslexia")
    said = circle.own_page()
    assert "Time limit 120 minutes The quiz. With your extra time: 60 becomes 120 minutes." in said
    assert "Time limits times 2: “Dyslexia”." in said
    assert "Given by Rosa, 23 November 2026, 14:02" in said
    assert (
        "You may begin until 17 January 2087, 11:00, and have 120 minutes if begun by 17 January 2087, 10:00. That is "
        "the last start with the whole time: begun then or later, it ends at 17 January 2087, 12:00." in said
    )


def test_in_another_place_of_the_same_course_the_exceptions_of_the_group_do_not_hold(circle: Circle) -> None:
    with circle.database.transaction() as session:
        factories.make_enrolment(session, session.merge(circle.anna).user, session.merge(circle.anna).course)
    circle.excepts("attempts", "3")
    client = browser_of(circle.app, circle.database, circle.anna.user_id)
    said = words_of(client.get(f"/courses/{circle.course}/quizzes/{circle.quiz}/rules?group=alone").text)
    assert "Attempts 2 The quiz" in said


def test_the_rules_of_a_retired_quiz_are_there_for_those_with_work_on_it(circle: Circle) -> None:
    circle.attempt()
    with circle.database.transaction() as session:
        session.scalars(select(Quiz)).one().activity.retired_at = NOW
    address = f"/courses/{circle.course}/quizzes/{circle.quiz}/rules?group={circle.group.slug}"
    found = {
        name: browser_of(circle.app, circle.database, getattr(circle, name).user_id).get(address).status_code
        for name in ("anna", "boris")
    }
    assert found == {"anna": 200, "boris": 404}


# What a tutor sees of all


def test_a_tutor_sees_what_holds_for_all_and_only_what_differs_for_each(circle: Circle) -> None:
    with circle.database.transaction() as session:
        factories.make_assignment(session, circle.group, circle.activity, due_at=CLOSES, note="Read first")
    circle.excepts("attempts", "3")
    circle.excepts("time_limit", at=circle.of_readers, **{"time_limit-none": "y"})
    circle.gives("2", 1)
    said = words_of(circle.as_tutor().get(circle.rules).text)
    assert "Due 17 January 2087, 12:00 Assigned to the study group: “Read first”" in said
    assert "Times are those of Europe/Berlin." in said
    anna, boris = said.index("Anna"), said.index("Boris As everybody")
    assert "Time limit: No time limit. An exception for the subgroup: “Was ill”" in said[anna:boris]
    assert (
        "Due: 18 January 2087, 12:00. Assigned to the study group: “Read first”. With their extra days"
        in said[anna:boris]
    )
    assert "Attempts: 3. An exception for them: “Was ill”" in said[anna:boris]
    assert "Opens" not in said[anna:boris]
    assert "Readers" in said[boris:]


def test_former_members_and_tutors_are_not_in_the_list(circle: Circle) -> None:
    with circle.database.transaction() as session:
        session.merge(circle.boris).left_at = NOW
    said = words_of(circle.as_tutor().get(circle.rules).text)
    assert "Anna" in said
    assert "Boris" not in said
    assert "As everybody" in said
    assert said.count("As everybody") == 1


@pytest.mark.parametrize("name", ["boris", "tutor"])
def test_only_a_live_student_has_a_page(circle: Circle, name: str) -> None:
    with circle.database.transaction() as session:
        session.merge(circle.boris).left_at = NOW
    assert circle.as_tutor().get(f"{circle.rules}/{getattr(circle, name).id}").status_code == 404


# Exceptions


def test_an_exception_is_made_by_whom_and_when(circle: Circle) -> None:
    assert circle.excepts("close", "2087-01-20T18:00", "Was ill for a week") == 303
    (made,) = circle.exceptions()
    assert (made.activity_id, made.enrolment_id, made.by_id) == (
        circle.activity.id,
        circle.anna.id,
        circle.tutor.user_id,
    )
    assert value_of(made) == datetime(2087, 1, 20, 17, tzinfo=UTC)
    said = words_of(circle.as_tutor().get(circle.of_anna).text)
    assert "Closes 20 January 2087, 18:00 An exception for them: “Was ill for a week”" in said
    assert "“Was ill for a week” · by Rosa" in said


def test_none_goes_before_the_value_that_the_page_showed(circle: Circle) -> None:
    assert circle.excepts("close", "2087-01-17T12:00", **{"close-none": "y"}) == 303
    assert [value_of(one) for one in circle.exceptions()] == [None]
    assert "Closes It does not close An exception for you" in circle.own_page()


def test_the_forms_show_what_holds_by_the_clocks_of_the_group(circle: Circle) -> None:
    page = circle.as_tutor().get(circle.of_anna).text
    for field, value in {"close": "2087-01-17T12:00", "time_limit": "60", "attempts": "2"}.items():
        assert f'name="{field}-value" value="{value}"' in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("attempts", "none at all", "A whole number from 1 to 1000."),
        ("time_limit", "0", "A whole number of minutes from 1 to 10080."),
        ("close", "next Sunday", "A day and a time, such as 2026-12-31 18:00."),
        ("due", "1917-11-07T10:00", "Choose a day between 2000 and 2100."),
        ("close", "", "A day and a time, such as 2026-12-31 18:00."),
    ],
)
def test_a_bad_value_is_refused_beside_it_and_kept(circle: Circle, field: str, value: str, sentence: str) -> None:
    sent = {"field": field, f"{field}-value": value, f"{field}-reason": "Was ill"}
    answer = post(circle.as_tutor(), circle.of_anna, sent)
    assert answer.status_code == 422
    assert f'<p class="error" id="{field}-value-error">' in answer.text
    assert sentence in words_of(answer.text)
    assert f'name="{field}-value" value="{value}"' in answer.text
    assert f'name="{field}-reason" value="Was ill"' in answer.text
    assert circle.exceptions() == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_asked_for(circle: Circle, reason: str) -> None:
    answer = post(
        circle.as_tutor(), circle.of_anna, {"field": "attempts", "attempts-value": "3", "attempts-reason": reason}
    )
    assert answer.status_code == 422
    assert 'id="attempts-reason-error"' in answer.text
    assert circle.exceptions() == []


def test_it_cannot_close_before_it_opens(circle: Circle) -> None:
    answer = post(
        circle.as_tutor(),
        circle.of_anna,
        {"field": "open", "open-value": "2087-01-18T12:00", "open-reason": "Was ill"},
    )
    assert answer.status_code == 422
    assert "It would open after it closes." in words_of(answer.text)
    assert circle.excepts("close", "2087-01-20T12:00") == 303
    assert circle.excepts("open", "2087-01-18T12:00") == 303
    assert circle.excepts("close", "2087-01-17T12:00") == 422
    assert circle.excepts("open", "2087-01-18T12:00", at=circle.of_readers) == 422


@pytest.mark.parametrize("field", ["", "pass_mark", "reply_due", "open\0"])
def test_no_other_field_can_be_excepted(circle: Circle, field: str) -> None:
    assert circle.excepts(field, "3") == 400
    assert circle.exceptions() == []


def test_an_exception_is_taken_back(circle: Circle) -> None:
    circle.excepts("attempts", "3")
    (made,) = circle.exceptions()
    assert post(circle.as_tutor(), f"{circle.rules}/exceptions/{made.id}/revoke").status_code == 303
    assert circle.exceptions()[0].revoked_at is not None
    assert "Attempts 2 The quiz" in circle.own_page()


def test_an_exception_for_a_subgroup_holds_for_its_members(circle: Circle) -> None:
    assert circle.excepts("attempts", "4", at=circle.of_readers) == 303
    assert "Attempts 4 An exception for your subgroup: “Was ill”" in circle.own_page()
    assert "Attempts 2 The quiz" in circle.own_page("boris")
    said = words_of(circle.as_tutor().get(circle.of_readers).text)
    assert "Attempts: 4 “Was ill” · by Rosa" in said
    (made,) = circle.exceptions()
    answer = post(circle.as_tutor(), f"{circle.rules}/exceptions/{made.id}/revoke")
    assert answer.location == circle.of_readers


def test_nobody_excepts_in_another_group(circle: Circle) -> None:
    with circle.database.transaction() as session:
        course = session.merge(circle.group).course
        other = factories.make_group(session, course)
        there = factories.make_enrolment(session, group=other)
        some = factories.make_subgroup(session, other, there)
        told = {
            "activity_id": circle.activity.id,
            "field": "attempts",
            "value": {"value": 3},
            "reason": "So",
            "at": NOW,
        }
        theirs = factories.add(session, RuleException(enrolment_id=there.id, **told))
    assert circle.excepts("attempts", "5", at=f"{circle.rules}/{there.id}") == 404
    assert circle.excepts("attempts", "5", at=f"{circle.rules}/subgroups/{some.id}") == 404
    assert post(circle.as_tutor(), f"{circle.rules}/exceptions/{theirs.id}/revoke").status_code == 404
    assert [one.revoked_at for one in circle.exceptions()] == [None]


# What is told of them


@pytest.mark.parametrize(
    ("field", "value", "words", "again"),
    [
        ("open", "2087-01-02T12:00", "opens for you on 2 January 2087: “Was ill”", "opens for you as for everybody"),
        ("due", "2087-01-16T12:00", "is due for you on 16 January 2087: “Was ill”", "is due for you as for everybody"),
        (
            "close",
            "2087-01-18T12:00",
            "closes for you on 18 January 2087: “Was ill”",
            "closes for you as for everybody",
        ),
    ],
)
def test_students_are_told_once_of_a_date_that_is_theirs_alone_and_that_it_is_no_longer(
    circle: Circle, field: str, value: str, words: str, again: str
) -> None:
    for _click in range(2):
        assert circle.excepts(field, value) == 303
    assert len(circle.notices("anna")) == 1
    assert words in circle.told("anna")
    (made,) = circle.exceptions()
    for _click in range(2):
        post(circle.as_tutor(), f"{circle.rules}/exceptions/{made.id}/revoke", {})
    assert len(circle.notices("anna")) == 1
    assert again in circle.told("anna")
    assert circle.notices("boris") == circle.notices("tutor") == []


def test_an_exception_in_place_of_another_is_told_in_its_place(circle: Circle) -> None:
    circle.excepts("due", "2087-01-16T12:00")
    circle.excepts("close", "2087-01-18T12:00")
    circle.excepts("close", **{"close-none": "y"})
    assert len(circle.notices("anna")) == 2
    assert "does not close for you: “Was ill”" in circle.told("anna")


def test_of_an_exception_for_a_subgroup_its_members_are_told(circle: Circle) -> None:
    circle.excepts("due", "2087-01-16T12:00", at=circle.of_readers)
    assert "is due for you on 16 January 2087: “Was ill”" in circle.told("anna")
    assert circle.notices("boris") == []


def test_what_is_no_date_is_not_told(circle: Circle) -> None:
    circle.excepts("attempts", "3")
    circle.excepts("time_limit", "90")
    assert circle.notices("anna") == []


# One more attempt


def test_one_more_attempt_is_one_more_than_were_made(circle: Circle) -> None:
    circle.attempt(1)
    circle.attempt(2)
    said = words_of(circle.as_tutor().get(circle.of_anna).text)
    assert "Anna has made 2 attempts, which is all there are." in said
    for _click in range(2):  # the second finds that there is one left
        assert post(circle.as_tutor(), f"{circle.of_anna}/attempt", {"reason": "The light went out"}).status_code == 303
    assert [(one.field, value_of(one), one.reason) for one in circle.exceptions()] == [
        ("attempts", 3, "The light went out")
    ]
    assert "Attempts 3 An exception for you: “The light went out”" in circle.own_page()


def test_what_was_done_before_joining_does_not_count(circle: Circle) -> None:
    circle.attempt(1, started_at=NOW - timedelta(days=3))
    circle.attempt(2, started_at=NOW - timedelta(days=2))
    assert "has made no attempt and may begin another" in words_of(circle.as_tutor().get(circle.of_anna).text)
    post(circle.as_tutor(), f"{circle.of_anna}/attempt", {"reason": "The light went out"})
    assert circle.exceptions() == []


def test_one_more_attempt_wants_a_reason(circle: Circle) -> None:
    circle.attempt(1)
    circle.attempt(2)
    answer = post(circle.as_tutor(), f"{circle.of_anna}/attempt", {"reason": " "})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert circle.exceptions() == []


def test_the_attempt_that_was_given_can_be_begun(circle: Circle) -> None:
    circle.attempt(1)
    circle.attempt(2)
    anna = browser_of(circle.app, circle.database, circle.anna.user_id)
    begin = f"/courses/{circle.course}/quizzes/{circle.quiz}"
    assert post(anna, begin, {"group": circle.group.slug}).status_code == 409
    post(circle.as_tutor(), f"{circle.of_anna}/attempt", {"reason": "The light went out"})
    assert post(anna, begin, {"group": circle.group.slug}).status_code == 303
    assert post(anna, begin, {"group": circle.group.slug}).status_code == 303  # goes on with it
    with circle.database.transaction(writing=False) as session:
        assert session.scalars(select(Attempt.number).order_by(Attempt.number)).all() == [1, 2, 3]


# Accommodations


def test_an_accommodation_is_given_changed_and_taken_away(circle: Circle) -> None:
    for factor, days in (("1,5", "0"), ("2.00", "7"), ("1", "0")):
        sent = {"factor": factor, "days": days, "reason": "Dyslexia"}
        assert post(circle.as_tutor(), circle.given_to_anna, sent).status_code == 303
    with circle.database.transaction(writing=False) as session:
        rows = session.scalars(select(Accommodation).order_by(Accommodation.id)).all()
    assert [(row.factor, row.days, row.by_id, row.revoked_at is None) for row in rows] == [
        (Decimal("1.5"), 0, circle.tutor.user_id, False),
        (Decimal(2), 7, circle.tutor.user_id, False),
    ]


def test_the_form_shows_what_is_given(circle: Circle) -> None:
    circle.gives("1.25", 3, "Dyslexia")
    page = circle.as_tutor().get(circle.given_to_anna).text
    for name, value in {"factor": "1.25", "days": "3", "reason": "Dyslexia"}.items():
        assert f'name="{name}" value="{value}"' in page


@pytest.mark.parametrize(
    ("factor", "days", "bad"),
    [
        ("0.5", "0", "factor"),
        ("11", "0", "factor"),
        ("1.234", "0", "factor"),
        ("twice", "0", "factor"),
        ("", "0", "factor"),
        ("NaN", "0", "factor"),
        ("٢", "0", "factor"),
        ("2", "-1", "days"),
        ("2", "366", "days"),
        ("2", "a week", "days"),
        ("2", "9" * 40, "days"),
    ],
)
def test_a_bad_accommodation_is_refused_beside_it_and_kept(circle: Circle, factor: str, days: str, bad: str) -> None:
    answer = post(circle.as_tutor(), circle.given_to_anna, {"factor": factor, "days": days})
    assert answer.status_code == 422
    assert f'id="{bad}-error"' in answer.text
    assert f'name="factor" value="{factor}"' in answer.text
    assert f'name="days" value="{days}"' in answer.text


def test_another_group_of_the_same_student_learns_nothing_of_it(circle: Circle) -> None:
    circle.gives("2", 0, "Dyslexia")
    with circle.database.transaction() as session:
        group = factories.make_group(session, session.merge(circle.group).course)
        there = factories.make_enrolment(session, session.merge(circle.anna).user, group=group)
        tutor = factories.make_enrolment(session, group=group, role=Role.tutor)
    other = browser_of(circle.app, circle.database, tutor.user_id)
    assert other.get(circle.given_to_anna).status_code == 404
    for page in (
        f"quizzes/{circle.quiz}/rules",
        f"quizzes/{circle.quiz}/rules/{there.id}",
        f"members/{there.id}/accommodation",
    ):
        said = other.get(f"/groups/{group.slug}/{page}")
        assert said.status_code == 200
        assert "Dyslexia" not in said.text
        assert "120 minutes" not in said.text


# A group that is over


def test_an_archived_group_can_be_looked_at_and_not_changed(circle: Circle) -> None:
    circle.excepts("attempts", "3")
    circle.gives("2", 0, "Dyslexia")
    circle.attempt(1)
    circle.archive()
    for page in (circle.rules, circle.of_anna, circle.of_readers, circle.given_to_anna):
        answer = circle.as_tutor().get(page)
        assert answer.status_code == 200
        assert 'class="button' not in answer.text.partition("<main")[2]
    (made,) = circle.exceptions()
    assert circle.excepts("attempts", "5") == 409
    assert circle.excepts("attempts", "5", at=circle.of_readers) == 409
    assert post(circle.as_tutor(), f"{circle.of_anna}/attempt", {"reason": "So"}).status_code == 409
    assert post(circle.as_tutor(), f"{circle.rules}/exceptions/{made.id}/revoke").status_code == 409
    assert post(circle.as_tutor(), circle.given_to_anna, {"factor": "3", "days": "0"}).status_code == 409
    assert [one.revoked_at for one in circle.exceptions()] == [None]
