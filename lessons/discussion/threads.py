"""The talk on a prompt as its page shows it, how far a member has read it, and all the discussions of a group."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import shorten
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased, contains_eager

from course.base.markdown import plain
from course.completion.models import Completion
from course.groups.models import Enrolment, Role
from course.notices.records import mark_seen
from course.outline.models import Activity
from course.users.models import User
from lessons.discussion.models import Discussion, Follow, Post, PostVersion, ReadMark
from lessons.models import Lesson
from lessons.moderation.locking import Lock
from lessons.seeing import open_talks, reads_hidden

#: So many first posts, each with all that hangs on it, stand on one page.
ON_A_PAGE = 40

#: From so many posts on, what was read is folded away.
FOLDS_FROM = 12


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post, as the group knows them."""

    name: str
    is_tutor: bool
    has_left: bool


@dataclass(slots=True)
class PostShown:
    """A post with the replies under it. IN_REPLY_TO names another reply, where it answers one of those.

    Of one that is hidden from the reader the words are not here: VERSIONS is empty."""

    post: Post
    author: Author
    mine: bool
    is_new: bool
    versions: Sequence[PostVersion]  #: as it was at first … as it is now
    in_reply_to: "PostShown | None" = None
    replies: list["PostShown"] = field(default_factory=list)
    #: Of a first post: it and all its replies were read, and are folded away.
    folded: bool = False

    @property
    def id(self) -> int:
        """The id of the post."""
        return self.post.id

    @property
    def withheld(self) -> bool:
        """Whether it is hidden, and its words are not for the reader."""
        return not self.versions

    @property
    def now(self) -> PostVersion:
        """What it says now."""
        return self.versions[-1]

    @property
    def before(self) -> Sequence[PostVersion]:
        """What it said before, the newest first."""
        return self.versions[-2::-1] if len(self.versions) > 1 else []

    @property
    def beginning(self) -> str:
        """Its first words, for where it is folded away."""
        return shorten(plain(self.now.text[:400]), 90, placeholder=" …") if self.versions else ""


class Shown(NamedTuple):
    """What a member was shown of a talk on the way to the page at hand: these pages, as they were at the post NEWEST.

    The links from page to page carry it, so that who has gone through all of them has read it all."""

    enrolment_id: int
    newest: int
    pages: frozenset[int]

    def __str__(self) -> str:
        """As an address says it."""
        return f"{self.enrolment_id}-{self.newest}-{'.'.join(map(str, sorted(self.pages)))}"


_SHOWN = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,5}(?:\.[0-9]{1,5}){0,99})", re.ASCII)


def shown_before(said: str) -> Shown | None:
    """Return what an address says that was shown; None where it says nothing that can be."""
    found = _SHOWN.fullmatch(said)
    if found is None:
        return None
    return Shown(int(found[1]), int(found[2]), frozenset(map(int, found[3].split("."))))


@dataclass(frozen=True, slots=True)
class Thread:
    """The talk on one prompt in one group, a page of it: first posts in order, replies under them."""

    discussion_id: int  #: 0 where there is none yet
    posts: Sequence[PostShown]
    #: Who looks after the talk hides, shows again, locks and opens, and reads what is hidden.
    moderates: bool = False
    lock: Lock | None = None
    #: How many posts of others are there that the reader sees once they have written.
    waiting: int = 0
    #: How many other members have posted.
    writers: int = 0
    #: The posts on this page by id.
    known: Mapping[int, PostShown] = field(default_factory=dict)
    #: How many posts there are on all pages; how many are new to the reader; whether an answer of theirs is among them,
    #: and a reply of theirs to somebody else; how many others' posts there are to reply to.
    count: int = 0
    all_new: int = 0
    posted: bool = False
    replied: bool = False
    of_others: int = 0
    #: Whether the reader is told of new posts.
    follows: bool = False
    page: int = 1
    pages: int = 1
    #: The oldest post that is new and stands on a page that was not shown, 0 where there is none.
    new_elsewhere: int = 0
    #: The pages that were shown with this one.
    shown: Shown | None = None
    #: Up to which post the reader has been shown everything once this page is made, 0 where that is nothing more.
    read_up_to: int = 0

    @property
    def new(self) -> list[PostShown]:
        """The posts of others on this page that the reader had not been shown."""
        return [shown for shown in self.known.values() if shown.is_new]

    @property
    def has_folded(self) -> bool:
        """Whether something on this page is folded away."""
        return any(shown.folded for shown in self.posts)


class _Line(NamedTuple):
    """What of each post of a talk is looked at before a page of it is chosen."""

    id: int
    reply_to_id: int | None
    enrolment_id: int
    hidden_at: datetime | None


class _Talk(NamedTuple):
    """A discussion as it stands for one member."""

    id: int
    is_open: bool  #: whether they see what others wrote
    locked_at: datetime | None
    locked_by: str | None
    read: int | None
    follows: bool | None  #: None where they said nothing: who posted there follows


def thread_of(
    session: Session,
    enrolment: Enrolment,
    activity: Activity,
    *,
    page: int | None = None,
    at: int | None = None,
    unfolded: bool = False,
    shown: Shown | None = None,
) -> Thread:
    """Return the talk on the prompt ACTIVITY in the group of ENROLMENT, as it is to them: the PAGE asked for, else that
    on which the post AT stands, which is not folded away. UNFOLDED: nothing is. SHOWN are other pages
    that they have just seen. Five queries at the most.

    Who has to write before they see gets no post of others before that, and how many there are."""
    moderates, talk = reads_hidden(session, enrolment), _talk(session, enrolment, activity)
    if talk is None:
        return Thread(0, [], moderates)
    lock = Lock(talk.locked_at, talk.locked_by) if talk.locked_at else None
    lines = _lines(session, talk)
    if not talk.is_open:
        others = [line for line in lines if line.enrolment_id != enrolment.id and line.hidden_at is None]
        writers = {line.enrolment_id for line in others}
        return Thread(talk.id, [], moderates, waiting=len(others), writers=len(writers))
    if not lines:
        return Thread(talk.id, [], moderates, lock)
    roots = _roots(lines)
    firsts = [line.id for line in lines if line.reply_to_id is None]
    pages = -(-len(firsts) // ON_A_PAGE)
    if page is None:
        page = firsts.index(roots[at]) // ON_A_PAGE + 1 if at in roots else 1
    page = max(1, min(page, pages))
    here = set(firsts[(page - 1) * ON_A_PAGE : page * ON_A_PAGE])
    shown_ids = [line.id for line in lines if roots[line.id] in here]
    mark = talk.read or 0
    new = {line.id for line in lines if line.id > mark and line.enrolment_id != enrolment.id and line.hidden_at is None}
    known = _shown(session, enrolment, shown_ids, new, reads_all=moderates)
    branches = _branches(known)
    if len(lines) >= FOLDS_FROM and not unfolded:
        for branch in branches:
            ids = {branch.id, *(one.id for one in branch.replies)}
            branch.folded = new.isdisjoint(ids) and at not in ids
    before = shown if shown and shown.enrolment_id == enrolment.id else Shown(enrolment.id, lines[-1].id, frozenset())
    page_of = {first: at // ON_A_PAGE + 1 for at, first in enumerate(firsts)}
    seen = known.keys() | {one for one in new if one <= before.newest and page_of[roots[one]] in before.pages}
    elsewhere = min(new - seen, default=0)
    mine = [line for line in lines if line.enrolment_id == enrolment.id]
    others_ids = {line.id for line in lines if line.enrolment_id != enrolment.id}
    return Thread(
        talk.id,
        branches,
        moderates,
        lock,
        known=known,
        writers=len({line.enrolment_id for line in lines} - {enrolment.id}),
        count=sum(line.hidden_at is None for line in lines),
        all_new=len(new),
        posted=any(line.reply_to_id is None for line in mine),
        replied=any(line.reply_to_id in others_ids for line in mine),
        of_others=sum(line.hidden_at is None for line in lines if line.id in others_ids),
        follows=bool(mine) if talk.follows is None else talk.follows,
        page=page,
        pages=pages,
        new_elsewhere=elsewhere,
        shown=Shown(enrolment.id, min(before.newest, lines[-1].id), before.pages | {page}),
        read_up_to=_read_up_to(lines, elsewhere, mark),
    )


def _talk(session: Session, enrolment: Enrolment, activity: Activity) -> _Talk | None:
    row = session.execute(
        select(
            Discussion.id,
            open_talks(enrolment),
            Discussion.locked_at,
            User.name,
            ReadMark.post_id,
            Follow.follows,
        )
        .outerjoin(User, User.id == Discussion.locked_by_id)
        .outerjoin(ReadMark, _mark_of(enrolment))
        .outerjoin(Follow, _follow_of(enrolment))
        .where(_ours(enrolment, Discussion.activity_id == activity.id))
    ).one_or_none()
    return _Talk(*row) if row else None


def _lines(session: Session, talk: _Talk) -> list[_Line]:
    its = select(Post.id, Post.reply_to_id, Post.enrolment_id, Post.hidden_at).where(Post.discussion_id == talk.id)
    return [_Line(*row) for row in session.execute(its.order_by(Post.id))]


def _roots(lines: Sequence[_Line]) -> dict[int, int]:
    """Return post -> the first post of the branch it stands in: a post is always younger than what it answers."""
    roots: dict[int, int] = {}
    for line in lines:
        roots[line.id] = line.id if line.reply_to_id is None else roots[line.reply_to_id]
    return roots


def _read_up_to(lines: Sequence[_Line], elsewhere: int, mark: int) -> int:
    """Return up to which post all has been shown, beyond MARK, where the oldest new one on another page is ELSEWHERE.

    The mark is one number: it stops short of what was not shown."""
    reached = max((line.id for line in lines if not elsewhere or line.id < elsewhere), default=0)
    return reached if reached > mark else 0


def _shown(
    session: Session, enrolment: Enrolment, post_ids: Sequence[int], new: set[int], *, reads_all: bool
) -> dict[int, PostShown]:
    """Return the posts of those ids with their authors and, where ENROLMENT may read them, their words."""
    posts = session.scalars(
        select(Post)
        .join(Post.enrolment)
        .join(Enrolment.user)
        .where(Post.id.in_(post_ids))
        .order_by(Post.id)
        .options(contains_eager(Post.enrolment).contains_eager(Enrolment.user))
    ).all()
    readable = [post.id for post in posts if post.hidden_at is None or reads_all or post.enrolment_id == enrolment.id]
    versions: dict[int, list[PostVersion]] = defaultdict(list)
    words = select(PostVersion).where(PostVersion.post_id.in_(readable))
    for version in session.scalars(words.order_by(PostVersion.post_id, PostVersion.number)):
        versions[version.post_id].append(version)
    return {
        post.id: PostShown(
            post,
            _author(post.enrolment),
            post.enrolment_id == enrolment.id,
            post.id in new,
            versions.get(post.id, []),
        )
        for post in posts
    }


def _branches(known: Mapping[int, PostShown]) -> list[PostShown]:
    """Return the first posts of KNOWN in order, with all that answers them, or their replies, under them."""
    first: list[PostShown] = []
    roots: dict[int, PostShown] = {}
    for shown in known.values():
        to = shown.post.reply_to_id
        if to is None:
            first.append(shown)
            roots[shown.id] = shown
            continue
        roots[shown.id] = roots[to]
        if known[to] is not roots[to]:
            shown.in_reply_to = known[to]
        roots[to].replies.append(shown)
    return first


def _ours(enrolment: Enrolment, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a discussion is of the whole group of ENROLMENT."""
    return and_(Discussion.group_id == enrolment.group_id, Discussion.subgroup_id.is_(None), *more)


def _mark_of(enrolment: Enrolment) -> ColumnElement[bool]:
    return and_(ReadMark.discussion_id == Discussion.id, ReadMark.enrolment_id == enrolment.id)


def _follow_of(enrolment: Enrolment) -> ColumnElement[bool]:
    return and_(Follow.discussion_id == Discussion.id, Follow.enrolment_id == enrolment.id)


def _author(enrolment: Enrolment) -> Author:
    return Author(enrolment.user.name or "", enrolment.role is Role.tutor, enrolment.left_at is not None)


def mark_read(
    session: Session,
    *,
    enrolment_id: int,
    user_id: int,
    discussion_id: int,
    up_to: int,
    seen: Iterable[int],
    now: datetime,
) -> None:
    """Remember that the enrolment has been shown all of the talk UP TO a post (0: no more than before), and that the
    user has met SEEN.

    What they were told of those is seen with them. The mark never goes back, whichever of two windows is slower."""
    if up_to:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        said = {"enrolment_id": enrolment_id, "discussion_id": discussion_id, "post_id": up_to, "at": now}
        mark = insert(ReadMark).values(said)
        session.execute(
            mark.on_conflict_do_update(
                index_elements=["enrolment_id", "discussion_id"],
                set_={"post_id": mark.excluded.post_id, "at": mark.excluded.at},
                where=ReadMark.post_id < mark.excluded.post_id,
            )
        )
    refs = [f"post:{post_id}" for post_id in seen]
    if refs:
        mark_seen(session, user_id, now=now, refs=refs)


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How much is said on a prompt, how much of it is new to the reader or waits until they wrote, how much they wrote.

    What is hidden is not counted."""

    posts: int
    new: int
    waiting: int
    mine: int
    newest: int


def post_counts(
    session: Session, enrolment: Enrolment, activity_ids: Iterable[int] | None = None
) -> dict[int, PostCounts]:
    """Return activity -> how many posts, where there are any in the group of ENROLMENT. One query."""
    is_open = Discussion.id.in_(select(Discussion.id).where(open_talks(enrolment)))
    is_mine = Post.enrolment_id == enrolment.id
    is_new = and_(~is_mine, is_open, Post.id > func.coalesce(ReadMark.post_id, 0))
    asked = [] if activity_ids is None else [Discussion.activity_id.in_(activity_ids)]
    rows = session.execute(
        select(
            Discussion.activity_id,
            _count(or_(is_mine, is_open)),
            _count(is_new),
            _count(and_(~is_mine, ~is_open)),
            _count(is_mine),
            func.max(Post.id),
        )
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(ReadMark, _mark_of(enrolment))
        .where(_ours(enrolment, *asked), Post.hidden_at.is_(None))
        .group_by(Discussion.activity_id)
    )
    return {
        activity_id: PostCounts(int(posts), int(new), int(waiting), int(mine), newest)
        for activity_id, posts, new, waiting, mine, newest in rows
    }


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


@dataclass(frozen=True, slots=True)
class DiscussionLine:
    """A discussion of the group as the list of all names it, with who posted last and when.

    Who has to write before they see is not told by whom."""

    prompt: Activity
    lesson: Activity
    number: int
    counts: PostCounts
    last_author: Author | None
    last_at: datetime
    #: Whether the reader is told of new posts in it.
    follows: bool


def discussions_of(session: Session, enrolment: Enrolment) -> list[DiscussionLine]:
    """Return the discussions of the group of ENROLMENT, that with the newest post first. Two queries.

    A retired prompt's is there for who worked on it, as is the prompt."""
    counts = post_counts(session, enrolment)
    prompt, lesson = aliased(Activity), aliased(Activity)
    worked = select(Completion.id).where(Completion.enrolment_id == enrolment.id, Completion.activity_id == prompt.id)
    rows = session.execute(
        select(prompt, lesson, Lesson.number, Post, Follow.follows)
        .join(Discussion, Discussion.activity_id == prompt.id)
        .join(lesson, lesson.id == prompt.parent_id)
        .join(Lesson, Lesson.activity_id == lesson.id)
        .join(Post, Post.discussion_id == Discussion.id)
        .join(Post.enrolment)
        .join(Enrolment.user)
        .outerjoin(Follow, _follow_of(enrolment))
        .where(Post.id.in_([one.newest for one in counts.values()]))
        .where(or_(prompt.retired_at.is_(None), worked.exists()))
        .order_by(Post.id.desc())
        .options(contains_eager(Post.enrolment).contains_eager(Enrolment.user))
    )
    return [
        DiscussionLine(
            asked,
            of,
            number,
            counts[asked.id],
            None if counts[asked.id].waiting else _author(last.enrolment),
            last.made_at,
            counts[asked.id].mine > 0 if follows is None else follows,
        )
        for asked, of, number, last, follows in rows
    ]
