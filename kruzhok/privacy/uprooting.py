"""Deleting rows with all that hangs on them, however deep, where no cascade of the database goes."""

from collections.abc import Collection

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from kruzhok.models import ALL_TABLES

#: What a text, an item or a prompt says now points down at what hangs on it, and is let go of first.
CURRENT = "current_version_id"


def uproot(session: Session, table: Table, ids: Collection[int]) -> None:
    """Delete the rows IDS of TABLE, and before them all that names one of them, but for what may forget it."""
    if not ids:
        return
    if CURRENT in table.c:
        session.execute(update(table).where(table.c.id.in_(ids)).values({CURRENT: None}))
    for other in ALL_TABLES.values():
        for key in other.foreign_key_constraints:
            if key.referred_table is not table or key.ondelete == "SET NULL" or CURRENT in key.column_keys:
                continue
            (by,) = (element.parent for element in key.elements if element.column.name == "id")
            if "id" in other.c:
                uproot(session, other, session.scalars(select(other.c.id).where(by.in_(ids))).all())
            else:
                session.execute(delete(other).where(by.in_(ids)))
    session.execute(delete(table).where(table.c.id.in_(ids)))
