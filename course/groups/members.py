"""Who is in a study group, what they are in it, and how one leaves. A group is never without an organiser."""

import logging
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.records import KEYS, REMOVED, tell_anew

log = logging.getLogger(__name__)


class LastOrganiser(Conflict):
    """The last one with the keys may not go, or give them away, just like that."""

    title = _("Somebody must keep the keys")
    hint = _("Give the keys to another member first. If the group has come to its end, archive it.")


def change_role(session: Session, member: Enrolment, role: Role) -> None:
    """Make MEMBER a tutor or a student."""
    member.role = role
    session.flush()


def give_keys(session: Session, member: Enrolment, *, by_id: int, now: datetime) -> None:
    """Make MEMBER an organiser; they are told, unless they did it themselves."""
    member.organiser = True
    session.flush()
    if member.user_id != by_id:
        tell_anew(session, [member.user_id], KEYS, f"enrolment:{member.id}", now=now)


def take_keys(session: Session, member: Enrolment) -> None:
    """Make MEMBER an organiser no longer; raise LastOrganiser."""
    _refuse_last(session, member)
    member.organiser = False
    session.flush()


def leave(session: Session, member: Enrolment, *, now: datetime) -> None:
    """End the place of MEMBER: what they did stays theirs, and what they said to others stays there.

    Raise LastOrganiser, unless the group is archived."""
    if member.left_at is not None:
        return
    assert member.group is not None
    if member.group.archived_at is None:
        _refuse_last(session, member)
    member.left_at, member.organiser = now, False
    session.flush()
    log.info("User %d left group %d", member.user_id, member.group_id)


def remove(session: Session, member: Enrolment, *, by_id: int, now: datetime) -> None:
    """End the place of MEMBER for them; they are told, unless they did it themselves. Raise LastOrganiser."""
    leave(session, member, now=now)
    if member.user_id != by_id:
        tell_anew(session, [member.user_id], REMOVED, f"enrolment:{member.id}", now=now)


def _refuse_last(session: Session, member: Enrolment) -> None:
    """Raise LastOrganiser where nobody but MEMBER has the keys. Two who go at once wait for each other here."""
    if not member.organiser:
        return
    session.execute(select(StudyGroup.id).where(StudyGroup.id == member.group_id).with_for_update())
    others = select(func.count(Enrolment.id)).where(
        Enrolment.group_id == member.group_id,
        Enrolment.left_at.is_(None),
        Enrolment.organiser,
        Enrolment.id != member.id,
    )
    if not session.scalar(others):
        raise LastOrganiser(_("You are the only organiser of this study group."))
