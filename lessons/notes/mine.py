"""All notes of one user, in every place of theirs: filtered, listed, and as a file of Markdown."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.groups.models import Enrolment
from course.outline.models import Course
from course.texts.models import Anchor, Passage, PassageRead
from course.users.models import User
from lessons.notes.forms import Filter
from lessons.notes.models import Note, NotePlace, NoteReply, NoteTag
from lessons.notes.places import TextPlace, text_places
from lessons.notes.showing import NoteShown, add_companies, add_tags, author_of

#: So many notes stand on one page of the list.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A note in the list of all, with where its text is read and the replies to it that its writer sees."""

    shown: NoteShown
    text: TextPlace
    replies: Sequence[NoteReply] = ()

    @property
    def note(self) -> Note:
        """The note."""
        return self.shown.note

    @property
    def passage(self) -> PassageRead | None:
        """Where it stands now, None where its place is gone."""
        return next((passage for passage in self.shown.now if passage), None)


@dataclass(frozen=True, slots=True)
class MyNotes:
    """The notes that a filter leaves, the newest first, of TOTAL there are; and what can be filtered by.

    OLDER is the note before which the list goes on, None where this is all of it."""

    notes: Sequence[Listed]
    found: int
    total: int
    older: int | None
    courses: Sequence[Course] = ()
    texts: Sequence[TextPlace] = ()
    tags: Sequence[str] = field(default_factory=list)


def folded(words: str) -> str:
    """Return WORDS for comparing: without case, accents and differences of white space."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def my_notes(session: Session, user: User, asked: Filter, *, most: int | None) -> MyNotes:
    """Return the notes of USER that ASKED leaves, no more than MOST. Eight queries, nine where some are
    shared with subgroups."""
    kept = list(session.scalars(_asked_of(user, asked)))
    places = text_places(session, {note.text_id for note in kept})
    where = _anchors(session, kept, user)
    if asked.words:
        wanted = folded(asked.words)
        kept = [note for note in kept if wanted in folded(_all_words(note, where[note.id]))]
    listed = [note for note in kept if asked.before is None or note.id < asked.before][:most]
    shown = {note.id: _shown(note, where[note.id]) for note in listed}
    add_tags(session, shown)
    add_companies(session, shown.values())
    replies = _replies(session, listed)
    texts, courses, tags, total = _to_choose_from(session, user)
    older = listed[-1].id if listed and any(note.id < listed[-1].id for note in kept) else None
    found = [Listed(shown[note.id], places[note.text_id], replies[note.id]) for note in listed]
    return MyNotes(found, len(kept), total, older, courses, texts, tags)


def _of(user: User) -> Select[Note]:
    return select(Note).join(Note.enrolment).where(Enrolment.user_id == user.id)


def _asked_of(user: User, asked: Filter) -> Select[Note]:
    """Return the query for the notes of USER, without those that ASKED leaves out by more than words."""
    mine = _of(user).join(Enrolment.course).order_by(Note.id.desc())
    mine = mine.options(
        contains_eager(Note.enrolment).contains_eager(Enrolment.course),
        contains_eager(Note.enrolment).joinedload(Enrolment.group),
        contains_eager(Note.enrolment).joinedload(Enrolment.user),
    )
    if asked.course:
        mine = mine.where(Course.ident == asked.course)
    if asked.text:
        mine = mine.where(Note.text_id == asked.text)
    if asked.tag:
        mine = mine.where(Note.id.in_(select(NoteTag.note_id).where(NoteTag.tag == asked.tag)))
    if asked.kind:
        mine = mine.where(Note.words != "" if asked.kind == "notes" else Note.words == "")
    if asked.seen:
        mine = mine.where(Note.shared_at.is_not(None) if asked.seen == "shared" else Note.shared_at.is_(None))
    return mine


def _anchors(session: Session, notes: Iterable[Note], user: User) -> Mapping[int, list[tuple[Anchor, Passage | None]]]:
    """Return note -> its anchors with where they are now, of all of USER's."""
    rows = session.execute(
        select(NotePlace.note_id, Anchor, Passage)
        .join(Anchor, Anchor.id == NotePlace.anchor_id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
        .where(NotePlace.note_id.in_(_of(user).with_only_columns(Note.id)))
        .order_by(NotePlace.id)
    )
    found: dict[int, list[tuple[Anchor, Passage | None]]] = {note.id: [] for note in notes}
    for note_id, anchor, passage in rows:
        if note_id in found:
            found[note_id].append((anchor, passage))
    return found


def _all_words(note: Note, anchors: Iterable[tuple[Anchor, Passage | None]]) -> str:
    return "\n".join([note.words, *(anchor.exact for anchor, _now in anchors)])


def _shown(note: Note, anchors: Iterable[tuple[Anchor, Passage | None]]) -> NoteShown:
    shown = NoteShown(note, author_of(note.enrolment), mine=True)
    for anchor, passage in anchors:
        shown.anchors.append(anchor)
        shown.now.append(passage)
    return shown


def _replies(session: Session, notes: Iterable[Note]) -> Mapping[int, list[NoteReply]]:
    """Return note -> the replies to it that its writer sees: its own, and of others while they are in the group."""
    by_id = {note.id: note for note in notes}
    rows = session.scalars(
        select(NoteReply)
        .where(NoteReply.note_id.in_(by_id), NoteReply.hidden_at.is_(None))
        .options(joinedload(NoteReply.enrolment).joinedload(Enrolment.user))
        .order_by(NoteReply.id)
    )
    found: dict[int, list[NoteReply]] = defaultdict(list)
    for reply in rows:
        writer = by_id[reply.note_id].enrolment
        if writer.left_at is None or reply.enrolment_id == writer.id:
            found[reply.note_id].append(reply)
    return found


def _to_choose_from(session: Session, user: User) -> tuple[Sequence[TextPlace], Sequence[Course], Sequence[str], int]:
    """Return the texts, courses and tags of USER's notes, and how many these are."""
    rows = session.execute(
        _of(user).join(Enrolment.course).with_only_columns(Note.text_id, Course).order_by(Course.title)
    ).all()
    texts = text_places(session, {text_id for text_id, _course in rows})
    courses = {course.id: course for _text, course in rows}
    mine = select(NoteTag.tag).where(NoteTag.note_id.in_(_of(user).with_only_columns(Note.id))).distinct()
    in_order = sorted(texts.values(), key=lambda text: (text.number is None, text.number or 0, text.title))
    tags = sorted(session.scalars(mine))
    return in_order, list(courses.values()), tags, len(rows)


#: Note, where its text is read, and the ident of its passage -> the address of that.
Address = Callable[[Note, TextPlace, str | None], str]


def as_markdown(found: MyNotes, address: Address) -> str:
    """Return FOUND as Markdown: for each text its notes in the order in which they stand there, words quoted."""
    by_text: dict[int, list[Listed]] = defaultdict(list)
    for one in found.notes:
        by_text[one.text.text_id].append(one)
    parts = ["# Notes"]
    for listed in sorted(by_text.values(), key=lambda listed: (listed[0].text.number or 10_000, listed[0].text.title)):
        text = listed[0].text
        number = f"Lesson {text.number}: " if text.number is not None else ""
        parts.append(f"## {number}{text.title}")
        parts += [_in_markdown(one, address) for one in sorted(listed, key=_in_the_text)]
    return "\n\n".join(parts) + "\n"


def _in_the_text(one: Listed) -> tuple[bool, int, int, int]:
    """Return by what notes on a text are ordered: where they stand, those whose place is gone at the end."""
    passage, start = one.passage, next(iter(one.shown.anchors)).start
    return passage is None, passage.position if passage else 0, start, one.note.id


def _in_markdown(one: Listed, address: Address) -> str:
    note, passage = one.note, one.passage
    quote = "\n>\n".join(_quoted(anchor.exact) for anchor in one.shown.anchors)
    label = f"Passage {passage.number}" if passage and passage.number else "The text"
    ident = passage.ident if passage else None
    said = [f"[{label}]({address(note, one.text, ident)})" + ("" if passage else ", from which these words are gone")]
    said.append(f"{note.made_at:%Y-%m-%d}, {'shared' if note.shared_at else 'private'}")
    said += [f"#{tag.replace(' ', '-')}" for tag in one.shown.tags]
    parts = [quote, " · ".join(said)]
    if note.words:
        parts.append(note.words.strip())
    parts += [f"{reply.enrolment.user.name} replied:\n\n{_quoted(reply.words)}" for reply in one.replies]
    return "\n\n".join(parts)


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
