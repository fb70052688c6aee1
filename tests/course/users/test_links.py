"""Links that work once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Gone
from course.base.jobs import Job
from course.users.accounts import EmailTaken
from course.users.letters import OWNER
from course.users.links import (
    LINK,
    MOST_OPEN,
    TOKEN_HERE,
    Letter,
    ask_link,
    become_administrator,
    letter_with_link,
    new_setup_token,
    open_link,
    reset_password,
    take_email,
    use_link,
)
from course.users.models import LinkKind, OneTimeLink
from course.users.sign_ins import add_sign_in, live_sign_in
from tests.conftest import NOW
from tests.factories import make_user


def letter(session: Session, kind: LinkKind, email: str, user_id: int | None = None) -> Letter | None:
    """Return the letter that is sent where a link of KIND is asked for EMAIL."""
    ask_link(session, kind, email, address=f"http://kruzhok.example/{TOKEN_HERE}", now=NOW, user_id=user_id)
    job = session.scalars(select(Job).where(Job.kind == LINK).order_by(Job.id.desc())).first()
    return letter_with_link(session, job.payload, now=NOW) if job else None


def asked(session: Session, email: str, kind: LinkKind = LinkKind.reset, user_id: int | None = None) -> str:
    """Return the token that is sent to EMAIL."""
    sent = letter(session, kind, email, user_id)
    assert sent is not None
    assert sent.to == email
    return re.findall(r"http://kruzhok\.example/(\S+)", sent.body)[0]


def test_a_link_sets_a_password_once_and_signs_out_everywhere(session: Session):
    user = make_user(session, password_hash="old")
    signed_in = add_sign_in(session, user, "", NOW)
    token, another = asked(session, user.email), asked(session, user.email)
    assert open_link(session, LinkKind.reset, token, now=NOW)  # looking does not use it up
    assert reset_password(session, token, "new", now=NOW).password_hash == "new"
    assert live_sign_in(session, signed_in, now=NOW) is None
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
    token = asked(session, make_user(session).email)
    assert session.scalars(select(OneTimeLink)).one().token_hash != token
    assert not [job for job in session.scalars(select(Job)) if token in str(job.payload)]


def test_no_letter_goes_to_an_email_without_account(session: Session):
    assert letter(session, LinkKind.reset, "nobody@example.org") is None


def test_an_email_has_five_links_that_work_and_no_more_letters(session: Session):
    user = make_user(session)
    assert all(letter(session, LinkKind.reset, user.email) for _ in range(MOST_OPEN))
    assert letter(session, LinkKind.reset, user.email) is None
    assert letter(session, LinkKind.sign_up, "new@example.org")


def test_the_owner_of_an_account_is_told_of_a_new_password(session: Session):
    user = make_user(session)
    reset_password(session, asked(session, user.email), "new", now=NOW)
    assert [job.payload["to"] for job in session.scalars(select(Job).where(Job.kind == OWNER))] == [user.email]


def test_an_email_is_shown_by_a_link_before_it_is_an_account(session: Session):
    token = asked(session, "new@example.org", LinkKind.sign_up)
    assert use_link(session, LinkKind.sign_up, token, now=NOW).email == "new@example.org"
    with pytest.raises(Gone):
        use_link(session, LinkKind.sign_up, token, now=NOW)


@pytest.mark.parametrize("kind", [LinkKind.sign_up, LinkKind.email])
def test_who_has_an_account_is_written_that_they_have_one(session: Session, kind: LinkKind):
    owner, other = make_user(session, name="Vera"), make_user(session)
    sent = letter(session, kind, owner.email, other.id)
    assert sent is not None
    assert sent.to == owner.email
    assert "There is one already" in sent.body
    assert session.scalars(select(OneTimeLink)).all() == []


def test_another_email_is_shown_by_a_link_and_the_one_before_is_written_to(session: Session):
    user = make_user(session, email="old@example.org")
    reset = asked(session, "old@example.org")
    token = asked(session, "new@example.org", LinkKind.email, user.id)
    assert user.email == "old@example.org"
    take_email(session, token, now=NOW)
    assert user.email == "new@example.org"
    assert [job.payload["to"] for job in session.scalars(select(Job).where(Job.kind == OWNER))] == ["old@example.org"]
    with pytest.raises(Gone):  # it was sent to an e-mail that is somebody else's by now
        reset_password(session, reset, "evil", now=NOW)


def test_an_email_that_was_taken_in_the_meantime_stays_whose_it_is(session: Session):
    user = make_user(session, email="old@example.org")
    token = asked(session, "new@example.org", LinkKind.email, user.id)
    make_user(session, email="new@example.org")
    with pytest.raises(EmailTaken):
        take_email(session, token, now=NOW)


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
