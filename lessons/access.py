"""How the pages of lessons get what they show. What is not there, or not this user's, does not exist: NotFound."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from course.base.db import in_words
from course.base.errors import NotFound
from course.completion.models import Completion
from course.groups.access import may_plan
from course.groups.kinds import ANYBODY, Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment, Role
from course.outline.models import Activity, ActivityKind, Course
from course.syllabus.assigned import is_for
from course.syllabus.models import Assignment
from course.texts.models import Text
from lessons.discussion.models import Discussion, Post
from lessons.frames.models import Frame
from lessons.models import Document, Lesson, Prompt, Reading
from lessons.notes.models import Note
from lessons.seeing import its_talks


def lesson_named(session: Session, course: str, ident: str) -> Lesson:
    """Return the lesson IDENT of COURSE, with its activity, course and text. A planned one is none yet."""
    lesson = session.scalar(_LESSON, {"course": course, "ident": ident})
    if lesson is None:
        raise NotFound
    return lesson


_LESSON = (
    select(Lesson)
    .join(Lesson.activity)
    .join(Activity.course)
    .join(Lesson.text)
    .where(Course.ident == bindparam("course"), Activity.group_id.is_(None), Activity.ident == bindparam("ident"))
    .where(Activity.kind == in_words(ActivityKind.lesson))
    .options(contains_eager(Lesson.activity).contains_eager(Activity.course), contains_eager(Lesson.text))
)


def refuse_retired(session: Session, activity: Activity, enrolment: Enrolment | None) -> None:
    """Raise NotFound where ACTIVITY is retired and there is no work on it: who used it keeps it."""
    if activity.retired_at is None:
        return
    parts = select(Activity.id).where(or_(Activity.id == activity.id, Activity.parent_id == activity.id))
    mine = select(Completion.id).where(Completion.activity_id.in_(parts))
    if enrolment is None or session.scalar(mine.where(Completion.enrolment_id == enrolment.id).limit(1)) is None:
        raise NotFound


def reading_of(session: Session, lesson: Lesson, ident: str) -> Reading:
    """Return the reading of LESSON of that ident, with its activity."""
    part = Activity.parent_id == lesson.activity_id
    reading = session.scalar(
        select(Reading)
        .join(Reading.activity)
        .where(part, Activity.ident == ident)
        .options(contains_eager(Reading.activity))
    )
    if reading is None:
        raise NotFound
    return reading


def prompt_of(session: Session, lesson: Lesson, ident: str) -> Prompt:
    """Return the prompt of LESSON of that ident, with its activity and current version."""
    prompt = session.scalar(_PROMPT, {"lesson": lesson.activity_id, "ident": ident})
    if prompt is None:
        raise NotFound
    return prompt


class PromptFound(NamedTuple):
    """A prompt, with its activity and current version, and the lesson it is of, with its activity, course and text."""

    lesson: Lesson
    prompt: Prompt


def prompt_in_lesson(session: Session, course: str, lesson: str, ident: str) -> PromptFound:
    """Return the prompt IDENT of the LESSON of COURSE, as `lesson_named` and `prompt_of` do. One query."""
    row = session.execute(_PROMPT_IN_LESSON, {"course": course, "ident": lesson, "prompt": ident}).first()
    if row is None:
        raise NotFound
    return PromptFound(*row)


_ITS_PROMPT = aliased(Activity)
_PROMPT_IN_LESSON = (
    _LESSON.add_columns(Prompt)
    .join(_ITS_PROMPT, _ITS_PROMPT.parent_id == Lesson.activity_id)
    .join(Prompt, Prompt.activity_id == _ITS_PROMPT.id)
    .where(_ITS_PROMPT.ident == bindparam("prompt"), Prompt.current_version_id.is_not(None))
    .options(contains_eager(Prompt.activity.of_type(_ITS_PROMPT)), joinedload(Prompt.current))
)


_PROMPT = (
    select(Prompt)
    .join(Prompt.activity)
    .where(Activity.parent_id == bindparam("lesson"), Activity.ident == bindparam("ident"))
    .where(Prompt.current_version_id.is_not(None))
    .options(contains_eager(Prompt.activity), joinedload(Prompt.current))
)


def own_prompt(session: Session, mine: Enrolment, ident: str) -> Prompt:
    """Return the prompt of that ident which the group of MINE gave itself, with its activity and current version.

    Raise NotFound where it is not there for MINE, as `own_prompts_seen` says."""
    prompt = session.scalar(
        select(Prompt)
        .join(Prompt.activity)
        .join(Activity.course)
        .where(own_prompts_seen(mine), Activity.ident == ident, Prompt.current_version_id.is_not(None))
        .options(contains_eager(Prompt.activity).contains_eager(Activity.course), joinedload(Prompt.current))
    )
    if prompt is None:
        raise NotFound
    return prompt


def own_prompts_seen(mine: Enrolment) -> ColumnElement[bool]:
    """Return the condition that an activity is a prompt which the group of MINE gave itself, and is there for MINE.

    It is there for those to whom it is assigned, who began it or has a part in a talk on it, and for who plans."""
    if mine.group_id is None or mine.left_at is not None:
        return false()
    talk = select(Post.id).join(Discussion, Discussion.id == Post.discussion_id)
    begun = (Completion.activity_id == Activity.id, Completion.enrolment_id == mine.id)
    there = or_(
        true() if may_plan(mine) else false(),
        _given().where(is_for(mine.id)).correlate(Activity).exists(),
        select(Completion.id).where(*begun).correlate(Activity).exists(),
        talk.where(Discussion.activity_id == Activity.id, its_talks(mine)).correlate(Activity).exists(),
    )
    own = (
        Activity.group_id == mine.group_id,
        Activity.parent_id.is_(None),
        Activity.kind == in_words(ActivityKind.prompt),
    )
    return and_(*own, there)


def own_prompts_asked(mine: Enrolment) -> ColumnElement[bool]:
    """Return the condition that an activity is one of `own_prompts_seen` that is not taken back."""
    return and_(own_prompts_seen(mine), _given().correlate(Activity).exists())


def _given() -> Select[int]:
    """Return the query for what gives the Activity of the query around it to anybody."""
    return select(Assignment.id).where(Assignment.activity_id == Activity.id, Assignment.withdrawn_at.is_(None))


def texts_seen(course: Course, enrolment: Enrolment | None) -> ColumnElement[bool]:
    """Return the condition that a text is there for ENROLMENT, a place in COURSE; None has none.

    Texts of the course are there for everybody. One of a study group is there for its importer, the tutors of the
    group, those to whom it is assigned, and who has work on it. One that was only imported is there for its importer.
    """
    of_course = Text.course_id == course.id
    return of_course if enrolment is None else or_(of_course, own_texts_seen(enrolment))


def own_texts_seen(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a text is there for ENROLMENT, and not for everybody, as `texts_seen` says."""
    alone = Text.enrolment_id == enrolment.id
    if enrolment.group_id is None:
        return alone
    return or_(alone, and_(Text.group_id == enrolment.group_id, _is_open_to(enrolment)))


def _is_open_to(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that a text of the study group of ENROLMENT is open to it."""
    if enrolment.role is Role.tutor:
        return true()
    on_it = Reading.text_id == Text.id
    given = select(Assignment.id).join(Reading, Reading.activity_id == Assignment.activity_id)
    done = select(Completion.id).join(Reading, Reading.activity_id == Completion.activity_id)
    return or_(
        Text.imported_by_id == enrolment.user_id,
        given.where(on_it, Assignment.withdrawn_at.is_(None), is_for(enrolment.id)).correlate(Text).exists(),
        done.where(on_it, Completion.enrolment_id == enrolment.id).correlate(Text).exists(),
        select(Note.id).where(Note.text_id == Text.id, Note.enrolment_id == enrolment.id).correlate(Text).exists(),
        select(Frame.id).where(Frame.text_id == Text.id, Frame.enrolment_id == enrolment.id).correlate(Text).exists(),
    )


def document_named(session: Session, course: Course, ident: str, enrolment: Enrolment | None) -> Document:
    """Return the document of that ident that is there for ENROLMENT in COURSE, with its text; raise NotFound.

    One taken out of the course stays readable at its address."""
    return document_framed(session, course, ident, enrolment).document


class Framed(NamedTuple):
    """A document, with its text, and what somebody said of it last as a source."""

    document: Document
    frame: Frame | None


def document_framed(session: Session, course: Course, ident: str, enrolment: Enrolment | None) -> Framed:
    """Return what `document_named` does, and what ENROLMENT said last of it as a source. One query."""
    asked = {"course_id": course.id, "ident": ident, **(ids_of(enrolment) if enrolment else {"enrolment_id_0": 0})}
    row = session.execute(_document_framed(kind_of(enrolment) if enrolment else None), asked).first()
    if row is None:
        raise NotFound
    return Framed(*row)


@cache
def _document_framed(kind: Kind | None) -> Any:
    """Return the query for a document that is there for a member of KIND, None for a visitor."""
    me, newer = someone(kind or ANYBODY), aliased(Frame)
    is_last = ~exists().where(newer.enrolment_id == me.id, newer.text_id == Frame.text_id, newer.number > Frame.number)
    of_course = Text.course_id == bindparam("course_id")
    return (
        select(Document, Frame)
        .join(Document.text)
        .outerjoin(Frame, and_(Frame.text_id == Text.id, Frame.enrolment_id == me.id, is_last))
        .where(or_(of_course, own_texts_seen(me)) if kind else of_course, Text.ident == bindparam("ident"))
        .options(contains_eager(Document.text))
    )


def imported_it(enrolment: Enrolment, text: Text) -> bool:
    """Return whether the user of ENROLMENT imported TEXT."""
    return text.course_id is None and text.imported_by_id == enrolment.user_id
