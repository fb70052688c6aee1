"""The tables of any schema of ours as rows of plain types, the same from SQLite as from PostgreSQL.

What a column holds is one of a few words, read from the database at hand and not from the models: an older schema is
read and filled as it is."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, inspect, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.type_api import TypeEngine

from course.base.db import UtcDateTime

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

#: What the database says a column is -> what a backup calls it. The first that fits: a boolean is no number.
KINDS: Sequence[tuple[type[Any], str]] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "number"),
    (sa.Numeric, "decimal"),
    (sa.DateTime, "moment"),
    (sa.Date, "day"),
    (sa.Time, "time"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)
#: As what it is read and written; a decimal with as many digits as its column has.
TYPES: Mapping[str, TypeEngine[Any]] = {
    "boolean": sa.Boolean(),
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "moment": UtcDateTime(timezone=True),
    "day": sa.Date(),
    "time": sa.Time(),
    "json": JSON,
    "bytes": sa.LargeBinary(),
    "text": sa.String(),
}
#: Made of the rest, and made anew where a backup is restored: what search finds words by. Where a database keeps the
#: revision of its schema is said in the manifest.
LEFT_OUT = ("search_index", "search_entry", "alembic_version")

#: So many rows are held at once; of a table with files one.
ROWS_AT_ONCE = 200


def tables_of(connection: Connection) -> list[sa.Table]:
    """Return the tables that a backup is made of, by name, with the plain types of their columns."""
    inspector, metadata = inspect(connection), sa.MetaData()
    names = sorted(name for name in inspector.get_table_names() if not name.startswith(LEFT_OUT))
    tables = []
    for name in names:
        keys = inspector.get_pk_constraint(name)["constrained_columns"]
        columns = []
        for column in inspector.get_columns(name):
            said, is_key = column["type"], column["name"] in keys
            kind = _kind(said)
            plain = sa.Numeric(said.precision, said.scale) if isinstance(said, sa.Numeric) else TYPES[kind]
            columns.append(sa.Column(column["name"], plain, primary_key=is_key, info={"kind": kind}))
        tables.append(sa.Table(name, metadata, *columns))
    return tables


def _kind(column: TypeEngine[Any]) -> str:
    return next(kind for of_database, kind in KINDS if isinstance(column, of_database))


def kinds_of(table: sa.Table) -> dict[str, str]:
    """Return column -> what it holds, in one of the words of KINDS."""
    return {column.name: column.info["kind"] for column in table.columns}


def rows_of(connection: Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    """Give the rows of TABLE by their key, as JSON can write them, a few at a time from the database."""
    kinds = kinds_of(table)
    writing = {name: WRITTEN[kind] for name, kind in kinds.items() if kind in WRITTEN}
    at_once = 1 if "bytes" in kinds.values() else ROWS_AT_ONCE
    found = connection.execution_options(yield_per=at_once).execute(select(table).order_by(*table.primary_key))
    for row in found.mappings():
        plain = dict(row)
        for name, written in writing.items():
            if plain[name] is not None:
                plain[name] = written(plain[name])
        yield plain


def read_row(kinds: Mapping[str, str], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `rows_of` as the database takes it; raise KeyError, TypeError or ValueError where it is none."""
    row = {}
    for name, kind in kinds.items():
        value = plain[name]
        row[name] = READ[kind](value) if kind in READ and value is not None else value
    return row


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


#: How JSON writes what it has no form of its own for.
WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "moment": _moment,
    "day": date.isoformat,
    "time": time.isoformat,
    "decimal": str,
    "bytes": lambda value: base64.b64encode(value).decode(),
}
READ: Mapping[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "bytes": lambda value: base64.b64decode(value, validate=True),
}
