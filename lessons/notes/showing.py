"""The notes of a text as its page shows them to one reader: beside their passages, and those whose place is gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from course.base.web import new_secret
from course.groups.companies import Company, companies
from course.groups.kinds import Kind, ids_of, kind_of, someone
from course.groups.models import Enrolment, Role
from course.texts.models import Anchor, AnchorState, PassageRead, Text
from course.texts.reattaching import is_reworded
from lessons.notes.marking import Span
from lessons.notes.models import Note, NotePlace, NoteReply, NoteTag
from lessons.seeing import known_notes, not_hidden, seen_notes, sees_everything, shared_with

#: So many notes of others stand at a passage at once; the others are behind a link.
MOST_SHOWN = 3

#: So many characters of a note stand beside its passage, and of the words it is on; the note's own page has all.
LONG = 400
LONG_QUOTE = 160
LONG_HINT = 40


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a note or a reply, as the group knows them."""

    name: str
    is_tutor: bool
    has_left: bool


def author_of(enrolment: Enrolment) -> Author:
    """Return who has the place ENROLMENT."""
    user, has_left = enrolment.user, enrolment.left_at is not None
    # Of who was erased the word that stands for their name says so already.
    return Author(user.name or "", enrolment.role is Role.tutor, has_left and user.erased_at is None)


def cut(words: str, most: int) -> str:
    """Return WORDS on one line, after so many characters an ellipsis, between words where there are any."""
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    head = line[:most]
    return (head.rpartition(" ")[0] or head) + " …"


@dataclass(slots=True)
class NoteShown:
    """A note with its anchors; NOW are the passages of these that are on the page, None for those that are not.

    WITHHELD: it is hidden, and its words are not for the reader, who is told why."""

    note: Note
    author: Author
    mine: bool
    replies: int = 0
    withheld: bool = False
    #: The subgroup it is shared with, where it is not the whole group.
    company: Company | None = None
    anchors: list[Anchor] = field(default_factory=list)
    now: list[PassageRead | None] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The id of the note."""
        return self.note.id

    @property
    def quote(self) -> str:
        """The words it was made on; a long quotation is cut."""
        return cut(self.whole_quote, LONG_QUOTE)

    @property
    def hint(self) -> str:
        """The first of its words, so that it is known which they are; "" for those that are gone or a whole passage."""
        for anchor, now in zip(self.anchors, self.now, strict=True):
            if now is not None:
                words = now.plain[anchor.start : anchor.end]
                return "" if words == now.plain else cut(words, LONG_HINT)
        return ""

    @property
    def whole_quote(self) -> str:
        """All the words it was made on."""
        return " … ".join(anchor.exact for anchor in self.anchors)

    @property
    def excerpt(self) -> Markup:
        """What it says; of a long note only the beginning, without emphasis."""
        html = Markup(self.note.html)  # noqa: S704 (made safe when it was written)
        return Markup("<p>{}</p>").format(cut(html.striptags(), LONG)) if self.is_cut else html

    @property
    def is_cut(self) -> bool:
        """Whether the excerpt is not all of it."""
        return len(self.note.words) > LONG

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of the words it was made on."""
        return all(anchor.state is AnchorState.orphaned for anchor in self.anchors)

    @property
    def fate(self) -> str:
        """What became of its words: "" where they stand as they stood, else gone, partly, moved or reworded."""
        if self.is_gone:
            return "gone"
        if any(anchor.state is AnchorState.orphaned for anchor in self.anchors):
            return "partly"
        if any(anchor.state is AnchorState.moved for anchor in self.anchors):
            return "moved"
        return "reworded" if any(map(is_reworded, self.anchors, self.now)) else ""


@dataclass(slots=True)
class NotesAt:
    """The notes at one passage: one's own, one's highlights, and those of others that are shown; and all words noted.

    COUNT is how many there are of others, IS_OPEN whether the page was asked for them all."""

    own: list[NoteShown] = field(default_factory=list)
    highlights: list[NoteShown] = field(default_factory=list)
    others: list[NoteShown] = field(default_factory=list)
    count: int = 0
    is_open: bool = False
    spans: list[Span] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many notes of others are not shown."""
        return self.count - len(self.others)


@dataclass(frozen=True, slots=True)
class TextNotes:
    """The notes of a text: by the id of their passage, and those whose place is gone.

    WAITING is how many of others the reader sees once they share a note of their own; with IS_OVER nothing is written
    any more; IS_PRINTED says that they are wanted on paper, too."""

    at: Mapping[int, NotesAt]
    gone: Sequence[NoteShown]
    own: int = 0
    waiting: int = 0
    is_over: bool = False
    is_printed: bool = False
    #: The name of the next press of the button that highlights.
    once: str = field(default_factory=new_secret)


def notes_on(
    session: Session,
    enrolment: Enrolment | None,
    text: Text,
    passages: Sequence[PassageRead],
    opened: str | None = None,
) -> TextNotes:
    """Return the notes on TEXT, whose passages are PASSAGES, that ENROLMENT sees. One query, one more where one has
    to write first, and one where some are shared with subgroups.

    OPENED is the ident of a passage all of whose notes are to be shown, or "print" for all of them."""
    if enrolment is None:
        return TextNotes({}, [])
    by_id = {passage.id: passage for passage in passages}
    shown = notes_shown(session, enrolment, by_id, text)
    at: dict[int, NotesAt] = defaultdict(NotesAt)
    for passage in passages:
        if opened in {passage.ident, "print"}:
            at[passage.id].is_open = True
    for one in sorted(shown, key=_place_of):
        first = next((passage for passage in one.now if passage), None)
        if first is not None:
            _put(at[first.id], one)
        for anchor, now in zip(one.anchors, one.now, strict=True):
            if now is not None and not one.withheld:
                ident = f"words-{one.id}" if now is first else ""
                at[now.id].spans.append(Span(anchor.start, anchor.end, one.mine, ident))
    group = enrolment.group
    return TextNotes(
        dict(at),
        [one for one in shown if one.is_gone and not one.withheld],
        own=sum(one.mine for one in shown),
        waiting=_waiting(session, enrolment, text, shown),
        is_over=group is not None and group.archived_at is not None,
        is_printed=opened == "print",
    )


def _place_of(one: NoteShown) -> tuple[bool, int, int]:
    """Return by what the notes at a passage are ordered: what is withheld takes no place from what can be read."""
    start = next((anchor.start for anchor, now in zip(one.anchors, one.now, strict=True) if now), 0)
    return one.withheld, start, one.id


def _put(at: NotesAt, one: NoteShown) -> None:
    if one.mine:
        (at.own if one.note.words else at.highlights).append(one)
        return
    at.count += 1
    if at.is_open or len(at.others) < MOST_SHOWN:
        at.others.append(one)


def notes_shown(
    session: Session, enrolment: Enrolment, passages: Mapping[int, PassageRead], text: Text
) -> list[NoteShown]:
    """Return the notes on TEXT that ENROLMENT sees, the oldest first, and those withheld from it as hidden.

    PASSAGES are those TEXT has now. One query, two where some are shared with subgroups."""
    rows = session.execute(_notes_on(kind_of(enrolment)), {**ids_of(enrolment), "text_id": text.id})
    found: dict[int, NoteShown] = {}
    for note, anchor, tag, replies, is_read in rows:
        mine = note.enrolment_id == enrolment.id
        one = found.setdefault(note.id, NoteShown(note, author_of(note.enrolment), mine, replies, not is_read))
        if anchor not in one.anchors:
            one.anchors.append(anchor)
            one.now.append(passages.get(anchor.now_passage_id or 0))
        if tag is not None and tag not in one.tags:
            one.tags.append(tag)
    add_companies(session, found.values())
    return list(found.values())


@cache
def _notes_on(kind: Kind) -> Any:
    """Return the query for the notes on a text: a row for each of their anchors with each of their tags."""
    enrolment = someone(kind)
    open_to = or_(NoteReply.enrolment_id == enrolment.id, not_hidden(NoteReply, enrolment))
    theirs = select(func.count(NoteReply.id)).where(NoteReply.note_id == Note.id, open_to)
    return (
        select(Note, Anchor, NoteTag.tag, theirs.correlate(Note).scalar_subquery(), seen_notes(enrolment))
        .join(Note.enrolment)
        .join(Enrolment.user)
        .join(NotePlace, NotePlace.note_id == Note.id)
        .join(Anchor, Anchor.id == NotePlace.anchor_id)
        .outerjoin(NoteTag, NoteTag.note_id == Note.id)
        .where(Note.text_id == bindparam("text_id"), known_notes(enrolment))
        .order_by(Note.id, NotePlace.id, NoteTag.tag)
        .options(contains_eager(Note.enrolment).contains_eager(Enrolment.user))
    )


def add_companies(session: Session, found: Iterable[NoteShown]) -> None:
    """Give each note of FOUND that is shared with a subgroup that subgroup. One query, none where none is."""
    notes = [one for one in found if one.note.subgroup_id is not None and one.note.shared_at is not None]
    known = companies(session, {one.note.subgroup_id for one in notes if one.note.subgroup_id is not None})
    for one in notes:
        one.company = known.get(one.note.subgroup_id or 0)


def add_tags(session: Session, found: Mapping[int, NoteShown]) -> None:
    """Give each note of FOUND, by its id, its tags, in the order of their letters. One query."""
    tags = select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(found)).order_by(NoteTag.tag)
    for note_id, tag in session.execute(tags):
        found[note_id].tags.append(tag)


def _waiting(session: Session, enrolment: Enrolment, text: Text, shown: Iterable[NoteShown]) -> int:
    """Return how many notes of others on TEXT wait for one of ENROLMENT's own that is shared and says something."""
    group = enrolment.group
    if group is None or not group.write_first or sees_everything(enrolment):
        return 0
    if any(one.mine and one.note.shared_at and one.note.words for one in shown):
        return 0
    members = select(Enrolment.id).where(Enrolment.group_id == group.id, Enrolment.id != enrolment.id)
    theirs = select(func.count(Note.id)).where(Note.text_id == text.id, Note.enrolment_id.in_(members))
    theirs = theirs.where(shared_with(Note, enrolment))
    return session.scalar(theirs.where(Note.shared_at.is_not(None), Note.hidden_at.is_(None))) or 0
