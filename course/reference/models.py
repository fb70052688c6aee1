"""Persons, terms, events and sources of a course. They come from the curriculum alone."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.base.db import Base


class Person(Base):
    """Somebody of history, never a user. `aliases` are other names and spellings."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("course_id", "ident"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    ident: Mapped[str]
    name: Mapped[str]
    native: Mapped[str | None]
    aliases: Mapped[list[str]]
    #: Years as people say them, "1870–1924"; the full dates are in the curriculum.
    lived: Mapped[str]
    note_html: Mapped[str]


class Term(Base):
    """A word of the field and what it means."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("course_id", "ident"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    ident: Mapped[str]
    term: Mapped[str]
    native: Mapped[str | None]
    transliteration: Mapped[str | None]
    aliases: Mapped[list[str]]
    meaning_html: Mapped[str]


class Event(Base):
    """Something that happened. Its date is historical: in words in both calendars, and as a range to sort by."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("course_id", "ident"),
        CheckConstraint("earliest <= latest", name="ends_after_start"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    ident: Mapped[str]
    title_html: Mapped[str]
    earliest: Mapped[date]
    latest: Mapped[date]
    in_words: Mapped[str]
    old_style_in_words: Mapped[str | None]
    note_html: Mapped[str]
    turning_point: Mapped[bool] = mapped_column(default=False)
    disputed_html: Mapped[str | None]


class Source(Base):
    """A cited work, nothing else."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("course_id", "ident"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    ident: Mapped[str]
    author: Mapped[str | None]
    title: Mapped[str]
    container: Mapped[str | None]
    year: Mapped[str | None]
    publisher: Mapped[str | None]
    address: Mapped[str | None]
    note_html: Mapped[str | None]
