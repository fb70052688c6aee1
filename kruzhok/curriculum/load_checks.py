"""Which items stand in the texts as self-checks."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from course.texts.models import Text
from kruzhok.curriculum.changes import Load
from kruzhok.curriculum.prepare import PreparedItem
from quizzes.models import Item, SelfCheck


def load_checks(
    load: Load, wanted: Mapping[str, PreparedItem], items: Mapping[str, Item], texts: Mapping[str, Text]
) -> None:
    """Let those of the ITEMS stand in TEXTS that are WANTED there, in the order of the files, and no others.

    Nothing hangs on these rows: what was answered is the item's. So one that is no longer wanted is deleted."""
    mine = (
        select(SelfCheck, Item.ident).join(Item, Item.id == SelfCheck.item_id).where(Item.course_id == load.course.id)
    )
    there = {
        (row.text_id, row.passage_ident, row.item_id): (row.id, ident) for row, ident in load.session.execute(mine)
    }
    places = {(texts[one.text].id, one.passage, items[ident].id): ident for ident, one in wanted.items() if one.check}
    for (text_id, passage, item_id), ident in places.items():
        new = (text_id, passage, item_id) not in there
        if new:
            load.session.add(SelfCheck(text_id=text_id, passage_ident=passage, item_id=item_id))
        load.changes.count("self-check", ident, new=new, changed=False)
    if gone := [row for place, row in there.items() if place not in places]:
        load.session.execute(delete(SelfCheck).where(SelfCheck.id.in_([row_id for row_id, _ident in gone])))
        for _row_id, ident in gone:
            load.changes.retire("self-check", ident)
    load.session.flush()
