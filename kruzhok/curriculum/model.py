"""A curriculum as it was read: its files, what they say, and where they say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from course.base.markdown import Block, Link
from kruzhok.curriculum import schema
from kruzhok.curriculum.findings import Finding, Severity
from kruzhok.curriculum.places import Parsed, Path, Place
from kruzhok.curriculum.schema_quizzes import Quiz
from kruzhok.curriculum.tables import ENTRIES, words_at

Data = TypeVar("Data")

NEAR = 200  #: lines in which something that stands near is looked for


@dataclass
class Sheet(Generic[Data]):
    """A file of YAML. `data` is None where the schema found errors; what was read all the same is `parsed.value`.

    `broken` is true where nothing could be read of it, so that what it would have said cannot be known."""

    path: str
    kind: str
    text: str
    parsed: Parsed
    data: Data | None = None
    slug: str = ""
    broken: bool = False

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines of the file."""
        return self.text.splitlines()

    @property
    def raw(self) -> Any:
        """Return what the file says, valid or not."""
        return self.parsed.value

    def finding(self, at: Path | Place, message: str, hint: str = "", severity: Severity = "error") -> Finding:
        """Return a finding at a value of this file, or at a place of it."""
        place = at if isinstance(at, Place) else self.parsed.place(at)
        return Finding(self.path, place.line, place.column, message, hint, severity)

    def place_of_words(self, needle: str, from_line: int) -> Place:
        """Return where NEEDLE stands first from line FROM_LINE on; that line if it is not to be found near it."""
        for number in range(from_line, min(from_line + NEAR, len(self.lines) + 1)):
            if (column := self.lines[number - 1].find(needle)) >= 0:
                return Place(number, column + 1)
        return Place(from_line, 1)

    def place_inside(self, at: Path, line: int, column: int) -> Place:
        """Return where LINE and COLUMN (from 1) of the text at AT stand in the file, as nearly as can be told."""
        place = self.parsed.place(at)
        if place.style != "|":
            return place
        first = self.lines[place.line] if place.line < len(self.lines) else ""
        indent = len(first) - len(first.lstrip(" "))
        return Place(place.line + line, indent + column)


@dataclass
class Page(Sheet[Data]):
    """A file of Markdown: front matter, which is its sheet, and a body in blocks."""

    number: int = 0
    body: str = ""
    body_line: int = 1
    blocks: list[Block] = field(default_factory=list)

    @cached_property
    def by_ident(self) -> dict[str, Block]:
        """Return ident -> block, headings among them."""
        return {block.ident: block for block in self.blocks}

    @cached_property
    def order(self) -> dict[str, int]:
        """Return ident -> place among the blocks, from 0."""
        return {ident: place for place, ident in enumerate(self.by_ident)}

    @cached_property
    def passages(self) -> dict[str, Block]:
        """Return ident -> block of what somebody may be sent to."""
        return {block.ident: block for block in self.blocks if block.kind not in {"heading", "rule"}}


@dataclass(frozen=True, slots=True)
class Linked:
    """A link to something of the course, where it stands, and whether in a body."""

    link: Link
    sheet: Sheet[Any]
    place: Place
    in_body: bool


class Named(NamedTuple):
    """Something with an ident, and where it says so."""

    ident: str
    sheet: Sheet[Any]
    at: Path


@dataclass
class Curriculum:
    """A curriculum, with everything that was found wrong with it. Without errors every `data` is there."""

    files: Mapping[str, bytes]
    course: Sheet[schema.Course]
    people: Sheet[schema.People]
    terms: Sheet[schema.Terms]
    timeline: Sheet[schema.Timeline]
    sources: Sheet[schema.Sources]
    figures: Sheet[schema.Figures]
    lessons: dict[str, Page[schema.Lesson]] = field(default_factory=dict)
    texts: dict[str, Page[schema.Text]] = field(default_factory=dict)
    quizzes: dict[str, Sheet[Quiz]] = field(default_factory=dict)
    #: Every link in the bodies and in the Markdown of the YAML to something of the course.
    linked: list[Linked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ident(self) -> str:
        """Return the course's ident; "course" where it is not known."""
        value = self.course.raw.get("ident") if isinstance(self.course.raw, dict) else None
        return value if isinstance(value, str) else "course"

    @property
    def errors(self) -> list[Finding]:
        """Return the errors in the order of the files."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """Return the warnings in the order of the files."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    @cached_property
    def images(self) -> list[str]:
        """Return the paths of the pictures."""
        return sorted(path for path in self.files if path.startswith("images/"))

    @cached_property
    def pages(self) -> dict[str, Page[Any]]:
        """Return slug -> lesson or text."""
        return {**self.texts, **self.lessons}

    def sheets(self) -> Iterator[Sheet[Any]]:
        """Yield every file of YAML and Markdown that was read."""
        yield self.course
        yield from self.lessons.values()
        yield from self.texts.values()
        yield from self.quizzes.values()
        yield from (self.people, self.terms, self.timeline, self.sources, self.figures)

    def named(self, kind: str) -> Iterator[Named]:
        """Yield everything of KIND, as person, item or path, that has an ident."""
        for sheet in self.sheets():
            for path, what in ENTRIES.get(sheet.kind, {}).items():
                if what == kind:
                    yield from (Named(value, sheet, at) for at, value in words_at(sheet.raw, f"{path}.*.ident"))

    def is_known(self, kind: str) -> bool:
        """Say whether `idents` of KIND are all there are: no file that would name more is broken."""
        homes: Mapping[str, Sheet[Any]] = {
            "person": self.people,
            "term": self.terms,
            "event": self.timeline,
            "source": self.sources,
            "figure": self.figures,
        }
        return kind not in homes or not homes[kind].broken

    def idents(self, kind: str) -> set[str]:
        """Return the idents of everything of KIND; lessons, texts (both are pages) and quizzes have slugs."""
        slugs: Mapping[str, Mapping[str, object]] = {
            "lesson": self.lessons,
            "text": self.texts,
            "page": self.pages,
            "quiz": self.quizzes,
        }
        return set(slugs[kind]) if kind in slugs else {named.ident for named in self.named(kind)}
