"""Everything the page of a lesson, and that of a document, shows: gathered here with a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from course.base.errors import NotFound
from course.completion.models import Completion, State
from course.groups.kinds import ANYBODY, Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment, StudyGroup
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus.assigned import is_for
from course.syllabus.models import Assignment
from lessons.access import Framed, own_prompts_asked
from lessons.content import Content, content_of_document, content_of_lesson, everything_of, tongue_of
from lessons.discussion.listing import PostCounts, post_counts
from lessons.discussion.quoting import QuotedBy, quoted_in
from lessons.frames.models import Frame
from lessons.markup import with_slips
from lessons.models import Document, Lesson, Reading
from lessons.notes.showing import TextNotes, notes_on
from lessons.outline import LessonLine, lessons_of, neighbours
from lessons.pace import at_pace, minutes_of
from lessons.parts import Work, lesson_begun, work_of
from lessons.passages import PassageFound, PassageShown, passages_shown
from lessons.reference import Reference, SourceShown, TermShown
from lessons.resuming import Resumed, resumed
from lessons.text_parts import ALL, TextPart, Wanted, part_of
from quizzes.attempts.missed import missed_passages
from quizzes.attempts.results import QuizStanding
from quizzes.checks.showing import questions_at


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson as its page shows it."""

    lesson: Lesson
    course: Course
    work: Work
    results: Mapping[int, QuizStanding]
    in_group: bool
    #: Prompt -> how much is said on it in the study group, where anything is.
    posts: Mapping[int, PostCounts]
    #: What of it everybody sees, and its passages as the reader does.
    content: Content
    passages: Sequence[PassageShown]
    reference: Reference
    slips: Sequence[TermShown]
    #: The kinds of labels of claims that stand in the notes.
    labels: Sequence[str]
    #: The lesson itself in the outline, and with it its unit: None where it is retired.
    unit: LessonLine | None
    before: LessonLine | None
    after: LessonLine | None
    notes: TextNotes
    #: How long the notes take at the reader's pace, and where they go on in them.
    minutes: int
    resumed: Resumed
    #: Passage -> the posts of the study group that quote it.
    quoted: Mapping[str, Sequence[QuotedBy]]


def lesson_page(
    session: Session,
    course: Course,
    ident: str,
    enrolment: Enrolment | None,
    pace: int | None = None,
    opened: str | None = None,
) -> LessonPage:
    """Return the page of the lesson IDENT of COURSE for ENROLMENT, None for who has none, with the minutes of a reader
    of PACE; raise NotFound where there is none, or none any longer for who has not begun it.

    OPENED is the passage all of whose notes are to be shown, as for `notes_on`."""
    begun = lesson_begun(session, course, ident, enrolment)
    lesson, work = begun.lesson, work_of(session, begun, pace)
    if lesson.activity.retired_at is not None and work.state is State.none:
        raise NotFound
    content = content_of_lesson(session, lesson, work.parts)
    notes = notes_on(session, enrolment, lesson.text, content.found, opened)
    missed = missed_passages(session, enrolment, [lesson.text_id]) if enrolment else {}
    shown = passages_shown(
        content.found,
        content.laid,
        missed={ident: what for (_text, ident), what in missed.items()},
        checks=questions_at(session, content.checks, enrolment),
        notes=notes.at,
        figures=content.figures,
        minutes=(minutes := at_pace(lesson.activity.minutes, pace)),
    )
    so_far = resumed(session, enrolment, lesson.text, content.found, shown, key=content.key)
    in_group = enrolment is not None and enrolment.group_id is not None
    posts = post_counts(session, enrolment, [part.id for part in work.of("prompt")]) if enrolment and in_group else {}
    lines = lessons_of(session, course)
    before, after = neighbours(lines, lesson.activity.ident)
    return LessonPage(
        lesson,
        course,
        work,
        begun.results,
        in_group,
        posts,
        content,
        shown,
        content.reference,
        content.slips,
        content.labels,
        next((line for line in lines if line.activity_id == lesson.activity_id), None),
        before,
        after,
        notes,
        minutes,
        so_far,
        quoted_in(session, enrolment, lesson.text),
    )


@dataclass(frozen=True, slots=True)
class Serves:
    """A reading that a document is read for, with its lesson; one of the study group's own has none."""

    reading_ident: str
    lesson_ident: str | None
    lesson_title: str
    look_for: Markup
    required: bool
    state: State
    #: Whether the lesson asks something, or the group itself, so that the document can be quoted in the talk about it.
    asks: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A text in the house as its page shows it."""

    document: Document
    course: Course
    introduction: Markup | None
    source: SourceShown | None
    #: What of it everybody sees, and its passages as the reader does.
    content: Content
    passages: Sequence[PassageShown]
    reference: Reference
    slips: Sequence[TermShown]
    serves: Sequence[Serves]
    notes: TextNotes
    #: How long it takes at the reader's pace, and where they go on in it.
    minutes: int
    resumed: Resumed
    #: Which part of it the page shows, None where it shows all.
    part: TextPart | None
    #: What the reader said last of it as a source, and the study group with which that can be shared.
    frame: Frame | None
    group: StudyGroup | None
    #: Passage -> the posts of the study group that quote it.
    quoted: Mapping[str, Sequence[QuotedBy]]


def document_page(
    session: Session,
    course: Course,
    framed: Framed,
    enrolment: Enrolment | None,
    pace: int | None = None,
    wanted: Wanted = ALL,
    opened: str | None = None,
) -> DocumentPage:
    """Return the page of a document, which ENROLMENT has FRAMED or not, None for who has none, with the minutes of a
    reader of PACE.

    Of a long text it is the part that is WANTED. OPENED is the passage all of whose notes are to be shown, as for
    `notes_on`."""
    document = framed.document
    part = part_of(session, document, wanted)
    introduction = document.about.get("introduction_html")
    of_course = document.text.course_id is not None
    serves = _serves(session, document, enrolment) if of_course else _serves_group(session, document, enrolment)
    content = content_of_document(session, course, document, part, [one.look_for for one in serves])
    notes = notes_on(session, enrolment, document.text, content.found, opened)
    missed = missed_passages(session, enrolment, [document.text_id]) if enrolment else {}
    minutes = minutes_to_read(document, content.found, pace)
    shown = passages_shown(
        content.found,
        content.laid,
        missed={ident: what for (_text, ident), what in missed.items()},
        checks=questions_at(session, content.checks, enrolment),
        notes=notes.at,
        figures=content.figures,
        tongue=tongue_of(document),
        minutes=words_at(content.found, pace) if part else minutes,
        minutes_after=minutes_of(part.words_after, pace) if part else 0,
    )
    return DocumentPage(
        document,
        course,
        with_slips(introduction) if introduction else None,
        everything_of(session, course).source.get(document.about.get("source", "")),
        content,
        shown,
        content.reference,
        content.slips,
        serves,
        notes,
        minutes,
        resumed(session, enrolment, document.text, content.found, shown, whole=part is None, key=content.key),
        part,
        framed.frame,
        enrolment.group if enrolment else None,
        quoted_in(session, enrolment, document.text),
    )


def minutes_to_read(document: Document, passages: Sequence[PassageFound], pace: int | None) -> int:
    """Return how long DOCUMENT takes a reader of PACE: as its author says, else by its words."""
    if said := document.about.get("minutes"):
        return at_pace(said, pace)
    return words_at(passages, pace)


def words_at(passages: Sequence[PassageFound], pace: int | None) -> int:
    """Return how long the words of PASSAGES take a reader of PACE."""
    return minutes_of(sum(found.words for found in passages), pace)


def _serves(session: Session, document: Document, enrolment: Enrolment | None) -> list[Serves]:
    """Return the readings of lessons that stand on DOCUMENT, in the order of the lessons' numbers."""
    asked = {"text_id": document.text_id, **(ids_of(enrolment) if enrolment else {"enrolment_id_0": 0})}
    rows = session.execute(_readings_on(kind_of(enrolment) if enrolment else None), asked)
    return [
        Serves(
            part.ident,
            of.ident,
            of.title,
            with_slips(reading.look_for_html),
            part.required,
            state or State.none,
            asked,
        )
        for reading, part, of, state, asked in rows
    ]


@cache
def _readings_on(kind: Kind | None) -> Any:
    """Return the query for the readings of lessons that stand on a text, for a member of KIND; None for a visitor."""
    me = someone(kind or ANYBODY)
    lesson, prompt = aliased(Activity), aliased(Activity)
    asks: ColumnElement[bool] = exists().where(
        prompt.parent_id == lesson.id,
        prompt.kind == ActivityKind.prompt,
        prompt.retired_at.is_(None),
        or_(prompt.group_id.is_(None), prompt.group_id == me.group_id),
    )
    if kind is not None:
        asks = or_(asks, _group_asks(me))
    return (
        select(Reading, Activity, lesson, Completion.state, asks)
        .join(Activity, Activity.id == Reading.activity_id)
        .join(lesson, lesson.id == Activity.parent_id)
        .join(Lesson, Lesson.activity_id == lesson.id)
        .outerjoin(Completion, and_(Completion.activity_id == Activity.id, Completion.enrolment_id == me.id))
        .where(Reading.text_id == bindparam("text_id"), Activity.retired_at.is_(None), lesson.retired_at.is_(None))
        .order_by(Lesson.number, Activity.position)
    )


def _serves_group(session: Session, document: Document, enrolment: Enrolment | None) -> list[Serves]:
    """Return the readings of the study group of ENROLMENT that stand on DOCUMENT and are assigned to it."""
    if enrolment is None or enrolment.group_id is None:
        return []
    rows = session.execute(_group_readings_on(kind_of(enrolment)), {"text_id": document.text_id, **ids_of(enrolment)})
    return [
        Serves(part.ident, None, part.title, with_slips(reading.look_for_html), True, done or State.none, asked)
        for reading, part, done, asked in rows
    ]


@cache
def _group_readings_on(kind: Kind) -> Any:
    me = someone(kind)
    state = and_(Completion.activity_id == Activity.id, Completion.enrolment_id == me.id)
    given = select(Assignment.id).where(Assignment.activity_id == Activity.id, Assignment.withdrawn_at.is_(None))
    return (
        select(Reading, Activity, Completion.state, _group_asks(me))
        .join(Activity, Activity.id == Reading.activity_id)
        .outerjoin(Completion, state)
        .where(Reading.text_id == bindparam("text_id"), Activity.group_id == me.group_id)
        .where(or_(Completion.id.is_not(None), given.where(is_for(me.id)).correlate(Activity).exists()))
        .order_by(Activity.id)
    )


def _group_asks(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that the study group of ENROLMENT asks it something of its own."""
    return select(Activity.id).where(own_prompts_asked(enrolment)).correlate(None).exists()
