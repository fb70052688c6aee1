"""Where a course names something, as its pages show it: the passages, and whatever else has words of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from course.outline.models import Course, Unit
from course.reference.models import Event, Figure, Mention, Person, Source, Term
from course.texts.models import Passage, Text
from lessons.markup import unlinked
from lessons.models import Lesson

#: So many characters of a passage say which one it is.
FIRST_WORDS = 90


class Naming(NamedTuple):
    """A place that names something: what kind of thing it is, by which slug or ident, and how it is called.

    Of a lesson or text `passage` and `number` say where in it (None: not in one passage), and `words` how that begins;
    `lesson` is the number of a lesson. `about` is what is said beside the name: years, a date, an author."""

    place: str
    slug: str
    title: str
    lesson: int | None
    passage: str | None
    number: int | None
    words: str
    about: str | None


class Reading(NamedTuple):
    """A lesson or a text, with its passages that name something; `passages` is empty where it does so as a whole."""

    first: Naming
    passages: Sequence[Naming]


def namings_of(session: Session, course: Course, kind: str, ident: str | None = None) -> dict[str, list[Naming]]:
    """Return ident -> where COURSE names each thing of KIND, in its order; with IDENT, of that one alone."""
    of_text = and_(Text.course_id == course.id, Text.ident == Mention.place_ident)
    passage = and_(Passage.version_id == Text.current_version_id, Passage.ident == Mention.passage)
    called = [Text.title, Unit.title, Figure.title, Person.name, Term.term, Event.title_html, Source.title]
    query = (
        select(Mention, func.coalesce(*called, ""), Lesson.number, Passage.number, Passage.plain)
        .add_columns(func.coalesce(Person.lived, Event.in_words, Source.author))
        .outerjoin(Text, and_(of_text, Mention.place.in_(("lesson", "text"))))
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Passage, passage)
    )
    for table in (Unit, Figure, Person, Term, Event, Source):
        its = and_(table.course_id == course.id, table.ident == Mention.place_ident)
        query = query.outerjoin(table, and_(its, Mention.place == table.__tablename__))
    query = query.where(Mention.course_id == course.id, Mention.kind == kind).order_by(Mention.position)
    if ident is not None:
        query = query.where(Mention.ident == ident)
    found: dict[str, list[Naming]] = defaultdict(list)
    for mention, title, lesson, number, plain, about in session.execute(query):
        words, name = _first_words(plain or ""), unlinked(title) if mention.place == "event" else title
        at = Naming(mention.place, mention.place_ident, name, lesson, mention.passage, number, words, about)
        found[mention.ident].append(at)
    return found


def read_in(namings: Iterable[Naming]) -> list[Reading]:
    """Return the lessons and texts among NAMINGS, in order, each once."""
    read = (naming for naming in namings if naming.place in {"lesson", "text"})
    heaps = [list(heap) for _slug, heap in groupby(read, key=lambda naming: naming.slug)]
    return [Reading(heap[0], [naming for naming in heap if naming.passage is not None]) for heap in heaps]


def of_places(namings: Iterable[Naming]) -> Mapping[str, Sequence[Naming]]:
    """Return NAMINGS by the kind of place, in order."""
    heaps: dict[str, list[Naming]] = defaultdict(list)
    for naming in namings:
        heaps[naming.place].append(naming)
    return heaps


def _first_words(plain: str) -> str:
    """Return how a passage begins, cut at a word."""
    line = " ".join(plain.split())
    return line if len(line) <= FIRST_WORDS else line[:FIRST_WORDS].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
