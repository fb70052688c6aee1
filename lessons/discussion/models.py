"""The talk on a prompt: one discussion for a study group, posts in it, and how far everyone has read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial
from course.groups.models import Enrolment
from course.outline.models import Activity


class Discussion(Base):
    """The talk on one prompt in one study group, or in a subgroup of it."""

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

    activity: Mapped[Activity] = relationship()


class Post(Base):
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


class ReadMark(Base):
    """The newest post of a discussion that a member has been shown; what came later is new to them."""

    __tablename__ = "read_mark"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "discussion_id"),
        ForeignKeyConstraint(["post_id", "discussion_id"], ["post.id", "post.discussion_id"]),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    discussion_id: Mapped[int] = mapped_column(index=True)
    post_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
