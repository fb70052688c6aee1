"""Write before you see: in a group that has it so, a member sees what others wrote once they have written themselves.

One predicate, for every road on which words of others are shown."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from lessons.discussion.models import Discussion, Post


def writes_first(enrolment: Enrolment) -> bool:
    """Say whether ENROLMENT, in a study group, has to write before it sees.

    Tutors see everything, and so does everybody in a group that is archived: nothing more can be written there."""
    group = enrolment.group
    return group is not None and group.write_first and group.archived_at is None and enrolment.role is not Role.tutor


def seen_by(enrolment: Enrolment, posts: Iterable[Post]) -> bool:
    """Say whether ENROLMENT may see POSTS, which are all on one prompt: once an answer of its own is among them."""
    if not writes_first(enrolment):
        return True
    return any(post.enrolment_id == enrolment.id and post.reply_to_id is None for post in posts)


def may_see(session: Session, enrolment: Enrolment, activity: Activity) -> bool:
    """Say whether ENROLMENT may see what others wrote on the prompt ACTIVITY. At most one query."""
    if not writes_first(enrolment):
        return True
    mine = (
        select(Post.id)
        .join(Discussion, Discussion.id == Post.discussion_id)
        .where(Discussion.activity_id == activity.id, Post.enrolment_id == enrolment.id, Post.reply_to_id.is_(None))
    )
    return session.scalar(mine.limit(1)) is not None
