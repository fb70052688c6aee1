"""Where in the course the passage stands that an item tests."""

from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from sqlalchemy import Select, and_, select

from course.base.words import _
from course.outline.models import Activity, ActivityKind
from course.texts.models import Anchor, Passage, Text
from quizzes.models import AttemptItem, ItemVersion

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class Place(NamedTuple):
    """A passage as it stands now. `slug` is that of its lesson, or of its text where `is_lesson` is false."""

    text_id: int
    ident: str
    number: int | None
    slug: str
    title: str
    is_lesson: bool
    plain: str

    def path(self, course: str, **query: str) -> str:
        """Return the address within the site. QUERY may say `from`, the question to lead back to, or `group`."""
        kind = "lessons" if self.is_lesson else "texts"
        asked = f"?{urlencode(query)}" if query else ""
        return f"/courses/{course}/{kind}/{self.slug}{asked}#{self.ident}"

    @property
    def words(self) -> str:
        """“Passage 3 of the notes”."""
        where = _("the notes") if self.is_lesson else self.title
        if self.number is None:
            return _("A passage of {where}").format(where=where)
        return _("Passage {number} of {where}").format(number=self.number, where=where)


def items_with_places(
    attempt_id: int,
) -> Select[AttemptItem, ItemVersion, Anchor | None, Passage | None, Text | None, str | None]:
    """Return the query for the items of an attempt with their versions, and columns for `place_of`, by slot.

    The version is the one that was taken; the passage is where its anchor is now."""
    items = select(AttemptItem, ItemVersion, Anchor, Passage, Text, Activity.ident)
    items = items.join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
    return joined_to_places(items).where(AttemptItem.attempt_id == attempt_id).order_by(AttemptItem.slot)


def joined_to_places(query: Query) -> Query:
    """Return QUERY, in which there are versions of items, with their passages as they are now, the texts of these and
    the lessons whose notes they are: what `place_of` takes. A lesson's text has its ident."""
    lesson = and_(
        Activity.course_id == Text.course_id,
        Activity.kind == ActivityKind.lesson,
        Activity.group_id.is_(None),
        Activity.ident == Text.ident,
    )
    return (
        query.outerjoin(Anchor, Anchor.id == ItemVersion.anchor_id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
        .outerjoin(Text, Text.id == Anchor.text_id)
        .outerjoin(Activity, lesson)
    )


def place_of(passage: Passage | None, text: Text | None, lesson: str | None) -> Place | None:
    """Return the place, None where the item has no passage or its passage was taken out of the text."""
    if passage is None or text is None:
        return None
    slug = lesson or text.ident
    return Place(text.id, passage.ident, passage.number, slug, text.title, lesson is not None, passage.plain)
