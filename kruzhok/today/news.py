"""What a user was told lately and has not seen, in words: the page of the day shows what came back to them, a letter
all that was in none before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from course.notices import records as kinds
from course.notices.models import Notice
from course.users.models import User
from kruzhok.notices.words import GONE, Told, told

#: What happened longer ago stands on the page of notices only.
NEWS = timedelta(days=14)
MOST_NOTICES = 500

#: What is told first: what somebody wrote to this user, then marks, then the rest.
FIRST: Mapping[str, int] = {
    kinds.WRITTEN_TO: 0,
    kinds.REPLIED: 1,
    kinds.MENTIONED: 1,
    kinds.NOTE_REPLIED: 1,
    kinds.MARKED: 2,
}
LAST = 3

#: What came back to a user, from somebody, on what they did or wrote.
CAME_BACK = frozenset({*FIRST, kinds.ANSWERED, kinds.HIDDEN, kinds.SETTLED})


@dataclass(frozen=True, slots=True)
class News:
    """Something new, in words on one line, and where it leads on this site. What is said in the same words is said
    once, and NOTICES are all of those that say it."""

    words: str
    address: str | None
    at: datetime
    came_back: bool
    notices: Sequence[Notice]

    @property
    def unmailed(self) -> list[int]:
        """Those of its notices that were in no letter."""
        return [notice.id for notice in self.notices if notice.mailed_in is None]


@dataclass(frozen=True, slots=True)
class AllNews:
    """What is new, in order; and of posts in talks that the user follows the notices: (group, prompt) -> those that
    were in no letter. How many are new in a talk says `lessons.discussion.unread`."""

    news: Sequence[News] = ()
    posted: Mapping[tuple[int, int], Sequence[int]] = field(default_factory=dict)


def news_of(
    session: Session,
    user: User,
    places: Iterable[Enrolment],
    now: datetime,
    *,
    of_kinds: Collection[str] | None = None,
) -> AllNews:
    """Return what USER, whose live places PLACES are, was told lately and has not seen, what concerns them most first;
    OF_KINDS: of those kinds alone. One query, more where there is something: one for each sort of thing told of."""
    mine = select(Notice).where(Notice.user_id == user.id, Notice.seen_at.is_(None), Notice.at > now - NEWS)
    if of_kinds is not None:
        mine = mine.where(Notice.kind.in_(of_kinds))
    notices = session.scalars(mine.order_by(Notice.id.desc()).limit(MOST_NOTICES)).all()[::-1]
    if not notices:
        return AllNews()
    by_id = {notice.id: notice for notice in notices}
    shown = [(by_id[one.id], one) for one in told(session, user, notices, places) if (one.words, one.address) != GONE]
    others = [(notice, one) for notice, one in shown if notice.kind != kinds.POSTED]
    others.sort(key=lambda pair: FIRST.get(pair[0].kind, LAST))
    said: dict[str, list[tuple[Notice, Told]]] = {}
    for notice, one in others:
        said.setdefault(one_line(one.words), []).append((notice, one))
    posted: dict[tuple[int, int], list[int]] = {}
    for notice, one in shown:
        if notice.kind == kinds.POSTED and notice.mailed_in is None and one.talk is not None:
            posted.setdefault(one.talk, []).append(notice.id)
    return AllNews([_news(words, pairs) for words, pairs in said.items()], posted)


def _news(words: str, pairs: Sequence[tuple[Notice, Told]]) -> News:
    """Return what PAIRS say in those WORDS; the first leads on."""
    notice, first = pairs[0]
    return News(words, first.address, notice.at, notice.kind in CAME_BACK, [notice for notice, _told in pairs])


def one_line(words: str) -> str:
    """Return WORDS on one line: nobody's title makes lines of its own in a letter."""
    return " ".join(words.split())
