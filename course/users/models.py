"""Users and how they are known again."""

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, partial


class DigestKind(enum.Enum):
    """How often somebody wants a letter about what is new and due."""

    daily = "daily"
    weekly = "weekly"
    none = "none"


class User(Base):
    """An account, or a guest: a user without e-mail, made on a visitor's first act."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR password_hash IS NULL", name="guest_has_no_password"),
        CheckConstraint("email IS NOT NULL OR NOT administrator", name="guest_is_no_administrator"),
        CheckConstraint("email = lower(email)", name="email_folded"),
        CheckConstraint("pace BETWEEN 50 AND 1000", name="pace_of_a_reader"),
        CheckConstraint("review_minutes BETWEEN 0 AND 240", name="minutes_of_a_day"),
        CheckConstraint("retention BETWEEN 0.7 AND 0.97", name="retention_is_a_share"),
    )

    #: What the login library asks of a user.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="UTC")
    administrator: Mapped[bool] = mapped_column(default=False)
    #: Words a minute, as the reader set it themselves; nobody measures it.
    pace: Mapped[int | None]
    #: How they like to read: theme, face, size and width, each only where it is not as for everybody.
    reading: Mapped[dict[str, Any] | None]
    #: How many minutes a day they give to review, and which share of it they want to know at any time.
    review_minutes: Mapped[int] = mapped_column(default=15)
    retention: Mapped[float] = mapped_column(default=0.9)
    digest: Mapped[DigestKind] = mapped_column(default=DigestKind.weekly)
    created_at: Mapped[datetime]
    #: The last day on which something was done here; what a guest is forgotten by. No finer trace is kept.
    active_on: Mapped[date]
    erased_at: Mapped[datetime | None]

    sign_ins: Mapped[list["SignIn"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def is_guest(self) -> bool:
        """Whether nobody has claimed this user yet."""
        return self.email is None and self.erased_at is None


class SignIn(Base):
    """One browser that is signed in. The cookie holds the token; only its hash is here."""

    __tablename__ = "sign_in"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="sign_ins")


class LinkKind(enum.Enum):
    """What a one-time link is for."""

    reset = "reset"
    setup = "setup"


class OneTimeLink(Base):
    """A link that works once and not for long: a new password, or the first administrator of the site."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("kind = 'setup' OR user_id IS NOT NULL", name="belongs_to_user"),
        Index("one_open_set_up_link", "kind", unique=True, **partial(kind="setup", used_at=None)),
    )

    kind: Mapped[LinkKind]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
