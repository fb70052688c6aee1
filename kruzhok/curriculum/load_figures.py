"""Maps and diagrams: rows that follow the files, found again by their idents."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from course.reference.models import Figure
from kruzhok.curriculum.changes import Load, put


def load_figures(load: Load, wanted: Mapping[str, dict[str, Any]]) -> None:
    """Make the figures of the course what is WANTED (ident -> columns).

    Nothing that anybody did hangs on them: a note on a figure hangs on the passage that shows it. So what vanished from
    the files is deleted."""
    mine = select(Figure).where(Figure.course_id == load.course.id)
    there = {row.ident: row for row in load.session.scalars(mine)}
    for ident, values in wanted.items():
        row = there.get(ident)
        if row is None:
            load.session.add(Figure(course_id=load.course.id, ident=ident, **values))
            load.changes.count("figure", ident, new=True, changed=False)
        else:
            load.changes.count("figure", ident, new=False, changed=put(row, **values))
    if gone := {ident: row.id for ident, row in there.items() if ident not in wanted}:
        load.session.execute(delete(Figure).where(Figure.id.in_(gone.values())))
        for ident in gone:
            load.changes.retire("figure", ident)
    load.session.flush()
