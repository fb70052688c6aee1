"""A quiz on paper: all that may be asked, room to answer, and the key only for those whose it is."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role
from course.texts.models import Text
from quizzes.attempts.ending import submit_attempt
from quizzes.items import TYPES
from quizzes.models import Attempt, ItemVersion, Quiz, QuizSection, QuizSlot
from quizzes.paper.paper import drawn_words, letter_of, paper_of
from tests import factories
from tests.conftest import NOW
from tests.factories import add, update_quiz
from tests.quizzes.attempts.make import House, add_item, begin, make_house
from tests.quizzes.items.make import raw_item
from tests.test_access import browser_of


def quiz_of(session: Session, house: House) -> Quiz:
    return session.scalars(select(Quiz).where(Quiz.activity_id == house.quiz.id)).one()


def page(app: Application, database: Database, house: House, who: int | None, query: str = "") -> tuple[int, str]:
    address = f"/courses/{house.course.ident}/quizzes/{house.quiz.ident}/paper{query}"
    answer = browser_of(app, database, who).get(address)
    return answer.status_code, answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<main")[2].partition("</main>")[0]).split())


# What stands on it


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_type_has_its_place_on_paper(app: Application) -> None:
    found: Any = app.jinja_env.get_template("quizzes/_paper.html").module
    assert set(found.BY_TYPE) == set(TYPES)


def test_a_paper_holds_every_type_with_room_and_without_its_key(app: Application, database: Database) -> None:
    with database.transaction() as session:
        house = make_house(session, "")
        factories.make_text(session, house.course, ident="a-text")
        for position, kind in enumerate(TYPES, 1):
            fields = {"right": ["p-2", ["p-1", "p-3"]]} if kind == "evidence" else {}
            raw = raw_item(kind, ident=f"item-{position}", explanation=f"Because of {kind}.", **fields)
            add_item(session, house.course, house.lesson, house.quiz, position, raw)
        who = house.enrolment.user_id
    status, blank = page(app, database, house, who)
    assert status == 200
    assert blank.count('class="on-paper') == len(TYPES)
    assert not re.search(r"Because|>Key<|Model answer|box full|→", blank)
    status, keyed = page(app, database, house, who, "?key=1")
    assert status == 200
    said = words(keyed)
    for kind in TYPES:
        assert f"Because of {kind}." in said
    for key in (
        "Lenin → Bolsheviks",
        "passage 2",
        "passage 1 or passage 3",
        "7 November 1917",
        "Model answer So it was. And so it is.",
        "Gap 1: October",
    ):
        assert key in said
    assert keyed.count("box full") == 1 + 2 + 1  # of one answer, of several, of true and false


def test_both_papers_have_everything_in_the_same_place_and_not_in_that_of_the_file(session: Session) -> None:
    house = make_house(session, "multiple matching ordering " * 3)
    quiz = quiz_of(session, house)
    blank, keyed = (paper_of(session, quiz, with_key=with_key).parts[0] for with_key in (False, True))
    assert [one.choices for one in blank.questions] == [one.choices for one in keyed.questions]
    assert not any(one.key_says for one in blank.questions)
    assert all(one.key_says for one in keyed.questions)
    orders = {"".join(choice.ident for choice in one.choices) for one in blank.questions if one.type == "multiple"}
    assert orders != {"abcd"}
    assert [choice.letter for choice in blank.questions[0].choices] == ["A", "B", "C", "D"]


def test_sections_stand_with_what_they_say_and_all_that_may_be_drawn(session: Session) -> None:
    house = make_house(session, "single single single short")
    quiz = quiz_of(session, house)
    text = factories.make_text(session, house.course)
    told = {"title": "The text", "introduction_html": "<p>Read it.</p>", "text_id": text.id, "first": "p-2"}
    section = add(
        session, QuizSection(quiz_id=quiz.id, position=1, draws={"draws": [{"count": 2, "tag": None}]}, **told)
    )
    for slot in session.scalars(select(QuizSlot).where(QuizSlot.quiz_id == quiz.id, QuizSlot.position <= 3)):
        slot.section_id, slot.before_html = section.id, "<p>Between.</p>"
    session.flush()
    paper = paper_of(session, quiz, with_key=False)
    alone, drawn = paper.parts
    assert [one.number for one in (*alone.questions, *drawn.questions)] == [1, 2, 3, 4]
    assert [one.type for one in alone.questions] == ["short"]
    assert (drawn.title, drawn.introduction_html, drawn.drawn_words) == (
        "The text",
        "<p>Read it.</p>",
        "2 of these are asked.",
    )
    assert [passage.ident for passage in drawn.passages] == ["p-2", "p-3"]
    assert {one.before_html for one in drawn.questions} == {"<p>Between.</p>"}
    assert (paper.size.questions, paper.size.points) == (3, 3)


def test_how_many_are_drawn_is_said_with_their_tags() -> None:
    draws = [{"count": 1, "tag": "1905"}, {"count": 2, "tag": None}]
    assert drawn_words(draws, 7) == "3 of these are asked: 1 on “1905”."
    assert drawn_words([{"count": 1, "tag": None}], 7) == "One of these is asked."
    assert drawn_words(draws, 3) == drawn_words([], 7) == ""


def test_an_essay_gets_the_lines_that_its_length_asks_for(session: Session) -> None:
    house = make_house(session, "")
    for position, most in enumerate((None, 50, 300, 20_000), 1):
        fields = {"words": {"most": most}} if most else {}
        raw = raw_item("essay", ident=f"item-{position}", **fields)
        add_item(session, house.course, house.lesson, house.quiz, position, raw)
    paper = paper_of(session, quiz_of(session, house), with_key=False)
    assert [one.lines for one in paper.parts[0].questions] == [12, 12, 27, 45]


def test_evidence_of_a_text_that_is_gone_is_said_to_be_gone(app: Application, database: Database) -> None:
    with database.transaction() as session:
        house = make_house(session, "evidence")
        assert not session.scalars(select(Text).where(Text.ident == "a-text")).all()
        who = house.enrolment.user_id
    status, html = page(app, database, house, who, "?key=1")
    assert status == 200
    assert "The text of this question is not there." in html


def test_a_quiz_without_questions_is_an_empty_paper(app: Application, database: Database) -> None:
    with database.transaction() as session:
        house = make_house(session, "")
    assert "This quiz has no questions yet." in page(app, database, house, house.enrolment.user_id)[1]


def test_letters_go_on_after_the_alphabet() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


# Who may have it


class Circle:
    """A house whose quiz is also taken in a study group."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            self.house = make_house(session, "single")
            self.group = factories.make_group(session, self.house.course, slug="circle")
            self.tutor, self.student = (
                factories.make_enrolment(session, course=self.house.course, group=self.group, role=role)
                for role in (Role.tutor, Role.student)
            )
            self.stranger = factories.make_user(session).id

    def status(self, who: int | None, query: str = "") -> int:
        return page(self.app, self.database, self.house, who, query)[0]

    def set(self, **columns: Any) -> None:
        with self.database.transaction() as session:
            session.execute(update_quiz(self.house.quiz.id, **columns))

    def work(self, enrolment: Enrolment) -> int:
        with self.database.transaction() as session:
            return begin(session, self.house._replace(enrolment=session.merge(enrolment))).id


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def test_everybody_gets_the_paper_and_few_its_key(circle: Circle) -> None:
    alone = circle.house.enrolment.user_id
    for who in (None, circle.stranger, alone, circle.student.user_id, circle.tutor.user_id):
        assert circle.status(who) == 200
    assert circle.status(alone, "?key=1") == 200
    assert circle.status(circle.tutor.user_id, "?key=1&group=circle") == 200
    for who in (None, circle.stranger, circle.student.user_id):
        assert circle.status(who, "?key=1") == 403
    assert circle.status(circle.student.user_id, "?key=1&group=circle") == 403
    assert circle.status(circle.stranger, "?group=circle") == 404


def test_a_student_of_a_group_does_not_come_by_the_key_alone(circle: Circle) -> None:
    with circle.database.transaction() as session:
        factories.make_enrolment(session, session.merge(circle.student).user, circle.house.course)
    assert circle.status(circle.student.user_id, "?group=alone") == 200
    assert circle.status(circle.student.user_id, "?group=alone&key=1") == 403


def test_while_an_attempt_is_open_its_key_is_closed(circle: Circle) -> None:
    attempt = circle.work(circle.house.enrolment)
    who = circle.house.enrolment.user_id
    assert circle.status(who) == 200
    assert circle.status(who, "?key=1") == 409
    assert "With the key" not in page(circle.app, circle.database, circle.house, who)[1]
    with circle.database.transaction() as session:
        submit_attempt(session, session.get_one(Attempt, attempt), now=NOW)
    assert circle.status(who, "?key=1") == 200


def test_a_tutor_at_work_alone_does_not_get_the_key_in_the_group(circle: Circle) -> None:
    with circle.database.transaction() as session:
        alone = factories.make_enrolment(session, session.merge(circle.tutor).user, circle.house.course)
    circle.work(alone)
    assert circle.status(circle.tutor.user_id, "?key=1&group=circle") == 409


def test_a_quiz_that_never_shows_its_key_does_not_on_paper_either(circle: Circle) -> None:
    circle.set(shows={"later": ["score"]})
    assert circle.status(circle.house.enrolment.user_id, "?key=1") == 403
    assert circle.status(circle.tutor.user_id, "?key=1&group=circle") == 200


def test_before_it_opens_there_is_no_paper_but_for_tutors(circle: Circle) -> None:
    circle.set(opens_at=datetime.now(NOW.tzinfo) + timedelta(days=1))
    assert circle.status(circle.house.enrolment.user_id) == 409
    assert circle.status(circle.student.user_id, "?group=circle") == 409
    assert circle.status(circle.tutor.user_id, "?group=circle") == 200


def test_what_is_retired_is_printed_by_those_with_work_on_it(circle: Circle) -> None:
    circle.work(circle.student)
    with circle.database.transaction() as session:
        session.merge(circle.house.quiz).retired_at = NOW
    assert circle.status(circle.student.user_id) == 200
    assert circle.status(circle.house.enrolment.user_id) == 404


def test_the_quiz_leads_to_its_paper(circle: Circle) -> None:
    address = f"/courses/{circle.house.course.ident}/quizzes/{circle.house.quiz.ident}"
    browser = browser_of(circle.app, circle.database, circle.student.user_id)
    assert f'href="{address}/paper?group=circle"' in browser.get(f"{address}?group=circle").text
    circle.set(opens_at=datetime.now(NOW.tzinfo) + timedelta(days=1))
    assert "/paper" not in browser.get(f"{address}?group=circle").text


def test_notes_for_who_marks_are_for_tutors(app: Application, database: Database) -> None:
    circle = Circle(app, database)
    with database.transaction() as session:
        version = session.scalars(select(ItemVersion)).one()
        version.data = raw_item("essay", for_marker="Be kind.")
    tutor, alone = circle.tutor.user_id, circle.house.enrolment.user_id
    assert "Be kind." in page(app, database, circle.house, tutor, "?key=1&group=circle")[1]
    assert "Be kind." not in page(app, database, circle.house, alone, "?key=1")[1]
