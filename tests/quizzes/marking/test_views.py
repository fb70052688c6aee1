"""The pages of marking, as a tutor without scripts goes through them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.texts.models import Passage
from quizzes.marking.queue import answers_to
from quizzes.marking.releasing import release
from quizzes.models import AttemptItem
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import (
    FAIR,
    GOOD,
    HALF,
    Circle,
    change_version,
    draft,
    drafts_in,
    essay_of,
    make_circle,
    marks_of,
    sit,
    write,
)
from tests.test_access import browser_of
from tests.web import post

HIDDEN = re.compile(r'name="(answer|seen)" value="([^"]+)"')
NUMBER = re.compile(r"Answer (\d+) of (\d+)")


class Desk:
    """A tutor's browser, at the marking of one question."""

    def __init__(self, app: Application, database: Database, circle: Circle) -> None:
        self.database, self.circle = database, circle
        self.queue = f"/groups/{circle.group.slug}/marking"
        self.question = f"{self.queue}/{circle.essay.id}"
        self.client: FlaskClient = browser_of(app, database, circle.tutor.user_id)

    def page(self, number: int) -> str:
        return self.client.get(f"{self.question}?n={number}").text

    def send(self, number: int, do: str = "keep", *, page: str | None = None, **fields: str) -> TestResponse:
        """Send a mark of that answer from PAGE, else as a page would that was just opened."""
        told = {name.replace("_", "-"): value for name, value in fields.items()}
        hidden = dict(HIDDEN.findall(page or self.page(number)))
        return post(self.client, f"{self.question}?n={number}", {**hidden, "do": do, **told})

    @contextmanager
    def looking(self) -> Iterator[Session]:
        with self.database.transaction(writing=False) as session:
            yield session


@pytest.fixture
def desk(app: Application, database: Database) -> Desk:
    """Return a desk with four essays, none of them looked at."""
    with database.transaction() as session:
        circle = make_circle(session)
        for number in range(4):
            write(session, circle, f"Essay of the student {number}.")
    return Desk(app, database, circle)


def good(**levels: str) -> dict[str, str]:
    return {"level_argument": "good", "level_sources": "good"} | levels


# What is seen


def test_the_queue_leads_to_the_question(desk: Desk) -> None:
    page = desk.client.get(desk.queue).text
    assert "4 wait" in page
    assert f'href="{desk.question}"' in page


def test_an_empty_queue_says_what_will_stand_there(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
    assert "Nothing to mark" in Desk(app, database, circle).client.get(f"/groups/{circle.group.slug}/marking").text


def test_no_name_and_no_address_of_a_student_is_on_the_page(desk: Desk) -> None:
    with desk.database.transaction() as session:
        students = session.scalars(select(Enrolment).where(Enrolment.role == Role.student)).all()
        for student in students:
            student.user.name = "Aleksandra Kollontai"
    pages = [desk.client.get(desk.queue).text, *(desk.page(number) for number in range(1, 5))]
    pages.append(desk.client.get(f"{desk.question}/release").text)
    for page in pages:
        assert "Kollontai" not in page
        assert not any(student.user.email and student.user.email in page for student in students)
        assert "/attempts/" not in page


def test_without_a_number_the_first_that_is_still_to_do_is_shown(desk: Desk) -> None:
    desk.send(1, **good())
    assert NUMBER.findall(desk.client.get(desk.question).text)[0] == ("2", "4")


@pytest.mark.parametrize(("asked", "shown"), [("3", "3"), ("0", "1"), ("99", "4"), ("x", "1"), ("٣", "1")])
def test_a_number_that_is_none_leads_to_one_that_is(desk: Desk, asked: str, shown: str) -> None:
    page = desk.client.get(desk.question, query_string={"n": asked}).text
    assert NUMBER.findall(page)[0] == (shown, "4")


def test_the_essay_stands_there_as_it_was_written(app: Application, database: Database) -> None:
    text = "First line,\n  set in.\n\nI <b>think</b> so & more."
    with database.transaction() as session:
        circle = make_circle(session)
        write(session, circle, text)
    assert "First line,\n  set in.\n\nI &lt;b&gt;think&lt;/b&gt; so &amp; more." in Desk(app, database, circle).page(1)


def test_each_answer_is_marked_by_the_version_it_was_taken_on(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        write(session, circle, "By the old one.")
        change_version(session, circle.essay, stem="Why only then?")
        write(session, circle, "By the new one.")
    desk = Desk(app, database, circle)
    pages = [desk.page(1), desk.page(2)]
    old, new = sorted(pages, key=lambda page: "By the new one." in page)
    assert "Why only then?" not in old
    assert "Why only then?" in new


def test_quotations_are_looked_up_in_the_texts_named(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session, essay={"quote_from": ["a-document"], "quotations": 1})
        text = factories.make_text(session, circle.course, ident="a-document", passages=0)
        plain = "All power to the soviets of the workers."
        told: dict[str, Any] = {"html": f"<p>{plain}</p>", "plain": plain, "kind": "paragraph"}
        session.add(Passage(version_id=text.current_version_id, ident="p-1", position=1, number=1, **told))
        write(session, circle, 'He says "All power to the soviets", and "all power to the parties".')
    page = Desk(app, database, circle).page(1)
    link = f'href="/courses/{circle.course.ident}/texts/a-document?group={circle.group.slug}#p-1"'
    assert page.count(link) == 2
    assert page.count("Not found word for word") == 1
    assert "<del>" in page


def test_a_tutor_with_an_open_attempt_of_their_own_sees_no_model_answer(desk: Desk) -> None:
    assert "And so it is." in desk.page(1)
    with desk.database.transaction() as session:
        user = desk.circle.tutor.user_id
        alone = Enrolment(user_id=user, course_id=desk.circle.course.id, joined_at=NOW, used_at=NOW)
        quiz = session.merge(desk.circle.quiz)
        factories.make_attempt(session, factories.add(session, alone), quiz)
    assert "And so it is." not in desk.page(1)


# Drafts


def test_a_draft_is_kept_and_shown_again(desk: Desk) -> None:
    assert desk.send(2, level_argument="fair", comment="So far & no further.").status_code == 303
    page = desk.page(2)
    assert "So far &amp; no further." in page
    assert re.findall(r'value="(\w+)" autocomplete="off" checked', page) == ["fair"]


def test_keep_and_next_leads_to_the_next_that_is_still_to_do(desk: Desk) -> None:
    desk.send(2, **good())
    assert desk.send(1, "next", **good()).location == f"{desk.question}?n=3#answer"
    assert desk.send(4, "next", **good()).location == f"{desk.question}?n=3#answer"


def test_after_the_last_draft_comes_the_release(desk: Desk) -> None:
    answers = [desk.send(number, "next", **good()).location for number in range(1, 5)]
    assert answers[-1] == f"{desk.question}/release"


def test_nothing_said_is_no_draft_and_leads_on(desk: Desk) -> None:
    assert desk.send(1, "next").location == f"{desk.question}?n=2#answer"
    with desk.looking() as session:
        assert drafts_in(session) == []


def test_a_student_sees_nothing_of_a_draft(app: Application, desk: Desk) -> None:
    desk.send(1, **good(), comment="A remark on it.")
    with desk.looking() as session:
        (kept,) = drafts_in(session)
        attempt = session.get_one(AttemptItem, kept.attempt_item_id).attempt
        user, attempt_id, place = attempt.user_id, attempt.id, attempt.enrolment_id
    student = browser_of(app, desk.database, user)
    for address in (f"/attempts/{attempt_id}", "/notices", f"/me/places/{place}", "/today"):
        page = student.get(address).text
        assert "A remark on it." not in page
        assert "It is good" not in page
        assert "is marked" not in page


def test_the_record_of_a_student_says_that_an_attempt_waits_and_gives_it_no_points(desk: Desk) -> None:
    with desk.looking() as session:
        line = answers_to(session, desk.circle.group.id, desk.circle.essay.id)[0]
        attempt = session.get_one(AttemptItem, line.id).attempt
    record = f"/groups/{desk.circle.group.slug}/progress/{attempt.enrolment_id}"
    assert "waits to be marked" in desk.client.get(record).text
    page = desk.client.get(f"{record}/attempts/{attempt.id}").text
    assert "Waits to be marked, submitted" in page
    assert "0 of 2 points" not in page


def test_of_two_tutors_on_one_answer_the_later_is_shown_both_and_loses_nothing(app: Application, desk: Desk) -> None:
    with desk.database.transaction() as session:
        group = session.get_one(StudyGroup, desk.circle.group.id)
        second = factories.make_enrolment(session, course=group.course, group=group, role=Role.tutor)
        second.user.name = "Nadezhda"
    other = Desk(app, desk.database, desk.circle._replace(tutor=second))
    opened = desk.page(1)
    other.send(1, level_argument="fair", comment="Theirs.")
    answer = desk.send(1, "next", page=opened, level_argument="good", comment="Mine.")
    assert answer.status_code == 409
    assert "Nadezhda kept another draft" in answer.text
    assert "Theirs." in answer.text
    assert ">\nMine.</textarea>" in answer.text
    with desk.looking() as session:
        assert [one.comment for one in drafts_in(session)] == ["Theirs."]


def test_who_saw_both_may_put_theirs_in_the_place_of_the_other(desk: Desk) -> None:
    opened = desk.page(1)
    desk.send(1, level_argument="fair", comment="The first.")
    refused = desk.send(1, page=opened, level_argument="good", comment="The second.")
    assert desk.send(1, page=refused.text, level_argument="good", comment="The second.").status_code == 303
    with desk.looking() as session:
        assert [one.comment for one in drafts_in(session)] == ["The second."]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level_argument": "splendid"}, "not among those of this rubric"),
        ({"level_argument": "good", "comment": "x" * 20_001}, "20,001 characters"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_all_that_was_typed(desk: Desk, fields: dict[str, str], words: str) -> None:
    answer = desk.send(1, **({"comment": "Typed with care."} | fields))
    assert answer.status_code == 422
    assert words in answer.text
    assert fields.get("comment", "Typed with care.") in answer.text
    with desk.looking() as session:
        assert drafts_in(session) == []


def test_what_no_database_keeps_is_left_out_of_a_comment(desk: Desk) -> None:
    assert desk.send(1, comment="So\0 it was.").status_code == 303
    with desk.looking() as session:
        assert [one.comment for one in drafts_in(session)] == ["So it was."]


# Release


def test_releasing_one_gives_its_mark_and_leads_on(desk: Desk) -> None:
    assert desk.send(1, "release", **good()).location == f"{desk.question}?n=2#answer"
    with desk.looking() as session:
        (line, *others) = answers_to(session, desk.circle.group.id, desk.circle.essay.id)
        assert [line.state, *(one.state for one in others)] == ["released", "waits", "waits", "waits"]


def test_releasing_one_without_a_level_keeps_the_draft_and_says_which_is_missing(desk: Desk) -> None:
    answer = desk.send(1, "release", level_argument="good", comment="Nearly.")
    assert answer.status_code == 422
    assert answer.text.count("Choose a level.") == 1
    with desk.looking() as session:
        assert [(one.levels, one.comment) for one in drafts_in(session)] == [(HALF, "Nearly.")]


def test_the_release_says_what_will_happen_and_which_are_not_ready(desk: Desk) -> None:
    for number, levels in ((1, good()), (2, good()), (3, {"level_argument": "good"})):
        desk.send(number, **levels)
    page = desk.client.get(f"{desk.question}/release").text
    assert "Release 2 of 4" in page
    assert re.findall(r">answer (\d)</a>", page) == ["3", "4"]


def test_all_that_is_ready_is_released_in_one_go_and_twice_is_once(desk: Desk) -> None:
    for number, levels in ((1, good()), (2, good()), (3, {"level_argument": "good"})):
        desk.send(number, **levels)
    first, second = (post(desk.client, f"{desk.question}/release") for _time in range(2))
    assert (first.location, second.location) == (desk.queue, desk.queue)
    with desk.looking() as session:
        lines = answers_to(session, desk.circle.group.id, desk.circle.essay.id)
        assert [line.state for line in lines] == ["released", "released", "draft", "waits"]
        essays = [session.get_one(AttemptItem, line.id) for line in lines]
        assert [len(marks_of(session, essay)) for essay in essays] == [1, 1, 0, 0]


def test_a_student_sees_levels_and_comment_once_they_are_released(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circle = make_circle(session)
        student = factories.make_enrolment(session, course=circle.course, group=circle.group)
        essay = essay_of(sit(session, circle, student, "So it was."))
        draft(session, essay, FAIR, comment="Quote him, too.")
    client, address = browser_of(app, database, student.user_id), f"/attempts/{essay.attempt_id}"
    before = client.get(address).text
    assert "waits for a tutor" in before
    assert "Quote him, too." not in before
    desk = Desk(app, database, circle)
    post(desk.client, f"{desk.question}/release")
    after = client.get(address).text
    for words in ("Quote him, too.", "It is good", "It is fair", "1.8"):
        assert words in after
    assert "Your essay at “A quiz” is marked." in client.get("/notices").text


def test_a_mark_is_changed_by_another_and_both_stand_there_with_who_gave_them(desk: Desk) -> None:
    with desk.database.transaction() as session:
        lines = answers_to(session, desk.circle.group.id, desk.circle.essay.id)
        circle = desk.circle
        second = factories.make_enrolment(session, course=circle.course, group=circle.group, role=Role.tutor)
        second.user.name = "Nadezhda"
        draft(session, session.get_one(AttemptItem, lines[0].id), FAIR, by_id=second.user_id)
        release(session, [lines[0].id], by=second.user_id, now=NOW)
    assert desk.send(1, "release", **good(), comment="On second thoughts.").status_code == 303
    page = desk.page(1)
    assert "Nadezhda" in page
    assert "0.8 of 1 point" in page
    assert "1 of 1 point" in page
    with desk.looking() as session:
        assert [mark.data for mark in marks_of(session, session.get_one(AttemptItem, lines[0].id))] == [
            {"levels": FAIR, "comment": "Well argued."},
            {"levels": GOOD, "comment": "On second thoughts."},
        ]


# Who may


def test_in_an_archived_group_marks_are_read_and_not_made(desk: Desk) -> None:
    desk.send(1, **good(), comment="Said before.")
    opened = desk.page(1)
    with desk.database.transaction() as session:
        session.get_one(StudyGroup, desk.circle.group.id).archived_at = NOW
    assert "Said before." in desk.page(1)
    assert "<button" not in desk.page(1)
    assert desk.send(1, page=opened, comment="Too late.").status_code == 409
    assert post(desk.client, f"{desk.question}/release").status_code == 409
    with desk.looking() as session:
        assert [one.comment for one in drafts_in(session)] == ["Said before."]


def test_an_essay_of_another_group_is_not_there_to_be_marked(app: Application, desk: Desk) -> None:
    with desk.database.transaction() as session:
        other = desk.circle._replace(group=factories.make_group(session, desk.circle.course))
        factories.make_enrolment(session, course=other.course, group=other.group, role=Role.tutor)
        theirs = write(session, other).id
    page = re.sub(r'name="answer" value="\d+"', f'name="answer" value="{theirs}"', desk.page(1))
    assert desk.send(1, page=page, **good()).status_code == 404
    with desk.looking() as session:
        assert drafts_in(session) == []


def test_a_question_that_is_no_essay_is_not_marked(desk: Desk) -> None:
    with desk.looking() as session:
        essay = session.get_one(AttemptItem, answers_to(session, desk.circle.group.id, desk.circle.essay.id)[0].id)
        choice = essay.attempt.items[0].version.item_id
    assert desk.client.get(f"{desk.queue}/{choice}").status_code == 404
    assert desk.client.get(f"{desk.queue}/{2**70}").status_code == 404


def test_tutors_are_led_to_what_waits_and_students_are_not(app: Application, desk: Desk) -> None:
    slug = desk.circle.group.slug
    for address in (f"/groups/{slug}", f"/groups/{slug}/progress", f"/today?group={slug}"):
        page = desk.client.get(address).text
        assert "4 essays wait to be marked" in page, address
        assert f'href="{desk.queue}"' in page, address
    with desk.looking() as session:
        line = answers_to(session, desk.circle.group.id, desk.circle.essay.id)[0]
        user = session.get_one(AttemptItem, line.id).attempt.user_id
    student = browser_of(app, desk.database, user)
    for address in (f"/groups/{slug}", f"/today?group={slug}"):
        assert "to be marked" not in student.get(address).text
