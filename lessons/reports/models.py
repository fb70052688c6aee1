"""What readers found wrong, with the version they meant."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.groups.models import StudyGroup
from course.outline.models import Course
from course.texts.models import Passage
from course.users.models import User
from quizzes.models import ItemVersion


class Outcome(enum.Enum):
    """What became of a report: it was mended, or will be, or what was meant is right as it stands."""

    mended = "mended"
    planned = "planned"
    right = "right"


class Report(Base):
    """Something that somebody found wrong in an item or a passage, in the version they saw.

    It goes to the tutors of its group, where it was made in one, and to the administrators."""

    __tablename__ = "report"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "course_id"], ["study_group.id", "study_group.course_id"]),
        CheckConstraint("(item_version_id IS NULL) <> (passage_id IS NULL)", name="one_thing_meant"),
        CheckConstraint("words <> ''", name="says_what"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_with_an_outcome"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    item_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_version.id"), index=True)
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    words: Mapped[str]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[Outcome | None]
    answer: Mapped[str] = mapped_column(default="")

    course: Mapped[Course] = relationship(overlaps="group")
    group: Mapped[StudyGroup | None] = relationship(overlaps="course")
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    item_version: Mapped[ItemVersion | None] = relationship()
    passage: Mapped[Passage | None] = relationship()
