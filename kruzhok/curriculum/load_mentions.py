"""Where things are named: an index that follows the files, of which nothing is counted as a change."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from course.reference.models import Mention
from kruzhok.curriculum.changes import Load
from kruzhok.curriculum.mentions import Name, Place


def load_mentions(load: Load, wanted: Mapping[Name, Sequence[Place]]) -> None:
    """Make the mentions of the course what is WANTED; what is named where it was before keeps its rows."""
    mine = select(Mention).where(Mention.course_id == load.course.id)
    there = {
        (Name(row.kind, row.ident), row.position, Place(row.place, row.place_ident, row.passage)): row.id
        for row in load.session.scalars(mine)
    }
    rows = [(name, number, place) for name, places in wanted.items() for number, place in enumerate(places, 1)]
    # First out, then in: a place that moves up takes a position that another had.
    if gone := [there[row] for row in there.keys() - set(rows)]:
        load.session.execute(delete(Mention).where(Mention.id.in_(gone)))
    if new := [row for row in rows if row not in there]:
        # With their nulls all rows have the same columns, and are one statement.
        load.session.execute(
            insert(Mention), [_columns(load, *row) for row in new], execution_options={"render_nulls": True}
        )


def _columns(load: Load, name: Name, number: int, place: Place) -> dict[str, object]:
    return {
        "course_id": load.course.id,
        "kind": name.kind,
        "ident": name.ident,
        "position": number,
        "place": place.place,
        "place_ident": place.ident,
        "passage": place.passage,
    }
