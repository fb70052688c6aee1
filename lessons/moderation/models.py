"""What members ask to have looked at."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial
from course.groups.models import Enrolment
from lessons.discussion.models import Post
from lessons.notes.models import Note, NoteReply


class Complaint(Base):
    """A member's wish that a post, a shared note or a reply to one be looked at, and what became of it."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN note_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN note_reply_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="about_one_thing",
        ),
        CheckConstraint("why <> ''", name="says_why"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_with_an_outcome"),
        CheckConstraint("outcome IN ('hidden', 'left')", name="known_outcome"),
        Index("one_open_of_post", "enrolment_id", "post_id", unique=True, **partial(settled_at=None)),
        Index("one_open_of_note", "enrolment_id", "note_id", unique=True, **partial(settled_at=None)),
        Index("one_open_of_reply", "enrolment_id", "note_reply_id", unique=True, **partial(settled_at=None)),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    note_reply_id: Mapped[int | None] = mapped_column(ForeignKey("note_reply.id", ondelete="CASCADE"), index=True)
    why: Mapped[str]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[str | None]

    enrolment: Mapped[Enrolment] = relationship()
    post: Mapped[Post | None] = relationship()
    note: Mapped[Note | None] = relationship()
    note_reply: Mapped[NoteReply | None] = relationship()
