"""Whose reading lists there are, and who may change them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import course_named
from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.access import SignInFirst, whoever
from lessons.articles.models import Article


def changes_lists() -> bool:
    """Say whether whoever asks may change the list of a course: who runs the site may."""
    user = whoever()
    return user is not None and user.administrator


def course_to_list_for(session: Session, ident: str) -> Course:
    """Return the course of that ident for an administrator, who changes its list; raise Forbidden for anybody else."""
    course = course_named(session, ident)
    if whoever() is None:
        raise SignInFirst
    if not changes_lists():
        raise Forbidden(_("Only who runs the site may change the reading list of a course."))
    return course


def article_of_group(session: Session, mine: Enrolment, article_id: int) -> Article:
    """Return an article of the lists that the group of MINE sees, its own and its course's; raise NotFound."""
    article = _article(session, article_id)
    if article.group_id != mine.group_id and article.course_id != mine.course_id:
        raise NotFound
    return article


def article_of_course(session: Session, course: Course, article_id: int) -> Article:
    """Return an article of the list of COURSE; raise NotFound."""
    article = _article(session, article_id)
    if article.course_id != course.id:
        raise NotFound
    return article


def _article(session: Session, article_id: int) -> Article:
    article = session.scalar(select(Article).where(Article.id == min(article_id, LARGEST_ID)))
    if article is None or article.removed_at is not None:
        raise NotFound
    return article
