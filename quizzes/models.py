"""Items and their versions, quizzes, and attempts as a record of steps that is only ever added to."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial
from course.outline.models import Activity
from course.texts.models import Anchor


class Item(Base):
    """One question, of a course or of one study group; what it asks is in its versions."""

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("(course_id IS NULL) <> (group_id IS NULL)", name="one_owner"),
        UniqueConstraint("course_id", "ident"),
        UniqueConstraint("group_id", "ident"),
        ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["item_version.id", "item_version.item_id"],
            use_alter=True,
            name="fk_item_current",
        ),
    )

    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("study_group.id"))
    ident: Mapped[str]
    current_version_id: Mapped[int | None] = mapped_column(index=True)
    retired_at: Mapped[datetime | None]

    versions: Mapped[list["ItemVersion"]] = relationship(
        back_populates="item", foreign_keys="ItemVersion.item_id", order_by="ItemVersion.number"
    )
    current: Mapped["ItemVersion | None"] = relationship(
        primaryjoin="foreign(Item.current_version_id) == ItemVersion.id",
        post_update=True,
        overlaps="versions",
        uselist=False,
    )


class ItemVersion(Base):
    """An immutable state of an item, known by the hash of its content. `anchor` is the passage it tests."""

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        UniqueConstraint("item_id", "hash"),
        UniqueConstraint("id", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    number: Mapped[int]
    hash: Mapped[str]
    data: Mapped[dict[str, Any]]
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"), index=True)
    made_at: Mapped[datetime]

    item: Mapped[Item] = relationship(back_populates="versions", foreign_keys=[item_id])
    anchor: Mapped[Anchor | None] = relationship()


class Counts(enum.Enum):
    """Which of several attempts counts."""

    best = "best"
    last = "last"
    first = "first"
    average = "average"


class Quiz(Base):
    """An assessment. Its activity is its place in the outline; `attempts_allowed` null means as many as one likes."""

    __tablename__ = "quiz"
    __table_args__ = (
        CheckConstraint("attempts_allowed IS NULL OR attempts_allowed >= 1", name="one_attempt_at_least"),
        CheckConstraint("pass_mark IS NULL OR (pass_mark > 0 AND pass_mark <= 1)", name="pass_mark_is_a_share"),
        CheckConstraint("time_limit IS NULL OR time_limit >= 60", name="a_minute_at_least"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    introduction_html: Mapped[str] = mapped_column(default="")
    attempts_allowed: Mapped[int | None]
    pass_mark: Mapped[float | None]
    counts: Mapped[Counts] = mapped_column(default=Counts.best)
    #: Seconds; null means none.
    time_limit: Mapped[int | None]

    activity: Mapped[Activity] = relationship()
    slots: Mapped[list["QuizSlot"]] = relationship(
        back_populates="quiz", order_by="QuizSlot.position", cascade="all, delete-orphan"
    )


class QuizSlot(Base):
    """The place of one item in a quiz."""

    __tablename__ = "quiz_slot"
    __table_args__ = (UniqueConstraint("quiz_id", "position"), UniqueConstraint("quiz_id", "item_id"))

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)

    quiz: Mapped[Quiz] = relationship(back_populates="slots")
    item: Mapped[Item] = relationship()


class SelfCheck(Base):
    """An item answered inside a text, after the passage of that ident."""

    __tablename__ = "self_check"
    __table_args__ = (UniqueConstraint("text_id", "passage_ident", "item_id"),)

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    passage_ident: Mapped[str]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)


class Purpose(enum.Enum):
    """What an attempt is: at a quiz, at a self-check, or a review."""

    quiz = "quiz"
    check = "check"
    review = "review"


class Attempt(Base):
    """One sitting. `policy` is what held when it began; `points` stays null until everything is scored or marked."""

    __tablename__ = "attempt"
    __table_args__ = (
        ForeignKeyConstraint(["enrolment_id", "user_id"], ["enrolment.id", "enrolment.user_id"], ondelete="CASCADE"),
        Index("one_number_per_quiz", "enrolment_id", "activity_id", "number", unique=True, **partial(purpose="quiz")),
        Index(
            "one_open_per_quiz",
            "enrolment_id",
            "activity_id",
            unique=True,
            **partial(purpose="quiz", submitted_at=None),
        ),
        CheckConstraint(
            "purpose <> 'quiz' OR (enrolment_id IS NOT NULL AND activity_id IS NOT NULL)",
            name="quiz_belongs_to_enrolment",
        ),
        CheckConstraint("submitted_at IS NOT NULL OR points IS NULL", name="no_points_before_submission"),
        CheckConstraint("number >= 1", name="numbers_from_one"),
        CheckConstraint("submitted_at IS NULL OR submitted_at >= started_at", name="submitted_after_start"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.quiz)
    number: Mapped[int]
    policy: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    points: Mapped[float | None]
    max_points: Mapped[float]

    activity: Mapped[Activity | None] = relationship()
    items: Mapped[list["AttemptItem"]] = relationship(back_populates="attempt", order_by="AttemptItem.slot")


class AttemptItem(Base):
    """One item of an attempt: the version it was taken on and the order it was shown in, both for good."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"), UniqueConstraint("attempt_id", "item_version_id"))

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    slot: Mapped[int]
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    shown: Mapped[list[str]]
    flagged: Mapped[bool] = mapped_column(default=False)

    attempt: Mapped[Attempt] = relationship(back_populates="items")
    version: Mapped[ItemVersion] = relationship()
    steps: Mapped[list["Step"]] = relationship(back_populates="attempt_item", order_by="Step.number")


class StepKind(enum.Enum):
    """What was recorded: a response saved, the scoring at the submission."""

    save = "save"
    score = "score"


class Step(Base):
    """One recorded act in an attempt. Never changed.

    `base_step` is the number of the step its page had seen; `counts` is false for a save on an older page that another
    had overtaken, or that came after the submission: kept, not scored. `once` makes a double click harmless."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("attempt_item_id", "number"),
        UniqueConstraint("attempt_item_id", "once"),
        CheckConstraint("number >= 1 AND base_step >= 0 AND base_step < number", name="numbers_in_order"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score_from_0_to_1"),
        CheckConstraint("(kind = 'score') = (score IS NOT NULL)", name="scores_have_a_score"),
    )

    attempt_item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[StepKind]
    response: Mapped[dict[str, Any] | None]
    score: Mapped[float | None]
    counts: Mapped[bool] = mapped_column(default=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    base_step: Mapped[int] = mapped_column(default=0)
    once: Mapped[str | None]

    attempt_item: Mapped[AttemptItem] = relationship(back_populates="steps")
