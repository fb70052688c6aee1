"""Units, and the planned lessons in them."""

from typing import Any

from sqlalchemy import delete, select

from course.outline.models import Activity, PlannedLesson, Unit
from kruzhok.curriculum.changes import Load, put

_COLUMNS = ("unit_id", "position", "number", "title", "by", "given")


def load_units(load: Load, wanted: dict[str, dict[str, Any]]) -> dict[str, Unit]:
    """Add and change units to what is WANTED (ident -> columns), and return these; the others stay for now."""
    mine = {unit.ident: unit for unit in _units(load)}
    units = {}
    for ident, values in wanted.items():
        unit = mine.get(ident)
        if unit is None:
            unit = Unit(course_id=load.course.id, ident=ident, **values)
            load.session.add(unit)
            load.changes.count("unit", ident, new=True, changed=False)
        else:
            load.changes.count("unit", ident, new=False, changed=put(unit, **values))
        units[ident] = unit
    load.session.flush()
    return units


def _units(load: Load) -> list[Unit]:
    return list(load.session.scalars(select(Unit).where(Unit.course_id == load.course.id)))


def drop_units(load: Load, units: dict[str, Unit]) -> None:
    """Delete the units that are not among UNITS, after their lessons went elsewhere or retired."""
    for unit in _units(load):
        if unit.ident not in units:
            for lesson in load.session.scalars(select(Activity).where(Activity.unit_id == unit.id)):
                lesson.unit_id = None  # retired: one that stays has another unit by now
            load.session.flush()
            load.session.delete(unit)
            load.changes.retire("unit", unit.ident)
    load.session.flush()


def load_planned(load: Load, units: dict[str, Unit], wanted: list[tuple[str, dict[str, Any]]]) -> None:
    """Write the planned lessons anew if they are not what is WANTED: they have no ident, and nothing hangs on them."""
    rows = [{"unit_id": units[ident].id, **values} for ident, values in wanted]
    mine = select(PlannedLesson).join(Unit, Unit.id == PlannedLesson.unit_id).where(Unit.course_id == load.course.id)
    there = load.session.scalars(mine.order_by(PlannedLesson.position)).all()
    before = [{column: getattr(row, column) for column in _COLUMNS} for row in there]
    if before == rows:
        load.changes.unchanged["planned lesson"] += len(rows)
        return
    load.session.execute(delete(PlannedLesson).where(PlannedLesson.id.in_([row.id for row in there])))
    load.session.add_all(PlannedLesson(**row) for row in rows)
    load.session.flush()
    known = {row["number"]: row for row in before}
    for row in rows:
        old = known.pop(row["number"], None)
        load.changes.count("planned lesson", str(row["number"]), new=old is None, changed=old != row)
    for number in known:
        load.changes.retire("planned lesson", str(number))
