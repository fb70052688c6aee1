"""The talks on one prompt: that of the whole group, and those of the subgroups it was given to; who speaks where.

Members speak in one of them, and read it and that of the whole group. Tutors read them all, and choose where to speak:
what they say in that of the whole group is for everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.base.errors import Conflict
from course.base.words import _
from course.groups.companies import Company, companies
from course.groups.kinds import ANYBODY, Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment, Role, SubgroupMember
from course.outline.models import Activity
from course.syllabus.models import Assignment, AssignmentTarget
from course.users.models import User
from lessons.discussion.marks import mark_of
from lessons.discussion.models import Discussion, Follow, Post, ReadMark
from lessons.seeing import has_answered, its_talks, open_talks


class SpeaksElsewhere(Conflict):
    """Words for a talk in which their writer does not speak (any longer)."""

    title = _("You talk about this in another circle now")
    hint = _(
        "Who would read it has changed since you loaded the page. What you typed is still here: look who reads it."
    )


class Talk(NamedTuple):
    """A discussion as it stands for one member. `subgroup_id` is None where it is that of the whole group."""

    id: int
    subgroup_id: int | None
    is_theirs: bool  #: whether they have a part in it; else only what they said there is for them
    is_open: bool  #: whether they see what others wrote
    locked_at: datetime | None
    locked_by: str | None
    read: int  #: up to which post, 0 where that is none
    has_answered: bool  #: whether they answered the prompt, in this talk or in another
    follows: bool | None  #: None where they said nothing: who posted follows


@dataclass(frozen=True, slots=True)
class Talks:
    """The talks on a prompt as they stand for one member.

    GIVEN are the subgroups that it is given to: all of them for a tutor, else those the member is in, the latest first.
    Only TALKS have posts, or had; COMPANIES are all the subgroups named here."""

    is_tutor: bool
    talks: Sequence[Talk] = ()
    given: Sequence[int] = ()
    companies: Mapping[int, Company] = field(default_factory=dict)

    @property
    def place(self) -> int | None:
        """The subgroup in which the member speaks; None where that is the whole group, as for a tutor at first."""
        return self.given[0] if self.given and not self.is_tutor else None

    @property
    def company(self) -> Company | None:
        """The subgroup in which the member speaks, with who is in it."""
        return self.companies[self.place] if self.place is not None else None

    @property
    def own(self) -> Talk | None:
        """The talk in which the member speaks, None while nobody has spoken there."""
        return next((talk for talk in self.talks if talk.subgroup_id == self.place), None)

    @property
    def are_several(self) -> bool:
        """Whether it has to be said which of them a post is in."""
        return bool({talk.subgroup_id for talk in self.talks} - {None} or self.given)

    @property
    def parts(self) -> Sequence[Company]:
        """The subgroups that talk about it or may, in order."""
        return list(self.companies.values())

    def speaks_in(self, talk: Talk | None) -> bool:
        """Say whether the member may add to TALK, as far as it is a matter of whose it is."""
        return talk is not None and (self.is_tutor or (talk.is_theirs and talk.subgroup_id == self.place))

    def label(self, subgroup_id: int | None) -> str:
        """Return what the talk of that subgroup is called."""
        return _("the whole group") if subgroup_id is None else self.companies[subgroup_id].label


def talks_on(session: Session, enrolment: Enrolment, activity: Activity) -> Talks:
    """Return the talks on the prompt ACTIVITY as they stand for ENROLMENT. Two queries, three with subgroups.

    Where one no longer has a part but has posted, that talk is among them: what one said oneself stays one's own."""
    is_tutor = enrolment.role is Role.tutor
    given = given_to(session, enrolment, activity)
    rows: Any = session.execute(_talks(kind_of(enrolment)), {**ids_of(enrolment), "activity_id": activity.id})
    talks = [Talk(*row) for row in rows]
    ids = {*given, *(talk.subgroup_id for talk in talks if talk.subgroup_id is not None)}
    return Talks(is_tutor, talks, given, companies(session, ids))


@cache
def _talks(kind: Kind) -> Any:
    enrolment = someone(kind)
    mine = aliased(Post)
    spoke = exists().where(mine.discussion_id == Discussion.id, mine.enrolment_id == enrolment.id)
    its = its_talks(enrolment)
    return (
        select(
            Discussion.id,
            Discussion.subgroup_id,
            its,
            open_talks(enrolment),
            Discussion.locked_at,
            User.name,
            func.coalesce(ReadMark.post_id, 0),
            has_answered(enrolment.id),
            last_said(enrolment.id),
        )
        .outerjoin(User, User.id == Discussion.locked_by_id)
        .outerjoin(ReadMark, mark_of(enrolment))
        .where(Discussion.activity_id == bindparam("activity_id"), Discussion.group_id == enrolment.group_id)
        .where(or_(its, spoke))
        .order_by(Discussion.subgroup_id, Discussion.id)
    )


def given_to(session: Session, enrolment: Enrolment, activity: Activity) -> Sequence[int]:
    """Return the subgroups that the prompt ACTIVITY, or its lesson, is given to: those ENROLMENT is in, the latest
    first, as `course.syllabus.assigned.subgroup_given` says; for a tutor all of them. One query."""
    asked = {**ids_of(enrolment), "activity_ids": [activity.id, activity.parent_id or activity.id]}
    found = session.scalars(_GIVEN_TO_ALL if enrolment.role is Role.tutor else _GIVEN_TO_ONE, asked)
    return [one for one in dict.fromkeys(found) if one is not None]


_ONE = someone(ANYBODY._replace(in_group=True))
_GIVEN_TO_ALL = (
    select(AssignmentTarget.subgroup_id)
    .join(Assignment, Assignment.id == AssignmentTarget.assignment_id)
    .where(Assignment.group_id == _ONE.group_id, Assignment.withdrawn_at.is_(None))
    .where(Assignment.activity_id.in_(bindparam("activity_ids", expanding=True)))
    .where(AssignmentTarget.subgroup_id.is_not(None))
    .order_by(Assignment.id.desc(), AssignmentTarget.subgroup_id.desc())
)
_GIVEN_TO_ONE = _GIVEN_TO_ALL.where(
    AssignmentTarget.subgroup_id.in_(select(SubgroupMember.subgroup_id).where(SubgroupMember.enrolment_id == _ONE.id))
)


def talks_of(session: Session, enrolment: Enrolment, activity: Activity) -> Sequence[int | None]:
    """Return the subgroups that have a talk on ACTIVITY in which ENROLMENT has a part, None for the whole group's."""
    its = select(Discussion.subgroup_id).where(Discussion.activity_id == activity.id, its_talks(enrolment))
    return session.scalars(its.order_by(Discussion.id)).all()


def place_of(session: Session, enrolment: Enrolment, activity: Activity, chosen: int | None) -> int | None:
    """Return the subgroup in which ENROLMENT speaks on the prompt ACTIVITY, None for the whole group. One query.

    CHOSEN is what the page said: 0 the whole group, None nothing. Raise SpeaksElsewhere where that is not so: words go
    to nobody else than the page said."""
    given = given_to(session, enrolment, activity)
    if enrolment.role is Role.tutor:
        if not chosen or chosen in given or chosen in talks_of(session, enrolment, activity):
            return chosen or None
        raise SpeaksElsewhere
    place = given[0] if given else None
    if chosen is not None and chosen != (place or 0):
        raise SpeaksElsewhere
    return place


def last_said(member: InstrumentedAttribute[int] | int) -> ScalarSelect[bool | None]:
    """Return whether MEMBER said last that they are told of new posts on the prompt of the Discussion of the query, in
    whichever talk on it; null where they said nothing."""
    said, talk = aliased(Follow), aliased(Discussion)
    query = (
        select(said.follows)
        .join(talk, talk.id == said.discussion_id)
        .where(talk.activity_id == Discussion.activity_id, said.enrolment_id == member)
        .order_by(said.at.desc(), said.id.desc())
        .limit(1)
    )
    return query.correlate_except(said, talk).scalar_subquery()
