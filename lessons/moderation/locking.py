"""Locking a discussion: it can be read, and nothing is added to it until it is open again."""

import logging
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.discussion.posts import talk_on

log = logging.getLogger(__name__)


class Lock(NamedTuple):
    """Since when a discussion is locked, and who locked it, if that is still known."""

    at: datetime
    by: str | None


def set_lock(session: Session, by: Enrolment, activity: Activity, *, locked: bool, now: datetime) -> None:
    """Lock the talk on ACTIVITY in the group of BY, or open it again; it may be locked before anybody has posted."""
    discussion = talk_on(session, by, activity)
    if locked == (discussion.locked_at is not None):
        return
    discussion.locked_at, discussion.locked_by_id = (now, by.user_id) if locked else (None, None)
    session.flush()
    log.info("Discussion %d was %s by user %d", discussion.id, "locked" if locked else "opened", by.user_id)
