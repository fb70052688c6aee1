"""The outline of a course: units, and the activities that can be completed."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, Changing, partial
from course.base.files import File


class Course(Base):
    """Content with an outline, loaded from a curriculum."""

    __tablename__ = "course"

    ident: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    language: Mapped[str]
    licence: Mapped[str]
    authors: Mapped[list[str]]
    about_html: Mapped[str]
    pacing: Mapped[dict[str, Any]]
    #: Ways through the course, in order: ident, title, note (HTML), weeks with a title and slugs of lessons.
    paths: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    #: Hash of all its files; the same hash means there is nothing to load.
    hash: Mapped[str]
    loaded_at: Mapped[datetime]
    #: Set when somebody uploaded it: the shipped course of that ident then no longer replaces it.
    uploaded: Mapped[bool] = mapped_column(default=False)

    units: Mapped[list["Unit"]] = relationship(back_populates="course", order_by="Unit.position")

    @property
    def version(self) -> tuple[int, str, datetime]:
        """What names the state of all that was loaded with it: after each loading another, in each database its own."""
        return self.id, self.hash, self.loaded_at


class Unit(Base):
    """A named part of the outline that holds lessons. Never completed itself."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("course_id", "ident"), UniqueConstraint("id", "course_id"))

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    ident: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    summary: Mapped[str | None]
    opening_html: Mapped[str | None]

    course: Mapped[Course] = relationship(back_populates="units")


class PlannedLesson(Base):
    """A lesson still being written: a line in the outline. It is no activity, so nothing can count it by mistake."""

    __tablename__ = "planned_lesson"
    __table_args__ = (UniqueConstraint("unit_id", "position"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    position: Mapped[int]
    number: Mapped[int]
    title: Mapped[str]
    by: Mapped[str]
    given: Mapped[date | None]


class ActivityKind(enum.Enum):
    """What can be completed."""

    lesson = "lesson"
    reading = "reading"
    prompt = "prompt"
    quiz = "quiz"


class Activity(Changing, Base):
    """A node of the outline that can be completed; of the curriculum, or (with a group) of one study group."""

    __tablename__ = "activity"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "course_id"], ["study_group.id", "study_group.course_id"], use_alter=True),
        ForeignKeyConstraint(["unit_id", "course_id"], ["unit.id", "unit.course_id"]),
        ForeignKeyConstraint(["parent_id", "course_id"], ["activity.id", "activity.course_id"]),
        UniqueConstraint("id", "course_id"),
        UniqueConstraint("parent_id", "kind", "ident"),
        Index(
            "one_ident_in_course", "course_id", "kind", "ident", unique=True, **partial(group_id=None, parent_id=None)
        ),
        Index("one_ident_in_group", "group_id", "kind", "ident", unique=True, **partial(parent_id=None)),
        Index("one_quiz_of_that_name", "course_id", "ident", unique=True, **partial(group_id=None, kind="quiz")),
        CheckConstraint("kind <> 'lesson' OR parent_id IS NULL", name="lesson_stands_alone"),
        CheckConstraint("kind = 'lesson' OR parent_id IS NOT NULL OR group_id IS NOT NULL", name="part_has_lesson"),
        CheckConstraint("unit_id IS NULL OR kind = 'lesson'", name="only_lessons_in_units"),
        CheckConstraint("parent_id <> id", name="not_its_own_part"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(index=True)
    unit_id: Mapped[int | None] = mapped_column(index=True)
    parent_id: Mapped[int | None]
    kind: Mapped[ActivityKind]
    ident: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    minutes: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=True)
    #: When it came into the outline: a part added after its lesson was done does not count for that enrolment.
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(overlaps="parent")
    parent: Mapped["Activity | None"] = relationship(
        remote_side="Activity.id", back_populates="parts", overlaps="course"
    )
    parts: Mapped[list["Activity"]] = relationship(
        back_populates="parent", order_by="Activity.position", overlaps="course"
    )


class CurriculumFile(Base):
    """The bytes of one file of the curriculum, which export gives back."""

    __tablename__ = "curriculum_file"
    __table_args__ = (UniqueConstraint("course_id", "path"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    path: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)

    file: Mapped[File] = relationship()
