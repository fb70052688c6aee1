"""The pages on which a group is parted: what is typed is kept, what is refused says why, nothing is made twice."""

import re
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Division, Enrolment, Role, StudyGroup, Subgroup
from course.syllabus.models import AssignmentTarget
from lessons.discussion.posts import write_post
from lessons.models import Prompt
from lessons.notes.models import Note
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post


class House(NamedTuple):
    """A tutor at work, and a group of eight students."""

    tutor: FlaskClient
    student: FlaskClient
    at: str
    group: int
    students: list[int]


@pytest.fixture
def house(app: Application, database: Database) -> House:
    with database.transaction() as session:
        group = factories.make_group(session, factories.make_bare_course(session))
        tutor = factories.make_enrolment(session, group=group, role=Role.tutor)
        students = [
            factories.make_enrolment(session, factories.make_user(session, name=f"Student {number}"), group=group)
            for number in range(8)
        ]
        told: dict[str, Any] = {"at": f"/groups/{group.slug}", "group": group.id, "students": [s.id for s in students]}
        users = tutor.user_id, students[0].user_id
    tutor_browser, student = (browser_of(app, database, user) for user in users)
    return House(tutor_browser, student, **told)


def hidden(page: str) -> dict[str, str]:
    """Return what the hidden fields of the form that makes a division say."""
    form = re.search(r'<form method="post" action="[^"]*/subgroups/part">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    return {key: said for key, said in found.items() if key != "csrf_token"}


def test_the_group_is_parted_as_the_preview_shows_it(house: House, database: Database) -> None:
    shown = house.tutor.get(f"{house.at}/subgroups/part?size=4", follow_redirects=True)
    assert "It is the first" in shown.text
    sent = hidden(shown.text)
    for _press in range(2):
        made = post(house.tutor, f"{house.at}/subgroups/part", sent)
        assert made.status_code == 303
    with database.transaction(writing=False) as session:
        assert len(session.scalars(select(Division)).all()) == 1
        assert session.scalars(select(Subgroup.name).order_by(Subgroup.name)).all() == ["1A", "1B"]
    listed = house.tutor.get(f"{house.at}/subgroups").text
    assert "Division 1" in listed
    assert "1A" in house.student.get(house.at).text or "1B" in house.student.get(house.at).text
    again = house.tutor.get(f"{house.at}/subgroups/part?size=4&seed=3").text
    assert "meet again" in again or "meets again" in again


def test_who_joined_meanwhile_is_in_the_preview_that_is_shown_again(house: House, database: Database) -> None:
    sent = hidden(house.tutor.get(f"{house.at}/subgroups/part?size=4&seed=3").text)
    with database.transaction() as session:
        group = session.get_one(StudyGroup, house.group)
        factories.make_enrolment(session, factories.make_user(session, name="Late"), group=group)
    refused = post(house.tutor, f"{house.at}/subgroups/part", sent)
    assert refused.status_code == 409
    assert "Late" in refused.text
    assert post(house.tutor, f"{house.at}/subgroups/part", hidden(refused.text)).status_code == 303
    with database.transaction() as session:
        group = session.get_one(StudyGroup, house.group)
        factories.make_enrolment(session, factories.make_user(session, name="Later"), group=group)
    assert "In none of them: Later." in house.tutor.get(f"{house.at}/subgroups").text
    assert post(house.tutor, f"{house.at}/subgroups/1/latecomers", {}).status_code == 303
    assert "In none of them" not in house.tutor.get(f"{house.at}/subgroups").text


@pytest.mark.parametrize("size", ["", "1", "11", "many", "99999999999999999999"])
def test_a_size_that_is_none_is_answered_beside_the_field(house: House, size: str) -> None:
    refused = house.tutor.get(f"{house.at}/subgroups/part?size={size}")
    assert refused.status_code == 422
    assert 'id="size-error"' in refused.text


def test_what_is_wrong_with_one_by_hand_is_said_beside_it(house: House) -> None:
    ids = [str(one) for one in house.students[:2]]
    refused = post(house.tutor, f"{house.at}/subgroups", {"name": "", "members": ids})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 2
    assert post(house.tutor, f"{house.at}/subgroups", {"name": "Readers"}).status_code == 422
    assert post(house.tutor, f"{house.at}/subgroups", {"name": "Readers", "members": ["999999"]}).status_code == 422
    assert post(house.tutor, f"{house.at}/subgroups", {"name": "Readers", "members": ids}).status_code == 303
    taken = post(house.tutor, f"{house.at}/subgroups", {"name": "Readers", "members": ids[:1]})
    assert taken.status_code == 409
    assert "Another subgroup is called so" in taken.text
    assert 'value="Readers"' in taken.text


def test_a_subgroup_is_renamed_its_members_moved_and_it_is_dissolved(house: House, database: Database) -> None:
    ids = [str(one) for one in house.students[:3]]
    for name in ("Readers", "Writers"):
        post(house.tutor, f"{house.at}/subgroups", {"name": name, "members": ids[:2]})
    with database.transaction(writing=False) as session:
        readers = session.scalars(select(Subgroup.id).filter_by(name="Readers")).one()
    address = f"{house.at}/subgroups/of/{readers}"
    assert house.tutor.get(address).text.count(" checked") == 2
    assert post(house.tutor, address, {"name": "Writers", "members": ids}).status_code == 409
    assert post(house.tutor, address, {"name": "Those who read", "members": ids}).status_code == 303
    assert "Those who read" in house.tutor.get(f"{house.at}/subgroups").text
    assert post(house.tutor, f"{address}/dissolve", {}).status_code == 303
    assert house.tutor.get(address).status_code == 404


@pytest.mark.parametrize("by", ["post", "note", "assignment"])
def test_one_that_is_used_is_not_dissolved(house: House, database: Database, by: str) -> None:
    with database.transaction() as session:
        group, member = session.get_one(StudyGroup, house.group), session.get_one(Enrolment, house.students[0])
        some = factories.make_subgroup(session, group, member, name="Readers")
        lesson = factories.make_lesson(session, group.course)
        prompt = session.scalars(select(Prompt).filter_by(activity_id=factories.make_prompt(session, lesson).id)).one()
        given = factories.make_assignment(session, group, lesson)
        target = factories.add(
            session, AssignmentTarget(assignment_id=given.id, group_id=group.id, subgroup_id=some.id)
        )
        if by == "post":
            write_post(session, member, prompt, "Words.", once=None, base=0, now=NOW)
        if by == "note":
            text = factories.notes_of(session, lesson)
            factories.make_note(session, member, text, shared_at=NOW, subgroup_id=some.id)
        if by != "assignment":
            session.delete(target)
        address = f"{house.at}/subgroups/of/{some.id}"
    refused = post(house.tutor, f"{address}/dissolve", {})
    assert refused.status_code == 409
    said = "Something is given to this subgroup" if by == "assignment" else "Something was written in this subgroup"
    assert said in refused.text
    assert house.tutor.get(address).status_code == 200


def test_a_note_that_was_taken_back_keeps_nothing_together(house: House, database: Database) -> None:
    with database.transaction() as session:
        group, member = session.get_one(StudyGroup, house.group), session.get_one(Enrolment, house.students[0])
        some = factories.make_subgroup(session, group, member, name="Readers")
        note = factories.make_note(session, member, factories.make_text(session, group.course), subgroup_id=some.id).id
        address = f"{house.at}/subgroups/of/{some.id}"
    assert post(house.tutor, f"{address}/dissolve", {}).status_code == 303
    with database.transaction(writing=False) as session:
        assert session.get_one(Note, note).subgroup_id is None


def test_in_an_archived_group_nothing_changes(house: House, database: Database) -> None:
    sent = hidden(house.tutor.get(f"{house.at}/subgroups/part?size=4&seed=3").text)
    with database.transaction() as session:
        session.get_one(StudyGroup, house.group).archived_at = NOW
    assert post(house.tutor, f"{house.at}/subgroups/part", sent).status_code == 409
    members = [str(house.students[0])]
    assert post(house.tutor, f"{house.at}/subgroups", {"name": "Readers", "members": members}).status_code == 409
    page = house.tutor.get(f"{house.at}/subgroups")
    assert page.status_code == 200
    assert "Part the group" not in page.text


def test_members_see_their_own_subgroup_on_the_page_of_the_group(house: House, database: Database) -> None:
    assert house.student.get(f"{house.at}/subgroups").status_code == 403
    assert "Your subgroup" not in house.student.get(house.at).text
    with database.transaction() as session:
        group = session.get_one(StudyGroup, house.group)
        members = [session.get_one(Enrolment, one) for one in house.students]
        factories.make_subgroup(session, group, *members[:2], name="Readers")
        factories.make_subgroup(session, group, *members[2:4], name="Writers")
    page = house.student.get(house.at).text
    assert "Your subgroup" in page
    assert "Readers" in page
    assert "Student 1" in page
    assert "Writers" not in page


def test_a_division_leads_to_where_something_is_given_to_all_of_it(house: House) -> None:
    sent = hidden(house.tutor.get(f"{house.at}/subgroups/part?size=4&seed=3").text)
    post(house.tutor, f"{house.at}/subgroups/part", sent)
    link = re.search(r'href="([^"]*/assign\?[^"]*)"', house.tutor.get(f"{house.at}/subgroups").text)
    assert link is not None
    assert house.tutor.get(link[1].replace("&amp;", "&")).text.count(" checked> 1") == 2
