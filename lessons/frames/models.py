"""The source frames that readers fill in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.groups.models import Enrolment
from course.texts.models import Text

#: What is asked of a source, in this order.
QUESTIONS = ("who", "when", "to_whom", "to_what_end", "left_out")


class Frame(Base):
    """What a reader says of a text as a source: an answer to each of QUESTIONS, empty where there is none yet.

    Writing it anew adds a row with the next number; the last one is shown, to the group too if that one is shared."""

    __tablename__ = "frame"
    __table_args__ = (UniqueConstraint("enrolment_id", "text_id", "number"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    #: Whom it is shared with, where the text was given to subgroups to read: with that one, and the tutors.
    subgroup_id: Mapped[int | None] = mapped_column(ForeignKey("subgroup.id"), index=True)

    enrolment: Mapped[Enrolment] = relationship()
    text: Mapped[Text] = relationship()
