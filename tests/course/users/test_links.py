"""Links that work once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Gone
from course.base.jobs import Job
from course.users.links import (
    ask_reset,
    become_administrator,
    new_setup_token,
    open_link,
    reset_password,
)
from course.users.models import LinkKind, OneTimeLink
from course.users.sign_ins import add_sign_in, live_sign_in
from tests.conftest import NOW
from tests.factories import make_user


def asked(session: Session, email: str) -> str:
    """Return the token that was sent to EMAIL."""
    tokens: list[str] = []
    ask_reset(session, email, address=lambda token: tokens.append(token) or f"/reset/{token}", now=NOW)
    return tokens[0]


def test_a_link_sets_a_password_once_and_signs_out_everywhere(session: Session):
    user = make_user(session, password_hash="old")
    signed_in = add_sign_in(session, user, "", NOW)
    token, another = asked(session, user.email), asked(session, user.email)
    assert open_link(session, LinkKind.reset, token, now=NOW)  # looking does not use it up
    assert reset_password(session, token, "new", now=NOW).password_hash == "new"
    assert live_sign_in(session, signed_in) is None
    for spent in (token, another):
        with pytest.raises(Gone):
            reset_password(session, spent, "evil", now=NOW)
    assert user.password_hash == "new"


def test_a_link_lasts_an_hour(session: Session):
    user = make_user(session)
    token = asked(session, user.email)
    with pytest.raises(Gone):
        reset_password(session, token, "new", now=NOW + timedelta(hours=1))
    assert reset_password(session, token, "new", now=NOW + timedelta(minutes=59))


def test_the_letter_holds_the_link_and_the_database_only_its_hash(session: Session):
    user = make_user(session)
    token = asked(session, user.email)
    letter = session.scalars(select(Job).where(Job.kind == "mail")).one().payload
    assert letter["to"] == user.email
    assert f"/reset/{token}" in letter["body"]
    assert session.scalars(select(OneTimeLink)).one().token_hash != token


def test_no_letter_goes_to_an_email_without_account(session: Session):
    ask_reset(session, "nobody@example.org", address=str, now=NOW)
    assert session.scalars(select(Job)).all() == []


def test_a_link_of_one_kind_opens_nothing_else(session: Session):
    setup, user = new_setup_token(session, NOW), make_user(session)
    assert setup
    with pytest.raises(Gone):
        reset_password(session, setup, "new", now=NOW)
    with pytest.raises(Gone):
        become_administrator(session, asked(session, user.email), user, now=NOW)


def test_there_is_one_set_up_link_and_only_until_somebody_runs_the_site(session: Session):
    first, second, user = new_setup_token(session, NOW), new_setup_token(session, NOW), make_user(session)
    assert first
    assert second
    with pytest.raises(Gone):
        become_administrator(session, first, user, now=NOW)
    become_administrator(session, second, user, now=NOW)
    assert user.administrator
    assert new_setup_token(session, NOW) is None
    with pytest.raises(Gone):
        become_administrator(session, second, make_user(session), now=NOW)
