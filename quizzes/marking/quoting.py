"""Where the quotations of an essay stand in the texts that its question names."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from course.outline.models import Activity, ActivityKind
from course.texts.models import Passage, Text
from quizzes.attempts.places import Place, place_of
from quizzes.items.quotations import Found, Nearest, find_all


class Checked(NamedTuple):
    """A quotation that was looked for, and the places of the passages that it names, in order."""

    found: Found | Nearest
    places: Sequence[Place]


def quotations_of(session: Session, course_id: int, slugs: Sequence[str], text: str) -> list[Checked]:
    """Return each quotation in TEXT with where it stands now in the texts of those SLUGS, or what is nearest to it.

    One query, none where there are no texts."""
    if not slugs:
        return []
    places = _places(session, course_id, slugs)
    found = find_all(text, [(address, place.plain) for address, place in places.items()])
    return [Checked(one, [places[address] for address in _addresses(one)]) for one in found]


def _addresses(one: Found | Nearest) -> Sequence[str]:
    if isinstance(one, Found):
        return one.passages
    return [one.passage] if one.passage is not None else []


def _places(session: Session, course_id: int, slugs: Sequence[str]) -> Mapping[str, Place]:
    """Return address -> place of all passages of those texts as they are now, text after text."""
    lesson = and_(
        Activity.course_id == course_id,
        Activity.kind == ActivityKind.lesson,
        Activity.group_id.is_(None),
        Activity.ident == Text.ident,
    )
    rows = session.execute(
        select(Passage, Text, Activity.ident)
        .join(Text, Text.current_version_id == Passage.version_id)
        .outerjoin(Activity, lesson)
        .where(Text.course_id == course_id, Text.ident.in_(slugs))
        .order_by(Text.id, Passage.position)
    )
    placed = ((text.ident, place_of(passage, text, slug)) for passage, text, slug in rows)
    return {f"{ident}#{place.ident}": place for ident, place in placed if place is not None}
