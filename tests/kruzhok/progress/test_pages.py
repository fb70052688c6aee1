"""Progress on its pages: a tutor sees what was done in the group and nothing else; everyone sees their own."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Look, State
from course.completion.records import store
from course.groups.models import Enrolment, Role
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import Assignment
from course.users.models import User
from lessons.discussion.models import Discussion, Post, PostVersion
from lessons.models import Draft, JournalEntry, Prompt
from quizzes.models import StepKind
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of

TABLE = "/groups/circle/progress"
LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group on a course of one lesson, with two students and a tutor; its lesson was due yesterday."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            self.course = factories.make_bare_course(session)
            kinds = (ActivityKind.lesson, ActivityKind.reading, ActivityKind.prompt, ActivityKind.quiz)
            self.lesson, self.reading, self.prompt, self.quiz = (
                factories.activity_of(session, self.course, kind) for kind in kinds
            )
            self.group = factories.make_group(session, self.course, slug="circle")
            meeting = factories.make_meeting(session, self.group, day=NOW.date() - timedelta(days=1))
            self.assignment = factories.make_assignment(
                session, self.group, self.lesson, meeting_id=meeting.id, due_at=NOW - timedelta(days=1)
            )
            self.vera, self.nadia = (
                factories.make_enrolment(session, factories.make_user(session, name=name), group=self.group)
                for name in ("Vera", "Nadia")
            )
            tutor = factories.make_user(session, name="Sofia")
            self.tutor = factories.make_enrolment(session, tutor, group=self.group, role=Role.tutor)

    def of(self, enrolment: Enrolment) -> FlaskClient:
        return browser_of(self.app, self.database, enrolment.user_id)

    def page(self, who: Enrolment, address: str) -> str:
        answer = self.of(who).get(address)
        assert answer.status_code == 200
        return answer.text

    def record(self, student: Enrolment) -> str:
        return self.page(self.tutor, f"{TABLE}/{student.id}")

    def own(self, place: Enrolment) -> str:
        return self.page(place, f"/me/places/{place.id}")

    def do(self, enrolment: Enrolment, *parts: Activity, state: State = State.done) -> None:
        with self.database.transaction() as session:
            lesson = session.get_one(Activity, self.lesson.id)
            store(session, {(enrolment.id, part.id): state for part in parts}, [lesson], now=NOW)

    def take_quiz(self, enrolment: Enrolment, *, number: int = 1, submitted: bool = True) -> int:
        with self.database.transaction() as session:
            told = {"submitted_at": NOW, "points": 2.0} if submitted else {}
            attempt = factories.make_attempt(session, enrolment, self.quiz, number=number, **told)
            for item in attempt.items:
                factories.make_step(session, item, response={"option": "no" if item.slot == 1 else "yes"})
                if submitted:
                    score = {"kind": StepKind.score, "score": float(item.slot > 1), "base_step": 1}
                    response = {"option": "no" if item.slot == 1 else "yes"}
                    factories.make_step(session, item, number=2, response=response, **score)
            return attempt.id

    def write(self, enrolment: Enrolment, words: str) -> None:
        with self.database.transaction() as session:
            version = self.prompt_version(session)
            told = {"text": words, "html": f"<p>{words}</p>", "written_at": NOW, "number": 1}
            own = {"enrolment_id": enrolment.id, "activity_id": self.prompt.id}
            session.add(JournalEntry(**own, **told, prompt_version_id=version))
            draft = {"place": f"prompt:{self.prompt.id}", "text": f"Draft of {words}", "saved_at": NOW}
            session.add(Draft(enrolment_id=enrolment.id, **draft))

    def post(self, enrolment: Enrolment, words: str) -> int:
        with self.database.transaction() as session:
            place = {"group_id": enrolment.group_id, "course_id": enrolment.course_id}
            talk = factories.add(session, Discussion(activity_id=self.prompt.id, **place))
            post = factories.add(
                session,
                Post(
                    discussion_id=talk.id,
                    group_id=enrolment.group_id,
                    enrolment_id=enrolment.id,
                    prompt_version_id=self.prompt_version(session),
                    made_at=NOW,
                ),
            )
            session.add(PostVersion(post_id=post.id, number=1, text=words, html=f"<p>{words}</p>", made_at=NOW))
            return post.id

    def prompt_version(self, session: Session) -> int:
        found = session.scalars(select(Prompt.current_version_id).where(Prompt.activity_id == self.prompt.id)).one()
        assert found is not None
        return found

    def leave(self, enrolment: Enrolment) -> None:
        with self.database.transaction() as session:
            session.get_one(Enrolment, enrolment.id).left_at = NOW

    def looks(self) -> Sequence[tuple[int, int]]:
        with self.database.transaction() as session:
            return [(look.enrolment_id, look.by_id) for look in session.scalars(select(Look).order_by(Look.id))]


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def row_of(page: str, name: str) -> str:
    """Return the row of one student in the table, without its tags."""
    row = next(row for row in page.split("<tr>") if f">{name}</a>" in row).split("</tr>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


# The table


def test_each_cell_says_its_state_in_words_and_the_sum_is_what_the_student_sees(circle: Circle) -> None:
    circle.do(circle.vera, circle.reading)
    circle.do(circle.vera, circle.prompt, state=State.begun)
    page = circle.page(circle.tutor, TABLE)
    assert row_of(page, "Vera") == "Vera done late, not done late, not done 1 of / 3 33.3 2 23 Nov"
    assert row_of(page, "Nadia") == "Nadia late, not done late, not done late, not done 0 of / 3 0 3 23 Nov"
    assert "1 of 3 required parts done" in circle.own(circle.vera)
    assert "1 of 3 required parts done" in circle.record(circle.vera)


def test_before_it_is_due_what_is_begun_is_begun(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        session.merge(circle.assignment).due_at = NOW + timedelta(days=1)
    circle.do(circle.vera, circle.prompt, state=State.begun)
    assert row_of(circle.page(circle.tutor, TABLE), "Vera") == "Vera not begun begun not begun 0 of / 3 0 0 23 Nov"


def test_whom_later_days_are_given_is_late_later_and_the_table_names_the_day_of_all(
    circle: Circle, database: Database
) -> None:
    with database.transaction() as session:
        vera = session.merge(circle.vera)
        factories.make_accommodation(session, vera, days=2)
        factories.make_exception(
            session, vera, circle.reading, field="due", value={"value": "2026-11-20T12:00:00+00:00"}
        )
    page = circle.page(circle.tutor, TABLE)
    assert row_of(page, "Vera") == "Vera late, not done not begun not begun 0 of / 3 0 1 23 Nov"
    assert row_of(page, "Nadia") == "Nadia late, not done late, not done late, not done 0 of / 3 0 3 23 Nov"
    assert "22 Nov" in page
    assert "24 Nov" not in page
    assert "due by 20 November 2026, 12:00" in circle.record(circle.vera)
    assert "by exception" not in circle.record(circle.nadia)


def test_row_and_column_of_a_cell_name_the_place_that_it_opens(circle: Circle) -> None:
    page = circle.page(circle.tutor, TABLE)
    assert f'href="progress/{circle.vera.id}"' in page
    assert f'data-part="{circle.quiz.id}"' in page
    assert f'id="part-{circle.quiz.id}"' in circle.record(circle.vera)


def test_students_are_in_it_and_neither_tutors_nor_who_left(circle: Circle) -> None:
    circle.leave(circle.nadia)
    page = circle.page(circle.tutor, TABLE)
    assert "1 student<" in page.replace("\n", "<")
    assert "Nadia" not in page
    assert ">Sofia</a></th>" not in page


def test_without_a_syllabus_it_shows_what_the_course_requires_and_no_figure(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        session.merge(circle.assignment).withdrawn_at = NOW
    circle.do(circle.vera, circle.reading)
    page = circle.page(circle.tutor, TABLE)
    assert "Nothing is assigned yet" in page
    assert row_of(page, "Vera") == "Vera done not begun not begun nothing assigned – 0 23 Nov"
    assert "Nothing assigned yet" in circle.own(circle.vera)


# What a tutor sees of one student


def test_a_tutor_reads_a_submitted_attempt(circle: Circle) -> None:
    attempt = circle.take_quiz(circle.vera)
    address = f"{TABLE}/{circle.vera.id}/attempts/{attempt}"
    record = circle.record(circle.vera)
    assert f'href="{address}"' in record
    assert "2 of 3 points" in record
    page = circle.page(circle.tutor, address)
    assert "2 of 3 points, submitted" in page
    assert "Read it again." in page
    assert "group=circle#p-1" in page


def test_of_an_open_attempt_a_tutor_sees_only_that_it_is_open(circle: Circle) -> None:
    attempt = circle.take_quiz(circle.vera, submitted=False)
    page = circle.page(circle.tutor, f"{TABLE}/{circle.vera.id}/attempts/{attempt}")
    assert "This attempt is open" in page
    assert 'class="answer-sum"' not in page
    assert " so?" not in page


def test_a_tutor_at_work_on_the_same_questions_sees_no_key_to_them(circle: Circle) -> None:
    attempt = circle.take_quiz(circle.vera)
    circle.take_quiz(circle.tutor, submitted=False)
    page = circle.page(circle.tutor, f"{TABLE}/{circle.vera.id}/attempts/{attempt}")
    assert "Shown again when your open attempt is submitted" in page
    assert "It is so." not in page


def test_an_attempt_of_another_student_is_not_there(circle: Circle) -> None:
    attempt = circle.take_quiz(circle.nadia)
    assert circle.of(circle.tutor).get(f"{TABLE}/{circle.vera.id}/attempts/{attempt}").status_code == 404


def test_posts_lead_to_the_talk(circle: Circle) -> None:
    post = circle.post(circle.vera, "I think so.")
    record = circle.record(circle.vera)
    assert f"group=circle&amp;post={post}#post-{post}" in record
    assert "I think so." not in record


def test_of_a_journal_a_tutor_sees_only_that_something_was_written(circle: Circle) -> None:
    circle.write(circle.vera, "Nobody may read this.")
    record = circle.record(circle.vera)
    assert "Something written in the journal" in record
    assert "Nobody may read this." not in record


def test_of_who_began_afresh_nothing_done_alone_or_elsewhere_is_seen(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, name="Olga")
        alone = factories.make_enrolment(session, user, circle.course)
        other = factories.make_group(session, circle.course)
        elsewhere = factories.make_enrolment(session, user, group=other)
    hidden = []
    for place in (alone, elsewhere):
        circle.do(place, circle.reading, circle.prompt, circle.quiz)
        circle.write(place, "Done elsewhere.")
        hidden.append(circle.take_quiz(place))
    hidden.append(circle.take_quiz(alone, number=2, submitted=False))
    circle.post(elsewhere, "Said elsewhere.")
    with database.transaction() as session:
        here = factories.make_enrolment(session, session.get_one(User, user.id), group=circle.group)
    row = row_of(circle.page(circle.tutor, TABLE), "Olga")
    assert row == "Olga late, not done late, not done late, not done 0 of / 3 0 3 23 Nov"
    record = circle.record(here)
    assert "0 of 3 required parts done" in record
    for word in ("Attempt", "A post", "journal,", "#s-done", "#s-begun"):
        assert word not in record
    tutor = circle.of(circle.tutor)
    assert [tutor.get(f"{TABLE}/{here.id}/attempts/{attempt}").status_code for attempt in hidden] == [404] * 3
    assert [tutor.get(f"{TABLE}/{place.id}").status_code for place in (alone, elsewhere)] == [404, 404]


def test_an_attempt_open_elsewhere_does_not_show_in_one_submitted_here(circle: Circle, database: Database) -> None:
    attempt = circle.take_quiz(circle.vera)
    with database.transaction() as session:
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera.user_id), circle.course)
    circle.take_quiz(alone, submitted=False)
    assert "open attempt" not in circle.page(circle.tutor, f"{TABLE}/{circle.vera.id}/attempts/{attempt}")


# One's own record


def test_a_former_member_reads_all_of_theirs_and_no_link_leads_astray(circle: Circle) -> None:
    circle.write(circle.vera, "What I thought then.")
    circle.post(circle.vera, "What I said.")
    attempt = circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.reading)
    circle.leave(circle.vera)
    page, browser = circle.own(circle.vera), circle.of(circle.vera)
    assert "What I thought then." in page
    assert "1 of 3 required parts done" in page
    assert f"/attempts/{attempt}" in page
    for address in {link for link in LINK.findall(page) if not link.startswith("/static")}:
        assert browser.get(address.replace("&amp;", "&")).status_code == 200, address


def test_ones_own_record_says_at_its_head_whose_work_it_is(circle: Circle) -> None:
    assert "With Thursday circle" in circle.own(circle.vera)


def test_work_on_what_was_taken_out_of_the_course_stays_in_the_record(circle: Circle, database: Database) -> None:
    circle.write(circle.vera, "An old answer.")
    with database.transaction() as session:
        session.get_one(Activity, circle.prompt.id).retired_at = NOW
    page = circle.own(circle.vera)
    assert "No longer in the course" in page
    assert "An old answer." in page


def test_places_are_listed_each_with_its_own_figure(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        user = session.get_one(User, circle.vera.user_id)
        alone = factories.make_enrolment(session, user, circle.course)
        former = factories.make_enrolment(session, user, group=circle.group, left_at=NOW)
    circle.do(alone, circle.reading, circle.prompt)
    circle.do(circle.vera, circle.reading)
    page = circle.page(circle.vera, "/me/places")
    for place, figure in ((alone, "2 of 3"), (circle.vera, "1 of 3"), (former, "0 of 3")):
        assert f"{figure} required parts done" in page.split(f"/me/places/{place.id}")[1].split("</li>")[0]
    assert "/me/places" in circle.page(circle.vera, "/me")


def test_a_tutor_reads_their_own_record_and_is_told_that_it_has_no_figure_and_no_other_reader(circle: Circle) -> None:
    circle.write(circle.tutor, "What a tutor thinks.")
    page = circle.own(circle.tutor)
    assert "What a tutor thinks." in page
    assert "nobody sees this record but you" in page
    assert "required parts done" not in page
    assert "No tutor has opened" not in page


# Who looked


def test_a_look_of_a_tutor_is_told_to_whom_it_was_at(circle: Circle) -> None:
    assert "No tutor has opened" in circle.own(circle.vera)
    circle.record(circle.vera)
    assert circle.looks() == [(circle.vera.id, circle.tutor.user_id)]
    page = circle.own(circle.vera)
    assert "Sofia" in page
    assert "23 November 2026, 14:02" in page
    assert "Sofia" not in circle.own(circle.nadia)


def test_looks_within_ten_minutes_are_one(circle: Circle) -> None:
    attempt = circle.take_quiz(circle.vera)
    circle.record(circle.vera)
    circle.page(circle.tutor, f"{TABLE}/{circle.vera.id}/attempts/{attempt}")
    assert len(circle.looks()) == 1
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        circle.page(circle.tutor, f"{TABLE}/{circle.vera.id}/attempts/{attempt}")
    assert len(circle.looks()) == 2


def test_a_look_at_the_table_at_ones_own_or_at_nothing_leaves_no_trace(circle: Circle) -> None:
    circle.page(circle.tutor, TABLE)
    circle.own(circle.vera)
    circle.own(circle.tutor)
    circle.of(circle.tutor).get(f"{TABLE}/{circle.tutor.id}")
    assert circle.looks() == []


def test_what_was_done_alone_and_brought_along_is_seen(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, name="Olga")
        alone = factories.make_enrolment(session, user, circle.course)
    circle.do(alone, circle.reading)
    with database.transaction() as session:
        alone = session.get_one(Enrolment, alone.id)
        alone.group_id = circle.group.id
    assert row_of(circle.page(circle.tutor, TABLE), "Olga").startswith("Olga done")


def test_a_group_without_students_is_told_what_will_stand_there(circle: Circle) -> None:
    circle.leave(circle.vera)
    circle.leave(circle.nadia)
    assert "No students yet" in circle.page(circle.tutor, TABLE)


def test_parts_stand_in_the_order_of_the_meetings(circle: Circle, database: Database) -> None:
    with database.transaction() as session:
        unit = factories.make_unit(session, circle.course, position=2)
        later = factories.make_lesson(session, circle.course, unit, number=2)
        factories.make_reading(session, later, title="Read before the rest")
        before = factories.make_meeting(session, circle.group, number=2, day=NOW.date() + timedelta(days=7))
        factories.make_assignment(session, circle.group, later, meeting_id=before.id)
    page = circle.page(circle.tutor, TABLE)
    assert page.index("A reading") < page.index("Read before the rest")
    with database.transaction() as session:
        session.merge(circle.assignment).meeting_id = before.id
        moved = select(Assignment).where(Assignment.activity_id == later.id)
        session.scalars(moved).one().meeting_id = circle.assignment.meeting_id
    page = circle.page(circle.tutor, TABLE)
    assert page.index("Read before the rest") < page.index("A reading")


# What is talked over in a tutorial


def in_short(page: str) -> str:
    """Return the words of the part of a record that says it all in short."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.split('id="short"')[1].split("</section>", maxsplit=1)[0]).split())


def test_a_record_says_in_short_what_is_late_and_next_what_came_of_quizzes_and_what_was_missed(
    circle: Circle, database: Database
) -> None:
    with database.transaction() as session:
        vera = session.merge(circle.vera)
        factories.make_accommodation(session, vera, days=2)
        factories.make_exception(
            session, vera, circle.prompt, field="due", value={"value": "2026-12-20T12:00:00+00:00"}
        )
    attempt = circle.take_quiz(circle.vera)
    circle.do(circle.vera, circle.quiz)
    circle.post(circle.vera, "Said by Vera.")
    page = circle.record(circle.vera)
    short = in_short(page)
    assert "1 of 3 required parts done" in short
    assert "1 post, 0 replies" in short
    assert "Always 2 times as long" in short
    assert "due 20 December 2026, 12:00" in short
    assert "2 of 3 points" in short
    assert "question 1" in short
    assert f"/attempts/{attempt}#q1" in page
    assert "Said by Vera." not in page
    assert "Late" in in_short(circle.record(circle.nadia))
    assert "Nothing in the last attempts." in in_short(circle.record(circle.nadia))


def test_a_tutor_at_work_on_the_same_questions_does_not_read_which_were_missed(circle: Circle) -> None:
    circle.take_quiz(circle.vera)
    circle.take_quiz(circle.tutor, submitted=False)
    assert "Nothing in the last attempts." in in_short(circle.record(circle.vera))
