"""The Markdown of a curriculum: bodies in blocks, and the fields that hold Markdown as HTML.

Only a body has the buttons that open a term in place; elsewhere a term is a link that the page may make one of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.base.markdown import Block, Link, Problem, blocks, to_inline_html
from course.base.words import _
from kruzhok.curriculum.findings import Finding
from kruzhok.curriculum.model import Curriculum, Linked, Sheet
from kruzhok.curriculum.places import Path, Place
from kruzhok.curriculum.tables import MARKDOWN, words_at

_TERM_BUTTON = re.compile(r'<button type="button" class="term" popovertarget="(term-[^"]*)">(.*?)</button>', re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*)</p>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes HTML of Markdown, with the addresses of one course."""

    course: str

    def address(self, scheme: str, target: str) -> str | None:
        """Return where the text, lesson or picture TARGET of this course is shown."""
        slug, mark, passage = target.partition("#")
        if scheme in {"event", "figure"}:
            return f"/courses/{self.course}/{scheme}s/{target}"
        if scheme in {"text", "lesson"}:
            return f"/courses/{self.course}/{scheme}s/{slug}{mark}{passage}"
        return f"/courses/{self.course}/{target}" if scheme == "image" and target.startswith("images/") else None

    def body(self, source: str, *, first_line: int = 1) -> tuple[list[Block], list[Problem]]:
        """Return the blocks of SOURCE and what is wrong in it."""
        return blocks(source, first_line=first_line, address=self.address)

    def block(self, source: str | None) -> str:
        """Return the HTML of SOURCE, which may have paragraphs and lists; nothing of None."""
        found, _problems = self.body(source or "")
        return _without_buttons("\n".join(block.html for block in found))

    def inline(self, source: str) -> str:
        """Return the HTML of SOURCE as one run of words."""
        found, _problems = self.body(source)
        alone = found[0].html if [block.kind for block in found] == ["paragraph"] and not found[0].written else ""
        paragraph = _PARAGRAPH.fullmatch(alone)
        # What begins with "1917." would be a list; here it is words.
        return _without_buttons(paragraph[1]) if paragraph else to_inline_html(source)

    def inline_or_none(self, source: str | None) -> str | None:
        """Return the HTML of SOURCE as one run of words, None of None."""
        return None if source is None else self.inline(source)


def _without_buttons(html: str) -> str:
    return _TERM_BUTTON.sub(r'<a href="#\1">\2</a>', html)


def read_bodies(curriculum: Curriculum) -> Iterator[Finding]:
    """Part the bodies of all lessons and texts into blocks, and gather all links; yield what is wrong there.

    The Markdown of the YAML is looked at as well."""
    renderer = Renderer(curriculum.ident)
    for page in curriculum.pages.values():
        page.blocks, problems = renderer.body(page.body, first_line=page.body_line)
        curriculum.linked += (
            Linked(link, page, page.place_of_words(_written(link), link.line), True)
            for block in page.blocks
            for link in block.links
        )
        for problem in problems:
            yield page.finding(Place(problem.line, problem.column), problem.message, problem.hint)
    for field in markdown_fields(curriculum):
        found, problems = renderer.body(field.source)
        for problem in problems:
            yield field.sheet.finding(field.place_inside(problem.line, problem.column), problem.message, problem.hint)
        for block in found:
            curriculum.linked += (
                Linked(link, field.sheet, field.sheet.place_of_words(_written(link), field.place.line), False)
                for link in block.links
            )
            if block.written:
                hint = _("Passages and their idents are in the bodies of lessons and texts.")
                place = field.sheet.place_of_words("{#" + block.ident, field.place.line)
                yield field.sheet.finding(place, _("An ident has no use here."), hint)


@dataclass(frozen=True, slots=True)
class MarkdownField:
    """A value that holds Markdown, and where it is."""

    sheet: Sheet[Any]
    at: Path
    source: str

    @property
    def place(self) -> Place:
        """Return where the value begins."""
        return self.sheet.parsed.place(self.at)

    def place_inside(self, line: int, column: int) -> Place:
        """Return where LINE and COLUMN of the Markdown stand in the file."""
        return self.sheet.place_inside(self.at, line, column)


def markdown_fields(curriculum: Curriculum) -> Iterator[MarkdownField]:
    """Yield every value of the YAML that holds Markdown."""
    for sheet in curriculum.sheets():
        for pattern in MARKDOWN.get(sheet.kind, {}):
            for at, source in words_at(sheet.raw, pattern):
                yield MarkdownField(sheet, at, source)


def _written(link: Link) -> str:
    return link.target if link.scheme == "image" else f"{link.scheme}:{link.target}"
