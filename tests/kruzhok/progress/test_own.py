"""One's own page of progress: the figure, what is next, what came of quizzes, what to read again; nobody else's."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.completion.models import CompletionFact, FactKind, State
from course.completion.records import store
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, Course
from course.users.models import User
from quizzes.limits import closing_times, limits_at
from quizzes.models import Attempt, Item, Quiz, StepKind
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.progress.test_pages import TABLE, Circle, row_of
from tests.web import post

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def section(page: str, ident: str) -> str:
    """Return the words of the part of PAGE under the heading IDENT; nothing where there is no such part."""
    found = re.search(rf'id="{ident}".*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def let_be_due_tomorrow(circle: Circle) -> None:
    with circle.database.transaction() as session:
        assignment = session.merge(circle.assignment)
        assignment.due_at = TOMORROW
        factories.make_meeting(session, session.get_one(StudyGroup, circle.group.id), number=2, day=TOMORROW.date())
        assignment.meeting_id = factories.make_meeting(
            session, session.get_one(StudyGroup, circle.group.id), number=3, day=TOMORROW.date()
        ).id


def alone(circle: Circle, **columns: Any) -> Enrolment:
    with circle.database.transaction() as session:
        user = factories.make_user(session, name="Olga")
        return factories.make_enrolment(session, user, session.get_one(Course, circle.course.id), **columns)


# The figure


def test_the_figure_is_the_same_wherever_it_stands(circle: Circle, database: Database) -> None:
    circle.do(circle.vera, circle.reading, circle.prompt, circle.quiz)
    with database.transaction() as session:  # after the lesson was done: new parts do not count for her, but for Nadia
        lesson = session.get_one(Activity, circle.lesson.id)
        factories.make_reading(session, lesson, title="New", added_at=NOW + timedelta(minutes=1))
        factories.make_reading(session, lesson, title="Beside", required=False)
    for member, done, required in ((circle.vera, 3, 3), (circle.nadia, 0, 4)):
        figure = f"{done} of {required} required parts"
        place = f"/me/places/{member.id}"
        for address in (place, "/me/places", f"/courses/{circle.course.ident}?group=circle"):
            assert f"{figure} done" in circle.page(member, address), address
        for address in (f"{place}/record", f"{place}/record.md"):
            assert figure in circle.page(member, address), address
        assert f"{figure} done" in circle.record(member)
        name = "Vera" if member is circle.vera else "Nadia"
        assert f" {done} of / {required} " in row_of(circle.page(circle.tutor, TABLE), name)


def test_what_counts_not_is_said_beside_it(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        factories.make_reading(session, session.get_one(Activity, circle.lesson.id), title="Beside", required=False)
    assert "Beside reading · not begun · does not count" in words(circle.own(circle.vera))


def test_a_lesson_says_how_it_stands_before_it_is_unfolded(circle: Circle) -> None:
    circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.quiz)
    said = words(circle.own(circle.vera).split("<summary>")[1].split("</summary>")[0])
    assert "Lesson 1: " in said
    assert "Begun · 1 of 3 required parts · quiz: 2 of 3 points" in said


def test_what_a_tutor_said_of_a_lesson_is_said_with_who_and_why(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        told = {"kind": FactKind.override, "done": True, "reason": "Read on paper", "at": NOW}
        own = {"enrolment_id": circle.vera.id, "activity_id": circle.lesson.id, "by_id": circle.tutor.user_id}
        session.add(CompletionFact(**own, **told))
        store(session, {(circle.vera.id, circle.reading.id): State.begun}, [session.merge(circle.lesson)], now=NOW)
    for page in (circle.own(circle.vera), circle.page(circle.vera, f"/me/places/{circle.vera.id}/record")):
        assert "said by Sofia: “Read on paper”" in page


# What is next


def test_in_a_group_the_next_days_and_the_time_they_take_are_said(circle: Circle) -> None:
    let_be_due_tomorrow(circle)
    circle.do(circle.vera, circle.reading)
    page = circle.own(circle.vera)
    assert "Next due: 24 November 2026, 14:02" in section(page, "far")
    assert "For Tuesday 24 November: " in section(page, "next")
    assert "2 parts to do" in section(page, "next")
    assert 'href="/groups/circle/meetings/3"' in page


def test_alone_nothing_is_due_and_the_next_lessons_are_named(circle: Circle, database: Database) -> None:
    olga = alone(circle)
    with database.transaction() as session:
        course = session.get_one(Course, circle.course.id)
        unit = factories.make_unit(session, course, position=2, title="Autumn")
        factories.make_reading(session, factories.make_lesson(session, course, unit, number=2, title="October"))
    circle.do(olga, circle.reading)
    page = circle.own(olga)
    assert "due" not in section(page, "far")
    assert "Lesson 2: October 1 part to do" in section(page, "next")


def test_on_a_path_the_week_one_is_in_is_said(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        course = session.get_one(Course, circle.course.id)
        lesson = session.get_one(Activity, circle.lesson.id)
        its = [{"title": None, "lessons": [lesson.ident]}]
        course.paths = [{"ident": "short", "title": "The short path", "note": "", "weeks": its}]
    page = circle.own(alone(circle, path="short"))
    assert "Week 1 of 1 on “The short path” : 0 of 1 lesson done" in section(page, "far")


def test_when_all_is_done_it_says_so(circle: Circle) -> None:
    circle.do(circle.vera, circle.reading, circle.prompt, circle.quiz)
    assert "Everything asked is done." in section(circle.own(circle.vera), "next")


def test_optional_parts_stand_under_if_you_want_more(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        factories.make_reading(session, session.get_one(Activity, circle.lesson.id), title="Beside", required=False)
    assert section(circle.own(circle.vera), "more") == ""
    circle.do(circle.vera, circle.reading)
    assert "Beside Lesson 1 · reading · outside · optional" in section(circle.own(circle.vera), "more")


# What to read again, and results


def test_a_missed_passage_can_be_put_on_the_agenda_and_leads_back(circle: Circle) -> None:
    let_be_due_tomorrow(circle)
    circle.take_quiz(circle.vera)
    page = circle.own(circle.vera)
    assert "“Paragraph 1.”" in section(page, "again")
    form = page.split('action="/groups/circle/meetings/')[1].split("</form>")[0]
    fields = {name: form.split(f'name="{name}" value="')[1].split('"')[0] for name in ("text", "passage", "back")}
    back = post(circle.of(circle.vera), f"/groups/circle/meetings/{form[0]}/agenda/passage", fields)
    assert back.headers["Location"] == f"/me/places/{circle.vera.id}#again"
    assert "On the agenda of meeting" in section(circle.own(circle.vera), "again")


def test_while_an_attempt_is_open_its_questions_say_nothing_here(circle: Circle) -> None:
    circle.take_quiz(circle.vera)
    circle.take_quiz(circle.vera, number=2, submitted=False)
    page = circle.own(circle.vera)
    assert "Paragraph" not in page
    assert ">Attempt 2</a>: open" in " ".join(page.split())


def test_a_result_is_there_from_its_release_on(circle: Circle, database: Database) -> None:
    attempt = circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.quiz)
    with database.transaction() as session:
        session.get_one(Attempt, attempt).policy = {"shows": {"after": [], "later": []}}
        quiz = session.scalars(select(Quiz).where(Quiz.activity_id == circle.quiz.id)).one()
        quiz.closes_at = TOMORROW
    for address in ("", "/record", "/record.md"):
        page = circle.page(circle.vera, f"/me/places/{circle.vera.id}{address}")
        assert "of 3 points" not in page
        assert "the result is not out yet" in page
    with time_machine.travel(TOMORROW, tick=False):
        for address in ("", "/record", "/record.md"):
            assert "2 of 3 points" in circle.page(circle.vera, f"/me/places/{circle.vera.id}{address}")


@pytest.mark.parametrize("own", [None, "exception", "lesson", "accommodation"])
def test_when_a_quiz_closes_is_said_of_many_as_of_one(circle: Circle, database: Database, own: str | None) -> None:
    with database.transaction() as session:
        quiz = session.scalars(select(Quiz).where(Quiz.activity_id == circle.quiz.id)).one()
        quiz.closes_at = TOMORROW
        vera, later = session.get_one(Enrolment, circle.vera.id), TOMORROW + timedelta(days=3)
        if own == "exception":
            factories.make_exception(session, vera, quiz.activity, field="close", value={"value": later.isoformat()})
        elif own == "lesson":
            session.merge(circle.assignment).closes_at = later
        elif own == "accommodation":
            factories.make_accommodation(session, vera, days=3)
        session.flush()
        assert closing_times(session, [vera], [quiz.activity_id]) == {
            (vera.id, quiz.activity_id): limits_at(session, quiz, vera).closes_at
        }


def test_who_marked_is_told_to_whom_it_was_marked(circle: Circle, database: Database) -> None:
    attempt = circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.quiz)
    with database.transaction() as session:
        item = session.get_one(Attempt, attempt).items[0]
        told = {"kind": StepKind.mark, "score": 0.5, "base_step": 2, "by_id": circle.tutor.user_id}
        factories.make_step(session, item, number=3, **told)
    assert "marked by Sofia, 23 November 2026" in words(circle.own(circle.vera))
    assert "marked by Sofia" in circle.page(circle.vera, f"/me/places/{circle.vera.id}/record")
    assert "marked by Sofia" not in circle.record(circle.vera)


# Whose it is


def test_of_a_place_that_was_left_nothing_is_next_and_all_is_there(circle: Circle) -> None:
    circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.quiz)
    circle.leave(circle.vera)
    page = circle.own(circle.vera)
    assert [section(page, ident) for ident in ("next", "again", "more", "memory")] == [""] * 4
    assert "quiz: 2 of 3 points" in words(page)
    assert "1 of 3 required parts done" in page
    record = circle.page(circle.vera, f"/me/places/{circle.vera.id}/record")
    assert "From 23 November 2026 to 23 November 2026" in record


def test_in_a_group_that_is_over_it_can_be_read_and_nothing_done(circle: Circle, database: Database) -> None:
    circle.take_quiz(circle.vera)
    with database.transaction() as session:
        session.get_one(StudyGroup, circle.group.id).archived_at = NOW
    page = circle.own(circle.vera)
    assert "<form" not in page.split("<main")[1]
    assert section(page, "next") == ""
    assert "“Paragraph 1.”" in section(page, "again")


def test_what_one_remembers_of_the_course_is_told_to_oneself_alone(circle: Circle, database: Database) -> None:
    assert section(circle.own(circle.vera), "memory") == ""
    with database.transaction() as session:
        user = session.get_one(User, circle.vera.user_id)
        course = session.get_one(Course, circle.course.id)
        item = session.scalars(select(Item).where(Item.course_id == course.id)).first()
        memory = {"stability": 100.0, "difficulty": 5.0, "last_on": NOW.date(), "due_on": TOMORROW.date(), "reviews": 1}
        factories.make_card(session, user, item, **memory)
    page = circle.own(circle.vera)
    assert "About 1 of the 1 question of this course that you met" in section(page, "memory")
    assert f'href="/me/memory?course={circle.course.ident}"' in page
    assert "remember" not in words(circle.record(circle.vera).split("<main")[1])


def test_a_tutor_is_asked_nothing(circle: Circle) -> None:
    circle.do(circle.tutor, circle.reading)
    page = circle.own(circle.tutor)
    assert section(page, "next") == ""
    assert "required parts" not in page


def test_a_reading_that_was_done_and_taken_out_is_still_told(circle: Circle, database: Database) -> None:
    circle.do(circle.vera, circle.reading)
    with database.transaction() as session:
        session.get_one(Activity, circle.reading.id).retired_at = NOW
    assert f"{circle.reading.title} reading, done 23 November 2026, 14:02, taken out since" in words(
        circle.own(circle.vera)
    )
    assert "taken out since" not in circle.record(circle.vera)


def test_the_pages_of_the_course_and_the_user_lead_there(circle: Circle) -> None:
    circle.do(circle.vera, circle.reading)
    place = f'href="/me/places/{circle.vera.id}"'
    assert place in circle.page(circle.vera, f"/courses/{circle.course.ident}?group=circle")
    assert place in circle.page(circle.vera, "/groups/circle")
    assert place in circle.page(circle.vera, "/me/places")
    assert 'href="/me/places">Your progress</a>' in circle.page(circle.vera, "/me")


def test_units_stand_in_order_with_how_many_of_their_lessons_are_done(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        course = session.get_one(Course, circle.course.id)
        unit = factories.make_unit(session, course, ident="autumn", position=2, title="Autumn")
        factories.make_reading(session, factories.make_lesson(session, course, unit, number=2))
    circle.do(circle.vera, circle.reading, circle.prompt, circle.quiz)
    page = circle.own(circle.vera)
    assert "1 of 1 lesson done" in words(page.split('id="unit-')[1])
    assert "Autumn 0 of 1 lesson done" in section(page, "unit-autumn")
    assert "1 of 2 lessons of the course done" in section(page, "far")
