"""Keeping a reading list: what was found comes on it once, and what was taken off it stays off."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from course.base.db import insert_into
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Course
from lessons.articles.found import Found
from lessons.articles.models import Article

#: How many articles a page shows; the newest come first.
ON_A_PAGE = 50

Owner = Course | StudyGroup


class Kept(NamedTuple):
    """How many articles are new on a list, and how many had been brought before, on it still or taken off."""

    new: int
    known: int


def keep(session: Session, owner: Owner, found: Sequence[Found], *, by_id: int, now: datetime) -> Kept:
    """Put FOUND on the reading list of OWNER. Two queries."""
    if not found:
        return Kept(0, 0)
    its = (
        {"course_id": owner.id, "group_id": None}
        if isinstance(owner, Course)
        else {"course_id": None, "group_id": owner.id}
    )
    there = set(session.scalars(select(Article.address).filter_by(**its)))
    new = [one for one in found if one.address not in there]
    rows = [its | one._asdict() | {"added_by_id": by_id, "added_at": now} for one in new]
    if rows:
        # Brought by two at once it is there once.
        session.execute(insert_into(session, Article).on_conflict_do_nothing(), rows)
    return Kept(len(new), len(found) - len(new))


def articles_for(session: Session, mine: Enrolment, *, page: int = 1) -> tuple[Sequence[Article], bool]:
    """Return a PAGE of the articles of the group of MINE and of its course, and whether there are more. One query."""
    return _on_page(session, (Article.group_id == mine.group_id) | (Article.course_id == mine.course_id), page)


def articles_of_course(session: Session, course: Course, *, page: int = 1) -> tuple[Sequence[Article], bool]:
    """Return a PAGE of the articles of COURSE, and whether there are more. One query."""
    return _on_page(session, Article.course_id == course.id, page)


def _on_page(session: Session, its: ColumnElement[bool], page: int) -> tuple[Sequence[Article], bool]:
    rows = session.scalars(
        select(Article)
        .where(its, Article.removed_at.is_(None))
        .order_by(Article.published.is_(None), Article.published.desc(), Article.added_at.desc(), Article.id)
        .limit(ON_A_PAGE + 1)
        .offset((page - 1) * ON_A_PAGE)
    ).all()
    return rows[:ON_A_PAGE], len(rows) > ON_A_PAGE


def remove(session: Session, article: Article, *, now: datetime) -> None:
    """Take ARTICLE off its list. Twice is once."""
    article.removed_at = article.removed_at or now
    session.flush()
