"""What a site takes up, and what kind of thing takes it."""

import os
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course.base.db import Base
from course.base.files import File
from course.base.words import _

#: Package of a table's model -> what its rows are, in words. The longest package that fits says it.
KINDS = {
    "course.base.files": _("files: pictures of courses, texts that were brought"),
    "course.base": _("jobs and counts of tries"),
    "course.completion": _("what was done"),
    "course.groups": _("study groups"),
    "course.notices": _("notices"),
    "course.outline": _("courses"),
    "course.reference": _("courses"),
    "course.syllabus": _("study groups"),
    "course.texts": _("texts and their passages"),
    "course.users": _("accounts and sign-ins"),
    "quizzes": _("questions and answers"),
    "quizzes.review": _("review: what is remembered"),
    "lessons": _("lessons, notes and talk"),
    "lessons.search": _("the index of search"),
    "kruzhok": _("letters and the rest"),
}


class FileKind(NamedTuple):
    """Files of one media type."""

    media_type: str
    number: int
    size: int


class Storage(NamedTuple):
    """What the database takes, in bytes; how much of that each kind of thing takes, the largest first (empty where
    this database does not tell); its files by media type; and what is free on its disk, where that is ours."""

    version: str
    size: int
    kinds: list[tuple[str, int]]
    files: list[FileKind]
    free: int | None


def storage_of(session: Session) -> Storage:
    """Return what the site takes up. Slow where there is much: the pages of the tables are counted."""
    by_table = _sizes(session)
    return Storage(version_of(session), _size(session), _by_kind(by_table), _files(session), _free(session))


def version_of(session: Session) -> str:
    """Return "SQLite 3.46.1"."""
    if session.get_bind().dialect.name == "sqlite":
        return f"SQLite {session.execute(text('SELECT sqlite_version()')).scalar_one()}"
    return f"PostgreSQL {session.execute(text('SHOW server_version')).scalar_one()}"


def _size(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    pages, each = (session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
    return int(pages * each)


def _sizes(session: Session) -> Mapping[str, int]:
    """Return table -> bytes, its indexes included."""
    if session.get_bind().dialect.name == "postgresql":
        of_tables = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
        return {
            row[0]: row[1] for row in session.execute(text(f"{of_tables} AND relnamespace = 'public'::regnamespace"))
        }
    pages = (
        "SELECT coalesce(m.tbl_name, d.name), sum(d.pgsize) FROM dbstat d"
        " LEFT JOIN sqlite_master m ON m.name = d.name GROUP BY 1"
    )
    try:
        return {row[0]: row[1] for row in session.execute(text(pages))}
    except DBAPIError:  # an SQLite without dbstat
        return {}


def _by_kind(sizes: Mapping[str, int]) -> list[tuple[str, int]]:
    words = {mapper.local_table.name: _kind(mapper.class_.__module__) for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    by_kind: dict[str, int] = defaultdict(int)
    for table, size in sizes.items():
        kind = _kind("lessons.search") if table.startswith("search_") else words.get(table, _("the rest"))
        by_kind[kind] += size
    return sorted(by_kind.items(), key=lambda row: -row[1])


def _kind(module: str) -> str:
    fitting = [package for package in KINDS if f"{module}.".startswith(f"{package}.")]
    return KINDS[max(fitting, key=len)] if fitting else _("the rest")


def _files(session: Session) -> list[FileKind]:
    by_type = select(File.media_type, func.count(File.id), func.sum(File.size)).group_by(File.media_type)
    return [FileKind(*row) for row in session.execute(by_type.order_by(func.sum(File.size).desc()))]


def _free(session: Session) -> int | None:
    database = session.get_bind().engine.url.database
    if session.get_bind().dialect.name != "sqlite" or not database:
        return None
    found = os.statvfs(os.path.dirname(database) or ".")
    return found.f_bavail * found.f_frsize
