"""How often something may be tried."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import TooMany
from course.base.limits import WINDOW, TryCount, count_try, forget_tries
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
