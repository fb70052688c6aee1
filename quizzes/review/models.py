"""A user's memory of items, and the log it is made from: rows of the log are added and taken back, never changed."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from quizzes.models import AttemptItem, Item


class Card(Base):
    """What a user's memory of one item comes to: all but `suspended_at` by replaying its log (`quizzes.scheduling`).

    Days are days of study in the zone its user was in. Without `last_on` it was met and not remembered yet: it is new.
    `due_on` is by the user's retention alone; when the item is needed earlier, the plan of the day says."""

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("user_id", "item_id"),
        Index("ix_card_due", "user_id", "due_on"),
        Index("ix_card_last", "user_id", "last_on"),
        CheckConstraint(
            "(last_on IS NULL) = (stability IS NULL) AND (last_on IS NULL) = (difficulty IS NULL)"
            " AND (last_on IS NULL) = (due_on IS NULL)",
            name="new_or_remembered",
        ),
        CheckConstraint("stability IS NULL OR stability > 0", name="stability_above_0"),
        CheckConstraint("difficulty IS NULL OR difficulty BETWEEN 1 AND 10", name="difficulty_from_1_to_10"),
        CheckConstraint("reviews >= 0 AND lapses >= 0 AND misses >= 0 AND lapses <= reviews", name="counts_add_up"),
        CheckConstraint("due_on IS NULL OR due_on > last_on", name="due_after_the_last"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    made_at: Mapped[datetime]
    stability: Mapped[float | None]
    difficulty: Mapped[float | None]
    last_on: Mapped[date | None]
    due_on: Mapped[date | None]
    reviews: Mapped[int] = mapped_column(default=0)
    lapses: Mapped[int] = mapped_column(default=0)
    #: How often it was missed since it was last known.
    misses: Mapped[int] = mapped_column(default=0)
    #: How long a review takes, as far as that is known. For its user alone.
    seconds: Mapped[float | None]
    suspended_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()
    log: Mapped[list["ReviewLog"]] = relationship(back_populates="card", order_by="ReviewLog.number")


#: The columns that are the memory of a card, in the order of `quizzes.scheduling.Memory`.
MEMORY = (Card.stability, Card.difficulty, Card.last_on, Card.reviews, Card.lapses, Card.misses, Card.seconds)


class ReviewSource(enum.Enum):
    """Where an item was answered."""

    check = "check"
    quiz = "quiz"
    review = "review"


class ReviewLog(Base):
    """One answer as the memory of its item sees it: when, on which day of study, how it came out (1 again, 2 hard,
    3 good), in how many milliseconds where it was a review.

    `number` counts from 1 for each card. `counts` is false where another device had answered since the page was made;
    what was taken back does not count either. `once` makes a double click harmless."""

    __tablename__ = "review_log"
    __table_args__ = (
        UniqueConstraint("card_id", "number"),
        UniqueConstraint("card_id", "once"),
        CheckConstraint("number >= 1", name="numbers_from_one"),
        CheckConstraint("rating BETWEEN 1 AND 4", name="a_rating"),
        CheckConstraint("milliseconds IS NULL OR milliseconds BETWEEN 0 AND 120000", name="two_minutes_at_most"),
        CheckConstraint("milliseconds IS NULL OR source = 'review'", name="only_reviews_are_timed"),
    )

    card_id: Mapped[int] = mapped_column(ForeignKey("card.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    day: Mapped[date]
    rating: Mapped[int]
    source: Mapped[ReviewSource]
    milliseconds: Mapped[int | None]
    #: What was answered: an answer is logged once. Null where the item was recalled without one (an essay).
    attempt_item_id: Mapped[int | None] = mapped_column(ForeignKey("attempt_item.id", ondelete="CASCADE"), unique=True)
    counts: Mapped[bool] = mapped_column(default=True)
    taken_back_at: Mapped[datetime | None]
    once: Mapped[str | None]

    card: Mapped[Card] = relationship(back_populates="log")
    attempt_item: Mapped[AttemptItem | None] = relationship()
