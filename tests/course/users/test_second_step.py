"""The second step as the subject knows it: what is kept, what is taken once, and what is left without it."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import Conflict
from course.users.audit import entries_about
from course.users.models import Act, RecoveryCode, SecondStep, User
from course.users.second_step import (
    RECOVERY_CODES,
    WrongCode,
    begin,
    check,
    codes_left,
    confirm,
    is_asked,
    renew_recovery_codes,
    secret_of,
    step_of,
    turn_off,
)
from course.users.totp import PERIOD, code_at, step_at
from tests.conftest import NOW, SECRET
from tests.factories import make_user

KEYS = [SECRET]
LATER = NOW + timedelta(seconds=5 * PERIOD)


def code(session: Session, user: User, now: datetime, keys: list[str] = KEYS) -> str:
    """Return the code that USER's telephone shows NOW."""
    step = step_of(session, user.id)
    secret = secret_of(step, keys) if step else None
    assert secret is not None
    return code_at(secret, step_at(now))


def turned_on(session: Session) -> tuple[User, list[str]]:
    """Return somebody with a second step, and their codes to recover."""
    user = make_user(session)
    begin(session, user, KEYS, now=NOW)
    return user, confirm(session, user, KEYS, code(session, user, NOW), now=NOW)


def test_nothing_is_asked_for_until_a_first_code_was_right(session: Session) -> None:
    user = make_user(session)
    begin(session, user, KEYS, now=NOW)
    with pytest.raises(WrongCode):
        confirm(session, user, KEYS, "000000", now=NOW - timedelta(days=1))
    assert not is_asked(session, user.id)
    confirm(session, user, KEYS, code(session, user, NOW), now=NOW)
    assert is_asked(session, user.id)
    with pytest.raises(Conflict):
        begin(session, user, KEYS, now=NOW)


def test_a_code_is_taken_once_and_none_from_before_it(session: Session) -> None:
    user, _codes = turned_on(session)
    before, now = code(session, user, LATER - timedelta(seconds=PERIOD)), code(session, user, LATER)
    check(session, user.id, KEYS, f" {now[:3]} {now[3:]} ", now=LATER)
    for spent in (now, before):
        with pytest.raises(WrongCode):
            check(session, user.id, KEYS, spent, now=LATER)


def test_the_code_that_turned_it_on_does_not_sign_in(session: Session) -> None:
    user, _codes = turned_on(session)
    with pytest.raises(WrongCode):
        check(session, user.id, KEYS, code(session, user, NOW), now=NOW)


def test_of_two_who_send_one_code_at_once_one_is_let_in(database: Database) -> None:
    with database.transaction() as session:
        user, _codes = turned_on(session)
        typed = code(session, user, LATER)
    both_ready, outcomes = threading.Barrier(2), []

    def sign_in() -> None:
        both_ready.wait(timeout=20)
        try:
            with database.transaction() as session:
                check(session, user.id, KEYS, typed, now=LATER)
            outcomes.append("in")
        except WrongCode:
            outcomes.append("out")

    threads = [threading.Thread(target=sign_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["in", "out"]


def test_each_code_to_recover_works_once_and_for_its_owner_alone(session: Session) -> None:
    user, codes = turned_on(session)
    other, _others = turned_on(session)
    assert len(set(codes)) == RECOVERY_CODES
    with pytest.raises(WrongCode):
        check(session, other.id, KEYS, codes[0], now=NOW)
    check(session, user.id, KEYS, codes[0].upper().replace("-", " "), now=NOW)
    with pytest.raises(WrongCode):
        check(session, user.id, KEYS, codes[0], now=NOW)
    assert codes_left(session, user) == RECOVERY_CODES - 1
    assert [entry.act for entry in entries_about(session, user, most=1)] == [Act.recovery_code_used]


def test_new_codes_to_recover_void_the_old_ones(session: Session) -> None:
    user, old = turned_on(session)
    new = renew_recovery_codes(session, user, now=NOW)
    with pytest.raises(WrongCode):
        check(session, user.id, KEYS, old[0], now=NOW)
    check(session, user.id, KEYS, new[0], now=NOW)


def test_a_lost_database_opens_nothing(session: Session) -> None:
    _user, codes = turned_on(session)
    step = session.scalars(select(SecondStep)).one()
    secret = secret_of(step, KEYS)
    assert secret is not None
    kept = f"{[getattr(step, column.name) for column in SecondStep.__table__.columns]}"
    assert secret.hex() not in kept
    assert secret_of(step, ["another secret of another site, 987"]) is None
    assert not {code.replace("-", "") for code in codes} & set(session.scalars(select(RecoveryCode.code_hash)))
    other = make_user(session)
    foreign = begin(session, other, KEYS, now=NOW)
    foreign.salt = step.salt  # a row that is copied to somebody else makes other codes
    assert secret_of(foreign, KEYS) != secret


def test_codes_hold_while_the_secret_of_the_site_changes_and_end_with_it(session: Session) -> None:
    user, codes = turned_on(session)
    new = "a new secret for tests, 9876543210 zyxwv"
    check(session, user.id, [new, SECRET], code(session, user, LATER), now=LATER)
    much_later = LATER + timedelta(seconds=5 * PERIOD)
    typed = code(session, user, much_later)
    with pytest.raises(WrongCode):
        check(session, user.id, [new], typed, now=much_later)
    check(session, user.id, [new], codes[0], now=much_later)  # these do not hang on it


def test_turning_it_off_leaves_nothing_and_is_written_down(session: Session) -> None:
    user, codes = turned_on(session)
    assert turn_off(session, user, by=None, now=NOW)
    assert not turn_off(session, user, by=None, now=NOW)
    assert [session.scalars(select(table)).all() for table in (SecondStep, RecoveryCode)] == [[], []]
    book = [(entry.act, entry.in_shell) for entry in entries_about(session, user, most=9)]
    assert book == [(Act.second_step_off, True), (Act.second_step_on, False)]
    with pytest.raises(WrongCode):
        check(session, user.id, KEYS, codes[0], now=NOW)
