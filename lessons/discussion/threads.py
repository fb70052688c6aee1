"""The talk on a prompt as its page shows it to one member: a page of its posts, and how they stand to them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import count
from textwrap import shorten
from typing import NamedTuple

from sqlalchemy import Boolean, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from course.base.markdown import plain
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from course.users.models import User
from lessons.discussion.marks import Shown, read_up_to
from lessons.discussion.models import Post, PostVersion
from lessons.discussion.talks import Talk, Talks, talks_on
from lessons.moderation.locking import Lock
from lessons.seeing import reads_hidden

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
    versions: list[PostVersion]  #: as it was at first … as it is now
    in_reply_to: "PostShown | None" = None
    replies: list["PostShown"] = field(default_factory=list)
    #: Of a first post: it and all its replies were read, and are folded away.
    folded: bool = False
    #: What the talk it is in is called, "" where there is but one; whether it takes a reply of the reader's, and
    #: whether its own words can no longer be changed.
    circle: str = ""
    answerable: bool = True
    locked: bool = False
    #: Whether that talk is a subgroup's.
    kept: bool = False

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
    def looks(self) -> Hashable:
        """All that it is drawn from by itself, the words too: whatever is the same is drawn the same."""
        to = self.in_reply_to
        return (
            *(self.id, self.post.made_at, self.author, self.mine, self.is_new),
            *(self.circle, self.answerable, self.locked),
            (to.id, to.author) if to else None,
            *((version.html, version.made_at) for version in self.versions),
            self.now.text[:400],
        )

    @property
    def beginning(self) -> str:
        """Its first words, for where it is folded away."""
        return _beginning(self.now.text[:400]) if self.versions else ""


@lru_cache(maxsize=2000)
def _beginning(text: str) -> str:
    return shorten(plain(text), 90, placeholder=" …")


@dataclass(frozen=True, slots=True)
class Thread:
    """The talk on one prompt in one group, a page of it: first posts in order, replies under them.

    Where there are several talks, those of subgroups and that of the whole group, it is all of them that the reader has
    a part in; ONLY the one of a subgroup, or that of the whole group where it is 0, where that was asked for."""

    talks: Talks
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
    #: How many posts there are on all pages; how many are new to the reader; whether an answer of theirs is in the talk
    #: in which they speak, or in any on this prompt; whether they replied to somebody; how many others' posts there are
    #: to reply to.
    count: int = 0
    all_new: int = 0
    posted: bool = False
    answered: bool = False
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
    #: Discussion -> up to which post the reader has been shown everything once this page is made, if that is more.
    read_up_to: Mapping[int, int] = field(default_factory=dict)
    only: int | None = None

    @property
    def chosen(self) -> int | None:
        """The subgroup to which an answer goes, unless the reader chooses another; None for the whole group."""
        return (self.only or None) if self.talks.is_tutor else self.talks.place

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
    discussion_id: int
    reply_to_id: int | None
    enrolment_id: int
    hidden_at: datetime | None


def thread_of(
    session: Session,
    enrolment: Enrolment,
    activity: Activity,
    *,
    page: int | None = None,
    at: int | None = None,
    unfolded: bool = False,
    shown: Shown | None = None,
    only: int | None = None,
) -> Thread:
    """Return the talk on the prompt ACTIVITY in the group of ENROLMENT, as it is to them: the PAGE asked for, else that
    on which the post AT stands, which is not folded away. UNFOLDED: nothing is. SHOWN are other pages
    that they have just seen. Six queries at the most.

    Who has to write before they see gets no post of others before that, and how many there are."""
    moderates, talks = reads_hidden(session, enrolment), talks_on(session, enrolment, activity)
    only = only if only is not None and talks.are_several and at is None else None
    its = [talk for talk in talks.talks if only is None or (talk.subgroup_id or 0) == only]
    thread = Thread(talks, [], moderates, _lock(talks, its), only=only)
    if not its:
        return thread
    all_lines = _lines(session, its)
    lines, waiting = _open(all_lines, its, enrolment)
    mine = [line for line in all_lines if line.enrolment_id == enrolment.id]
    theirs = {talk.id for talk in its if talk.is_theirs}
    others = [one for one in all_lines if one.enrolment_id != enrolment.id and one.discussion_id in theirs]
    readable = {line.id for line in lines}
    own_talk = {talk.id for talk in its if talks.speaks_in(talk)}
    thread = replace(
        thread,
        waiting=len(waiting),
        writers=len({line.enrolment_id for line in others if line.id in readable or line.hidden_at is None}),
        posted=any(line.reply_to_id is None and line.discussion_id in own_talk for line in mine),
        answered=its[0].has_answered,
        replied=not {line.reply_to_id for line in mine}.isdisjoint(line.id for line in others),
        of_others=sum(line.hidden_at is None for line in others if line.discussion_id in own_talk),
        follows=bool(mine) if its[0].follows is None else its[0].follows,
    )
    if not lines:
        return thread
    pages = _pages(lines)
    last = max(pages.values())
    page = max(1, min(pages.get(at or 0, 1) if page is None else page, last))
    marks = {talk.id: talk.read for talk in its}
    new = {line.id for line in lines if _is_new(line, marks, enrolment)}
    here = [post_id for post_id, its_page in pages.items() if its_page == page]
    known = _shown(session, enrolment, here, new, reads_all=moderates)
    _place(known.values(), talks, its)
    branches = _branches(known)
    if len(lines) >= FOLDS_FROM and not unfolded:
        _fold(branches, new, at)
    before = shown if shown and shown.enrolment_id == enrolment.id else Shown(enrolment.id, lines[-1].id, frozenset())
    unseen = {one for one in new if one not in known and not (one <= before.newest and pages[one] in before.pages)}
    return replace(
        thread,
        posts=branches,
        known=known,
        count=sum(line.hidden_at is None for line in lines),
        all_new=len(new),
        page=page,
        pages=last,
        new_elsewhere=min(unseen, default=0),
        shown=Shown(enrolment.id, min(before.newest, lines[-1].id), before.pages | {page}),
        read_up_to=_read(lines, unseen, marks),
    )


def _lock(talks: Talks, its: Sequence[Talk]) -> Lock | None:
    """Return the lock on the talk in which the reader speaks; for a tutor that on ITS, where all of them are locked."""
    meant = [talk for talk in its if talk.is_theirs] if talks.is_tutor else [talks.own] if talks.own else []
    locks = [Lock(talk.locked_at, talk.locked_by) for talk in meant if talk.locked_at]
    return locks[-1] if locks and len(locks) == len(meant) else None


def _lines(session: Session, its: Sequence[Talk]) -> list[_Line]:
    return [_Line(*row) for row in session.execute(_LINES, {"talks": [talk.id for talk in its]})]


_LINES = (
    select(Post.id, Post.discussion_id, Post.reply_to_id, Post.enrolment_id, Post.hidden_at)
    .where(Post.discussion_id.in_(bindparam("talks", expanding=True)))
    .order_by(Post.id)
)


def _open(lines: Sequence[_Line], its: Sequence[Talk], enrolment: Enrolment) -> tuple[list[_Line], list[_Line]]:
    """Return which of LINES are for ENROLMENT, and those of others that will be once it has written.

    Of a talk in which it has no part any longer only its own are."""
    talks = {talk.id: talk for talk in its}
    there: list[_Line] = []
    waiting: list[_Line] = []
    for line in lines:
        talk, is_mine = talks[line.discussion_id], line.enrolment_id == enrolment.id
        if talk.is_open or (is_mine and not talk.is_theirs):
            there.append(line)
        elif talk.is_theirs and not is_mine and line.hidden_at is None:
            waiting.append(line)
    return there, waiting


def _is_new(line: _Line, marks: Mapping[int, int], enrolment: Enrolment) -> bool:
    return line.id > marks[line.discussion_id] and line.enrolment_id != enrolment.id and line.hidden_at is None


def _read(lines: Sequence[_Line], unseen: Set[int], marks: Mapping[int, int]) -> Mapping[int, int]:
    """Return discussion -> up to which of its LINES all has been shown, where that is more than its mark says."""
    found = {}
    for talk_id, mark in marks.items():
        its = [line.id for line in lines if line.discussion_id == talk_id]
        if reached := read_up_to(its, min(unseen & set(its), default=0), mark):
            found[talk_id] = reached
    return found


def _place(shown: Iterable[PostShown], talks: Talks, its: Sequence[Talk]) -> None:
    """Say of each of SHOWN which talk it is in, and what may be done there."""
    by_id = {talk.id: talk for talk in its}
    for one in shown:
        talk = by_id[one.post.discussion_id]
        one.circle = talks.label(talk.subgroup_id) if talks.are_several else ""
        one.kept = talk.subgroup_id is not None
        one.locked = talk.locked_at is not None or not talk.is_open
        one.answerable = talks.speaks_in(talk) and not one.locked and one.post.hidden_at is None


def _pages(lines: Sequence[_Line]) -> dict[int, int]:
    """Return post -> the page it stands on, which is that of the first post it hangs on.

    A post is always younger than what it answers."""
    pages: dict[int, int] = {}
    firsts = count()
    for line in lines:
        hangs_on = pages.get(line.reply_to_id or 0)  # what it answers may be no longer the reader's to see
        pages[line.id] = next(firsts) // ON_A_PAGE + 1 if hangs_on is None else hangs_on
    return pages


def _fold(branches: Iterable[PostShown], new: set[int], at: int | None) -> None:
    """Fold those of BRANCHES away in which nothing is NEW and the post AT does not stand."""
    for branch in branches:
        ids = {branch.id, *(one.id for one in branch.replies)}
        branch.folded = new.isdisjoint(ids) and at not in ids


def _shown(
    session: Session, enrolment: Enrolment, post_ids: Sequence[int], new: set[int], *, reads_all: bool
) -> dict[int, PostShown]:
    """Return the posts of those ids with their authors and, where ENROLMENT may read them, their words. One query."""
    asked = {"posts": post_ids, "reader": enrolment.id, "reads_all": reads_all}
    authors: dict[int, Author] = {}
    found: dict[int, PostShown] = {}
    for post, version, by, name, erased_at in session.execute(_POSTS, asked):
        if post.id not in found:
            if by.id not in authors:
                authors[by.id] = _author(by, name, erased_at)
            is_mine = by.id == enrolment.id
            found[post.id] = PostShown(post, authors[by.id], is_mine, post.id in new, [])
        if version is not None:
            found[post.id].versions.append(version)
    return found


_POSTS = (
    select(Post, PostVersion, Enrolment, User.name, User.erased_at)
    .join(Post.enrolment)
    .join(Enrolment.user)
    .outerjoin(
        PostVersion,
        and_(
            PostVersion.post_id == Post.id,
            or_(Post.hidden_at.is_(None), bindparam("reads_all", type_=Boolean), Enrolment.id == bindparam("reader")),
        ),
    )
    .where(Post.id.in_(bindparam("posts", expanding=True)))
    .order_by(Post.id, PostVersion.number)
)


def _branches(known: Mapping[int, PostShown]) -> list[PostShown]:
    """Return the first posts of KNOWN in order, with all that answers them, or their replies, under them."""
    first: list[PostShown] = []
    roots: dict[int, PostShown] = {}
    for shown in known.values():
        to = shown.post.reply_to_id
        if to is None or to not in known:
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
    return _author(enrolment, enrolment.user.name, enrolment.user.erased_at)


def _author(enrolment: Enrolment, name: str | None, erased_at: datetime | None) -> Author:
    # Of who was erased the word that stands for their name says so already.
    has_left = enrolment.left_at is not None and erased_at is None
    return Author(name or "", enrolment.role is Role.tutor, has_left)
