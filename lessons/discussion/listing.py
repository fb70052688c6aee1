"""The discussions of a group as lists name them: how much is said in each, how much of it is new, who spoke last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from course.completion.models import Completion
from course.groups.companies import companies
from course.groups.kinds import Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment
from course.outline.models import Activity
from lessons.discussion.marks import mark_of
from lessons.discussion.models import Discussion, Post, ReadMark
from lessons.discussion.talks import last_said
from lessons.discussion.threads import Author, author_of
from lessons.models import Lesson
from lessons.seeing import its_talks, open_talks


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How much is said on a prompt, how much of it is new to the reader or waits until they wrote, how much they wrote.

    What is hidden is not counted."""

    posts: int
    new: int
    waiting: int
    mine: int
    newest: int


def post_counts(
    session: Session, enrolment: Enrolment, activity_ids: Iterable[int] | None = None
) -> dict[int, PostCounts]:
    """Return activity -> how many posts, where there are any in talks of the group that ENROLMENT has a part in. One
    query."""
    counted = _counts(kind_of(enrolment), of_some=activity_ids is not None)
    rows = session.execute(counted, {**ids_of(enrolment), "activity_ids": list(activity_ids or ())})
    return {
        activity_id: PostCounts(int(posts), int(new), int(waiting), int(mine), newest)
        for activity_id, posts, new, waiting, mine, newest in rows
    }


@cache
def _counts(kind: Kind, *, of_some: bool) -> Any:
    enrolment = someone(kind)
    is_open = Discussion.id.in_(select(Discussion.id).where(open_talks(enrolment)))
    is_mine = Post.enrolment_id == enrolment.id
    is_new = and_(~is_mine, is_open, Post.id > func.coalesce(ReadMark.post_id, 0))
    asked = [Discussion.activity_id.in_(bindparam("activity_ids", expanding=True))] if of_some else []
    return (
        select(
            Discussion.activity_id,
            _count(or_(is_mine, is_open)),
            _count(is_new),
            _count(and_(~is_mine, ~is_open)),
            _count(is_mine),
            func.max(Post.id),
        )
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(ReadMark, mark_of(enrolment))
        .where(its_talks(enrolment), *asked, Post.hidden_at.is_(None))
        .group_by(Discussion.activity_id)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


@dataclass(frozen=True, slots=True)
class DiscussionLine:
    """A discussion of the group as the list of all names it, with who posted last and when.

    Who has to write before they see is not told by whom."""

    prompt: Activity
    #: None, and 0, where it is on a prompt of the group's own.
    lesson: Activity | None
    number: int
    counts: PostCounts
    last_author: Author | None
    last_at: datetime
    #: Whether the reader is told of new posts in it.
    follows: bool
    #: The subgroups in which it is talked about, by name.
    circles: Sequence[str] = ()


def discussions_of(session: Session, enrolment: Enrolment) -> list[DiscussionLine]:
    """Return the discussions of the group of ENROLMENT, that with the newest post first. Three queries, four
    where there are subgroups.

    A retired prompt's is there for who worked on it, as is the prompt."""
    counts = post_counts(session, enrolment)
    prompt, lesson = aliased(Activity), aliased(Activity)
    worked = select(Completion.id).where(Completion.enrolment_id == enrolment.id, Completion.activity_id == prompt.id)
    rows = session.execute(
        select(prompt, lesson, Lesson.number, Post, last_said(enrolment.id))
        .join(Discussion, Discussion.activity_id == prompt.id)
        .outerjoin(lesson, lesson.id == prompt.parent_id)
        .outerjoin(Lesson, Lesson.activity_id == lesson.id)
        .join(Post, Post.discussion_id == Discussion.id)
        .join(Post.enrolment)
        .join(Enrolment.user)
        .where(Post.id.in_([one.newest for one in counts.values()]))
        .where(or_(prompt.retired_at.is_(None), worked.exists()))
        .order_by(Post.id.desc())
        .options(contains_eager(Post.enrolment).contains_eager(Enrolment.user))
    )
    circles = _circles(session, enrolment)
    return [
        DiscussionLine(
            asked,
            of,
            number or 0,
            counts[asked.id],
            None if counts[asked.id].waiting else author_of(last.enrolment),
            last.made_at,
            counts[asked.id].mine > 0 if follows is None else follows,
            circles.get(asked.id, ()),
        )
        for asked, of, number, last, follows in rows
    ]


def _circles(session: Session, enrolment: Enrolment) -> Mapping[int, Sequence[str]]:
    """Return prompt -> what those subgroups are called that talk about it, of those ENROLMENT has a part in."""
    theirs = select(Discussion.activity_id, Discussion.subgroup_id).where(its_talks(enrolment))
    there = session.execute(theirs.where(Discussion.subgroup_id.is_not(None)).order_by(Discussion.subgroup_id)).all()
    known = companies(session, {subgroup_id for _activity_id, subgroup_id in there if subgroup_id is not None})
    found: dict[int, list[str]] = {}
    for activity_id, subgroup_id in there:
        found.setdefault(activity_id, []).append(known[subgroup_id or 0].label)
    return found
