"""“Something is wrong here”: told with the version meant, to those who can mend it, and answered."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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
from lessons.reports.reports import MOST_OF_ONE, ClosedAlready, Meant, close_report, make_report
from quizzes.models import Attempt, AttemptItem, ItemVersion
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


def test_an_item_of_a_group_is_only_theirs_to_report_who_have_met_it(house: House, database: Database):
    with database.transaction() as session:
        group_id = session.scalars(select(factories.StudyGroup.id).filter_by(slug=house.group)).one()
        version_id = factories.make_item(session, group_id=group_id).current_version_id
        student = session.scalars(select(factories.Enrolment).filter_by(user_id=house.ids["student"])).one()
        attempt = factories.make_attempt(session, student)
        session.add(AttemptItem(attempt_id=attempt.id, slot=9, item_version_id=version_id, shown=[]))
    address = f"/courses/{house.course}/wrong?item={version_id}"
    assert house["student"].get(f"{address}&group={house.group}").status_code == 200
    assert house["tutor"].get(f"{address}&group={house.group}").status_code == 404
    assert house["stranger"].get(address).status_code == 404


def test_a_text_of_a_group_is_theirs_to_report_who_are_to_read_it(house: House, database: Database):
    with database.transaction() as session:
        group = session.scalars(select(factories.StudyGroup).filter_by(slug=house.group)).one()
        text = factories.make_text(session, group_id=group.id)
        passage = session.scalars(select(Passage.id).filter_by(version_id=text.current_version_id)).first()
        reading = factories.make_group_reading(session, group, text=text)
    address = f"/courses/{house.course}/wrong?passage={passage}"
    assert house["student"].get(f"{address}&group={house.group}").status_code == 404
    with database.transaction() as session:
        factories.make_assignment(session, session.get_one(factories.StudyGroup, reading.group_id), reading)
    assert house["student"].get(f"{address}&group={house.group}").status_code == 200
    assert house["stranger"].get(address).status_code == 404


@pytest.mark.parametrize("asked", ["", "passage=x", "item=0", "passage={passage}&item={version}", "item=" + "9" * 40])
def test_what_means_nothing_or_two_things_is_not_there(house: House, asked: str):
    query = asked.format(passage=house.passage, version=house.version)
    assert house["student"].get(f"/courses/{house.course}/wrong?{query}").status_code == 404


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
    assert "It was changed since" in page
    assert "Paragraph 1." in page
    assert "It reads better now." in page


def test_what_still_stands_is_said_to(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    page = house["tutor"].get(f"/reports/{the_report(database).id}").text
    assert "So it stands today." in page
    assert "changed since" not in page


def test_what_was_taken_out_is_said_to_be(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    with database.transaction() as session:
        session.get_one(ItemVersion, house.version).item.retired_at = NOW
    assert "It was taken out since" in house["tutor"].get(f"/reports/{the_report(database).id}").text


def test_who_answers_sees_the_key_and_who_reported_does_not(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    address = f"/reports/{the_report(database).id}"
    assert "It is so." in house["tutor"].get(address).text
    assert "It is so." not in house["student"].get(address).text


def open_attempt(database: Database, user_id: int) -> int:
    with database.transaction() as session:
        place = session.scalars(select(factories.Enrolment).filter_by(user_id=user_id)).one()
        return factories.make_attempt(session, place).id


def submit(database: Database, attempt_id: int) -> None:
    with database.transaction() as session:
        session.get_one(Attempt, attempt_id).submitted_at = NOW


def test_a_tutor_with_an_open_attempt_sees_no_key(house: House, database: Database):
    send(house["student"], house, item=house.version, group=house.group)
    address = f"/reports/{the_report(database).id}"
    attempt = open_attempt(database, house.ids["tutor"])
    assert "It is so." not in house["tutor"].get(address).text
    submit(database, attempt)
    assert "It is so." in house["tutor"].get(address).text


def test_the_words_of_an_answer_wait_while_an_attempt_with_the_question_is_open(house: House, database: Database):
    attempt = open_attempt(database, house.ids["student"])
    send(house["student"], house, item=house.version, group=house.group)
    address = f"/reports/{the_report(database).id}"
    post(house["tutor"], address, {"outcome": "right", "answer": "It is yes."})
    assert "It is yes." not in house["student"].get(address).text
    submit(database, attempt)
    assert "It is yes." in house["student"].get(address).text


def test_thanks_are_said_where_one_was(house: House):
    here = f"/courses/{house.course}/lessons/{house.lesson}?group={house.group}"
    send(house["student"], house, passage=house.passage, group=house.group, back=f"{here}#p-1")
    page = house["student"].get(here).text
    passage = page[page.index('id="p-1"') : page.index('id="p-2"')]
    assert "Thank you. The tutors of your group were told" in passage
    assert page.count("Thank you.") == 2  # and at its head


def test_without_a_tutor_it_is_not_said_that_one_was_told(house: House):
    thanks = house["boss"].get(send(house["boss"], house, passage=house.passage).location).text
    assert "Thank you. Who runs this site was told" in thanks


def test_one_is_led_back_to_this_site_only(house: House):
    sent = send(house["student"], house, passage=house.passage, back="https://elsewhere.example/")
    assert sent.location.startswith("/reports/")


def test_an_answer_without_an_outcome_is_none(house: House, database: Database):
    send(house["student"], house, passage=house.passage, group=house.group)
    answered = post(house["tutor"], f"/reports/{the_report(database).id}", {"answer": "Thank you, I looked at it."})
    assert answered.status_code == 422
    assert "Thank you, I looked at it." in answered.text
    assert the_report(database).closed_at is None


def test_who_answers_has_seen_the_notice(house: House, database: Database):
    send(house["student"], house, passage=house.passage, group=house.group)
    post(house["tutor"], f"/reports/{the_report(database).id}", {"outcome": "mended"})
    with database.transaction(writing=False) as session:
        seen = select(Notice.seen_at).where(Notice.user_id == house.ids["tutor"])
        assert session.scalars(seen).one() is not None


def test_too_many_of_one_person_are_refused(house: House, database: Database):
    answers = [
        send(house["student"], house, passage=house.passage, words=f"{n}").status_code for n in range(MOST_OF_ONE + 1)
    ]
    assert answers == [303] * MOST_OF_ONE + [429]


def test_two_who_answer_at_once_do_not_both_succeed(house: House, database: Database):
    send(house["student"], house, passage=house.passage, group=house.group)
    report_id, together = the_report(database).id, Barrier(2)

    def answer(name: str) -> str:
        together.wait()
        try:
            with database.transaction() as session:
                report = session.get_one(Report, report_id)
                close_report(session, report, outcome=Outcome.mended, answer=name, by_id=house.ids[name], now=NOW)
        except ClosedAlready:
            return ""
        return name

    with ThreadPoolExecutor(2) as pool:
        heard = [name for name in pool.map(answer, ["tutor", "boss"]) if name]
    assert heard == [the_report(database).answer]


def test_a_double_click_at_once_is_one_report(house: House, database: Database):
    together = Barrier(2)

    def report(_click: int) -> int:
        together.wait()
        with database.transaction() as session:
            passage = session.get_one(Passage, house.passage)
            course = session.scalars(select(factories.Course)).one()
            user = session.get_one(User, house.ids["student"])
            return make_report(session, course, user, None, Meant(passage=passage), "Wrong.", now=NOW).id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(report, range(2)))) == 1


def list_of(page: str) -> list[str]:
    return re.findall(r'href="/reports/\d+">([^<]+)<', page)


def test_the_list_has_open_ones_first_and_only_ones_own_or_to_answer(house: House, database: Database):
    for words in ("First.", "Second.", "Third."):
        send(house["student"], house, passage=house.passage, group=house.group, words=words)
    send(house["stranger"], house, passage=house.passage, words="Elsewhere.")
    with database.transaction(writing=False) as session:
        last = session.scalars(select(Report.id).where(Report.words == "Third.")).one()
    post(house["tutor"], f"/reports/{last}", {"outcome": "mended"})
    assert list_of(house["tutor"].get("/reports").text) == ["Second.", "First.", "Third."]
    assert list_of(house["student"].get("/reports").text) == ["Second.", "First.", "Third."]
    assert list_of(house["stranger"].get("/reports").text) == ["Elsewhere."]
    assert list_of(house["boss"].get("/reports").text) == ["Elsewhere.", "Second.", "First.", "Third."]


def test_who_tutors_no_longer_has_nothing_to_answer(house: House, database: Database):
    send(house["student"], house, passage=house.passage, group=house.group)
    with database.transaction() as session:
        place = session.scalars(select(factories.Enrolment).filter_by(user_id=house.ids["tutor"])).one()
        place.left_at = NOW
    assert house["tutor"].get(f"/reports/{the_report(database).id}").status_code == 404


def test_every_question_of_a_sitting_and_of_its_result_can_be_reported(house: House, database: Database):
    attempt = open_attempt(database, house.ids["student"])
    for _ in range(2):
        page = house["student"].get(f"/attempts/{attempt}").text
        ways = re.findall(rf'href="(/courses/{house.course}/wrong\?[^"]*item=\d+[^"]*)"', page)
        assert len(set(ways)) == 3
        assert house["student"].get(ways[0].replace("&amp;", "&")).status_code == 200
        submit(database, attempt)
