"""One object for the page of the day and the letter: what one's places need by when, review, talk, what came back."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role
from course.notices import records as kinds
from course.notices.records import tell
from course.outline.models import Activity
from course.rules import due_instant
from course.users.models import User
from kruzhok.calendar.dates import CLOSES, MEETING, dates_of
from kruzhok.today.today import Today, today_of
from kruzhok.today.words import review_for, review_none, review_takes
from lessons.discussion.following import set_following
from lessons.discussion.marks import mark_read
from lessons.discussion.models import Discussion
from lessons.readings import tick_reading
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.review.make import know
from tests.quizzes.marking.make import hand_in, make_essay_quiz
from tests.test_access import browser_of

IN_THREE_DAYS, IN_SIX_DAYS = NOW.date() + timedelta(days=3), NOW.date() + timedelta(days=6)


class Reader:
    """Somebody with places, each on a course of its own: two lessons with a reading of ten minutes and a prompt."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.user: User = factories.make_user(session)
        self.lessons: dict[int, list[Activity]] = {}

    def join(self, name: str = "", *, role: Role = Role.student, used: int = 0) -> Enrolment:
        """Return a place in the group of that NAME, or alone, last used so many days ago."""
        course = factories.make_empty_course(self.session)
        unit = factories.make_unit(self.session, course)
        lessons = [factories.make_lesson(self.session, course, unit, number=number) for number in (1, 2)]
        for lesson in lessons:
            factories.make_reading(self.session, lesson)
            factories.make_prompt(self.session, lesson)
        group = factories.make_group(self.session, course, name=name) if name else None
        own = {"role": role, "used_at": NOW - timedelta(days=used)}
        place = factories.make_enrolment(self.session, self.user, course=course, group=group, **own)
        self.lessons[place.id] = lessons
        return place

    def meet(self, place: Enrolment, day: date, lesson: int = 1, **columns: object) -> None:
        """Meet on that lesson, which is due on that day."""
        assert place.group is not None
        meeting = factories.make_meeting(self.session, place.group, day=day, **columns)
        self.give(place, lesson, due_at=due_instant(day, ZoneInfo(place.group.zone)), meeting_id=meeting.id)

    def give(self, place: Enrolment, lesson: int = 1, **columns: object) -> None:
        assert place.group is not None
        factories.make_assignment(self.session, place.group, self.lessons[place.id][lesson - 1], **columns)

    def today(self, named: str | None = None) -> Today:
        self.session.flush()
        self.session.expire_all()
        return today_of(self.session, self.user, NOW, named)


@pytest.fixture(autouse=True)
def _in_a_request(app: Application) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.fixture
def reader(session: Session) -> Reader:
    return Reader(session)


# What one's places need


def test_the_place_last_used_comes_first_and_the_others_in_a_line_each(reader: Reader):
    first, second, third = reader.join("First"), reader.join("Second", used=1), reader.join("Third", used=2)
    reader.meet(first, IN_SIX_DAYS)
    reader.meet(second, IN_SIX_DAYS)
    reader.meet(third, IN_THREE_DAYS)
    today = reader.today()
    assert today.here is not None
    assert today.here.place.id == first.id
    assert [(one.place.id, one.first and one.first.day, one.minutes) for one in today.others] == [
        (third.id, IN_THREE_DAYS, 40),
        (second.id, IN_SIX_DAYS, 40),
    ]


def test_the_place_named_comes_first(reader: Reader):
    first, second = reader.join("First"), reader.join("Second", used=1)
    assert second.group is not None
    today = reader.today(second.group.slug)
    assert today.here is not None
    assert (today.here.place.id, [one.place.id for one in today.others]) == (second.id, [first.id])


def test_a_place_alone_has_a_line_though_nothing_there_has_a_date(reader: Reader):
    reader.join("First")
    alone = reader.join(used=1)
    assert [(one.place.id, one.first, one.minutes) for one in reader.today().others] == [(alone.id, None, 0)]


def test_a_group_that_is_archived_has_no_line(reader: Reader):
    reader.join("First")
    over = reader.join("Over", used=1)
    assert over.group is not None
    over.group.archived_at = NOW
    assert reader.today().others == []


def test_its_dates_are_those_of_the_calendar(reader: Reader):
    for name in ("First", "Second"):
        place = reader.join(name)
        reader.meet(place, IN_THREE_DAYS)
        reader.give(place, 2, due_at=NOW + timedelta(days=20))
    today = reader.today()
    assert [one.uid for one in today.dates] == [one.uid for one in dates_of(reader.session, reader.user, NOW)]


def test_a_line_takes_the_minutes_that_its_own_page_says(reader: Reader):
    """The meeting of the place asks lesson 1, of whose reading the user has ticked off the ten minutes."""
    reader.join("First")
    place = reader.join("Second", used=1)
    assert place.group is not None
    reader.meet(place, IN_THREE_DAYS)
    tick_reading(reader.session, place, reader.lessons[place.id][0].parts[0], done=True, now=NOW)
    (line,) = reader.today().others
    here = reader.today(place.group.slug).here
    assert here is not None
    assert here.asked.week is not None
    assert line.minutes == here.asked.week.minutes == 10


def test_what_has_a_date_besides_the_meeting_at_hand_comes_soon_and_nothing_is_said_twice(reader: Reader):
    place = reader.join("First")
    reader.meet(place, IN_THREE_DAYS)
    reader.meet(place, IN_SIX_DAYS, 2, number=2)
    factories.make_quiz(reader.session, reader.lessons[place.id][0], closes_at=NOW + timedelta(days=2))
    here = reader.today().here
    assert here is not None
    assert [(one.kind, one.number) for one in here.asked.soon] == [(CLOSES, 0), (MEETING, 2)]


def test_what_was_due_before_is_said_once(reader: Reader):
    place = reader.join("First")
    reader.meet(place, NOW.date() - timedelta(days=5))
    reader.meet(place, IN_THREE_DAYS, 2, number=2)
    here = reader.today().here
    assert here is not None
    assert here.asked.week is not None
    assert {task.lesson_number for task in here.asked.late} == {1}
    assert {task.lesson_number for task in here.asked.week.asked} == {2}
    reader.join("Second", used=-1)
    (line,) = reader.today().others
    assert (line.place.id, line.is_late) == (place.id, True)


def test_what_a_tutor_has_to_mark_is_what_the_group_needs_of_them(reader: Reader):
    """In each group that they lead, and in none in which they study."""
    here, there = reader.join("First", role=Role.tutor), reader.join("Second", role=Role.tutor, used=1)
    third = reader.join("Third", used=2)
    for place, essays in ((here, 1), (there, 2)):
        quiz = make_essay_quiz(reader.session, reader.lessons[place.id][0])
        for _essay in range(essays):
            hand_in(reader.session, factories.make_enrolment(reader.session, group=place.group), quiz)
    today = reader.today()
    assert today.here is not None
    assert today.here.asked.to_mark == 1
    assert {one.place.id: one.to_mark for one in today.others} == {there.id: 2, third.id: 0}


# Review


def test_review_says_how_much_and_for_what(reader: Reader):
    place = reader.join("First")
    lesson = reader.lessons[place.id][0]
    checks = [factories.make_check(reader.session, factories.notes_of(reader.session, lesson)) for _n in range(3)]
    reader.meet(place, IN_THREE_DAYS)
    know(reader.session, reader.user, [one.item_id for one in checks], due=NOW.date())
    review = reader.today().review
    assert (review_takes(review), review_for(review)) == (
        "3 questions, about 1 minute",
        "All of them are needed for Thursday’s meeting",
    )


def test_who_has_met_no_question_is_told_what_review_is(reader: Reader):
    reader.join("First")
    review = reader.today().review
    assert (review_takes(review), review_for(review)) == ("", "")
    assert review_none(review).startswith("Each question you answer comes back here")


# Talk


def talk_in(reader: Reader, place: Enrolment, posts: int = 2) -> Discussion:
    """Return the talk on the prompt of the first lesson, in which another member has posted so often."""
    prompt = reader.lessons[place.id][0].parts[1]
    assert place.group is not None
    talk = factories.make_discussion(reader.session, place.group, prompt)
    other = factories.make_enrolment(reader.session, group=place.group)
    for _post in range(posts):
        factories.make_post(reader.session, talk, other)
    return talk


def said_of(reader: Reader) -> list[tuple[str | None, int, int]]:
    return [(one.place.group and one.place.group.name, one.new, one.waiting) for one in reader.today().talk]


def test_talks_one_takes_part_in_say_how_much_is_new(reader: Reader):
    place = reader.join("First")
    talk = talk_in(reader, place)
    assert said_of(reader) == []
    mine = factories.make_post(reader.session, talk, place)
    assert said_of(reader) == [("First", 2, 0)]
    mark_read(reader.session, enrolment_id=place.id, user_id=reader.user.id, up_to={talk.id: mine.id}, seen=(), now=NOW)
    assert said_of(reader) == []


def test_a_talk_opens_when_one_has_written(reader: Reader):
    place = reader.join("First")
    assert place.group is not None
    place.group.write_first = True
    talk = talk_in(reader, place)
    assert said_of(reader) == [("First", 0, 2)]
    factories.make_post(reader.session, talk, place)
    assert said_of(reader) == [("First", 2, 0)]


def test_what_is_hidden_is_not_counted(reader: Reader):
    place = reader.join("First")
    talk = talk_in(reader, place, posts=1)
    factories.make_post(reader.session, talk, place)
    other = factories.make_enrolment(reader.session, group=place.group)
    factories.make_post(reader.session, talk, other, hidden_at=NOW, hidden_why="It is rude.")
    assert said_of(reader) == [("First", 1, 0)]


def test_of_a_talk_that_was_muted_nothing_is_said(reader: Reader):
    place = reader.join("First")
    talk = talk_in(reader, place)
    factories.make_post(reader.session, talk, place)
    set_following(reader.session, place, talk, follows=False, now=NOW)
    assert said_of(reader) == []


def test_talk_is_that_of_all_places_and_of_no_other_group(reader: Reader):
    first, second = reader.join("First"), reader.join("Second", used=1)
    for place in (first, second):
        factories.make_post(reader.session, talk_in(reader, place), place)
    left = reader.join("Left", used=2)
    factories.make_post(reader.session, talk_in(reader, left), left)
    left.left_at = NOW
    assert sorted(said_of(reader)) == [("First", 2, 0), ("Second", 2, 0)]


# What came back


def test_what_came_back_is_what_others_said_of_ones_work(reader: Reader):
    place = reader.join("First")
    talk = talk_in(reader, place, posts=1)
    reply = factories.make_post(reader.session, talk, factories.make_enrolment(reader.session, group=place.group))
    factories.make_post(reader.session, talk, place)
    quiz = make_essay_quiz(reader.session, reader.lessons[place.id][0])
    essay = hand_in(reader.session, place, quiz)
    for kind, ref in (
        (kinds.REPLIED, f"post:{reply.id}"),
        (kinds.MARKED, f"attempt_item:{essay.id}"),
        (kinds.JOINED, f"enrolment:{place.id}"),
        (kinds.POSTED, f"post:{reply.id}"),
    ):
        tell(reader.session, [reader.user.id], kind, ref, now=NOW)
    today = reader.today()
    words = [one.words for one in today.came_back]
    assert len(words) == 2
    assert any("replied to you" in one for one in words)
    assert any("is marked" in one for one in words)
    assert len(today.news.news) == 3
    page = today_of(reader.session, reader.user, NOW, whole=False)
    assert page.came_back == today.came_back
    assert len(page.news.news) == 2, "the page asks for nothing else"


# The page


def test_the_page_has_one_primary_button_and_the_sections_of_the_day(app: Application, database: Database):
    with database.transaction() as session:
        reader = Reader(session)
        place = reader.join("First")
        reader.meet(place, IN_THREE_DAYS)
        factories.make_post(session, talk_in(reader, place), place)
        tell(session, [reader.user.id], kinds.JOINED, f"enrolment:{place.id}", now=NOW)
        user_id = reader.user.id
    page = browser_of(app, database, user_id).get("/today").text
    assert page.count("button primary") == 1
    assert "2 new" in page
    for gone in ("Read again", "How far you are", "If you want more"):
        assert gone not in page
