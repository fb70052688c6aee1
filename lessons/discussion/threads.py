"""The talk on a prompt as its page shows it, how far a member has read it, and all the discussions of a group."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased, contains_eager

from course.completion.models import Completion
from course.groups.models import Enrolment, Role
from course.notices.records import mark_seen
from course.outline.models import Activity
from lessons.discussion.models import Discussion, Post, PostVersion, ReadMark
from lessons.models import Draft, Lesson
from lessons.seeing import may_see


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post, as the group knows them."""

    name: str
    is_tutor: bool
    has_left: bool


@dataclass(slots=True)
class PostShown:
    """A post with the replies under it. IN_REPLY_TO names another reply, where it answers one of those."""

    post: Post
    author: Author
    mine: bool
    is_new: bool
    versions: Sequence[PostVersion]  #: as it was at first … as it is now
    in_reply_to: "PostShown | None" = None
    replies: list["PostShown"] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The id of the post."""
        return self.post.id

    @property
    def now(self) -> PostVersion:
        """What it says now."""
        return self.versions[-1]

    @property
    def before(self) -> Sequence[PostVersion]:
        """What it said before, the newest first."""
        return self.versions[-2::-1] if len(self.versions) > 1 else []


@dataclass(frozen=True, slots=True)
class Thread:
    """The talk on one prompt in one group: first posts in order, replies under them."""

    discussion_id: int  #: 0 where nobody has posted yet
    posts: Sequence[PostShown]
    #: Posts of the reader's with a draft of a reply to them, or of new words for them.
    drafts: frozenset[str]
    #: How many posts of others are there that the reader sees only once they have written themselves.
    hidden: int = 0
    known: dict[int, PostShown] = field(default_factory=dict)

    @property
    def new(self) -> list[PostShown]:
        """The posts of others that the reader has not been shown."""
        return [shown for shown in self.known.values() if shown.is_new]

    @property
    def mine(self) -> list[PostShown]:
        """The reader's own answers to the prompt, in order."""
        return [shown for shown in self.posts if shown.mine]

    @property
    def newest(self) -> int:
        """The id of the newest post, 0 where there is none."""
        return max(self.known, default=0)


def thread_of(session: Session, enrolment: Enrolment, activity: Activity) -> Thread:
    """Return the talk on the prompt ACTIVITY in the group of ENROLMENT, as it is to them. Five queries.

    Who has to write before they see gets no post of others before that, and how many there are."""
    ours = _ours(enrolment, Discussion.activity_id == activity.id)
    rows = session.execute(
        select(Post, ReadMark.post_id)
        .join(Post.discussion)
        .join(Post.enrolment)
        .join(Enrolment.user)
        .outerjoin(ReadMark, _mark_of(enrolment))
        .where(ours)
        .order_by(Post.id)
        .options(contains_eager(Post.enrolment).contains_eager(Enrolment.user), contains_eager(Post.discussion))
    ).all()
    if not may_see(session, enrolment, activity):
        return Thread(rows[0][0].discussion_id if rows else 0, [], frozenset(), hidden=len(rows))
    versions = _versions(session, ours)
    known: dict[int, PostShown] = {}
    first: list[PostShown] = []
    for post, read in rows:
        mine = post.enrolment_id == enrolment.id
        shown = PostShown(post, _author(post.enrolment), mine, not mine and post.id > (read or 0), versions[post.id])
        known[post.id] = shown
        if post.reply_to_id is None:
            first.append(shown)
            continue
        answered = known[post.reply_to_id]
        if answered.post.reply_to_id is not None:
            shown.in_reply_to = answered
        _root(known, shown).replies.append(shown)
    drafts = select(Draft.place).where(Draft.enrolment_id == enrolment.id, Draft.text != "")
    drafts = drafts.where(or_(Draft.place.startswith("reply:"), Draft.place.startswith("edit:")))
    return Thread(rows[0][0].discussion_id if rows else 0, first, frozenset(session.scalars(drafts)), known=known)


def _ours(enrolment: Enrolment, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a discussion is of the whole group of ENROLMENT."""
    return and_(Discussion.group_id == enrolment.group_id, Discussion.subgroup_id.is_(None), *more)


def _mark_of(enrolment: Enrolment) -> ColumnElement[bool]:
    return and_(ReadMark.discussion_id == Discussion.id, ReadMark.enrolment_id == enrolment.id)


def _author(enrolment: Enrolment) -> Author:
    return Author(enrolment.user.name or "", enrolment.role is Role.tutor, enrolment.left_at is not None)


def _versions(session: Session, ours: ColumnElement[bool]) -> dict[int, list[PostVersion]]:
    found: dict[int, list[PostVersion]] = defaultdict(list)
    posts = select(Post.id).join(Post.discussion).where(ours)
    all_of_them = select(PostVersion).where(PostVersion.post_id.in_(posts))
    for version in session.scalars(all_of_them.order_by(PostVersion.post_id, PostVersion.number)):
        found[version.post_id].append(version)
    return found


def _root(known: dict[int, PostShown], shown: PostShown) -> PostShown:
    """Return the first post of the branch that SHOWN stands in: a post is always younger than what it answers."""
    while shown.post.reply_to_id is not None:
        shown = known[shown.post.reply_to_id]
    return shown


def mark_read(
    session: Session,
    *,
    enrolment_id: int,
    user_id: int,
    discussion_id: int,
    newest: int,
    seen: Iterable[int],
    now: datetime,
) -> None:
    """Remember that the enrolment has been shown the talk up to the post NEWEST, and that the user has met SEEN.

    What they were told of those is seen with them. The mark never goes back, whichever of two windows is slower."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    said = {"enrolment_id": enrolment_id, "discussion_id": discussion_id, "post_id": newest, "at": now}
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
    """How much is said on a prompt, and how much of it is new to the reader."""

    posts: int
    new: int
    newest: int


def post_counts(
    session: Session, enrolment: Enrolment, activity_ids: Iterable[int] | None = None
) -> dict[int, PostCounts]:
    """Return activity -> how many posts, where there are any in the group of ENROLMENT. One query."""
    is_new = and_(Post.enrolment_id != enrolment.id, Post.id > func.coalesce(ReadMark.post_id, 0))
    asked = [] if activity_ids is None else [Discussion.activity_id.in_(activity_ids)]
    rows = session.execute(
        select(
            Discussion.activity_id,
            func.count(Post.id),
            func.coalesce(func.sum(case((is_new, 1), else_=0)), 0),
            func.max(Post.id),
        )
        .join(Post, Post.discussion_id == Discussion.id)
        .outerjoin(ReadMark, _mark_of(enrolment))
        .where(_ours(enrolment, *asked))
        .group_by(Discussion.activity_id)
    )
    return {activity_id: PostCounts(posts, int(new), newest) for activity_id, posts, new, newest in rows}


@dataclass(frozen=True, slots=True)
class DiscussionLine:
    """A discussion of the group as the list of all names it, with who posted last and when."""

    prompt: Activity
    lesson: Activity
    number: int
    counts: PostCounts
    last_author: Author
    last_at: datetime


def discussions_of(session: Session, enrolment: Enrolment) -> list[DiscussionLine]:
    """Return the discussions of the group of ENROLMENT, that with the newest post first. Two queries.

    A retired prompt's is there for who worked on it, as is the prompt."""
    counts = post_counts(session, enrolment)
    prompt, lesson = aliased(Activity), aliased(Activity)
    worked = select(Completion.id).where(Completion.enrolment_id == enrolment.id, Completion.activity_id == prompt.id)
    rows = session.execute(
        select(prompt, lesson, Lesson.number, Post)
        .join(Discussion, Discussion.activity_id == prompt.id)
        .join(lesson, lesson.id == prompt.parent_id)
        .join(Lesson, Lesson.activity_id == lesson.id)
        .join(Post, Post.discussion_id == Discussion.id)
        .join(Post.enrolment)
        .join(Enrolment.user)
        .where(Post.id.in_([one.newest for one in counts.values()]))
        .where(or_(prompt.retired_at.is_(None), worked.exists()))
        .order_by(Post.id.desc())
        .options(contains_eager(Post.enrolment).contains_eager(Enrolment.user))
    )
    return [
        DiscussionLine(asked, of, number, counts[asked.id], _author(last.enrolment), last.made_at)
        for asked, of, number, last in rows
    ]
