"""What is written for calendars is read back by a second program as it was meant."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from kruzhok.calendar.dates import CLOSES, DUE, KINDS, MEETING, Dated
from kruzhok.calendar.ics import sequence_of, written

ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe")
CHANGED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def dated(kind: str = DUE, **told: object) -> Dated:
    moment = told.pop("moment", datetime(2026, 12, 3, 22, 59, 59, 999999, tzinfo=UTC))
    assert isinstance(moment, datetime)
    zone = ZoneInfo("Europe/Warsaw")
    usual: dict[str, object] = {
        "whole_day": False,
        "day": moment.astimezone(zone).date(),
        "zone": zone,
        "title": "July Days",
        "course": "course",
        "group": "Thursday circle",
        "slug": "circle",
        "enrolment_id": 1,
        "task": None,
        "required": True,
        "done": False,
        "uid": f"{kind}-7-1",
        "changed_at": CHANGED,
    }
    return Dated(kind, moment, **(usual | told))  # type: ignore[arg-type]


def read(*dates: Dated) -> list[vobject.base.Component]:
    """Return the events of what is written of DATES, as the other program has them."""
    return list(events(written([(one, f"https://example.org/{one.uid}") for one in dates], name="Mine", site="s")))


def events(body: bytes) -> Iterator[vobject.base.Component]:
    calendar = vobject.readOne(io.StringIO(body.decode()))
    yield from calendar.contents.get("vevent", [])


def test_a_closing_time_is_an_event_of_its_own_at_its_moment():
    (event,) = read(dated(CLOSES, number=3))
    assert event.dtstart.value == datetime(2026, 12, 3, 22, 59, 59, tzinfo=UTC)
    assert (event.summary.value, event.url.value) == ("Closes: July Days", "https://example.org/closes-7-1")
    assert (event.status.value, event.transp.value) == ("CONFIRMED", "TRANSPARENT")
    assert event.contents.get("dtend") is event.contents.get("valarm") is None


def test_a_meeting_without_an_hour_is_a_whole_day():
    (event,) = read(dated(MEETING, whole_day=True, number=3, where="Room 4"))
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 12, 3), date(2026, 12, 4))
    assert (event.summary.value, event.location.value) == ("Meeting 3: July Days", "Room 4")


def test_a_meeting_with_an_hour_takes_the_time_it_lasts():
    begins = datetime(2026, 12, 3, 17, 30, tzinfo=UTC)
    (event,) = read(dated(MEETING, moment=begins, ends=begins + timedelta(minutes=90), number=3))
    assert (event.dtstart.value, event.dtend.value) == (begins, begins + timedelta(minutes=90))
    assert event.transp.value == "OPAQUE"


def test_a_cancelled_meeting_is_cancelled_and_stays():
    (event,) = read(dated(MEETING, whole_day=True, number=3, cancelled=True))
    assert (event.status.value, event.summary.value) == ("CANCELLED", "Cancelled: Meeting 3: July Days")


def test_a_change_has_the_same_ident_a_later_stamp_and_a_higher_number():
    before, after = dated(), dated(moment=datetime(2026, 12, 9, 12, tzinfo=UTC), changed_at=CHANGED + timedelta(1))
    first, second = read(before, after)
    assert first.uid.value == second.uid.value == "due-7-1@s"
    assert int(first.sequence.value) < int(second.sequence.value)
    for name in ("dtstamp", "last_modified"):
        assert getattr(first, name).value == CHANGED < getattr(second, name).value


def test_the_number_of_a_change_fits_into_32_bits_for_long():
    assert sequence_of(dated(changed_at=datetime(1999, 1, 1, tzinfo=UTC))) == 0
    assert sequence_of(dated(changed_at=datetime(2085, 1, 1, tzinfo=UTC))) < 2**31


def test_the_same_dates_are_the_same_bytes():
    assert written([(dated(), "https://example.org")], name="Mine", site="s") == written(
        [(dated(), "https://example.org")], name="Mine", site="s"
    )


@pytest.mark.parametrize("zone", ZONES)
@given(minute=st.integers(0, 2 * 366 * 24 * 60), kind=st.sampled_from(KINDS))
def test_a_moment_is_the_same_moment_around_all_changes_of_the_clock(zone: str, minute: int, kind: str):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    (event,) = read(dated(kind, moment=moment, zone=ZoneInfo(zone)))
    assert event.dtstart.value.astimezone(ZoneInfo(zone)) == moment.astimezone(ZoneInfo(zone))


words = st.text(
    st.one_of(
        st.sampled_from(",;:\\\"\n\r\t '=^nN🚩é\u2028\u0085\u00ad\u200d"),
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("Июльские дни"),
    ),
    max_size=200,
)


@given(title=words, where=words)
def test_any_title_comes_back_and_no_line_is_longer_than_75_octets(title: str, where: str):
    body = written([(dated(MEETING, title=title, where=where, number=1), "https://example.org")], name=title, site="s")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    (event,) = events(body)
    assert event.summary.value == plain(f"Meeting 1: {title}" if title else "Meeting 1")
    assert (event.location.value if plain(where) else "") == plain(where)


def plain(text: str) -> str:
    """Return TEXT as a line of a calendar can hold it."""
    kept = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return " ".join(kept.split())
