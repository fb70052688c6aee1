"""Where the quotations of an essay stand in the texts that its question names."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from course.outline.models import Activity, ActivityKind
from course.texts.models import Passage, Text
from quizzes.attempts.places import Place, place_of
from quizzes.items.quotations import Found, Nearest, find_all

Places = Mapping[str, Sequence[Place]]
"""The passages of texts, by the slug of the text, in their order."""


class Quoted(NamedTuple):
    """A quotation that was looked for, and the places of the passages that it names, in order."""

    found: Found | Nearest
    places: Sequence[Place]


def quotations_of(session: Session, course_id: int, slugs: Sequence[str], text: str) -> list[Quoted]:
    """Return each quotation in TEXT with where it stands now in the texts of those SLUGS, or what is nearest to it.

    One query, none where there are no texts."""
    return look_up(text, slugs, places_in(session, course_id, slugs))


def look_up(text: str, slugs: Collection[str], places: Places) -> list[Quoted]:
    """Return the same, of PLACES which are those of these texts and perhaps of others."""
    ours = {f"{slug}#{place.ident}": place for slug in slugs for place in places.get(slug, ())}
    if not ours:
        return []
    found = find_all(text, [(address, place.plain) for address, place in ours.items()])
    return [Quoted(one, [ours[address] for address in _addresses(one)]) for one in found]


def _addresses(one: Found | Nearest) -> Sequence[str]:
    if isinstance(one, Found):
        return one.passages
    return [one.passage] if one.passage is not None else []


def places_in(session: Session, course_id: int, slugs: Collection[str]) -> Places:
    """Return the passages of those texts as they are now, by slug. One query, none where there are no texts."""
    if not slugs:
        return {}
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
    found: dict[str, list[Place]] = defaultdict(list)
    for passage, text, slug in rows:
        if (place := place_of(passage, text, slug)) is not None:
            found[text.ident].append(place)
    return found
