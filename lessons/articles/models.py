"""The articles of a reading list."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.base.db import Base


class Article(Base):
    """An article outside, on the reading list of a course or a study group; nothing is fetched from its address."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("course_id", "address"),
        UniqueConstraint("group_id", "address"),
        CheckConstraint("(course_id IS NULL) <> (group_id IS NULL)", name="one_owner"),
        CheckConstraint("title <> ''", name="has_a_title"),
    )

    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    by: Mapped[str] = mapped_column(default="")
    #: What it appeared in: the title of the feed, or the heading of the list it was pasted with.
    of: Mapped[str] = mapped_column(default="")
    published: Mapped[date | None]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    added_at: Mapped[datetime]
    #: Taken off the list; it stays so when the list is read in once more.
    removed_at: Mapped[datetime | None]
