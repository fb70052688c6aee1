"""Joining a study group: with what one did alone, or afresh; at once, or when an organiser lets one in."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from course.base.errors import Conflict
from course.base.words import _
from course.groups.enrolments import leaders_of
from course.groups.invitations import lock_invitation, use_invitation
from course.groups.models import Enrolment, Invitation, JoinRequest, Role, StudyGroup, SubgroupMember
from course.notices.records import ASKED, DECIDED, JOINED, tell, tell_anew
from course.users.models import User

log = logging.getLogger(__name__)


class DecidedAlready(Conflict):
    """Somebody else answered the request first."""

    title = _("This was decided already")


class Rebuild(Protocol):
    """What builds anew which of the work in a place is done, by the rules of the group that it is in now."""

    def __call__(self, session: Session, enrolments: Sequence[Enrolment], *, now: datetime) -> None:
        """Rebuild the states of ENROLMENTS, of one course."""


class Work(NamedTuple):
    """What the rooms above know of the work in a place, handed in by them: whether there is any, what of it is done."""

    is_any: Callable[[Session, Enrolment], bool]
    rebuild: Rebuild


def live_place(session: Session, user: User, group_id: int) -> Enrolment | None:
    """Return the live place of USER in a group."""
    mine = select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.group_id == group_id)
    return session.scalar(mine.where(Enrolment.left_at.is_(None)))


def former_place(session: Session, user: User, group_id: int) -> Enrolment | None:
    """Return the place that USER had in a group and left, the last one."""
    mine = select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.group_id == group_id)
    return session.scalar(mine.where(Enrolment.left_at.is_not(None)).order_by(Enrolment.left_at.desc()).limit(1))


def place_alone(session: Session, user: User, course_id: int) -> Enrolment | None:
    """Return the live place of USER alone in a course: what could be brought along."""
    mine = select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.course_id == course_id)
    return session.scalar(mine.where(Enrolment.group_id.is_(None), Enrolment.left_at.is_(None)))


def join(
    session: Session, user: User, invitation: Invitation, *, bring: bool, rebuild: Rebuild, now: datetime
) -> Enrolment:
    """Return the place of USER in the group of INVITATION, which is thereby used; who is in already stays as they are.

    With BRING the place alone becomes the group's, with all that was done in it. Raise LinkGone."""
    lock_invitation(session, invitation)
    if (there := live_place(session, user, invitation.group_id)) is not None:
        return there
    use_invitation(session, invitation, now=now)
    place = _take_place(session, user, invitation.group, invitation.role, bring=bring, rebuild=rebuild, now=now)
    _put_in_subgroup(session, place, invitation)
    return place


def _put_in_subgroup(session: Session, place: Enrolment, invitation: Invitation) -> None:
    """Let PLACE be in the subgroup that INVITATION names, if it names one."""
    if invitation.subgroup_id is None:
        return
    its = (SubgroupMember.subgroup_id == invitation.subgroup_id, SubgroupMember.enrolment_id == place.id)
    if session.scalar(select(SubgroupMember.id).where(*its)) is None:
        told = {"subgroup_id": invitation.subgroup_id, "enrolment_id": place.id, "group_id": invitation.group_id}
        session.add(SubgroupMember(**told))
        session.flush()


def _take_place(
    session: Session, user: User, group: StudyGroup, role: Role, *, bring: bool, rebuild: Rebuild, now: datetime
) -> Enrolment:
    """Return a live place of USER in GROUP: the former one again, the one alone, or a new one."""
    try:
        with session.begin_nested():
            place = _place_for(session, user, group, role, bring=bring, now=now)
            session.flush()
    except IntegrityError:  # they came in at the same moment by another link
        there = live_place(session, user, group.id)
        assert there is not None
        return there
    session.refresh(place)
    rebuild(session, [place], now=now)
    leaders = [leader.user_id for leader in leaders_of(session, group.id) if leader.user_id != user.id]
    tell_anew(session, leaders, JOINED, f"enrolment:{place.id}", now=now)
    log.info("User %d joined group %d", user.id, group.id)
    return place


def _place_for(session: Session, user: User, group: StudyGroup, role: Role, *, bring: bool, now: datetime) -> Enrolment:
    """Return the row that becomes the place of USER in GROUP."""
    if (former := former_place(session, user, group.id)) is not None:
        former.left_at, former.role, former.used_at = None, role, now
        return former
    if bring and (alone := place_alone(session, user, group.course_id)) is not None:
        # Attempts are counted from here on, as limits are the group's.
        alone.group_id, alone.role, alone.joined_at, alone.used_at = group.id, role, now, now
        alone.path = None  # from here on the syllabus leads
        return alone
    own = {"user_id": user.id, "course_id": group.course_id, "group_id": group.id}
    new = Enrolment(**own, role=role, joined_at=now, used_at=now)
    session.add(new)
    return new


def open_request(session: Session, user: User, group_id: int) -> JoinRequest | None:
    """Return the request of USER to join a group that nobody answered yet."""
    mine = select(JoinRequest).where(JoinRequest.user_id == user.id, JoinRequest.group_id == group_id)
    return session.scalar(mine.where(JoinRequest.decided_at.is_(None)))


def ask_to_join(
    session: Session, user: User, invitation: Invitation, *, bring: bool, words: str, now: datetime
) -> JoinRequest:
    """Return the open request of USER to join by INVITATION, which is used by it; organisers are told.

    Who asked already, by whichever link, has asked once. Raise LinkGone."""
    lock_invitation(session, invitation)
    if (there := open_request(session, user, invitation.group_id)) is not None:
        return there
    use_invitation(session, invitation, now=now)
    request = JoinRequest(
        group_id=invitation.group_id,
        user_id=user.id,
        invitation_id=invitation.id,
        bring=bring,
        words=words,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:  # they asked at the same moment by another link
        there = open_request(session, user, invitation.group_id)
        assert there is not None
        return there
    organisers = [leader.user_id for leader in leaders_of(session, invitation.group_id) if leader.organiser]
    tell(session, organisers, ASKED, f"join_request:{request.id}", now=now)
    return request


def decide(
    session: Session, request: JoinRequest, *, accept: bool, by_id: int, rebuild: Rebuild, now: datetime
) -> Enrolment | None:
    """Let in who asks by REQUEST, or not; return their place. They are told. Raise DecidedAlready.

    Who meant to bring work along that is no longer there begins afresh."""
    session.refresh(request, with_for_update={"of": JoinRequest})
    if request.decided_at is not None:
        raise DecidedAlready(_("Another organiser was quicker. The list shows how it stands."))
    request.decided_at, request.accepted, request.decided_by_id = now, accept, by_id
    tell(session, [request.user_id], DECIDED, f"join_request:{request.id}", now=now)
    session.flush()
    if not accept:
        return None
    if (there := live_place(session, request.user, request.group_id)) is not None:
        return there
    group = session.get_one(StudyGroup, request.group_id)
    role, bring = request.invitation.role, request.bring
    return _take_place(session, request.user, group, role, bring=bring, rebuild=rebuild, now=now)


def requests_of(session: Session, group_id: int) -> Sequence[JoinRequest]:
    """Return the open requests to join a group, the oldest first, with who asks."""
    theirs = (
        select(JoinRequest)
        .where(JoinRequest.group_id == group_id, JoinRequest.decided_at.is_(None))
        .options(joinedload(JoinRequest.user), joinedload(JoinRequest.invitation))
        .order_by(JoinRequest.id)
    )
    return session.scalars(theirs).all()


def asked_by(session: Session, user: User) -> Sequence[JoinRequest]:
    """Return the open requests of USER, the oldest first, with their groups."""
    mine = (
        select(JoinRequest)
        .where(JoinRequest.user_id == user.id, JoinRequest.decided_at.is_(None))
        .options(joinedload(JoinRequest.invitation).joinedload(Invitation.group))
        .order_by(JoinRequest.id)
    )
    return session.scalars(mine).all()
