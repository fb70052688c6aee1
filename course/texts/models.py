"""Texts, their versions and passages, and the anchors that tie things to passages and survive edits."""

import enum
from datetime import datetime
from typing import Protocol

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base


class Text(Base):
    """Anything to be read in the house: study notes, a document, something imported.

    It is of a course; or of a study group, in which it was assigned; or only of the enrolment that imported it."""

    __tablename__ = "text"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN course_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN enrolment_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_owner",
        ),
        UniqueConstraint("course_id", "ident"),
        UniqueConstraint("group_id", "ident"),
        UniqueConstraint("enrolment_id", "ident"),
        ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["text_version.id", "text_version.text_id"],
            use_alter=True,
            name="fk_text_current",
        ),
    )

    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("study_group.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    ident: Mapped[str]
    title: Mapped[str]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    current_version_id: Mapped[int | None] = mapped_column(index=True)
    retired_at: Mapped[datetime | None]

    versions: Mapped[list["TextVersion"]] = relationship(
        back_populates="text", foreign_keys="TextVersion.text_id", order_by="TextVersion.number"
    )
    current: Mapped["TextVersion | None"] = relationship(
        primaryjoin="foreign(Text.current_version_id) == TextVersion.id",
        post_update=True,
        overlaps="versions",
        uselist=False,
    )


class TextVersion(Base):
    """An immutable state of a text, known by the hash of its content."""

    __tablename__ = "text_version"
    __table_args__ = (
        UniqueConstraint("text_id", "number"),
        UniqueConstraint("text_id", "hash"),
        UniqueConstraint("id", "text_id"),
    )

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    number: Mapped[int]
    hash: Mapped[str]
    made_at: Mapped[datetime]

    text: Mapped[Text] = relationship(back_populates="versions", foreign_keys=[text_id])
    passages: Mapped[list["Passage"]] = relationship(back_populates="version", order_by="Passage.position")


class Passage(Base):
    """One addressable block of a version of a text.

    Its ident is its address. `number` is a position for people, never an address, and a heading has none."""

    __tablename__ = "passage"
    __table_args__ = (
        UniqueConstraint("version_id", "ident"),
        UniqueConstraint("version_id", "position"),
        CheckConstraint("kind <> 'heading' OR number IS NULL", name="headings_have_no_number"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("text_version.id", ondelete="CASCADE"))
    ident: Mapped[str]
    position: Mapped[int]
    number: Mapped[int | None]
    kind: Mapped[str]
    html: Mapped[str]
    plain: Mapped[str]

    version: Mapped[TextVersion] = relationship(back_populates="passages")


class PassageRead(Protocol):
    """What is asked of a passage that is only read: the row, or what was read of it and is held."""

    @property
    def id(self) -> int: ...
    @property
    def ident(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def number(self) -> int | None: ...
    @property
    def plain(self) -> str: ...


class AnchorState(enum.Enum):
    """What became of an anchor when its text changed."""

    kept = "kept"
    moved = "moved"
    orphaned = "orphaned"


class Anchor(Base):
    """What ties a note, a quotation or an item to a passage: where it was made, its words, and where they are now.

    `start` and `end` count characters of the passage's plain text, `end` exclusive."""

    __tablename__ = "anchor"
    __table_args__ = (
        CheckConstraint('0 <= start AND start <= "end"', name="ends_after_start"),
        CheckConstraint("(state = 'orphaned') = (now_passage_id IS NULL)", name="orphans_have_no_place"),
    )

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), index=True)
    made_on_passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), index=True)
    exact: Mapped[str]
    prefix: Mapped[str] = mapped_column(default="")
    suffix: Mapped[str] = mapped_column(default="")
    start: Mapped[int]
    end: Mapped[int]
    now_passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    state: Mapped[AnchorState] = mapped_column(default=AnchorState.kept)

    text: Mapped[Text] = relationship()
    made_on: Mapped[Passage] = relationship(foreign_keys=[made_on_passage_id])
    now: Mapped[Passage | None] = relationship(foreign_keys=[now_passage_id])


class MovedIdent(Base):
    """Where a passage that was taken out now leads: the curriculum says so under `moved`."""

    __tablename__ = "moved_ident"
    __table_args__ = (UniqueConstraint("text_id", "ident"),)

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"))
    ident: Mapped[str]
    now_ident: Mapped[str]
