"""The question that a review asks: an item as it is now, and the passage it hangs on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from course.groups.models import StudyGroup
from course.outline.models import Activity, Course
from course.texts.models import Passage, Text
from quizzes.attempts.checking import BLANK, PARTLY
from quizzes.attempts.places import Place, joined_to_places, place_of
from quizzes.attempts.starting import between
from quizzes.items import BadResponse, ItemData, Raw, Response, parse_data, type_of
from quizzes.items.evidence import Evidence
from quizzes.models import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class Asked:
    """An item on its current version. `shown` is the order of its choices, another at each review.

    `place` is that of the passage it hangs on, and `passage` how that reads now; both None where it has none. An item
    that is answered with passages of a text has them in `passages`, and the version of that text."""

    item_id: int
    version_id: int
    data: ItemData
    shown: Sequence[str]
    course_id: int
    course: str
    place: Place | None = None
    passage: Passage | None = None
    text_version_id: int | None = None
    passages: Sequence[Passage] = ()


def asked(session: Session, item_id: int, seen: int = 0) -> Asked | None:
    """Return the question of an item after SEEN, the number of the last row of its log that a page knows of (0: none);
    None where nothing asks it any more. One query, two for what is answered with passages."""
    row = session.execute(_ITEM, {"item_id": item_id}).one_or_none()
    if row is None:
        return None
    version, course_id, course, passage, text, slug = row
    data = parse_data(version.data)
    passages = _passages(session, data, course_id)
    rng = random.Random(f"{version.id} {seen}")  # noqa: S311 (nothing secret)
    return Asked(
        item_id,
        version.id,
        data,
        [one.ident for one in passages] or type_of(data).shown(data, rng),
        course_id,
        course,
        place_of(passage, text, slug),
        passage,
        passages[0].version_id if passages else None,
        passages,
    )


_ITEM = joined_to_places(
    select(ItemVersion, Course.id, Course.ident, Passage, Text, Activity.ident)
    .join(Item, Item.current_version_id == ItemVersion.id)
    .outerjoin(StudyGroup, StudyGroup.id == Item.group_id)
    .join(Course, Course.id == func.coalesce(Item.course_id, StudyGroup.course_id))
    .where(Item.id == bindparam("item_id"), Item.retired_at.is_(None))
)


def _passages(session: Session, data: ItemData, course_id: int) -> list[Passage]:
    """Return the passages that can be picked as evidence, as they are now. One query, none for another type."""
    if not isinstance(data, Evidence):
        return []
    found = {one.ident: one for one in session.scalars(_PASSAGES, {"course_id": course_id, "text": data.text})}
    first, last = (data.range.first, data.range.last) if data.range else (None, None)
    return [found[ident] for ident in between(list(found), first, last)]


_PASSAGES = (
    select(Passage)
    .join(Text, Text.current_version_id == Passage.version_id)
    .where(Text.course_id == bindparam("course_id"), Text.ident == bindparam("text"))
    .order_by(Passage.position)
)


def read_answer(question: Asked, raw: Raw, previous: Response | None = None) -> Response:
    """Return what RAW answers; raise BadResponse where it is no answer, none at all, or only a part of one."""
    response = type_of(question.data).parse(question.data, raw, question.shown, previous)
    if response is None:
        raise BadResponse(BLANK)
    if not type_of(question.data).is_complete(question.data, response):
        raise BadResponse(PARTLY)
    return response
