"""What members ask to have looked at: whom it goes to, what becomes of it, and who never learns of it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.users.models import User
from lessons.discussion.models import Post
from lessons.discussion.posts import write_post
from lessons.moderation.complaints import SettledAlready, complain, leave, settlers
from lessons.moderation.hiding import hide
from lessons.moderation.models import Complaint
from lessons.notes.models import NoteReply
from tests import factories
from tests.conftest import NOW
from tests.lessons.discussion.conftest import Circle
from tests.lessons.moderation.conftest import WORDS, Browser, at
from tests.test_access import browser_of
from tests.web import post as send

LATER = NOW + timedelta(minutes=1)
WHY = "This is about us, and not about the text."


def told(session: Session, kind: str) -> set[int]:
    return set(session.scalars(select(Notice.user_id).where(Notice.kind == kind)))


def written(session: Session, circle: Circle, who: Enrolment) -> Post:
    return write_post(session, who, circle.prompt, WORDS, once=None, base=0, now=NOW)


def asked(session: Session, circle: Circle, who: Enrolment, by: Enrolment) -> Complaint:
    return complain(session, by, written(session, circle, who), WHY, now=NOW)


def the_one(database: Database) -> Complaint:
    with database.transaction(writing=False) as session:
        return session.scalars(select(Complaint)).one()


def test_it_goes_to_the_tutors(session: Session, circle: Circle) -> None:
    factories.make_enrolment(session, group=circle.group, organiser=True)
    asked(session, circle, circle.ivan, by=circle.vera)
    assert told(session, "complained") == {circle.tutor.user_id}


def test_where_there_is_no_tutor_it_goes_to_the_organisers(session: Session, circle: Circle) -> None:
    circle.tutor.role = Role.student
    organiser = factories.make_enrolment(session, group=circle.group, organiser=True)
    asked(session, circle, circle.ivan, by=circle.vera)
    assert told(session, "complained") == {organiser.user_id}


def test_of_a_tutors_words_the_other_tutors_and_the_organisers_are_asked(session: Session, circle: Circle) -> None:
    others = {
        factories.make_enrolment(session, group=circle.group, **columns).user_id
        for columns in ({"role": Role.tutor}, {"organiser": True})
    }
    asked(session, circle, circle.tutor, by=circle.vera)
    assert told(session, "complained") == others


def test_where_nobody_is_left_who_runs_the_site_is_asked(session: Session, circle: Circle) -> None:
    administrator = factories.make_user(session, administrator=True)
    asked(session, circle, circle.tutor, by=circle.vera)
    assert told(session, "complained") == {administrator.id}


def test_nobody_settles_what_is_said_of_their_own_words(session: Session, circle: Circle) -> None:
    factories.make_user(session, administrator=True)
    theirs = settlers(session, [circle.group.id])[circle.group.id]
    for writer in (circle.vera, circle.tutor):
        assert writer.user_id not in theirs.of(writer.user_id)


def test_one_is_open_for_a_member_and_thing(session: Session, circle: Circle) -> None:
    post = written(session, circle, circle.ivan)
    first = complain(session, circle.vera, post, WHY, now=NOW)
    assert complain(session, circle.vera, post, "And once more.", now=LATER).id == first.id
    leave(session, first, post, by_id=circle.tutor.user_id, now=LATER)
    assert complain(session, circle.vera, post, "And once more.", now=LATER).id != first.id


def test_hiding_settles_all_that_is_open_and_each_who_asked_is_told(session: Session, circle: Circle) -> None:
    post = written(session, circle, circle.ivan)
    more = factories.make_enrolment(session, group=circle.group)
    for by in (circle.vera, more):
        complain(session, by, post, WHY, now=NOW)
    hide(session, post, "It is rude.", by_id=circle.tutor.user_id, now=LATER)
    assert told(session, "settled") == {circle.vera.user_id, more.user_id}
    assert set(session.scalars(select(Complaint.outcome))) == {"hidden"}


def test_what_is_left_is_settled_once(session: Session, circle: Circle) -> None:
    post = written(session, circle, circle.ivan)
    complaint = complain(session, circle.vera, post, WHY, now=NOW)
    leave(session, complaint, post, by_id=circle.tutor.user_id, now=LATER)
    assert told(session, "settled") == {circle.vera.user_id}
    assert post.hidden_at is None
    with pytest.raises(SettledAlready):
        leave(session, complaint, post, by_id=circle.tutor.user_id, now=LATER)


def test_who_has_left_is_told_nothing(session: Session, circle: Circle) -> None:
    post = written(session, circle, circle.ivan)
    complaint = complain(session, circle.vera, post, WHY, now=NOW)
    circle.vera.left_at = LATER
    leave(session, complaint, post, by_id=circle.tutor.user_id, now=LATER)
    assert told(session, "settled") == set()


def test_a_complaint_is_made_read_and_settled_by_hiding(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    vera, tutor, ivan = browser(there.vera), browser(there.tutor), browser(there.ivan)
    assert WORDS in vera.get(at(there, first, "complaint")).text
    assert send(vera, at(there, first, "complaint"), {"why": WHY}).status_code == 303
    assert "You have asked already" in vera.get(at(there, first, "complaint")).text
    assert "a member asks to have something looked at" in tutor.get("/notices").text
    listed = tutor.get(f"/groups/{there.group.slug}/complaints").text
    assert WHY in listed
    address = re.findall(r'href="(/complaints/\d+)"', listed)[0]
    read = tutor.get(address).text
    assert WORDS in read
    assert "Vera" in read
    assert send(tutor, address, {"why": ""}).status_code == 422
    assert send(tutor, address, {"why": "It is rude."}).status_code == 303
    assert "What you asked to have looked at was hidden." in vera.get("/notices").text
    assert "It is rude." in ivan.get("/notices").text
    assert the_one(database).outcome == "hidden"


def test_a_complaint_is_settled_by_letting_the_words_stay(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    vera, tutor = browser(there.vera), browser(there.tutor)
    send(vera, at(there, first, "complaint"), {"why": WHY})
    address = f"/complaints/{the_one(database).id}"
    assert send(tutor, f"{address}/leave").status_code == 303
    assert send(tutor, f"{address}/leave").status_code == 409
    assert "What you asked to have looked at stays as it is." in vera.get("/notices").text
    assert "The post stays" in tutor.get(address).text


def test_who_is_complained_of_never_learns_who_did(
    there: Circle, browser: Browser, database: Database, app: object
) -> None:
    """Not even where it is the only tutor: who runs the site settles it."""
    with database.transaction() as session:
        prompt = session.merge(there.prompt, load=False)
        own = write_post(session, session.merge(there.tutor), prompt, WORDS, once=None, base=0, now=NOW)
        administrator = factories.make_user(session, administrator=True).id
        complain(session, session.merge(there.vera), own, WHY, now=NOW)
    tutor, address = browser(there.tutor), f"/complaints/{the_one(database).id}"
    roads = ["/notices", f"/groups/{there.group.slug}", f"/groups/{there.group.slug}/complaints", there.address]
    assert all(WHY not in tutor.get(road).text for road in roads)
    assert tutor.get(address).status_code == 404
    assert send(tutor, f"{address}/leave").status_code == 404
    runs = browser_of(app, database, administrator)  # type: ignore[arg-type]
    assert WHY in runs.get("/complaints").text
    assert send(runs, address, {"why": "It is rude."}).status_code == 303
    said = tutor.get("/notices").text
    assert "It is rude." in said
    assert "Vera" not in said


def test_a_note_and_a_reply_to_it_can_be_complained_of_by_who_reads_them(
    there: Circle, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        text = factories.make_text(session, session.merge(there.group).course)
        note = factories.make_note(session, there.ivan, text, shared_at=NOW)
        private = factories.make_note(session, there.ivan, text)
        answer = NoteReply(note_id=note.id, enrolment_id=there.ivan.id, words="No.", html="<p>No.</p>", made_at=NOW)
        factories.add(session, answer)
        ids = note.id, answer.id, private.id
    vera, group = browser(there.vera), f"/groups/{there.group.slug}"
    assert send(vera, f"{group}/notes/{ids[0]}/complaint", {"why": WHY}).status_code == 303
    assert send(vera, f"{group}/replies/{ids[1]}/complaint", {"why": WHY}).status_code == 303
    assert send(vera, f"{group}/notes/{ids[2]}/complaint", {"why": WHY}).status_code == 404
    listed = browser(there.tutor).get(f"{group}/complaints").text
    assert listed.count(WHY) == 2
    assert "a reply by Ivan on A text" in re.sub(r"\s+", " ", listed)


def test_a_note_that_is_shared_no_longer_is_read_by_nobody_else(
    there: Circle, browser: Browser, database: Database
) -> None:
    with database.transaction() as session:
        text = factories.make_text(session, session.merge(there.group).course)
        note = factories.make_note(session, there.ivan, text, shared_at=NOW)
        answer = NoteReply(note_id=note.id, enrolment_id=there.ivan.id, words="No.", html="<p>No.</p>", made_at=NOW)
        for thing in (note, factories.add(session, answer)):
            complain(session, there.vera, thing, WHY, now=NOW)
        note.shared_at = None
        found = session.scalars(select(Complaint.id)).all()
    tutor = browser(there.tutor)
    for complaint_id in found:
        read = tutor.get(f"/complaints/{complaint_id}").text
        assert "Its words are private again" in read
        assert "Is that so?" not in read
        assert "<p>No.</p>" not in read


def test_what_was_hidden_because_of_a_complaint_is_shown_again_by_who_may_settle_it(
    there: Circle, browser: Browser, database: Database
) -> None:
    """Of the only tutor's words these are the organisers, who hide nothing else."""
    with database.transaction() as session:
        prompt = session.merge(there.prompt, load=False)
        own = write_post(session, session.merge(there.tutor), prompt, WORDS, once=None, base=0, now=NOW)
        organiser = factories.make_enrolment(session, group=session.merge(there.group), organiser=True)
        complain(session, session.merge(there.vera), own, WHY, now=NOW)
    leads, address = browser(organiser), f"/complaints/{the_one(database).id}"
    send(leads, address, {"why": "It is rude."})
    vera = browser(there.vera)
    shown = f"{there.address}?group={there.group.slug}"
    assert WORDS not in vera.get(shown).text
    assert send(browser(there.tutor), f"{address}/show").status_code == 404
    assert send(leads, f"{address}/show").status_code == 303
    assert WORDS in vera.get(shown).text


def test_ones_own_words_are_nothing_to_complain_of(there: Circle, first: Post, browser: Browser) -> None:
    assert send(browser(there.ivan), at(there, first, "complaint"), {"why": WHY}).status_code == 403


def test_what_is_not_seen_yet_or_hidden_cannot_be_complained_of(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    vera, address = browser(there.vera), at(there, first, "complaint")
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(write_first=True))
    assert vera.get(address).status_code == 404
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(write_first=False))
    assert vera.get(address).status_code == 200
    send(browser(there.tutor), at(there, first, "hide"), {"why": "It is rude."})
    assert vera.get(address).status_code == 404


def test_words_are_asked_for_and_archived_groups_take_none(
    there: Circle, first: Post, browser: Browser, database: Database
) -> None:
    vera, address = browser(there.vera), at(there, first, "complaint")
    for why in ("", " \n "):
        assert send(vera, address, {"why": why}).status_code == 422
    assert send(vera, address, {"why": "so " * 500}).status_code == 422
    with database.transaction() as session:
        session.execute(update(StudyGroup).where(StudyGroup.id == there.group.id).values(archived_at=NOW))
    assert send(vera, address, {"why": WHY}).status_code == 409
    with database.transaction() as session:
        assert session.scalar(select(func.count(Complaint.id))) == 0


def test_of_many_in_a_row_one_is_too_many(there: Circle, first: Post, browser: Browser, database: Database) -> None:
    vera, address = browser(there.vera), at(there, first, "complaint")
    statuses = [send(vera, address, {"why": WHY}).status_code for _more in range(21)]
    assert statuses == [303] * 20 + [429]


def test_an_account_that_is_gone_is_nobodys_to_ask(session: Session, circle: Circle) -> None:
    administrator = factories.make_user(session, administrator=True)
    session.execute(update(User).where(User.id == administrator.id).values(erased_at=NOW))
    asked(session, circle, circle.tutor, by=circle.vera)
    assert told(session, "complained") == set()
