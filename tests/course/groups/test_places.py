"""Which place a page and what is sent from it belong to: the one that was shown, whatever other tabs did since."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import CompletionFact
from course.groups.enrolments import ALONE, choose
from course.outline.models import Activity, ActivityKind, Course
from course.users.models import User
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import TOKEN

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def course(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_bare_course(session).ident


def send_first_tick(client, page: str):
    """Press the first tick of a page that was loaded before, with what it carries."""
    form = re.search(r'<form method="post" action="([^"]+/tick[^"]*)".*?</form>', page, re.S)
    assert form
    place = re.search(r'name="group" value="([^"]+)"', form[0])
    fields = {"csrf_token": TOKEN.search(page)[1], "done": "1"} | ({"group": place[1]} if place else {})
    return client.post(form[1].replace("&amp;", "&"), data=fields)


def content(session: Session) -> tuple[Course, Activity]:
    """Return the course there is, and its lesson."""
    course = session.scalars(select(Course)).one()
    return course, factories.activity_of(session, course, ActivityKind.lesson)


def ticks_of(session: Session) -> list[int]:
    return list(session.scalars(select(CompletionFact.enrolment_id).order_by(CompletionFact.id)))


def test_a_page_shown_alone_acts_alone_though_a_group_was_joined_since(app: Application, database: Database, course):
    with database.transaction() as session:
        the_course, lesson = content(session)
        group = factories.make_group(session, the_course)
        alone = factories.make_enrolment(session, course=the_course)
    client = browser_of(app, database, alone.user_id)
    page = client.get(f"/courses/{course}/lessons/{lesson.ident}").text
    with database.transaction() as session:
        factories.make_enrolment(session, session.get_one(User, alone.user_id), group=group, used_at=LATER)

    assert send_first_tick(client, page).status_code == 303

    with database.transaction(writing=False) as session:
        assert ticks_of(session) == [alone.id]


def test_a_page_asked_for_alone_acts_alone_though_the_work_alone_went_along_into_a_group(
    app: Application, database: Database, course
):
    with database.transaction() as session:
        the_course, lesson = content(session)
        brought = factories.make_enrolment(session, group=factories.make_group(session, the_course))
    client = browser_of(app, database, brought.user_id)

    page = client.get(f"/courses/{course}/lessons/{lesson.ident}?group={ALONE}").text  # an address kept from before
    assert send_first_tick(client, page).status_code == 303

    with database.transaction(writing=False) as session:
        assert brought.id not in ticks_of(session)
        assert len(ticks_of(session)) == 1


def test_two_tabs_in_two_groups_stay_apart(app: Application, database: Database, course):
    with database.transaction() as session:
        the_course, lesson = content(session)
        places = [factories.make_enrolment(session, course=the_course, group=factories.make_group(session, the_course))]
        user = places[0].user
        places.append(factories.make_enrolment(session, user, group=factories.make_group(session, the_course)))
        slugs = [place.group.slug for place in places]
    client = browser_of(app, database, user.id)
    first, second = (client.get(f"/courses/{course}/lessons/{lesson.ident}?group={slug}").text for slug in slugs)

    send_first_tick(client, second)
    send_first_tick(client, first)

    with database.transaction(writing=False) as session:
        assert ticks_of(session) == [places[1].id, places[0].id]


def test_a_page_of_a_group_links_to_nothing_outside_it_but_today_to_the_other_places(
    app: Application, database: Database, course
):
    with database.transaction() as session:
        the_course, lesson = content(session)
        place = factories.make_enrolment(session, group=factories.make_group(session, the_course))
        factories.make_enrolment(session, place.user, the_course, used_at=LATER)
        slug = place.group.slug
    client = browser_of(app, database, place.user_id)

    for path in (f"/courses/{course}/lessons/{lesson.ident}", f"/courses/{course}", "/today"):
        page = client.get(f"{path}?group={slug}").text
        links = re.findall(r'href="(/(?:courses|today)[^"#]*)', page)
        assert links
        elsewhere = {f"/today?group={ALONE}"} if path == "/today" else set()
        assert {link for link in links if f"group={slug}" not in link} == elsewhere


def test_a_page_alone_says_so_in_its_links_to_who_is_also_in_a_group(app: Application, database: Database, course):
    with database.transaction() as session:
        the_course, _lesson = content(session)
        place = factories.make_enrolment(session, group=factories.make_group(session, the_course), used_at=LATER)
        factories.make_enrolment(session, place.user, the_course)
    client = browser_of(app, database, place.user_id)

    page = client.get(f"/courses/{course}?group={ALONE}").text

    assert "Studying alone" in page
    links = re.findall(r'href="(/(?:courses/[^"#]+/lessons|today)[^"#]*)', page)
    assert links
    assert [link for link in links if f"group={ALONE}" not in link] == []


def test_an_act_in_an_archived_group_is_refused(app: Application, database: Database, course):
    with database.transaction() as session:
        the_course, lesson = content(session)
        group = factories.make_group(session, the_course)
        place = factories.make_enrolment(session, group=group)
    client = browser_of(app, database, place.user_id)
    page = client.get(f"/courses/{course}/lessons/{lesson.ident}?group={group.slug}").text
    with database.transaction() as session:
        session.merge(group).archived_at = NOW

    assert send_first_tick(client, page).status_code == 409


def test_without_a_name_a_page_is_of_the_place_last_used_that_is_not_archived(session: Session):
    the_course = factories.make_bare_course(session)
    over = factories.make_group(session, the_course, archived_at=NOW)
    archived = factories.make_enrolment(session, group=over, used_at=LATER)
    alone = factories.make_enrolment(session, archived.user, the_course)

    assert choose([archived, alone], None) is alone
    assert choose([archived, alone], over.slug) is archived
    assert choose([archived], None) is None


def test_a_lesson_without_prompts_is_shown_in_a_group(app: Application, database: Database):
    with database.transaction() as session:
        the_course = factories.make_empty_course(session)
        lesson = factories.make_lesson(session, the_course, factories.make_unit(session, the_course))
        place = factories.make_enrolment(session, group=factories.make_group(session, the_course))
        address = f"/courses/{the_course.ident}/lessons/{lesson.ident}?group={place.group.slug}"
    client = browser_of(app, database, place.user_id)

    assert client.get(address).status_code == 200
