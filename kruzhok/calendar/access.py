"""Whose calendar a page is, and what feed an address is of. Views get them only here."""

from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.groups import access as groups
from course.groups.models import Enrolment
from course.users.models import User
from kruzhok.calendar.feeds import Feed, feed_of, feeds_of


def member(session: Session, slug: str) -> Enrolment:
    """Return the place of a member of the group SLUG who asks; raise what `groups.access.member` raises."""
    return groups.member(session, slug)


def feed_at(session: Session, token: str) -> Feed:
    """Return the feed of TOKEN; raise NotFound where none works that has it."""
    feed = feed_of(session, token)
    if feed is None:
        raise NotFound
    return feed


def group_of_feed(session: Session, user: User, slug: str) -> int | None:
    """Return the id of the group SLUG of a feed of USER, also where they have left it; None of the one for all.

    Raise NotFound where they have none of it."""
    for feed in feeds_of(session, user):
        if slug == (feed.group.slug if feed.group else ""):
            return feed.row.group_id
    if not slug:
        return None
    raise NotFound
