"""Giving a course's curriculum back: the same bytes that were loaded."""

from pathlib import Path
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from course.base.errors import Conflict, NotFound
from course.base.files import File
from course.base.words import _
from course.outline.models import Course, CurriculumFile
from kruzhok.curriculum.files import is_safe


class FolderNotEmpty(Conflict):
    """A folder to be written to has something in it."""

    title: ClassVar[str] = _("The folder is not empty")


def course_called(session: Session, ident: str) -> Course:
    """Return the course IDENT; raise NotFound if there is none."""
    course = session.scalar(select(Course).where(Course.ident == ident))
    if course is None:
        raise NotFound(_("There is no course “{ident}” here.").format(ident=ident))
    return course


def exported_files(session: Session, course: Course) -> dict[str, bytes]:
    """Return path -> bytes of the files that COURSE was loaded from."""
    mine = select(CurriculumFile.path, File).join(File, File.id == CurriculumFile.file_id)
    mine = (
        mine.where(CurriculumFile.course_id == course.id).order_by(CurriculumFile.path).options(undefer(File.content))
    )
    return {path: file.content for path, file in session.execute(mine)}


def export_course(session: Session, course: Course, folder: Path) -> int:
    """Write the files of COURSE to FOLDER, which is new or empty, and return how many they are."""
    files = exported_files(session, course)
    write_files(folder, files)
    return len(files)


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write FILES below FOLDER; raise FolderNotEmpty where something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(_("{folder} is not empty: name a new folder.").format(folder=folder))
    for path, content in files.items():
        assert is_safe(path), path
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
