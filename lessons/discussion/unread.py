"""What is new in the discussions that a user takes part in, and which will open once they have written: in all of their
places at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from course.completion.models import Completion
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
    with the newest post first among them. Two queries at the most, one where there is nothing.

    New is what `listing.post_counts` counts as new, in discussions that the user follows. Of a prompt that is retired
    there is something only for who worked on it."""
    in_groups = {one.id: one for one in places if one.group_id is not None}
    if not in_groups:
        return []
    own = aliased(Enrolment)
    is_open = Discussion.id.in_(select(Discussion.id).where(_any(open_talks, in_groups.values())))
    is_mine = Post.enrolment_id == own.id
    is_new = and_(~is_mine, is_open, Post.id > func.coalesce(ReadMark.post_id, 0))
    new, waiting, mine = _count(is_new), _count(and_(~is_mine, ~is_open)), _count(is_mine)
    rows = session.execute(
        select(own.id, Discussion.activity_id, new, waiting, mine, last_said(own.id))
        .join(Discussion, Discussion.group_id == own.group_id)
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(ReadMark, and_(ReadMark.discussion_id == Discussion.id, ReadMark.enrolment_id == own.id))
        .where(own.id.in_(in_groups), _any(its_talks, in_groups.values()), Post.hidden_at.is_(None))
        .group_by(own.id, Discussion.activity_id)
        .having(or_(new > 0, and_(waiting > 0, mine == 0)))
        .order_by((new > 0).desc(), func.max(Post.id).desc())
    ).all()
    told = [row for row in rows if row[5] is True or (row[5] is None and (row[4] or row[3]))]
    prompts = _prompts(session, {row[1] for row in told}, in_groups)
    return [
        Unread(prompts[activity_id], in_groups[place_id], int(fresh), 0 if fresh else int(waits))
        for place_id, activity_id, fresh, waits, _mine, _follows in told
        if activity_id in prompts
    ]


def _prompts(session: Session, activity_ids: Collection[int], place_ids: Collection[int]) -> dict[int, Activity]:
    """Return those of the prompts that may be shown, with all that their addresses need. One query at the most."""
    if not activity_ids:
        return {}
    worked = select(Completion.id).where(Completion.enrolment_id.in_(place_ids), Completion.activity_id == Activity.id)
    there = select(Activity).where(Activity.id.in_(activity_ids))
    there = there.where(or_(Activity.retired_at.is_(None), worked.exists()))
    whole = joinedload(Activity.parent), joinedload(Activity.course)
    return {one.id: one for one in session.scalars(there.options(*whole))}


def _any(condition: Callable[[Enrolment], ColumnElement[bool]], places: Iterable[Enrolment]) -> ColumnElement[bool]:
    """Return that CONDITION holds of a Discussion for one of PLACES: each is about those of its own group."""
    return or_(*(condition(place) for place in places))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
