"""The reading pack of a unit: all its study notes and texts in the house, in order, as one would print and hand them
out. Nothing of anybody's is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from course.base.errors import NotFound
from course.outline.models import Activity, Course, Unit
from course.texts.models import Passage, Text
from lessons.figures.figures import drawn_in
from lessons.figures.showing import Drawn, with_drawings
from lessons.markup import for_print, labels_in
from lessons.models import Document, Lesson, Reading
from lessons.reference import Reference, SourceShown, reference_of


@dataclass(frozen=True, slots=True)
class PackPassage:
    """A block of a text; `anchor` is its address in the pack. A heading has no number."""

    anchor: str
    number: int | None
    html: Markup


@dataclass(frozen=True, slots=True)
class PackText:
    """The notes of a lesson (`document` is None), or a document that is read for one."""

    ident: str
    title: str
    lesson: Lesson
    document: Document | None
    passages: Sequence[PackPassage]
    objectives: Sequence[Markup] = ()
    introduction: Markup | None = None
    source: SourceShown | None = None

    @property
    def about(self) -> dict[str, Any]:
        """What is known of a document beside its words."""
        return self.document.about if self.document else {}

    @property
    def count(self) -> int:
        """How many passages it has."""
        return sum(passage.number is not None for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Pack:
    """All there is to read in the house for a unit, and what it names."""

    course: Course
    unit: Unit
    #: What the unit asks, if that is told.
    opening: Markup | None
    texts: Sequence[PackText]
    reference: Reference
    #: The kinds of labels of claims that stand in it.
    labels: Sequence[str]


def reading_pack(session: Session, course: Course, ident: str) -> Pack:
    """Return the pack of the unit IDENT of COURSE. Raise NotFound where there is none, or nothing to read in it yet.

    A document that is read for two lessons stands after the first. Five queries."""
    unit = session.scalar(select(Unit).where(Unit.course_id == course.id, Unit.ident == ident))
    lessons = session.scalars(
        select(Lesson)
        .join(Lesson.activity)
        .join(Lesson.text)
        .where(Activity.unit_id == (unit.id if unit else 0), Activity.group_id.is_(None), Activity.retired_at.is_(None))
        .options(contains_eager(Lesson.activity), contains_eager(Lesson.text))
        .order_by(Activity.position, Lesson.number)
    ).all()
    if unit is None or not lessons:
        raise NotFound
    documents = _documents(session, lessons)
    passages = _passages(session, [*(lesson.text for lesson in lessons), *(one.text for _l, one in documents)])
    figures = _figures(session, course, passages)
    everything = reference_of(session, course)
    texts = []
    placed: set[int] = set()
    for lesson in lessons:
        title = lesson.activity.title
        objectives = [for_print(objective) for objective in lesson.objectives]
        texts.append(
            PackText(lesson.text.ident, title, lesson, None, _shown(lesson.text, passages, figures), objectives)
        )
        for of, document in documents:
            if of == lesson.activity_id and document.id not in placed:
                placed.add(document.id)
                shown = _shown(document.text, passages, figures)
                texts.append(_document(lesson, document, shown, everything))
    html = [str(words) for one in texts for words in (*one.objectives, one.introduction or "")]
    html += [str(passage.html) for one in texts for passage in one.passages]
    opening = for_print(unit.opening_html) if unit.opening_html else None
    html.append(str(opening or ""))
    return Pack(course, unit, opening, texts, _printed(everything.shown(html)), labels_in(html))


def _printed(known: Reference) -> Reference:
    """Return KNOWN with links to its terms in place of what would open them."""
    return replace(
        known,
        person={ident: replace(one, note=for_print(one.note)) for ident, one in known.person.items()},
        term={ident: replace(one, meaning=for_print(one.meaning)) for ident, one in known.term.items()},
        source={
            ident: replace(one, note=for_print(one.note) if one.note else None) for ident, one in known.source.items()
        },
    )


def _documents(session: Session, lessons: Sequence[Lesson]) -> list[tuple[int, Document]]:
    """Return the documents that are read for LESSONS, each with the id of the lesson's activity, in order."""
    rows = session.execute(
        select(Activity.parent_id, Document)
        .join(Reading, Reading.activity_id == Activity.id)
        .join(Document, Document.text_id == Reading.text_id)
        .join(Document.text)
        .where(Activity.parent_id.in_([lesson.activity_id for lesson in lessons]))
        .where(Activity.group_id.is_(None), Activity.retired_at.is_(None))
        .options(contains_eager(Document.text))
        .order_by(Activity.position, Activity.id)
    )
    return [(parent_id or 0, document) for parent_id, document in rows]


def _passages(session: Session, texts: Sequence[Text]) -> dict[int, list[Passage]]:
    """Return version -> its passages in order, for the current versions of TEXTS."""
    found: dict[int, list[Passage]] = {text.current_version_id or 0: [] for text in texts}
    rows = select(Passage).where(Passage.version_id.in_(found)).order_by(Passage.version_id, Passage.position)
    for passage in session.scalars(rows):
        found[passage.version_id].append(passage)
    return found


def _figures(session: Session, course: Course, passages: Mapping[int, Sequence[Passage]]) -> Mapping[str, Drawn]:
    """Return the figures that PASSAGES have room for, with links to terms in place of what would open them."""
    figures = drawn_in(session, course, (one.html for version in passages.values() for one in version))
    return {ident: one._replace(caption=for_print(one.caption)) for ident, one in figures.items()}


def _shown(text: Text, passages: dict[int, list[Passage]], figures: Mapping[str, Drawn]) -> list[PackPassage]:
    return [
        PackPassage(f"{text.ident}-{one.ident}", one.number, _with_drawings(for_print(one.html), figures))
        for one in passages[text.current_version_id or 0]
    ]


def _with_drawings(html: Markup, figures: Mapping[str, Drawn]) -> Markup:
    return Markup(with_drawings(html, figures))  # noqa: S704 (all of it is safe as it was)


def _document(lesson: Lesson, document: Document, shown: Sequence[PackPassage], everything: Reference) -> PackText:
    about = document.about
    introduction = about.get("introduction_html")
    return PackText(
        document.text.ident,
        about.get("called") or document.text.title,
        lesson,
        document,
        shown,
        introduction=for_print(introduction) if introduction else None,
        source=everything.source.get(about.get("source", "")),
    )
