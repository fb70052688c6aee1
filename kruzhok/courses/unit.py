"""The opening page of a unit: its question, and what it holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from course.base.errors import NotFound
from course.outline.models import Activity
from course.reference.models import Figure, Mention
from kruzhok.courses.outline import CoursePage, UnitShown
from lessons.markup import with_slips
from lessons.models import Document, Lesson, Reading
from lessons.pace import at_pace
from lessons.reference import Reference, reference_of


@dataclass(frozen=True, slots=True)
class TextShown:
    """A text in the house that is read in the unit, for the lesson of that NUMBER first."""

    ident: str
    title: str
    by: str
    written: str
    minutes: int
    number: int


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit as its opening page shows it, between those BEFORE and AFTER it."""

    page: CoursePage
    unit: UnitShown
    before: UnitShown | None
    after: UnitShown | None
    opening: Markup | None
    reference: Reference
    texts: Sequence[TextShown]
    #: Its maps and diagrams: ident and title.
    figures: Sequence[tuple[str, str]]


def unit_page(session: Session, page: CoursePage, ident: str, pace: int | None = None) -> UnitPage:
    """Return the opening page of the unit IDENT of the course that PAGE shows, with the minutes of a reader of PACE.

    Raise NotFound where there is none. Three queries."""
    at = next((place for place, unit in enumerate(page.units) if unit.ident == ident), None)
    if at is None:
        raise NotFound
    unit = page.units[at]
    texts = _texts(session, page, unit, pace)
    return UnitPage(
        page,
        unit,
        page.units[at - 1] if at else None,
        page.units[at + 1] if at + 1 < len(page.units) else None,
        with_slips(unit.opening_html) if unit.opening_html else None,
        reference_of(session, page.course).shown([unit.opening_html]),
        texts,
        _figures(session, page, unit, [text.ident for text in texts]),
    )


def _texts(session: Session, page: CoursePage, unit: UnitShown, pace: int | None) -> list[TextShown]:
    lesson = aliased(Activity)
    rows = session.execute(
        select(Document, Lesson.number)
        .join(Document.text)
        .join(Reading, Reading.text_id == Document.text_id)
        .join(Activity, Activity.id == Reading.activity_id)
        .join(lesson, lesson.id == Activity.parent_id)
        .join(Lesson, Lesson.activity_id == lesson.id)
        .where(lesson.course_id == page.course.id, lesson.ident.in_([line.ident for line in unit.lessons]))
        .where(Activity.group_id.is_(None), Activity.retired_at.is_(None))
        .options(contains_eager(Document.text))
        .order_by(lesson.position, Activity.position)
    )
    found: dict[str, TextShown] = {}
    for document, number in rows:
        about, text = document.about, document.text
        by, written = (str(about.get(name) or "") for name in ("by", "written"))
        minutes = at_pace(about.get("minutes") or 0, pace)
        found.setdefault(text.ident, TextShown(text.ident, text.title, by, written, minutes, number))
    return list(found.values())


def _figures(session: Session, page: CoursePage, unit: UnitShown, texts: Collection[str]) -> list[tuple[str, str]]:
    """Return the figures that UNIT itself, its lessons and TEXTS show, in the order of the course."""
    here = or_(
        and_(Mention.place == "unit", Mention.place_ident == unit.ident),
        and_(Mention.place == "lesson", Mention.place_ident.in_([line.ident for line in unit.lessons])),
        and_(Mention.place == "text", Mention.place_ident.in_(texts)),
    )
    shown = select(Mention.ident).where(Mention.course_id == page.course.id, Mention.kind == "figure", here)
    rows = session.execute(
        select(Figure.ident, Figure.title)
        .where(Figure.course_id == page.course.id, Figure.ident.in_(shown))
        .order_by(Figure.position)
    )
    return [(ident, title) for ident, title in rows]
