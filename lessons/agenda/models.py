"""What members put before a meeting, and the minutes of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.groups.models import Enrolment
from course.texts.models import Text


class AgendaItem(Base):
    """What a member wants to talk about at a meeting: words, a passage, or both. It names nobody's score."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "enrolment_id", "text_id", "passage_ident"),
        CheckConstraint("(text_id IS NULL) = (passage_ident IS NULL)", name="passage_of_a_text"),
        CheckConstraint("words <> '' OR text_id IS NOT NULL", name="not_empty"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(default="")
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), index=True)
    passage_ident: Mapped[str | None]
    at: Mapped[datetime]
    #: Ticked off at the meeting.
    talked_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    text: Mapped[Text | None] = relationship()


class Minutes(Base):
    """What a meeting came to, as it was written once, or (with the highest number) is. None is ever changed."""

    __tablename__ = "minutes"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("words <> ''", name="not_empty"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    number: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    words: Mapped[str]
    html: Mapped[str]
    at: Mapped[datetime]
