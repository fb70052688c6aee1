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


class Behaviour(enum.Enum):
    """When an answer is scored: all at the submission, each as it is given, or each with several tries and hints."""

    end = "end"
    see = "see"
    tries = "tries"


class Quiz(Base):
    """An assessment. Its activity is its place in the outline; `attempts_allowed` null means as many as one likes.

    `shows` says what may be seen when: moment -> things (quizzes.policy); a moment left out shows what it does there
    by default. `penalty` is what each further try takes of a score of 1."""

    __tablename__ = "quiz"
    __table_args__ = (
        CheckConstraint("attempts_allowed IS NULL OR attempts_allowed >= 1", name="one_attempt_at_least"),
        CheckConstraint("pass_mark IS NULL OR (pass_mark > 0 AND pass_mark <= 1)", name="pass_mark_is_a_share"),
        CheckConstraint("time_limit IS NULL OR time_limit >= 60", name="a_minute_at_least"),
        CheckConstraint("penalty >= 0 AND penalty <= 1", name="penalty_is_a_share"),
        CheckConstraint("opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at", name="closes_after_opening"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    introduction_html: Mapped[str] = mapped_column(default="")
    attempts_allowed: Mapped[int | None]
    pass_mark: Mapped[float | None]
    counts: Mapped[Counts] = mapped_column(default=Counts.best)
    #: Seconds; null means none.
    time_limit: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    behaviour: Mapped[Behaviour] = mapped_column(default=Behaviour.end)
    penalty: Mapped[float] = mapped_column(default=1 / 3)
    shuffled: Mapped[bool] = mapped_column(default=False)
    one_at_a_time: Mapped[bool] = mapped_column(default=False)
    shows: Mapped[dict[str, Any]] = mapped_column(default=dict)

    activity: Mapped[Activity] = relationship()
    sections: Mapped[list["QuizSection"]] = relationship(
        back_populates="quiz", order_by="QuizSection.position", cascade="all, delete-orphan"
    )
    slots: Mapped[list["QuizSlot"]] = relationship(
        back_populates="quiz", order_by="QuizSlot.position", cascade="all, delete-orphan"
    )


class QuizSection(Base):
    """Questions of a quiz that stand together, with an introduction or a text that they share.

    `first` and `last` are idents of passages, null for the beginning and the end of the text. `draws` says how many
    of its items each attempt gets: {"draws": [{"count": 3, "tag": "1905" or null}, …]}; empty: all of them."""

    __tablename__ = "quiz_section"
    __table_args__ = (
        UniqueConstraint("quiz_id", "position"),
        UniqueConstraint("id", "quiz_id"),
        CheckConstraint("text_id IS NOT NULL OR (first IS NULL AND last IS NULL)", name="ends_of_a_text"),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    introduction_html: Mapped[str] = mapped_column(default="")
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text.id"), index=True)
    first: Mapped[str | None]
    last: Mapped[str | None]
    draws: Mapped[dict[str, Any]] = mapped_column(default=dict)

    quiz: Mapped[Quiz] = relationship(back_populates="sections")


class QuizSlot(Base):
    """The place of one item in a quiz, in one of its sections or in none. `before_html` is plain text that stands
    before the question and goes where it goes."""

    __tablename__ = "quiz_slot"
    __table_args__ = (
        UniqueConstraint("quiz_id", "position"),
        UniqueConstraint("quiz_id", "item_id"),
        ForeignKeyConstraint(["section_id", "quiz_id"], ["quiz_section.id", "quiz_section.quiz_id"]),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(index=True)
    before_html: Mapped[str] = mapped_column(default="")

    quiz: Mapped[Quiz] = relationship(back_populates="slots")
    item: Mapped[Item] = relationship()
    section: Mapped[QuizSection | None] = relationship(viewonly=True)


class SelfCheck(Base):
    """An item answered inside a text, after the passage of that ident."""

    __tablename__ = "self_check"
    __table_args__ = (UniqueConstraint("text_id", "passage_ident", "item_id"),)

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    passage_ident: Mapped[str]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)


class NameList(Base):
    """The persons and terms of a course with all their spellings as they once were, known by the hash of them.

    Short answers are scored by the list that held when their attempt began, so that a score can be had again."""

    __tablename__ = "name_list"
    __table_args__ = (UniqueConstraint("course_id", "hash"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    hash: Mapped[str]
    #: {"names": [[spelling, …], …]}
    data: Mapped[dict[str, Any]]


class Purpose(enum.Enum):
    """What an attempt is: at a quiz, a tutor's preview of one (counted nowhere), at a self-check, or a review."""

    quiz = "quiz"
    preview = "preview"
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
            "purpose NOT IN ('quiz', 'preview') OR (enrolment_id IS NOT NULL AND activity_id IS NOT NULL)",
            name="quiz_belongs_to_enrolment",
        ),
        Index("ix_attempt_without_points", "enrolment_id", **partial(purpose="quiz", points=None)),
        Index("ix_attempt_open_deadline", "deadline_at", **partial(submitted_at=None)),
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
    names_id: Mapped[int | None] = mapped_column(ForeignKey("name_list.id"), index=True)

    names: Mapped[NameList | None] = relationship()
    activity: Mapped[Activity | None] = relationship()
    items: Mapped[list["AttemptItem"]] = relationship(back_populates="attempt", order_by="AttemptItem.slot")


class AttemptItem(Base):
    """One item of an attempt: the version it was taken on and the order it was shown in, both for good.

    `text_version` is that of the text from which passages are picked as evidence; `section` is the
    place of its section in the attempt's policy."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"), UniqueConstraint("attempt_id", "item_version_id"))

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    slot: Mapped[int]
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    shown: Mapped[list[str]]
    flagged: Mapped[bool] = mapped_column(default=False)
    section: Mapped[int | None]
    before_html: Mapped[str] = mapped_column(default="")
    text_version_id: Mapped[int | None] = mapped_column(ForeignKey("text_version.id"), index=True)

    attempt: Mapped[Attempt] = relationship(back_populates="items")
    version: Mapped[ItemVersion] = relationship()
    steps: Mapped[list["Step"]] = relationship(back_populates="attempt_item", order_by="Step.number")


class StepKind(enum.Enum):
    """What was recorded: a response saved; one checked for its score before the submission, and the question opened
    for a further try; the scoring at the submission; a tutor's mark, override, or acceptance of what came late; how
    somebody without a tutor rates their own essay."""

    save = "save"
    check = "check"
    again = "again"
    score = "score"
    mark = "mark"
    override = "override"
    accept = "accept"
    rate = "rate"


class Step(Base):
    """One recorded act in an attempt. Never changed.

    `base_step` is the number of the step its page had seen; `counts` is false for a save on an older page that another
    had overtaken, or that came too late: kept, not scored. `once` makes a double click harmless. `data` holds what else
    belongs to the act: the levels and the comment of a mark, the reason of an override, how sure somebody was."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("attempt_item_id", "number"),
        UniqueConstraint("attempt_item_id", "once"),
        CheckConstraint("number >= 1 AND base_step >= 0 AND base_step < number", name="numbers_in_order"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score_from_0_to_1"),
        CheckConstraint(
            "(kind IN ('check', 'score', 'mark', 'override')) = (score IS NOT NULL)", name="scores_have_a_score"
        ),
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
    data: Mapped[dict[str, Any] | None]

    attempt_item: Mapped[AttemptItem] = relationship(back_populates="steps")


class MarkDraft(Base):
    """A mark that is not released: one for each answer, seen by tutors alone. Its release adds a step and drops it.

    `levels` says of each criterion of the rubric the level chosen so far. `edition` counts its saves, by which one
    made on an older page is known."""

    __tablename__ = "mark_draft"
    __table_args__ = (UniqueConstraint("attempt_item_id"),)

    attempt_item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id", ondelete="CASCADE"))
    levels: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]
    edition: Mapped[int] = mapped_column(default=1)

    attempt_item: Mapped[AttemptItem] = relationship()
