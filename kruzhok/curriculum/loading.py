"""Making a course of a curriculum, and refreshing it, without losing anything that hangs on it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import Conflict
from course.base.files import keep_file
from course.base.words import _
from course.outline.models import Course, CurriculumFile
from kruzhok.curriculum.changes import Changes, Load, put
from kruzhok.curriculum.files import media_type_of
from kruzhok.curriculum.findings import BadCurriculum
from kruzhok.curriculum.load_checks import load_checks
from kruzhok.curriculum.load_items import load_items
from kruzhok.curriculum.load_lessons import Lessons
from kruzhok.curriculum.load_mentions import load_mentions
from kruzhok.curriculum.load_quizzes import load_quizzes
from kruzhok.curriculum.load_reference import load_reference
from kruzhok.curriculum.load_texts import load_texts
from kruzhok.curriculum.load_units import drop_units, load_planned, load_units
from kruzhok.curriculum.prepare import Preparation, hash_of_files
from kruzhok.curriculum.reading import read_curriculum
from lessons.search.contents import refresh_course

__all__ = ["BadCurriculum", "Changes", "UploadedServes", "load_course", "shipped_may_load"]

log = logging.getLogger(__name__)

After = Callable[[Session, Course, datetime], None]


class UploadedServes(Conflict):
    """The course of that ident was uploaded, and the shipped one does not replace it."""

    title: ClassVar[str] = _("An uploaded course stands at this address")


def load_course(
    database: Database, files: Mapping[str, bytes], *, now: datetime, uploaded: bool = False, after: After | None = None
) -> Changes:
    """Make or refresh the course of FILES (path -> bytes), and return what that changed; twice is once.

    All is read, checked and drawn first; then one transaction makes it live, or nothing of it, with AFTER at its end.
    Raise BadCurriculum with all findings where the files have an error, and UploadedServes where the course is one that
    somebody uploaded and this one was not."""
    with database.transaction(writing=False) as session:
        if session.scalar(select(Course.id).where(Course.hash == hash_of_files(files))) is not None:
            return Changes()
    curriculum = read_curriculum(files)
    if curriculum.errors:
        raise BadCurriculum(curriculum.findings)
    wanted = Preparation(curriculum)
    with database.transaction() as session:
        changes = Changes()
        course = _course(session, wanted, changes, uploaded=uploaded, now=now)
        if course is None:
            return changes
        load = Load(session, course, changes, now)
        _go_live(load, wanted)
        course_id = course.id
        session.expire_all()
        if after is not None:
            after(session, course, now)
    log.info("Course %d loaded: %s", course_id, load.changes)
    return load.changes


def shipped_may_load(database: Database, ident: str) -> bool:
    """Say whether the shipped course IDENT may be loaded: not where somebody uploaded one of their own."""
    with database.transaction(writing=False) as session:
        return session.scalar(select(Course.id).where(Course.ident == ident, Course.uploaded)) is None


def _course(session: Session, wanted: Preparation, changes: Changes, *, uploaded: bool, now: datetime) -> Course | None:
    """Return the row of the course, held against others that load it, with its new columns; None where another process
    has loaded the same meanwhile: on a new database all servers load the courses that ship at once."""
    ident = wanted.data.ident
    there = select(Course).where(Course.ident == ident).with_for_update()
    columns = {"hash": wanted.hash, "loaded_at": now}
    course = session.scalar(there)
    if course is None:
        try:
            with session.begin_nested():
                session.add(new := Course(ident=ident, uploaded=uploaded, **wanted.course, **columns))
            return new
        except IntegrityError:  # another process was first, and has done it by now
            course = session.scalars(there).one()
    if course.hash == wanted.hash:
        return None
    if course.uploaded and not uploaded:
        message = _("The course “{ident}” that serves was uploaded, so nothing was loaded over it.")
        raise UploadedServes(message.format(ident=ident))
    put(course, uploaded=uploaded, **columns)
    if put(course, **wanted.course):
        changes.count("course", ident, new=False, changed=True)
    session.flush()
    return course


def _go_live(load: Load, wanted: Preparation) -> None:
    units = load_units(load, wanted.units)
    named = load_reference(load, wanted.reference)
    texts, changed_texts = load_texts(load, wanted.texts)
    lessons = Lessons(load, units, texts, named)
    lessons.write(wanted.lessons, changed_texts)
    items = load_items(load, wanted.items, texts)
    load_checks(load, wanted.items, items, texts)
    load_quizzes(load, lessons.quizzes, items, texts)
    load_planned(load, units, wanted.planned)
    load_mentions(load, wanted.mentions)
    drop_units(load, units)
    _load_files(load, wanted.curriculum.files)
    refresh_course(load.session, load.course.id)


def _load_files(load: Load, files: Mapping[str, bytes]) -> None:
    """Keep the bytes of FILES, which exporting gives back."""
    mine = select(CurriculumFile).where(CurriculumFile.course_id == load.course.id)
    there = {row.path: row for row in load.session.scalars(mine)}
    for path, content in files.items():
        file = keep_file(load.session, content, media_type_of(path), now=load.now)
        row = there.get(path)
        if row is None:
            load.session.add(CurriculumFile(course_id=load.course.id, path=path, file_id=file.id))
            load.changes.count("file", path, new=True, changed=False)
        else:
            load.changes.count("file", path, new=False, changed=put(row, file_id=file.id))
    if gone := {path: row.id for path, row in there.items() if path not in files}:
        load.session.execute(delete(CurriculumFile).where(CurriculumFile.id.in_(gone.values())))
        for path in gone:
            load.changes.retire("file", path)
    load.session.flush()
