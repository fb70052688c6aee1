"""Persons, terms, events, sources and figures of a course, and where they are mentioned.

They come from the curriculum alone."""

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
    place: Mapped[str | None]
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


class Figure(Base):
    """A map or diagram: the drawing as safe SVG, and all that it says in words."""

    __tablename__ = "figure"
    __table_args__ = (UniqueConstraint("course_id", "ident"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    ident: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    svg: Mapped[str]
    caption_html: Mapped[str]
    says_html: Mapped[str]
    #: Idents of the sources that it rests on, in their order.
    sources: Mapped[list[str]]


class Mention(Base):
    """That something is named somewhere in the curriculum: an index made by loading, of public content alone.

    `place` says in what kind of thing: a lesson or text (`passage` is the one it stands in, null where the front matter
    names it), an item, or a person, term, event, source, figure or unit whose own words name it."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("course_id", "kind", "ident", "position"),
        CheckConstraint("kind IN ('person', 'term', 'event', 'source', 'figure')", name="of_reference"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    kind: Mapped[str]
    ident: Mapped[str]
    #: Counted from 1 in the order of the course, for each thing that is mentioned.
    position: Mapped[int]
    place: Mapped[str]
    place_ident: Mapped[str]
    passage: Mapped[str | None]
