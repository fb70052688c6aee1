"""Highlights and notes, what they are tied to, their tags and the replies to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.groups.models import Enrolment
from course.texts.models import Anchor, Text
from lessons.models import Hideable, hidden_for_a_reason


class Note(Hideable, Base):
    """A reader's words on some words of a text; without words of their own it is a highlight.

    It is private until it is shared with the study group of its enrolment. `number` counts its states: who edits an
    older one is told. `once` names the press of a button, so that a double click is one note."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("enrolment_id", "once"), hidden_for_a_reason())

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    number: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    #: Whom it is shared with, where the text was given to subgroups to read: with that one, and the tutors.
    subgroup_id: Mapped[int | None] = mapped_column(ForeignKey("subgroup.id"), index=True)
    once: Mapped[str | None]

    enrolment: Mapped[Enrolment] = relationship()
    text: Mapped[Text] = relationship()
    places: Mapped[list["NotePlace"]] = relationship(order_by="NotePlace.id", passive_deletes=True)
    tags: Mapped[list["NoteTag"]] = relationship(order_by="NoteTag.tag", passive_deletes=True)
    replies: Mapped[list["NoteReply"]] = relationship(
        back_populates="note", order_by="NoteReply.id", passive_deletes=True
    )


class NotePlace(Base):
    """Where a note stands: an anchor in each passage that its words reach into, in the order of the text."""

    __tablename__ = "note_place"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), unique=True)

    anchor: Mapped[Anchor] = relationship()


class NoteTag(Base):
    """A word under which its writer finds a note again."""

    __tablename__ = "note_tag"
    __table_args__ = (UniqueConstraint("note_id", "tag"), CheckConstraint("tag <> ''", name="not_empty"))

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(index=True)


class NoteReply(Hideable, Base):
    """What a member says to a note that is shared, or its writer adds to it."""

    __tablename__ = "note_reply"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "once"),
        CheckConstraint("words <> ''", name="not_empty"),
        hidden_for_a_reason(),
    )

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    words: Mapped[str]
    html: Mapped[str]
    made_at: Mapped[datetime]
    once: Mapped[str | None]

    note: Mapped[Note] = relationship(back_populates="replies")
    enrolment: Mapped[Enrolment] = relationship()
