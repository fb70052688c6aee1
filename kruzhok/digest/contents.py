"""What is new and due for one user: one object, which a page and the letter draw.

Nothing is in it that its reader may not see: what is due comes from the dates of their own places, and what was told
of is put into words when it is shown (`notices.words`), which asks each time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.base.words import _, plural
from course.groups.models import Enrolment
from course.notices import records as kinds
from course.notices.models import Notice
from course.rules import due_instant
from course.users.models import DigestKind, User
from kruzhok.calendar.dates import CLOSES, DUE, MEETING, REPLIES, Dated, dates_of
from kruzhok.notices.words import GONE, Told, told
from kruzhok.today.plan import DONE, GoOn, go_on_for, latest_enrolment
from lessons.discussion.models import Discussion, Post

#: What happened longer ago is not told by letter: it stands on the page of notices.
NEWS = timedelta(days=14)
#: So many days after today are *soon*: until the next letter, and the day it comes.
SOON = {DigestKind.daily: 1, DigestKind.weekly: 7, DigestKind.none: 7}
MOST_DUE, MOST_NEWS, MOST_NOTICES = 12, 12, 500

#: What is told first: what somebody wrote to this user, then marks, then the rest.
FIRST: Mapping[str, int] = {
    kinds.WRITTEN_TO: 0,
    kinds.REPLIED: 1,
    kinds.MENTIONED: 1,
    kinds.NOTE_REPLIED: 1,
    kinds.MARKED: 2,
}
LAST = 3


class News(NamedTuple):
    """Something new, in words on one line, and where it leads on this site."""

    words: str
    address: str | None


@dataclass(frozen=True, slots=True)
class DigestOf:
    """What one letter says. With nothing due and nothing new there is none."""

    due: Sequence[Dated]
    more_due: int
    #: How many things that were due are not done, and in which place most of them are.
    late: int
    late_slug: str | None
    news: Sequence[News]
    more_news: int
    place: Enrolment | None
    go_on: GoOn | None
    #: The notices told of in it.
    notice_ids: Sequence[int]


def digest_of(session: Session, user: User, now: datetime) -> DigestOf | None:
    """Return what is new and due for USER, None where it is nothing: what is late alone is no reason to write.

    Some forty queries at the most, however much there is."""
    dates = dates_of(session, user, now)
    due = list(_soon(dates, user, now))
    notices = _unmailed(session, user, now)
    news, told_of = _news(session, user, notices)
    if not due and not news:
        return None
    late = [one for one in dates if one.asked and one.kind in {DUE, REPLIES} and one.moment < now]
    place = latest_enrolment(session, user)
    go_on = go_on_for(session, place, now) if place else None
    return DigestOf(
        due=due[:MOST_DUE],
        more_due=max(0, len(due) - MOST_DUE),
        late=len(late),
        late_slug=late[0].slug if late else None,
        news=news[:MOST_NEWS],
        more_news=max(0, len(news) - MOST_NEWS),
        place=place,
        go_on=go_on if go_on and go_on.reason != DONE else None,
        notice_ids=told_of,
    )


def _soon(dates: Sequence[Dated], user: User, now: datetime) -> Iterator[Dated]:
    zone = ZoneInfo(user.zone)
    until = due_instant(now.astimezone(zone).date() + timedelta(days=SOON[user.digest]), zone)
    for one in dates:
        begun = one.day < now.astimezone(one.zone).date() if one.whole_day else one.moment < now
        if begun or one.moment > until:
            continue
        if one.asked if one.kind in {DUE, REPLIES, CLOSES} else one.kind == MEETING and not one.cancelled:
            yield one


def _unmailed(session: Session, user: User, now: datetime) -> Sequence[Notice]:
    """Return what USER was told of lately, has not seen and was not written of, the oldest first."""
    mine = select(Notice).where(
        Notice.user_id == user.id, Notice.seen_at.is_(None), Notice.mailed_in.is_(None), Notice.at > now - NEWS
    )
    return session.scalars(mine.order_by(Notice.id.desc()).limit(MOST_NOTICES)).all()[::-1]


def _news(session: Session, user: User, notices: Sequence[Notice]) -> tuple[list[News], list[int]]:
    """Return what NOTICES say, and the ids of those that say anything: new posts that USER follows as their number in
    each discussion, the rest each in its own words, and the same words once."""
    kind_of = {notice.id: notice.kind for notice in notices}
    shown = [one for one in told(session, user, notices) if (one.words, one.address) != GONE]
    posts = [one for one in shown if kind_of[one.id] == kinds.POSTED]
    others = [one for one in shown if kind_of[one.id] != kinds.POSTED]
    others.sort(key=lambda one: FIRST.get(kind_of[one.id], LAST))
    said = {one_line(one.words): one.address for one in reversed(others)}  # of the same words the first leads on
    news = [News(words, said[words]) for words in dict.fromkeys(one_line(one.words) for one in others)]
    refs = {notice.id: notice.ref for notice in notices}
    return [*news, *_talks(session, posts, refs)], [one.id for one in shown]


def _talks(session: Session, posts: Sequence[Told], refs: Mapping[int, str]) -> list[News]:
    """Return for each discussion how many of POSTS are in it. One query."""
    ids = {one.id: int(refs[one.id].partition(":")[2]) for one in posts}
    if not ids:
        return []
    found = select(Post).where(Post.id.in_(ids.values()))
    whole = joinedload(Post.discussion).joinedload(Discussion.activity)
    talk_of = {post.id: post.discussion for post in session.scalars(found.options(whole))}
    there = sorted((one for one in posts if ids[one.id] in talk_of), key=lambda one: talk_of[ids[one.id]].id)
    news = []
    for _talk_id, some in groupby(there, key=lambda one: talk_of[ids[one.id]].id):
        first, *rest = some
        words = first.words
        if rest:
            posted = plural(_("{n} new post"), _("{n} new posts"), 1 + len(rest))
            title = talk_of[ids[first.id]].activity.title
            words = _("{posts} on “{title}”.").format(posts=posted, title=title)
        news.append(News(one_line(words), first.address))
    return news


def one_line(words: str) -> str:
    """Return WORDS on one line: nobody's title makes lines of its own in a letter."""
    return " ".join(words.split())
