"""What review takes in the next two weeks, and on which days one meets."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kruzhok.memory.load import HIGHEST, drawn, load_ahead
from tests.kruzhok.review.make import TODAY, TUESDAY, Circle, days, know

a_week = st.lists(st.integers(0, 300), min_size=1, max_size=14)


@given(a_week, st.integers(0, 240))
def test_no_bar_is_higher_than_the_drawing_and_none_that_takes_time_is_unseen(minutes: list[int], set_: int) -> None:
    load = drawn([(days(at), one) for at, one in enumerate(minutes)], set_, {})
    assert all(0 <= one.high <= HIGHEST and (one.high > 0) == (one.minutes > 0) for one in load.days)
    assert 0 <= load.set_high <= HIGHEST
    assert load.minutes == sum(minutes)


def test_days_with_a_meeting_name_it(session: Session) -> None:
    circle = Circle(session)
    circle.meet(1, days(2))
    circle.meet(2, days(30))
    know(session, circle.user, circle.asked(1), due=days(-1))
    load = load_ahead(session, circle.user, TUESDAY, ())
    assert [one.day for one in load.days] == [days(at) for at in range(14)]
    assert load.days[0].minutes > 0
    assert [(one.day, one.group) for one in load.meetings] == [(days(2), circle.group.name)]


def test_a_meeting_is_on_the_day_that_the_users_clock_says(session: Session) -> None:
    circle = Circle(session)
    circle.user.zone = "Asia/Tokyo"
    circle.meet(1, days(2), begins=time(18, 30))  # half past three in the morning there
    session.flush()
    load = load_ahead(session, circle.user, TUESDAY, ())
    assert [one.day for one in load.days if one.meetings] == [days(3)]


def test_meetings_that_were_cancelled_are_none(session: Session) -> None:
    circle = Circle(session)
    circle.meet(1, days(2)).cancelled_at = TUESDAY
    session.flush()
    assert load_ahead(session, circle.user, TUESDAY, ()).meetings == []
    assert load_ahead(session, circle.user, TUESDAY, ()).days[0].day == TODAY
