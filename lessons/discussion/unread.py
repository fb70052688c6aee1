"""What is new in the discussions that a user takes part in, and which will open once they have written: in all of their
places at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from course.completion.models import Completion
from course.groups.kinds import Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.discussion.models import Discussion, Post, ReadMark
from lessons.discussion.talks import last_said
from lessons.seeing import its_talks, open_talks


@dataclass(frozen=True, slots=True)
class Unread:
    """The talk on a prompt in one place: so many posts are NEW to the user, or so many WAIT until they have written.

    By whom, and what, is not told; what is hidden is not counted, and of what was muted there is nothing."""

    prompt: Activity
    place: Enrolment
    new: int
    waiting: int


def unread_of(session: Session, places: Collection[Enrolment]) -> Sequence[Unread]:
    """Return the talks with something new, or waiting, in PLACES of one user: those with something new first, and that
    with the newest post first among them. One query, none where all places are alone.

    New is what `listing.post_counts` counts as new, in discussions that the user follows. Of a prompt that is retired
    there is something only for who worked on it."""
    in_groups = {one.id: one for one in places if one.group_id is not None}
    if not in_groups:
        return []
    them = list(in_groups.values())
    asked = _unread(tuple(kind_of(place) for place in them))
    rows = session.execute(asked, {**ids_of(*them), "places": list(in_groups)})
    return [
        Unread(row.Activity, in_groups[row.enrolment_id], int(row.new), 0 if row.new else int(row.waiting))
        for row in rows
    ]


@lru_cache(maxsize=100)
def _unread(kinds: tuple[Kind, ...]) -> Any:
    talks = _counted([someone(kind, number) for number, kind in enumerate(kinds)])
    worked = select(Completion.id).where(
        Completion.enrolment_id == talks.c.enrolment_id, Completion.activity_id == Activity.id
    )
    return (
        select(Activity, talks)
        .join(talks, talks.c.activity_id == Activity.id)
        .where(or_(Activity.retired_at.is_(None), worked.exists()))
        .where(func.coalesce(talks.c.follows, or_(talks.c.mine > 0, talks.c.new == 0)))
        .order_by((talks.c.new > 0).desc(), talks.c.newest.desc())
        .options(joinedload(Activity.parent))  # their course is that of a place, which is there
    )


def _counted(places: Sequence[Enrolment]) -> Subquery:
    """Return the query for the posts by place and prompt: `new`, `waiting`, `mine`, `newest`, and whether the member
    said that they follow the talk."""
    own = aliased(Enrolment)
    is_open = Discussion.id.in_(select(Discussion.id).where(_any(open_talks, places)))
    is_mine = Post.enrolment_id == own.id
    is_new = and_(~is_mine, is_open, Post.id > func.coalesce(ReadMark.post_id, 0))
    new, waiting, mine = _count(is_new), _count(and_(~is_mine, ~is_open)), _count(is_mine)
    return (
        select(
            own.id.label("enrolment_id"),
            Discussion.activity_id,
            new.label("new"),
            waiting.label("waiting"),
            mine.label("mine"),
            func.max(Post.id).label("newest"),
            last_said(own.id).label("follows"),
        )
        .join(Discussion, Discussion.group_id == own.group_id)
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(ReadMark, and_(ReadMark.discussion_id == Discussion.id, ReadMark.enrolment_id == own.id))
        .where(own.id.in_(bindparam("places", expanding=True)), _any(its_talks, places), Post.hidden_at.is_(None))
        .group_by(own.id, Discussion.activity_id)
        .having(or_(new > 0, and_(waiting > 0, mine == 0)))
        .subquery()
    )


def _any(condition: Callable[[Enrolment], ColumnElement[bool]], places: Iterable[Enrolment]) -> ColumnElement[bool]:
    """Return that CONDITION holds of a Discussion for one of PLACES: each is about those of its own group."""
    return or_(*(condition(place) for place in places))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
