"""What of a group's talk a member may have. What is not there, or not this user's, does not exist: NotFound."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from course.base.db import LARGEST_ID
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import member
from course.groups.models import Enrolment, Role
from lessons.access import lesson_named, own_prompt, prompt_of, refuse_retired
from lessons.discussion.models import Discussion, Post
from lessons.models import Lesson, Prompt
from lessons.seeing import open_talks


class Asked(NamedTuple):
    """A prompt in a study group, of a lesson or the group's own, and the place there of whoever asks."""

    enrolment: Enrolment
    lesson: Lesson | None
    prompt: Prompt


def prompt_in(session: Session, slug: str, lesson: str | None, ident: str) -> Asked:
    """Return the prompt IDENT of LESSON in the study group SLUG, without one the group's own, for a member who asks."""
    mine = member(session, slug)
    if lesson is None:
        return Asked(mine, None, own_prompt(session, mine, ident))
    found = lesson_named(session, mine.course.ident, lesson)
    prompt = prompt_of(session, found, ident)
    refuse_retired(session, prompt.activity, mine)
    return Asked(mine, found, prompt)


def prompt_of_tutor(session: Session, slug: str, lesson: str | None, ident: str) -> Asked:
    """Return the same for a tutor of the group; raise Forbidden for another member."""
    asked = prompt_in(session, slug, lesson, ident)
    if asked.enrolment.role is not Role.tutor:
        raise Forbidden(_("Only a tutor of the study group may do this."))
    return asked


def post_in(session: Session, slug: str, post_id: int) -> tuple[Asked, Post]:
    """Return the post of that id in the study group SLUG, with the prompt it is on, for a member who asks."""
    mine = member(session, slug)
    post = session.scalar(
        select(Post)
        .join(Post.discussion)
        .join(Post.enrolment)
        .where(Post.id == min(post_id, LARGEST_ID), open_talks(mine))
        .options(contains_eager(Post.discussion).joinedload(Discussion.activity), contains_eager(Post.enrolment))
    )
    if post is None:
        raise NotFound  # nor does what one does not see yet
    lesson = post.discussion.activity.parent
    return prompt_in(session, slug, lesson.ident if lesson else None, post.discussion.activity.ident), post


def own_post_in(session: Session, slug: str, post_id: int) -> tuple[Asked, Post]:
    """Return the post of that id in the study group SLUG, for its author; raise Forbidden for another member."""
    asked, post = post_in(session, slug, post_id)
    if post.enrolment_id != asked.enrolment.id:
        raise Forbidden(_("Only who wrote a post may change its words."))
    return asked, post
