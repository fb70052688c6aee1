"""The table of progress as a file: the same rows and figures that the page shows."""

from collections.abc import Iterator

from course.base.csv_files import Cell
from course.base.words import _
from kruzhok.progress.students import Wanted
from kruzhok.progress.table import WORDS, Column, Table

#: What comes after the parts.
SUMS = (_("Required parts done"), _("Required parts"), _("Done, %"), _("Late"), _("Last act, by the days of {zone}"))


def heads_of(table: Table) -> list[str]:
    """Return the heads: the student, each part, the sums."""
    return [_("Student"), *map(_head, table.columns), *(head.format(zone=table.group.zone) for head in SUMS)]


def _head(column: Column) -> str:
    where = _("Lesson {n}").format(n=column.lesson_number) if column.lesson_number else _("Besides the lessons")
    return _("{where}, {kind}: {title}").format(
        where=where, kind=column.activity.kind.value, title=column.activity.title
    )


def lines(table: Table, wanted: Wanted) -> Iterator[list[Cell]]:
    """Yield a line for each of the students WANTED, in that order."""
    for row in table.rows(table.found(wanted)):
        progress = row.progress
        figures: list[Cell] = [progress.done, progress.required] if progress.required else [None, None]
        cells = [WORDS[shape] for shape in row.shapes]
        yield [row.student.name, *cells, *figures, row.percent, row.late, row.last]
