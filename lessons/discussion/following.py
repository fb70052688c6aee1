"""Who is told of what is posted: whom a post answers, whom it mentions, who follows the discussion. Each once."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from course.base.db import insert_into
from course.groups.models import Enrolment, Role, SubgroupMember
from course.notices.models import Notice
from course.notices.records import MENTIONED, POSTED, REPLIED, tell
from course.users.models import User
from lessons.discussion.mentions import by_name, marked
from lessons.discussion.models import Discussion, Follow, Post
from lessons.discussion.talks import last_said
from lessons.seeing import members_who_see


def with_mentions(
    session: Session, enrolment: Enrolment, html: str, subgroup_id: int | None = None
) -> tuple[str, set[int]]:
    """Return HTML with the mentions of members of the group of ENROLMENT marked, and the enrolments they mean.

    In the talk of a subgroup its members can be mentioned, and the tutors: nobody else would read it."""
    if "@" not in html:
        return html, set()
    among = select(Enrolment.id, func.coalesce(User.name, "")).join(Enrolment.user)
    if subgroup_id is not None:
        in_it = select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id == subgroup_id)
        among = among.where(or_(Enrolment.id.in_(in_it), Enrolment.role == Role.tutor))
    members = session.execute(among.where(Enrolment.group_id == enrolment.group_id, Enrolment.left_at.is_(None)))
    return marked(html, by_name((row[0], row[1]) for row in members))


def tell_of_post(session: Session, enrolment: Enrolment, post: Post, mentioned: set[int], *, now: datetime) -> None:
    """Tell of the new POST of ENROLMENT whom it answers, whom it MENTIONED and who follows its discussion.

    Only who is a member and sees it now is told, each of one thing only: what concerns them most."""
    answered = post.reply_to.enrolment_id if post.reply_to_id is not None and post.reply_to else None
    reading = _readers(session, enrolment, post)
    told: set[int] = set()
    for kind, enrolments in (
        (REPLIED, {answered}),
        (MENTIONED, mentioned),
        (POSTED, {one.enrolment_id for one in reading if one.follows}),
    ):
        users = {one.enrolment_id: one.user_id for one in reading if one.enrolment_id in enrolments}
        tell(session, [user for who, user in users.items() if who not in told], kind, f"post:{post.id}", now=now)
        told |= users.keys()


def tell_mentioned(session: Session, enrolment: Enrolment, post: Post, mentioned: set[int], *, now: datetime) -> None:
    """Tell whom the new words of POST, which is ENROLMENT's, have MENTIONED; who was told of the post is not again."""
    if not mentioned:
        return
    ref = f"post:{post.id}"
    heard = set(session.scalars(select(Notice.user_id).where(Notice.ref == ref)))
    users = [one.user_id for one in _readers(session, enrolment, post) if one.enrolment_id in mentioned]
    tell(session, [user for user in users if user not in heard], MENTIONED, ref, now=now)


class _Reader(NamedTuple):
    """A member who sees a post now, and whether they follow its discussion."""

    enrolment_id: int
    user_id: int
    follows: bool


def _readers(session: Session, enrolment: Enrolment, post: Post) -> list[_Reader]:
    """Return the other members of the group of ENROLMENT, who wrote POST, that see it now. One query.

    Who posted on the prompt follows it, in whichever talk on it that was, and so does who said so."""
    assert enrolment.group is not None
    other, talk = aliased(Post), aliased(Discussion)
    its = (talk.id == other.discussion_id, talk.activity_id == Discussion.activity_id)
    posted = exists().where(other.enrolment_id == Enrolment.id, *its).correlate_except(other, talk)
    rows = session.execute(
        select(Enrolment.id, Enrolment.user_id, func.coalesce(last_said(Enrolment.id), posted))
        .select_from(Enrolment)
        .join(Discussion, Discussion.id == post.discussion_id)
        .where(members_who_see(enrolment.group), Enrolment.id != enrolment.id)
        .order_by(Enrolment.id)
    )
    return [_Reader(who, user, bool(follows)) for who, user, follows in rows]


def set_following(
    session: Session, enrolment: Enrolment, discussion: Discussion, *, follows: bool, now: datetime
) -> None:
    """Let ENROLMENT be told of new posts on the prompt of DISCUSSION, or no longer, whatever it posts there."""
    said = {"enrolment_id": enrolment.id, "discussion_id": discussion.id, "follows": follows, "at": now}
    row = insert_into(session, Follow).values(said)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["enrolment_id", "discussion_id"],
            set_={"follows": row.excluded.follows, "at": row.excluded.at},
        )
    )
