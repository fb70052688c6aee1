"""Study groups, and everyone's place in a course: the enrolment, alone or in a group."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.base.db import Base, Changing, partial
from course.base.files import File
from course.outline.models import Course
from course.users.models import User


class Role(enum.Enum):
    """What somebody is in a study group; who studies alone is a student."""

    student = "student"
    tutor = "tutor"


class StudyGroup(Changing, Base):
    """People on one syllabus of one course, with or without a tutor."""

    __tablename__ = "study_group"
    __table_args__ = (UniqueConstraint("id", "course_id"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="UTC")
    #: Whether a student sees what others wrote on a prompt, or share on a text, only once they have done so themselves.
    write_first: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    #: The group whose next run this is: of one group there is one.
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("study_group.id", ondelete="SET NULL"), unique=True)

    course: Mapped[Course] = relationship()


class Enrolment(Base):
    """A user's place in a course. Everything that is learned hangs on it."""

    __tablename__ = "enrolment"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "course_id"], ["study_group.id", "study_group.course_id"]),
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("id", "group_id"),
        Index("one_live_solo", "user_id", "course_id", unique=True, **partial(group_id=None, left_at=None)),
        Index("one_live_in_group", "user_id", "group_id", unique=True, **partial(left_at=None)),
        CheckConstraint("group_id IS NOT NULL OR role = 'student'", name="alone_is_student"),
        CheckConstraint("group_id IS NOT NULL OR NOT organiser", name="alone_has_no_keys"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(index=True)
    role: Mapped[Role] = mapped_column(default=Role.student)
    organiser: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    #: When something was last done in it: which of several a page means if it is not told.
    used_at: Mapped[datetime]
    #: Of who studies alone: the ident of the course's path that "go on" follows; None for the order of the outline.
    path: Mapped[str | None]

    user: Mapped[User] = relationship()
    course: Mapped[Course] = relationship(overlaps="group")
    group: Mapped[StudyGroup | None] = relationship(overlaps="course")


class Invitation(Base):
    """A link by which people join a study group. Only the hash of its token is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index("one_open_invitation_by_mail", "group_id", "email", unique=True, **partial(revoked_at=None, uses=0)),
        CheckConstraint("email = lower(email)", name="email_folded"),
        CheckConstraint("uses >= 0 AND (uses_allowed IS NULL OR uses <= uses_allowed)", name="uses_within_limit"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(default=Role.student)
    #: Whoever opens it only asks to join; an organiser lets them in.
    by_approval: Mapped[bool] = mapped_column(default=False)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    uses_allowed: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    #: One that is sent to somebody of a roster: the address it went to, folded, and the subgroup they will be in.
    email: Mapped[str | None]
    subgroup_id: Mapped[int | None] = mapped_column(ForeignKey("subgroup.id", ondelete="SET NULL"), index=True)

    group: Mapped[StudyGroup] = relationship()


class JoinRequest(Base):
    """Somebody who asks to join a study group; `bring` says whether their work alone comes along."""

    __tablename__ = "join_request"
    __table_args__ = (
        Index("one_open_request", "user_id", "group_id", unique=True, **partial(decided_at=None)),
        CheckConstraint("(decided_at IS NULL) = (accepted IS NULL)", name="decided_with_an_answer"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    bring: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    invitation: Mapped[Invitation] = relationship()


class Division(Base):
    """A study group parted into subgroups of about `size` for one reading or talk; the next one mixes people anew."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("group_id", "number"),
        UniqueConstraint("id", "group_id"),
        CheckConstraint("number >= 1", name="numbers_from_one"),
        CheckConstraint("size >= 2", name="nobody_alone"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"))
    number: Mapped[int]
    size: Mapped[int]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[datetime]


class Subgroup(Base):
    """Some members of a study group, for one reading or talk; without a name where a prompt was assigned to people."""

    __tablename__ = "subgroup"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "group_id"], ["division.id", "division.group_id"]),
        UniqueConstraint("id", "group_id"),
        UniqueConstraint("group_id", "name"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    #: The division of the whole group that it is a part of, if it is of one.
    division_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str | None]
    created_at: Mapped[datetime]


class SubgroupMember(Base):
    """A member's place in a subgroup of their own study group, and of no other."""

    __tablename__ = "subgroup_member"
    __table_args__ = (
        ForeignKeyConstraint(["subgroup_id", "group_id"], ["subgroup.id", "subgroup.group_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["enrolment_id", "group_id"], ["enrolment.id", "enrolment.group_id"], ondelete="CASCADE"),
        UniqueConstraint("subgroup_id", "enrolment_id"),
    )

    subgroup_id: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(index=True)
    group_id: Mapped[int]


class Roster(Base):
    """A list of people that a planner brought, as it was, until it is taken over; it is not kept for long."""

    __tablename__ = "roster"

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    name: Mapped[str]
    at: Mapped[datetime]
    taken_at: Mapped[datetime | None]

    file: Mapped[File] = relationship()


class Message(Base):
    """What a tutor or an organiser writes to members of their study group; `once` names the press of the button."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("id", "group_id"),
        UniqueConstraint("by_id", "once"),
        CheckConstraint("words <> ''", name="not_empty"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("study_group.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    subject: Mapped[str]
    words: Mapped[str]
    html: Mapped[str]
    at: Mapped[datetime]
    once: Mapped[str | None]

    group: Mapped[StudyGroup] = relationship()
    by: Mapped[User | None] = relationship()


class MessageTo(Base):
    """One member whom a message is for; they do not learn who else."""

    __tablename__ = "message_to"
    __table_args__ = (
        ForeignKeyConstraint(["message_id", "group_id"], ["message.id", "message.group_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["enrolment_id", "group_id"], ["enrolment.id", "enrolment.group_id"], ondelete="CASCADE"),
        UniqueConstraint("message_id", "enrolment_id"),
    )

    message_id: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(index=True)
    group_id: Mapped[int]
