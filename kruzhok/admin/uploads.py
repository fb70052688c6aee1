"""A curriculum that comes as a zip: kept, looked at, loaded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.archives import MIB, BadArchive, Limits, read_archive
from course.base.files import File, keep_file
from course.base.words import _
from course.outline.models import CurriculumFile
from kruzhok.curriculum.files import LARGEST_FILE
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.reading import read_curriculum
from kruzhok.curriculum.statistics import Statistics, statistics_of

ZIP = "application/zip"

#: What an upload may be, packed.
MOST_BYTES = 32 * MIB

#: Unpacked; a curriculum is words, and a few pictures.
LIMITS = Limits(entries=2000, total=64 * MIB, one=LARGEST_FILE)

#: What was uploaded and never loaded is kept so long.
KEEP_UPLOADS = timedelta(days=7)

#: What packing programs add of their own.
NOT_OURS = ("__MACOSX/", ".DS_Store")


class CheckReport(NamedTuple):
    """What `check` says of a curriculum; `ident` and `title` are empty where course.yaml does not tell them."""

    ident: str
    title: str
    errors: list[Finding]
    warnings: list[Finding]
    statistics: Statistics


def files_in(archive: bytes) -> dict[str, bytes]:
    """Return path -> bytes of the curriculum in the zip ARCHIVE; a folder around it all is left out.

    Raise BadArchive where it cannot be read, or holds no course.yaml."""
    files = {
        path: content
        for path, content in read_archive(archive, limits=LIMITS).items()
        if not path.startswith(NOT_OURS[0]) and PurePosixPath(path).name != NOT_OURS[1]
    }
    if "course.yaml" in files:
        return files
    folders = {path.partition("/")[0] for path in files}
    (folder,) = folders if len(folders) == 1 else ("",)
    if f"{folder}/course.yaml" not in files:
        raise BadArchive(_("There is no course.yaml in the archive: pack the folder of the curriculum."))
    return {path.partition("/")[2]: content for path, content in files.items()}


def check_report(files: Mapping[str, bytes]) -> CheckReport:
    """Return what `check` says of the curriculum in FILES. Slow: it reads everything."""
    curriculum = read_curriculum(files)
    course = curriculum.course.data
    return CheckReport(
        course.ident if course else "",
        course.title if course else "",
        curriculum.errors,
        curriculum.warnings,
        statistics_of(curriculum),
    )


def keep_upload(session: Session, archive: bytes, *, now: datetime) -> File:
    """Keep ARCHIVE until it is loaded, or for a week."""
    file = keep_file(session, archive, ZIP, now=now)
    file.kept_at = now
    return file


def forget_uploads(session: Session, *, now: datetime) -> None:
    """Delete the archives that were uploaded a week ago: what was loaded of them has files of its own."""
    of_courses = select(CurriculumFile.file_id)
    old = delete(File).where(File.media_type == ZIP, File.kept_at < now - KEEP_UPLOADS, File.id.not_in(of_courses))
    session.execute(old, execution_options={"synchronize_session": False})
