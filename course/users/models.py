"""Users and how they are known again."""

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from course.base.db import Base, partial


class DigestKind(enum.Enum):
    """How often somebody wants a letter about what is new and due."""

    daily = "daily"
    weekly = "weekly"
    none = "none"


#: Sorted by its letters' numbers, as Python sorts: left to themselves two databases do not agree on what comes after Z.
PLAINLY_SORTED = String().with_variant(String(collation="C"), "postgresql")


def sorted_as(name: str) -> str:
    """Return that by which somebody of NAME comes among others: large letters are as small ones."""
    return name.casefold()


def _sorted_as_it_came(context: DefaultExecutionContext) -> str:
    return sorted_as(context.get_current_parameters().get("name") or "")  # type: ignore[no-untyped-call]


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
    #: What the name is sorted by: it follows whenever that is set, here and nowhere else.
    sort_name: Mapped[str] = mapped_column(PLAINLY_SORTED, default=_sorted_as_it_came, server_default="")
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

    @validates("name")
    def _is_sorted(self, _column: str, name: str) -> str:
        self.sort_name = sorted_as(name)
        return name

    @property
    def is_guest(self) -> bool:
        """Whether nobody has claimed this user yet."""
        return self.email is None and self.erased_at is None


def _day_it_was_made(context: DefaultExecutionContext) -> date:
    made: datetime = context.get_current_parameters()["created_at"]  # type: ignore[no-untyped-call]
    return made.date()


class SignIn(Base):
    """One browser that is signed in. The cookie holds the token; only its hash is here."""

    __tablename__ = "sign_in"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    #: The last day on which something was done from there. No finer trace is kept.
    last_on: Mapped[date] = mapped_column(default=_day_it_was_made)
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="sign_ins")


class LinkKind(enum.Enum):
    """What a one-time link is for."""

    reset = "reset"
    setup = "setup"
    sign_up = "sign_up"
    email = "email"


class OneTimeLink(Base):
    """A link that works once and not for long: a new password, the first administrator of the site, an account to be
    made for an e-mail, another e-mail of an account."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("kind IN ('setup', 'sign_up') OR user_id IS NOT NULL", name="belongs_to_user"),
        CheckConstraint("(email IS NOT NULL) = (kind IN ('sign_up', 'email'))", name="shows_whose_email"),
        CheckConstraint("email = lower(email)", name="email_folded"),
        Index("one_open_set_up_link", "kind", unique=True, **partial(kind="setup", used_at=None)),
    )

    kind: Mapped[LinkKind]
    #: The e-mail that whoever has the link has shown to be theirs.
    email: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondStep(Base):
    """That a user shows a code of their telephone when they sign in (TOTP, RFC 6238).

    What the codes are made from is not here: it follows from `salt` and the secret of the site (decision 32)."""

    __tablename__ = "second_step"
    __table_args__ = (CheckConstraint("(confirmed_at IS NULL) = (last_step IS NULL)", name="confirmed_with_a_code"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    salt: Mapped[str]
    #: Which secret of the site it is made with.
    key_mark: Mapped[str]
    made_at: Mapped[datetime]
    #: None: begun, and not asked for yet.
    confirmed_at: Mapped[datetime | None]
    #: The half minute (counted from 1970) of the last code that was taken; no code of it or before is taken again.
    last_step: Mapped[int | None]


class RecoveryCode(Base):
    """A code for who has lost what makes their codes. It works once; only its hash is here."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class Act(enum.Enum):
    """What is written into the book of privileged acts."""

    account_made = "account_made"
    account_exported = "account_exported"
    account_erased = "account_erased"
    administrator_made = "administrator_made"
    administrator_unmade = "administrator_unmade"
    course_uploaded = "course_uploaded"
    course_loaded = "course_loaded"
    complaint_settled = "complaint_settled"
    job_retried = "job_retried"
    member_removed = "member_removed"
    role_changed = "role_changed"
    keys_changed = "keys_changed"
    password_changed = "password_changed"  # noqa: S105 (a word, not a secret)
    password_reset = "password_reset"  # noqa: S105
    email_changed = "email_changed"
    second_step_on = "second_step_on"
    second_step_off = "second_step_off"
    recovery_codes_made = "recovery_codes_made"
    recovery_code_used = "recovery_code_used"


class AuditEntry(Base):
    """One privileged act: who did it, to whom, and to what. Nothing changes an entry; after a time it is forgotten."""

    __tablename__ = "audit_entry"
    __table_args__ = (CheckConstraint("actor_id IS NULL OR NOT in_shell", name="the_shell_has_no_name"),)

    at: Mapped[datetime] = mapped_column(index=True)
    #: None: the shell, or somebody who is forgotten.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    in_shell: Mapped[bool] = mapped_column(default=False)
    act: Mapped[Act]
    about_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    #: Which course, job or group: idents and numbers, nobody's words.
    detail: Mapped[str] = mapped_column(default="")
