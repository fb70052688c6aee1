"""What can be asked of the database itself: whether it is whole, as the program wants it, and worked on."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from course.base.db import PRAGMAS, Base, Database, make_engine
from course.base.faults import file_of
from course.base.jobs import Job
from course.base.words import _, plural
from course.users.models import User
from kruzhok.config import Config
from kruzhok.operations.examining.finding import Finding
from kruzhok.operations.jobs import job_counts
from kruzhok.operations.readiness import is_current, known_revisions
from kruzhok.operations.storage import version_of

#: A job that could be done waits no longer than this where a worker works.
WAITS_AT_MOST = timedelta(minutes=10)
#: Clocks of several machines may differ so much.
CLOCKS_DIFFER = timedelta(minutes=1)
#: Columns that say when a row was made.
MADE = ("at", "made_at", "created_at", "kept_at")


def what_is_stored(config: Config, now: datetime) -> Iterator[Finding]:
    """Yield what is found of the database of CONFIG."""
    database = Database(make_engine(config.database_url))
    file = file_of(database)
    if file is not None and not file.exists():
        yield Finding("database", "fail", _("there is none yet: {file}").format(file=file), _("./run serve makes it."))
        return
    try:
        with database.transaction(writing=False) as session:
            yield Finding("database", "ok", version_of(session))
            yield from _of_sqlite(session) if file else _of_postgres(session, now)
            yield from _schema(session)
            if is_current(_revision(session)):
                yield from _jobs(session, now)
                yield _clock(session, now)
                yield from _people(session)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        mend = _("If it is damaged: kruzhok restore FILE. If it is away: start it, and look at KRUZHOK_DATABASE_URL.")
        yield Finding("database", "fail", said, mend)
    finally:
        database.engine.dispose()


def _of_sqlite(session: Session) -> Iterator[Finding]:
    mend = _("Keep a copy of it, then put the last backup in its place: kruzhok restore FILE --replace.")
    problems = [row[0] for row in session.execute(text("PRAGMA quick_check(5)"))]
    if problems == ["ok"]:
        yield Finding("database, whole", "ok", _("every page of it can be read"))
    else:
        yield Finding("database, whole", "fail", "; ".join(problems), mend)
    lost = session.execute(text("PRAGMA foreign_key_check")).first()
    if lost is not None:
        yield Finding("database, whole", "fail", _("a row of {table} leads nowhere").format(table=lost[0]), mend)
    found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS}
    wrong = [f"{name} is {found[name]}, not {value}" for name, value in PRAGMAS.items() if found[name] != value]
    yield _durable(wrong, _("Is the file on a disk of this machine? Network folders cannot hold it."))
    try:
        session.execute(text("SELECT fts5_source_id()"))
        yield Finding("search", "ok", _("FTS5 is there"))
    except SQLAlchemyError:
        yield Finding("search", "fail", _("this SQLite lacks FTS5"), _("Use a Python of python.org or a distribution."))


def _durable(wrong: list[str], mend: str) -> Finding:
    if wrong:
        return Finding("database, settings", "fail", "; ".join(wrong), mend)
    return Finding("database, settings", "ok", _("a commit survives a power cut"))


def _of_postgres(session: Session, now: datetime) -> Iterator[Finding]:
    wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}
    found = {name: session.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}
    wrong = [f"{name} is {found[name]}" for name, value in wanted.items() if found[name] != value]
    yield _durable(wrong, _("Set them as PostgreSQL comes: on, and UTF8 for the database."))
    apart = abs(session.execute(text("SELECT extract(epoch FROM now())::float")).scalar_one() - now.timestamp())
    if apart > CLOCKS_DIFFER.total_seconds():
        said = _("this machine's differs from the database's by {n} seconds").format(n=round(apart))
        yield Finding("clock", "warn", said, _("Let both be set by NTP."))


def _revision(session: Session) -> str | None:
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _schema(session: Session) -> Iterator[Finding]:
    revision, newest = _revision(session), known_revisions()[-1]
    if revision == newest:
        yield Finding("schema", "ok", _("as this program wants it ({newest})").format(newest=newest))
    elif is_current(revision):
        said = _("of a newer program ({revision}, not {newest})").format(revision=revision, newest=newest)
        yield Finding("schema", "warn", said, _("Bring this program up to date, too."))
    else:
        said = _("older than this program ({revision}, not {newest})").format(revision=revision, newest=newest)
        yield Finding("schema", "fail", said, _("Start the site; it brings the database up to date."))


def _jobs(session: Session, now: datetime) -> Iterator[Finding]:
    counts = job_counts(session, now=now)
    daily = session.scalar(select(func.count(Job.id)).where(Job.kind == "daily"))
    mend = _("Start the worker (./run serve has one, or ./run kruzhok worker), and look at its log.")
    if counts.oldest > WAITS_AT_MOST:
        minutes = int(counts.oldest.total_seconds() // 60)
        yield Finding("worker", "fail", _("a job has waited for {n} minutes").format(n=minutes), mend)
    elif not daily:
        yield Finding("worker", "warn", _("none was ever here"), mend)
    else:
        yield Finding("worker", "ok", _("no job waits for long"))
    if counts.failed:
        said = plural("{n} job was given up", "{n} jobs were given up", counts.failed)
        yield Finding("jobs", "warn", said, _("See why, and try them again or drop them, at /admin/running."))


def _clock(session: Session, now: datetime) -> Finding:
    table, newest = max(_newest_rows(session), key=lambda row: row[1], default=("", now))
    if newest <= now + CLOCKS_DIFFER:
        return Finding("clock", "ok", _("it is after everything that is stored"))
    said = _("it is before the newest row of {table}, of {at:%Y-%m-%d %H:%M} UTC").format(table=table, at=newest)
    return Finding("clock", "fail", said, _("Set the clock of this machine; due dates and reviews go by it."))


def _newest_rows(session: Session) -> Iterable[tuple[str, datetime]]:
    """Yield the name of each table that says when its rows were made, with when its last one was."""
    for table in Base.metadata.sorted_tables:
        column = next((table.c[name] for name in MADE if name in table.c), None)
        if column is not None and "id" in table.c:
            made = session.scalar(select(column).order_by(table.c.id.desc()).limit(1))
            if isinstance(made, datetime):
                yield table.name, made


def _people(session: Session) -> Iterator[Finding]:
    if not session.scalar(select(func.count(User.id)).where(User.administrator, User.erased_at.is_(None))):
        mend = _("Open the link that ./run serve prints, or: ./run kruzhok user promote EMAIL.")
        yield Finding("administrators", "warn", _("nobody runs this site"), mend)
