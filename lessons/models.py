"""What is read and written: lessons, readings, prompts, journal entries and drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base
from course.base.files import File
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Text


def _named(other: str) -> Table:
    """Return the table that says which OTHERs a lesson introduces; shown by name or date, so no order is kept."""
    return Table(
        f"lesson_{other}",
        Base.metadata,
        Column("lesson_id", ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True),
        Column(f"{other}_id", ForeignKey(f"{other}.id", ondelete="CASCADE"), primary_key=True, index=True),
    )


lesson_person, lesson_term, lesson_event, lesson_source = (
    _named(word) for word in ("person", "term", "event", "source")
)


class Lesson(Base):
    """Study notes on one lecture, essay or person. `lecture` holds title, by, given, address, recording, a note."""

    __tablename__ = "lesson"

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("text.id"), unique=True)
    number: Mapped[int]
    summary: Mapped[str]
    objectives: Mapped[list[str]]
    lecture: Mapped[dict[str, Any] | None]

    activity: Mapped[Activity] = relationship()
    text: Mapped[Text] = relationship()
    people: Mapped[list[Person]] = relationship(secondary=lesson_person, order_by=Person.name)
    terms: Mapped[list[Term]] = relationship(secondary=lesson_term, order_by=Term.term)
    events: Mapped[list[Event]] = relationship(secondary=lesson_event, order_by=(Event.earliest, Event.ident))
    sources: Mapped[list[Source]] = relationship(secondary=lesson_source, order_by=(Source.author, Source.title))


class Document(Base):
    """What is known of a text in the house beside its words: who wrote it, when, how it was checked."""

    __tablename__ = "document"

    text_id: Mapped[int] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), unique=True)
    about: Mapped[dict[str, Any]]

    text: Mapped[Text] = relationship()


class TextImport(Base):
    """A file that somebody brought, as it was. Until they say that it is to be kept it has no text, and it is not for
    long."""

    __tablename__ = "text_import"

    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="SET NULL"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    name: Mapped[str]
    at: Mapped[datetime]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text.id", ondelete="CASCADE"), unique=True)

    file: Mapped[File] = relationship()
    text: Mapped[Text | None] = relationship()


class Reading(Base):
    """Something to read: outside (address), or a text in the house."""

    __tablename__ = "reading"
    __table_args__ = (CheckConstraint("(text_id IS NULL) <> (address IS NULL)", name="inside_or_outside"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text.id"), index=True)
    address: Mapped[str | None]
    by: Mapped[str | None]
    part: Mapped[str | None]
    look_for_html: Mapped[str]

    activity: Mapped[Activity] = relationship()
    text: Mapped[Text | None] = relationship()


class Prompt(Base):
    """A question to be answered in one's own words; what it asks is in its versions."""

    __tablename__ = "prompt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["prompt_version.id", "prompt_version.prompt_id"],
            use_alter=True,
            name="fk_prompt_current",
        ),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    current_version_id: Mapped[int | None] = mapped_column(index=True)

    activity: Mapped[Activity] = relationship()
    current: Mapped["PromptVersion | None"] = relationship(
        primaryjoin="foreign(Prompt.current_version_id) == PromptVersion.id", post_update=True, uselist=False
    )


class PromptVersion(Base):
    """An immutable state of a prompt, known by the hash of its content."""

    __tablename__ = "prompt_version"
    __table_args__ = (
        UniqueConstraint("prompt_id", "number"),
        UniqueConstraint("prompt_id", "hash"),
        UniqueConstraint("id", "prompt_id"),
    )

    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    number: Mapped[int]
    hash: Mapped[str]
    question_html: Mapped[str]
    hint_html: Mapped[str | None]
    made_at: Mapped[datetime]


class JournalEntry(Base):
    """One's own answer to a prompt. Writing it anew adds a row with the next number; the last one is shown.

    One that is shared is there for the tutors of the group as well, until that is taken back."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id", "number"),
        CheckConstraint("text <> ''", name="not_empty"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    prompt_version_id: Mapped[int] = mapped_column(ForeignKey("prompt_version.id"), index=True)
    number: Mapped[int]
    text: Mapped[str]
    html: Mapped[str]
    written_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    activity: Mapped[Activity] = relationship()


class Draft(Base):
    """What is being written. `place` says where ("prompt:7"); two that meet in a merge are both kept.

    `number` counts its saves: a save made on an older state becomes a copy of its own instead of overwriting."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("enrolment_id", "place", "copy"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    place: Mapped[str]
    copy: Mapped[int] = mapped_column(default=0)
    text: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]


class Hideable:
    """Words that a tutor, or an organiser of a group without one, may hide with a reason. Nothing is deleted by it."""

    hidden_at: Mapped[datetime | None]
    hidden_why: Mapped[str | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)


def hidden_for_a_reason() -> CheckConstraint:
    """Return the constraint that what is hidden is hidden for a reason, for a table of what can be."""
    return CheckConstraint("(hidden_at IS NULL) = (hidden_why IS NULL)", name="hidden_for_a_reason")
