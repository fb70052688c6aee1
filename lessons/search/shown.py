"""Finds as the page shows them: what each is, where it stands, and the words around what was looked for.

A fixed number of queries for a page of finds, whatever and however many they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from course.base.held import held
from course.groups.models import Enrolment
from course.outline.models import Activity, Course
from course.reference.models import Event, Person, Source, Term
from course.texts.models import Anchor, Passage, Text, TextVersion
from course.users.models import User
from lessons.discussion.models import Discussion, Post, Seed
from lessons.frames.models import Frame
from lessons.models import JournalEntry, Lesson
from lessons.notes.models import Note, NotePlace, NoteReply
from lessons.notes.places import TextPlace, text_places
from lessons.search.asking import Query
from lessons.search.excerpts import Piece, excerpt, marked
from lessons.search.finding import Place
from lessons.search.models import Kind
from lessons.search.ranking import Entry


@dataclass(frozen=True, slots=True)
class Where:
    """Where a find stands. What does not say anything of it is None."""

    course: str
    course_title: str
    ident: str | None = None  #: of a passage, a person, a term, an event, a source
    number: int | None = None  #: of a passage
    section: str | None = None  #: the heading above a passage
    text: TextPlace | None = None
    lesson: str | None = None
    lesson_title: str | None = None
    lesson_number: int | None = None
    activity: str | None = None
    activity_title: str | None = None
    by: str | None = None  #: who wrote it
    mine: bool = False
    note_id: int | None = None
    place: Enrolment | None = None  #: the place of who looks, where it is to be seen in one place only


@dataclass(frozen=True, slots=True)
class Find:
    """One find."""

    kind: Kind
    id: int
    where: Where
    title: Sequence[Piece]
    words: Sequence[Piece]


def finds_shown(session: Session, place: Place, query: Query, entries: Sequence[Entry]) -> list[Find]:
    """Return ENTRIES, found in PLACE, as they are shown; what has gone in between is left out."""
    where: dict[tuple[Kind, int], Where] = {}
    for kinds, places_of in PLACES_OF:
        ids = [entry.id for entry in entries if entry.kind in kinds]
        if ids:
            found = places_of(session, place, ids)
            of_kinds = [entry for entry in entries if entry.kind in kinds and entry.id in found]
            where |= {(entry.kind, entry.id): found[entry.id] for entry in of_kinds}
    return [
        Find(
            entry.kind,
            entry.id,
            where[entry.kind, entry.id],
            marked(entry.head, query),
            excerpt(entry.body, query),
        )
        for entry in entries
        if (entry.kind, entry.id) in where
    ]


Found = dict[int, Where]


@dataclass(frozen=True, slots=True)
class _Curriculum:
    """Where everything of a course stands that is loaded with it: by kind and id what is looked up, by id its
    activities, retired ones too, and its texts."""

    reference: Mapping[tuple[Kind, int], Where]
    activities: Mapping[int, Where]
    texts: Mapping[int, Where]


def _curriculum(session: Session, course: Course) -> _Curriculum:
    """Return where everything of COURSE stands. Three queries, none where it is held."""
    return held(session, ("finds", course.version), partial(_read_curriculum, session, course.id))


def _read_curriculum(session: Session, course_id: int) -> _Curriculum:
    tables: Mapping[Kind, Any] = {Kind.person: Person, Kind.term: Term, Kind.event: Event, Kind.source: Source}
    idents: Any = union_all(
        *(
            select(literal(kind.value), its.id, its.ident, Course.ident, Course.title)
            .join(Course, Course.id == its.course_id)
            .where(Course.id == course_id)
            for kind, its in tables.items()
        )
    )
    looked_up = {
        (Kind(kind), key): Where(course, title, ident) for kind, key, ident, course, title in session.execute(idents)
    }
    its_own = (Activity.course_id == course_id, Activity.group_id.is_(None))
    activities = {
        activity.id: _on_activity(course, activity, lesson, number)
        for activity, lesson, number, course in session.execute(_ACTIVITIES.where(*its_own))
    }
    texts = select(Text.id, Course.ident, Course.title).join(Course, Course.id == Text.course_id)
    rows = session.execute(texts.where(Course.id == course_id)).all()
    places = text_places(session, [row[0] for row in rows])
    return _Curriculum(looked_up, activities, {row[0]: Where(row[1], row[2], text=places[row[0]]) for row in rows})


def _reference(kind: Kind) -> Callable[[Session, Place, Iterable[int]], Found]:
    def places_of(session: Session, place: Place, ids: Iterable[int]) -> Found:
        known = [_curriculum(session, course).reference for course in place.courses]
        return {key: its[kind, key] for key in ids for its in known if (kind, key) in its}

    return places_of


#: The activities, with the lessons they are of or are, the number of that, and the course.
_LESSON = aliased(Activity)
_ACTIVITIES = (
    select(Activity, _LESSON, Lesson.number, Course)
    .join(_LESSON, _LESSON.id == func.coalesce(Activity.parent_id, Activity.id))
    .outerjoin(Lesson, Lesson.activity_id == _LESSON.id)
    .join(Course, Course.id == Activity.course_id)
)
_ACTIVITIES_NAMED = _ACTIVITIES.where(Activity.id.in_(bindparam("ids", expanding=True)))


def _activities(session: Session, place: Place, ids: Iterable[int]) -> Found:
    """Where lessons, readings and prompts stand; what a study group gave itself, in the place of who looks there."""
    known = [_curriculum(session, course).activities for course in _courses(place)]
    found = {key: its[key] for key in ids for its in known if key in its}
    if not (own := set(ids) - found.keys()):
        return found
    places: dict[int | None, Enrolment] = {one.group_id: one for one in place.enrolments if one.group_id is not None}
    return found | {
        activity.id: _on_activity(course, activity, of, number, place=places.get(activity.group_id))
        for activity, of, number, course in session.execute(_ACTIVITIES_NAMED, {"ids": list(own)})
    }


def _on_activity(course: Course, activity: Activity, lesson: Activity, number: int | None, **more: Any) -> Where:
    """Return where ACTIVITY stands: in LESSON; or, without the NUMBER of one, among what a study group gave itself."""
    return Where(
        course.ident,
        course.title,
        lesson=lesson.ident if number is not None else None,
        lesson_title=lesson.title if number is not None else None,
        lesson_number=number,
        activity=activity.ident,
        activity_title=activity.title,
        **more,
    )


_HEADING = aliased(Passage)
_ABOVE = (
    select(_HEADING.plain)
    .where(_HEADING.version_id == Passage.version_id, _HEADING.kind == "heading")
    .where(_HEADING.position < Passage.position)
    .order_by(_HEADING.position.desc())
    .limit(1)
    .scalar_subquery()
)
_PASSAGES = (
    select(Passage.id, Passage.ident, Passage.number, _ABOVE, TextVersion.text_id)
    .join(TextVersion, TextVersion.id == Passage.version_id)
    .where(Passage.id.in_(bindparam("ids", expanding=True)))
)


def _passages(session: Session, place: Place, ids: Iterable[int]) -> Found:
    rows = session.execute(_PASSAGES, {"ids": list(ids)}).all()
    texts = _texts(session, place, {row.text_id for row in rows})
    return {
        row[0]: replace(texts[row.text_id], ident=row[1], number=row[2], section=row[3])
        for row in rows
        if row.text_id in texts
    }


def _texts(session: Session, place: Place, ids: Iterable[int]) -> Found:
    """Where texts are read; one of a study group or of one's own in the place where it is."""
    known = [_curriculum(session, course).texts for course in _courses(place)]
    found = {key: its[key] for key in ids for its in known if key in its}
    if not (wanted := set(ids) - found.keys()):
        return found
    kinds = text_places(session, wanted)
    owner = aliased(Enrolment)
    rows = session.execute(
        select(Text.id, Text.group_id, Text.enrolment_id, Course)
        .outerjoin(owner, owner.id == Text.enrolment_id)
        .join(Course, Course.id.in_([one.id for one in _courses(place)]))
        .where(Text.id.in_(wanted), Text.course_id.is_(None))
        .where(func.coalesce(owner.course_id, Course.id) == Course.id)
    )
    for text_id, group_id, enrolment_id, course in rows:
        here = [one for one in place.enrolments if enrolment_id == one.id or (group_id and group_id == one.group_id)]
        mine = next((one for one in here if one.course_id == course.id), None)
        if mine is not None:
            found[text_id] = Where(course.ident, course.title, text=kinds[text_id], place=mine)
    return found


def _courses(place: Place) -> list[Course]:
    return list({course.id: course for course in (*place.courses, *(one.course for one in place.enrolments))}.values())


def _seen_from(place: Place, by: Enrolment) -> Enrolment | None:
    """Return the place of who looks from which what BY wrote is seen."""
    if by.group_id is None:
        return next((one for one in place.enrolments if one.id == by.id), None)
    return next((one for one in place.enrolments if one.group_id == by.group_id), None)


def _written(place: Place, by: Enrolment, name: str) -> dict[str, Any]:
    mine = any(one.user_id == by.user_id for one in place.enrolments)
    return {"by": name, "mine": mine, "place": _seen_from(place, by)}


def _notes(session: Session, place: Place, ids: Iterable[int]) -> Found:
    return _on_notes(session, place, ids, select(Note.id, Note, Enrolment, User.name), Note.enrolment_id, Note.id)


def _replies(session: Session, place: Place, ids: Iterable[int]) -> Found:
    replies = select(NoteReply.id, Note, Enrolment, User.name).join(Note, Note.id == NoteReply.note_id)
    return _on_notes(session, place, ids, replies, NoteReply.enrolment_id, NoteReply.id)


def _on_notes(session: Session, place: Place, ids: Iterable[int], rows: Any, by: Any, key: Any) -> Found:
    """Where notes, and the replies to them, stand: in the text, at the passage where it is now."""
    rows = rows.join(Enrolment, Enrolment.id == by).join(User, User.id == Enrolment.user_id).where(key.in_(ids))
    known = session.execute(rows).all()
    texts = _texts(session, place, {note.text_id for _key, note, _by, _name in known})
    first: dict[int, tuple[str, int | None]] = {}
    stands = (
        select(NotePlace.note_id, Passage.ident, Passage.number)
        .join(Anchor, Anchor.id == NotePlace.anchor_id)
        .join(Passage, Passage.id == Anchor.now_passage_id)
        .where(NotePlace.note_id.in_([note.id for _key, note, _by, _name in known]))
        .order_by(NotePlace.id)
    )
    for note_id, ident, number in session.execute(stands):
        first.setdefault(note_id, (ident, number))
    found: Found = {}
    for key_id, note, enrolment, name in known:
        if note.text_id in texts:
            stood = first.get(note.id)
            stand: dict[str, Any] = {"ident": stood[0], "number": stood[1]} if stood else {}
            of = replace(texts[note.text_id], note_id=note.id, **stand)
            found[key_id] = replace(of, **_written(place, enrolment, name))
    return found


def _frames(session: Session, place: Place, ids: Iterable[int]) -> Found:
    rows = session.execute(
        select(Frame.id, Frame.text_id, Enrolment, User.name)
        .join(Enrolment, Enrolment.id == Frame.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .where(Frame.id.in_(ids))
    ).all()
    texts = _texts(session, place, {row.text_id for row in rows})
    return {
        frame_id: replace(texts[text_id], **_written(place, by, name))
        for frame_id, text_id, by, name in rows
        if text_id in texts
    }


def _journal(session: Session, place: Place, ids: Iterable[int]) -> Found:
    rows = select(JournalEntry.id, JournalEntry.activity_id, Enrolment, User.name)
    rows = rows.join(Enrolment, Enrolment.id == JournalEntry.enrolment_id).join(User, User.id == Enrolment.user_id)
    return _on_prompts(session, place, rows.where(JournalEntry.id.in_(ids)))


def _posts(session: Session, place: Place, ids: Iterable[int]) -> Found:
    rows = select(Post.id, Discussion.activity_id, Enrolment, User.name)
    rows = rows.join(Discussion, Discussion.id == Post.discussion_id).join(Enrolment, Enrolment.id == Post.enrolment_id)
    return _on_prompts(session, place, rows.join(User, User.id == Enrolment.user_id).where(Post.id.in_(ids)))


def _seeds(session: Session, place: Place, ids: Iterable[int]) -> Found:
    """Where what tutors put before a talk stands: in the place of who looks whose tutor that is."""
    groups = [one.group_id for one in place.enrolments if one.group_id is not None]
    rows = select(Seed.id, Seed.activity_id, Enrolment, User.name).join(User, User.id == Seed.by_id)
    rows = rows.join(Enrolment, Enrolment.user_id == Seed.by_id).where(Enrolment.group_id.in_(groups))
    return _on_prompts(session, place, rows.where(Enrolment.left_at.is_(None), Seed.id.in_(ids)))


def _on_prompts(session: Session, place: Place, rows: Any) -> Found:
    """Where what was written to prompts stands; ROWS are key, activity, place and name of who wrote it."""
    known = session.execute(rows).all()
    prompts = _activities(session, place, {activity_id for _key, activity_id, _by, _name in known})
    found: Found = {}
    for key, activity_id, by, name in known:
        if activity_id in prompts:
            found[key] = replace(prompts[activity_id], **_written(place, by, name))
    return found


PLACES_OF: Sequence[tuple[frozenset[Kind], Callable[[Session, Place, Iterable[int]], Mapping[int, Where]]]] = (
    (frozenset({Kind.person}), _reference(Kind.person)),
    (frozenset({Kind.term}), _reference(Kind.term)),
    (frozenset({Kind.event}), _reference(Kind.event)),
    (frozenset({Kind.source}), _reference(Kind.source)),
    (frozenset({Kind.lesson, Kind.reading, Kind.prompt}), _activities),
    (frozenset({Kind.passage}), _passages),
    (frozenset({Kind.document}), _texts),
    (frozenset({Kind.note}), _notes),
    (frozenset({Kind.reply}), _replies),
    (frozenset({Kind.frame}), _frames),
    (frozenset({Kind.journal}), _journal),
    (frozenset({Kind.post}), _posts),
    (frozenset({Kind.seed}), _seeds),
)
