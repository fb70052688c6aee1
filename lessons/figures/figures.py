"""The figures of a course, and where its texts show them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.outline.models import Activity, Course
from course.reference.models import Figure, Mention
from course.texts.models import Passage, Text
from lessons.figures.showing import Drawn, figures_named
from lessons.markup import with_slips
from lessons.models import Lesson
from lessons.reference import PersonShown, SourceShown, TermShown, reference_of

_TABLE = re.compile(r'(<div class="scroll" role="region" tabindex="0" aria-label="[^"]*)"')


class Place(NamedTuple):
    """A passage that shows a figure: in the lesson of that ident and number, or (without a number) in a document."""

    ident: str
    title: str
    number: int | None
    passage: str
    passage_number: int | None


class Neighbour(NamedTuple):
    """The figure before or after another."""

    ident: str
    title: str


@dataclass(frozen=True, slots=True)
class FigurePage:
    """A figure with all that its page says of it."""

    figure: Drawn
    says: Markup
    sources: Sequence[SourceShown]
    people: Sequence[PersonShown]
    slips: Sequence[TermShown]
    places: Sequence[Place]
    before: Neighbour | None
    after: Neighbour | None


def figures_of(session: Session, course: Course) -> list[Drawn]:
    """Return the figures of COURSE in the order of its files."""
    rows = session.scalars(select(Figure).where(Figure.course_id == course.id).order_by(Figure.position))
    return [_drawn(figure) for figure in rows]


def figure_page(session: Session, course: Course, ident: str) -> FigurePage:
    """Return the page of the figure IDENT of COURSE; raise NotFound where there is none."""
    figure = session.scalar(select(Figure).where(Figure.course_id == course.id, Figure.ident == ident))
    if figure is None:
        raise NotFound
    brief = select(Figure.ident, Figure.title).where(Figure.course_id == course.id).order_by(Figure.position)
    all_ = [Neighbour(*row) for row in session.execute(brief)]
    at = [one.ident for one in all_].index(ident)
    everything = reference_of(session, course)
    named = everything.shown([figure.caption_html, figure.says_html])
    listed = {name: everything.source[name] for name in figure.sources if name in everything.source}
    return FigurePage(
        _drawn(figure),
        _with_numbered_tables(with_slips(figure.says_html)),
        list((listed | named.source).values()),
        list(named.person.values()),
        list(named.term.values()),
        _places(session, course, ident),
        all_[at - 1] if at else None,
        all_[at + 1] if at + 1 < len(all_) else None,
    )


def _places(session: Session, course: Course, ident: str) -> list[Place]:
    """Return where COURSE shows the figure IDENT now: in lessons by their number, then in documents."""
    rows = session.execute(
        select(Text.ident, Text.title, Lesson.number, Passage.ident, Passage.number)
        .join(Mention, and_(Mention.course_id == Text.course_id, Mention.place_ident == Text.ident))
        .join(Passage, and_(Passage.version_id == Text.current_version_id, Passage.ident == Mention.passage))
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Activity, Activity.id == Lesson.activity_id)
        .where(Text.course_id == course.id, Text.retired_at.is_(None), Activity.retired_at.is_(None))
        .where(Mention.kind == "figure", Mention.ident == ident, Mention.place.in_(("lesson", "text")))
        .where(Passage.kind == "figure")
        .order_by(Lesson.number.is_(None), Lesson.number, Text.title, Passage.position)
    )
    return [Place(*row) for row in rows]


def drawn_in(session: Session, course: Course, htmls: Iterable[str]) -> Mapping[str, Drawn]:
    """Return ident -> figure for those of COURSE that HTMLS have room for; without any, nothing is asked."""
    wanted = figures_named(htmls)
    if not wanted:
        return {}
    rows = session.scalars(select(Figure).where(Figure.course_id == course.id, Figure.ident.in_(wanted)))
    return {figure.ident: _drawn(figure) for figure in rows}


def _with_numbered_tables(html: Markup) -> Markup:
    """Return HTML whose tables are called Table 1, Table 2 and so on: two regions of one name cannot be told apart."""
    numbers = count(1)
    return Markup(_TABLE.sub(lambda found: f'{found[1]} {next(numbers)}"', html))  # noqa: S704 (safe as it was)


def _drawn(figure: Figure) -> Drawn:
    svg = Markup(figure.svg)  # noqa: S704 (made safe when it was loaded)
    return Drawn(figure.ident, figure.title, svg, with_slips(figure.caption_html))
