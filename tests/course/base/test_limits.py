"""How often something may be tried."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import TooMany
from course.base.limits import (
    SLOW_WINDOW,
    WINDOW,
    TooSoon,
    TryCount,
    count_slowly,
    count_try,
    forget_tries,
    network_of,
    take_back_try,
)
from tests.conftest import NOW


def test_the_try_after_the_last_allowed_one_is_refused(session: Session) -> None:
    for _ in range(3):
        count_try(session, "sign in", "a@example.org", most=3, now=NOW)
    with pytest.raises(TooMany):
        count_try(session, "sign in", "a@example.org", most=3, now=NOW)


def test_somebody_else_is_counted_apart(session: Session) -> None:
    count_try(session, "sign in", "a@example.org", most=1, now=NOW)
    count_try(session, "sign in", "b@example.org", most=1, now=NOW)


def test_after_a_while_one_may_try_again(session: Session) -> None:
    count_try(session, "sign in", "a@example.org", most=1, now=NOW)
    count_try(session, "sign in", "a@example.org", most=1, now=NOW + WINDOW)


def test_no_name_is_kept(session: Session) -> None:
    count_try(session, "sign in", "a@example.org", most=1, now=NOW)
    assert "example" not in session.scalars(select(TryCount.key)).one()


def test_old_counts_are_forgotten(session: Session) -> None:
    count_try(session, "sign in", "a@example.org", most=1, now=NOW)
    forget_tries(session, now=NOW + timedelta(hours=1))
    assert session.scalars(select(TryCount)).all() == []


def test_tries_beyond_the_free_ones_wait_twice_as_long_each_time(session: Session) -> None:
    def waits(now: datetime) -> int:
        with pytest.raises(TooSoon) as refused:
            count_slowly(session, "sign in", "a@example.org", free=2, now=now)
        return refused.value.seconds

    now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    for _ in range(2):
        count_slowly(session, "sign in", "a@example.org", free=2, now=now)
    for wait in (1, 2, 4, 8, 16, 32, 64):
        assert waits(now) == wait
        assert waits(now) == wait  # to be refused costs nothing
        now += timedelta(seconds=wait)
        count_slowly(session, "sign in", "a@example.org", free=2, now=now)
    count_slowly(session, "sign in", "b@example.org", free=2, now=now)
    assert count_slowly(session, "sign in", "a@example.org", free=2, now=now + SLOW_WINDOW) == 1


def test_a_try_that_went_right_is_taken_back(session: Session) -> None:
    for _ in range(20):
        assert count_slowly(session, "sign in", "a", free=2, now=NOW) == 1
        take_back_try(session, "sign in", "a", now=NOW)


def test_of_many_who_try_at_once_no_try_is_lost(database: Database) -> None:
    outcomes: list[int] = []

    def hammer() -> None:
        for _ in range(5):
            with database.transaction() as session:
                outcomes.append(count_slowly(session, "sign in", "a", free=100, now=NOW))

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == list(range(1, 21))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "nonsense", False),
    ],
)
def test_a_house_with_many_addresses_is_one_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_of_two_free_tries_at_one_moment_the_one_that_is_counted_later_may_have_come_first(session: Session) -> None:
    for earlier in (timedelta(0), timedelta(milliseconds=30)):
        count_slowly(session, "sign in", "a school", free=60, now=NOW - earlier)
