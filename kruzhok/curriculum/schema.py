"""What may stand in each file of a curriculum (docs/curriculum.md). Of quizzes `schema_quizzes` tells.

A field's description is the hint of whoever left it out, and the help of editors that read the JSON Schema.
"""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from course.base.words import _
from quizzes.items.common import PassageAddress


def _said(text: str) -> str:
    if not text.strip():
        message = _("This is empty: write something, or leave the key out where it is optional.")
        raise PydanticCustomError("curriculum", message)
    return text


def _planned(planned: bool) -> bool:
    if not planned:
        message = _("A lesson that is not planned is named by its slug: take the keys out.")
        raise PydanticCustomError("curriculum", message)
    return planned


Ident = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Words = Annotated[str, AfterValidator(_said)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Minutes = Annotated[int, Field(ge=0, le=10_000)]
Moved = Annotated[
    dict[Ident, Ident],
    Field(
        default_factory=dict,
        description=_("Where the address of a passage that was taken out now leads: {old: new}."),
    ),
]


def words(description: str, **more: Any) -> Any:
    """Return a field that must be there, with what it is for."""
    return Field(description=description, **more)


def several(description: str) -> Any:
    """Return a field with a list that may be left out."""
    return Field(default_factory=list, description=description)


class Strict(BaseModel):
    """A piece of a file: types are not guessed, and unknown keys are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class DateInBoth(Strict):
    """A day in the New Style and, where Russia's own calendar dated it, in the Old."""

    date: Words = words(_("The day, New Style, in quotes: '1917-04-20'."))
    old_style: Words | None = words(_("The same day, Old Style, in quotes: '1917-04-07'."), default=None)


class PlannedLesson(Strict):
    """A lesson still being written, as a line of the outline."""

    planned: Annotated[bool, AfterValidator(_planned)]
    number: Annotated[int, Field(ge=0, le=10_000)] = words(_("The number of the lesson."))
    title: Words = words(_("The title of the lesson."))
    by: Words = words(_("Whose lecture it will be on."))
    given: Words | None = words(_("When the lecture was given, in quotes."), default=None)


def _of_which_kind(entry: Any) -> str:
    return "a slug" if isinstance(entry, str) else "a planned lesson"


OutlineEntry = Annotated[
    Annotated[Ident, Tag("a slug")] | Annotated[PlannedLesson, Tag("a planned lesson")], Discriminator(_of_which_kind)
]


class Unit(Strict):
    """A named part of the outline."""

    ident: Ident = words(_("The unit's address for good: lower-case letters, digits and hyphens."))
    title: Words = words(_("The title of the unit."))
    summary: Words | None = words(_("One sentence, for the outline."), default=None)
    opening: Words | None = words(_("Markdown, several paragraphs: the opening page of the unit."), default=None)
    lessons: list[OutlineEntry] = words(_("Slugs of lessons, and planned lessons, in order."))


class Pacing(Strict):
    """How fast the course is meant to be taken by whoever says nothing else."""

    days_per_lesson: Annotated[int, Field(ge=1, le=365)] = words(_("Days for a lesson."), default=7)


def _written(entry: Any) -> Any:
    if isinstance(entry, dict):
        message = _(
            "A path names lessons by their slugs, and a planned one has none: leave it out until it is written."
        )
        raise PydanticCustomError("curriculum", message)
    return entry


WrittenLesson = Annotated[Ident, BeforeValidator(_written)]


class Week(Strict):
    """A week of a path."""

    title: Words | None = words(_("What the week is about, in a few words."), default=None)
    lessons: Annotated[list[WrittenLesson], Field(min_length=1, max_length=10)] = words(
        _("Slugs of the lessons of the week, in order.")
    )


class CoursePath(Strict):
    """A way through the course, week by week: all of it, or a part."""

    ident: Ident = words(_("The path's address for good."))
    title: Words = words(_("The title of the path."))
    note: Words = words(_("Markdown: for whom it is, and what it leaves out."))
    weeks: Annotated[list[Week], Field(min_length=1, max_length=60)] = words(_("The weeks, in order."))


class Course(Strict):
    """course.yaml"""

    ident: Ident = words(_("The course's address for good: lower-case letters, digits and hyphens."))
    title: Words = words(_("The title of the course."))
    summary: Words = words(_("One or two sentences for the front page."))
    language: Language = words(_("The language the course is written in, as `en`."))
    licence: Words = words(_("Under what licence it may be used, as CC-BY-4.0."))
    authors: Annotated[list[Words], Field(min_length=1)] = words(_("Who wrote it, as a list."))
    about: Words = words(_("Markdown: whose lectures these are, and that the notes are ours."))
    pacing: Pacing = words(_("Default pacing: {days_per_lesson: 7}."), default_factory=Pacing)
    paths: list[CoursePath] = several(_("Ways through the course, week by week, as a list."))
    units: Annotated[list[Unit], Field(min_length=1)] = words(_("The outline: units and their lessons."))


class Lecture(Strict):
    """The lecture or essay that a lesson is on."""

    title: Words = words(_("The title of the lecture or essay."))
    by: Words = words(_("Who gave or wrote it."))
    given: Words | None = words(_("When it was given or published, in quotes: '2017-05-06'."), default=None)
    address: Words | None = words(_("Where it stands: https://…"), default=None)
    recording: Words | None = words(_("Where it can be heard or seen: https://…"), default=None)
    note: Words | None = words(_("Markdown: what stands at the address, or why there is none."), default=None)


class Reading(Strict):
    """Something to read: a text in the house, or something outside."""

    ident: Ident = words(_("The reading's ident, unique in its lesson."))
    title: Words = words(_("What is to be read."))
    by: Words | None = words(_("Who wrote it, and when."), default=None)
    text: Ident | None = words(_("The slug of a text in the house."), default=None)
    address: Words | None = words(_("Where it stands outside: https://…"), default=None)
    minutes: Minutes = words(_("How many minutes it takes to read."))
    required: bool = words(_("Whether it counts for the lesson; true unless said."), default=True)
    look_for: Words = words(_("Markdown: what to read it for."))
    part: Words | None = words(_("What of it to read, if not all."), default=None)

    @model_validator(mode="after")
    def _inside_or_outside(self) -> "Reading":
        if (self.text is None) == (self.address is None):
            message = _("A reading needs either `text` or `address`: a text in the house, or what stands outside.")
            raise PydanticCustomError("curriculum", message)
        return self


class Prompt(Strict):
    """A question to be answered in one's own words."""

    ident: Ident = words(_("The prompt's ident, unique in its lesson."))
    title: Words = words(_("The prompt in two or three words."))
    question: Words = words(_("Markdown: what is asked."))
    hint: Words | None = words(_("Markdown: what a good answer does."), default=None)
    minutes: Minutes = words(_("How many minutes an answer takes."))
    required: bool = words(_("Whether it counts for the lesson; true unless said."), default=True)


class Lesson(Strict):
    """lessons/NN-slug.md (front matter)"""

    title: Words = words(_("The title of the lesson."))
    lecture: Lecture | None = words(_("The lecture it is on."), default=None)
    essay: Lecture | None = words(_("The essay it is on."), default=None)
    summary: Words = words(_("One sentence, for the outline."))
    minutes: Minutes = words(_("How many minutes the notes take to read."))
    objectives: Annotated[list[Words], Field(min_length=1)] = words(_("What one can do after it, as a list."))
    readings: list[Reading] = several(_("What is to be read, as a list."))
    prompts: list[Prompt] = several(_("Questions to be answered in one's own words, as a list."))
    quiz: Ident | None = words(_("The slug of its quiz, quizzes/slug.yaml."), default=None)
    people: list[Ident] = several(_("Idents of people.yaml that it introduces."))
    terms: list[Ident] = several(_("Idents of terms.yaml that it introduces."))
    events: list[Ident] = several(_("Idents of timeline.yaml that it tells of."))
    sources: list[Ident] = several(_("Idents of sources.yaml that the notes rest on."))
    moved: Moved

    @model_validator(mode="after")
    def _lecture_or_essay(self) -> "Lesson":
        if self.lecture and self.essay:
            message = _("A lesson is on a lecture or on an essay: drop one of the two keys.")
            raise PydanticCustomError("curriculum", message)
        return self


class Frame(Strict):
    """How the author of the course reads a text as a source: shown to who has answered the same questions first."""

    who: Words = words(_("Markdown: who speaks, and for whom."))
    when: Words = words(_("Markdown: when, and at what moment."))
    to_whom: Words = words(_("Markdown: to whom."))
    to_what_end: Words = words(_("Markdown: what its readers are to think or do."))
    left_out: Words = words(_("Markdown: what is left out."))


class Text(Strict):
    """texts/slug.md (front matter)"""

    title: Words = words(_("The title of the text."))
    called: Words | None = words(_("How it is usually named."), default=None)
    by: Words = words(_("Who wrote it."))
    written: DateInBoth = words(_("When it was made public: {date: '1917-04-20', old_style: '1917-04-07'}."))
    original: Words | None = words(_("Its title in the original language."), default=None)
    original_language: Language | None = words(_("The original language, as `ru`."), default=None)
    translation: Words | None = words(_("Whose translation it is, and from what."), default=None)
    licence: Words = words(_("Under what licence it may be used, as CC-BY-4.0 or public domain."))
    source: Ident = words(_("Where the original stands: an ident of sources.yaml."))
    checked: Words = words(_("How the text was checked, against what."))
    minutes: Minutes = words(_("How many minutes it takes to read."))
    introduction: Words | None = words(_("Markdown, ours, shown apart from the document."), default=None)
    frame: Frame | None = words(_("How you read it as a source: five answers."), default=None)
    moved: Moved


class Person(Strict):
    """Somebody of history."""

    ident: Ident = words(_("The person's address for good."))
    name: Words = words(_("The name as the course writes it."))
    native: Words | None = words(_("The name in its own letters."), default=None)
    aliases: list[Words] = words(_("Other names and spellings, accepted in short answers."), default_factory=list)
    born: DateInBoth | None = words(_("{date: '1870-04-22', old_style: '1870-04-10'}"), default=None)
    died: DateInBoth | None = words(_("{date: '1924-01-21'}"), default=None)
    note: Words = words(_("Markdown: who this was, in one or two sentences."))


class Term(Strict):
    """A word of the field."""

    ident: Ident = words(_("The term's address for good."))
    term: Words = words(_("The term as the course writes it."))
    native: Words | None = words(_("The term in its own letters."), default=None)
    transliteration: Words | None = words(_("The native form in Latin letters."), default=None)
    aliases: list[Words] = words(_("Other spellings, accepted in short answers."), default_factory=list)
    meaning: Words = words(_("Markdown: what it means."))


class Event(Strict):
    """Something that happened."""

    ident: Ident = words(_("The event's address for good."))
    title: Words = words(_("Markdown: what happened, in a few words."))
    date: Words = words(_("When, New Style, in quotes: '1917-04-16', '1917-04', '1917', 'c. 1917', '1914..1918'."))
    old_style: Words | None = words(_("The same, Old Style, where Russia's own calendar dated it."), default=None)
    note: Words = words(_("Markdown: what happened."))
    place: Words | None = words(_("Where, as the course calls the place: Petrograd."), default=None)
    passages: list[PassageAddress] = several(_("Passages that tell of it, as slug#passage."))
    key: bool = words(_("Whether it is a turning point; false unless said."), default=False)
    disputed: Words | None = words(_("Markdown: what authorities differ on."), default=None)
    sources: list[Ident] = several(_("Idents of sources.yaml that it rests on."))


class Source(Strict):
    """A cited work."""

    ident: Ident = words(_("The source's address for good."))
    author: Words | None = words(_("Who wrote it."), default=None)
    title: Words = words(_("Its title."))
    container: Words | None = words(_("The journal, book or archive it stands in."), default=None)
    year: Words | None = words(_("When it came out, in quotes: '2017'."), default=None)
    publisher: Words | None = words(_("Who published it."), default=None)
    address: Words | None = words(_("Where it can be read: https://…"), default=None)
    note: Words | None = words(_("Markdown: what it is used for."), default=None)


class Figure(Strict):
    """A map or diagram, drawn as SVG and said in words."""

    ident: Ident = words(_("The figure's address for good."))
    title: Words = words(_("What it shows, in a few words."))
    file: Words = words(_("The drawing: images/name.svg."))
    caption: Words = words(_("Markdown: how it was drawn, and from what."))
    says: Words = words(_("Markdown, several paragraphs, lists or tables: all that the drawing says, in words."))
    sources: list[Ident] = several(_("Idents of sources.yaml that it rests on."))


class People(Strict):
    """people.yaml"""

    people: list[Person] = words(_("The persons, as a list."))


class Terms(Strict):
    """terms.yaml"""

    terms: list[Term] = words(_("The terms, as a list."))


class Timeline(Strict):
    """timeline.yaml"""

    events: list[Event] = words(_("The events, as a list."))


class Sources(Strict):
    """sources.yaml"""

    sources: list[Source] = words(_("The cited works, as a list."))


class Figures(Strict):
    """figures.yaml"""

    figures: list[Figure] = words(_("The maps and diagrams, as a list."))
