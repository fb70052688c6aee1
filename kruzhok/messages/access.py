"""Who may write to whom, and read what was written. Views get it only here."""

from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import planner, refuse_archived
from course.groups.models import Enrolment, Message
from course.users.access import somebody
from kruzhok.messages.writing import message_for


def writer(session: Session, slug: str) -> Enrolment:
    """Return the place of a tutor or an organiser of the group SLUG who asks, and may write to its members.

    Raise what `groups.access.planner` raises, and Archived where the group is over."""
    mine = planner(session, slug)
    assert mine.group is not None
    refuse_archived(mine.group)
    return mine


def message_of(session: Session, message_id: int) -> Message:
    """Return a message that whoever asks wrote or was sent; any other does not exist for them.

    What was written to somebody stays theirs to read when they have left the group. Raise SignInFirst for a visitor."""
    found = message_for(session, somebody(session).id, min(message_id, LARGEST_ID))
    if found is None:
        raise NotFound
    return found
