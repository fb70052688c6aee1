"""The study groups of which somebody alone holds the keys: handed on before they go, closed where nobody is left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.enrolments import members_of
from course.groups.members import give_keys
from course.groups.models import Enrolment, JoinRequest, StudyGroup
from course.groups.opening import archive_group
from course.users.models import User


class KeysFirst(Conflict):
    """Somebody would go with the only keys of a study group in which others are."""

    title = _("Somebody must keep the keys")
    hint = _("Say who is to hold them. If the group has come to its end, archive it first.")


class Held(NamedTuple):
    """A study group of which one alone holds the keys, and the other members: tutors first, then by name."""

    group: StudyGroup
    others: Sequence[Enrolment]


def held_by(session: Session, user: User) -> list[Held]:
    """Return the study groups, none of them archived, of which USER alone holds the keys. One query for each group
    in which they hold any."""
    mine = (
        select(StudyGroup)
        .join(Enrolment, Enrolment.group_id == StudyGroup.id)
        .where(Enrolment.user_id == user.id, Enrolment.organiser, Enrolment.left_at.is_(None))
        .where(StudyGroup.archived_at.is_(None))
        .order_by(StudyGroup.name, StudyGroup.id)
    )
    found = []
    for group in session.scalars(mine).all():
        others = [one for one in members_of(session, group.id) if one.user_id != user.id]
        if not any(one.organiser for one in others):
            found.append(Held(group, others))
    return found


def hand_on(session: Session, user: User, heirs: Mapping[int, int], *, now: datetime) -> None:
    """Give the keys that USER alone holds to HEIRS (group -> the place of a member), and close the groups in which
    nobody else is. Raise KeysFirst where a group has others and no heir among them."""
    mine = select(Enrolment.group_id).where(Enrolment.user_id == user.id, Enrolment.organiser)
    # Two organisers who go at once wait for each other here, so that the second sees what the first did.
    session.execute(select(StudyGroup.id).where(StudyGroup.id.in_(mine)).order_by(StudyGroup.id).with_for_update())
    for group, others in held_by(session, user):
        heir = next((one for one in others if one.id == heirs.get(group.id)), None)
        if heir is not None:
            give_keys(session, heir, by_id=user.id, now=now)
        elif others:
            raise KeysFirst(_("You are the only organiser of {group}.").format(group=group.name))
        else:
            archive_group(session, group, now=now)


def only_theirs(session: Session, user: User) -> Sequence[int]:
    """Return the study groups in which nobody but USER ever was or asked to be, and that had no run before or after."""
    mine = select(Enrolment.group_id).where(Enrolment.user_id == user.id, Enrolment.group_id.is_not(None))
    others = select(Enrolment.group_id).where(Enrolment.user_id != user.id, Enrolment.group_id.is_not(None))
    asked = select(JoinRequest.group_id).where(JoinRequest.user_id != user.id)
    earlier = select(StudyGroup.previous_id).where(StudyGroup.previous_id.is_not(None))
    alone = select(StudyGroup.id).where(
        StudyGroup.id.in_(mine),
        StudyGroup.id.not_in(others),
        StudyGroup.id.not_in(asked),
        StudyGroup.id.not_in(earlier),
        StudyGroup.previous_id.is_(None),
    )
    return session.scalars(alone.order_by(StudyGroup.id)).all()
