"""Where the curriculum names its persons, terms, events, sources and figures. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from course.base.markdown import blocks
from kruzhok.curriculum import schema
from kruzhok.curriculum.model import Curriculum, Page

KINDS = ("person", "term", "event", "source", "figure")


class Place(NamedTuple):
    """In what something is named, as the table of mentions says it; `passage` is of a lesson or a text."""

    place: str
    ident: str
    passage: str | None = None


class Name(NamedTuple):
    """Something that may be named: one of KINDS, and its ident."""

    kind: str
    ident: str


def mentions_in(curriculum: Curriculum) -> dict[Name, list[Place]]:
    """Return each thing that CURRICULUM, which has no errors, names, with every place once, in the order of the course.

    That is: units with their lessons, texts, questions, and then what there is to look up. Nothing names itself."""
    places: dict[Name, dict[Place, None]] = defaultdict(dict)
    for place, names in _Walk(curriculum).all():
        for name in names:
            if name != (place.place, place.ident):
                places[name][place] = None
    return {name: list(at) for name, at in places.items()}


_Naming = tuple[Place, Iterable[Name]]


class _Walk:
    """Goes through a curriculum in order, and says what each place names."""

    def __init__(self, curriculum: Curriculum) -> None:
        self.curriculum = curriculum
        self.told_in: dict[str, list[Name]] = defaultdict(list)
        for event in _entries(curriculum.timeline.data, "events"):
            for passage in event.passages:
                self.told_in[passage].append(Name("event", event.ident))

    def all(self) -> Iterator[_Naming]:
        for unit in _entries(self.curriculum.course.data, "units"):
            yield Place("unit", unit.ident), _linked(unit.opening)
            for slug in unit.lessons:
                if isinstance(slug, str):
                    yield from self._lesson(slug, self.curriculum.lessons[slug])
        for slug, text in self.curriculum.texts.items():
            yield from self._text(slug, text)
        for quiz in self._quizzes():
            for item in quiz.all_items:
                yield Place("item", item.ident), _named("source", item.sources)
        yield from self._reference()

    def _lesson(self, slug: str, page: Page[schema.Lesson]) -> Iterator[_Naming]:
        data = page.data
        assert data is not None
        yield from self._page("lesson", slug, page, [*_of_front_matter(data), *_linked(*_fields(data))])

    def _text(self, slug: str, page: Page[schema.Text]) -> Iterator[_Naming]:
        """What the author's reading of a source names is left out: it is shown to who has answered first."""
        assert page.data is not None
        names = [*_named("source", [page.data.source]), *_linked(page.data.introduction)]
        yield from self._page("text", slug, page, names)

    def _page(self, place: str, slug: str, page: Page[Any], about: Sequence[Name]) -> Iterator[_Naming]:
        """The passages of PAGE, and then what it names ABOUT itself and in none of them; headings are no passages."""
        seen: set[Name] = set()
        apart = list(about)
        for block in page.blocks:
            names = [Name(link.scheme, link.target) for link in block.links if link.scheme in KINDS]
            if block.ident not in page.passages:
                apart += names
                continue
            names += self.told_in[f"{slug}#{block.ident}"]
            seen.update(names)
            yield Place(place, slug, block.ident), names
        yield Place(place, slug), [name for name in apart if name not in seen]

    def _quizzes(self) -> Iterator[Any]:
        """The quizzes, in the order of their lessons."""
        for unit in _entries(self.curriculum.course.data, "units"):
            for slug in unit.lessons:
                lesson = self.curriculum.lessons[slug].data if isinstance(slug, str) else None
                if lesson is not None and lesson.quiz is not None:
                    yield self.curriculum.quizzes[lesson.quiz].data

    def _reference(self) -> Iterator[_Naming]:
        curriculum = self.curriculum
        for person in _entries(curriculum.people.data, "people"):
            yield Place("person", person.ident), _linked(person.note)
        for term in _entries(curriculum.terms.data, "terms"):
            yield Place("term", term.ident), _linked(term.meaning)
        for event in _entries(curriculum.timeline.data, "events"):
            words = _linked(event.title, event.note, event.disputed)
            yield Place("event", event.ident), [*words, *_named("source", event.sources)]
        for source in _entries(curriculum.sources.data, "sources"):
            yield Place("source", source.ident), _linked(source.note)
        for figure in _entries(curriculum.figures.data, "figures"):
            words = _linked(figure.caption, figure.says)
            yield Place("figure", figure.ident), [*words, *_named("source", figure.sources)]


def _entries(data: Any, key: str) -> Sequence[Any]:
    """Return the entries of a file that may be missing."""
    return getattr(data, key) if data is not None else ()


def _of_front_matter(lesson: schema.Lesson) -> list[Name]:
    lists = (("person", lesson.people), ("term", lesson.terms), ("event", lesson.events), ("source", lesson.sources))
    return [name for kind, idents in lists for name in _named(kind, idents)]


def _fields(lesson: schema.Lesson) -> Iterator[str | None]:
    """Yield the Markdown of the front matter of LESSON."""
    about = lesson.lecture or lesson.essay
    yield about.note if about else None
    yield from lesson.objectives
    yield from (reading.look_for for reading in lesson.readings)
    for prompt in lesson.prompts:
        yield from (prompt.question, prompt.hint)


def _named(kind: str, idents: Iterable[str]) -> list[Name]:
    return [Name(kind, ident) for ident in idents]


def _linked(*sources: str | None) -> list[Name]:
    """Return what the Markdown of SOURCES links to."""
    links = [link for source in sources if source for block in blocks(source)[0] for link in block.links]
    return [Name(link.scheme, link.target) for link in links if link.scheme in KINDS]
