"""The pictures of a course, out of the files of its curriculum."""

from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from course.base.errors import NotFound
from course.base.files import File
from course.outline.models import Course, CurriculumFile

#: What is shown by browsers as a picture and as nothing else: SVG may hold scripts, so it is not among them.
TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


def picture_named(session: Session, course: str, name: str) -> tuple[File, str]:
    """Return the picture images/NAME of the course of that ident, and its type; raise NotFound for anything else."""
    media_type = TYPES.get(PurePosixPath(name).suffix.lower())
    file = session.scalar(
        select(File)
        .join(CurriculumFile, CurriculumFile.file_id == File.id)
        .join(Course, Course.id == CurriculumFile.course_id)
        .where(Course.ident == course, CurriculumFile.path == f"images/{name}")
        .options(undefer(File.content))
    )
    if file is None or media_type is None:
        raise NotFound
    return file, media_type
