"""The database: engine, base class, column types and the one place that begins and ends transactions.

SQLite and PostgreSQL are equals. On SQLite we begin transactions ourselves: the driver's own way loses updates without
an error (two readers that both write afterwards), and BEGIN DEFERRED fails under load; BEGIN IMMEDIATE does neither.
"""

import enum
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import current_app, g, has_app_context
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    and_,
    create_engine,
    event,
    literal_column,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column
from werkzeug.local import LocalProxy

from course.base.held import HELD, Held

#: What a key can be at the most. An address may say any number, and a database refuses to compare with a larger one.
LARGEST_ID = 2**63 - 1

#: SQLite waits this long for another writer, in milliseconds; far above the longest write transaction.
BUSY_TIMEOUT = 10_000

#: What every SQLite connection must say, and does (a test asks each). FULL: a commit survives a power cut.
PRAGMAS = {"busy_timeout": BUSY_TIMEOUT, "journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}

#: How PostgreSQL lists our connections, so that who runs the site tells them from others.
APPLICATION = "kruzhok"

#: After how many seconds (the last: milliseconds) a PostgreSQL that says nothing counts as gone: one whose machine or
#: network is away says nothing for hours. The address of the database may say otherwise.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

#: Where a SQLite connection keeps whether it can write.
WRITES = "writes"

#: Where a session and its connection say that what will write reads first.
READS_FIRST = "reads_first"

#: What the address of a database says behind which stands a pool that mixes up the statements prepared by its clients.
UNPREPARED = ("prepare_threshold", "none")

#: So many compiled statements are kept. The pages of the site make 400 of them, with its forms there are more than 600:
#: of the library's own 500 some would be compiled over and over.
STATEMENTS = 1500

#: Where a session that writes says which database it is of.
DATABASE = "database"

#: How statements begin that ask and change nothing by themselves.
NO_QUERY = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive one is refused: nobody knows when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _stored(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


class Base(DeclarativeBase):
    """Base of all tables: an integer key, constraints with names, aware moments, JSON as the database does it best."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
        list[dict[str, Any]]: JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
        list[int]: JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
        list[str]: JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
        str: String,
        # Wide everywhere, so that whatever points at an id is as wide as the id.
        int: BigInteger().with_variant(Integer, "sqlite"),
        # Stored as words with a CHECK, so that both databases refuse a word that is not one and a shell can read them.
        enum.Enum: Enum(enum.Enum, native_enum=False, length=32, create_constraint=True, values_callable=_stored),
    }

    # Said outright: some ids are also part of a composite foreign key, and would then be taken for no key of their own.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)


def _now() -> datetime:
    return datetime.now(UTC)


class Changing:
    """A row that says when it was last changed, whoever changed it: by this, calendars see that a date is another.

    None: not since this is kept."""

    changed_at: Mapped[datetime | None] = mapped_column(default=_now, onupdate=_now)


def partial(**equal: Any) -> dict[str, Any]:
    """Return the arguments of a partial index: rows where every named column equals the value (None: is null)."""
    conditions = []
    for column, value in equal.items():
        if value is None:
            conditions.append(f"{column} IS NULL")
        elif isinstance(value, bool):
            conditions.append(column if value else f"NOT {column}")
        else:
            conditions.append(f"{column} = '{value}'")
    where = text(" AND ".join(conditions))
    return {"sqlite_where": where, "postgresql_where": where}


def in_words(word: enum.Enum) -> ColumnElement[Any]:
    """Return WORD as a statement says it itself, and not as one of its parameters.

    Where an index holds only rows with such a word, SQLite looks what the parameter is, and prepares the statement anew
    for each time that it is asked: which took longer than to answer it."""
    return literal_column(f"'{word.value}'")


def among(
    first: InstrumentedAttribute[Any], second: InstrumentedAttribute[Any], pairs: Collection[tuple[Any, Any]]
) -> ColumnElement[bool]:
    """Return whether the columns FIRST and SECOND are together one of PAIRS.

    It is said of each of them, too: SQLite looks for pairs in an index only then, and else through the whole table."""
    firsts, seconds = {one for one, _other in pairs}, {other for _one, other in pairs}
    return and_(first.in_(firsts), second.in_(seconds), tuple_(first, second).in_(pairs))


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into TABLE that can say what is to be where the row is there already (`on_conflict_do_…`)."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """Return the engine for URL, which says `sqlite:///…` or `postgresql+psycopg://…`."""
    parsed = make_url(url)
    # What was typed is in the parameters, and errors are written down.
    more: dict[str, Any] = {"pool_size": pool_size, "hide_parameters": True, "query_cache_size": STATEMENTS}
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT / 1000}, **more)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        patience = {name: value for name, value in PATIENCE.items() if name not in parsed.query}
        own: dict[str, Any] = {"application_name": APPLICATION, **patience}
        if UNPREPARED in parsed.query.items():
            own |= {"prepare_threshold": None}
            parsed = parsed.difference_update_query([UNPREPARED[0]])
        engine = create_engine(parsed, pool_pre_ping=True, connect_args=own, **more)
    event.listen(engine, "before_cursor_execute", _count_query)
    return engine


def _count_query(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if has_app_context() and not statement.startswith(NO_QUERY):
        g.queries = queries_here() + 1


def queries_here() -> int:
    """Return how many queries the request at hand has made."""
    return g.get("queries", 0)  # type: ignore[no-any-return]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", True)
    # A page that is only looked at cannot write, whatever its code does. Said only where it is not so yet: after it
    # SQLite prepares every statement of the connection anew.
    if connection.info.get(WRITES) is not writing:
        connection.exec_driver_sql(f"PRAGMA query_only = {0 if writing else 1}")
        connection.info[WRITES] = writing
    if not connection.get_execution_options().get(READS_FIRST, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


class Database:
    """One engine and the sessions on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # On PostgreSQL, too, a page is made of one state of the database, whatever is committed while it is made.
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reading = engine.execution_options(writing=False, postgresql_readonly=True, **snapshot)
        self.held = Held()

    def new_session(self, *, writing: bool = True) -> Session:
        """Return a session. Its transaction begins with its first statement."""
        info = {DATABASE: self} if writing else {HELD: self.held}
        return Session(self.engine if writing else self._reading, expire_on_commit=False, info=info)

    @contextmanager
    def transaction(self, *, writing: bool = True) -> Iterator[Session]:
        """Give a session; commit when the block ends, roll back when it raises."""
        with self.new_session(writing=writing) as session:
            yield session
            session.commit()


@contextmanager
def request_transaction(database: Database, *, writing: bool) -> Iterator[Session]:
    """Make `db_session` mean one session inside the block; commit when it ends, roll back when it raises."""
    with database.transaction(writing=writing) as session:
        outer, g.session = g.get("session"), session
        try:
            yield session
        finally:
            g.session = outer


def database_written_by(session: Session) -> "Database | None":
    """Return the database that SESSION is of, if it is one that writes."""
    found: Database | None = session.info.get(DATABASE)
    return found


def may_write(session: Session) -> bool:
    """Return whether the transaction of SESSION is one that can write."""
    writes = session.get_bind().get_execution_options().get("writing", True)
    return bool(writes) and READS_FIRST not in session.info


def read_first(session: Session) -> None:
    """Let SESSION, which has asked nothing yet and will write, only read until `write_now`, or until one statement that
    writes all there is to be written.

    On SQLite who writes is alone from the beginning of their transaction. So here none begins: each statement stands
    for itself, and one that writes is alone, and committed, within itself."""
    if session.get_bind().dialect.name == "sqlite":
        session.info[READS_FIRST] = True
        session.connection(execution_options={READS_FIRST: True})


def write_now(session: Session) -> None:
    """Let SESSION write after `read_first`. Of what it read others may have changed what can change: it is for the
    caller to read that anew."""
    if session.info.pop(READS_FIRST, False):
        session.commit()  # nothing is open: with the next statement a transaction begins that is alone


def _current_session() -> Session:
    if g.get("session") is None:
        raise RuntimeError("no transaction here: only a view inside `request_transaction` has a session")
    return g.session  # type: ignore[no-any-return]


#: The session of the request at hand.
db_session: Session = LocalProxy(_current_session)  # type: ignore[assignment]


def current_database() -> Database:
    """Return the database of the application at hand."""
    return current_app.extensions["database"]  # type: ignore[no-any-return]
