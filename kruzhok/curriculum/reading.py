"""Reading a curriculum: from bytes to what they say, and all that is wrong with it, at once."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from course.base.words import _
from kruzhok.curriculum import schema
from kruzhok.curriculum.checks_names import name_findings, unused_findings
from kruzhok.curriculum.checks_texts import text_findings
from kruzhok.curriculum.checks_values import value_findings
from kruzhok.curriculum.explain import schema_findings
from kruzhok.curriculum.files import (
    LARGEST_FILE,
    LARGEST_FOLDER,
    Name,
    file_findings,
    name_of,
    read_folder,
    split_front_matter,
    text_of,
)
from kruzhok.curriculum.findings import BadCurriculum, Finding
from kruzhok.curriculum.markup import read_bodies
from kruzhok.curriculum.model import Curriculum, Page, Sheet
from kruzhok.curriculum.places import Parsed, Place, read_yaml

__all__ = ["BadCurriculum", "Curriculum", "read_curriculum", "read_folder"]

Model = TypeVar("Model", bound=BaseModel)


def read_curriculum(files: Mapping[str, bytes]) -> Curriculum:
    """Return the curriculum in FILES (path -> bytes) with all that is wrong in it, by file and line; raise nothing."""
    findings = list(file_findings(files))
    curriculum = _Reader(files, findings).read()
    findings += read_bodies(curriculum)
    findings += name_findings(curriculum)
    findings += value_findings(curriculum)
    findings += text_findings(curriculum)
    if not any(finding.severity == "error" for finding in findings):
        # What a broken file would have named cannot be known, so nothing is called unused before all are whole.
        findings += unused_findings(curriculum)
    curriculum.findings = sorted(set(findings))
    return curriculum


class _Reader:
    """Reads each file by its schema; what is wrong is added to `findings`."""

    def __init__(self, files: Mapping[str, bytes], findings: list[Finding]) -> None:
        self.files = files
        self.findings = findings
        fits = sum(map(len, files.values())) <= LARGEST_FOLDER
        self.readable = {path: content for path, content in files.items() if fits and len(content) <= LARGEST_FILE}

    def read(self) -> Curriculum:
        curriculum = Curriculum(
            self.files,
            course=self._sheet("course.yaml", "course", schema.Course),
            people=self._sheet("people.yaml", "people", schema.People, without=schema.People(people=[])),
            terms=self._sheet("terms.yaml", "terms", schema.Terms, without=schema.Terms(terms=[])),
            timeline=self._sheet("timeline.yaml", "timeline", schema.Timeline, without=schema.Timeline(events=[])),
            sources=self._sheet("sources.yaml", "sources", schema.Sources, without=schema.Sources(sources=[])),
        )
        for path in sorted(self.readable):
            name = name_of(path)
            if name and name.kind == "lesson":
                if name.slug in curriculum.lessons:
                    self.findings.append(_same_slug(path, curriculum.lessons[name.slug].path))
                else:
                    curriculum.lessons[name.slug] = self._page(path, name, schema.Lesson)
            elif name and name.kind == "text":
                curriculum.texts[name.slug] = self._page(path, name, schema.Text)
            elif name and name.kind == "quiz":
                curriculum.quizzes[name.slug] = self._sheet(path, "quiz", schema.Quiz, slug=name.slug)
        return curriculum

    def _sheet(
        self, path: str, kind: str, model: type[Model], *, slug: str = "", without: Model | None = None
    ) -> Sheet[Model]:
        """Return the sheet in the file at PATH, or WITHOUT where there is no such file."""
        if path not in self.readable:
            return Sheet(path, kind, "", Parsed(), without if path not in self.files else None, slug)
        text = self._text(path)
        if text is None:
            return Sheet(path, kind, "", Parsed(), None, slug)
        parsed = read_yaml(text)
        return Sheet(path, kind, text, parsed, self._data(path, parsed, model), slug)

    def _page(self, path: str, name: Name, model: type[Model]) -> Page[Model]:
        """Return the page in the file at PATH; its body is parted into blocks later."""
        text = self._text(path)
        page: Page[Any] = Page(path, name.kind, text or "", Parsed(), None, name.slug, name.number)
        if text is None:
            return page
        front, page.body, page.body_line = split_front_matter(text)
        if front is None:
            hint = _("Line 1 is `---`; then comes YAML (`title: …`), then another line `---`, then the text.")
            self.findings.append(page.finding(Place(1, 1), _("This file has no front matter."), hint))
        else:
            page.parsed = read_yaml(front, first_line=2)
            page.data = self._data(path, page.parsed, model)
        return page

    def _text(self, path: str) -> str | None:
        text, finding = text_of(path, self.readable[path])
        if finding is None:
            return text
        self.findings.append(finding)
        return None

    def _data(self, path: str, parsed: Parsed, model: type[Model]) -> Model | None:
        for place, message, hint in ((fault.place, fault.message, fault.hint) for fault in parsed.faults):
            self.findings.append(Finding(path, place.line, place.column, message, hint))
        if parsed.faults and parsed.value is None:
            return None
        try:
            return model.model_validate(parsed.value)
        except ValidationError as error:
            self.findings += schema_findings(path, parsed, error, model)
            return None


def _same_slug(path: str, other: str) -> Finding:
    message = _("Another lesson has this slug: {file}.").format(file=other)
    return Finding(path, 1, 1, message, _("The number is no part of a lesson's address: rename one of the files."))
