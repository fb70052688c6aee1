"""Guests: users nobody has claimed yet, made on a visitor's first act so that nothing done is lost."""

from datetime import datetime, timedelta

from flask import session as cookie
from flask_login import current_user
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.limits import count_try
from course.base.web import hash_of_secret, network_here
from course.groups.models import Enrolment
from course.users.models import User
from course.users.reading import bring_settings
from course.users.sign_ins import add_sign_in, device_here, keep_in_browser, live_sign_in

#: A guest who does nothing for longer is forgotten, with everything they did.
KEEP_GUESTS = timedelta(days=30)

#: So many may come from one network in a quarter of an hour: a school is one.
MOST_FROM_NETWORK = 300


def acting_user(session: Session, *, now: datetime) -> User:
    """Return who acts: the signed-in user or, for a visitor's first act, a new guest, signed in from here on.

    A first act sent twice at once (a double click, two windows) is of one guest, not of two of whom one is lost."""
    if current_user.is_authenticated:
        user: User = current_user._get_current_object()
        return user if user in session else session.get_one(User, user.id)
    first = cookie.get("csrf_token")
    token = hash_of_secret(f"first act {first}") if first else None
    if token and (already := live_sign_in(session, token, now=now)) is not None and already.user.is_guest:
        keep_in_browser(token, already.user, now)
        return already.user
    count_try(session, "guest from", network_here(), most=MOST_FROM_NETWORK, now=now)
    try:
        with session.begin_nested():
            token, guest = _new_guest(session, token, now)
    except IntegrityError:
        already = live_sign_in(session, token, now=now) if token else None
        if already is not None and already.user.is_guest:  # the other one of the two was first
            guest = already.user
        else:  # that token has had its day
            token, guest = _new_guest(session, None, now)
    assert token is not None
    keep_in_browser(token, guest, now)
    return guest


def _new_guest(session: Session, token: str | None, now: datetime) -> tuple[str, User]:
    guest = User(created_at=now, active_on=now.date())
    bring_settings(guest)
    session.add(guest)
    return add_sign_in(session, guest, device_here(), now, token=token), guest


def forget_old_guests(session: Session, *, now: datetime) -> int:
    """Delete the guests who did nothing for 30 days, with all of theirs; return how many.

    Who is or was in a study group stays: what they wrote there is part of the talk of others."""
    in_group = select(Enrolment.user_id).where(Enrolment.group_id.is_not(None))
    old = (
        delete(User)
        .where(User.email.is_(None), User.erased_at.is_(None), User.active_on < (now - KEEP_GUESTS).date())
        .where(User.id.not_in(in_group))
    )
    return session.execute(old, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined, no-any-return]
