"""What one letter says: of the page of the day (`kruzhok.today`) what is due soon, and what was in no letter before.

Nothing is in it that its reader may not see: what is due comes from the dates of their own places, and what was told
of is put into words when it is shown (`notices.words`), which asks each time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.rules import due_instant
from course.users.models import DigestKind, User
from kruzhok.calendar.dates import Dated
from kruzhok.today.asking import is_late, needs
from kruzhok.today.news import News, one_line
from kruzhok.today.plan import DONE, GoOn
from kruzhok.today.today import Today, today_of
from lessons.addresses import activity_address

#: So many days after today are *soon*: until the next letter, and the day it comes.
SOON = {DigestKind.daily: 1, DigestKind.weekly: 7, DigestKind.none: 7}
MOST_DUE, MOST_NEWS = 12, 12


@dataclass(frozen=True, slots=True)
class Line:
    """Something new, in words on one line, and where it leads on this site."""

    words: str
    address: str | None


@dataclass(frozen=True, slots=True)
class DigestOf:
    """What one letter says of TODAY. With nothing due and nothing new there is none."""

    today: Today
    due: Sequence[Dated]
    more_due: int
    #: Whether something that was due is not done, and in which place the first of it is.
    is_late: bool
    late_slug: str | None
    news: Sequence[Line]
    more_news: int
    #: The notices told of in it.
    notice_ids: Sequence[int]

    @property
    def go_on(self) -> GoOn | None:
        """Where to go on, in the place last used; None where there is nothing that must be done."""
        go_on = self.today.here.go_on if self.today.here else None
        return go_on if go_on and go_on.reason != DONE else None


def digest_of(session: Session, user: User, now: datetime) -> DigestOf | None:
    """Return what is new and due for USER, None where it is nothing: what is late or to be reviewed is no reason alone.

    As many queries as the page of the day."""
    today = today_of(session, user, now)
    due = list(_soon(today.dates, user, now))
    news = [one for one in today.news.news if one.unmailed]
    talks, told_of = _talks(today)
    if not due and not news and not talks:
        return None
    lines = [*(Line(one.words, one.address) for one in news), *talks]
    late = [one for one in today.dates if is_late(one, now)]
    return DigestOf(
        today,
        due=due[:MOST_DUE],
        more_due=max(0, len(due) - MOST_DUE),
        is_late=bool(late),
        late_slug=late[0].slug if late else None,
        news=lines[:MOST_NEWS],
        more_news=max(0, len(lines) - MOST_NEWS),
        notice_ids=[*_told_in(news), *told_of],
    )


def _told_in(news: Sequence[News]) -> Iterator[int]:
    for one in news:
        yield from one.unmailed


def _soon(dates: Sequence[Dated], user: User, now: datetime) -> Iterator[Dated]:
    zone = ZoneInfo(user.zone)
    until = due_instant(now.astimezone(zone).date() + timedelta(days=SOON[user.digest]), zone)
    for one in dates:
        begun = one.day < now.astimezone(one.zone).date() if one.whole_day else one.moment < now
        if not begun and one.moment <= until and needs(one):
            yield one


def _talks(today: Today) -> tuple[list[Line], list[int]]:
    """Return how much is new in the talks of TODAY in which something was posted that was in no letter; and what tells
    of that."""
    lines: list[Line] = []
    told_of: list[int] = []
    for one in today.talk:
        notices = today.news.posted.get((one.place.group_id or 0, one.prompt.id), ())
        if one.new and notices and one.place.group is not None:
            posts = plural(_("{n} new post"), _("{n} new posts"), one.new)
            words = _("{posts} on “{title}”.").format(posts=posts, title=one.prompt.title)
            lines.append(
                Line(one_line(words), activity_address(one.prompt, one.place.group.slug, _anchor="discussion"))
            )
            told_of += notices
    return lines, told_of
