"""“Something is wrong here”: told with the version meant, to those who can mend it, and answered."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Role
from course.notices.models import Notice
from course.outline.models import ActivityKind
from course.texts.models import Passage
from course.users.models import User
from lessons.reports.models import Outcome, Report
from lessons.reports.reports import Meant, make_report
from quizzes.models import ItemVersion
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post


class House:
    """A group with a tutor and a student, another group's tutor, somebody who runs the site."""

    def __init__(self, app: Application, database: Database) -> None:
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group, other = factories.make_group(session, course), factories.make_group(session, course)
            self.ids = {
                "student": factories.make_enrolment(session, group=group).user_id,
                "tutor": factories.make_enrolment(session, group=group, role=Role.tutor).user_id,
                "stranger": factories.make_enrolment(session, group=other, role=Role.tutor).user_id,
                "boss": factories.make_user(session, administrator=True).id,
            }
            lesson = factories.activity_of(session, course, ActivityKind.lesson)
            self.course, self.group, self.lesson = course.ident, group.slug, lesson.ident
            self.passage = session.scalars(
                select(Passage.id).where(Passage.version_id == factories.notes_of(session, lesson).current_version_id)
            ).first()
            self.version = session.scalars(select(ItemVersion.id)).first()
        self.browsers = {name: browser_of(app, database, user_id) for name, user_id in self.ids.items()}

    def __getitem__(self, name: str) -> FlaskClient:
        return self.browsers[name]


@pytest.fixture
def house(app: Application, database: Database) -> House:
    return House(app, database)


def told(database: Database, user_id: int) -> list[str]:
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(Notice.kind).where(Notice.user_id == user_id)))


def the_report(database: Database) -> Report:
    with database.transaction(writing=False) as session:
        return session.scalars(select(Report)).one()


def send(client: FlaskClient, house: House, **fields: object):
    return post(client, f"/courses/{house.course}/wrong", {"words": "The date is wrong."} | fields)


def test_a_passage_leads_to_the_form_and_back(house: House):
    page = house["student"].get(f"/courses/{house.course}/lessons/{house.lesson}?group={house.group}").text
    way = re.search(r'href="(/courses/[^"]+/wrong\?[^"]+)"', page)[1].replace("&amp;", "&")
    form = house["student"].get(way).text
    assert "Paragraph 1." in form
    back = re.search(r'name="back" value="([^"]+)"', form)[1]
    assert back == f"/courses/{house.course}/lessons/{house.lesson}?group={house.group}#p-1"
    assert send(house["student"], house, passage=house.passage, group=house.group, back=back).location == back


def test_it_goes_to_the_tutors_of_the_group_and_who_runs_the_site_with_the_version_meant(
    house: House, database: Database
):
    send(house["student"], house, passage=house.passage, group=house.group)
    assert told(database, house.ids["tutor"]) == ["reported"]
    assert told(database, house.ids["boss"]) == ["reported"]
    assert told(database, house.ids["stranger"]) == told(database, house.ids["student"]) == []
    assert the_report(database).passage_id == house.passage


def test_the_reporter_is_told_the_outcome(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    address = f"/reports/{the_report(database).id}"
    answered = post(house["tutor"], address, {"outcome": "mended", "answer": "You were right."})
    assert answered.status_code == 303
    assert told(database, house.ids["student"]) == ["answered"]
    assert "You were right." in house["student"].get(address).text
    assert "It is mended" in house["student"].get(address).text


def test_of_two_who_answer_the_first_is_heard(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    address = f"/reports/{the_report(database).id}"
    post(house["tutor"], address, {"outcome": "right", "answer": "No."})
    assert post(house["boss"], address, {"outcome": "mended", "answer": "Yes."}).status_code == 409
    assert the_report(database).outcome is Outcome.right


def test_a_guest_may_report_and_is_told(app: Application, house: House, database: Database):
    visitor = app.test_client()
    assert send(visitor, house, item=house.version).status_code == 303
    report = the_report(database)
    assert report.group_id is None
    assert told(database, house.ids["tutor"]) == []
    post(house["boss"], f"/reports/{report.id}", {"outcome": "planned"})
    assert "1 new" in visitor.get("/today").text
    assert "It will be mended" in visitor.get(f"/reports/{report.id}").text


def test_sending_twice_is_one_report(house: House, database: Database):
    for _ in range(2):
        send(house["student"], house, item=house.version, group=house.group)
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(Report.id))) == 1


def test_the_form_shows_no_key(house: House):
    page = house["student"].get(f"/courses/{house.course}/wrong?item={house.version}").text
    assert "so?" in page  # the stem
    assert "It is so." not in page  # the explanation


def test_what_was_typed_stays_when_it_is_too_long(house: House):
    page = send(house["student"], house, item=house.version, words="x" * 2001)
    assert page.status_code == 422
    assert "x" * 2001 in page.text


def test_nothing_of_another_course_can_be_meant(house: House, database: Database):
    with database.transaction() as session:
        elsewhere = factories.make_bare_course(session).ident
    assert house["student"].get(f"/courses/{elsewhere}/wrong?item={house.version}").status_code == 404
    assert house["student"].get(f"/courses/{elsewhere}/wrong?passage={house.passage}").status_code == 404


def test_an_item_of_a_group_is_nobody_elses_to_report(house: House, database: Database):
    with database.transaction() as session:
        group_id = session.scalars(select(factories.StudyGroup.id).filter_by(slug=house.group)).one()
        item = factories.make_item(session, group_id=group_id)
        version = item.current_version_id
    address = f"/courses/{house.course}/wrong?item={version}"
    assert house["student"].get(f"{address}&group={house.group}").status_code == 200
    assert house["stranger"].get(address).status_code == 404


def test_a_report_shows_what_stands_there_now(house: House, database: Database):
    with database.transaction() as session:
        student = session.get_one(User, house.ids["student"])
        passage = session.get_one(Passage, house.passage)
        course = session.scalars(select(factories.Course)).one()
        report = make_report(session, course, student, None, Meant(passage=passage), "Wrong.", now=NOW)
        text = session.scalars(
            select(factories.Text).where(factories.Text.current_version_id == passage.version_id)
        ).one()
        newer = factories.make_text_version(session, text, number=2)
        first = session.scalars(select(Passage).where(Passage.version_id == newer.id, Passage.ident == "p-1")).one()
        first.plain = "It reads better now."
        text.current_version_id = newer.id
        report_id = report.id
    page = house["student"].get(f"/reports/{report_id}").text
    assert "It has been changed since" in page
    assert "It reads better now." in page
