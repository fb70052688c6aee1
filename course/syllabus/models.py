"""A study group's plan: meetings, assignments and whom they are for; and what holds for one person only."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, Changing, partial
from course.groups.models import Enrolment, StudyGroup, Subgroup
from course.outline.models import Activity


class Meeting(Changing, Base):
    """One gathering or week of a study group, on a day of the group's zone; a cancelled one keeps its number."""

    __tablename__ = "meeting"
    __table_args__ = (
        ForeignKeyConstraint(["chair_id", "group_id"], ["enrolment.id", "enrolment.group_id"]),
        UniqueConstraint("group_id", "number"),
        UniqueConstraint("id", "group_id"),
        CheckConstraint("number >= 1", name="numbers_from_one"),
        CheckConstraint("lasts BETWEEN 1 AND 1440", name="lasts_a_day_at_most"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"))
    number: Mapped[int]
    day: Mapped[date]
    #: Whether somebody chose its day, so that it stays where it is when the others move.
    fixed: Mapped[bool] = mapped_column(default=False)
    #: When it begins, in the group's zone; None where nobody said. How many minutes it lasts, and where it is.
    begins: Mapped[time | None]
    lasts: Mapped[int | None]
    where: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    #: Who leads the talk, in a group that takes turns.
    chair_id: Mapped[int | None] = mapped_column(index=True)
    cancelled_at: Mapped[datetime | None]

    group: Mapped[StudyGroup] = relationship(overlaps="chair")
    chair: Mapped[Enrolment | None] = relationship(overlaps="group")


class Pacing(Base):
    """The three choices that a syllabus was laid out by, and goes on by: from when, on which weekdays, how fast.

    `weekdays` are numbers, Monday 0. At a meeting there are `lessons` lessons, and each is at work for `meetings`
    meetings; one of the two is 1. It `ends` by that day at the latest, where that was said."""

    __tablename__ = "pacing"
    __table_args__ = (
        CheckConstraint(
            "lessons >= 1 AND meetings >= 1 AND (lessons = 1 OR meetings = 1)", name="one_way_or_the_other"
        ),
        CheckConstraint("ends IS NULL OR start <= ends", name="ends_after_start"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), unique=True)
    start: Mapped[date]
    weekdays: Mapped[list[int]]
    lessons: Mapped[int] = mapped_column(default=1)
    meetings: Mapped[int] = mapped_column(default=1)
    ends: Mapped[date | None]
    begins: Mapped[time | None]
    lasts: Mapped[int | None]
    where: Mapped[str] = mapped_column(default="")


class Holiday(Base):
    """Days on which a study group does not meet, the first and the last of them included."""

    __tablename__ = "holiday"
    __table_args__ = (CheckConstraint("first <= last", name="ends_after_start"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    name: Mapped[str] = mapped_column(default="")


class Assignment(Changing, Base):
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


#: The dates an assignment has, by the names they have in a rule.
DATES = ("open", "due", "reply_due", "close")


class RelativeDate(Base):
    """That a date of an assignment is so many days after a meeting: "meeting 3 + 2 days", at an hour if one was named.
    Its moment, worked out anew whenever meetings move, stands in the assignment."""

    __tablename__ = "relative_date"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assignment_id", "group_id"], ["assignment.id", "assignment.group_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["meeting_id", "group_id"], ["meeting.id", "meeting.group_id"]),
        UniqueConstraint("assignment_id", "field"),
        CheckConstraint(f"field IN {DATES}", name="known_field"),
    )

    assignment_id: Mapped[int]
    group_id: Mapped[int]
    field: Mapped[str]
    meeting_id: Mapped[int] = mapped_column(index=True)
    days: Mapped[int] = mapped_column(default=0)
    hour: Mapped[time | None]


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

    activity: Mapped[Activity] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    subgroup: Mapped[Subgroup | None] = relationship()

    @property
    def group_id(self) -> int | None:
        """The study group of whom it is for; None where they study alone."""
        audience = self.enrolment or self.subgroup
        return audience.group_id if audience is not None else None


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


class CalendarFeed(Base):
    """A private address at which a calendar reads what a user's dates are: all of them, or those of one study group.

    Only the hash of its token is kept; it works until it is revoked."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index("one_live_feed", "user_id", unique=True, **partial(group_id=None, revoked_at=None)),
        Index("one_live_feed_of_group", "user_id", "group_id", unique=True, **partial(revoked_at=None)),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
