"""Accounts as the subject knows them: what is taken, what is refused, and what a guest keeps."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.users.accounts import (
    EmailTaken,
    NewAccount,
    Unfit,
    WrongPassword,
    change_password,
    change_profile,
    create_user,
    demote,
    enter,
    normal_email,
    normal_name,
    promote,
    sign_up,
)
from course.users.audit import entries_about
from course.users.guests import forget_old_guests
from course.users.models import Act, SignIn, User
from course.users.passwords import passwords_with, weakness
from course.users.sign_ins import add_sign_in, device_in_words, live_sign_in
from tests.conftest import NOW, QUICK_HASHING
from tests.factories import make_bare_course, make_enrolment, make_group, make_guest, make_user

GOOD = "a few words in a row"


def new(email: str = "vera@example.org") -> NewAccount:
    """Return an account to be made."""
    return NewAccount(email, "Vera", "hash")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [(" Vera@Example.ORG ", "vera@example.org"), ("вера@пример.рф", "вера@пример.рф"), ("É@e.org", "é@e.org")],
)
def test_an_email_is_written_in_one_way(typed, normal):
    assert normal_email(typed) == normal


@pytest.mark.parametrize(
    "typed",
    ["", "@", "vera", "vera@", "@example.org", "a@b@c", "a b@example.org", "a\u00a0b@example.org", "a\u200b@b.org",
     "a@b.org\nBcc: c@d.org", "a,b@c.org", "<a@b.org>", "a@b..org", "a@.org", "a" * 250 + "@b.org"],
)  # fmt: skip
def test_what_is_no_email_is_refused_at_its_field(typed):
    with pytest.raises(Unfit) as refused:
        normal_email(typed)
    assert refused.value.field == "email"


@given(st.text())
def test_whatever_is_typed_for_an_email_is_refused_or_stays_as_it_is_once_normal(typed):
    try:
        email = normal_email(typed)
    except Unfit:
        return
    assert normal_email(email) == email == email.lower()


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "a" * 101, "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(typed):
    with pytest.raises(Unfit):
        normal_name(typed)


def test_a_name_stands_on_one_line():
    assert normal_name("  Vera \n Figner ") == "Vera Figner"


@pytest.mark.parametrize(
    "password",
    ["", "short", "Password1", "password2026!", "aaaaaaaaaa", "vera@example.org", "Vera Figner", "x" * 1025,
     "Figner1917!", "verafigner", "kruzhok2026", "example.org", "trustno1", "1qaz2wsx"],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_refused(password):
    assert weakness(password, email="vera@example.org", name="Vera Figner")


@pytest.mark.parametrize("password", [GOOD, "пароль для меня", "xkcd-936", "x9" * 512])
def test_length_is_all_that_is_asked_of_a_password(password):
    assert weakness(password, email="vera@example.org", name="Vera Figner") is None


def test_a_password_fits_only_itself_however_its_characters_are_composed():
    passwords = passwords_with(QUICK_HASHING)
    kept = passwords.hash("café au lait")
    assert passwords.fits(kept, "cafe\u0301 au lait")
    assert not passwords.fits(kept, "cafe au lait")
    assert not passwords.fits(None, "café au lait")
    assert not passwords.fits("no hash at all", "café au lait")


def test_a_hash_of_other_parameters_is_outdated():
    kept = passwords_with(QUICK_HASHING).hash(GOOD)
    assert not passwords_with(QUICK_HASHING).is_outdated(kept)
    assert passwords_with(QUICK_HASHING | {"time_cost": 2}).is_outdated(kept)


def test_a_guest_who_signs_up_keeps_their_work_and_gets_a_new_token(session: Session):
    guest = make_guest(session)
    token = add_sign_in(session, guest, "", NOW)
    enrolment = make_enrolment(session, guest)
    user = sign_up(session, guest.id, new(), now=NOW)
    assert user.id == guest.id == enrolment.user_id
    assert not user.is_guest
    assert live_sign_in(session, token, now=NOW) is None


def test_an_email_is_taken_once(session: Session):
    make_user(session, email="vera@example.org")
    guest = make_guest(session)
    for guest_id in (None, guest.id):
        with pytest.raises(EmailTaken):
            sign_up(session, guest_id, new(), now=NOW)
    session.refresh(guest)
    assert guest.is_guest


def test_of_two_who_sign_up_with_one_email_at_once_one_does(database: Database):
    both_ready = threading.Barrier(2)
    outcomes: list[str] = []

    def sign_up_now() -> None:
        both_ready.wait(timeout=20)
        try:
            with database.transaction() as session:
                sign_up(session, None, new(), now=NOW)
            outcomes.append("made")
        except EmailTaken:
            outcomes.append("taken")

    threads = [threading.Thread(target=sign_up_now) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["made", "taken"]
    with database.transaction(writing=False) as session:
        assert session.scalar(select(func.count(User.id))) == 1


def test_a_password_changed_between_asking_and_entering_does_not_let_in(session: Session):
    user = make_user(session, password_hash="old")
    assert enter(session, user.id, "old", "renewed").password_hash == "renewed"
    with pytest.raises(WrongPassword):
        enter(session, user.id, "old", None)
    user.erased_at = NOW
    with pytest.raises(WrongPassword):
        enter(session, user.id, "renewed", None)


def test_changing_a_password_signs_out_everywhere_else(session: Session):
    user, other = make_user(session, password_hash="old"), make_user(session)
    here, there, foreign = (add_sign_in(session, whose, "", NOW) for whose in (user, user, other))
    sign_in = live_sign_in(session, here, now=NOW)
    assert sign_in is not None
    token = change_password(session, user, kept="old", new="new", now=NOW, sign_in_id=sign_in.id)
    assert [live_sign_in(session, one, now=NOW) for one in (here, there)] == [None, None]
    assert live_sign_in(session, token, now=NOW) is sign_in
    assert live_sign_in(session, foreign, now=NOW) is not None


def test_a_zone_that_is_none_is_refused(session: Session):
    user = make_user(session)
    change_profile(session, user, name="V.", zone="Europe/Berlin")
    assert (user.name, user.zone) == ("V.", "Europe/Berlin")
    for zone in ("Europe/Atlantis", "", "../etc/passwd"):
        with pytest.raises(Unfit):
            change_profile(session, user, name=None, zone=zone)


def test_an_operator_makes_accounts_and_administrators(session: Session):
    user = create_user(session, email="Vera@example.org", name="Vera", password=GOOD, now=NOW)
    token = add_sign_in(session, user, "", NOW)
    assert promote(session, "vera@EXAMPLE.org", now=NOW) is user
    assert user.administrator
    assert live_sign_in(session, token, now=NOW) is None
    assert not demote(session, "vera@example.org", now=NOW).administrator
    book = [(entry.act, entry.in_shell, entry.about_id) for entry in entries_about(session, user, most=9)]
    acts = (Act.administrator_unmade, Act.administrator_made, Act.account_made)
    assert book == [(act, True, user.id) for act in acts]


def test_guests_who_did_nothing_for_thirty_days_are_forgotten_with_their_work(session: Session):
    course = make_bare_course(session)
    long_ago = (NOW - timedelta(days=31)).date()
    old = make_guest(session, active_on=long_ago)
    make_enrolment(session, old, course)
    add_sign_in(session, old, "", NOW)
    member = make_guest(session, active_on=long_ago)
    make_enrolment(session, member, course, make_group(session, course), left_at=NOW)
    kept = [
        member,
        make_guest(session, active_on=(NOW - timedelta(days=30)).date()),
        make_guest(session, active_on=long_ago, erased_at=NOW),
        make_user(session, active_on=long_ago),
    ]
    ids = {user.id for user in kept}
    assert forget_old_guests(session, now=NOW) == 1
    session.expire_all()
    assert set(session.scalars(select(User.id))) == ids
    assert session.scalar(select(func.count(SignIn.id))) == 0


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_in_words_of_ours(agent, words):
    assert device_in_words(agent) == words
