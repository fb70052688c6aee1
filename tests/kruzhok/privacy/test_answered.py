"""What stays of somebody's words when they go: those that others answered, nameless; and what that means for others."""

from threading import Thread
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.files import File
from course.base.jobs import Job, add_job
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import Assignment, AssignmentTarget
from course.texts.models import Anchor, Passage
from course.users.models import User
from kruzhok.models import ALL_TABLES
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.groups_held import KeysFirst
from kruzhok.privacy.kept import reckon
from lessons.discussion.models import Discussion, Post, PostVersion, ReadMark
from lessons.discussion.posts import reply
from lessons.notes.models import Note, NoteReply, NoteTag
from lessons.reports.models import Report
from lessons.search.models import SearchEntry
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.privacy.whole import all_words
from tests.test_access import browser_of
from tests.web import TOKEN


class Circle(NamedTuple):
    """Somebody in a study group, another member, its organiser, and the talk on a prompt there."""

    session: Session
    mine: Enrolment
    other: Enrolment
    talk: Discussion
    prompt: Activity

    def gone(self) -> None:
        """Erase the first."""
        assert erase(self.session, self.mine.user_id, {}, now=NOW)

    def post(self, of: Enrolment, to: Post | None = None, **columns: object) -> Post:
        """Return a post of somebody, a reply if it is to one."""
        return factories.make_post(self.session, self.talk, of, reply_to_id=to.id if to else None, **columns)


@pytest.fixture
def circle(session: Session) -> Circle:
    """Return the circle."""
    return make_circle(session)


def make_circle(session: Session) -> Circle:
    """Return a circle whose student has a name and an e-mail like nobody else's."""
    course = factories.make_bare_course(session)
    group = factories.make_group(session, course)
    user = factories.make_user(session, name="Zinaida Morgenstern", email="zinaida@example.org")
    mine = factories.make_enrolment(session, user, course, group)
    other = factories.make_enrolment(session, course=course, group=group, organiser=True, role=Role.tutor)
    prompt = factories.activity_of(session, course, ActivityKind.prompt)
    return Circle(session, mine, other, factories.make_discussion(session, group, prompt), prompt)


def left(session: Session, table: type[Post] | type[Note] | type[NoteReply] | type[Report]) -> list[int]:
    """Return the keys of all rows of a table."""
    return list(session.scalars(select(table.id).order_by(table.id)))


def test_a_post_stays_where_another_is_below_it_and_only_as_it_last_was(circle: Circle):
    first = circle.post(circle.mine)
    circle.post(circle.mine)
    own_reply = circle.post(circle.mine, first)
    answer = circle.post(circle.other, own_reply)
    circle.post(circle.mine, answer)
    assert reckon(circle.session, circle.mine.user)[-5:] == (2, 0, 0, 2, 0)
    circle.gone()
    assert left(circle.session, Post) == [first.id, own_reply.id, answer.id]
    said = select(PostVersion.text).where(PostVersion.post_id == first.id)
    assert circle.session.scalars(said).all() == ["I think so."]
    place = circle.session.get_one(Enrolment, circle.mine.id)
    assert (place.user.name, place.left_at, place.user.email) == ("A former member", NOW, None)
    assert "Zinaida" not in all_words(circle.session)


def test_where_words_stay_the_page_names_nobody(app: Application, database: Database):
    with database.transaction() as session:
        circle = make_circle(session)
        circle.post(circle.other, circle.post(circle.mine))
        text = factories.notes_of(session, circle.prompt.parent)
        note = factories.make_note(session, circle.mine, text, shared_at=NOW)
        said = {"words": "So?", "html": "<p>So?</p>", "made_at": NOW}
        factories.add(session, NoteReply(note_id=note.id, enrolment_id=circle.other.id, **said))
        note_id, other_id = note.id, circle.other.user_id
        circle.gone()
        slug, course = circle.other.group.slug, circle.mine.course.ident
        lesson, prompt = circle.prompt.parent.ident, circle.prompt.ident
    client = browser_of(app, database, other_id)
    for page in (f"/courses/{course}/lessons/{lesson}/prompts/{prompt}?group={slug}", f"/notes/{note_id}"):
        shown = client.get(page)
        assert shown.status_code == 200, page
        assert "A former member" in shown.text
        assert "former member" not in shown.text.replace("A former member", "")
        assert "Zinaida" not in shown.text


def test_a_reply_that_is_written_at_that_moment_is_an_answer(database: Database):
    with database.transaction() as session:
        circle = make_circle(session)
        post = circle.post(circle.mine)
    user_id, done = circle.mine.user_id, []

    def go() -> None:
        with database.transaction() as going:
            done.append(erase(going, user_id, {}, now=NOW))

    erasing = Thread(target=go)
    with database.transaction() as session:
        other = session.get_one(Enrolment, circle.other.id)
        answer = reply(session, other, session.get_one(Post, post.id), "So it is.", once=None, now=NOW)
        erasing.start()
        erasing.join(0.3)
        assert erasing.is_alive()  # it waits for the reply
    erasing.join(30)
    assert done == [True]
    with database.transaction(writing=False) as session:
        assert left(session, Post) == [post.id, answer.id]


def test_a_reply_to_a_post_that_is_erased_at_that_moment_is_refused_and_given_back(
    app: Application, database: Database
):
    """On SQLite it waits with its first query, on PostgreSQL it has seen the post and waits for the talk."""
    with database.transaction() as session:
        circle = make_circle(session)
        post_id = circle.post(circle.mine).id
        slug, other_id, user_id = circle.other.group.slug, circle.other.user_id, circle.mine.user_id
    client, typed, answers = browser_of(app, database, other_id), "What I wanted to say of it all along.", []
    page = client.get(f"/groups/{slug}/discussions").text
    token = TOKEN.search(page)
    assert token

    def send() -> None:
        address = f"/groups/{slug}/posts/{post_id}/reply"
        answers.append(client.post(address, data={"csrf_token": token[1], "text": typed, "once": "a-press"}))

    replying = Thread(target=send)
    with database.transaction() as session:
        assert erase(session, user_id, {}, now=NOW)
        replying.start()
        replying.join(0.5)
        assert replying.is_alive()  # it waits for the erasing
    replying.join(30)
    assert answers[0].status_code == (404 if database.engine.dialect.name == "sqlite" else 409)
    assert typed in answers[0].text
    with database.transaction(writing=False) as session:
        assert left(session, Post) == []


def test_a_note_that_others_replied_to_stays_without_its_tags(circle: Circle):
    text = factories.notes_of(circle.session, circle.prompt.parent)
    kept, gone = (factories.make_note(circle.session, circle.mine, text, shared_at=NOW) for _two in range(2))
    theirs = factories.make_note(circle.session, circle.other, text, shared_at=NOW)

    def say(note: Note, of: Enrolment) -> NoteReply:
        said = {"words": "So?", "html": "<p>So?</p>", "made_at": NOW}
        return factories.add(circle.session, NoteReply(note_id=note.id, enrolment_id=of.id, **said))

    for note in (kept, gone):
        circle.session.add(NoteTag(note_id=note.id, tag="power"))
    own, answer = say(kept, circle.mine), say(kept, circle.other)
    say(gone, circle.mine)
    say(theirs, circle.mine)
    anchors = circle.session.scalar(select(func.count(Anchor.id)))
    circle.gone()
    assert left(circle.session, Note) == [kept.id, theirs.id]
    assert left(circle.session, NoteReply) == [own.id, answer.id]
    assert circle.session.scalars(select(NoteTag.tag)).all() == []
    assert circle.session.scalar(select(func.count(Anchor.id))) == (anchors or 0) - 1
    found = select(SearchEntry.words).where(SearchEntry.note_id == kept.id)
    assert "power" not in circle.session.scalars(found).one()


def test_a_report_stays_with_its_answer_and_goes_without_one(circle: Circle):
    passage = circle.session.scalars(select(Passage)).first()
    about = {"course_id": circle.mine.course_id, "user_id": circle.mine.user_id, "passage_id": passage.id}
    closed = {"closed_at": NOW, "outcome": "mended", "answer": "You are right.", "words": "It was in March."}
    answered = factories.add(circle.session, Report(**about, **closed, made_at=NOW))
    factories.add(circle.session, Report(**about, words="It was in May.", made_at=NOW))
    circle.gone()
    assert left(circle.session, Report) == [answered.id]
    assert circle.session.get_one(Report, answered.id).user_id is None


def test_who_had_read_up_to_a_post_that_goes_has_read_up_to_the_one_before(circle: Circle):
    before, gone = circle.post(circle.other), circle.post(circle.mine)
    third = factories.make_enrolment(circle.session, group=circle.mine.group)
    for of, post in ((circle.other, gone), (third, before)):
        circle.session.add(ReadMark(enrolment_id=of.id, discussion_id=circle.talk.id, post_id=post.id, at=NOW))
    circle.session.add(Notice(user_id=third.user_id, kind="posted", ref=f"post:{gone.id}", at=NOW))
    circle.session.add(Notice(user_id=third.user_id, kind="posted", ref=f"post:{before.id}", at=NOW))
    circle.session.flush()
    circle.gone()
    assert circle.session.scalars(select(ReadMark.post_id)).all() == [before.id, before.id]
    assert circle.session.scalars(select(Notice.ref)).all() == [f"post:{before.id}"]


def test_what_was_given_to_them_alone_is_not_for_everybody_afterwards(circle: Circle):
    alone, both = (factories.make_assignment(circle.session, circle.mine.group, circle.prompt) for _two in range(2))
    for assignment, member in ((alone, circle.mine), (both, circle.mine), (both, circle.other)):
        to = {"group_id": circle.mine.group_id, "enrolment_id": member.id}
        circle.session.add(AssignmentTarget(assignment_id=assignment.id, **to))
    circle.session.flush()
    circle.gone()
    assert circle.session.get_one(Assignment, alone.id).withdrawn_at == NOW
    assert circle.session.get_one(Assignment, both.id).withdrawn_at is None


def test_letters_invitations_and_links_for_their_address_go(circle: Circle):
    email, session = circle.mine.user.email, circle.session
    for payload in ({"to": email, "body": "Hello"}, {"email": email}, {"to": "other@example.org", "body": "Hello"}):
        add_job(session, "mail", payload, run_at=NOW)
    refused = Job(kind="mail", payload={}, run_at=NOW, failed_at=NOW, error=f"SMTPRecipientsRefused('{email}')")
    session.add(refused)
    sent = factories.make_invitation(session, circle.mine.group, email=email)
    circle.gone()
    assert [job.payload["to"] for job in session.scalars(select(Job))] == ["other@example.org"]
    session.refresh(sent)
    assert (sent.email, sent.revoked_at) == (None, NOW)


def test_texts_and_files_they_brought_go_unless_somebody_else_has_them(circle: Circle):
    session = circle.session
    own = factories.make_imported_text(session, circle.mine)
    factories.make_import(session, circle.mine)
    given = factories.make_imported_text(session, circle.mine, enrolment_id=None, group_id=circle.mine.group_id)
    factories.make_note(session, circle.mine, own)
    theirs = factories.make_imported_text(session, circle.other)
    circle.gone()
    texts = ALL_TABLES["text"]
    kept = set(session.scalars(select(texts.c.id).where(texts.c.course_id.is_(None))))
    assert kept == {given.id, theirs.id}
    assert session.scalar(select(func.count(File.id))) == 2


def test_a_group_in_which_nobody_else_ever_was_goes_with_all_in_it(circle: Circle):
    session, user = circle.session, circle.mine.user
    group = factories.make_group(session, circle.mine.course, name="Nobody but me")
    user_id, group_id = user.id, group.id
    place = factories.make_enrolment(session, user, circle.mine.course, group, organiser=True, role=Role.tutor)
    prompt = factories.make_group_prompt(session, group)
    brought = factories.make_imported_text(session, place, enrolment_id=None, group_id=group.id)
    factories.make_group_reading(session, group, text=brought)
    factories.make_assignment(session, group, prompt)
    factories.make_post(session, factories.make_discussion(session, group, prompt), place)
    factories.make_meeting(session, group, chair_id=place.id)
    factories.make_subgroup(session, group, place)
    factories.make_message(session, place)
    circle.gone()
    assert session.get(StudyGroup, group_id) is None
    assert session.get(User, user_id) is None
    for table in ALL_TABLES.values():
        if "group_id" in table.c:
            assert session.scalars(select(table.c.group_id).where(table.c.group_id == group_id)).all() == [], table.name


def test_nobody_goes_with_the_only_keys_of_others(circle: Circle):
    with pytest.raises(KeysFirst, match="Thursday circle"):
        erase(circle.session, circle.other.user_id, {}, now=NOW)
    assert erase(circle.session, circle.other.user_id, {circle.mine.group_id or 0: circle.mine.id}, now=NOW)
    assert circle.session.get_one(Enrolment, circle.mine.id).organiser
    told = select(Notice.kind).where(Notice.user_id == circle.mine.user_id)
    assert circle.session.scalars(told).all() == ["keys"]


#: A talk: of each post whether it is theirs who will go, and which earlier one it replies to (modulo what there is).
TALKS = st.lists(st.tuples(st.booleans(), st.none() | st.integers(0, 30)), max_size=14)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talk=TALKS)
def test_of_any_talk_stays_what_is_others_or_above_it(circle: Circle, talk: list[tuple[bool, int | None]]):
    session, user_id = circle.session, circle.mine.user_id
    undone = session.begin_nested()
    posts: list[tuple[int, bool, int | None]] = []
    for is_mine, to in talk:
        above = to % len(posts) if to is not None and posts else None
        on = session.get_one(Post, posts[above][0]) if above is not None else None
        posts.append((circle.post(circle.mine if is_mine else circle.other, on).id, is_mine, above))
    stays = set()
    for at, (_post_id, is_mine, _above) in enumerate(posts):
        on_the_way = None if is_mine else at
        while on_the_way is not None:
            stays.add(posts[on_the_way][0])
            on_the_way = posts[on_the_way][2]
    assert erase(session, user_id, {}, now=NOW)
    assert set(left(session, Post)) == stays
    undone.rollback()
    session.expire_all()
