"""The talk on a prompt as its page shows it to one member: a page of its posts, and how they stand to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from textwrap import shorten
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from course.base.markdown import plain
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.users.models import User
from lessons.discussion.following import follow_of
from lessons.discussion.marks import Shown, mark_of, read_up_to
from lessons.discussion.models import Discussion, Follow, Post, PostVersion, ReadMark
from lessons.moderation.locking import Lock
from lessons.seeing import of_group, open_talks, reads_hidden

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
    lines = _lines(session, talk)
    if not talk.is_open:
        others = [line for line in lines if line.enrolment_id != enrolment.id and line.hidden_at is None]
        writers = {line.enrolment_id for line in others}
        return Thread(talk.id, [], moderates, waiting=len(others), writers=len(writers))
    lock = Lock(talk.locked_at, talk.locked_by) if talk.locked_at else None
    if not lines:
        return Thread(talk.id, [], moderates, lock)
    pages = _pages(lines)
    last = max(pages.values())
    page = max(1, min(pages.get(at or 0, 1) if page is None else page, last))
    mark = talk.read or 0
    new = {line.id for line in lines if line.id > mark and line.enrolment_id != enrolment.id and line.hidden_at is None}
    here = [post_id for post_id, its_page in pages.items() if its_page == page]
    known = _shown(session, enrolment, here, new, reads_all=moderates)
    branches = _branches(known)
    if len(lines) >= FOLDS_FROM and not unfolded:
        _fold(branches, new, at)
    before = shown if shown and shown.enrolment_id == enrolment.id else Shown(enrolment.id, lines[-1].id, frozenset())
    unseen = [one for one in new if one not in known and not (one <= before.newest and pages[one] in before.pages)]
    elsewhere = min(unseen, default=0)
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
        pages=last,
        new_elsewhere=elsewhere,
        shown=Shown(enrolment.id, min(before.newest, lines[-1].id), before.pages | {page}),
        read_up_to=read_up_to(pages, elsewhere, mark),
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
        .outerjoin(ReadMark, mark_of(enrolment))
        .outerjoin(Follow, follow_of(enrolment))
        .where(of_group(enrolment), Discussion.activity_id == activity.id)
    ).one_or_none()
    return _Talk(*row) if row else None


def _lines(session: Session, talk: _Talk) -> list[_Line]:
    its = select(Post.id, Post.reply_to_id, Post.enrolment_id, Post.hidden_at).where(Post.discussion_id == talk.id)
    return [_Line(*row) for row in session.execute(its.order_by(Post.id))]


def _pages(lines: Sequence[_Line]) -> dict[int, int]:
    """Return post -> the page it stands on, which is that of the first post it hangs on.

    A post is always younger than what it answers."""
    pages: dict[int, int] = {}
    firsts = count()
    for line in lines:
        first = line.reply_to_id is None
        pages[line.id] = next(firsts) // ON_A_PAGE + 1 if first else pages[line.reply_to_id or 0]
    return pages


def _fold(branches: Iterable[PostShown], new: set[int], at: int | None) -> None:
    """Fold those of BRANCHES away in which nothing is NEW and the post AT does not stand."""
    for branch in branches:
        ids = {branch.id, *(one.id for one in branch.replies)}
        branch.folded = new.isdisjoint(ids) and at not in ids


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
            author_of(post.enrolment),
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


def author_of(enrolment: Enrolment) -> Author:
    """Return ENROLMENT as the author of a post."""
    return Author(enrolment.user.name or "", enrolment.role is Role.tutor, enrolment.left_at is not None)
