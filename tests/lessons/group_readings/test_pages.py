"""A study group's own readings: given by who plans, read and ticked by those they are for, there for nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.web import Application
from course.completion.progress import Progress
from course.completion.records import standing_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus import planning
from course.syllabus.models import Assignment, AssignmentTarget
from course.texts.models import Text
from kruzhok.completions import rebuild
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

OUTSIDE = {
    "title": "The road to Tilsit",
    "by": "A Historian",
    "address": "https://www.example.org/tilsit",
    "part": "chapters 2 and 3",
    "minutes": "35",
    "look_for": "Who *pays*?",
    "meeting": "",
    "day": "2026-12-10",
    "required": "y",
    "once": "0123456789ab",
}
HOUSE = {name: value for name, value in OUTSIDE.items() if name != "address"}
ABOUT = {"title": "A text of mine", "direction": "ltr"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group whose tutor brings texts, its people, and another group on the course with a tutor of its own."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group, other = factories.make_group(session, course), factories.make_group(session, course)
            tutor = factories.make_user(session)
            self.places = {
                "tutor": factories.make_enrolment(session, tutor, group=group, role=Role.tutor).id,
                "second tutor": factories.make_enrolment(session, group=group, role=Role.tutor).id,
                "organiser": factories.make_enrolment(session, group=group, organiser=True).id,
                "reader": factories.make_enrolment(session, group=group).id,
                "other member": factories.make_enrolment(session, group=group).id,
                "another group's tutor": factories.make_enrolment(session, group=other, role=Role.tutor).id,
                "another group's student": factories.make_enrolment(session, group=other).id,
            }
            factories.make_enrolment(session, tutor, group=other, role=Role.tutor)
            self.users = {who: session.get_one(Enrolment, key).user_id for who, key in self.places.items()}
            self.users["administrator"] = factories.make_user(session, administrator=True).id
            readers = factories.make_subgroup(session, group, session.get_one(Enrolment, self.places["reader"]))
            self.subgroup = f"subgroup-{readers.id}"
            self.course, self.group, self.other, self.group_id = course.ident, group.slug, other.slug, group.id
        self.readings = f"/groups/{self.group}/readings"
        self.imports = f"/courses/{self.course}/imports"

    def browser(self, who: str) -> FlaskClient:
        return browser_of(self.app, self.database, self.users.get(who))

    def give(self, who: str = "tutor", **fields: Any) -> str:
        """Return where the reading is that WHO gives the group: something outside, unless FIELDS name a text."""
        told = (HOUSE if "text" in fields else OUTSIDE) | fields
        answer = post(self.browser(who), f"{self.readings}/new", told)
        assert answer.status_code == 303, answer.text
        return answer.location

    def bring(self, who: str = "tutor") -> str:
        """Return the ident of a text that WHO brings along and keeps."""
        client = self.browser(who)
        told = {"words": "It was a raft.\n\nOn it, two emperors.", "written": "plain", "group": self.group}
        waits = post(client, f"{self.imports}/new", told).location
        kept = post(client, waits.split("?")[0], ABOUT | {"group": self.group}).location
        return kept.split("/texts/")[1].split("?")[0]

    def text(self, ident: str, group: str | None = None) -> str:
        return f"/courses/{self.course}/texts/{ident}?group={group or self.group}"

    def statuses(self, address: str) -> dict[str, int]:
        return {who: self.browser(who).get(address).status_code for who in (*self.users, "visitor")}

    def count(self, table: Any) -> int:
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def progress(self, who: str) -> Progress:
        with self.database.transaction(writing=False) as session:
            return standing_of(session, session.get_one(Enrolment, self.places[who])).progress

    def meet(self) -> int:
        """Lay out two meetings without lessons, on 3 and 10 December; return the id of the first."""
        with self.database.transaction() as session:
            meetings = planning.plan_meetings(
                session,
                session.get_one(StudyGroup, self.group_id),
                start=NOW.date() + timedelta(days=10),
                weekday=3,
                lessons=[None, None],
                by_id=self.users["tutor"],
                now=NOW,
            )
            return meetings[0].id


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


MEMBERS = ("tutor", "second tutor", "organiser", "reader", "other member")


def seen_by(*who: str, visitor: int = 401) -> dict[str, int]:
    everybody = (*MEMBERS, "another group's tutor", "another group's student", "administrator")
    return {one: 200 if one in who else 404 for one in everybody} | {"visitor": visitor}


def test_a_reading_says_what_it_is_and_what_to_look_for(circle: Circle):
    page = circle.browser("reader").get(circle.give()).text
    for words in (
        "The road to Tilsit",
        "A Historian",
        "chapters 2 and 3",
        "Who <em>pays</em>?",
        "35 min",
        "example.org",
    ):
        assert words in page
    assert 'href="https://www.example.org/tilsit"' in page


def test_a_reading_is_there_for_the_group_alone(circle: Circle):
    assert circle.statuses(circle.give()) == seen_by(*MEMBERS)


def test_a_reading_for_some_is_there_for_them_and_for_who_plans(circle: Circle):
    address = circle.give(audience=circle.subgroup)
    assert circle.statuses(address) == seen_by("tutor", "second tutor", "organiser", "reader")


@pytest.mark.parametrize("who", ["reader", "another group's tutor", "administrator"])
def test_who_does_not_plan_gives_nothing(circle: Circle, who: str):
    answer = post(circle.browser(who), f"{circle.readings}/new", OUTSIDE)
    assert answer.status_code == (403 if who == "reader" else 404)
    assert circle.count(Assignment) == 0


def test_an_organiser_may_give_something_to_read(circle: Circle):
    assert circle.browser("reader").get(circle.give("organiser")).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("address", "javascript:alert(1)", "whole address"),
        ("address", "www.example.org", "whole address"),
        ("address", "https://[", "whole address"),
        ("address", 'https://e.org/"onclick=x', "whole address"),
        ("title", " ", "Say what is to be read."),
        ("minutes", "0", "Choose a number"),
        ("minutes", "many", ""),
        ("day", "1026-12-10", "between 2000 and 2100"),
        ("meeting", "77", ""),
        ("audience", "member-77", ""),
        ("look_for", "x" * 2001, "at most 2000 fit"),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(circle: Circle, field: str, value: str, why: str):
    answer = post(circle.browser("tutor"), f"{circle.readings}/new", OUTSIDE | {field: value})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert why in answer.text
    assert circle.count(Assignment) == 0


def test_a_double_click_gives_one_reading(circle: Circle):
    assert circle.give() == circle.give()
    assert circle.count(Assignment) == 1


def test_a_reading_for_a_meeting_is_due_on_its_day_and_moves_with_it(circle: Circle):
    meeting = circle.meet()
    circle.give(meeting=str(meeting), day="")
    with circle.database.transaction() as session:
        group, first = session.get_one(StudyGroup, circle.group_id), session.get_one(planning.Meeting, meeting)
        given = session.scalars(select(Assignment)).one()
        assert given.due_at is not None
        assert given.due_at.date() == first.day
        told: dict[str, Any] = {"title": "", "lessons": [], "by_id": circle.users["tutor"], "now": NOW}
        planning.change_meeting(session, group, first, day=first.day + timedelta(days=2), **told)
        session.refresh(given)
        assert given.due_at.date() == first.day


def test_a_reading_stands_on_the_syllabus_and_in_the_plan_of_the_day(circle: Circle):
    meeting = circle.meet()
    circle.give(meeting=str(meeting), day="", title="For the meeting", once="000000000001")
    circle.give(title="For a day", once="000000000002")
    client = circle.browser("reader")
    for address in (f"/groups/{circle.group}/syllabus", f"/today?group={circle.group}"):
        page = client.get(address).text
        assert "For the meeting" in page
        assert "For a day" in page
    assert "For the meeting" in client.get(f"/groups/{circle.group}").text


def test_a_reading_for_others_stands_in_nobody_elses_plan(circle: Circle):
    meeting = circle.meet()
    circle.give(meeting=str(meeting), day="", audience=circle.subgroup)
    for address in (f"/groups/{circle.group}/syllabus", f"/today?group={circle.group}", circle.readings):
        assert "The road to Tilsit" in circle.browser("reader").get(address).text
        assert "The road to Tilsit" not in circle.browser("other member").get(address).text


def test_what_is_late_is_said_to_be(circle: Circle):
    circle.give(day="2026-11-20")
    page = circle.browser("reader").get(f"/today?group={circle.group}").text
    assert "Something from before is still open" in page


def test_a_tick_does_it_and_can_be_taken_back(circle: Circle):
    address = circle.give()
    client = circle.browser("reader")
    key = circle.places["reader"]
    for done, state in (("1", "done"), ("1", "done"), ("0", "begun")):
        assert post(client, f"{address}/tick", {"done": done}).status_code == 303
        with circle.database.transaction() as session:
            assert set(factories.states_of(session, key).values()) == {state}
            rebuild(session, [session.get_one(Enrolment, key)], now=NOW)
            assert set(factories.states_of(session, key).values()) == {state}


def test_a_reading_counts_in_progress_and_is_no_grade(circle: Circle):
    address = circle.give()
    client = circle.browser("reader")
    assert circle.progress("reader") == Progress(0, 1)
    post(client, f"{address}/tick", {"done": "1"})
    assert circle.progress("reader") == Progress(1, 1)
    table = circle.browser("tutor").get(f"/groups/{circle.group}/progress").text
    assert "The road to Tilsit" in table
    assert "points" not in table
    assert (
        "The road to Tilsit"
        in circle.browser("tutor").get(f"/groups/{circle.group}/progress/{circle.places['reader']}").text
    )


def test_who_is_to_read_something_is_told_and_nobody_else(circle: Circle):
    circle.give(audience=circle.subgroup)
    with circle.database.transaction(writing=False) as session:
        assert session.scalars(select(Notice.user_id)).all() == [circle.users["reader"]]
    page = circle.browser("reader").get("/notices").text
    assert "The road to Tilsit" in page


def test_a_change_of_the_title_tells_nobody_again_but_another_day_does(circle: Circle):
    address = circle.give(audience=circle.subgroup)
    with circle.database.transaction() as session:
        session.scalars(select(Notice)).one().seen_at = NOW
    fields = OUTSIDE | {"audience": circle.subgroup, "title": "Otherwise"}
    for day, unseen in (("2026-12-10", 0), ("2026-12-11", 1)):
        assert post(circle.browser("tutor"), f"{address}/change", fields | {"day": day}).status_code == 303
        with circle.database.transaction(writing=False) as session:
            assert len(session.scalars(select(Notice).where(Notice.seen_at.is_(None))).all()) == unseen


def test_a_reading_can_be_changed_and_the_form_says_what_it_was(circle: Circle):
    address = circle.give(audience=circle.subgroup)
    tutor = circle.browser("tutor")
    form = tutor.get(f"{address}/change", follow_redirects=True).text
    for words in ("Who *pays*?", "10 December 2026", "chapters 2 and 3"):
        assert words in form
    member = f"member-{circle.places['other member']}"
    assert post(tutor, f"{address}/change", OUTSIDE | {"title": "Otherwise", "audience": member}).status_code == 303
    assert circle.browser("reader").get(address).status_code == 404
    assert "Otherwise" in circle.browser("other member").get(address).text
    assert circle.count(AssignmentTarget) == 1


def test_what_is_taken_back_is_asked_of_nobody_and_stays_for_who_read_it(circle: Circle):
    address = circle.give()
    post(circle.browser("reader"), f"{address}/tick", {"done": "1"})
    assert post(circle.browser("tutor"), f"{address}/take-back").status_code == 303
    assert circle.statuses(address) == seen_by("tutor", "second tutor", "organiser", "reader")
    assert "The road to Tilsit" not in circle.browser("other member").get(f"/today?group={circle.group}").text
    post(circle.browser("tutor"), f"{address}/change", OUTSIDE)
    assert circle.statuses(address) == seen_by(*MEMBERS)


def test_nothing_is_given_or_ticked_in_a_group_that_is_archived(circle: Circle):
    address = circle.give()
    with circle.database.transaction() as session:
        session.get_one(StudyGroup, circle.group_id).archived_at = NOW
    assert post(circle.browser("reader"), f"{address}/tick", {"done": "1"}).status_code == 409
    tutor = circle.browser("tutor")
    for doing in (f"{circle.readings}/new", f"{address}/change", f"{address}/take-back"):
        assert post(tutor, doing, OUTSIDE).status_code == 409
    assert circle.browser("reader").get(address).status_code == 200


# A text that was brought along


def test_a_text_that_is_given_is_there_for_the_group_and_its_tutors(circle: Circle):
    ident = circle.bring()
    assert circle.statuses(circle.text(ident)) == seen_by("tutor", visitor=404)
    circle.give(text=ident)
    assert circle.statuses(circle.text(ident)) == seen_by(*MEMBERS, visitor=404)


def test_a_text_given_to_some_is_there_for_them_and_the_tutors(circle: Circle):
    ident = circle.bring()
    address = circle.give(text=ident, audience=circle.subgroup)
    assert circle.statuses(circle.text(ident)) == seen_by("tutor", "second tutor", "reader", visitor=404)
    page = circle.browser("organiser").get(address).text
    assert "A text of mine" not in page
    assert "/texts/" not in page


def test_who_worked_on_a_text_keeps_it_when_it_is_taken_back(circle: Circle):
    ident = circle.bring()
    address = circle.give(text=ident)
    post(circle.browser("reader"), f"{address}/tick", {"done": "1"})
    with circle.database.transaction() as session:
        text = session.scalars(select(Text).where(Text.ident == ident)).one()
        factories.make_note(session, session.get_one(Enrolment, circle.places["organiser"]), text)
    post(circle.browser("tutor"), f"{address}/take-back")
    expected = seen_by("tutor", "second tutor", "organiser", "reader", visitor=404)
    assert circle.statuses(circle.text(ident)) == expected


def test_a_text_of_the_group_is_ticked_where_it_is_read(circle: Circle):
    ident = circle.bring()
    circle.give(text=ident)
    client = circle.browser("reader")
    page = client.get(circle.text(ident)).text
    assert "I have read this" in page
    assert "Who <em>pays</em>?" in page
    assert f"/texts/{ident}" in client.get(f"/today?group={circle.group}").text


def test_who_brought_a_text_may_give_it_and_nobody_else(circle: Circle):
    ident = circle.bring("second tutor")
    for who, status in (("tutor", 404), ("organiser", 404), ("reader", 403), ("second tutor", 303)):
        answer = post(circle.browser(who), f"{circle.readings}/new", HOUSE | {"text": ident})
        assert answer.status_code == status, who


def test_a_member_who_does_not_plan_keeps_a_text_to_themselves(circle: Circle):
    ident = circle.bring("reader")
    assert post(circle.browser("reader"), f"{circle.readings}/new", HOUSE | {"text": ident}).status_code == 403
    assert "Give it to the group" not in circle.browser("reader").get(circle.text(ident)).text
    assert "Give it to the group" in circle.browser("tutor").get(circle.text(circle.bring())).text


def test_a_text_is_given_once_however_often_it_is_asked(circle: Circle):
    ident = circle.bring()
    assert circle.give(text=ident) == circle.give(text=ident, once="ba9876543210")
    assert circle.count(Assignment) == 1


def test_a_text_of_the_group_is_not_deleted(circle: Circle):
    ident = circle.bring()
    circle.give(text=ident)
    address = f"/courses/{circle.course}/texts/{ident}/delete"
    assert "so it stays" in circle.browser("tutor").get(f"{address}?group={circle.group}").text
    assert post(circle.browser("tutor"), address, {"group": circle.group}).status_code == 409
    assert circle.browser("reader").get(circle.text(ident)).status_code == 200


def test_another_group_has_a_text_only_as_a_copy_of_its_own(circle: Circle):
    ident = circle.bring()
    circle.give(text=ident)
    tutor = circle.browser("tutor")
    assert tutor.get(circle.text(ident, circle.other)).status_code == 404
    with circle.database.transaction(writing=False) as session:
        text_id = session.scalars(select(Text.id).where(Text.ident == ident)).one()
    copied = post(tutor, f"{circle.imports}/copies", {"text": str(text_id), "group": circle.other}).location
    copy = copied.split("/texts/")[1].split("?")[0]
    assert copy != ident
    assert tutor.get(circle.text(copy, circle.other)).status_code == 200
    assert tutor.get(circle.text(copy)).status_code == 404
    student = circle.browser("another group's student")
    assert student.get(circle.text(copy, circle.other)).status_code == 404
    given = post(tutor, f"/groups/{circle.other}/readings/new", HOUSE | {"text": copy})
    assert given.status_code == 303
    assert student.get(circle.text(copy, circle.other)).status_code == 200
    assert student.get(circle.text(ident, circle.other)).status_code == 404


def test_the_self_checks_of_a_text_do_its_reading(circle: Circle):
    ident = circle.bring()
    circle.give(text=ident)
    with circle.database.transaction() as session:
        text = session.scalars(select(Text).where(Text.ident == ident)).one()
        course = session.scalars(select(Course)).one()
        passage = "p-1"
        item = factories.make_check(session, text, factories.make_item(session, course), passage=passage).item_id
    fields = {f"item-{item}": "yes", "group": circle.group}
    answer = post(circle.browser("reader"), f"/courses/{circle.course}/texts/{ident}/checks/{item}", fields)
    assert answer.status_code == 303
    with circle.database.transaction(writing=False) as session:
        reading = session.scalars(select(Activity).where(Activity.group_id == circle.group_id)).one()
        assert factories.states_of(session, circle.places["reader"])[reading.id] == "done"


def test_a_meeting_goes_on_with_its_lesson_though_it_has_a_reading_of_its_own(circle: Circle):
    with circle.database.transaction() as session:
        group = session.get_one(StudyGroup, circle.group_id)
        lesson = factories.activity_of(session, session.get_one(Course, group.course_id), ActivityKind.lesson)
        told: dict[str, Any] = {"start": NOW.date(), "weekday": 3, "by_id": circle.users["tutor"], "now": NOW}
        second = planning.plan_meetings(session, group, lessons=[lesson.id, lesson.id], **told)[1].id
    circle.give(meeting=str(second), day="")
    assert "goes on from the meeting before" in circle.browser("reader").get(f"/groups/{circle.group}/syllabus").text


def test_in_the_table_of_progress_a_reading_stands_after_the_lesson_of_its_meeting(circle: Circle):
    with circle.database.transaction() as session:
        group = session.get_one(StudyGroup, circle.group_id)
        lesson = factories.activity_of(session, session.get_one(Course, group.course_id), ActivityKind.lesson)
        told: dict[str, Any] = {"start": NOW.date(), "weekday": 3, "by_id": circle.users["tutor"], "now": NOW}
        meeting = planning.plan_meetings(session, group, lessons=[lesson.id], **told)[0].id
    circle.give(meeting=str(meeting), day="")
    table = circle.browser("tutor").get(f"/groups/{circle.group}/progress").text
    assert table.index("Lesson 1") < table.index("Besides the lessons")
    assert table.index("A prompt") < table.index("The road to Tilsit")
