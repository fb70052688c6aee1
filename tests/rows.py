"""Everything a database holds, to be compared before and after."""

from collections.abc import Mapping
from typing import Any

from course.base.db import Base, Database

#: Table -> key -> row, of everything in a database.
Rows = Mapping[str, Mapping[Any, Any]]


def rows_of(database: Database) -> Rows:
    """Return every row there is."""
    with database.transaction(writing=False) as session:
        return {
            table.name: {
                tuple(row._mapping[key] for key in table.primary_key): row for row in session.execute(table.select())
            }
            for table in Base.metadata.sorted_tables
        }


def differing(before: Rows, after: Rows) -> set[str]:
    """Return the tables that are not AFTER what they were BEFORE."""
    return {table for table, rows in before.items() if rows != after[table]}
