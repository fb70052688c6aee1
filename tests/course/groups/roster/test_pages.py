"""Rosters through their pages: brought, looked at, taken over; bad input beside what was sent, the rest usable."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import NamedTuple

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from course.base.csv_files import read_csv
from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.groups.models import Enrolment, Invitation, Roster, StudyGroup, Subgroup, SubgroupMember
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post

PAGE = "/groups/circle/roster"
MARK = re.compile(r'name="mark" value="([^"]+)"')


class Circle(NamedTuple):
    """The organiser of a study group, and somebody who is not in it."""

    boss: FlaskClient
    rosa: FlaskClient
    database: Database
    app: Application

    def bring(self, words: str | bytes, /, **more: str) -> TestResponse:
        if isinstance(words, bytes):
            return post(self.boss, PAGE, {"file": (BytesIO(words), "class.csv"), **more})
        return post(self.boss, PAGE, {"words": words, **more})

    def take(self, address: str, **fields: str) -> TestResponse:
        mark = MARK.search(self.boss.get(address).text)
        assert mark
        return post(self.boss, address, {"mark": mark[1], "subgroups": "y", **fields})

    def invite(self, words: str, **fields: str) -> TestResponse:
        return self.take(self.bring(words).location, **fields)

    def count(self, table: type) -> int:
        with self.database.transaction(writing=False) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    app.config["SENDS_LETTERS"] = True
    with database.transaction() as session:
        group = factories.make_group(session, factories.make_bare_course(session), slug="circle")
        boss, rosa = (factories.make_user(session, name=name) for name in ("Boss", "Rosa"))
        factories.make_enrolment(session, boss, group=group, organiser=True)
        users = boss.id, rosa.id
    return Circle(*(browser_of(app, database, one) for one in users), database, app)


def test_a_roster_is_brought_looked_at_and_taken_over(circle: Circle) -> None:
    brought = circle.bring("Имя;Почта;Группа\nРоза;rosa@example.org;Чтецы\n".encode("cp1251"))
    assert brought.status_code == 303
    page = circle.boss.get(brought.location).text
    assert "rosa@example.org" in page
    assert "windows-1251" in page
    assert "A subgroup is made: Чтецы." in page
    assert circle.count(Invitation) == 0
    taken = circle.take(brought.location)
    assert (taken.status_code, taken.location) == (303, PAGE)
    after = circle.boss.get(PAGE).text
    assert "One letter is on its way." in after
    assert "rosa@example.org" in after
    assert (circle.count(Invitation), circle.count(Job)) == (1, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Choose a file first"),
        ("Vera\nAda\n", "There is no e-mail in it"),
        (b"PK\x03\x04", "This is a workbook, not a CSV file"),
        (b"\n\n", "There is nothing in it"),
        ("a@example.org\n" * 10_001, "Line 10001 is one too many"),
    ],
)
def test_what_is_no_roster_is_refused_beside_it(circle: Circle, words: str | bytes, said: str) -> None:
    refused = circle.bring(words)
    assert refused.status_code == 422
    assert said in refused.text
    if isinstance(words, str):
        assert words.strip()[:40] in refused.text
    assert circle.count(Roster) == 0


def test_a_file_and_rows_together_are_asked_back(circle: Circle) -> None:
    refused = circle.bring(b"a@example.org", words="b@example.org")
    assert refused.status_code == 422
    assert "not both" in refused.text


def test_broken_rows_stand_beside_their_line_and_the_rest_is_taken(circle: Circle) -> None:
    address = circle.bring("name;email\nVera;vera\nRosa;rosa@example.org\nRosa;Rosa@example.org\n").location
    page = circle.boss.get(address).text
    assert "An e-mail looks like name@example.org." in page
    assert "the same e-mail as in line 3" in page
    assert "Take over 1 row " in page
    circle.take(address)
    assert circle.count(Invitation) == 1


def test_of_a_long_roster_a_page_is_shown_and_each_kind_by_itself(circle: Circle) -> None:
    words = "email\n" + "".join(f"n{n}@example.org\n" for n in range(9_998)) + "broken\n"
    address = circle.bring(words).location
    page = circle.boss.get(address).text
    assert "n99@example.org" in page
    assert "n100@example.org" not in page
    assert "Take over 9,998 rows" in page
    assert "n100@example.org" in circle.boss.get(f"{address}?page=2").text
    broken = circle.boss.get(f"{address}?show=broken").text
    assert "1 row that cannot be read" in broken
    assert "n1@example.org" not in broken
    assert circle.boss.get(f"{address}?show=nonsense&page=x").status_code == 200


def test_two_presses_invite_once(circle: Circle) -> None:
    address = circle.bring("rosa@example.org").location
    mark = MARK.search(circle.boss.get(address).text)
    assert mark
    for _press in range(2):
        assert post(circle.boss, address, {"mark": mark[1]}).status_code == 303
    assert (circle.count(Invitation), circle.count(Job)) == (1, 1)


def test_what_changed_since_it_was_seen_is_shown_again(circle: Circle) -> None:
    address = circle.bring("rosa@example.org\nada@example.org").location
    refused = post(circle.boss, address, {"mark": "of another", "way": "links"})
    assert refused.status_code == 409
    assert "Look at the list once more" in refused.text
    assert circle.count(Invitation) == 0


def test_without_mail_the_links_come_as_a_file_once(circle: Circle) -> None:
    circle.app.config["SENDS_LETTERS"] = False
    address = circle.bring("Rosa,rosa@example.org").location
    assert "This site sends no letters" in circle.boss.get(address).text
    given = circle.take(address)
    assert (given.status_code, given.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    heads, row = (row.cells for row in read_csv(given.data).rows)
    assert heads == ["E-mail", "Name", "Link, for one person", "Until"]
    assert row[:2] == ["rosa@example.org", "Rosa"]
    assert row[2].startswith("http://localhost/join/")
    assert circle.count(Job) == 0
    assert post(circle.boss, address, {"mark": "x"}).status_code == 303


def test_links_can_be_wanted_where_letters_are_sent(circle: Circle) -> None:
    given = circle.invite("rosa@example.org", way="links")
    assert given.status_code == 200
    assert circle.count(Job) == 0


def test_whoever_opens_the_link_joins_and_is_in_the_subgroup(circle: Circle) -> None:
    given = circle.invite("email,subgroup\nrosa@example.org,Readers A\n", way="links")
    link = read_csv(given.data).rows[1].cells[2].removeprefix("http://localhost")
    page = circle.rosa.get(link).text
    assert "The invitation went to r…@example.org" in page
    assert "rosa@example.org" not in page
    assert post(circle.rosa, link).location == "/groups/circle"
    with circle.database.transaction(writing=False) as session:
        names = select(Subgroup.name).join(SubgroupMember, SubgroupMember.subgroup_id == Subgroup.id)
        assert session.scalars(names).all() == ["Readers A"]
    assert "Nobody waits" in circle.boss.get(PAGE).text


def test_a_link_works_once_and_not_after_its_time(circle: Circle, clock: time_machine.Traveller) -> None:
    given = circle.invite("rosa@example.org\nada@example.org\n", way="links")
    first, second = (row.cells[2].removeprefix("http://localhost") for row in read_csv(given.data).rows[1:])
    post(circle.rosa, first)
    with circle.database.transaction() as session:
        other = factories.make_user(session).id
    assert browser_of(circle.app, circle.database, other).get(first).status_code == 410
    clock.shift(timedelta(days=31))
    assert browser_of(circle.app, circle.database, other).get(second).status_code == 410
    assert "<strong>expired</strong>" in circle.boss.get(PAGE).text


def test_writing_again_is_one_press_and_does_not_double(circle: Circle, clock: time_machine.Traveller) -> None:
    circle.invite("rosa@example.org\nada@example.org\n")
    assert "Write again" not in circle.boss.get(PAGE).text  # a letter went a moment ago
    clock.shift(timedelta(hours=2))
    again = re.search(r'action="([^"]+/invitations/\d+/again)"', circle.boss.get(PAGE).text)
    assert again
    for _press in range(2):
        assert post(circle.boss, again[1]).status_code == 303
    assert circle.count(Job) == 3
    post(circle.boss, f"{PAGE}/again")
    assert circle.count(Job) == 4
    post(circle.boss, f"{PAGE}/again")
    assert circle.count(Job) == 4


def test_without_mail_a_new_link_is_shown_once(circle: Circle, clock: time_machine.Traveller) -> None:
    circle.app.config["SENDS_LETTERS"] = False
    circle.invite("rosa@example.org\nada@example.org")
    clock.shift(timedelta(hours=2))
    again = re.search(r'action="([^"]+/invitations/\d+/again)"', circle.boss.get(PAGE).text)
    assert again
    post(circle.boss, again[1])
    assert "http://localhost/join/" in circle.boss.get(PAGE).text
    assert "http://localhost/join/" not in circle.boss.get(PAGE).text
    assert post(circle.boss, f"{PAGE}/again").headers["Content-Type"] == "text/csv; charset=utf-8"


def test_an_invitation_is_taken_back(circle: Circle) -> None:
    given = circle.invite("rosa@example.org", way="links")
    link = read_csv(given.data).rows[1].cells[2].removeprefix("http://localhost")
    back = re.search(r'action="([^"]+/invitations/\d+/revoke)"', circle.boss.get(PAGE).text)
    assert back
    post(circle.boss, back[1])
    assert circle.rosa.get(link).status_code == 410
    assert "Nobody waits" in circle.boss.get(PAGE).text


def test_invitations_by_mail_do_not_stand_among_the_links_for_everybody(circle: Circle) -> None:
    circle.invite("rosa@example.org")
    assert "None yet" in circle.boss.get("/groups/circle/invitations").text


def test_a_roster_is_thrown_away(circle: Circle) -> None:
    address = circle.bring("rosa@example.org").location
    assert post(circle.boss, f"{address}/forget").status_code == 303
    assert circle.boss.get(address).status_code == 404
    assert circle.count(Roster) == 0


def test_into_an_archived_group_nobody_is_invited(circle: Circle) -> None:
    address = circle.bring("rosa@example.org").location
    with circle.database.transaction() as session:
        session.execute(update(StudyGroup).values(archived_at=NOW))
    assert "nobody is invited" in circle.boss.get(address).text
    assert "nobody is invited" in circle.boss.get(PAGE).text
    for acting in (PAGE, address, f"{PAGE}/again"):
        assert post(circle.boss, acting, {"words": "ada@example.org"}).status_code == 409
    assert circle.count(Invitation) == 0


def test_a_roster_of_another_group_is_not_there(circle: Circle) -> None:
    address = circle.bring("rosa@example.org").location
    with circle.database.transaction() as session:
        other = factories.make_group(session, factories.make_bare_course(session), slug="other")
        boss = factories.make_user(session)
        factories.make_enrolment(session, boss, group=other, organiser=True)
        user_id = boss.id
    elsewhere = browser_of(circle.app, circle.database, user_id)
    assert elsewhere.get(address.replace("circle", "other")).status_code == 404
    assert elsewhere.get(f"/groups/other/roster/{10**30}").status_code == 404


def test_what_is_said_of_roles_is_done_where_it_is_ticked(circle: Circle) -> None:
    with circle.database.transaction() as session:
        email = session.scalars(select(Enrolment)).one().user.email
    address = circle.bring(f"email,role\n{email},tutor\n").location
    circle.take(address, roles="y")
    assert "One member was changed." in circle.boss.get(PAGE).text
    assert "tutor, organiser" in circle.boss.get("/groups/circle/members").text


def test_pages_ask_no_more_for_many_than_for_one(circle: Circle) -> None:
    few = circle.bring("email,subgroup\nn0@example.org,A\n").location
    circle.invite("m0@example.org")
    asked = []
    for address in (few, PAGE):
        with counted(circle.database) as said:
            circle.boss.get(address)
        asked.append(len(said))
    circle.invite("".join(f"m{n}@example.org\n" for n in range(1, 150)))
    many = circle.bring("email,subgroup\n" + "".join(f"n{n}@example.org,S {n}\n" for n in range(300))).location
    for address, most in zip((many, PAGE), asked, strict=True):
        with counted(circle.database) as said:
            circle.boss.get(address)
        assert len(said) == most
    assert asked == [8, 4]
