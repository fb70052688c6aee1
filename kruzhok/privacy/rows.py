"""Which rows are somebody's: asked of the schema, by the columns that `named` names and by what hangs on such rows."""

from collections.abc import Mapping

from sqlalchemy import Column, ColumnElement, Select, Table, or_, select

from kruzhok.models import ALL_TABLES
from kruzhok.privacy.named import NAMED, Told

#: What hangs on rows that are somebody's, and is theirs with them -> the column by which it hangs.
HANGING: Mapping[str, str] = {
    "attempt_item": "attempt_id",
    "step": "attempt_item_id",
    "review_log": "card_id",
    "note_place": "note_id",
    "note_tag": "note_id",
    "post_version": "post_id",
    "post_quotation": "version_id",
    "document": "text_id",
}


def column_of(key: str) -> Column[int | None]:
    """Return the column that KEY ("table.column") names."""
    table, _point, column = key.partition(".")
    return ALL_TABLES[table].c[column]


def places_of(user_id: int) -> Select[int]:
    """Return the query for the ids of all places of a user, those they left included."""
    enrolment = ALL_TABLES["enrolment"]
    return select(enrolment.c.id).where(enrolment.c.user_id == user_id)


def names(key: str, user_id: int) -> ColumnElement[bool]:
    """Return the condition that a row names a user by the column KEY, themselves or a place of theirs."""
    column = column_of(key)
    to_user = any(each.column.table.name == "user" for each in column.foreign_keys)
    return column == user_id if to_user else column.in_(places_of(user_id))


def own_tables() -> list[str]:
    """Return the tables of which rows are somebody's, by name, then what hangs on these, each after that."""
    own = {key.partition(".")[0] for key, named in NAMED.items() if named.told is Told.own}
    return [*sorted(own), *HANGING]


def is_own(table: Table, user_id: int) -> ColumnElement[bool]:
    """Return the condition that a row of TABLE is a user's."""
    if table.name in HANGING:
        by = table.c[HANGING[table.name]]
        (to,) = {key.column.table for key in by.foreign_keys}
        return by.in_(select(to.c.id).where(is_own(to, user_id)))
    keys = [key for key, named in NAMED.items() if named.told is Told.own and key.partition(".")[0] == table.name]
    return or_(*(names(key, user_id) for key in keys))
