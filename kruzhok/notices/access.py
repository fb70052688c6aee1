"""Whose a notice is."""

from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.notices.models import Notice
from course.users.models import User


def own_notice(session: Session, user: User, notice_id: int) -> Notice:
    """Return USER's own notice; somebody else's does not exist for them."""
    notice = session.get(Notice, notice_id) if notice_id <= LARGEST_ID else None
    if notice is None or notice.user_id != user.id:
        raise NotFound
    return notice
