"""The next run of a study group: its plan and what is its own go along, its people and what they did stay."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import HelpRules
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup
from course.outline.models import Activity, ActivityKind
from course.pacing import Break
from course.rules import due_instant
from course.syllabus import planning
from course.syllabus.giving import Terms, give
from course.syllabus.meetings import meetings_of
from course.syllabus.models import Assignment, Pacing, RelativeDate, RuleException
from course.texts.models import Passage, Text
from kruzhok.models import ALL_TABLES
from kruzhok.next_run.copying import begin_next_run, next_run_of
from lessons.articles.models import Article
from lessons.assigning.making import Question, make_prompt
from lessons.discussion.models import Discussion, Post, Seed
from lessons.models import Reading
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

BERLIN = ZoneInfo("Europe/Berlin")
START = date(2026, 9, 3)  # a Thursday
LATER = date(2027, 3, 1)  # a Monday
EVERYBODY = Terms(None, None, required=True)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Old:
    """A study group of an autumn: three meetings on Thursdays, one of them cancelled, and all that can be its own."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.course = factories.make_bare_course(session)
        self.group = factories.make_group(
            session, self.course, zone="Europe/Berlin", write_first=True, about="We read."
        )
        self.tutor = factories.make_enrolment(session, group=self.group, role=Role.tutor, organiser=True)
        self.student = factories.make_enrolment(session, group=self.group)
        self.lesson = factories.activity_of(session, self.course, ActivityKind.lesson)
        pacing = Pacing(start=START, weekdays=[3], lessons=1, meetings=1, begins=time(19), lasts=90, where="Room 1")
        lessons = [[self.lesson.id], [], []]
        by = {"by_id": self.tutor.user_id, "now": NOW}
        self.meetings = planning.lay_out(session, self.group, pacing, (), lessons, titles=["Begin"], **by)
        planning.cancel_meeting(session, self.group, self.meetings[1], **by)

    def give(self, activity: Activity, terms: Terms = EVERYBODY) -> Assignment:
        return give(self.session, self.group, activity, terms, "", by_id=self.tutor.user_id, now=NOW)

    def begin(self, start: date = LATER, *breaks: Break) -> StudyGroup:
        return begin_next_run(self.session, self.tutor, name="Spring", start=start, breaks=breaks, now=NOW)


@pytest.fixture
def old(session: Session) -> Old:
    return Old(session)


def own(session: Session, group: StudyGroup, kind: ActivityKind) -> list[Activity]:
    return list(session.scalars(select(Activity).where(Activity.group_id == group.id, Activity.kind == kind)))


def given(session: Session, group: StudyGroup, activity: Activity) -> Assignment:
    its = select(Assignment).where(Assignment.group_id == group.id, Assignment.activity_id == activity.id)
    return session.scalars(its).one()


def test_its_meetings_are_on_new_days_with_their_lessons_titles_and_hours(session: Session, old: Old) -> None:
    new = old.begin()
    meetings = meetings_of(session, new.id)
    assert [one.day for one in meetings] == [date(2027, 3, 4), date(2027, 3, 11)]
    assert [(one.number, one.title, one.begins, one.where) for one in meetings] == [
        (1, "Begin", time(19), "Room 1"),
        (2, "", time(19), "Room 1"),
    ]
    assert given(session, new, old.lesson).due_at == due_instant(date(2027, 3, 4), BERLIN)


def test_it_does_not_meet_on_its_own_holidays(session: Session, old: Old) -> None:
    new = old.begin(LATER, Break(date(2027, 3, 4), date(2027, 3, 10)))
    assert [one.day for one in meetings_of(session, new.id)] == [date(2027, 3, 11), date(2027, 3, 18)]


def test_begun_twice_it_is_one_group(session: Session, old: Old) -> None:
    assert old.begin() is old.begin(LATER + timedelta(days=70))
    assert next_run_of(session, old.group) is not None
    assert session.scalars(select(func.count(StudyGroup.id)).where(StudyGroup.previous_id == old.group.id)).one() == 1


def test_who_begins_it_is_alone_in_it_with_the_keys(session: Session, old: Old) -> None:
    new = old.begin()
    [place] = session.scalars(select(Enrolment).where(Enrolment.group_id == new.id))
    assert (place.user_id, place.role, place.organiser) == (old.tutor.user_id, Role.tutor, True)


def test_its_settings_are_kept(session: Session, old: Old) -> None:
    session.add(HelpRules(group_id=old.group.id, quiet_days=9))
    new = old.begin()
    assert (new.about, new.zone, new.write_first, new.archived_at) == ("We read.", "Europe/Berlin", True, None)
    assert session.scalars(select(HelpRules.quiet_days).where(HelpRules.group_id == new.id)).one() == 9


def test_a_reading_of_its_own_comes_with_its_text_and_is_due_as_many_days_later(session: Session, old: Old) -> None:
    text = factories.make_imported_text(session, old.tutor, enrolment_id=None, group_id=old.group.id)
    reading = factories.make_group_reading(session, old.group, text=text)
    old.give(reading, Terms(None, date(2026, 9, 30), required=False))
    new = old.begin()
    [copied] = own(session, new, ActivityKind.reading)
    its_text = session.scalars(select(Text).join(Reading).where(Reading.activity_id == copied.id)).one()
    assert (its_text.group_id, its_text.enrolment_id) == (new.id, None)
    assert words_of(session, its_text) == words_of(session, text)
    assert text.group_id == old.group.id
    shifted = date(2026, 9, 30) + (date(2027, 3, 4) - START)
    assert given(session, new, copied).due_at == due_instant(shifted, BERLIN)
    assert not given(session, new, copied).required


def words_of(session: Session, text: Text) -> list[str]:
    its = select(Passage.plain).where(Passage.version_id == text.current_version_id).order_by(Passage.position)
    return list(session.scalars(its))


def test_a_date_that_hangs_on_a_meeting_hangs_on_the_new_one(session: Session, old: Old) -> None:
    reading = factories.make_group_reading(session, old.group)
    assignment = old.give(reading)
    relative = {"assignment_id": assignment.id, "field": "due", "meeting_id": old.meetings[2].id, "days": 2}
    session.add(RelativeDate(group_id=old.group.id, **relative))
    new = old.begin()
    [copied] = own(session, new, ActivityKind.reading)
    assert given(session, new, copied).due_at == due_instant(date(2027, 3, 13), BERLIN)


def test_a_prompt_of_its_own_comes_with_what_tutors_put_before_it_and_without_the_talk(
    session: Session, old: Old
) -> None:
    question = Question("", "Why *April*?", 10)
    prompt = make_prompt(session, old.tutor, question, EVERYBODY, once="0" * 12, now=NOW)
    words = {"words": "Think.", "html": "<p>Think.</p>", "made_at": NOW, "changed_at": NOW}
    session.add(Seed(activity_id=prompt.id, by_id=old.tutor.user_id, **words))
    factories.make_post(session, factories.make_discussion(session, old.group, prompt), old.student)
    new = old.begin()
    [copied] = own(session, new, ActivityKind.prompt)
    assert copied.title == prompt.title
    assert session.scalars(select(Seed.words).where(Seed.activity_id == copied.id)).all() == ["Think."]
    assert session.scalars(select(Discussion).where(Discussion.group_id == new.id)).all() == []
    assert session.scalars(select(Post).where(Post.group_id == new.id)).all() == []
    assert given(session, new, copied).withdrawn_at is None


def test_what_was_given_to_some_only_is_there_and_given_to_nobody(session: Session, old: Old) -> None:
    reading = factories.make_group_reading(session, old.group)
    old.give(reading, Terms(None, None, required=True, members=frozenset({old.student.id})))
    new = old.begin()
    [copied] = own(session, new, ActivityKind.reading)
    assert session.scalars(select(Assignment).where(Assignment.activity_id == copied.id)).all() == []


def test_its_reading_list_comes_along_without_what_was_taken_off(session: Session, old: Old) -> None:
    factories.make_article(session, old.group, title="Kept")
    factories.make_article(session, old.group, title="Off", removed_at=NOW)
    new = old.begin()
    assert session.scalars(select(Article.title).where(Article.group_id == new.id)).all() == ["Kept"]


#: Tables with a row for the new group, or for something that is its own; whatever else names a group stays behind.
GOES_ALONG = {
    "enrolment",
    "meeting",
    "pacing",
    "holiday",
    "assignment",
    "relative_date",
    "activity",
    "text",
    "article",
    "help_rules",
}


def test_nothing_of_the_people_goes_along(session: Session, old: Old) -> None:
    factories.make_subgroup(session, old.group, old.student)
    factories.make_exception(session, old.student, old.lesson)
    factories.make_accommodation(session, old.student)
    before = session.scalars(select(func.count(RuleException.id))).one()
    new = old.begin()
    theirs = {
        name
        for name, table in ALL_TABLES.items()
        if "group_id" in table.columns
        and session.scalar(select(func.count()).select_from(table).where(table.c.group_id == new.id))
    }
    assert theirs <= GOES_ALONG
    assert session.scalars(select(func.count(RuleException.id))).one() == before
    assert session.scalars(select(Subgroup).where(Subgroup.group_id == new.id)).all() == []


def test_a_group_without_meetings_has_a_next_run_too(session: Session) -> None:
    group = factories.make_group(session, factories.make_bare_course(session))
    mine = factories.make_enrolment(session, group=group, organiser=True)
    new = begin_next_run(session, mine, name="Again", start=LATER, breaks=(), now=NOW)
    assert meetings_of(session, new.id) == []


# The page


class Site:
    """The old group on a running site, with browsers of its people."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            old = Old(session)
            second = factories.make_enrolment(session, group=old.group, organiser=True)
            self.users = {"tutor": old.tutor.user_id, "second": second.user_id, "student": old.student.user_id}
            self.page = f"/groups/{old.group.slug}/next-run"
            self.old_id = old.group.id

    def send(self, who: str, **told: object) -> tuple[int, str]:
        sent = {"name": "Spring", "start": str(LATER), "breaks": ""} | told
        answer = post(browser_of(self.app, self.database, self.users[who]), self.page, sent)
        return answer.status_code, answer.location or answer.text


@pytest.fixture
def site(app: Application, database: Database) -> Site:
    return Site(app, database)


def test_one_action_begins_it_also_pressed_twice(site: Site) -> None:
    first, again = site.send("tutor"), site.send("tutor", name="Summer")
    assert first == again == (303, "/groups/spring/syllabus")


def test_it_can_begin_when_the_group_is_archived(site: Site) -> None:
    with site.database.transaction() as session:
        session.get_one(StudyGroup, site.old_id).archived_at = datetime(2026, 11, 1, tzinfo=BERLIN)
    assert site.send("tutor")[0] == 303


def test_another_organiser_is_told_that_it_has_begun(site: Site) -> None:
    site.send("tutor")
    status, page = site.send("second")
    assert status == 409
    assert "Ask them for a link" in page


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": "   "}, "Say how the group is called."),
        ({"start": ""}, "Choose a day."),
        ({"start": "0026-01-01"}, "Choose a day between 2000 and 2100."),
        ({"breaks": "some day"}, "Line 1:"),
        ({"breaks": "1 March 2027 - 1 March 2030"}, "1 March 2030"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_made(
    site: Site, told: dict[str, str], said: str
) -> None:
    status, page = site.send("tutor", **told)
    assert status == 422
    assert said in page
    with site.database.transaction(writing=False) as session:
        assert session.scalars(select(func.count(StudyGroup.id))).one() == 1
