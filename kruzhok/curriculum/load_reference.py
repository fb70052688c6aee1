"""Persons, terms, events, sources and figures: rows that follow the files, found again by their idents."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from course.reference.models import Event, Figure, Person, Source, Term
from kruzhok.curriculum.changes import Load, put

Row = Person | Term | Event | Source | Figure
Rows = Mapping[str, Mapping[str, Row]]
"""Kind -> ident -> row."""

TABLES: Mapping[str, type[Row]] = {
    "person": Person,
    "term": Term,
    "event": Event,
    "source": Source,
    "figure": Figure,
}


def load_reference(load: Load, wanted: Mapping[str, Mapping[str, dict[str, Any]]]) -> Rows:
    """Make the rows of the course what is WANTED (kind -> ident -> columns), and return them.

    Nothing that anybody did hangs on them, so what vanished from the files is deleted: a note on a figure hangs on the
    passage that shows it."""
    return {kind: _load_kind(load, kind, table, wanted[kind]) for kind, table in TABLES.items()}


def _load_kind(load: Load, kind: str, table: type[Any], wanted: Mapping[str, dict[str, Any]]) -> dict[str, Row]:
    mine = select(table).where(table.course_id == load.course.id)
    there: dict[str, Row] = {row.ident: row for row in load.session.scalars(mine)}
    rows: dict[str, Row] = {}
    for ident, values in wanted.items():
        row = there.get(ident)
        if row is None:
            row = table(course_id=load.course.id, ident=ident, **values)
            load.session.add(row)
            load.changes.count(kind, ident, new=True, changed=False)
        else:
            load.changes.count(kind, ident, new=False, changed=put(row, **values))
        rows[ident] = row
    if gone := {ident: row.id for ident, row in there.items() if ident not in wanted}:
        load.session.execute(delete(table).where(table.id.in_(gone.values())))
        for ident in gone:
            load.changes.retire(kind, ident)
    load.session.flush()
    return rows
