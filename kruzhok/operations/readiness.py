"""Whether this process can serve people: asked every few seconds by balancers, so it costs a query and a small file."""

import logging
import os
import re
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from course.base.db import Database
from course.base.faults import file_of
from kruzhok.config import ROOT
from kruzhok.operations.logs import code_of

log = logging.getLogger(__name__)

VERSIONS = ROOT / "kruzhok" / "migrations" / "versions"

#: What is tried to be written: enough to find a full disk out, little enough to be asked often.
TRIED = b"\0" * 65_536


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions of the schema that this code knows, the newest last. Read here from the names of the files:
    the library that runs them takes a second to import."""
    return tuple(sorted(re.match(r"\d+", path.name)[0] for path in VERSIONS.glob("[0-9]*_*.py")))  # type: ignore[index]


def revision_of(database: Database) -> str | None:
    """Return the revision DATABASE is at, None where it has none; raise DBAPIError where it does not answer."""
    try:
        with database.transaction(writing=False) as session:
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except DBAPIError as error:
        if "alembic_version" in str(error.orig):  # there is no such table, so nothing was made yet
            return None
        raise


def is_current(revision: str | None) -> bool:
    """Return whether this code can run on a database of REVISION. One that is newer than the code will do: a new
    version is made so that the old one, on other machines, goes on until it is replaced."""
    return revision is not None and (revision == known_revisions()[-1] or revision not in known_revisions())


def lacking(database: Database) -> str | None:
    """Return, in one plain sentence that tells strangers nothing, what this process lacks; None where nothing."""
    try:
        revision = revision_of(database)
    except SQLAlchemyError as error:
        log.error("Not ready: the database does not answer (%s)", code_of(error) or type(error).__name__)
        return "the database does not answer"
    if not is_current(revision):
        return "the database is not up to date"
    if (file := file_of(database)) is not None and not can_be_written(file):
        return "the disk cannot be written"
    return None


def can_be_written(file: Path) -> bool:
    """Return whether FILE may be written, and its folder takes more."""
    try:
        with tempfile.TemporaryFile(dir=file.parent) as scratch:  # nameless: a killed process leaves none behind
            scratch.write(TRIED)
    except OSError as error:
        log.error("Not ready: the disk of the database cannot be written (%s)", error.strerror)
        return False
    return os.access(file, os.W_OK)
