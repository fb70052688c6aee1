"""The demo: believable, in mid-course, made once, and consistent with everything that is counted."""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from course.base.db import Database, make_engine
from course.completion.records import standing_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Course
from course.syllabus.models import Assignment, Meeting
from course.users.models import DigestKind, User
from kruzhok.calendar.dates import dates_of
from kruzhok.commands import cli
from kruzhok.commands.site import Site
from kruzhok.completions import rebuild
from kruzhok.config import Config
from kruzhok.demo.making import demo_tutor, make_demo
from kruzhok.demo.script import read_script
from kruzhok.demo.stage import Stage
from kruzhok.review.plan import Reason, Review, review_of
from lessons.agenda.models import AgendaItem, Minutes
from lessons.articles.models import Article
from lessons.discussion.models import Post, PostVersion
from lessons.frames.models import Frame
from lessons.models import JournalEntry, Lesson, TextImport
from lessons.notes.models import Note
from quizzes.items import parse_data
from quizzes.items.essay import Essay as EssayData
from quizzes.marking.queue import answers_to, questions_in
from quizzes.models import Attempt, Item, ItemVersion, Purpose
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.recording import remembered
from tests import factories
from tests.journeys.conftest import load_shipped_course

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a database with the demo in it, for all tests here: they only look."""
    path = tmp_path_factory.mktemp("demo") / "kruzhok.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(make_engine(f"sqlite:///{path}"))
    play(database)
    yield database
    database.engine.dispose()


def play(database: Database) -> None:
    """Make the demo in DATABASE."""
    load_shipped_course(database)
    with database.transaction() as session:
        course = session.scalars(select(Course)).one()
        make_demo(session, course, read_script(), "peace, land and bread", now=NOW)


def count(session: Session, what: type) -> int:
    return session.scalar(select(func.count(what.id))) or 0


def test_a_tutor_and_twelve_students_stand_before_the_sixth_meeting_of_a_season(demo: Database):
    with demo.transaction(writing=False) as session:
        roles = session.scalars(select(Enrolment.role).where(Enrolment.group_id.is_not(None))).all()
        days = session.scalars(select(Meeting.day).order_by(Meeting.number)).all()
        at_meetings = select(Assignment.activity_id).join(Lesson, Lesson.activity_id == Assignment.activity_id)
        lessons = session.scalars(at_meetings).all()
        shipped = session.scalars(select(Lesson.activity_id)).all()
    assert (roles.count(Role.tutor), roles.count(Role.student)) == (1, 12)
    assert len(days) >= 12
    assert days[4] < NOW.date() <= days[5]
    assert {day.strftime("%A") for day in days} == {"Thursday"}, "as its name says"
    assert set(lessons) == set(shipped), "all of the course is on the syllabus"


def test_its_meetings_have_an_hour_a_place_minutes_and_an_agenda(demo: Database):
    with demo.transaction(writing=False) as session:
        meetings = session.scalars(select(Meeting).order_by(Meeting.number)).all()
        assert {(one.begins, one.where) for one in meetings} == {(time(19), "back room of the library")}
        assert [one.chair_id is not None for one in meetings] == [True] * 4 + [False] * (len(meetings) - 4)
        assert session.scalars(select(Minutes.meeting_id)).all() == [one.id for one in meetings[:4]]
        wishes = session.scalars(select(AgendaItem).order_by(AgendaItem.id)).all()
        assert {one.meeting_id for one in wishes} == {meetings[5].id}
        assert [bool(one.words) for one in wishes] == [True, False]
        assert count(session, Article) == 2


def test_no_letters_go_to_addresses_that_are_nobodys(demo: Database):
    with demo.transaction(writing=False) as session:
        assert set(session.scalars(select(User.digest).where(User.email.like("%.example")))) == {DigestKind.none}


def test_everybody_did_something_last_when_they_did_it(demo: Database):
    with demo.transaction(writing=False) as session:
        places = session.scalars(select(Enrolment).where(Enrolment.role == Role.student)).all()
    assert all(one.joined_at < one.used_at <= NOW for one in places)


def test_all_of_the_script_was_played(demo: Database):
    script = read_script()
    with demo.transaction(writing=False) as session:
        openings = [one for those in script.posts for one in those.discussion]
        written = sum(1 + len(one.replies) for one in openings)
        assert count(session, Post) == written
        edited = sum(bool(one.before) for one in openings)
        assert count(session, PostVersion) == written + edited
        assert session.scalar(select(func.count()).where(Attempt.purpose == Purpose.quiz)) > 12
        assert count(session, Frame) == len(script.frames) > 0
        assert count(session, TextImport) == len(script.texts) > 0
        assert count(session, Note) == len(script.notes) > 12
        assert count(session, JournalEntry) == len(script.journals)
        assert session.scalar(select(func.count()).where(Attempt.submitted_at.is_(None))) == 1


def test_everything_that_the_script_names_is_in_the_course(demo: Database):
    """What is not is left out of the play, which goes on without it: here it is told."""
    script = read_script()
    with demo.transaction(writing=False) as session:
        stage = Stage(session, session.scalars(select(Course)).one(), script, "", NOW)
        for told in [*script.posts, *script.seeds, *script.journals]:
            assert stage.prompt(told.lesson, told.prompt), f"no prompt {told.prompt} in {told.lesson}"
        for note in script.notes:
            text = stage.text(note.lesson, note.document)
            assert stage.passage(text, note.passage, note.quote), f"{note.by}'s note: no “{note.quote}” there"
        for at in [*script.reports, *(one for one in script.wishes if one.passage)]:
            assert stage.passage(stage.text(at.lesson), at.passage), f"no passage {at.passage} in {at.lesson}"
        assert all(stage.text("", frame.text) for frame in script.frames)
        assert script.alone.path in {path["ident"] for path in stage.course.paths}
        for essay in script.essays:
            its = select(ItemVersion).join(Item, Item.current_version_id == ItemVersion.id)
            version = session.scalars(its.where(Item.ident == essay.item)).one_or_none()
            assert version, f"no question {essay.item}"
            asked = parse_data(version.data)
            assert isinstance(asked, EssayData)
            assert asked.words.least <= len(essay.words.split()) <= asked.words.most, f"{essay.by} on {essay.item}"
            for criterion in asked.rubric if essay.mark else ():
                assert essay.mark.levels[criterion.ident] in {level.ident for level in criterion.levels}


def test_essays_are_marked_in_draft_or_wait(demo: Database):
    with demo.transaction(writing=False) as session:
        group = session.scalars(select(StudyGroup)).one()
        lines = [
            line for asked in questions_in(session, group.id) for line in answers_to(session, group.id, asked.item_id)
        ]
    assert sorted(line.state for line in lines) == ["draft", "released", "released", "released", "waits"]


def test_one_follows_a_path_alone_and_one_in_the_group_is_behind_another_ahead(demo: Database):
    with demo.transaction(writing=False) as session:
        alone = session.scalars(select(Enrolment).where(Enrolment.path.is_not(None))).one()
        assert (alone.path, alone.group_id) == ("short", None)

        def done(name: str) -> int:
            place = select(Enrolment).join(User).where(User.name == name, Enrolment.group_id.is_not(None))
            return standing_of(session, session.scalars(place).one()).progress.done

        assert done("Kenji Mori") < done("Grace Mwangi") < done("Elif Kaya") < done("Hanna Vogel")


def test_nothing_is_dated_ahead_and_nobody_acts_before_they_joined(demo: Database):
    with demo.transaction(writing=False) as session:
        for post, joined in session.execute(select(Post, Enrolment.joined_at).join(Post.enrolment)):
            assert joined <= post.made_at <= NOW
        for attempt, joined in session.execute(select(Attempt, Enrolment.joined_at).join(Enrolment)):
            assert joined <= attempt.started_at <= NOW
            assert attempt.submitted_at is None or attempt.submitted_at <= NOW


def test_what_is_stored_as_done_is_what_the_work_amounts_to(demo: Database):
    with demo.new_session() as session:  # and nothing is committed
        places = session.scalars(select(Enrolment)).all()
        before = {place.id: factories.states_of(session, place.id) for place in places}
        rebuild(session, places, now=NOW)
        assert {place.id: factories.states_of(session, place.id) for place in places} == before
        assert any(before.values())


def test_the_same_is_asked_of_every_student(demo: Database):
    with demo.transaction(writing=False) as session:
        live = (Enrolment.group_id.is_not(None), Enrolment.role == Role.student, Enrolment.left_at.is_(None))
        places = session.scalars(select(Enrolment).where(*live)).all()
        asked = {standing_of(session, place).progress.required for place in places}
        assert len(asked) == 1
        assert asked != {0}


def test_replies_are_told_to_those_replied_to(demo: Database):
    with demo.transaction(writing=False) as session:
        ada = session.scalars(select(User).where(User.name == "Ada Lindqvist")).one()
        kinds = session.scalars(select(Notice.kind).where(Notice.user_id == ada.id)).all()
    assert kinds.count("replied") >= 2
    assert "assigned" in kinds


def user_of(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == f"{email}@circle.example")).one()


def review_now(session: Session, email: str) -> Review:
    user = user_of(session, email)
    return review_of(session, user, dates_of(session, user, NOW), NOW)


def cards_of(session: Session, name: str) -> Sequence[Card]:
    return session.scalars(select(Card).join(User, User.id == Card.user_id).where(User.name.startswith(name))).all()


def reviewed_by(session: Session, name: str) -> list[ReviewLog]:
    its = select(ReviewLog).join(Card).join(User, User.id == Card.user_id)
    return list(session.scalars(its.where(User.name.startswith(name), ReviewLog.source == ReviewSource.review)))


def test_one_reviewed_on_most_evenings_of_the_last_weeks_and_mostly_knew_it(demo: Database):
    with demo.transaction(writing=False) as session:
        reviews = reviewed_by(session, "Ada")
        days = {(NOW.date() - row.day).days for row in reviews}
        assert days <= set(range(1, 17))
        assert len(days) >= 12
        knew = [row for row in reviews if row.rating > 1]
        assert 0.75 < len(knew) / len(reviews) < 0.95
        assert {row.rating for row in reviews} == {1, 2, 3}, "never easy"
        assert all(0 < row.milliseconds <= 120_000 for row in reviews)


def test_what_seldom_happens_in_review_happened_to_her_once(demo: Database):
    with demo.transaction(writing=False) as session:
        cards, reviews = cards_of(session, "Ada"), reviewed_by(session, "Ada")
        assert sum(row.taken_back_at is not None for row in reviews) == 1
        assert sum(card.suspended_at is not None for card in cards) == 1
        assert max(card.misses for card in cards) == 4


def test_the_essays_that_she_wrote_came_to_be_recalled(demo: Database):
    with demo.transaction(writing=False) as session:
        assert [row for row in reviewed_by(session, "Ada") if row.attempt_item_id is None]


def test_another_was_away_for_ten_days_and_finds_no_pile(demo: Database):
    with demo.transaction(writing=False) as session:
        assert min((NOW.date() - row.day).days for row in reviewed_by(session, "Ivo")) > 10
        review = review_now(session, "ivo")
        assert review.queue
        assert review.minutes <= review.set_minutes == 8


def test_three_minutes_a_day_are_too_few_for_the_coming_meeting(demo: Database):
    with demo.transaction(writing=False) as session:
        [short] = review_now(session, "hanna").short
        next_meeting = session.scalars(select(Meeting.day).where(Meeting.number == 6)).one()
        assert (short.need.kind, short.need.day, short.set_minutes) == ("meeting", next_meeting, 3)
        assert short.minutes_a_day > 3


def test_who_is_new_has_nothing_to_forget_yet(demo: Database):
    with demo.transaction(writing=False) as session:
        assert not cards_of(session, "Kenji")
        assert {one.reason for one in review_now(session, "kenji").queue} == {Reason.new}


def test_every_card_is_what_its_log_comes_to(demo: Database):
    with demo.transaction(writing=False) as session:
        for card in session.scalars(select(Card).options(selectinload(Card.log))):
            memory = remembered(card.log)
            assert (memory and memory.stability) == card.stability


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_plays_it_too(database: Database):
    play(database)
    with database.transaction(writing=False) as session:
        assert count(session, Enrolment) == 14


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_prints_how_to_sign_in_and_does_it_once(config: Config, database: Database):
    site = Site()
    site.__dict__["config"] = config
    first = CliRunner().invoke(cli.commands["demo"], obj=site)
    assert first.exit_code == 0, first.output
    shown = re.findall(r"\S+@circle\.example +(\w.*)", first.output)
    assert len(set(shown)) == len(shown) == 14, "each with what is to be seen"
    second = CliRunner().invoke(cli.commands["demo"], obj=site)
    assert second.exit_code == 0
    assert "Nothing was changed" in second.output
    with database.transaction(writing=False) as session:
        assert demo_tutor(session, read_script()) is not None
        assert count(session, User) == 14
