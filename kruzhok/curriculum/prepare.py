"""Everything that loading will write, made of a curriculum beforehand: HTML, hashes, columns. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from course.base.files import sha256_of
from course.base.words import _
from course.chronology import HistoricalDate, in_words, old_style_in_words, parse_date
from kruzhok.curriculum import schema
from kruzhok.curriculum.checks_figures import drawing_of
from kruzhok.curriculum.markup import Renderer
from kruzhok.curriculum.mentions import mentions_in
from kruzhok.curriculum.model import Curriculum, Page
from kruzhok.curriculum.prepare_quizzes import PreparedQuiz, prepared_quiz
from quizzes.items import ItemData

#: To be raised when something else is made of the same files: the same hash then no longer means that nothing is to do.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text: the study notes of a lesson, or (with `about`) a document."""

    title: str
    hash: str
    passages: Sequence[dict[str, Any]]
    moved: Mapping[str, str]
    about: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class PreparedPrompt:
    """What a prompt asks."""

    hash: str
    question_html: str
    hint_html: str | None


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """What an item asks, the text and passage it tests, and whether it stands after this as a self-check."""

    hash: str
    data: dict[str, Any]
    text: str
    passage: str
    check: bool


@dataclass(frozen=True, slots=True)
class PreparedLesson:
    """A lesson: its place in the outline, its own columns, its parts by ident, and what it names (kind -> idents)."""

    unit: str
    place: dict[str, Any]
    lesson: dict[str, Any]
    readings: Mapping[str, tuple[dict[str, Any], dict[str, Any]]]
    prompts: Mapping[str, tuple[dict[str, Any], PreparedPrompt]]
    quiz: PreparedQuiz | None
    named: Mapping[str, Sequence[str]]


def hash_of(content: Any) -> str:
    """Return the hash by which CONTENT (anything of JSON) is known, whatever the order of its keys."""
    return sha256_of(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def hash_of_files(files: Mapping[str, bytes]) -> str:
    """Return the hash of all FILES, by which a course is known."""
    digest = hashlib.sha256(f"format {FORMAT}\n".encode())
    for path in sorted(files):
        digest.update(f"{sha256_of(files[path])} {path}\n".encode())
    return digest.hexdigest()


class Preparation:
    """What is to be written of CURRICULUM, which has no errors."""

    def __init__(self, curriculum: Curriculum) -> None:
        assert not curriculum.errors
        self.curriculum = curriculum
        self.render = Renderer(curriculum.ident)
        self.hash = hash_of_files(curriculum.files)
        self.data = _there(curriculum.course.data)
        self.course = self._course()
        units = enumerate(self.data.units, 1)
        self.units = {unit.ident: self._unit(unit, place) for place, unit in units}
        drawn = enumerate(_there(curriculum.figures.data).figures, 1)
        self.reference = {
            "person": {person.ident: self._person(person) for person in _there(curriculum.people.data).people},
            "term": {term.ident: self._term(term) for term in _there(curriculum.terms.data).terms},
            "event": {event.ident: self._event(event) for event in _there(curriculum.timeline.data).events},
            "source": {source.ident: self._source(source) for source in _there(curriculum.sources.data).sources},
            "figure": {figure.ident: self._figure(figure, place) for place, figure in drawn},
        }
        self.texts = {slug: self._text(page, self._about(_there(page.data))) for slug, page in curriculum.texts.items()}
        self.texts |= {slug: self._text(page, None) for slug, page in curriculum.lessons.items()}
        quizzes = [_there(quiz.data) for quiz in curriculum.quizzes.values()]
        self.items = {item.ident: _item(item) for quiz in quizzes for item in quiz.all_items}
        self.lessons, self.planned = self._outline()
        self.mentions = mentions_in(curriculum)

    def _course(self) -> dict[str, Any]:
        data = self.data
        return {
            "title": data.title,
            "summary": data.summary,
            "language": data.language,
            "licence": data.licence,
            "authors": list(data.authors),
            "about_html": self.render.block(data.about),
            "pacing": data.pacing.model_dump(),
            "paths": [{**path.model_dump(), "note": self.render.inline(path.note)} for path in data.paths],
        }

    def _unit(self, unit: schema.Unit, position: int) -> dict[str, Any]:
        opening = self.render.block(unit.opening) or None
        return {"position": position, "title": unit.title, "summary": unit.summary, "opening_html": opening}

    def _person(self, person: schema.Person) -> dict[str, Any]:
        return {
            "name": person.name,
            "native": person.native,
            "aliases": list(person.aliases),
            "lived": lived(person),
            "note_html": self.render.inline(person.note),
        }

    def _term(self, term: schema.Term) -> dict[str, Any]:
        return {
            "term": term.term,
            "native": term.native,
            "transliteration": term.transliteration,
            "aliases": list(term.aliases),
            "meaning_html": self.render.inline(term.meaning),
        }

    def _event(self, event: schema.Event) -> dict[str, Any]:
        when = parse_date(event.date, old_style=event.old_style)
        return {
            "title_html": self.render.inline(event.title),
            "earliest": when.earliest,
            "latest": when.latest,
            "in_words": in_words(when),
            "old_style_in_words": old_style_in_words(when),
            "note_html": self.render.inline(event.note),
            "place": event.place,
            "turning_point": event.key,
            "disputed_html": self.render.inline_or_none(event.disputed),
        }

    def _source(self, source: schema.Source) -> dict[str, Any]:
        plain = source.model_dump(exclude={"ident", "note"})
        return {**plain, "note_html": self.render.inline_or_none(source.note)}

    def _figure(self, figure: schema.Figure, position: int) -> dict[str, Any]:
        return {
            "position": position,
            "title": figure.title,
            "svg": drawing_of(self.curriculum, figure.file, figure.ident, figure.title).svg,
            "caption_html": self.render.inline(figure.caption),
            "says_html": self.render.block(figure.says),
            "sources": list(figure.sources),
        }

    def _text(self, page: Page[Any], about: dict[str, Any] | None) -> PreparedText:
        data, passages, number = _there(page.data), [], 0
        for position, block in enumerate(page.blocks, 1):
            counted = block.kind not in {"heading", "rule"}
            number += counted
            passages.append(
                {
                    "ident": block.ident,
                    "position": position,
                    "number": number if counted else None,
                    "kind": block.kind,
                    "html": block.html,
                    "plain": block.plain,
                }
            )
        return PreparedText(data.title, hash_of(passages), passages, dict(data.moved), about)

    def _about(self, text: schema.Text) -> dict[str, Any]:
        """Return what is known of a document beside its words; what is not known is left out."""
        written = parse_date(text.written.date, old_style=text.written.old_style)
        plain = text.model_dump(exclude={"title", "written", "introduction", "frame", "moved"})
        frame = text.frame.model_dump() if text.frame else {}
        known = {
            "title": text.title,
            **plain,
            "written": in_words(written),
            "written_old_style": old_style_in_words(written),
            "introduction_html": self.render.block(text.introduction) or None,
            "frame": {question: self.render.inline(said) for question, said in frame.items()} or None,
        }
        return {key: value for key, value in known.items() if value is not None}

    def _outline(self) -> tuple[dict[str, PreparedLesson], list[tuple[str, dict[str, Any]]]]:
        """Return slug -> lesson, and the planned lessons with their unit; positions count through the whole course."""
        lessons, planned, position = {}, [], 0
        for unit in self.data.units:
            for entry in unit.lessons:
                position += 1
                if isinstance(entry, str):
                    lessons[entry] = self._lesson(entry, unit.ident, position)
                else:
                    row = {"position": position, **entry.model_dump(exclude={"planned"}), "given": _day(entry.given)}
                    planned.append((unit.ident, row))
        return lessons, planned

    def _lesson(self, slug: str, unit: str, position: int) -> PreparedLesson:
        page = self.curriculum.lessons[slug]
        data = _there(page.data)
        readings = {reading.ident: self._reading(reading, place) for place, reading in enumerate(data.readings, 1)}
        after = len(data.readings) + 1
        prompts = {prompt.ident: self._prompt(prompt, place) for place, prompt in enumerate(data.prompts, after)}
        return PreparedLesson(
            unit=unit,
            place={"position": position, "title": data.title, "minutes": data.minutes, "required": True},
            lesson={
                "number": page.number,
                "summary": data.summary,
                "objectives": [self.render.inline(objective) for objective in data.objectives],
                "lecture": self._lecture(data),
            },
            readings=readings,
            prompts=prompts,
            quiz=self._quiz(data.quiz, after + len(data.prompts)) if data.quiz else None,
            named={"person": data.people, "term": data.terms, "event": data.events, "source": data.sources},
        )

    def _lecture(self, data: schema.Lesson) -> dict[str, Any] | None:
        lecture = data.lecture or data.essay
        if lecture is None:
            return None
        return {
            "kind": "lecture" if data.lecture else "essay",
            "title": lecture.title,
            "by": lecture.by,
            "given": in_words(parse_date(lecture.given)) if lecture.given else None,
            "address": lecture.address,
            "recording": lecture.recording,
            "note_html": self.render.inline_or_none(lecture.note),
        }

    def _reading(self, reading: schema.Reading, position: int) -> tuple[dict[str, Any], dict[str, Any]]:
        own = {
            "text": reading.text,
            "address": reading.address,
            "by": reading.by,
            "part": reading.part,
            "look_for_html": self.render.inline(reading.look_for),
        }
        return _part(reading, position), own

    def _prompt(self, prompt: schema.Prompt, position: int) -> tuple[dict[str, Any], PreparedPrompt]:
        question, hint = self.render.inline(prompt.question), self.render.inline_or_none(prompt.hint)
        return _part(prompt, position), PreparedPrompt(hash_of([question, hint]), question, hint)

    def _quiz(self, slug: str, position: int) -> PreparedQuiz:
        return prepared_quiz(slug, _there(self.curriculum.quizzes[slug].data), position, self.render)


def _there(data: Any) -> Any:
    assert data is not None, "a curriculum without errors has all its data"
    return data


def _part(part: schema.Reading | schema.Prompt, position: int) -> dict[str, Any]:
    return {"position": position, "title": part.title, "minutes": part.minutes, "required": part.required}


def _item(item: ItemData) -> PreparedItem:
    """What an item leaves to its defaults is no part of its hash: a key that is new to the format changes no item.

    Nor is that it is a self-check, too: it asks the same."""
    text, _sign, passage = item.passage.partition("#")
    canonical = item.model_dump(mode="json", exclude_defaults=True, exclude={"check"})
    data = item.model_dump(mode="json", exclude={"check"})
    return PreparedItem(hash_of(canonical), data, text, passage, item.check)


def _day(text: str | None) -> date | None:
    return parse_date(text).earliest if text else None


def lived(person: schema.Person) -> str:
    """Return the years of PERSON as people say them: "1870–1924", "born 1870", "died 1924", nothing."""
    born, died = (_year(parse_date(when.date)) if when else "" for when in (person.born, person.died))
    if born and died:
        return f"{born}–{died}"
    return _("born {year}").format(year=born) if born else _("died {year}").format(year=died) if died else ""


def _year(when: HistoricalDate) -> str:
    exact = when.ends is None and when.precision in {"day", "month", "year"}
    return (f"c. {when.earliest.year}" if when.circa else str(when.earliest.year)) if exact else in_words(when)
