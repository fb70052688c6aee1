"""How long a sign-in lasts, and what is left of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.users.models import SignIn
from course.users.sign_ins import (
    OF_ACCOUNTS,
    OF_ADMINISTRATORS,
    Span,
    add_sign_in,
    change_token,
    forget_sign_ins,
    live_sign_in,
    live_sign_ins,
    sign_out_everybody,
)
from tests.conftest import NOW
from tests.factories import make_guest, make_user

DAY = timedelta(days=1)


@pytest.mark.parametrize(("administrator", "span"), [(False, OF_ACCOUNTS), (True, OF_ADMINISTRATORS)])
def test_a_sign_in_ends_when_nothing_is_done_with_it_and_when_it_is_old(
    session: Session, administrator: bool, span: Span
) -> None:
    user = make_user(session, administrator=administrator)
    token = add_sign_in(session, user, "", NOW)
    sign_in = live_sign_in(session, token, now=NOW + span.idle)
    assert sign_in is not None
    assert live_sign_in(session, token, now=NOW + span.idle + DAY) is None
    sign_in.last_on = (NOW + span.since_made).date()
    assert live_sign_in(session, token, now=NOW + span.since_made - DAY) is sign_in
    assert live_sign_in(session, token, now=NOW + span.since_made) is None
    assert live_sign_ins(session, user, now=NOW + span.since_made) == []


def test_an_administrator_signs_in_more_often(session: Session) -> None:
    assert OF_ADMINISTRATORS.since_made < OF_ACCOUNTS.since_made
    assert OF_ADMINISTRATORS.idle < OF_ACCOUNTS.idle


def test_a_guest_is_not_signed_out_for_nobody_could_sign_in_as_them(session: Session) -> None:
    token = add_sign_in(session, make_guest(session), "", NOW)
    assert live_sign_in(session, token, now=NOW + 1000 * DAY) is not None


def test_a_new_token_ends_the_one_before(session: Session) -> None:
    old = add_sign_in(session, make_user(session), "", NOW)
    sign_in = live_sign_in(session, old, now=NOW)
    assert sign_in is not None
    new = change_token(session, sign_in.id)
    assert live_sign_in(session, old, now=NOW) is None
    assert live_sign_in(session, new, now=NOW) is sign_in


def test_everybody_is_signed_out_but_guests(session: Session) -> None:
    tokens = [add_sign_in(session, user, "", NOW) for user in (make_user(session), make_user(session))]
    guest = add_sign_in(session, make_guest(session), "", NOW)
    assert sign_out_everybody(session, NOW) == 2
    assert [live_sign_in(session, token, now=NOW) for token in tokens] == [None, None]
    assert live_sign_in(session, guest, now=NOW) is not None


def test_what_is_over_for_a_month_is_forgotten(session: Session) -> None:
    user = make_user(session)
    over = SignIn(user_id=user.id, token_hash="over", created_at=NOW - 500 * DAY, last_on=(NOW - 31 * DAY).date())
    revoked = SignIn(user_id=user.id, token_hash="revoked", created_at=NOW - 40 * DAY, revoked_at=NOW - 31 * DAY)
    just_revoked = SignIn(user_id=user.id, token_hash="just", created_at=NOW - 40 * DAY, revoked_at=NOW - 29 * DAY)
    guests = SignIn(user_id=make_guest(session).id, token_hash="guest", created_at=NOW - 500 * DAY)
    session.add_all([over, revoked, just_revoked, guests])
    session.flush()
    forget_sign_ins(session, now=NOW)
    assert set(session.scalars(select(SignIn.token_hash))) == {"just", "guest"}
    assert session.scalar(select(func.count(SignIn.id))) == 2
