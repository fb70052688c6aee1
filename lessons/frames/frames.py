"""Writing a source frame, keeping its draft, sharing it with the group, and reading what others shared.

Nothing is overwritten: writing anew adds a row, so of two windows both are kept. A draft of five answers is kept as the
JSON of them in one draft.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from course.base.errors import DomainError
from course.base.words import _
from course.groups.companies import Company, companies
from course.groups.models import Enrolment, Role
from course.texts.models import Text
from lessons.access import texts_seen
from lessons.audience import subgroup_for
from lessons.drafts import Kept, forget_handed_over, save_draft
from lessons.frames.models import QUESTIONS, Frame
from lessons.frames.places import frame_place
from lessons.readings import complete_readings
from lessons.seeing import may_see_frames, seen_frames, shared_with

Answers = Mapping[str, str]

#: What one answer may hold: a frame is notes on a source, not an essay.
LONGEST = 2000


class NothingSaid(DomainError):
    """A frame in which no question is answered."""

    status = 422
    title = _("Nothing is answered yet")
    hint = _("One question is enough to begin with.")


def as_draft(answers: Answers) -> str:
    """Return ANSWERS as the words of a draft; nothing where nothing is said."""
    said = {question: answers[question] for question in QUESTIONS if answers.get(question, "").strip()}
    return json.dumps(said, ensure_ascii=False) if said else ""


def from_draft(words: str) -> Answers:
    """Return the answers that the WORDS of a draft hold. What is no draft of ours is taken for the first of them."""
    try:
        said = json.loads(words)
    except ValueError:
        return {QUESTIONS[0]: words} if words.strip() else {}
    if not isinstance(said, dict):
        return {QUESTIONS[0]: words}
    return {question: said[question] for question in QUESTIONS if isinstance(said.get(question), str)}


def own_frames(session: Session, enrolment: Enrolment, text: Text) -> Sequence[Frame]:
    """Return what ENROLMENT said of TEXT, the last first. One query."""
    mine = select(Frame).where(Frame.enrolment_id == enrolment.id, Frame.text_id == text.id)
    return session.scalars(mine.order_by(Frame.number.desc())).all()


def last_frame(session: Session, enrolment: Enrolment, text: Text) -> Frame | None:
    """Return what ENROLMENT said of TEXT last. One query."""
    mine = select(Frame).where(Frame.enrolment_id == enrolment.id, Frame.text_id == text.id)
    return session.scalar(mine.order_by(Frame.number.desc()).limit(1))


def write_frame(
    session: Session, enrolment: Enrolment, text: Text, answers: Answers, *, base: int, share: bool, now: datetime
) -> Frame:
    """Return the frame that holds ANSWERS: a new one, or the last where it says the same already.

    It is the group's to see if it is to be SHAREd, and there is a group. Its draft, the one BASE names, is done with.
    Raise NothingSaid where no question is answered."""
    said = {question: answers.get(question, "").strip() for question in QUESTIONS}
    if not any(said.values()):
        raise NothingSaid
    frame = _frame(session, enrolment, text, said, now)
    _share(session, enrolment, text, frame if share and enrolment.group_id is not None else None, now)
    forget_handed_over(session, enrolment, frame_place(text), as_draft(answers), base)
    complete_readings(session, enrolment, text, now=now)
    return frame


def _frame(session: Session, enrolment: Enrolment, text: Text, said: dict[str, str], now: datetime) -> Frame:
    last = last_frame(session, enrolment, text)
    if last is not None and last.answers == said:
        return last
    number = last.number + 1 if last else 1
    frame = Frame(enrolment_id=enrolment.id, text_id=text.id, number=number, answers=said, written_at=now)
    try:
        with session.begin_nested():
            session.add(frame)
    except IntegrityError:  # another window, or the other half of a double click, was first
        return _frame(session, enrolment, text, said, now)
    return frame


def share_last(session: Session, enrolment: Enrolment, text: Text, *, shared: bool, now: datetime) -> Frame | None:
    """Share what ENROLMENT said last of TEXT with its group, or take back all it shared there. Twice is once."""
    last = last_frame(session, enrolment, text)
    _share(session, enrolment, text, last if shared and enrolment.group_id is not None else None, now)
    return last


def _share(session: Session, enrolment: Enrolment, text: Text, frame: Frame | None, now: datetime) -> None:
    """Let FRAME be what ENROLMENT shares of TEXT: nothing that it said before, and nothing at all where it is None."""
    others = update(Frame).where(Frame.enrolment_id == enrolment.id, Frame.text_id == text.id)
    others = others.where(Frame.shared_at.is_not(None), Frame.id != (frame.id if frame else 0))
    session.execute(others.values(shared_at=None, subgroup_id=None))
    if frame is not None and frame.shared_at is None:
        frame.shared_at, frame.subgroup_id = now, subgroup_for(session, enrolment, text)
    session.flush()


def keep_frame_draft(
    session: Session, enrolment: Enrolment, text: Text, answers: Answers, *, base: int, now: datetime
) -> Kept:
    """Keep ANSWERS as a draft.

    A save that comes in after they were handed over (on its way while the button was pressed) makes no new draft."""
    last = last_frame(session, enrolment, text)
    if last is not None and as_draft(answers) == as_draft(last.answers):
        return Kept(base, now)
    return save_draft(session, enrolment, frame_place(text), as_draft(answers), base=base, now=now)


@dataclass(frozen=True, slots=True)
class FrameShown:
    """A frame in the comparison, and who wrote it."""

    frame: Frame
    name: str
    mine: bool
    is_tutor: bool
    has_left: bool
    #: The subgroup it is shared with; None for the whole group.
    company: Company | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the members of a group say of one text: one's own first, then those of others that one may see."""

    mine: FrameShown | None
    others: Sequence[FrameShown]
    #: How many others are there that one sees once one has shared one's own.
    waiting: int


def comparison(session: Session, enrolment: Enrolment, text: Text) -> Comparison:
    """Return what is said of TEXT in the group of ENROLMENT, in the order in which it was shared. Two queries at most,
    one more for who has to write before they see, and one where some are shared with subgroups."""
    rows = session.scalars(
        select(Frame)
        .join(Frame.enrolment)
        .join(Enrolment.user)
        .where(Frame.text_id == text.id, seen_frames(enrolment))
        .options(contains_eager(Frame.enrolment).contains_eager(Enrolment.user))
        .order_by(Frame.shared_at, Frame.id)
    ).all()
    mine = max((row for row in rows if row.enrolment_id == enrolment.id), key=lambda row: row.number, default=None)
    its = {row.subgroup_id for row in rows if row.subgroup_id is not None and row.shared_at is not None}
    known = companies(session, its)
    others = [_shown(row, enrolment, known) for row in rows if row.enrolment_id != enrolment.id]
    waiting = 0
    if not others and not may_see_frames(session, enrolment, text):
        waiting = shared_by_others(session, enrolment, text)
    return Comparison(_shown(mine, enrolment, known) if mine else None, others, waiting)


def shared_by_others(session: Session, enrolment: Enrolment, text: Text) -> int:
    """Return how many other members of the group of ENROLMENT share a frame of TEXT: no more is told of them. One
    query, none where there is no group."""
    if enrolment.group_id is None:
        return 0
    count = (
        select(func.count(Frame.enrolment_id.distinct()))
        .join(Frame.enrolment)
        .where(Enrolment.group_id == enrolment.group_id, Enrolment.id != enrolment.id)
        .where(Frame.text_id == text.id, Frame.shared_at.is_not(None), shared_with(Frame, enrolment))
    )
    return session.scalar(count) or 0


class FramedText(NamedTuple):
    """A text of which members of a group share what it is as a source, and how many do."""

    ident: str
    title: str
    shared: int


def framed_texts(session: Session, enrolment: Enrolment) -> list[FramedText]:
    """Return the texts there for ENROLMENT of which somebody in its group shares a frame, by title. One query."""
    rows = session.execute(
        select(Text.ident, Text.title, func.count(Frame.enrolment_id.distinct()))
        .join(Frame, Frame.text_id == Text.id)
        .join(Enrolment, Enrolment.id == Frame.enrolment_id)
        .where(Enrolment.group_id == enrolment.group_id, Frame.shared_at.is_not(None))
        .where(or_(Frame.enrolment_id == enrolment.id, shared_with(Frame, enrolment)))
        .where(texts_seen(enrolment.course, enrolment))
        .group_by(Text.id, Text.ident, Text.title)
        .order_by(Text.title, Text.id)
    )
    return [FramedText(*row) for row in rows]


def _shown(frame: Frame, reader: Enrolment, known: Mapping[int, Company]) -> FrameShown:
    who = frame.enrolment
    company = known.get(frame.subgroup_id or 0) if frame.shared_at is not None else None
    is_tutor, has_left = who.role is Role.tutor, who.left_at is not None
    return FrameShown(frame, who.user.name or "", who.id == reader.id, is_tutor, has_left, company)
