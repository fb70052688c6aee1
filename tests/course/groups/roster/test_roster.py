"""What taking a roster over changes: what was shown, all of it or nothing, and once."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.csv_files import read_csv
from course.base.db import Database
from course.base.errors import TooMany
from course.base.files import File
from course.base.jobs import Job
from course.base.web import hash_of_secret
from course.groups.joining import join
from course.groups.models import Division, Enrolment, Invitation, Role, Roster, StudyGroup, Subgroup, SubgroupMember
from course.groups.roster import taking
from course.groups.roster.comparing import Preview, compare
from course.groups.roster.reading import People, read_people
from course.groups.roster.taking import Changed, Sender, Taken, Wanted, bring, forget_rosters, send_again, take_over
from kruzhok.completions import rebuild
from tests import factories
from tests.conftest import NOW
from tests.test_queries import counted

LETTERS = Sender("https://example.org/join/{}".format, True)
LINKS = Sender("https://example.org/join/{}".format, False)
ALL = Wanted(again=True, roles=True, subgroups=True)


class Circle:
    """A study group with an organiser; Vera is a student in it, Ada was."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session)
        self.group = factories.make_group(session, self.course)
        self.boss = self.member("boss@example.org", role=Role.tutor, organiser=True)
        self.vera = self.member("vera@example.org")
        self.ada = self.member("ada@example.org", left_at=NOW)

    def member(self, email: str, **columns: Any) -> Enrolment:
        user = factories.make_user(self.session, email=email, name=email.partition("@")[0].title())
        return factories.make_enrolment(self.session, user, group=self.group, **columns)

    def invited(self, email: str, **columns: Any) -> Invitation:
        told = {"email": email, "uses_allowed": 1, "expires_at": NOW + timedelta(days=9), "created_at": NOW}
        told["created_at"] = NOW - timedelta(days=2)
        return factories.make_invitation(self.session, self.group, **(told | columns))

    def people(self, words: str) -> People:
        return read_people(read_csv(words))

    def preview(self, words: str) -> Preview:
        return compare(self.session, self.group, self.people(words).entries, now=NOW)

    def kinds(self, words: str) -> list[str]:
        return [row.kind for row in self.preview(words).rows]

    def brought(self, words: str) -> Roster:
        return bring(self.session, self.boss, "roster.csv", words.encode(), now=NOW)

    def take(self, words: str, wanted: Wanted = ALL, sender: Sender = LETTERS, **more: Any) -> Taken | None:
        told = {"roster": self.brought(words), "mark": self.preview(words).mark} | more
        roster, mark = told["roster"], told["mark"]
        entries = self.people(words).entries
        return take_over(self.session, self.boss, roster, entries, wanted, sender, mark=mark, now=NOW)

    def open(self) -> dict[str | None, Invitation]:
        its = select(Invitation).where(Invitation.group_id == self.group.id, Invitation.revoked_at.is_(None))
        return {one.email: one for one in self.session.scalars(its)}

    def letters(self) -> list[Job]:
        return list(self.session.scalars(select(Job).where(Job.kind == "mail").order_by(Job.id)))

    def subgroups_of(self, place: Enrolment) -> set[str | None]:
        its = select(Subgroup.name).join(SubgroupMember, SubgroupMember.subgroup_id == Subgroup.id)
        return set(self.session.scalars(its.where(SubgroupMember.enrolment_id == place.id)))


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


# Looked at


def test_each_row_says_what_becomes_of_it(circle: Circle) -> None:
    circle.invited("clara@example.org")
    circle.invited("rosa@example.org", expires_at=NOW - timedelta(days=1))
    circle.invited("karl@example.org", created_at=NOW - timedelta(minutes=5))
    words = "name,email,subgroup,role\n" + "\n".join(
        f"X,{email}@example.org,{rest}"
        for email, rest in (
            ("new", ","),
            ("ada", ","),
            ("clara", ","),
            ("rosa", ","),
            ("karl", ","),
            ("vera", ","),
            ("VERA", ","),
            ("boss", ",student"),
            ("broken", ",boss"),
        )
    )
    assert circle.kinds(words) == [
        "invite",
        "former",
        "again",
        "invite",
        "same",
        "same",
        "duplicate",
        "change",
        "broken",
    ]
    assert circle.preview(words).rows[6].first == 7


def test_the_first_of_two_rows_counts_but_a_broken_one_does_not(circle: Circle) -> None:
    words = "email,role\nnew@example.org,boss\nnew@example.org,tutor\nnew@example.org,student\n"
    assert circle.kinds(words) == ["broken", "invite", "duplicate"]


def test_whether_an_address_has_an_account_is_not_told(circle: Circle) -> None:
    words = "email\nstranger@example.org\n"
    before = circle.preview(words)
    stranger = factories.make_user(circle.session, email="stranger@example.org")
    elsewhere = factories.make_group(circle.session, circle.course)
    factories.make_enrolment(circle.session, stranger, group=elsewhere)
    factories.make_invitation(circle.session, elsewhere, email="stranger@example.org", uses_allowed=1)
    assert circle.preview(words) == before


def test_who_is_in_no_row_is_counted(circle: Circle) -> None:
    assert circle.preview("email\nnew@example.org\nvera@example.org\n").untouched == 1


def test_a_member_who_came_back_is_a_member(circle: Circle) -> None:
    factories.make_enrolment(circle.session, circle.ada.user, group=circle.group)
    assert circle.kinds("email\nada@example.org\n") == ["same"]


def test_subgroups_that_are_not_there_yet_are_named_once(circle: Circle) -> None:
    factories.make_subgroup(circle.session, circle.group, name="Readers A")
    words = "email,subgroup\na@example.org,readers a\nb@example.org,Readers B\nc@example.org,readers b\n"
    assert list(circle.preview(words).made) == ["Readers B"]


def test_a_part_of_a_division_is_no_subgroup_for_a_roster(circle: Circle) -> None:
    told = {"group_id": circle.group.id, "number": 1, "size": 3, "made_at": NOW}
    division = factories.add(circle.session, Division(**told))
    factories.make_subgroup(circle.session, circle.group, name="Part 1", division_id=division.id)
    (row,) = circle.preview("email,subgroup\na@example.org,Part 1\n").rows
    assert row.kind == "broken"
    assert "mixes people anew" in (row.entry.problem or "")


def test_ten_thousand_rows_are_compared_in_four_queries(circle: Circle, database: Database) -> None:
    words = "name,email,subgroup\n" + "".join(f"N {n},n{n}@example.org,S {n % 30}\n" for n in range(9_999))
    people = circle.people(words)
    began = time.perf_counter()
    with counted(database) as asked:
        preview = compare(circle.session, circle.group, people.entries, now=NOW)
    assert len(asked) == 4
    assert preview.counts == {"invite": 9_999}
    assert time.perf_counter() - began < 10


# Taken over


def test_who_is_new_is_invited_with_a_link_for_one_and_a_letter(circle: Circle) -> None:
    taken = circle.take("name,email,subgroup\nRosa,rosa@example.org,Readers A\n")
    assert taken is not None
    (link,) = taken.links
    made, (letter,) = circle.open()["rosa@example.org"], circle.letters()
    assert (made.uses_allowed, made.role, made.expires_at) == (1, Role.student, NOW + timedelta(days=30))
    assert made.token_hash == hash_of_secret(link.address.rpartition("/")[2])
    assert letter.payload["to"] == "rosa@example.org"
    assert link.address in letter.payload["body"]
    assert "Hello Rosa," in letter.payload["body"]
    assert "until 23 December 2026" in letter.payload["body"]


def test_whoever_comes_by_it_is_put_in_the_subgroup(circle: Circle) -> None:
    circle.take("email,subgroup\nrosa@example.org,Readers A\n")
    rosa = factories.make_user(circle.session, email="another@example.org")
    invitation = circle.open()["rosa@example.org"]
    place = join(circle.session, rosa, invitation, bring=False, rebuild=rebuild, now=NOW)
    assert circle.subgroups_of(place) == {"Readers A"}
    assert join(circle.session, rosa, invitation, bring=False, rebuild=rebuild, now=NOW) is place


def test_who_left_and_comes_back_keeps_the_subgroup_they_had(circle: Circle) -> None:
    factories.make_subgroup(circle.session, circle.group, circle.ada, name="Readers A")
    circle.take("email,subgroup\nada@example.org,Readers A\n")
    invitation = circle.open()["ada@example.org"]
    assert join(circle.session, circle.ada.user, invitation, bring=False, rebuild=rebuild, now=NOW) is circle.ada
    assert circle.subgroups_of(circle.ada) == {"Readers A"}


def test_a_member_moves_between_the_subgroups_that_the_roster_names(circle: Circle) -> None:
    for name in ("Readers A", "Film club"):
        factories.make_subgroup(circle.session, circle.group, circle.vera, name=name)
    words = "email,subgroup\nvera@example.org,Readers B\nrosa@example.org,Readers A\n"
    assert circle.preview(words).rows[0].taken_from == ("Readers A",)
    circle.take(words, Wanted())
    assert circle.subgroups_of(circle.vera) == {"Readers A", "Film club"}
    circle.take("email,subgroup\nvera@example.org,Readers B\nkarl@example.org,Readers A\n", Wanted(subgroups=True))
    assert circle.subgroups_of(circle.vera) == {"Readers B", "Film club"}


def test_a_role_changes_only_where_it_is_wanted(circle: Circle) -> None:
    words = "email,role\nvera@example.org,tutor\nboss@example.org,student\n"
    circle.take(words, Wanted(again=True, subgroups=True))
    assert circle.vera.role is Role.student
    circle.take(words, Wanted(roles=True))
    assert (circle.vera.role, circle.boss.role, circle.boss.organiser) == (Role.tutor, Role.student, True)


def test_subgroups_nobody_is_put_in_are_not_made(circle: Circle) -> None:
    circle.take("email,subgroup\nvera@example.org,Readers B\n", Wanted())
    assert circle.session.scalar(select(func.count(Subgroup.id))) == 0


def test_who_was_invited_before_gets_a_new_link_only_where_it_is_wanted(circle: Circle) -> None:
    old = circle.invited("clara@example.org")
    circle.take("email\nclara@example.org\n", Wanted())
    assert (old.revoked_at, circle.letters()) == (None, [])
    circle.take("email\nclara@example.org\n", Wanted(again=True))
    circle.session.refresh(old)
    assert old.revoked_at == NOW
    assert circle.open()["clara@example.org"].id != old.id
    assert len(circle.letters()) == 1


def test_an_expired_invitation_is_replaced(circle: Circle) -> None:
    circle.invited("rosa@example.org", expires_at=NOW)
    circle.take("email\nrosa@example.org\n", Wanted())
    assert circle.open()["rosa@example.org"].expires_at == NOW + timedelta(days=30)


def test_a_second_press_does_nothing(circle: Circle) -> None:
    words = "email\nrosa@example.org\n"
    roster = circle.brought(words)
    assert circle.take(words, roster=roster) is not None
    assert circle.take(words, roster=roster, mark="what was seen first") is None
    assert len(circle.letters()) == 1


def test_what_was_not_seen_so_is_not_done(circle: Circle) -> None:
    words = "email\nrosa@example.org\nkarl@example.org\n"
    seen = circle.preview(words).mark
    circle.member("rosa@example.org")
    with pytest.raises(Changed):
        circle.take(words, mark=seen)
    assert circle.open() == {}
    assert circle.letters() == []


def test_without_letters_the_links_are_given_and_none_is_sent(circle: Circle) -> None:
    taken = circle.take("name,email\nRosa,rosa@example.org\n", sender=LINKS)
    assert taken is not None
    assert [(link.email, link.name) for link in taken.links] == [("rosa@example.org", "Rosa")]
    assert circle.letters() == []


def test_letters_leave_in_pieces(circle: Circle) -> None:
    circle.take("".join(f"n{n}@example.org\n" for n in range(101)))
    assert [(job.run_at - NOW).total_seconds() for job in circle.letters()] == [0] * 50 + [5] * 50 + [10]


def test_ten_thousand_rows_are_taken_over_in_few_queries(circle: Circle, database: Database) -> None:
    words = "email,subgroup\n" + "".join(f"n{n}@example.org,S {n % 30}\n" for n in range(9_999))
    roster, mark, entries = circle.brought(words), circle.preview(words).mark, circle.people(words).entries
    with counted(database) as asked:
        take_over(circle.session, circle.boss, roster, entries, ALL, LETTERS, mark=mark, now=NOW)
    assert circle.session.scalar(select(func.count(Invitation.id))) == 9_999
    assert len(asked) < 40


def test_one_person_cannot_write_to_the_whole_world(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_A_DAY", 2)
    circle.take("a@example.org\nb@example.org\n")
    with pytest.raises(TooMany):
        circle.take("c@example.org\n")


# Afterwards


def test_writing_again_is_once_and_keeps_role_and_subgroup(circle: Circle) -> None:
    subgroup = factories.make_subgroup(circle.session, circle.group)
    old = circle.invited("clara@example.org", role=Role.tutor, subgroup_id=subgroup.id)
    assert len(send_again(circle.session, circle.boss, [old], LETTERS, now=NOW)) == 1
    circle.session.refresh(old)
    assert send_again(circle.session, circle.boss, [old], LETTERS, now=NOW) == []
    new = circle.open()["clara@example.org"]
    assert send_again(circle.session, circle.boss, [new], LETTERS, now=NOW) == []
    assert (new.role, new.subgroup_id) == (Role.tutor, subgroup.id)
    assert len(circle.letters()) == 1


def test_nobody_is_written_to_again_who_came_or_whose_link_was_taken_back(circle: Circle) -> None:
    came = circle.invited("a@example.org", uses=1)
    back = circle.invited("b@example.org", revoked_at=NOW)
    assert send_again(circle.session, circle.boss, [came, back], LETTERS, now=NOW) == []


def test_a_roster_is_forgotten_after_a_day_and_an_invitation_a_month_after_its_end(circle: Circle) -> None:
    roster = circle.brought("email\nrosa@example.org\n")
    circle.invited("old@example.org", expires_at=NOW - timedelta(days=31))
    circle.invited("late@example.org", expires_at=NOW - timedelta(days=1))
    forget_rosters(circle.session, now=NOW + timedelta(hours=23))
    assert circle.session.get(Roster, roster.id) is not None
    forget_rosters(circle.session, now=NOW + timedelta(hours=25))
    assert circle.session.scalars(select(Roster)).all() == []
    assert circle.session.scalars(select(File)).all() == []
    assert list(circle.open()) == ["late@example.org"]


def test_of_a_file_that_was_brought_elsewhere_too_only_the_roster_is_forgotten(circle: Circle) -> None:
    first, second = circle.brought("a@example.org"), circle.brought("a@example.org")
    assert first.file_id == second.file_id
    taking.forget_roster(circle.session, first)
    assert circle.session.get(File, second.file_id) is not None
    assert circle.session.get(StudyGroup, circle.group.id) is not None


def test_the_file_of_an_organiser_who_was_erased_is_forgotten_too(circle: Circle) -> None:
    roster = circle.brought("a@example.org")
    circle.session.delete(roster)
    circle.session.flush()
    forget_rosters(circle.session, now=NOW + timedelta(hours=25))
    assert circle.session.scalars(select(File)).all() == []
