"""What a user is to be told, on the page or by mail."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.base.db import Base


class Notice(Base):
    """One thing to be told once: `kind` is what happened, `ref` to what ("post:17"). Telling it twice is refused."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("user_id", "kind", "ref"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    ref: Mapped[str]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    mailed_in: Mapped[str | None]


class Digest(Base):
    """The letter of one day to a user, which tells what is new and what is due. Sent again after a fault it is the same
    letter: it keeps its words and its `message_id`."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("user_id", "day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    day: Mapped[date]
    message_id: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
