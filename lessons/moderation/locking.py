"""Locking a discussion: it can be read, and nothing is added to it until it is open again."""

import logging
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from lessons.discussion.models import Discussion
from lessons.discussion.posts import talk_in, talk_on
from lessons.discussion.talks import given_to, talks_of

log = logging.getLogger(__name__)


class Lock(NamedTuple):
    """Since when a discussion is locked, and who locked it, if that is still known."""

    at: datetime
    by: str | None


def set_lock(
    session: Session, by: Enrolment, activity: Activity, *, locked: bool, only: int | None = None, now: datetime
) -> None:
    """Lock the talk on ACTIVITY in which BY speaks, or open it again; it may be locked before anybody has posted.

    For a tutor it is all talks on it, those of the subgroups too that have not said anything yet; or ONLY that of one
    subgroup, of the whole group where that is 0."""
    if by.role is not Role.tutor:
        _set(session, talk_on(session, by, activity), by, locked=locked, now=now)
        return
    places = {None, *given_to(session, by, activity), *talks_of(session, by, activity)}
    for place in sorted(places, key=lambda one: one or 0):
        if only is None or (place or 0) == only:
            _set(session, talk_in(session, by, activity, place), by, locked=locked, now=now)


def _set(session: Session, discussion: Discussion, by: Enrolment, *, locked: bool, now: datetime) -> None:
    if locked == (discussion.locked_at is not None):
        return
    discussion.locked_at, discussion.locked_by_id = (now, by.user_id) if locked else (None, None)
    session.flush()
    log.info("Discussion %d was %s by user %d", discussion.id, "locked" if locked else "opened", by.user_id)
