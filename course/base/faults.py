"""What is wrong when a database does not do what it is asked to: told from its own error, the same for both kinds."""

import enum
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError

from course.base.db import Database
from course.base.errors import DomainError
from course.base.words import _


class Damaged(DomainError):
    """A database that cannot be read, or not all of it."""

    status = 503
    title = _("The database is damaged")
    hint = _(
        "It was not touched. Keep a copy of it, then put the last backup in its place: kruzhok restore FILE --replace."
    )


class Fault(enum.Enum):
    """What keeps a database from its work. Of each the interface says what to do."""

    full = "full"  #: the disk takes nothing more
    read_only = "read-only"  #: it can be read and not written
    damaged = "damaged"  #: what is stored is not what was written
    away = "away"  #: it does not answer, or somebody else writes for too long


#: SQLite's codes; the lowest eight bits say which kind of error it is.
OF_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.full,
    sqlite3.SQLITE_READONLY: Fault.read_only,
    sqlite3.SQLITE_CANTOPEN: Fault.read_only,
    sqlite3.SQLITE_PERM: Fault.read_only,
    sqlite3.SQLITE_CORRUPT: Fault.damaged,
    sqlite3.SQLITE_NOTADB: Fault.damaged,
    sqlite3.SQLITE_IOERR: Fault.read_only,
    sqlite3.SQLITE_BUSY: Fault.away,
    sqlite3.SQLITE_LOCKED: Fault.away,
}
#: SQLite's I/O errors that mean that the disk is full: its shared memory and its files could not grow.
NO_ROOM = {sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE}
#: How PostgreSQL's five letters begin.
OF_POSTGRESQL = {
    "53100": Fault.full,
    "25006": Fault.read_only,
    "25P03": Fault.away,  # this process stood still in the midst of a transaction, and the server did not wait
    "25P04": Fault.away,
    "58030": Fault.read_only,
    "XX001": Fault.damaged,
    "XX002": Fault.damaged,
    "08": Fault.away,
    "53": Fault.away,
    "57": Fault.away,
    "55P03": Fault.away,
}


def fault_of(error: DBAPIError) -> Fault | None:
    """Return what ERROR says is wrong with the database; None where what was asked of it was wrong.

    A full disk ends SQLite's transaction; what then goes back to a savepoint finds none. So what came before is asked,
    too."""
    told: BaseException | None = error
    while told is not None:
        if isinstance(told, DBAPIError) and (fault := _fault_told(told)) is not None:
            return fault
        told = told.__context__
    return None


def _fault_told(error: DBAPIError) -> Fault | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return Fault.full if code in NO_ROOM else OF_SQLITE.get(code & 0xFF)
    if isinstance(error.orig, sqlite3.DatabaseError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # the driver lost the server, or never had it
        return Fault.away if error.connection_invalidated or type(error.orig).__name__ == "OperationalError" else None
    return next((fault for begins, fault in OF_POSTGRESQL.items() if state.startswith(begins)), None)


def is_damaged(error: DBAPIError) -> bool:
    """Return whether ERROR says that what is stored is not what was written."""
    return fault_of(error) is Fault.damaged


def is_about_rows(error: DBAPIError) -> bool:
    """Return whether ERROR is about what was to be stored: a key of the tables, or no value of its column."""
    return isinstance(error, IntegrityError) or type(error.orig).__name__ in {"DataError", "IntegrityError"}


def file_of(database: Database) -> Path | None:
    """Return the file of an SQLite DATABASE; None where it has none."""
    url = database.engine.url
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database or "") if is_file else None


def lock_of(path: Path) -> Path:
    """Return the file that is locked while the database at PATH is changed as a whole. Once there was a schema it says
    so, that a database which was emptied is not taken for a new one."""
    return Path(f"{path}.lock")


def note_used(database: Database) -> None:
    """Write down that DATABASE has a schema. Call it while it is locked."""
    if (path := file_of(database)) is not None and lock_of(path).stat().st_size == 0:
        lock_of(path).write_text("used\n")


def refuse_emptied(database: Database) -> None:
    """Raise Damaged where the file of DATABASE has nothing in it and once had."""
    path = file_of(database)
    if path is None or not path.exists() or path.stat().st_size:
        return
    if lock_of(path).exists() and lock_of(path).stat().st_size:
        raise Damaged(_("{file} is empty, and was not").format(file=path.name))


def refuse_damaged(database: Database) -> None:
    """Raise Damaged where a file of SQLite is not whole. Every page is read: some two seconds for a gigabyte.

    It is opened for reading alone: whoever closes a file that can be written puts its log into it, and a damaged one is
    not to be touched. What PostgreSQL stores it looks after itself."""
    path = file_of(database)
    if path is None or not path.exists():
        return
    refuse_emptied(database)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damaged(DBAPIError("quick_check", None, error)):
            raise
        found = str(error)
    if found != "ok":
        raise Damaged(found.splitlines()[-1])
