"""Hiding words with a reason, and showing them again. Nothing is deleted, and what was done stays done."""

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment
from course.notices.records import HIDDEN, tell_anew
from course.users.models import User
from lessons.moderation.complaints import HID, settle_all
from lessons.moderation.things import Thing, ref_of

log = logging.getLogger(__name__)

#: What a reason may hold, in characters.
LONGEST = 500


class HiddenAlready(Conflict):
    """Somebody else hid it first."""

    title = _("This is hidden already")


def hide(session: Session, thing: Thing, why: str, *, by_id: int, now: datetime) -> None:
    """Hide THING for the reason WHY; its writer is told, and whoever asked to have it looked at.

    Raise HiddenAlready where it is hidden for another reason."""
    session.refresh(thing, with_for_update={"of": type(thing)})
    if thing.hidden_at is not None:
        if (thing.hidden_why, thing.hidden_by_id) == (why, by_id):  # a double click
            return
        raise HiddenAlready(_("Somebody else was quicker. Their reason stands."))
    thing.hidden_at, thing.hidden_why, thing.hidden_by_id = now, why, by_id
    session.flush()
    settle_all(session, thing, HID, by_id=by_id, now=now)
    _tell_writer(session, thing, by_id, now)
    log.info("%s was hidden by user %d", ref_of(thing), by_id)


def show_again(session: Session, thing: Thing, *, by_id: int, now: datetime) -> None:
    """Let everybody read THING again; its writer is told."""
    session.refresh(thing, with_for_update={"of": type(thing)})
    if thing.hidden_at is None:
        return
    thing.hidden_at = thing.hidden_why = thing.hidden_by_id = None
    session.flush()
    _tell_writer(session, thing, by_id, now)
    log.info("%s was shown again by user %d", ref_of(thing), by_id)


def names_of_hiders(session: Session, things: Iterable[Thing]) -> dict[int, str]:
    """Return user -> name, of those who hid some of THINGS. One query, none where nothing is hidden."""
    ids = {thing.hidden_by_id for thing in things if thing.hidden_by_id is not None}
    users = session.scalars(select(User).where(User.id.in_(ids))).all() if ids else []
    return {user.id: user.name for user in users if user.name}


def _tell_writer(session: Session, thing: Thing, by_id: int, now: datetime) -> None:
    writer = session.get_one(Enrolment, thing.enrolment_id)
    if writer.left_at is None and writer.user_id != by_id:
        tell_anew(session, [writer.user_id], HIDDEN, ref_of(thing), now=now)
