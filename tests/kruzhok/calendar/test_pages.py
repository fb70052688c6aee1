"""The month, what is soon, and the feeds, as people and their calendars see them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.web import Application
from course.completion.models import Completion, State
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind
from course.syllabus.models import Assignment, CalendarFeed, Meeting
from course.users.models import User
from kruzhok.calendar.dates import Dated, dates_of
from kruzhok.calendar.words import what, when
from kruzhok.today.addresses import dated_address
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.calendar.test_dates import Circle
from tests.kruzhok.calendar.test_ics import events
from tests.test_access import browser_of
from tests.test_queries import counted
from tests.web import post

MADE = re.compile(r'name="address" value="http://localhost(/calendar/[^"]+\.ics)"')


class House:
    """A student in a group that meets every Thursday from tomorrow on, and a browser of theirs."""

    def __init__(self, app: Application, database: Database, *, zone: str = "Europe/Warsaw") -> None:
        self.app, self.database = app, database
        self.today = datetime.now(ZoneInfo(zone)).date()
        with database.transaction() as session:
            circle = Circle(session)
            circle.user.zone = circle.group.zone = zone
            self.meetings = [meeting.id for meeting in circle.meet(1, 2, first=self.today)]
            closes = datetime.now(UTC) + timedelta(days=3)
            session.execute(factories.update_quiz(circle.quizzes[1].id, closes_at=closes))
            self.slug, self.user_id, self.group_id = circle.group.slug, circle.user.id, circle.group.id
            self.place_id = circle.mine.id
        self.client = browser_of(app, database, self.user_id)

    def make(self, slug: str = "") -> str:
        """Make a feed, and return its address."""
        page = post(self.client, "/calendar/feed", {"group": slug}, follow_redirects=True)
        found = MADE.search(page.text)
        assert found, page.text
        return found[1]

    def read(self, address: str) -> list[str]:
        """Return the idents of what a calendar reads there, which is not signed in."""
        answer = self.app.test_client().get(address)
        assert answer.status_code == 200
        return [event.uid.value for event in events(answer.data)]

    def dates(self, session: Session) -> list[Dated]:
        return dates_of(session, session.get_one(User, self.user_id), datetime.now(UTC))


@pytest.fixture
def house(app: Application, database: Database) -> House:
    return House(app, database)


def anonymous(house: House) -> FlaskClient:
    return house.app.test_client()


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"])
def test_month_today_and_feed_say_the_same(app: Application, database: Database, zone: str):
    house = House(app, database, zone=zone)
    read = {event.uid.value: event for event in events(anonymous(house).get(house.make()).data)}
    with house.database.transaction() as session, house.app.test_request_context():
        dates = house.dates(session)
        said = [(what(one), when(one, ZoneInfo(zone)), dated_address(one)) for one in dates]
    assert {f"{one.uid}@kruzhok" for one in dates} == set(read)
    months = {(one.day.year, one.day.month) for one in dates}
    month = "".join(house.client.get(f"/calendar?month={year}-{number:02}").text for year, number in sorted(months))
    today = house.client.get("/today").text
    assert [one.kind for one in dates] == ["meeting", "due", "closes", "meeting", "due"]
    # What the meeting at hand asks is said with it; of the next one the meeting says what is due then.
    at_hand, _soon, soon = today.partition('id="soon"')
    assert said[0][2] in at_hand
    assert "Due by the end of that day" in at_hand
    for one, (words, hour, address) in zip(dates, said, strict=True):
        pages = (month, soon) if one in dates[2:4] else (month,)
        event = read[f"{one.uid}@kruzhok"]
        begins = event.dtstart.value
        assert begins == (one.day if one.whole_day else one.moment.replace(microsecond=0))
        assert (event.summary.value, event.url.value) == (words, f"http://localhost{address}")
        for page in pages:
            assert address.replace("&", "&amp;") in page
            assert words in page
            assert hour in page
            link = page.index(address.replace("&", "&amp;"))
            assert words in page[link : link + 400]


def test_every_address_opens(house: House):
    """What a lesson asks, and what a group was given besides: a reading and a prompt of its own."""
    with house.database.transaction() as session:
        group, later = session.get_one(StudyGroup, house.group_id), datetime.now(UTC) + timedelta(days=2)
        for own in (factories.make_group_reading(session, group), factories.make_group_prompt(session, group)):
            factories.make_assignment(session, group, own, opens_at=NOW, due_at=later, reply_due_at=later)
        for kind in (ActivityKind.quiz, ActivityKind.prompt, ActivityKind.reading):
            factories.make_assignment(session, group, factories.activity_of(session, group.course, kind), due_at=later)
    addresses = {event.url.value for event in events(anonymous(house).get(house.make()).data)}
    assert len(addresses) == 10
    for address in addresses:
        assert house.client.get(address.removeprefix("http://localhost")).status_code == 200, address


def test_the_month_marks_today_and_leads_on(house: House):
    page = house.client.get("/calendar").text
    assert page.count('aria-current="date"') == 1
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    assert "This month" not in page
    assert "This month" in house.client.get("/calendar?month=2020-02").text


def test_an_empty_month_says_what_comes_next(house: House):
    page = house.client.get("/calendar?month=2020-02").text
    assert "Nothing in February 2020." in page
    assert "Meeting 1: " in page
    assert "Nothing comes after it" in house.client.get("/calendar?month=2099-12").text


@pytest.mark.parametrize(
    "month", ["", "nonsense", "2026-13", "2026-00", "1999-12", "2101-01", "2026-1", "２０２６-12", "2026-12-01"]
)
def test_a_month_that_is_none_is_not_there(house: House, month: str):
    assert house.client.get(f"/calendar?month={month}").status_code == 404
    assert house.client.get(f"/groups/{house.slug}/calendar?month={month}").status_code == 404


def test_the_first_and_the_last_month_lead_nowhere_beyond(house: House):
    assert 'rel="prev"' not in house.client.get("/calendar?month=2000-01").text
    assert 'rel="next"' not in house.client.get("/calendar?month=2100-12").text


def test_what_has_no_date_says_what_will_come(app: Application, database: Database):
    with database.transaction() as session:
        alone = factories.make_enrolment(session)
        group = factories.make_group(session, alone.course)
        fresh = factories.make_enrolment(session, group=group).user_id
        slug, alone_id = group.slug, alone.user_id
    assert "Nothing has a date yet" in browser_of(app, database, alone_id).get("/calendar").text
    page = browser_of(app, database, fresh).get(f"/groups/{slug}/calendar").text
    assert f'href="/groups/{slug}/syllabus"' in page


def test_a_cancelled_meeting_is_struck(house: House):
    with house.database.transaction() as session:
        session.get_one(Meeting, house.meetings[0]).cancelled_at = NOW
    for address in ("/calendar", "/today"):
        assert "<s>Meeting 1" in house.client.get(address).text
    found = [event for event in events(anonymous(house).get(house.make()).data) if event.status.value == "CANCELLED"]
    assert [event.uid.value for event in found] == [f"meeting-{house.meetings[0]}@kruzhok"]


def test_a_whole_day_is_the_same_day_in_another_zone_and_an_hour_is_not(house: House):
    with house.database.transaction() as session:
        session.execute(update(User).where(User.id == house.user_id).values(zone="Pacific/Auckland"))
        due = next(one for one in house.dates(session) if one.kind == "due")
    there = due.moment.astimezone(ZoneInfo("Pacific/Auckland"))
    assert there.date() == due.day + timedelta(days=1)
    page = house.client.get(f"/calendar?month={due.day:%Y-%m}").text
    cell = page[page.index(f'datetime="{due.day}"') :]
    assert "Meeting 1" in cell[: cell.index("</td>")]
    page = house.client.get(f"/calendar?month={there:%Y-%m}").text
    cell = page[page.index(f'datetime="{there.date()}"') :]
    assert f"by {there:%H:%M}" in cell[: cell.index("</td>")]


# Feeds


def test_an_address_is_shown_once_and_only_its_hash_is_kept(house: House):
    address = house.make()
    assert not MADE.search(house.client.get("/calendar/feed").text)
    with house.database.transaction() as session:
        (feed,) = session.scalars(select(CalendarFeed))
        assert feed.token_hash not in address
        assert feed.group_id is None


def test_made_anew_the_old_address_is_dead(house: House):
    first, second = house.make(), house.make()
    assert anonymous(house).get(first).status_code == 404
    assert house.read(second)


def test_a_feed_of_a_group_lives_beside_that_of_all(house: House):
    whole, group = house.make(), house.make(house.slug)
    assert house.read(whole) == house.read(group) != []


def test_a_revoked_address_is_dead_and_revoking_twice_is_once(house: House):
    address, other = house.make(), house.make(house.slug)
    for _twice in range(2):
        assert post(house.client, "/calendar/feed/revoke").status_code == 303
    assert anonymous(house).get(address).status_code == 404
    assert house.read(other)
    assert post(house.client, "/calendar/feed/revoke", {"group": house.slug}).status_code == 303
    assert anonymous(house).get(other).status_code == 404


def test_a_feed_needs_a_group_of_one_s_own(house: House):
    with house.database.transaction() as session:
        group = factories.make_group(session, session.get_one(Enrolment, house.place_id).course)
        slug = group.slug
    for address in ("/calendar/feed", "/calendar/feed/revoke"):
        assert post(house.client, address, {"group": slug}).status_code == 404
        assert post(house.client, address, {"group": "\0nonsense"}).status_code == 404


def test_a_guest_has_no_feed(app: Application, database: Database):
    with database.transaction() as session:
        guest = factories.make_guest(session).id
    client = browser_of(app, database, guest)
    page = client.get("/calendar/feed")
    assert page.status_code == 403
    assert "/sign-up" in page.text
    assert "/sign-up" in client.get("/calendar").text


@pytest.mark.parametrize("token", ["x", "0" * 500, "a.ics", "%00", "é"])
def test_an_unknown_address_is_not_there(house: House, token: str):
    assert anonymous(house).get(f"/calendar/{token}.ics").status_code == 404


def test_who_left_reads_nothing_of_the_group_and_can_still_revoke(house: House):
    whole, group = house.make(), house.make(house.slug)
    with house.database.transaction() as session:
        session.execute(update(Enrolment).where(Enrolment.id == house.place_id).values(left_at=NOW))
    assert house.read(whole) == house.read(group) == []
    assert "you have left" in house.client.get("/calendar/feed").text
    assert post(house.client, "/calendar/feed/revoke", {"group": house.slug}).status_code == 303
    assert anonymous(house).get(group).status_code == 404


def test_an_archived_group_says_nothing_more(house: House):
    whole, group = house.make(), house.make(house.slug)
    with house.database.transaction() as session:
        session.execute(update(StudyGroup).values(archived_at=NOW))
    assert house.read(whole) == house.read(group) == []
    assert "Meeting 1" in house.client.get(f"/groups/{house.slug}/calendar").text


def test_the_feed_of_an_erased_user_is_not_there(house: House):
    address = house.make()
    with house.database.transaction() as session:
        session.execute(update(User).values(erased_at=NOW, email=None, password_hash=None))
    assert anonymous(house).get(address).status_code == 404


def test_a_feed_is_private_and_is_not_sent_again_unchanged(house: House):
    address = house.make()
    answer = anonymous(house).get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    again = anonymous(house).get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with house.database.transaction() as session:
        session.get_one(Meeting, house.meetings[1]).title = "Another"
    assert anonymous(house).get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_reading_a_feed_writes_nothing(house: House):
    address = house.make()

    def kept() -> list[tuple[object, ...]]:
        with house.database.transaction() as session:
            tables = (CalendarFeed.__table__, Enrolment.__table__, User.__table__)
            return [tuple(row) for table in tables for row in session.execute(select(table))]

    before = kept()
    house.read(address)
    assert kept() == before


def test_a_feed_asks_as_much_for_three_groups_as_for_one(house: House):
    address = house.make()
    asked = []
    for _group in range(3):
        house.read(address)  # what a course holds is read once for each course, and these groups have one each
        with counted(house.database) as said:
            house.read(address)
        asked.append(len(said))
        with house.database.transaction() as session:
            Circle(session, session.get_one(User, house.user_id)).meet(1, 2, 1)
    assert len(set(asked)) == 1
    assert asked[0] <= 16


def test_a_feed_names_nobody_and_says_nothing_of_what_was_done(house: House):
    address = house.make()
    told = anonymous(house).get(address).text
    with house.database.transaction() as session:
        name = session.get_one(User, house.user_id).name
        done = [one.task.id for one in house.dates(session) if one.task]
        session.add_all(
            Completion(enrolment_id=house.place_id, activity_id=key, state=State.done, done_at=NOW) for key in {*done}
        )
    with house.database.transaction() as session:
        assert any(one.done for one in house.dates(session))
    assert anonymous(house).get(address).text == told
    assert name not in told


def test_a_feed_survives_an_update(house: House):
    address, (first, second) = house.make(), house.meetings
    before = {event.uid.value: event for event in events(anonymous(house).get(address).data)}
    with house.database.transaction() as session:
        for table in (StudyGroup, Meeting, Assignment, Activity):
            session.execute(update(table).values(changed_at=NOW))
        session.get_one(Meeting, second).day += timedelta(days=1)
    after = {event.uid.value: event for event in events(anonymous(house).get(address).data)}
    assert set(before) == set(after)
    stayed, moved = f"meeting-{first}@kruzhok", f"meeting-{second}@kruzhok"
    assert after[moved].dtstart.value == before[moved].dtstart.value + timedelta(days=1)
    assert int(after[moved].sequence.value) > int(after[stayed].sequence.value)
