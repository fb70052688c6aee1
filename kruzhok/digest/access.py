"""Whose letters a link is about."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.base.words import _
from course.users.models import User
from kruzhok.digest.tokens import user_of_token


class NoSuchLink(NotFound):
    """A link to get no more letters that is nobody's."""

    title = _("This link is not whole")
    hint = _(
        "It was copied without its end, or the site has changed its secret since. Sign in and choose on your own page."
    )


def reader_of(session: Session, secrets: Sequence[str], token: str) -> User:
    """Return whose letters TOKEN is about: whoever has the letter may end them, signed in or not. Raise NoSuchLink."""
    user_id = user_of_token(secrets, token)
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.email is None:
        raise NoSuchLink
    return user
