"""What is done of what: facts that are only ever added, and the state rebuilt from them."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.users.models import User


class FactKind(enum.Enum):
    """How a part came to be done or not: by work that reached it, by one's own tick, by a tutor's override."""

    reached = "reached"
    tick = "tick"
    untick = "untick"
    override = "override"


class CompletionFact(Base):
    """Something that made an activity done or not done for an enrolment. The last one wins; none is ever changed."""

    __tablename__ = "completion_fact"
    __table_args__ = (
        CheckConstraint("kind = 'override' OR done = (kind <> 'untick')", name="means_what_it_says"),
        CheckConstraint("kind <> 'override' OR reason IS NOT NULL", name="override_says_why"),
        Index("ix_completion_fact_latest", "enrolment_id", "activity_id", "id"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    kind: Mapped[FactKind]
    done: Mapped[bool]
    reason: Mapped[str | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]


class State(enum.Enum):
    """Where an enrolment stands with an activity; no row means not begun."""

    none = "none"
    begun = "begun"
    done = "done"


class Completion(Base):
    """The state of one activity for one enrolment, rebuilt from facts and first acts."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id"),
        CheckConstraint("state <> 'none'", name="not_begun_has_no_row"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_a_time"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    state: Mapped[State]
    done_at: Mapped[datetime | None]


class Look(Base):
    """A tutor looked at what somebody did. Who was looked at can see it."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_latest", "enrolment_id", "by_id", "at"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]

    by: Mapped[User] = relationship()


class HelpRules(Base):
    """When the page of progress says that a student of a study group may need a hand; None switches a rule off."""

    __tablename__ = "help_rules"
    __table_args__ = (
        CheckConstraint("quiet_days >= 1", name="quiet_for_a_day"),
        CheckConstraint("late_parts >= 1", name="one_part_late"),
        CheckConstraint("score_below BETWEEN 1 AND 100", name="score_in_percent"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), unique=True)
    quiet_days: Mapped[int | None]
    late_parts: Mapped[int | None]
    score_below: Mapped[int | None]
