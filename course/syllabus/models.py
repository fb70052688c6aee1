"""A study group's plan: meetings, assignments and whom they are for; and what holds for one person only."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial
from course.groups.models import StudyGroup
from course.outline.models import Activity


class Meeting(Base):
    """One gathering or week of a study group, on a day of the group's zone; a cancelled one keeps its number."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("group_id", "number"),
        UniqueConstraint("id", "group_id"),
        CheckConstraint("number >= 1", name="numbers_from_one"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"))
    number: Mapped[int]
    day: Mapped[date]
    title: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]

    group: Mapped[StudyGroup] = relationship()


class Assignment(Base):
    """An activity given to an audience. Without targets it is for the whole study group."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "course_id"], ["study_group.id", "study_group.course_id"]),
        ForeignKeyConstraint(["activity_id", "course_id"], ["activity.id", "activity.course_id"]),
        ForeignKeyConstraint(["meeting_id", "group_id"], ["meeting.id", "meeting.group_id"]),
        UniqueConstraint("id", "group_id"),
        CheckConstraint("opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at", name="closes_after_opening"),
        CheckConstraint("due_at IS NULL OR reply_due_at IS NULL OR due_at <= reply_due_at", name="replies_after_posts"),
    )

    group_id: Mapped[int] = mapped_column(index=True)
    course_id: Mapped[int]
    activity_id: Mapped[int] = mapped_column(index=True)
    meeting_id: Mapped[int | None] = mapped_column(index=True)
    required: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(default="")
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    activity: Mapped[Activity] = relationship(overlaps="targets")
    targets: Mapped[list["AssignmentTarget"]] = relationship(back_populates="assignment", overlaps="activity")


class AssignmentTarget(Base):
    """One subgroup or one member whom an assignment is for."""

    __tablename__ = "assignment_target"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assignment_id", "group_id"], ["assignment.id", "assignment.group_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["subgroup_id", "group_id"], ["subgroup.id", "subgroup.group_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["enrolment_id", "group_id"], ["enrolment.id", "enrolment.group_id"], ondelete="CASCADE"),
        CheckConstraint("(subgroup_id IS NULL) <> (enrolment_id IS NULL)", name="one_audience"),
        UniqueConstraint("assignment_id", "subgroup_id"),
        UniqueConstraint("assignment_id", "enrolment_id"),
    )

    assignment_id: Mapped[int]
    group_id: Mapped[int]
    subgroup_id: Mapped[int | None] = mapped_column(index=True)
    enrolment_id: Mapped[int | None] = mapped_column(index=True)

    assignment: Mapped[Assignment] = relationship(back_populates="targets", overlaps="activity")


#: The six fields of a rule that can be excepted (RULES, section 6).
EXCEPTED_FIELDS = ("open", "due", "reply_due", "close", "time_limit", "attempts")


class RuleException(Base):
    """One field of a rule changed for one enrolment or one subgroup. `value` is `{"value": …}`, null for no limit."""

    __tablename__ = "exception"
    __table_args__ = (
        CheckConstraint("(subgroup_id IS NULL) <> (enrolment_id IS NULL)", name="one_audience"),
        CheckConstraint(f"field IN {EXCEPTED_FIELDS}", name="known_field"),
        CheckConstraint("reason <> ''", name="has_reason"),
        Index("ix_exception_activity", "activity_id"),
        Index("one_live_of_enrolment", "activity_id", "enrolment_id", "field", unique=True, **partial(revoked_at=None)),
        Index("one_live_of_subgroup", "activity_id", "subgroup_id", "field", unique=True, **partial(revoked_at=None)),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    subgroup_id: Mapped[int | None] = mapped_column(ForeignKey("subgroup.id", ondelete="CASCADE"), index=True)
    field: Mapped[str]
    value: Mapped[dict[str, Any]]
    reason: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Accommodation(Base):
    """A standing adjustment of one enrolment: time limits times `factor`, due and closing dates `days` later."""

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("factor >= 1", name="never_less_time"),
        CheckConstraint("days >= 0", name="never_earlier"),
        Index("one_live_accommodation", "enrolment_id", unique=True, **partial(revoked_at=None)),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    factor: Mapped[Decimal] = mapped_column(Numeric(4, 2, asdecimal=True), default=Decimal(1))
    days: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
