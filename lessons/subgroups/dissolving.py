"""Dissolving a subgroup in which nobody has written, and to which nothing is given."""

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Subgroup
from course.syllabus.models import Assignment, AssignmentTarget
from lessons.discussion.models import Discussion, Post
from lessons.frames.models import Frame
from lessons.notes.models import Note


class WrittenIn(Conflict):
    """Dissolving a subgroup in which somebody has written, or shared something."""

    title = _("Something was written in this subgroup")
    hint = _("What was said in it stays kept to it, so it stays. Move its members, if they are to be elsewhere.")


class GivenTo(Conflict):
    """Dissolving a subgroup to which something is given."""

    title = _("Something is given to this subgroup")
    hint = _("Give that to somebody else first. What was taken back counts too: it could be given again.")


def dissolve(session: Session, subgroup: Subgroup) -> None:
    """Dissolve SUBGROUP; raise WrittenIn or GivenTo."""
    session.refresh(subgroup, with_for_update=True)
    talks = select(Discussion.id).where(Discussion.subgroup_id == subgroup.id)
    posts = exists().where(Post.discussion_id.in_(talks))
    kept = [exists().where(own.subgroup_id == subgroup.id, own.shared_at.is_not(None)) for own in (Note, Frame)]
    if any(session.scalar(select(one)) for one in (posts, *kept)):
        raise WrittenIn
    given = select(AssignmentTarget.id).join(Assignment, Assignment.id == AssignmentTarget.assignment_id)
    # Without its target an assignment would be for everybody.
    if session.scalar(given.where(AssignmentTarget.subgroup_id == subgroup.id).limit(1)):
        raise GivenTo
    for own in (Note, Frame):  # what was taken back again is private
        session.execute(update(own).where(own.subgroup_id == subgroup.id).values(subgroup_id=None))
    session.execute(delete(Discussion).where(Discussion.id.in_(talks)))
    session.execute(delete(Subgroup).where(Subgroup.id == subgroup.id))
    session.expunge(subgroup)
