"""What is said in a subgroup is kept to it, on every road: Anna is in 3A, Boris in 3B, and he wrote whatever there is.

The roads are those of `test_write_before_you_see`."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.notices.models import Notice
from course.outline.models import Activity
from course.syllabus.models import Assignment, AssignmentTarget
from course.texts.models import Text
from lessons.audience import subgroup_for
from lessons.completions import completions
from lessons.discussion.listing import discussions_of, post_counts
from lessons.discussion.models import Discussion, Post
from lessons.discussion.posts import reply, talk_on, write_post
from lessons.discussion.talks import SpeaksElsewhere, talks_on
from lessons.discussion.threads import Thread, thread_of
from lessons.frames.frames import comparison, framed_texts, shared_by_others, write_frame
from lessons.models import Document, Prompt
from lessons.moderation.locking import set_lock
from lessons.notes.models import Note
from lessons.notes.noting import share_note
from lessons.rounds import done_in
from lessons.seeing import members_who_see, seen_notes, seen_posts, speaks_in
from tests import factories
from tests.conftest import NOW
from tests.lessons.test_write_before_you_see import ROADS, House, found, make_house, write
from tests.test_access import ABOUT, browser_of
from tests.test_queries import counted
from tests.web import post


def written(session: Session, house: House) -> None:
    for kind in ("post", "note", "frame"):
        write(session, house, kind)


@pytest.fixture
def parted(app: Application, database: Database) -> House:
    with database.transaction() as session:
        house = make_house(session, in_round=False, parted=True)
        written(session, house)
    return house


def test_no_word_of_another_subgroup_is_on_any_road(app: Application, database: Database, parted: House) -> None:
    boris = browser_of(app, database, parted.boris)
    assert found(boris, parted) == {}
    assert "Anna" not in boris.get("/notices").text
    assert "Anna" not in boris.get(parted.names["prompt"]).text
    with database.transaction(writing=False) as session:
        mails = " ".join(str(job.payload) for job in session.scalars(select(Job)))
        told = session.scalars(select(Notice.kind).where(Notice.user_id == parted.boris)).all()
    assert "dvoevlastie" not in mails
    assert not told


def test_nor_once_the_group_is_archived(app: Application, database: Database, parted: House) -> None:
    with database.transaction() as session:
        session.scalars(select(StudyGroup).filter_by(slug=parted.names["slug"])).one().archived_at = NOW
    assert found(browser_of(app, database, parted.boris), parted) == {}


def test_a_tutor_reads_all_of_it(app: Application, database: Database, parted: House) -> None:
    seen = found(browser_of(app, database, parted.tutor), parted)
    for name, road in ROADS.items():
        if road.status == 200:  # what a student may not do at all is another matter
            assert road.shows <= seen.get(name, set()), name


def test_in_the_same_subgroup_all_of_it_is_there(app: Application, database: Database, parted: House) -> None:
    with database.transaction() as session:
        place = session.scalars(select(SubgroupMember).filter_by(enrolment_id=parted.place)).one()
        place.subgroup_id = session.scalars(select(Subgroup.id).filter_by(name="3A")).one()
    seen = found(browser_of(app, database, parted.boris), parted)
    assert seen == {name: set(road.shows) for name, road in ROADS.items() if road.shows}


class Circles:
    """Anna and Vera in 3A, Boris in 3B, Clara in none, a tutor; a lesson given to both subgroups, with a prompt."""

    def __init__(self, session: Session, *, given: bool = True, **of_group: Any) -> None:
        self.session, course = session, factories.make_bare_course(session)
        self.group = factories.make_group(session, course, **of_group)
        self.anna, self.vera, self.boris, self.clara = (
            factories.make_enrolment(session, factories.make_user(session, name=name), group=self.group)
            for name in ("Anna", "Vera", "Boris", "Clara")
        )
        self.tutor = factories.make_enrolment(session, group=self.group, role=Role.tutor)
        self.lesson = factories.make_lesson(session, course)
        self.activity = factories.make_prompt(session, self.lesson)
        self.prompt = session.scalars(select(Prompt).filter_by(activity_id=self.activity.id)).one()
        self.text = factories.make_text(session, course)
        self.reading = factories.make_reading(session, self.lesson, text=self.text)
        self.subgroups = {
            name: factories.make_subgroup(session, self.group, *members, name=name)
            for name, members in {"3A": [self.anna, self.vera], "3B": [self.boris]}.items()
        }
        if given:
            self.give(self.lesson, "3A", "3B")

    def give(self, activity: Activity, *names: str, **columns: Any) -> Assignment:
        assignment = factories.make_assignment(self.session, self.group, activity, **columns)
        for name in names:
            target = AssignmentTarget(assignment_id=assignment.id, group_id=self.group.id)
            target.subgroup_id = self.subgroups[name].id
            factories.add(self.session, target)
        return assignment

    def move(self, who: Enrolment, name: str) -> None:
        place = self.session.scalars(select(SubgroupMember).filter_by(enrolment_id=who.id)).one()
        place.subgroup_id = self.subgroups[name].id
        self.session.flush()

    def says(self, who: Enrolment, words: str, talk: int | None = None) -> Post:
        return write_post(self.session, who, self.prompt, words, once=None, base=0, now=NOW, talk=talk)

    def thread(self, who: Enrolment, **asked: Any) -> Thread:
        self.session.expire_all()
        return thread_of(self.session, who, self.activity, **asked)

    def reads(self, who: Enrolment, **asked: Any) -> list[str]:
        """Return what WHO reads in the talk, with the circle it is in."""
        return [f"{one.circle}: {one.now.text}" for one in self.thread(who, **asked).known.values()]


@pytest.fixture
def circles(session: Session) -> Circles:
    return Circles(session)


def test_the_talk_is_that_of_the_subgroup_and_what_is_for_all(circles: Circles) -> None:
    for who, words in ((circles.anna, "Ah"), (circles.boris, "Be"), (circles.clara, "Cee")):
        circles.says(who, words)
    circles.says(circles.tutor, "All")
    circles.says(circles.tutor, "You", circles.subgroups["3B"].id)
    assert circles.reads(circles.vera) == ["3A: Ah", "the whole group: Cee", "the whole group: All"]
    assert circles.reads(circles.boris) == ["3B: Be", "the whole group: Cee", "the whole group: All", "3B: You"]
    assert circles.reads(circles.clara) == [": Cee", ": All"]  # to her there is but one talk
    assert len(circles.reads(circles.tutor)) == 5
    assert circles.reads(circles.tutor, only=circles.subgroups["3B"].id) == ["3B: Be", "3B: You"]
    assert circles.reads(circles.tutor, only=0) == ["the whole group: Cee", "the whole group: All"]
    assert circles.reads(circles.vera, only=circles.subgroups["3B"].id) == []


def test_one_replies_where_one_speaks_and_a_tutor_everywhere(circles: Circles) -> None:
    ours, theirs, for_all = (circles.says(who, "Words.") for who in (circles.anna, circles.boris, circles.tutor))
    replied = reply(circles.session, circles.vera, ours, "Yes.", once=None, now=NOW)
    assert replied.discussion_id == ours.discussion_id
    with pytest.raises(SpeaksElsewhere):
        reply(circles.session, circles.vera, for_all, "Yes.", once=None, now=NOW)
    with pytest.raises(SpeaksElsewhere):
        reply(circles.session, circles.vera, theirs, "Yes.", once=None, now=NOW)
    assert (
        reply(circles.session, circles.tutor, theirs, "Yes.", once=None, now=NOW).discussion_id == theirs.discussion_id
    )
    known = circles.thread(circles.vera).known
    assert (known[ours.id].answerable, known[for_all.id].answerable) == (True, False)


def test_words_go_to_nobody_else_than_the_page_said(circles: Circles) -> None:
    with pytest.raises(SpeaksElsewhere):
        circles.says(circles.anna, "Words.", circles.subgroups["3B"].id)
    with pytest.raises(SpeaksElsewhere):
        circles.says(circles.anna, "Words.", 0)
    with pytest.raises(SpeaksElsewhere):
        circles.says(circles.tutor, "Words.", 10**6)


def test_what_was_said_before_the_group_was_parted_stays_readable_and_opens(session: Session) -> None:
    circles = Circles(session, given=False, write_first=True)
    circles.says(circles.anna, "Before")
    circles.says(circles.boris, "Me too")
    circles.give(circles.activity, "3A", "3B")
    circles.says(circles.vera, "Now")
    assert circles.reads(circles.anna) == ["the whole group: Before", "the whole group: Me too", "3A: Now"]
    thread = circles.thread(circles.anna)
    assert (thread.posted, thread.answered) == (False, True)
    assert circles.reads(circles.boris) == ["the whole group: Before", "the whole group: Me too"]


def test_of_several_the_latest_is_where_one_speaks_and_one_reads_on_in_the_others(circles: Circles) -> None:
    circles.says(circles.anna, "First")
    circles.subgroups["4A"] = factories.make_subgroup(
        circles.session, circles.group, circles.anna, circles.boris, name="4A"
    )
    later = circles.give(circles.activity, "4A")
    circles.says(circles.anna, "Second")
    assert circles.reads(circles.anna) == ["3A: First", "4A: Second"]
    assert circles.reads(circles.boris) == ["4A: Second"]
    later.withdrawn_at = NOW
    circles.session.flush()
    assert circles.thread(circles.anna).talks.place == circles.subgroups["3A"].id


def test_who_changes_subgroup_reads_the_new_one_and_keeps_their_own_words(circles: Circles) -> None:
    ours = circles.says(circles.vera, "Hidden from Anna soon")
    circles.says(circles.anna, "Mine")
    mine = reply(circles.session, circles.anna, ours, "My reply", once=None, now=NOW)
    circles.says(circles.boris, "Theirs")
    circles.move(circles.anna, "3B")
    assert circles.reads(circles.anna) == ["3A: Mine", "3A: My reply", "3B: Theirs"]
    known = circles.thread(circles.anna).known
    assert not known[mine.id].answerable
    assert known[mine.id].locked
    assert circles.reads(circles.vera) == ["3A: Hidden from Anna soon", "3A: Mine", "3A: My reply"]
    seen = circles.session.scalars(select(Post).where(seen_posts(circles.anna))).all()
    assert ours not in seen
    assert mine in seen


def test_the_condition_of_a_query_says_where_one_speaks_as_the_page_does(circles: Circles) -> None:
    for who in (circles.anna, circles.boris, circles.clara):
        talk = talk_on(circles.session, who, circles.activity)
        assert circles.session.scalars(select(Discussion).where(speaks_in(who.id))).all() == [talk]
        assert talks_on(circles.session, who, circles.activity).place == talk.subgroup_id


def test_counts_are_of_what_one_has_a_part_in(circles: Circles) -> None:
    for who in (circles.anna, circles.boris, circles.clara):
        circles.says(who, "Words.")
    counts = {
        who.user.name: post_counts(circles.session, who)[circles.activity.id] for who in (circles.vera, circles.tutor)
    }
    assert (counts["Vera"].posts, counts["Vera"].new) == (2, 2)
    assert counts[circles.tutor.user.name].posts == 3
    (line,) = discussions_of(circles.session, circles.tutor)
    assert list(line.circles) == ["3A", "3B"]
    (line,) = discussions_of(circles.session, circles.vera)
    assert list(line.circles) == ["3A"]


def test_only_who_is_in_it_is_told_and_can_be_mentioned(circles: Circles) -> None:
    circles.says(circles.boris, "Hello.")
    circles.says(circles.vera, "Hello.")
    said = circles.says(circles.anna, "@Boris @Vera @Clara look")
    told = circles.session.scalars(select(Notice.user_id).where(Notice.ref == f"post:{said.id}")).all()
    assert told == [circles.vera.user_id]
    assert said.versions[0].html.count("mention") == 1
    readers = select(Enrolment.id).join(Discussion, Discussion.id == said.discussion_id)
    seeing = circles.session.scalars(readers.where(members_who_see(circles.group))).all()
    assert set(seeing) == {circles.anna.id, circles.vera.id, circles.tutor.id}


def test_who_posted_in_a_subgroup_is_told_of_what_is_said_to_all(circles: Circles) -> None:
    circles.says(circles.anna, "Hello.")
    said = circles.says(circles.tutor, "For everybody.")
    told = circles.session.scalars(select(Notice.user_id).where(Notice.ref == f"post:{said.id}")).all()
    assert told == [circles.anna.user_id]


def test_a_round_is_written_and_replied_to_within_the_subgroup(circles: Circles) -> None:
    circles.give(circles.activity, "3A", "3B", due_at=NOW, reply_due_at=NOW)
    circles.says(circles.boris, "Theirs")
    ours = circles.says(circles.anna, "Ours")
    assert circles.reads(circles.vera) == []
    assert circles.thread(circles.vera).waiting == 1
    assert done_in(circles.session, circles.vera, [circles.activity.id])[circles.activity.id].of_others == 1
    circles.says(circles.vera, "I too")
    assert circles.reads(circles.vera) == ["3A: Ours", "3A: I too"]
    key = (circles.vera.id, circles.activity.id)
    assert completions(circles.session, [circles.activity], [circles.vera])[key].value == "begun"
    reply(circles.session, circles.vera, ours, "Yes", once=None, now=NOW)
    assert completions(circles.session, [circles.activity], [circles.vera])[key].value == "done"
    assert (
        completions(circles.session, [circles.activity], [circles.boris])[circles.boris.id, circles.activity.id].value
        == "done"
    )


def test_a_lock_holds_for_all_talks_or_for_one(circles: Circles) -> None:
    circles.says(circles.anna, "Ours")
    set_lock(circles.session, circles.tutor, circles.activity, locked=True, now=NOW)
    assert all(circles.thread(who).lock for who in (circles.anna, circles.boris, circles.clara, circles.tutor))
    only = circles.subgroups["3B"].id
    set_lock(circles.session, circles.tutor, circles.activity, locked=False, only=only, now=NOW)
    assert [bool(circles.thread(who).lock) for who in (circles.anna, circles.boris, circles.tutor)] == [
        True,
        False,
        False,
    ]


def test_notes_and_frames_are_shared_with_the_subgroup_and_stay_there(circles: Circles) -> None:
    session = circles.session
    assert subgroup_for(session, circles.anna, circles.text) == circles.subgroups["3A"].id
    assert subgroup_for(session, circles.clara, circles.text) is None
    assert subgroup_for(session, circles.tutor, circles.text) is None
    note = factories.make_note(session, circles.anna, circles.text)
    share_note(session, note, shared=True, now=NOW)
    frame = write_frame(session, circles.anna, circles.text, {"who": "Lenin"}, base=0, share=True, now=NOW)

    def sees(who: Enrolment) -> tuple[bool, bool]:
        notes = session.scalars(select(Note).where(seen_notes(who))).all()
        shown = [one.frame for one in comparison(session, who, circles.text).others]
        assert shared_by_others(session, who, circles.text) == len(shown)
        assert len(framed_texts(session, who)) == len(shown)
        return note in notes, frame in shown

    assert [sees(who) for who in (circles.vera, circles.boris, circles.clara, circles.tutor)] == [
        (True, True),
        (False, False),
        (False, False),
        (True, True),
    ]
    circles.move(circles.anna, "3B")
    assert session.scalars(select(Note).where(seen_notes(circles.anna))).all() == [note]
    assert sees(circles.boris) == (False, False)
    assert sees(circles.vera) == (True, True)
    share_note(session, note, shared=False, now=NOW)
    share_note(session, note, shared=True, now=NOW)
    assert sees(circles.boris)[0]
    assert not sees(circles.vera)[0]


@pytest.mark.parametrize("of", ["reading", "lesson", "notes"])
def test_the_text_is_given_by_itself_with_its_lesson_or_as_its_notes(session: Session, of: str) -> None:
    circles = Circles(session, given=False)
    text: Text = circles.text
    circles.give(circles.reading if of == "reading" else circles.lesson, "3A")
    if of == "notes":
        text = factories.notes_of(session, circles.lesson)
    assert subgroup_for(session, circles.anna, text) == circles.subgroups["3A"].id
    assert subgroup_for(session, circles.boris, text) is None


def test_a_prompt_given_to_one_is_between_them_and_the_tutors(session: Session) -> None:
    circles = Circles(session, given=False)
    circles.subgroups["only"] = factories.make_subgroup(session, circles.group, circles.anna, name=None)
    circles.give(circles.activity, "only")
    circles.says(circles.anna, "Between us")
    assert circles.reads(circles.tutor) == ["Anna: Between us"]
    assert circles.reads(circles.vera) == []
    assert circles.thread(circles.vera).waiting == 0


def test_a_tutor_chooses_on_the_page_for_whom_an_answer_is(app: Application, database: Database) -> None:
    with database.transaction() as session:
        circles = Circles(session)
        circles.says(circles.anna, "Ours")
        where = f"/groups/{circles.group.slug}/lessons/{circles.lesson.ident}/prompts/{circles.activity.ident}"
        page = f"/courses/{circles.group.course.ident}/lessons/{circles.lesson.ident}/prompts/{circles.activity.ident}"
        page += f"?group={circles.group.slug}"
        anna, tutor, chosen = circles.anna.user_id, circles.tutor.user_id, circles.subgroups["3A"].id
    client = browser_of(app, database, tutor)
    shown = client.get(page).text
    assert "3A: Anna, Vera" in shown
    assert "3B: Boris" in shown
    assert post(client, where, {"text": "To you.", "talk": str(chosen)}).status_code == 303
    refused = post(client, where, {"text": "To whom?", "talk": "99999"})
    assert refused.status_code == 409
    assert "To whom?" in refused.text
    shown = browser_of(app, database, anna).get(page).text
    assert "To you." in shown
    assert "Kept to <strong>3A: Anna, Vera</strong>" in shown


def test_twelve_subgroups_are_read_with_as_many_queries_as_two(app: Application, database: Database) -> None:
    asked: dict[int, list[int]] = {}
    for more in (0, 10):
        with database.transaction() as session:
            circles = Circles(session)
            names = [f"4{letter}" for letter in "ABCDEFGHIJKL"[:more]]
            for name in names:
                member = factories.make_enrolment(session, group=circles.group)
                circles.subgroups[name] = factories.make_subgroup(session, circles.group, member, name=name)
            if names:
                circles.give(circles.activity, *names)
            everybody = session.scalars(select(Enrolment).filter_by(group_id=circles.group.id)).all()
            for member in everybody:
                circles.says(member, "Words.")
                note = factories.make_note(session, member, circles.text)
                share_note(session, note, shared=True, now=NOW)
                write_frame(session, member, circles.text, {"who": "Lenin"}, base=0, share=True, now=NOW)
            session.add(Document(text_id=circles.text.id, about=ABOUT))
            at, slug = f"/courses/{circles.group.course.ident}", circles.group.slug
            pages = [
                f"{at}/lessons/{circles.lesson.ident}/prompts/{circles.activity.ident}?group={slug}",
                f"/groups/{slug}/discussions",
                f"{at}/texts/{circles.text.ident}?group={slug}",
                f"/groups/{slug}/texts/{circles.text.ident}/frames",
                f"/groups/{slug}",
            ]
            readers = [circles.tutor.user_id, circles.anna.user_id]
        for reader in readers:
            client = browser_of(app, database, reader)
            for page in pages:
                with counted(database) as said:
                    assert client.get(page).status_code == 200
                asked.setdefault(more, []).append(len(said))
    assert asked[0] == asked[10]
