"""Where in a text somebody last did something, and when: known from what they did, for nobody watches them read."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.completion.models import CompletionFact, FactKind
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.texts.models import Anchor, Passage, Text, TextVersion
from lessons.frames.models import Frame
from lessons.frames.places import FRAME, frame_place
from lessons.models import Draft, Lesson, Reading
from lessons.notes.models import Note, NotePlace
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, SelfCheck, Step, StepKind


class Act(NamedTuple):
    """Something done in a text: CHECK or NOTE at the passage IDENT; what is about all of it has none. DRAFT is one of
    answers to the questions of a source frame."""

    kind: str
    at: datetime
    ident: str | None


class Place(NamedTuple):
    """The passage of a text of the course at which something was done last; of a DRAFT none."""

    kind: str
    at: datetime
    ident: str | None
    number: int | None
    #: The ident of the text in its address; of study notes it is that of the lesson.
    text_ident: str
    text_title: str
    is_lesson: bool


CHECK, NOTE, DRAFT, OTHER, VERSION = "check", "note", "draft", "other", "version"


class Acts(NamedTuple):
    """What somebody did in a text last, and the last of it that was at a passage; whether a frame of it is being
    written; since when its words are as now."""

    last: Act | None
    placed: Act | None
    is_framing: bool
    made_at: datetime | None


def acts_on(session: Session, enrolment: Enrolment, text: Text) -> Acts:
    """Return what ENROLMENT did last in TEXT: a self-check, a note, a frame, a tick, the quiz of its lesson. One
    query."""
    asked = {"text_id": text.id, "version_id": text.current_version_id, "frame": frame_place(text)}
    rows = [Act(*row[:3]) for row in session.execute(_acts_on(), {**ids_of(enrolment), **asked})]
    done = sorted((act for act in rows if act.kind != VERSION), key=lambda act: act.at)
    return Acts(
        last=next(reversed(done), None),
        placed=next((act for act in reversed(done) if act.ident), None),
        is_framing=any(act.kind == DRAFT for act in done),
        made_at=next((act.at for act in rows if act.kind == VERSION), None),
    )


@cache
def _acts_on() -> Any:
    """Return the query for the last acts of each kind in a text, and for when its version was made."""
    me, text_id = someone(ANYBODY), bindparam("text_id", type_=Text.id.type)
    kinds = (FactKind.reached, FactKind.tick, FactKind.untick)
    on_it = or_(
        CompletionFact.activity_id.in_(select(Reading.activity_id).where(Reading.text_id == text_id)),
        CompletionFact.activity_id.in_(select(Lesson.activity_id).where(Lesson.text_id == text_id)),
    )
    facts = _newest(OTHER, CompletionFact.at, CompletionFact.enrolment_id == me.id, on_it)
    frames = _newest(OTHER, Frame.written_at, Frame.enrolment_id == me.id, Frame.text_id == text_id)
    of_lesson = (
        select(Activity.id).join(Lesson, Lesson.activity_id == Activity.parent_id).where(Lesson.text_id == text_id)
    )
    quizzes = _newest(
        OTHER,
        Attempt.submitted_at,
        Attempt.enrolment_id == me.id,
        Attempt.purpose == in_words(Purpose.quiz),
        Attempt.submitted_at.is_not(None),
        Attempt.activity_id.in_(of_lesson),
    )
    return _of_each(
        _checks(me).where(SelfCheck.text_id == text_id),
        _notes(me).where(Note.text_id == text_id),
        facts.where(CompletionFact.kind.in_(kinds)),
        frames,
        _drafts(me).where(Draft.place == bindparam("frame")),
        quizzes,
        _newest(VERSION, TextVersion.made_at, TextVersion.id == bindparam("version_id")),
    )


def last_place(me: Enrolment) -> Select[Any]:
    """Return the query for where in the texts of its course an enrolment last answered a self-check or noted something,
    or of which it was writing a source frame. Its columns are those of `Place`."""
    acts = _of_each(_checks(me), _notes(me), _drafts(me)).subquery()
    cells = (
        acts.c.kind,
        acts.c.at,
        Passage.ident,
        Passage.number,
        func.coalesce(Activity.ident, Text.ident),
        Text.title,
        Activity.id.is_not(None),
    )
    return (
        select(*(cell.label(name) for name, cell in zip(Place._fields, cells, strict=True)))
        .join(Text, Text.id == acts.c.text_id)
        .outerjoin(Passage, and_(Passage.version_id == Text.current_version_id, Passage.ident == acts.c.ident))
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Activity, Activity.id == Lesson.activity_id)
        .where(Text.course_id == me.course_id, or_(acts.c.kind == DRAFT, Passage.id.is_not(None)))
        .order_by(acts.c.at.desc(), acts.c.kind)
        .limit(1)
    )


def _checks(enrolment: Enrolment) -> Select[Any]:
    """Return the query for the self-check answered last."""
    answered = _newest(
        CHECK, Step.at, Attempt.enrolment_id == enrolment.id, ident=SelfCheck.passage_ident, text_id=SelfCheck.text_id
    )
    return (
        answered.join(AttemptItem, AttemptItem.id == Step.attempt_item_id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(SelfCheck, SelfCheck.item_id == ItemVersion.item_id)
        .where(Attempt.purpose == in_words(Purpose.check), Step.kind == StepKind.save)
    )


def _notes(enrolment: Enrolment) -> Select[Any]:
    """Return the query for the note or highlight made or changed last, at the passage where it begins."""
    mine = _newest(NOTE, Note.changed_at, Note.enrolment_id == enrolment.id, ident=Passage.ident, text_id=Note.text_id)
    return (
        mine.outerjoin(NotePlace, NotePlace.note_id == Note.id)
        .outerjoin(Anchor, Anchor.id == NotePlace.anchor_id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
        .order_by(NotePlace.id)
    )


def _drafts(enrolment: Enrolment) -> Select[Any]:
    """Return the query for the draft of a source frame saved last."""
    mine = (Draft.enrolment_id == enrolment.id, Draft.text != "", Draft.place.startswith(FRAME))
    text_id = cast(func.substr(Draft.place, len(FRAME) + 1), Text.id.type)
    return _newest(DRAFT, Draft.saved_at, *mine, text_id=text_id)


def _newest(kind: str, at: Any, *conditions: Any, ident: Any = None, text_id: Any = None) -> Select[Any]:
    cells = (
        literal(kind).label("kind"),
        at.label("at"),
        (cast(null(), String) if ident is None else ident).label("ident"),
        (cast(null(), Text.id.type) if text_id is None else text_id).label("text_id"),
    )
    newest = select(*cells).select_from(at.class_).where(*conditions)
    # Of two at one moment the one written last: which it is must not be the database's to choose.
    return newest.order_by(at.desc(), at.class_.id.desc()).limit(1)


def _of_each(*queries: Select[Any]) -> Any:
    """Return one query with the rows of all; as subqueries, for a part of a union has no limit of its own on SQLite."""
    return union_all(*(select(query.subquery()) for query in queries))
