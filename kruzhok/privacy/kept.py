"""Which of somebody's words stay, nameless, when they go: those that others answered. And how much goes."""

from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from course.completion.models import Look
from course.users.models import User
from kruzhok.privacy.groups_held import only_theirs
from kruzhok.privacy.rows import places_of
from lessons.discussion.models import Post
from lessons.models import Draft, JournalEntry
from lessons.notes.models import Note, NoteReply
from lessons.reports.models import Report
from quizzes.models import Attempt
from quizzes.review.models import Card


class Kept(NamedTuple):
    """The ids of what stays: posts, notes and replies to notes that others replied to, and reports that were closed."""

    posts: frozenset[int]
    notes: frozenset[int]
    replies: frozenset[int]
    reports: frozenset[int]


def kept_of(session: Session, user_id: int) -> Kept:
    """Return what of a user's words stays. Four queries.

    A post stays where another's is below it, whoever wrote those between. Replies to a note stand in one row: one of
    them was answered where another person's comes after it."""
    places = places_of(user_id)
    other, later = aliased(NoteReply), aliased(NoteReply)
    answered = exists().where(other.note_id == Note.id, other.enrolment_id.not_in(places))
    notes = select(Note.id).where(Note.enrolment_id.in_(places), answered)
    followed = exists().where(
        later.note_id == NoteReply.note_id, later.id > NoteReply.id, later.enrolment_id.not_in(places)
    )
    replies = select(NoteReply.id).where(NoteReply.enrolment_id.in_(places), followed)
    reports = select(Report.id).where(Report.user_id == user_id, Report.closed_at.is_not(None))
    return Kept(
        _answered_posts(session, user_id),
        frozenset(session.scalars(notes)),
        frozenset(session.scalars(replies)),
        frozenset(session.scalars(reports)),
    )


def _answered_posts(session: Session, user_id: int) -> frozenset[int]:
    places = places_of(user_id)
    talks = select(Post.discussion_id).where(Post.enrolment_id.in_(places))
    is_mine = Post.enrolment_id.in_(places).label("is_mine")
    rows = session.execute(select(Post.id, Post.reply_to_id, is_mine).where(Post.discussion_id.in_(talks)))
    above, mine = {}, set()
    for post_id, reply_to_id, own in rows:
        above[post_id] = reply_to_id
        if own:
            mine.add(post_id)
    kept: set[int] = set()
    for post_id in above.keys() - mine:
        on = above[post_id]
        while on is not None and on not in kept:
            kept.add(on)
            on = above[on]
    return frozenset(kept & mine)


class Reckoning(NamedTuple):
    """How much of somebody's goes, and how much of it stays without their name."""

    attempts: int
    cards: int
    journal: int
    drafts: int
    notes: int
    posts: int
    groups: int
    kept_notes: int
    kept_posts: int
    kept_looks: int


def reckon(session: Session, user: User) -> Reckoning:
    """Return what erasing would do to what is stored about USER. A dozen queries."""
    places, kept = places_of(user.id), kept_of(session, user.id)

    def written(table: type[Draft | JournalEntry | Note | NoteReply | Post]) -> int:
        return session.scalar(select(func.count(table.id)).where(table.enrolment_id.in_(places))) or 0

    kept_notes = len(kept.notes) + len(kept.replies)
    return Reckoning(
        attempts=session.scalar(select(func.count(Attempt.id)).where(Attempt.user_id == user.id)) or 0,
        cards=session.scalar(select(func.count(Card.id)).where(Card.user_id == user.id)) or 0,
        journal=written(JournalEntry),
        drafts=written(Draft),
        notes=written(Note) + written(NoteReply) - kept_notes,
        posts=written(Post) - len(kept.posts),
        groups=len(only_theirs(session, user)),
        kept_notes=kept_notes,
        kept_posts=len(kept.posts),
        kept_looks=session.scalar(select(func.count(Look.id)).where(Look.by_id == user.id)) or 0,
    )
