"""Giving a study group an article of its reading list."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind
from course.pacing import current
from course.syllabus.giving import Terms
from course.syllabus.meetings import meetings_of, today_of
from lessons.articles.models import Article
from lessons.group_readings.making import Told, make_reading

#: How long an article is taken to be until somebody says better, in minutes.
MINUTES = 20


def give_article(session: Session, mine: Enrolment, article: Article, *, now: datetime) -> Activity:
    """Return the reading that ARTICLE is for the whole group of MINE, for its next meeting; given twice it is one."""
    assert mine.group is not None
    held = [one for one in meetings_of(session, mine.group.id) if one.cancelled_at is None]
    at = current([one.day for one in held], today_of(mine.group, now))
    terms = Terms(None if at is None else held[at].id, None, required=True)
    told = Told(article.title, article.by, article.address, "", MINUTES, "")
    return make_reading(session, mine, None, told, terms, once=_press(article), now=now)


def given_among(session: Session, mine: Enrolment, articles: Sequence[Article]) -> Mapping[int, str]:
    """Return article -> the ident of its reading, of those of ARTICLES that the group of MINE was given. One query."""
    idents = {f"reading-{_press(article)}": article.id for article in articles}
    own = select(Activity.ident).where(Activity.group_id == mine.group_id, Activity.kind == ActivityKind.reading)
    there = session.scalars(own.where(Activity.ident.in_(idents))) if idents else ()
    return {idents[ident]: ident for ident in there}


def _press(article: Article) -> str:
    """Return what names the press of the button that gives ARTICLE: it can be pressed once."""
    return f"a{article.id:011x}"
