"""Whose rosters, and invitations sent by mail, may be seen by whom. Views get them only here."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import acting_organiser, invitation_of, organiser
from course.groups.models import Enrolment, Invitation, Roster

__all__ = ["acting_organiser", "organiser", "roster_of", "sent_of"]


def roster_of(session: Session, mine: Enrolment, roster_id: int) -> Roster:
    """Return the roster of that id of the group of MINE, an organiser, with its file; raise NotFound."""
    its = select(Roster).where(Roster.id == min(roster_id, LARGEST_ID), Roster.group_id == mine.group_id)
    roster = session.scalar(its.options(joinedload(Roster.file)))
    if roster is None:
        raise NotFound
    return roster


def sent_of(session: Session, mine: Enrolment, invitation_id: int) -> Invitation:
    """Return the invitation of that id that went to somebody by mail; raise NotFound for any other."""
    invitation = invitation_of(session, mine, invitation_id)
    if invitation.email is None:
        raise NotFound
    return invitation
