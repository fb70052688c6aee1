"""Assigning from one page: what, for whom, until when; the list of it; other dates for one."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind
from course.rules import due_instant
from course.syllabus import planning
from course.syllabus.meetings import syllabus_of
from course.syllabus.models import Assignment, RelativeDate, RuleException
from lessons.discussion.models import Discussion, Post
from lessons.models import Reading
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

ZONE = ZoneInfo("Europe/Berlin")
ONCE = "0123456789ab"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """A group with meetings on three Thursdays from 3 December, its tutor, organiser and three students."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_bare_course(session)
            group = factories.make_group(session, course, zone="Europe/Berlin", name="Thursday circle")
            self.places = {
                "tutor": factories.make_enrolment(session, group=group, role=Role.tutor).id,
                "organiser": factories.make_enrolment(session, group=group, organiser=True).id,
            } | {name: self._student(session, group, name) for name in ("Anna", "Boris", "Clara")}
            self.users = {who: session.get_one(Enrolment, key).user_id for who, key in self.places.items()}
            self.slug, self.course, self.group_id = group.slug, course.ident, group.id
            self.kinds = {kind: factories.activity_of(session, course, kind).id for kind in ActivityKind}
            planning.plan_meetings(
                session,
                group,
                start=date(2026, 12, 3),
                weekday=3,
                lessons=[None] * 3,
                by_id=self.users["tutor"],
                now=NOW,
            )

    @staticmethod
    def _student(session: Any, group: StudyGroup, name: str) -> int:
        return factories.make_enrolment(session, factories.make_user(session, name=name), group=group).id

    @property
    def home(self) -> str:
        return f"/groups/{self.slug}"

    def browser(self, who: str = "tutor") -> FlaskClient:
        return browser_of(self.app, self.database, self.users[who])

    def assign(self, what: str = "", who: str = "tutor", **fields: Any) -> Any:
        told = {"what": what, "due": "meeting 2 + 2 days", "required": "y", "once": ONCE} | fields
        self.client = self.browser(who)
        return post(self.client, f"{self.home}/assign", told)

    def members(self, *names: str) -> list[str]:
        return [f"member-{self.places[name]}" for name in names]

    def all(self, table: Any) -> list[Any]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def own(self, kind: ActivityKind) -> Activity:
        found = [one for one in self.all(Activity) if one.group_id is not None and one.kind is kind]
        assert len(found) == 1
        return found[0]

    def due(self, who: str, activity_id: int) -> date | None:
        with self.database.transaction(writing=False) as session:
            due_at = syllabus_of(session, session.get_one(Enrolment, self.places[who])).due_of(activity_id)
        return due_at.astimezone(ZONE).date() if due_at else None

    def told(self, who: str) -> list[str]:
        return [one.kind for one in self.all(Notice) if one.user_id == self.users[who] and "meeting" not in one.ref]


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


ARTICLE = "https://www.example.org/tilsit The road to Tilsit, pp. 12-20"
DAY = date(2026, 12, 12)


def test_one_line_assigns_an_article_with_its_title_and_pages(circle: Circle):
    answer = circle.assign(ARTICLE)
    assert answer.status_code == 303
    activity = circle.own(ActivityKind.reading)
    (reading,) = (one for one in circle.all(Reading) if one.activity_id == activity.id)
    assert (activity.title, reading.address, reading.part) == (
        "The road to Tilsit",
        "https://www.example.org/tilsit",
        "pp. 12-20",
    )
    assert circle.due("Anna", activity.id) == DAY
    page = circle.client.get(answer.location).text
    assert "“The road to Tilsit” is assigned to the whole group. By the end of Saturday 12 December 2026." in page


def test_an_address_without_a_title_asks_for_one_and_keeps_what_was_typed(circle: Circle):
    answer = circle.assign("https://www.example.org/tilsit")
    assert answer.status_code == 422
    assert "Say what it is called" in answer.text
    assert 'value="https://www.example.org/tilsit"' in answer.text
    assert 'value="meeting 2 + 2 days"' in answer.text
    assert circle.assign("https://www.example.org/tilsit", title="Tilsit").status_code == 303


def test_words_find_what_the_course_has(circle: Circle):
    assert circle.assign("quiz").status_code == 303
    (given,) = circle.all(Assignment)
    assert given.activity_id == circle.kinds[ActivityKind.quiz]


def test_words_that_mean_several_things_let_one_choose(circle: Circle):
    with circle.database.transaction() as session:
        lesson = session.get_one(Activity, circle.kinds[ActivityKind.lesson])
        other = factories.make_reading(session, lesson, ident="a-reading-too", title="A reading too").id
    answer = circle.assign("reading a")
    assert answer.status_code == 422
    assert "This may mean 2 things" in answer.text
    assert f'value="activity-{other}"' in answer.text
    assert circle.assign("reading a", choice=f"activity-{other}").status_code == 303


def test_words_of_nothing_are_told(circle: Circle):
    answer = circle.assign("Hegel")
    assert answer.status_code == 422
    assert "Nothing in the course is called that" in answer.text


def test_a_question_becomes_a_prompt_of_the_group(circle: Circle):
    assert circle.assign("Who *paid* for it?").status_code == 303
    prompt = circle.own(ActivityKind.prompt)
    assert prompt.title == "Who paid for it?"
    page = circle.browser("Anna").get(f"{circle.home}/prompts/{prompt.ident}").text
    assert "Who <em>paid</em> for it?" in page
    assert "a prompt of the group" in page


def test_a_text_of_ones_own_becomes_the_groups(circle: Circle):
    with circle.database.transaction() as session:
        text = factories.make_imported_text(session, session.get_one(Enrolment, circle.places["tutor"]))
        ident = text.ident
    page = circle.browser().get(f"{circle.home}/assign?text={ident}").text
    assert f'value="text-{ident}" selected' in page
    assert circle.assign(choice=f"text-{ident}").status_code == 303
    assert circle.own(ActivityKind.reading).title


def test_a_text_of_anothers_is_none_to_choose(circle: Circle):
    with circle.database.transaction() as session:
        text = factories.make_imported_text(session, session.get_one(Enrolment, circle.places["Anna"]))
        ident = text.ident
    assert circle.assign(choice=f"text-{ident}").status_code == 422


def test_who_came_into_the_subgroup_since_is_told_when_it_is_given_again_and_the_others_are_not(circle: Circle):
    with circle.database.transaction() as session:
        anna, boris = (session.get_one(Enrolment, circle.places[who]) for who in ("Anna", "Boris"))
        subgroup = factories.make_subgroup(session, session.get_one(StudyGroup, circle.group_id), anna)
        terms = {"choice": f"activity-{circle.kinds[ActivityKind.prompt]}", "audience": [f"subgroup-{subgroup.id}"]}
    assert circle.assign(**terms).status_code == 303
    with circle.database.transaction() as session:
        session.add(SubgroupMember(subgroup_id=subgroup.id, enrolment_id=boris.id, group_id=circle.group_id))
    first = [one.id for one in circle.all(Notice)]
    assert circle.assign(**terms).status_code == 303
    assert [circle.told(who) for who in ("Anna", "Boris", "Clara")] == [["assigned"], ["assigned"], []]
    assert set(first) <= {one.id for one in circle.all(Notice)}


def test_what_is_assigned_to_two_is_asked_of_them_and_nobody_else(circle: Circle):
    assert circle.assign(ARTICLE, audience=circle.members("Anna", "Boris")).status_code == 303
    activity = circle.own(ActivityKind.reading)
    assert [circle.due(who, activity.id) for who in ("Anna", "Boris", "Clara")] == [DAY, DAY, None]
    assert [circle.told(who) for who in ("Anna", "Boris", "Clara")] == [["assigned"], ["assigned"], []]
    assert ["The road to Tilsit" in circle.browser(who).get("/today").text for who in ("Anna", "Boris", "Clara")] == [
        True,
        True,
        False,
    ]


def test_a_part_of_a_lesson_for_one_stands_on_their_day_alone(circle: Circle):
    quiz = circle.kinds[ActivityKind.quiz]
    assert circle.assign(choice=f"activity-{quiz}", audience=circle.members("Anna")).status_code == 303
    assert "12 December 2026" in circle.browser("Anna").get("/today").text
    assert "12 December 2026" not in circle.browser("Boris").get("/today").text


def test_a_lesson_at_no_meeting_asks_its_parts(circle: Circle):
    lesson = circle.kinds[ActivityKind.lesson]
    assert circle.assign(choice=f"activity-{lesson}", audience=circle.members("Anna")).status_code == 303
    assert "12 December 2026" in circle.browser("Anna").get("/today").text


def test_dates_are_shown_before_anything_is_assigned(circle: Circle):
    answer = circle.assign(ARTICLE, show="1", due="meeting 3 - 1 day 18:00", open="Tuesday")
    assert answer.status_code == 200
    assert "At 18:00 on Wednesday 16 December 2026." in answer.text
    assert "From Tuesday 24 November 2026 on." in answer.text
    assert circle.all(Assignment) == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"due": "whenever"}, "“whenever” is not understood"),
        ({"due": "meeting 9"}, "There is no meeting 9"),
        ({"due": "28 March 2027 2:30"}, "the clocks are put forward over it"),
        ({"due": "meeting 1", "open": "meeting 2"}, "It would be due before it opens"),
        ({"close": "meeting 3"}, "Only a quiz closes"),
        ({"reply_due": "meeting 3"}, "Replies are awaited to a prompt"),
        ({"minutes": "0"}, "Choose a number from 1"),
        ({"audience": ["member-999999"]}, "For whom"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_done(circle: Circle, fields: dict[str, Any], why: str):
    answer = circle.assign(ARTICLE, **fields)
    assert answer.status_code == 422
    assert why in answer.text
    assert "The road to Tilsit, pp. 12-20" in answer.text
    assert circle.all(Assignment) == []


def test_an_hour_that_is_shown_twice_is_said_to_be_the_first(circle: Circle):
    answer = circle.assign(ARTICLE, due="31 October 2027 2:30")
    assert answer.status_code == 303
    assert "The clocks show 02:30 twice" in circle.client.get(answer.location).text


@pytest.mark.parametrize("what", [ARTICLE, "Who paid for it?", "quiz"])
def test_a_double_click_assigns_once(circle: Circle, what: str):
    for _click in range(2):
        assert circle.assign(what).status_code == 303
    assert len(circle.all(Assignment)) == 1


def test_the_lesson_of_a_meeting_is_changed_at_the_meeting(circle: Circle):
    lesson = circle.kinds[ActivityKind.lesson]
    with circle.database.transaction() as session:
        group = session.get_one(StudyGroup, circle.group_id)
        given = factories.make_meeting(session, group, number=4, day=date(2026, 12, 24))
        factories.make_assignment(session, group, session.get_one(Activity, lesson), meeting_id=given.id, required=True)
    answer = circle.assign(choice=f"activity-{lesson}")
    assert answer.status_code == 422
    assert "change the meeting" in answer.text
    assert circle.assign(choice=f"activity-{lesson}", audience=circle.members("Anna")).status_code == 303


def test_the_list_says_for_whom_and_until_when_and_a_student_has_no_list(circle: Circle):
    circle.assign("Who paid for it?", audience=circle.members("Anna", "Boris"))
    page = circle.browser("organiser").get(f"{circle.home}/assignments").text
    assert "for Anna, Boris" in page
    assert "(meeting 2 + 2 days)" in page
    assert circle.browser("Anna").get(f"{circle.home}/assignments").status_code == 403


def test_what_is_assigned_can_be_changed_and_the_form_says_how_it_is(circle: Circle):
    circle.assign("Who paid for it?", audience=circle.members("Anna"), reply_due="meeting 3")
    (given,) = circle.all(Assignment)
    change = f"{circle.home}/assignments/{given.id}/change"
    page = circle.browser().get(change).text
    for words in ('value="meeting 2 + 2 days"', 'value="meeting 3"', "Who paid for it?", "checked"):
        assert words in page
    told = {
        "title": "Money",
        "words": "Who *paid*?",
        "due": "meeting 3",
        "required": "y",
        "audience": circle.members("Boris"),
    }
    assert post(circle.browser(), change, told).status_code == 303
    assert circle.own(ActivityKind.prompt).title == "Money"
    assert [circle.due(who, given.activity_id) for who in ("Anna", "Boris")] == [None, date(2026, 12, 17)]
    assert "Who <em>paid</em>?" in circle.browser("Boris").get(f"{circle.home}/prompts/prompt-{ONCE}").text


def test_a_change_that_cannot_be_changes_nothing(circle: Circle):
    circle.assign("Who paid for it?")
    (given,) = circle.all(Assignment)
    answer = post(circle.browser(), f"{circle.home}/assignments/{given.id}/change", {"due": "meeting 9", "words": " "})
    assert answer.status_code == 422
    assert "There is no meeting 9" in answer.text
    assert "Say what the prompt asks" in answer.text
    assert circle.own(ActivityKind.prompt).title == "Who paid for it?"


def test_what_is_taken_back_is_asked_of_nobody_and_can_be_assigned_again(circle: Circle):
    circle.assign(ARTICLE)
    (given,) = circle.all(Assignment)
    home = f"{circle.home}/assignments/{given.id}"
    for _click in range(2):
        assert post(circle.browser(), f"{home}/take-back", {}).status_code == 303
    assert circle.due("Anna", given.activity_id) is None
    assert "Taken back: 1" in circle.browser().get(f"{circle.home}/assignments").text
    told = {"title": "Tilsit", "address": "https://example.org/", "due": "meeting 1", "required": "y"}
    assert post(circle.browser(), f"{home}/change", told).status_code == 303
    assert circle.due("Anna", given.activity_id) == date(2026, 12, 3)


def test_in_an_archived_group_nothing_is_assigned_and_the_list_is_there(circle: Circle):
    circle.assign(ARTICLE)
    (given,) = circle.all(Assignment)
    with circle.database.transaction() as session:
        session.get_one(StudyGroup, circle.group_id).archived_at = NOW
    assert circle.assign(ARTICLE).status_code == 409
    for address in (
        f"assignments/{given.id}/take-back",
        f"assignments/{given.id}/change",
        f"activities/{given.activity_id}/dates",
        f"activities/{given.activity_id}/dates/extend",
    ):
        assert post(circle.browser(), f"{circle.home}/{address}", {}).status_code == 409
    page = circle.browser().get(f"{circle.home}/assignments").text
    assert "The road to Tilsit" in page
    assert "Take back" not in page
    assert circle.browser().get(f"{circle.home}/activities/{given.activity_id}/dates").status_code == 200


# Talk on a prompt of the group


def test_a_prompt_of_two_is_theirs_and_the_tutors(circle: Circle):
    circle.assign("Who paid for it?", audience=circle.members("Anna", "Boris"))
    prompt = circle.own(ActivityKind.prompt)
    address = f"{circle.home}/prompts/{prompt.ident}"
    answer = post(circle.browser("Anna"), address, {"text": "The tsar did.", "once": ONCE})
    assert answer.status_code == 303
    assert answer.location.startswith(address)
    assert "The tsar did." in circle.browser("Boris").get(answer.location).text
    assert "The tsar did." in circle.browser("tutor").get(answer.location).text
    assert circle.browser("Clara").get(address).status_code == 404
    assert post(circle.browser("Clara"), address, {"text": "Me too.", "once": ONCE}).status_code == 404
    (talk,) = circle.all(Discussion)
    (unnamed,) = (one for one in circle.all(Subgroup) if one.name is None)
    assert talk.subgroup_id == unnamed.id
    assert "Who paid for it?" not in circle.browser("Clara").get(f"{circle.home}/discussions").text
    assert address in circle.browser("Boris").get(f"{circle.home}/discussions").text


def test_everything_one_does_in_a_talk_works_on_a_prompt_of_the_group(circle: Circle):
    circle.assign("Who paid for it?")
    address = f"{circle.home}/prompts/prompt-{ONCE}"
    anna, tutor = circle.browser("Anna"), circle.browser("tutor")
    assert post(anna, f"{address}/draft", {"text": "The ts"}).location.startswith(address)
    assert post(anna, f"{address}/draft/discard", {"copy": "0"}).location.startswith(address)
    assert post(anna, f"{address}/journal", {"text": "To myself."}).location.startswith(address)
    assert post(anna, address, {"text": "The tsar.", "once": ONCE}).status_code == 303
    (said,) = circle.all(Post)
    for path in (f"/groups/{circle.slug}/posts/{said.id}/reply",):
        assert post(circle.browser("Boris"), path, {"text": "No.", "once": "b" * 12}).location.startswith(address)
    assert post(anna, f"{address}/follow", {"follow": "1"}).status_code == 303
    assert post(tutor, f"{address}/seed", {"text": "Think of taxes."}).location.startswith(address)
    assert "Think of taxes." in anna.get(address).text
    assert post(tutor, f"{address}/lock", {"lock": "1"}).location.startswith(address)
    notices = circle.browser("Anna").get("/notices").text
    assert "replied to you on “Who paid for it?”" in notices
    assert "Who paid for it?" in anna.get(f"{circle.home}/discussions").text


def test_who_is_to_reply_is_done_when_they_replied(circle: Circle):
    circle.assign("Who paid for it?", reply_due="meeting 3")
    page = circle.browser("Anna").get(f"{circle.home}/prompts/prompt-{ONCE}").text
    assert "Everybody writes before they see" in page


# Other dates for one


def test_one_press_gives_one_student_two_days_more_and_tells_them(circle: Circle):
    circle.assign(ARTICLE, audience=circle.members("Anna", "Boris"))
    activity = circle.own(ActivityKind.reading)
    dates = f"{circle.home}/activities/{activity.id}/dates"
    page = circle.browser().get(dates).text
    assert "Clara" not in page
    told = {"member": circle.places["Anna"], "due": due_instant(DAY, ZONE).isoformat()}
    for _click in range(2):
        assert post(circle.browser(), f"{dates}/extend", told).status_code == 303
    later = DAY + timedelta(days=2)
    assert [circle.due(who, activity.id) for who in ("Anna", "Boris")] == [later, DAY]
    assert circle.told("Anna") == ["assigned", "moved"]
    assert circle.told("Boris") == ["assigned"]
    assert "2 days more." in circle.browser("Anna").get("/today").text
    assert "is due for you on 14 December 2026: “2 days more.”" in circle.browser("Anna").get("/notices").text
    assert "2 days more." not in circle.browser("Boris").get("/today").text


def test_a_date_with_its_reason_holds_for_a_subgroup_until_it_is_taken_back(circle: Circle):
    circle.assign("Who paid for it?", reply_due="meeting 3")
    prompt = circle.own(ActivityKind.prompt)
    with circle.database.transaction() as session:
        anna = session.get_one(Enrolment, circle.places["Anna"])
        group = session.get_one(StudyGroup, circle.group_id)
        readers = factories.make_subgroup(session, group, anna, name="Readers").id
    dates = f"{circle.home}/activities/{prompt.id}/dates"
    told = {"audience": f"subgroup-{readers}", "due": "meeting 3", "reply_due": "meeting 3 + 1 week", "reason": "Ill."}
    assert post(circle.browser(), dates, told).status_code == 303
    assert circle.due("Anna", prompt.id) == date(2026, 12, 17)
    page = circle.browser().get(dates).text
    assert "“Ill.”" in page
    assert "Readers" in page
    exception = next(one for one in circle.all(RuleException) if one.revoked_at is None)
    assert post(circle.browser(), f"{dates}/{exception.id}/take-back", {}).status_code == 303
    assert circle.due("Anna", prompt.id) == DAY
    assert "as for everybody again" in circle.browser("Anna").get("/notices").text
    assert all(one.revoked_at for one in circle.all(RuleException))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"audience": ""}, "Say for whom."),
        ({"reason": ""}, "Say why"),
        ({"due": ""}, "Say until when."),
        ({"due": "whenever"}, "is not understood"),
        ({"reply_due": "meeting 1"}, "Replies would be due before"),
    ],
)
def test_a_date_for_one_that_cannot_be_is_told_beside_its_field(circle: Circle, fields: dict[str, str], why: str):
    circle.assign("Who paid for it?")
    dates = f"{circle.home}/activities/{circle.own(ActivityKind.prompt).id}/dates"
    told = {"audience": circle.members("Anna")[0], "due": "meeting 3", "reason": "She was ill."} | fields
    answer = post(circle.browser(), dates, told)
    assert answer.status_code == 422
    assert why in answer.text
    assert circle.all(RuleException) == []


def test_an_exception_for_a_lesson_holds_for_what_is_due_with_it(circle: Circle):
    lesson, reading = circle.kinds[ActivityKind.lesson], circle.kinds[ActivityKind.reading]
    circle.assign(choice=f"activity-{lesson}")
    told = {"audience": circle.members("Anna")[0], "due": "meeting 3", "reason": "She was ill."}
    assert post(circle.browser(), f"{circle.home}/activities/{lesson}/dates", told).status_code == 303
    assert circle.due("Anna", lesson) == circle.due("Anna", reading) == date(2026, 12, 17)
    assert circle.told("Anna").count("moved") == 1


def test_at_a_quiz_the_page_of_its_rules_is_shown(circle: Circle):
    quiz = circle.kinds[ActivityKind.quiz]
    circle.assign(choice=f"activity-{quiz}")
    answer = circle.browser().get(f"{circle.home}/activities/{quiz}/dates")
    assert answer.status_code == 303
    assert answer.location.endswith("/rules")


def test_what_was_never_assigned_has_no_dates(circle: Circle):
    reading = circle.kinds[ActivityKind.reading]
    assert circle.browser().get(f"{circle.home}/activities/{reading}/dates").status_code == 404


def test_a_relative_date_is_kept_as_one(circle: Circle):
    circle.assign(ARTICLE)
    (kept,) = circle.all(RelativeDate)
    assert (kept.field, kept.days) == ("due", 2)
