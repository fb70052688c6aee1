"""Files kept in the database, each once, known by the hash of its bytes."""

import hashlib
from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.base.db import Base


class File(Base):
    """Bytes and what they are."""

    __tablename__ = "file"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    media_type: Mapped[str]
    kept_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of CONTENT in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def keep_file(session: Session, content: bytes, media_type: str, *, now: datetime) -> File:
    """Return the file of exactly CONTENT, adding it if it is new."""
    digest = sha256_of(content)
    file = session.scalar(select(File).where(File.sha256 == digest))
    if file is None:
        file = File(sha256=digest, size=len(content), media_type=media_type, kept_at=now, content=content)
        try:
            with session.begin_nested():
                session.add(file)
        except IntegrityError:  # somebody else was first
            file = session.scalars(select(File).where(File.sha256 == digest)).one()
    return file
