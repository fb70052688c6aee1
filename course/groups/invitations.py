"""Links by which people join a study group: limited, expiring, revocable. Only the hash of a token is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.errors import Gone
from course.base.web import hash_of_secret, new_secret
from course.base.words import _
from course.groups.models import Enrolment, Invitation, Role, StudyGroup

#: How often a link may be used, and for how many days, at the most; without a limit it is without end.
MOST_USES = 1000
MOST_DAYS = 366


class LinkGone(Gone):
    """An invitation that lets nobody in any longer."""

    hint = _("Ask whoever sent it to you for a new link.")


def make_invitation(
    session: Session,
    organiser: Enrolment,
    *,
    role: Role,
    by_approval: bool,
    uses_allowed: int | None,
    days: int | None,
    now: datetime,
) -> str:
    """Return the token of a new link into the group of ORGANISER; it is kept nowhere.

    USES_ALLOWED is how many may use it, DAYS how long it lasts; None is without end."""
    assert organiser.group_id is not None
    token = new_secret()
    invitation = Invitation(
        group_id=organiser.group_id,
        role=role,
        by_approval=by_approval,
        token_hash=hash_of_secret(token),
        made_by_id=organiser.user_id,
        created_at=now,
        expires_at=now + timedelta(days=days) if days is not None else None,
        uses_allowed=uses_allowed,
    )
    session.add(invitation)
    session.flush()
    return token


def find_invitation(session: Session, token: str) -> Invitation:
    """Return the invitation of TOKEN, with its group and course, open or not; raise LinkGone where there is none."""
    invitation = session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == hash_of_secret(token))
        .options(joinedload(Invitation.group).joinedload(StudyGroup.course))
    )
    if invitation is None:
        raise LinkGone(_("There is no such link. Perhaps it was copied without its end."))
    return invitation


def open_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return the invitation of TOKEN; raise LinkGone where it lets nobody in."""
    invitation = find_invitation(session, token)
    refuse_closed(invitation, now)
    return invitation


def refuse_closed(invitation: Invitation, now: datetime) -> None:
    """Raise LinkGone where INVITATION lets nobody in, with the reason in words."""
    if (why := why_closed(invitation, now)) is not None:
        raise LinkGone(why)


def why_closed(invitation: Invitation, now: datetime) -> str | None:
    """Return in words why INVITATION lets nobody in, None where it does."""
    if invitation.group.archived_at is not None:
        return _("The study group is archived.")
    if invitation.revoked_at is not None:
        return _("It was taken back.")
    if invitation.expires_at is not None and invitation.expires_at <= now:
        return _("It has expired.")
    if invitation.uses_allowed is not None and invitation.uses >= invitation.uses_allowed:
        return _("As many have used it as it was made for.")
    return None


def lock_invitation(session: Session, invitation: Invitation) -> None:
    """Let who comes by INVITATION at the same moment wait until this transaction is over, and read it as it is now."""
    session.refresh(invitation, with_for_update={"of": Invitation})


def use_invitation(session: Session, invitation: Invitation, *, now: datetime) -> None:
    """Count one use of INVITATION, which is locked; raise LinkGone where it lets nobody in."""
    refuse_closed(invitation, now)
    invitation.uses += 1
    session.flush()


def revoke_invitation(session: Session, invitation: Invitation, *, now: datetime) -> None:
    """Take INVITATION back. Twice is once."""
    invitation.revoked_at = invitation.revoked_at or now
    session.flush()


def invitations_of(session: Session, group_id: int) -> Sequence[Invitation]:
    """Return the invitations into a group that are for whoever has the link, the newest first.

    Those sent to somebody of a roster stand with the rosters."""
    theirs = select(Invitation).where(Invitation.group_id == group_id, Invitation.email.is_(None))
    theirs = theirs.options(joinedload(Invitation.group))
    return session.scalars(theirs.order_by(Invitation.id.desc())).all()
