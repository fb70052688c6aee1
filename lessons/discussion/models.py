"""The talk on a prompt: one discussion for a study group, posts in it, and how far everyone has read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.texts.models import Anchor
from course.users.models import User
from lessons.models import Hideable, hidden_for_a_reason


class Discussion(Base):
    """The talk on one prompt in one study group, or in a subgroup of it. One that is locked takes no more posts."""

    __tablename__ = "discussion"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "course_id"], ["study_group.id", "study_group.course_id"]),
        ForeignKeyConstraint(["activity_id", "course_id"], ["activity.id", "activity.course_id"]),
        ForeignKeyConstraint(["subgroup_id", "group_id"], ["subgroup.id", "subgroup.group_id"]),
        UniqueConstraint("id", "group_id"),
        Index("one_talk_of_group", "activity_id", "group_id", unique=True, **partial(subgroup_id=None)),
        UniqueConstraint("activity_id", "subgroup_id"),
    )

    activity_id: Mapped[int]
    course_id: Mapped[int]
    group_id: Mapped[int] = mapped_column(index=True)
    subgroup_id: Mapped[int | None] = mapped_column(index=True)
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)

    activity: Mapped[Activity] = relationship()


class Post(Hideable, Base):
    """What a member wrote, or replied to another's post; its words are in its versions.

    `once` names the press of a button, so that a double click is one post."""

    __tablename__ = "post"
    __table_args__ = (
        ForeignKeyConstraint(["discussion_id", "group_id"], ["discussion.id", "discussion.group_id"]),
        ForeignKeyConstraint(["enrolment_id", "group_id"], ["enrolment.id", "enrolment.group_id"]),
        ForeignKeyConstraint(["reply_to_id", "discussion_id"], ["post.id", "post.discussion_id"]),
        UniqueConstraint("id", "discussion_id"),
        UniqueConstraint("enrolment_id", "once"),
        CheckConstraint("reply_to_id <> id", name="no_reply_to_itself"),
        hidden_for_a_reason(),
    )

    discussion_id: Mapped[int] = mapped_column(index=True)
    group_id: Mapped[int]
    enrolment_id: Mapped[int]
    #: The version of the prompt that was answered.
    prompt_version_id: Mapped[int] = mapped_column(ForeignKey("prompt_version.id"), index=True)
    reply_to_id: Mapped[int | None] = mapped_column(index=True)
    made_at: Mapped[datetime]
    once: Mapped[str | None]

    discussion: Mapped[Discussion] = relationship(overlaps="enrolment,reply_to")
    enrolment: Mapped[Enrolment] = relationship(overlaps="discussion")
    reply_to: Mapped["Post | None"] = relationship(remote_side="Post.id", overlaps="discussion")
    versions: Mapped[list["PostVersion"]] = relationship(back_populates="post", order_by="PostVersion.number")


class PostVersion(Base):
    """A post as it once was, or (with the highest number) is. Editing adds one; none is ever changed."""

    __tablename__ = "post_version"
    __table_args__ = (
        UniqueConstraint("post_id", "number"),
        CheckConstraint("text <> ''", name="not_empty"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    html: Mapped[str]
    made_at: Mapped[datetime]

    post: Mapped[Post] = relationship(back_populates="versions")


class PostQuotation(Base):
    """Words of a text that a post quotes, tied to where they stand."""

    __tablename__ = "post_quotation"

    version_id: Mapped[int] = mapped_column(ForeignKey("post_version.id", ondelete="CASCADE"), index=True)
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), unique=True)

    anchor: Mapped[Anchor] = relationship()


class Follow(Base):
    """Whether a member is told of new posts in a discussion; without a row, who posted there is."""

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("enrolment_id", "discussion_id"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    discussion_id: Mapped[int] = mapped_column(ForeignKey("discussion.id", ondelete="CASCADE"), index=True)
    follows: Mapped[bool]
    at: Mapped[datetime]


class Seed(Base):
    """What a tutor puts before the talk on a prompt: it stands in all study groups whose tutor they are."""

    __tablename__ = "seed"
    __table_args__ = (CheckConstraint("words <> ''", name="not_empty"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    words: Mapped[str]
    html: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    by: Mapped[User] = relationship()


class ReadMark(Base):
    """Up to which post of a discussion a member has been shown everything; what came later is new to them."""

    __tablename__ = "read_mark"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "discussion_id"),
        ForeignKeyConstraint(["post_id", "discussion_id"], ["post.id", "post.discussion_id"]),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    discussion_id: Mapped[int] = mapped_column(index=True)
    post_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
