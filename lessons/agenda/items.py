"""What members want to talk about at a meeting: passages and words of their own, and whether it was talked about.

Nobody is named: wanting to talk is no score, and a passage says no more than that somebody wants to read it together.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict, NotFound
from course.base.words import _
from course.groups.models import Enrolment
from course.syllabus.models import Meeting
from course.texts.models import Passage, Text
from lessons.agenda.models import AgendaItem
from lessons.drafts import drafts_at, forget_handed_over, save_draft
from lessons.notes.places import TextPlace, text_places

#: So much a member may put on the agenda of one meeting, and so many characters words may have.
MOST_ITEMS = 20
LONGEST = 1000


class AgendaFull(Conflict):
    """One thing more than a member may put on an agenda."""

    title = _("You have put {n} things on this agenda").format(n=MOST_ITEMS)
    hint = _("That is as many as one meeting takes of one member. Take something off first.")


class MeetingOver(Conflict):
    """Putting something on the agenda of a meeting that was held, or will not be."""

    title = _("This meeting is over or cancelled")
    hint = _("Nothing is put on its agenda any more. Look at the meeting that comes next.")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing on the agenda: words, or a passage of the text at PLACE with its beginning as EXCERPT.

    ID is that of what the looker put there, where they did (MINE), else of what somebody did. WISHES is how many
    members put it there."""

    id: int
    mine: bool
    wishes: int
    talked: bool
    words: str = ""
    place: TextPlace | None = None
    ident: str = ""
    number: int | None = None
    excerpt: str = ""


def words_place(meeting: Meeting) -> str:
    """Return the place of a draft of words for the agenda of MEETING."""
    return f"agenda:{meeting.id}"


def agenda_of(session: Session, meeting: Meeting, enrolment: Enrolment) -> list[Wish]:
    """Return what stands on the agenda of MEETING as ENROLMENT sees it: what most members want to talk about first,
    then what was put there first; what was talked about last. Three queries at the most.

    A passage that is no longer in its text is left out."""
    rows = session.scalars(_on(meeting).order_by(AgendaItem.id)).all()
    found = [_words(row, enrolment) for row in rows if row.text_id is None]
    by_passage: dict[tuple[int, str], list[AgendaItem]] = defaultdict(list)
    for row in rows:
        if row.text_id is not None:
            by_passage[row.text_id, row.passage_ident or ""].append(row)
    found += _passages(session, by_passage, enrolment)
    return sorted(found, key=lambda wish: (wish.talked, -wish.wishes, wish.id))


def _on(meeting: Meeting) -> Select[AgendaItem]:
    return select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)


def _words(row: AgendaItem, enrolment: Enrolment) -> Wish:
    return Wish(row.id, row.enrolment_id == enrolment.id, 1, row.talked_at is not None, row.words)


def _passages(session: Session, wanted: dict[tuple[int, str], list[AgendaItem]], enrolment: Enrolment) -> list[Wish]:
    if not wanted:
        return []
    texts = {text_id for text_id, _ident in wanted}
    rows = session.execute(
        select(Text.id, Passage.ident, Passage.number, Passage.plain)
        .join(Passage, Passage.version_id == Text.current_version_id)
        .where(Text.id.in_(texts), Passage.ident.in_({ident for _text, ident in wanted}))
    )
    places = text_places(session, texts)
    found = []
    for text_id, ident, number, plain in rows:
        wishes = wanted.get((text_id, ident))
        if not wishes:
            continue
        own = next((one for one in wishes if one.enrolment_id == enrolment.id), None)
        talked = all(one.talked_at is not None for one in wishes)
        excerpt = shorten(plain, 200, placeholder=" …")
        shown = (own or wishes[0]).id
        found.append(Wish(shown, own is not None, len(wishes), talked, "", places[text_id], ident, number, excerpt))
    return found


def put_words(
    session: Session, meeting: Meeting, enrolment: Enrolment, words: str, *, base: int, now: datetime
) -> AgendaItem:
    """Return WORDS of ENROLMENT on the agenda of MEETING: the same words of the same member stand there once.

    BASE is that of the draft that is done with. Raise AgendaFull."""
    _wait_for_own(session, enrolment)
    mine = _on(meeting).where(AgendaItem.enrolment_id == enrolment.id, AgendaItem.text_id.is_(None))
    item = session.scalar(mine.where(AgendaItem.words == words).limit(1))
    if item is None:
        _refuse_more(session, meeting, enrolment)
        item = AgendaItem(meeting_id=meeting.id, enrolment_id=enrolment.id, words=words, at=now)
        session.add(item)
        session.flush()
    forget_handed_over(session, enrolment, words_place(meeting), words, base)
    return item


def put_passage(
    session: Session, meeting: Meeting, enrolment: Enrolment, text: Text, ident: str, *, now: datetime
) -> AgendaItem:
    """Return the passage of TEXT of that IDENT, as ENROLMENT puts it on the agenda of MEETING; once.

    What was talked about is talked about again. Raise NotFound where the text has no such passage, AgendaFull."""
    there = select(Passage.id).where(Passage.version_id == text.current_version_id, Passage.ident == ident)
    if session.scalar(there) is None:
        raise NotFound
    _wait_for_own(session, enrolment)
    its = _on(meeting).where(AgendaItem.text_id == text.id, AgendaItem.passage_ident == ident)
    if (item := session.scalar(its.where(AgendaItem.enrolment_id == enrolment.id))) is not None:
        return item
    _refuse_more(session, meeting, enrolment)
    item = AgendaItem(meeting_id=meeting.id, enrolment_id=enrolment.id, text_id=text.id, passage_ident=ident, at=now)
    try:
        with session.begin_nested():
            session.add(item)
    except IntegrityError:  # the other half of a double click was first
        return session.scalars(its.where(AgendaItem.enrolment_id == enrolment.id)).one()
    return item


def passages_put(session: Session, meeting: Meeting, enrolment: Enrolment) -> set[tuple[int, str]]:
    """Return (text, passage) of what ENROLMENT put on the agenda of MEETING. One query."""
    mine = select(AgendaItem.text_id, AgendaItem.passage_ident).where(
        AgendaItem.meeting_id == meeting.id,
        AgendaItem.enrolment_id == enrolment.id,
        AgendaItem.text_id.is_not(None),
    )
    return {(text_id or 0, ident or "") for text_id, ident in session.execute(mine)}


def tick_off(session: Session, item: AgendaItem, *, talked: bool, now: datetime) -> None:
    """Say that ITEM was talked about, or not after all: a passage, for all who put it there."""
    same = update(AgendaItem).where(AgendaItem.meeting_id == item.meeting_id)
    if item.text_id is None:
        same = same.where(AgendaItem.id == item.id)
    else:
        same = same.where(AgendaItem.text_id == item.text_id, AgendaItem.passage_ident == item.passage_ident)
    session.execute(same.values(talked_at=now if talked else None))


def take_off(session: Session, item: AgendaItem, *, by: Enrolment, now: datetime) -> None:
    """Take ITEM off the agenda. Who put words there has them back as a draft, where BY is somebody else."""
    writer = item.enrolment
    if writer.id != by.id and item.words:
        place = f"agenda:{item.meeting_id}"
        first = next(iter(drafts_at(session, writer, place)), None)
        if first is None or first.text.strip():
            save_draft(session, writer, place, item.words, base=0, now=now)
        else:
            first.text, first.number, first.saved_at = item.words, first.number + 1, now
    session.delete(item)
    session.flush()


def _wait_for_own(session: Session, enrolment: Enrolment) -> None:
    """Let two windows of one member that press at once wait for each other."""
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())


def _refuse_more(session: Session, meeting: Meeting, enrolment: Enrolment) -> None:
    mine = select(func.count(AgendaItem.id)).where(
        AgendaItem.meeting_id == meeting.id, AgendaItem.enrolment_id == enrolment.id
    )
    if (session.scalar(mine) or 0) >= MOST_ITEMS:
        raise AgendaFull
