"""Everything the pages of a note show: the place to write a new one, and one note with its replies."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from course.base.web import new_secret
from course.groups.companies import Company
from course.groups.models import Enrolment
from course.texts.models import Anchor, Passage
from lessons.audience import shared_with, shares_with
from lessons.checks.access import Place
from lessons.drafts import base_of, drafts_at
from lessons.forms import WritingForm
from lessons.markup import with_slips
from lessons.models import Draft
from lessons.notes.access import NoteRead, ReplyRead
from lessons.notes.choosing import Chosen, NotThere, find
from lessons.notes.forms import ChangeForm, NoteForm
from lessons.notes.marking import Span, letters, marked
from lessons.notes.models import NotePlace, NoteReply
from lessons.notes.noting import blocks_of, change_place, new_place, passages_now, reply_place
from lessons.notes.places import TextPlace, text_places
from lessons.notes.replies import new_words_place, state_of
from lessons.notes.showing import Author, NoteShown, add_tags, author_of
from lessons.seeing import reads_hidden


@dataclass(frozen=True, slots=True)
class Composer:
    """A place to write with its drafts, the one that is gone on with first; ONCE names the press of its button."""

    text: str
    base: int
    drafts: Sequence[Draft]
    once: str = field(default_factory=new_secret)

    @property
    def draft(self) -> Draft | None:
        """The draft that one goes on with."""
        return self.drafts[0] if self.drafts else None


def _composer(
    session: Session, enrolment: Enrolment | None, place: str, typed: WritingForm | None, said: str = ""
) -> Composer:
    """Return the place to write known as PLACE, with what was TYPED in it, else its draft, else what is SAID."""
    drafts = drafts_at(session, enrolment, place) if enrolment else []
    if typed is not None:
        return Composer(typed.text.data, typed.base_number, drafts)
    return Composer(drafts[0].text if drafts else said, base_of(next(iter(drafts), None)), drafts)


@dataclass(frozen=True, slots=True)
class PassageNoted:
    """A passage that a note is being written on, with the words meant marked in it."""

    ident: str
    number: int | None
    html: Markup


@dataclass(frozen=True, slots=True)
class WritePage:
    """The place to write a note on the words CHOSEN in a text; who writes may have no place there yet.

    Where one passage as a whole is meant, its words can be typed in."""

    place: Place
    reader: Enrolment | None
    passages: Sequence[PassageNoted]
    chosen: Sequence[Chosen]
    composer: Composer
    #: The subgroup it would be shared with; None for the whole group.
    company: Company | None = None

    @property
    def ident(self) -> str:
        """The first passage that is written on."""
        return self.passages[0].ident

    @property
    def at(self) -> list[str]:
        """The words chosen, as an address carries them."""
        return [
            one.ident if one.start is None else f"{one.ident}.{one.start}.{len(letters(one.exact))}"
            for one in self.chosen
        ]

    @property
    def takes_words(self) -> bool:
        """Whether the words meant can be typed in."""
        return len(self.chosen) == 1 and self.chosen[0].start is None


def write_page(
    session: Session, place: Place, reader: Enrolment | None, chosen: Sequence[Chosen], typed: NoteForm | None = None
) -> WritePage | None:
    """Return the place to write on the words CHOSEN in the text of PLACE; None where none of its passages is there."""
    passages = passages_now(session, place.text)
    there = {passage.ident: passage for passage in passages}
    known = [one for one in chosen if one.ident in there]
    if not known:
        return None
    try:
        stretches = {at: (start, end) for at, start, end in find(blocks_of(passages), known)}
    except NotThere:
        stretches = {}
    meant = {one.ident for one in known} | {passages[at].ident for at in stretches}
    noted = [_noted(one, stretches.get(at)) for at, one in enumerate(passages) if one.ident in meant]
    composer = _composer(session, reader, new_place(place.text, noted[0].ident), typed)
    company = shares_with(session, reader, place.text) if reader else None
    return WritePage(place, reader, noted, known, composer, company)


def _noted(passage: Passage, stretch: tuple[int, int] | None) -> PassageNoted:
    """Return PASSAGE with STRETCH marked in it; the whole of it needs no mark."""
    part = stretch is not None and stretch != (0, len(passage.plain))
    spans = [Span(*stretch, True)] if stretch is not None and part else []
    html = with_slips(marked(passage.html, passage.plain, spans))
    return PassageNoted(passage.ident, passage.number, html)


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """A reply to a note. WITHHELD: it is hidden, and its words are not for the reader."""

    reply: NoteReply
    author: Author
    mine: bool
    withheld: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class NotePage:
    """A note as its page shows it, with its replies; the places to write in are None where nothing can be written.

    MODERATES: the reader looks after the study group."""

    shown: NoteShown
    reader: Enrolment
    text: TextPlace
    replies: Sequence[ReplyShown]
    tags: str
    moderates: bool
    change: Composer | None
    reply: Composer | None
    #: The subgroup it is, or would be, shared with; None for the whole group.
    company: Company | None = None

    @property
    def ident(self) -> str | None:
        """The ident of the passage it stands at, None where that is gone."""
        return next((passage.ident for passage in self.shown.now if passage), None)

    @property
    def number(self) -> int | None:
        """The number of that passage."""
        return next((passage.number for passage in self.shown.now if passage), None)


def note_page(session: Session, read: NoteRead, *, typed: WritingForm | None = None) -> NotePage:
    """Return the page of a note for whoever READ says. Eight queries at the most.

    TYPED is what was sent: a form for new words, else one for a reply."""
    note, reader = read
    group = reader.group
    shown = NoteShown(note, author_of(note.enrolment), read.mine)
    for anchor, passage in _places(session, note.id):
        shown.anchors.append(anchor)
        shown.now.append(passage)
    add_tags(session, {note.id: shown})
    moderates = group is not None and reads_hidden(session, reader)
    is_open = reader.left_at is None and (group is None or group.archived_at is None)
    replies = _replies(session, read, reads_all=moderates, is_open=is_open)
    changing, replying = isinstance(typed, ChangeForm), typed is not None and not isinstance(typed, ChangeForm)
    change = reply = None
    if read.mine and (is_open or changing):
        change = _composer(session, reader, change_place(note), typed if changing else None, note.words)
    if (is_open and note.shared_at is not None) or replying:
        reply = _composer(session, reader, reply_place(note), typed if replying else None)
    tags = typed.tags.data if isinstance(typed, ChangeForm) else ", ".join(shown.tags)
    place = text_places(session, [note.text_id])[note.text_id]
    if note.shared_at is not None:
        company = shared_with(session, note.subgroup_id)
    else:
        company = shares_with(session, reader, note.text) if change else None
    return NotePage(shown, reader, place, replies, tags, moderates, change, reply, company)


def _places(session: Session, note_id: int) -> list[tuple[Anchor, Passage | None]]:
    rows = session.execute(
        select(Anchor, Passage)
        .join(NotePlace, NotePlace.anchor_id == Anchor.id)
        .outerjoin(Passage, Passage.id == Anchor.now_passage_id)
        .where(NotePlace.note_id == note_id)
        .order_by(NotePlace.id)
    )
    return [(anchor, passage) for anchor, passage in rows]


def _replies(session: Session, read: NoteRead, *, reads_all: bool, is_open: bool) -> list[ReplyShown]:
    """Return the replies to a note, which are read by who reads it; of one that is hidden that it is, and why."""
    theirs = (
        select(NoteReply)
        .join(NoteReply.enrolment)
        .join(Enrolment.user)
        .where(NoteReply.note_id == read.note.id)
        .order_by(NoteReply.id)
        .options(contains_eager(NoteReply.enrolment).contains_eager(Enrolment.user))
    )
    found = []
    for reply in session.scalars(theirs):
        mine = reply.enrolment_id == read.reader.id
        withheld = reply.hidden_at is not None and not (mine or reads_all)
        may_change = mine and is_open and reply.hidden_at is None
        found.append(ReplyShown(reply, author_of(reply.enrolment), mine, withheld, may_change))
    return found


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """A reply of one's own, to be changed: to the note of whom it is, and what names its state."""

    reply: NoteReply
    reader: Enrolment
    to: str
    to_own: bool
    state: str
    composer: Composer


def reply_page(session: Session, read: ReplyRead, *, typed: WritingForm | None = None) -> ReplyPage:
    """Return the page of a reply for its writer, with what was TYPED as new words. One query."""
    reply, reader = read
    writer = reply.note.enrolment
    composer = _composer(session, reader, new_words_place(reply), typed, reply.words)
    return ReplyPage(reply, reader, writer.user.name or "", writer.id == reader.id, state_of(reply), composer)
