"""What one is told on the page, where it leads, and what counts as read."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, JoinRequest, Message, Role
from course.notices import records as kinds
from course.notices.models import Notice
from course.notices.records import tell
from course.outline.models import ActivityKind
from course.syllabus.models import Meeting
from kruzhok.notices.words import SAID
from lessons.discussion.models import Discussion, Post
from lessons.models import JournalEntry, Prompt
from lessons.moderation.models import Complaint
from lessons.notes.models import NoteReply
from lessons.reports.models import Outcome, Report
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post

WAYS = re.compile(r'action="(/notices/\d+)"')
GONE = '<p class="quiet">Something that is no longer there, or no longer open to you.'


class Circle:
    """A study group in which one thing of each kind happened, and its reader, who was told of them all.

    The reader has the keys, and is a tutor."""

    def __init__(self, session: Session) -> None:
        course = factories.make_bare_course(session, title="October")
        group = factories.make_group(session, course, name="The Thursday circle")
        self.slug, self.course = group.slug, course.ident
        reader = factories.make_enrolment(session, group=group, role=Role.tutor, organiser=True)
        other = factories.make_enrolment(session, factories.make_user(session, name="Nadezhda"), group=group)
        self.reader, self.place, self.other = reader.user_id, reader.id, other.id
        refs = {
            kinds.JOINED: f"enrolment:{other.id}",
            kinds.KEYS: f"enrolment:{reader.id}",
            kinds.REMOVED: f"enrolment:{reader.id}",
            kinds.ASKED: self._request(session, group.id, factories.make_user(session, name="Inessa").id),
            kinds.DECIDED: self._request(session, group.id, reader.user_id, accepted=True),
            kinds.REPLIED: (said := self._post(session, other)),
            kinds.MENTIONED: said,
            kinds.POSTED: said,
            kinds.ASSIGNED: (meeting := f"meeting:{factories.make_meeting(session, group, chair_id=reader.id).id}"),
            kinds.REPORTED: self._report(session, other, "The date is wrong."),
            kinds.ANSWERED: self._report(session, reader, "So is this.", closed_at=NOW, outcome=Outcome.right),
            kinds.NOTE_REPLIED: self._reply_to_note(session, reader, other),
            kinds.HIDDEN: self._hidden(session, reader),
            kinds.COMPLAINED: self._complaint(session, other, said),
            kinds.SETTLED: self._complaint(session, reader, said, settled_at=NOW, outcome="left"),
            kinds.SHARED: self._entry(session, other),
            kinds.CHAIRING: meeting,
            kinds.WRITTEN_TO: self._message(session, group.id),
            kinds.MOVED: self._exception(session, reader),
            kinds.MARKED: f"attempt_item:{factories.make_attempt(session, reader, submitted_at=NOW).items[1].id}",
        }
        for kind, ref in refs.items():
            tell(session, [reader.user_id], kind, ref, now=NOW)
        self.kinds = set(refs)

    def _request(self, session: Session, group_id: int, user_id: int, *, accepted: bool | None = None) -> str:
        group = session.get_one(factories.StudyGroup, group_id)
        row = JoinRequest(
            group_id=group_id,
            user_id=user_id,
            invitation_id=factories.make_invitation(session, group).id,
            bring=False,
            asked_at=NOW,
            accepted=accepted,
            decided_at=None if accepted is None else NOW,
        )
        return f"join_request:{factories.add(session, row).id}"

    def _post(self, session: Session, by: Enrolment) -> str:
        course = session.get_one(factories.Course, by.course_id)
        asked = factories.activity_of(session, course, ActivityKind.prompt)
        prompt = session.scalars(select(Prompt).filter_by(activity_id=asked.id)).one()
        talk = Discussion(activity_id=asked.id, course_id=course.id, group_id=by.group_id)
        row = Post(
            discussion_id=factories.add(session, talk).id,
            group_id=by.group_id,
            enrolment_id=by.id,
            prompt_version_id=prompt.current_version_id,
            made_at=NOW,
        )
        return f"post:{factories.add(session, row).id}"

    def _reply_to_note(self, session: Session, reader: Enrolment, by: Enrolment) -> str:
        note = factories.make_note(session, reader, factories.make_text(session, reader.course), shared_at=NOW)
        said = {"words": "No.", "html": "<p>No.</p>", "made_at": NOW}
        return f"note_reply:{factories.add(session, NoteReply(note_id=note.id, enrolment_id=by.id, **said)).id}"

    def _hidden(self, session: Session, reader: Enrolment) -> str:
        text = factories.make_text(session, reader.course)
        note = factories.make_note(session, reader, text, shared_at=NOW, hidden_at=NOW, hidden_why="It is rude.")
        return f"note:{note.id}"

    def _complaint(self, session: Session, by: Enrolment, post: str, **columns: object) -> str:
        told = {"enrolment_id": by.id, "post_id": int(post.removeprefix("post:")), "why": "It is rude.", "at": NOW}
        return f"complaint:{factories.add(session, Complaint(**told, **columns)).id}"

    def _message(self, session: Session, group_id: int) -> str:
        by = factories.make_user(session, name="Vera").id
        said = {"subject": "Tomorrow", "words": "We meet.", "html": "<p>We meet.</p>", "at": NOW}
        return f"message:{factories.add(session, Message(group_id=group_id, by_id=by, **said)).id}"

    def _exception(self, session: Session, of: Enrolment) -> str:
        asked = factories.activity_of(session, session.get_one(factories.Course, of.course_id), ActivityKind.prompt)
        said = {"field": "due", "value": {"value": NOW.isoformat()}}
        return f"exception:{factories.make_exception(session, of, asked, **said).id}"

    def _entry(self, session: Session, by: Enrolment) -> str:
        course = session.get_one(factories.Course, by.course_id)
        asked = factories.activity_of(session, course, ActivityKind.prompt)
        prompt = session.scalars(select(Prompt).filter_by(activity_id=asked.id)).one()
        said = {"number": 1, "text": "Mine.", "html": "<p>Mine.</p>", "written_at": NOW, "shared_at": NOW}
        told = {"enrolment_id": by.id, "activity_id": asked.id, "prompt_version_id": prompt.current_version_id}
        return f"journal_entry:{factories.add(session, JournalEntry(**told, **said)).id}"

    def _report(self, session: Session, by: Enrolment, words: str, **columns: object) -> str:
        course = session.get_one(factories.Course, by.course_id)
        item = factories.make_item(session, course)
        told = {"course_id": course.id, "group_id": by.group_id, "user_id": by.user_id, "words": words, "made_at": NOW}
        row = Report(**told, item_version_id=item.current_version_id, **columns)
        return f"report:{factories.add(session, row).id}"


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    with database.transaction() as session:
        return Circle(session)


@pytest.fixture
def reader(app: Application, database: Database, circle: Circle) -> FlaskClient:
    return browser_of(app, database, circle.reader)


def way_of(page: str, words: str) -> str:
    """Return the address of the button that has WORDS on it."""
    row = next(row for row in page.split("<li>") if words in row)
    return WAYS.findall(row)[0]


def unread(page: str) -> str | None:
    found = re.search(r"Notices\s*<strong>\((\d+) new\)", page)
    return found[1] if found else None


def test_there_are_words_for_every_kind_that_can_have_happened(circle: Circle):
    assert set(SAID) == circle.kinds


SAYS_AND_LEADS = [
    ("Nadezhda joined The Thursday circle.", "/groups/{slug}/members"),
    ("You are an organiser of The Thursday circle now", "/groups/{slug}/members"),
    ("Inessa asks to join The Thursday circle.", "/groups/{slug}/members"),
    ("You were let in to The Thursday circle.", "/groups/{slug}"),
    ("Nadezhda replied to you on “A prompt”.", "#post-"),
    ("Nadezhda mentioned you on “A prompt”.", "#post-"),
    ("Nadezhda posted on “A prompt”.", "#post-"),
    ("The Thursday circle: there is work for", "/groups/{slug}/syllabus"),
    ("Somebody found something wrong in “October”: “The date is wrong.”", "/reports/"),
    ("You found something wrong in “October”. It is right as it stands.", "/reports/"),
    ("Your essay at “A quiz” is marked.", "#q2"),
    ("“A prompt” is due for you on", "/prompts/"),
]


@pytest.mark.parametrize(("words", "leads_to"), SAYS_AND_LEADS)
def test_each_says_what_happened_and_leads_there(reader: FlaskClient, circle: Circle, words: str, leads_to: str):
    opened = post(reader, way_of(reader.get("/notices").text, words))
    assert opened.status_code == 303
    assert leads_to.format(slug=circle.slug) in opened.location


def test_a_reply_leads_into_the_talk_of_its_group(reader: FlaskClient, circle: Circle):
    opened = post(reader, way_of(reader.get("/notices").text, "replied to you on"))
    assert opened.location.startswith(f"/courses/{circle.course}/lessons/")
    assert re.search(rf"\?group={circle.slug}&post=(\d+)#post-\1$", opened.location)


def test_what_leads_nowhere_is_no_button_to_it(reader: FlaskClient):
    page = reader.get("/notices").text
    assert post(reader, way_of(page, "An organiser took you out of")).location == "/notices"


def test_the_head_counts_what_is_unread(reader: FlaskClient):
    page = reader.get("/notices").text
    assert page.count("<strong>New</strong>") == len(SAID)
    assert unread(reader.get("/today").text) == str(len(SAID))


def test_opening_one_marks_that_one_as_read(reader: FlaskClient):
    page = reader.get("/notices").text
    post(reader, way_of(page, "Nadezhda joined"))
    assert unread(reader.get("/notices").text) == str(len(SAID) - 1)


def test_looking_at_the_list_marks_nothing(reader: FlaskClient):
    assert unread(reader.get("/notices").text) == unread(reader.get("/notices").text)


def test_all_are_read_up_to_what_was_shown(reader: FlaskClient, circle: Circle, database: Database):
    last = re.findall(r'name="last" value="(\d+)"', reader.get("/notices").text)[0]
    with database.transaction() as session:
        tell(session, [circle.reader], kinds.JOINED, f"enrolment:{circle.place}", now=NOW)
    post(reader, "/notices/seen", {"last": last})
    assert unread(reader.get("/notices").text) == "1"


def test_where_nothing_is_new_no_number_stands(reader: FlaskClient):
    post(reader, "/notices/seen", {"last": "999999999"})
    page = reader.get("/notices").text
    assert unread(page) is None
    assert "Mark all as read" not in page
    assert "Notices" in reader.get("/today").text


def test_a_number_that_is_none_marks_nothing(reader: FlaskClient):
    post(reader, "/notices/seen", {"last": "all"})
    assert unread(reader.get("/notices").text) == str(len(SAID))


def left(session: Session, circle: Circle) -> None:
    session.get_one(Enrolment, circle.place).left_at = NOW


def test_of_a_group_one_has_left_nothing_is_told(reader: FlaskClient, circle: Circle, database: Database):
    with database.transaction() as session:
        left(session, circle)
    page = reader.get("/notices").text
    assert page.count(GONE) == 15
    for words in ("Nadezhda", "Inessa", "A prompt", "The date is wrong."):
        assert words not in page, words
    places = {post(reader, way).location for way in WAYS.findall(page)}
    assert [place for place in places if not place.startswith(("/reports/", "/attempts/", "/messages/"))] == [
        "/notices"
    ]


def without_keys(session: Session, circle: Circle) -> None:
    session.get_one(Enrolment, circle.place).organiser = False


def no_tutor(session: Session, circle: Circle) -> None:
    session.get_one(Enrolment, circle.place).role = Role.student


def meeting_gone(session: Session, _circle: Circle) -> None:
    session.execute(delete(Meeting))


@pytest.mark.parametrize(
    ("change", "words", "gone"),
    [(without_keys, "Inessa asks", 1), (no_tutor, "The date is wrong.", 2), (meeting_gone, "there is work", 2)],
)
def test_what_is_no_longer_ones_own_to_see_is_not_told(
    reader: FlaskClient,
    circle: Circle,
    database: Database,
    change: Callable[[Session, Circle], None],
    words: str,
    gone: int,
):
    assert words in reader.get("/notices").text
    with database.transaction() as session:
        change(session, circle)
    page = reader.get("/notices").text
    assert words not in page
    assert page.count(GONE) == gone


def test_work_for_a_meeting_that_is_off_says_so(reader: FlaskClient, database: Database):
    with database.transaction() as session:
        session.scalars(select(Meeting)).one().cancelled_at = NOW
    assert "is cancelled" in reader.get("/notices").text


def test_a_kind_or_ref_that_nobody_knows_breaks_nothing(reader: FlaskClient, circle: Circle, database: Database):
    with database.transaction() as session:
        tell(session, [circle.reader], "sang", "song:1", now=NOW)
        tell(session, [circle.reader], kinds.JOINED, "enrolment:", now=NOW)
    assert reader.get("/notices").text.count(GONE) == 2


def test_somebody_elses_notice_is_not_there(app: Application, database: Database, reader: FlaskClient):
    way = WAYS.findall(reader.get("/notices").text)[0]
    with database.transaction() as session:
        stranger = factories.make_user(session).id
    assert post(browser_of(app, database, stranger), way).status_code == 404


def test_a_guest_who_was_told_nothing_has_no_such_link(app: Application, database: Database):
    with database.transaction() as session:
        guest = factories.make_guest(session).id
    assert "Notices" not in browser_of(app, database, guest).get("/today").text


def test_a_long_list_has_pages(reader: FlaskClient, circle: Circle, database: Database):
    with database.transaction() as session:
        for number in range(50):
            tell(session, [circle.reader], kinds.JOINED, f"enrolment:{number + 10_000}", now=NOW)
    first = reader.get("/notices").text
    assert "Nadezhda joined" not in first
    older = re.findall(r'href="(/notices\?before=\d+)"', first)[0]
    assert "Nadezhda joined" in reader.get(older).text


def test_the_same_is_told_once(database: Database):
    with database.transaction() as session:
        user = factories.make_user(session)
        for _ in range(2):
            tell(session, [user.id, user.id], kinds.JOINED, "enrolment:1", now=NOW)
        assert session.scalar(select(func.count(Notice.id)).where(Notice.user_id == user.id)) == 1


def test_a_page_of_many_asks_no_more_than_one_of_few(reader: FlaskClient, circle: Circle, database: Database):
    def queries() -> int:
        with counted(database) as said:
            assert reader.get("/notices").status_code == 200
        return len(said)

    few = queries()
    with database.transaction() as session:
        for _ in range(30):
            Circle(session)
        others = session.execute(select(Notice.kind, Notice.ref).where(Notice.user_id != circle.reader)).all()
        for kind, ref in others:
            tell(session, [circle.reader], kind, ref, now=NOW)
    assert queries() <= few
