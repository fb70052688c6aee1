"""Who may write to whom, and read what was written. Views get it only here."""

from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.models import Message
from course.users.access import somebody
from kruzhok.messages.writing import message_for


def message_of(session: Session, message_id: int) -> Message:
    """Return a message that whoever asks wrote or was sent; any other does not exist for them.

    What was written to somebody stays theirs to read when they have left the group. Raise SignInFirst for a visitor."""
    found = message_for(session, somebody(session).id, min(message_id, LARGEST_ID))
    if found is None:
        raise NotFound
    return found
