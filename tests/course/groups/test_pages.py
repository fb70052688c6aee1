"""Study groups through their pages: opened, joined with work or afresh, run, left, archived."""

import re
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion
from course.completion.records import tick
from course.groups.models import Enrolment, Invitation, JoinRequest, Role, StudyGroup
from course.groups.opening import LONGEST_SLUG, NO_SLUGS, slug_of
from course.notices.models import Notice
from course.outline.models import ActivityKind, Course
from course.users.models import User
from kruzhok.completions import rebuild
from quizzes.models import Attempt
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post

LINK = re.compile(r'value="http://localhost(/join/[^"]+)"')


class Circle(NamedTuple):
    """A group with an organiser, who is its tutor, and somebody who is not in it."""

    slug: str
    course: str
    boss: FlaskClient
    boss_id: int
    vera: FlaskClient
    vera_id: int


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    with database.transaction() as session:
        course = factories.make_bare_course(session)
        boss, vera = factories.make_user(session, name="Boss"), factories.make_user(session, name="Vera")
        names = course.ident, boss.id, vera.id
    client = browser_of(app, database, names[1])
    opened = post(
        client, f"/courses/{names[0]}/groups/new", {"name": "Thursday Circle", "role": "tutor", "zone": "UTC"}
    )
    slug = opened.location.split("/")[-2]
    return Circle(slug, names[0], client, names[1], browser_of(app, database, names[2]), names[2])


def invite(circle: Circle, **fields: str) -> str:
    """Return the path of a new link into the group."""
    told = {"role": "student", "way": "at-once", "uses": "", "days": "14"} | fields
    made = post(circle.boss, f"/groups/{circle.slug}/invitations", told)
    assert made.status_code == 303
    links = LINK.findall(circle.boss.get(made.location).text)
    assert len(links) == 1
    return str(links[0])


def place_of(session: Session, circle: Circle, user_id: int) -> Enrolment | None:
    """Return the live place of a user in the group."""
    group = select(StudyGroup.id).where(StudyGroup.slug == circle.slug).scalar_subquery()
    mine = select(Enrolment).where(Enrolment.user_id == user_id, Enrolment.group_id == group)
    return session.scalar(mine.where(Enrolment.left_at.is_(None)))


def told(session: Session, user_id: int) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.user_id == user_id).order_by(Notice.id)))


# Opening


def test_who_opens_a_group_holds_its_keys(circle: Circle, database: Database):
    with database.transaction(writing=False) as session:
        mine = place_of(session, circle, circle.boss_id)
        assert (circle.slug, mine.role, mine.organiser) == ("thursday-circle", Role.tutor, True)


def test_two_groups_of_one_name_have_two_addresses(circle: Circle):
    opened = post(circle.boss, f"/courses/{circle.course}/groups/new", {"name": "Thursday circle", "zone": "UTC"})
    assert opened.location == "/groups/thursday-circle-2/invitations"


@given(st.text(max_size=100))
def test_any_name_makes_an_address(name: str):
    slug = slug_of(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert slug not in NO_SLUGS
    assert len(slug) <= LONGEST_SLUG + len("-group")


def test_a_group_without_a_name_is_not_opened_and_what_was_typed_stays(circle: Circle):
    page = post(
        circle.boss, f"/courses/{circle.course}/groups/new", {"name": "  ", "about": "On Mondays", "zone": "UTC"}
    )
    assert page.status_code == 422
    assert "Say how the group is called" in page.text
    assert "On Mondays" in page.text


# Joining


def test_a_link_leads_a_visitor_to_an_account_and_back(app: Application, circle: Circle):
    link = invite(circle)
    page = app.test_client().get(link).text
    assert "Thursday Circle" in page
    ways = [unquote(way) for way in re.findall(r'href="(/sign-(?:up|in)\?[^"]+)"', page)]
    assert ways == [f"/sign-up?next={link}", f"/sign-in?next={link}"]


def test_who_comes_by_a_link_signs_up_and_joins(app: Application, circle: Circle):
    link, visitor = invite(circle), app.test_client()
    (way,) = re.findall(r'href="(/sign-up[^"]+)"', visitor.get(link).text)
    account = {"email": "lida@example.org", "name": "Lida", "password": "peace, land and bread"}
    back = post(
        visitor, unquote(way), account | dict(re.findall(r'name="(next)" value="([^"]+)"', visitor.get(way).text))
    )
    assert back.location == link
    assert "Who will see what" in visitor.get(back.location).text
    assert post(visitor, link).location == f"/groups/{circle.slug}"
    assert "Lida" in visitor.get(f"/groups/{circle.slug}/members").text


def test_a_link_is_shown_whole_once(circle: Circle):
    link = invite(circle)
    page = circle.boss.get(f"/groups/{circle.slug}/invitations").text
    assert link not in page
    assert LINK.findall(page) == []
    assert "Open" in page


def test_nothing_done_alone_is_nothing_to_be_asked_about(circle: Circle, database: Database):
    link = invite(circle)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
    assert 'name="bring"' not in circle.vera.get(link).text
    with database.transaction() as session:
        reading = factories.activity_of(session, session.scalars(select(Course)).one(), ActivityKind.reading)
        tick(session, alone, reading, done=True, by_id=circle.vera_id, now=NOW)
        rebuild(session, [alone], now=NOW)
    assert 'name="bring"' in circle.vera.get(link).text


def test_a_member_who_follows_the_link_is_led_to_the_group(circle: Circle):
    link = invite(circle)
    post(circle.vera, link)
    assert circle.vera.get(link).location == f"/groups/{circle.slug}"


def test_who_joins_afresh_keeps_what_they_did_alone_beside(circle: Circle, database: Database):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
    assert post(circle.vera, invite(circle), {"bring": "afresh"}).location == f"/groups/{circle.slug}"
    with database.transaction(writing=False) as session:
        assert place_of(session, circle, circle.vera_id).id != alone.id
        assert session.get_one(Enrolment, alone.id).group_id is None
        assert told(session, circle.boss_id) == ["joined"]


def test_who_brings_their_work_has_it_in_the_group(circle: Circle, database: Database):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
        factories.make_attempt(session, alone)
        reading = factories.activity_of(session, course, ActivityKind.reading)
        tick(session, alone, reading, done=True, by_id=circle.vera_id, now=NOW)
    post(circle.vera, invite(circle), {"bring": "bring"})
    with database.transaction() as session:
        mine = place_of(session, circle, circle.vera_id)
        assert mine.id == alone.id
        assert mine.joined_at > NOW
        assert session.scalar(select(func.count(Attempt.id)).where(Attempt.enrolment_id == mine.id)) == 1


def test_what_is_done_is_built_anew_by_the_rules_of_the_group(circle: Circle, database: Database):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        reading = factories.activity_of(session, course, ActivityKind.reading)
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
        tick(session, alone, reading, done=True, by_id=circle.vera_id, now=NOW)
        rebuild(session, [alone], now=NOW)
        session.execute(delete(Completion))  # as if other rules had held
    post(circle.vera, invite(circle), {"bring": "bring"})
    with database.transaction() as session:
        assert factories.states_of(session, alone.id)[reading.id] == "done"


def test_attempts_made_alone_are_not_counted_by_the_limit_of_the_group(circle: Circle, database: Database):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        quiz = factories.activity_of(session, course, ActivityKind.quiz)
        session.execute(factories.update_quiz(quiz.id, attempts_allowed=1))
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
        factories.make_attempt(session, alone, started_at=NOW, submitted_at=NOW + timedelta(minutes=1), points=1.0)
        ident = quiz.ident
    address = f"/courses/{circle.course}/quizzes/{ident}"
    assert post(circle.vera, address, {"group": "alone"}).status_code == 409
    post(circle.vera, invite(circle), {"bring": "bring"})

    assert "One attempt left" in circle.vera.get(f"{address}?group={circle.slug}").text
    begun = post(circle.vera, address, {"group": circle.slug})

    assert begun.status_code == 303
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Attempt.number).order_by(Attempt.number)).all() == [1, 2]


def test_joining_twice_is_one_place_and_one_use(circle: Circle, database: Database):
    link = invite(circle)
    for _ in range(2):
        assert post(circle.vera, link, {"bring": "afresh"}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.scalars(select(Invitation.uses)).one() == 1


def test_a_link_for_one_lets_one_in(app: Application, circle: Circle, database: Database):
    link = invite(circle, uses="1")
    with database.transaction() as session:
        other = factories.make_user(session).id
    assert post(circle.vera, link).status_code == 303
    late = browser_of(app, database, other)
    assert late.get(link).status_code == 410
    assert post(late, link).status_code == 410
    with database.transaction(writing=False) as session:
        assert place_of(session, circle, other) is None


def test_a_link_taken_back_or_expired_lets_nobody_in(circle: Circle, database: Database):
    link = invite(circle)
    with database.transaction(writing=False) as session:
        invitation_id = session.scalars(select(Invitation.id)).one()
    post(circle.boss, f"/groups/{circle.slug}/invitations/{invitation_id}/revoke")
    assert "taken back" in circle.vera.get(link).text
    expired = invite(circle)
    with database.transaction() as session:
        session.scalars(select(Invitation).order_by(Invitation.id.desc())).first().expires_at = NOW
    assert "expired" in circle.vera.get(expired).text


def test_by_approval_one_is_in_when_an_organiser_says_so_with_the_work_one_meant_to_bring(
    circle: Circle, database: Database
):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        alone = factories.make_enrolment(session, session.get_one(User, circle.vera_id), course)
    link = invite(circle, way="by-approval")
    for _ in range(2):
        assert post(circle.vera, link, {"bring": "bring", "words": "I am Anna’s friend"}).location == "/groups"
    assert "You have asked to join" in circle.vera.get(link).text
    assert "Thursday Circle" in circle.vera.get("/groups").text
    assert circle.vera.get(f"/groups/{circle.slug}").status_code == 404
    assert "Anna’s friend" in circle.boss.get(f"/groups/{circle.slug}/members").text
    with database.transaction(writing=False) as session:
        request_id = session.scalars(select(JoinRequest.id)).one()
        assert told(session, circle.boss_id) == ["asked"]

    address = f"/groups/{circle.slug}/requests/{request_id}"
    assert post(circle.boss, address, {"answer": "accept"}).status_code == 303
    assert post(circle.boss, address, {"answer": "decline"}).status_code == 409

    assert circle.vera.get(f"/groups/{circle.slug}").status_code == 200
    with database.transaction(writing=False) as session:
        assert place_of(session, circle, circle.vera_id).id == alone.id
        assert told(session, circle.vera_id) == ["decided"]


def test_who_is_declined_is_told_and_not_in(circle: Circle, database: Database):
    post(circle.vera, invite(circle, way="by-approval"))
    with database.transaction(writing=False) as session:
        request_id = session.scalars(select(JoinRequest.id)).one()
    post(circle.boss, f"/groups/{circle.slug}/requests/{request_id}", {"answer": "decline"})
    with database.transaction(writing=False) as session:
        assert place_of(session, circle, circle.vera_id) is None
        assert told(session, circle.vera_id) == ["decided"]


# Running and leaving


def member_id(database: Database, circle: Circle, user_id: int) -> str:
    with database.transaction(writing=False) as session:
        return str(place_of(session, circle, user_id).id)


def test_the_keys_can_be_handed_over_and_are_never_lost(circle: Circle, database: Database):
    post(circle.vera, invite(circle))
    members = f"/groups/{circle.slug}/members"
    boss, vera = (member_id(database, circle, user) for user in (circle.boss_id, circle.vera_id))
    assert post(circle.boss, members, {"do": "take-keys", "enrolment": boss}).status_code == 409
    assert post(circle.boss, f"/groups/{circle.slug}/leave").status_code == 409

    post(circle.boss, members, {"do": "give-keys", "enrolment": vera})
    post(circle.boss, members, {"do": "take-keys", "enrolment": boss})

    assert circle.boss.get(f"/groups/{circle.slug}/settings").status_code == 403
    assert circle.vera.get(f"/groups/{circle.slug}/settings").status_code == 200
    with database.transaction(writing=False) as session:
        assert told(session, circle.vera_id) == ["keys"]


def test_who_leaves_may_begin_alone_again_and_come_back_to_their_place(circle: Circle, database: Database):
    link = invite(circle)
    post(circle.vera, link)
    before = member_id(database, circle, circle.vera_id)
    assert post(circle.vera, f"/groups/{circle.slug}/leave").status_code == 303
    assert circle.vera.get(f"/groups/{circle.slug}").status_code == 404
    assert circle.vera.get(f"/courses/{circle.course}?group={circle.slug}").status_code == 404
    assert circle.vera.get(f"/courses/{circle.course}").status_code == 200
    assert "take up the place you had" in circle.vera.get(link).text

    post(circle.vera, link)

    assert member_id(database, circle, circle.vera_id) == before


def test_who_is_removed_is_told_and_sees_nothing(circle: Circle, database: Database):
    post(circle.vera, invite(circle))
    vera = member_id(database, circle, circle.vera_id)
    post(circle.boss, f"/groups/{circle.slug}/members", {"do": "remove", "enrolment": vera})
    assert circle.vera.get(f"/groups/{circle.slug}").status_code == 404
    with database.transaction(writing=False) as session:
        assert told(session, circle.vera_id) == ["removed"]


def test_who_comes_back_is_told_of_again(circle: Circle, database: Database):
    link = invite(circle)
    post(circle.vera, link)
    with database.transaction() as session:
        session.execute(update(Notice).values(seen_at=NOW))
    post(circle.vera, f"/groups/{circle.slug}/leave")
    post(circle.vera, link)
    with database.transaction(writing=False) as session:
        notice = session.scalars(select(Notice).where(Notice.user_id == circle.boss_id)).one()
        assert (notice.kind, notice.seen_at) == ("joined", None)


def test_what_one_does_oneself_is_told_to_nobody(circle: Circle, database: Database):
    post(circle.vera, invite(circle))
    members = f"/groups/{circle.slug}/members"
    boss, vera = (member_id(database, circle, user) for user in (circle.boss_id, circle.vera_id))
    post(circle.boss, members, {"do": "give-keys", "enrolment": vera})
    assert post(circle.boss, members, {"do": "remove", "enrolment": boss}).location == "/groups"
    with database.transaction(writing=False) as session:
        assert told(session, circle.boss_id) == ["joined"]


def test_a_button_that_is_none_changes_nothing(circle: Circle, database: Database):
    boss = member_id(database, circle, circle.boss_id)
    assert post(circle.boss, f"/groups/{circle.slug}/members", {"do": "crown", "enrolment": boss}).status_code == 400


def test_a_role_is_given_and_taken(circle: Circle, database: Database):
    post(circle.vera, invite(circle))
    vera = member_id(database, circle, circle.vera_id)
    for act, role in (("make-tutor", Role.tutor), ("make-student", Role.student)):
        post(circle.boss, f"/groups/{circle.slug}/members", {"do": act, "enrolment": vera})
        with database.transaction(writing=False) as session:
            assert place_of(session, circle, circle.vera_id).role is role


def test_a_link_for_tutors_makes_a_tutor(circle: Circle, database: Database):
    post(circle.vera, invite(circle, role="tutor"))
    with database.transaction(writing=False) as session:
        mine = place_of(session, circle, circle.vera_id)
        assert (mine.role, mine.organiser) == (Role.tutor, False)


def test_the_settings_say_anew_what_the_group_is_and_keep_its_address(circle: Circle, database: Database):
    said = {"name": "Friday Circle", "about": "At the library", "zone": "Europe/Vienna"}
    assert post(circle.boss, f"/groups/{circle.slug}/settings", said).status_code == 303
    with database.transaction(writing=False) as session:
        group = session.scalars(select(StudyGroup)).one()
        assert {name: getattr(group, name) for name in said} == said
        assert (group.slug, group.write_first) == (circle.slug, False)


def test_an_organiser_lets_the_group_write_before_it_sees(circle: Circle, database: Database):
    page = circle.boss.get(f"/groups/{circle.slug}/settings").text
    assert 'name="write_first"' in page
    said = {"name": "Friday Circle", "zone": "Europe/Vienna", "write_first": "y"}
    post(circle.boss, f"/groups/{circle.slug}/settings", said)
    with database.transaction(writing=False) as session:
        assert session.scalars(select(StudyGroup)).one().write_first


def test_an_organiser_changes_nobody_of_another_group(app: Application, circle: Circle, database: Database):
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        other = factories.make_enrolment(session, group=factories.make_group(session, course)).id
    sent = post(circle.boss, f"/groups/{circle.slug}/members", {"do": "remove", "enrolment": str(other)})
    assert sent.status_code == 404


def test_an_archived_group_lets_nobody_in_and_can_be_opened_again(circle: Circle):
    link = invite(circle)
    post(circle.boss, f"/groups/{circle.slug}/archive")
    assert circle.vera.get(link).status_code == 410
    for act in ("invitations", "members", "settings"):
        assert post(circle.boss, f"/groups/{circle.slug}/{act}", {"name": "N", "zone": "UTC"}).status_code == 409
    post(circle.boss, f"/groups/{circle.slug}/reopen")
    assert circle.vera.get(link).status_code == 200


def test_the_last_organiser_may_leave_what_is_archived(circle: Circle, database: Database):
    post(circle.boss, f"/groups/{circle.slug}/archive")
    assert post(circle.boss, f"/groups/{circle.slug}/leave").status_code == 303
    with database.transaction(writing=False) as session:
        assert place_of(session, circle, circle.boss_id) is None


# How much is asked of the database


@pytest.mark.parametrize("page", ["members", "invitations", "settings", "leave"])
def test_three_hundred_members_ask_for_no_more_than_three(circle: Circle, database: Database, page: str):
    address, counts = f"/groups/{circle.slug}/{page}", []
    for more in (3, 297):
        with database.transaction() as session:
            group = session.scalars(select(StudyGroup)).one()
            for _ in range(more):
                factories.make_enrolment(session, group=group)
        circle.boss.get(address)
        with counted(database) as said:
            assert circle.boss.get(address).status_code == 200
        counts.append(len(said))
    assert counts[0] == counts[1] <= 6
