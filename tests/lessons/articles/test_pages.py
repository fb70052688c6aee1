"""Reading lists: brought as they come, given with one click, changed by who plans."""

from collections.abc import Iterator
from io import BytesIO

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity
from course.syllabus.models import Assignment
from lessons.articles.models import Article
from tests import factories
from tests.conftest import NOW
from tests.lessons.articles.test_reading import RSS
from tests.test_access import browser_of
from tests.web import post


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A study group with a meeting to come; its people; another group on the course."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group, other = factories.make_group(session, course), factories.make_group(session, course)
            factories.make_meeting(session, group, day=NOW.date())
            self.users = {
                "tutor": factories.make_enrolment(session, group=group, role=Role.tutor).user_id,
                "student": factories.make_enrolment(session, group=group).user_id,
                "other tutor": factories.make_enrolment(session, group=other, role=Role.tutor).user_id,
                "administrator": factories.make_user(session, administrator=True).id,
            }
            self.course, self.group, self.other = course.ident, group.slug, other.slug
        self.articles = f"/groups/{group.slug}/articles"

    def browser(self, who: str) -> FlaskClient:
        return browser_of(self.app, self.database, self.users.get(who))

    def count(self, table: type) -> int:
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def article(self) -> int:
        with self.database.transaction(writing=False) as session:
            return session.scalars(select(Article.id).order_by(Article.id).limit(1)).one()


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


LIST = "The war, by A. Writer: https://example.org/war\nno address here"


def test_a_pasted_list_stands_there_for_members_and_what_could_not_be_read_is_told(circle: Circle) -> None:
    tutor = circle.browser("tutor")
    answer = post(tutor, circle.articles, {"words": LIST})
    assert answer.status_code == 303
    page = tutor.get(answer.location).text
    assert "1 new on the list." in page
    assert "Line 2:" in page
    seen = circle.browser("student").get(circle.articles).text
    assert "https://example.org/war" in seen
    assert "Give it" not in seen


def test_the_file_of_a_feed_is_read(circle: Circle) -> None:
    file = (BytesIO(RSS.encode("windows-1251")), "feed.xml")
    post(circle.browser("tutor"), circle.articles, {"words": "", "file": file}, content_type="multipart/form-data")
    assert "На пути к Октябрю" in circle.browser("student").get(circle.articles).text


def test_what_was_brought_before_comes_once_and_what_was_taken_off_stays_off(circle: Circle) -> None:
    tutor = circle.browser("tutor")
    post(tutor, circle.articles, {"words": LIST})
    post(tutor, f"{circle.articles}/{circle.article()}/remove")
    post(tutor, circle.articles, {"words": LIST})
    assert circle.count(Article) == 1
    assert "https://example.org/war" not in tutor.get(circle.articles).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"words": ""}, "Paste a line or more first"),
        ({"words": "only words"}, "Line 1: There is no address in “only words”"),
        ({"words": "https://example.org/a", "file": (BytesIO(b"<rss/>"), "a.xml")}, "not both"),
        ({"words": "", "file": (BytesIO(b"<html/>"), "a.html")}, "This is no feed"),
        ({"words": "", "file": (BytesIO(b"<rss><channel>"), "a.xml")}, "not well formed in line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_the_field_and_stays_in_it(
    circle: Circle, sent: dict[str, object], said: str
) -> None:
    sent = {
        key: (BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for key, value in sent.items()
    }
    answer = post(circle.browser("tutor"), circle.articles, sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert said in answer.text
    assert str(sent["words"]) in answer.text
    assert circle.count(Article) == 0


def test_one_click_gives_an_article_to_the_group_for_its_next_meeting(circle: Circle) -> None:
    tutor = circle.browser("tutor")
    post(tutor, circle.articles, {"words": LIST})
    for _press in range(2):
        assert post(tutor, f"{circle.articles}/{circle.article()}/give").status_code == 303
    with circle.database.transaction(writing=False) as session:
        [activity] = session.scalars(select(Activity).where(Activity.group_id.is_not(None)))
        [given] = session.scalars(select(Assignment).where(Assignment.activity_id == activity.id))
        assert activity.title == "The war"
        assert given.meeting_id is not None
        assert [notice.user_id for notice in session.scalars(select(Notice))] == [circle.users["student"]]
    assert ">Given<" in tutor.get(circle.articles).text
    assert "The war" in circle.browser("student").get(f"/today?group={circle.group}").text


def test_the_list_of_a_course_is_who_runs_the_sites_and_groups_give_from_it(circle: Circle) -> None:
    list_of_course = f"/courses/{circle.course}/articles"
    assert post(circle.browser("tutor"), list_of_course, {"words": LIST}).status_code == 403
    assert post(circle.browser("administrator"), list_of_course, {"words": LIST}).status_code == 303
    assert "https://example.org/war" in circle.browser("visitor").get(list_of_course).text
    tutor, give = circle.browser("tutor"), f"{circle.articles}/{circle.article()}"
    assert "https://example.org/war" in tutor.get(circle.articles).text
    assert post(tutor, f"{give}/remove").status_code == 403
    assert post(tutor, f"{give}/give").status_code == 303
    assert "Given" not in circle.browser("other tutor").get(f"/groups/{circle.other}/articles").text


def test_the_list_of_one_group_is_nothing_to_another(circle: Circle) -> None:
    post(circle.browser("tutor"), circle.articles, {"words": LIST})
    other = circle.browser("other tutor")
    assert "https://example.org/war" not in other.get(f"/groups/{circle.other}/articles").text
    assert post(other, f"/groups/{circle.other}/articles/{circle.article()}/give").status_code == 404


def test_an_archived_group_reads_its_list_and_changes_nothing(circle: Circle) -> None:
    tutor = circle.browser("tutor")
    post(tutor, circle.articles, {"words": LIST})
    with circle.database.transaction() as session:
        session.scalars(select(StudyGroup).where(StudyGroup.slug == circle.group)).one().archived_at = NOW
    assert tutor.get(circle.articles).status_code == 200
    assert post(tutor, circle.articles, {"words": LIST}).status_code == 409
    assert post(tutor, f"{circle.articles}/{circle.article()}/give").status_code == 409
