"""Reading a curriculum: from bytes to what they say, and all that is wrong with it, at once."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from course.base.words import _
from kruzhok.curriculum import schema
from kruzhok.curriculum.checks_figures import figure_findings
from kruzhok.curriculum.checks_names import name_findings, unused_findings
from kruzhok.curriculum.checks_quizzes import quiz_findings
from kruzhok.curriculum.checks_ranges import range_findings
from kruzhok.curriculum.checks_texts import text_findings
from kruzhok.curriculum.checks_values import value_findings
from kruzhok.curriculum.explain import schema_findings
from kruzhok.curriculum.files import (
    LARGEST_FOLDER,
    Name,
    file_findings,
    most_bytes,
    name_of,
    read_folder,
    split_front_matter,
    text_of,
)
from kruzhok.curriculum.findings import BadCurriculum, Finding
from kruzhok.curriculum.markup import read_bodies
from kruzhok.curriculum.model import Curriculum, Page, Sheet
from kruzhok.curriculum.places import Parsed, Place, read_yaml
from kruzhok.curriculum.schema_quizzes import Quiz
from kruzhok.curriculum.scholarship import scholarship_findings

__all__ = ["BadCurriculum", "Curriculum", "read_curriculum", "read_folder"]

MOST_FINDINGS = 1000

Model = TypeVar("Model", bound=BaseModel)


def read_curriculum(files: Mapping[str, bytes]) -> Curriculum:
    """Return the curriculum in FILES (path -> bytes) with all that is wrong in it, by file and line; raise nothing."""
    findings = _Findings()
    findings.take(file_findings(files))
    curriculum = _Reader(files, findings).read()
    checks = (
        read_bodies,
        name_findings,
        value_findings,
        quiz_findings,
        text_findings,
        range_findings,
        figure_findings,
    )
    for check in checks:
        findings.take(check(curriculum))
    if not any(finding.severity == "error" for finding in findings.all):
        # What a broken file would have named cannot be known, so nothing is called unused before all are whole.
        findings.take(unused_findings(curriculum))
        findings.take(scholarship_findings(curriculum))
    curriculum.findings = sorted(findings.all)
    return curriculum


class _Findings:
    """Takes findings until there are enough: a hostile file has more faults than anybody would read or wait for."""

    def __init__(self) -> None:
        self.all: set[Finding] = set()

    def take(self, findings: Iterable[Finding]) -> None:
        """Take FINDINGS; they are not even looked for once there are enough."""
        for finding in findings:
            if len(self.all) >= MOST_FINDINGS:
                message = _("There are more than {most} findings; the rest is not shown.").format(most=MOST_FINDINGS)
                self.all.add(Finding("course.yaml", 1, 1, message))
                return
            self.all.add(finding)


class _Reader:
    """Reads each file by its schema; what is wrong is added to `findings`."""

    def __init__(self, files: Mapping[str, bytes], findings: _Findings) -> None:
        self.files = files
        self.findings = findings
        fits = sum(map(len, files.values())) <= LARGEST_FOLDER
        self.readable = {path: content for path, content in files.items() if fits and len(content) <= most_bytes(path)}

    def read(self) -> Curriculum:
        curriculum = Curriculum(
            self.files,
            course=self._sheet("course.yaml", "course", schema.Course),
            people=self._sheet("people.yaml", "people", schema.People, without=schema.People(people=[])),
            terms=self._sheet("terms.yaml", "terms", schema.Terms, without=schema.Terms(terms=[])),
            timeline=self._sheet("timeline.yaml", "timeline", schema.Timeline, without=schema.Timeline(events=[])),
            sources=self._sheet("sources.yaml", "sources", schema.Sources, without=schema.Sources(sources=[])),
            figures=self._sheet("figures.yaml", "figures", schema.Figures, without=schema.Figures(figures=[])),
        )
        for path in sorted(self.files):
            name = name_of(path)
            if name and name.kind == "lesson":
                if name.slug in curriculum.lessons:
                    self.findings.take([_same_slug(path, curriculum.lessons[name.slug].path)])
                else:
                    curriculum.lessons[name.slug] = self._page(path, name, schema.Lesson)
            elif name and name.kind == "text":
                curriculum.texts[name.slug] = self._page(path, name, schema.Text)
            elif name and name.kind == "quiz":
                curriculum.quizzes[name.slug] = self._sheet(path, "quiz", Quiz, slug=name.slug)
        return curriculum

    def _sheet(
        self, path: str, kind: str, model: type[Model], *, slug: str = "", without: Model | None = None
    ) -> Sheet[Model]:
        """Return the sheet in the file at PATH, or WITHOUT where there is no such file."""
        if path not in self.files:
            return Sheet(path, kind, "", Parsed(), without, slug)
        text = self._text(path)
        if text is None:
            return Sheet(path, kind, "", Parsed(), None, slug, broken=True)
        parsed = read_yaml(text)
        return Sheet(path, kind, text, parsed, self._data(path, parsed, model), slug, broken=parsed.value is None)

    def _page(self, path: str, name: Name, model: type[Model]) -> Page[Model]:
        """Return the page in the file at PATH; its body is parted into blocks later."""
        text = self._text(path)
        page: Page[Any] = Page(path, name.kind, text or "", Parsed(), None, name.slug, broken=True, number=name.number)
        if text is None:
            return page
        front, page.body, page.body_line = split_front_matter(text)
        if front is None:
            hint = _("Line 1 is `---`; then comes YAML (`title: …`), then another line `---`, then the text.")
            self.findings.take([page.finding(Place(1, 1), _("This file has no front matter."), hint)])
        else:
            page.parsed = read_yaml(front, first_line=2)
            page.data = self._data(path, page.parsed, model)
            page.broken = page.parsed.value is None
        return page

    def _text(self, path: str) -> str | None:
        if path not in self.readable:
            return None
        text, finding = text_of(path, self.readable[path])
        if finding is None:
            return text
        self.findings.take([finding])
        return None

    def _data(self, path: str, parsed: Parsed, model: type[Model]) -> Model | None:
        self.findings.take(
            Finding(path, fault.place.line, fault.place.column, fault.message, fault.hint) for fault in parsed.faults
        )
        if parsed.faults and parsed.value is None:
            return None
        try:
            return model.model_validate(parsed.value)
        except ValidationError as error:
            self.findings.take(schema_findings(path, parsed, error, model))
            return None


def _same_slug(path: str, other: str) -> Finding:
    message = _("Another lesson has this slug: {file}.").format(file=other)
    return Finding(path, 1, 1, message, _("The number is no part of a lesson's address: rename one of the files."))
