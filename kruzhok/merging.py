"""A guest's work becomes that of an account: who did it changes, what was done does not.

Every table that names a user or an enrolment is dealt with here; a test compares them with the schema.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, distinct, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from course.completion.models import CompletionFact, FactKind
from course.groups.models import Enrolment, SubgroupMember
from course.notices.models import Notice
from course.syllabus.models import Accommodation, AssignmentTarget, RuleException
from course.texts.models import Text
from course.users.models import User
from kruzhok.completions import rebuild
from lessons.frames.models import Frame
from lessons.models import Draft, JournalEntry
from lessons.notes.models import Note, NoteReply
from lessons.reports.models import Report
from quizzes.attempts.ending import submit_attempt
from quizzes.models import Attempt, AttemptItem, MarkDraft, Purpose, Step, StepKind
from quizzes.review.merging import bring_together

log = logging.getLogger(__name__)

#: What hangs on a place in a study group, and goes along where the guest's place becomes the account's.
OF_THE_PLACE = (SubgroupMember, AssignmentTarget, RuleException, Accommodation)

#: Where a user is named as the one who did it.
BY: tuple[InstrumentedAttribute[int | None], ...] = (
    Step.by_id,
    MarkDraft.by_id,
    CompletionFact.by_id,
    Text.imported_by_id,
    Report.user_id,
)

#: Of these attempts one is open at a time at a quiz, and it is the last.
ONE_OPEN = frozenset({Purpose.quiz, Purpose.preview})

#: Rows are moved by statements; the session reads them anew afterwards.
PLAIN = {"synchronize_session": False}


class Work(NamedTuple):
    """What a guest has done, to be asked about."""

    answers: int
    ticks: int
    entries: int
    notes: int
    drafts: int

    @property
    def is_any(self) -> bool:
        """Whether there is anything to be asked about."""
        return any(self)


def work_of(session: Session, user: User) -> Work:
    """Return how many questions USER answered, parts they ticked, prompts they wrote on, notes and drafts. One query.

    What they said of a text as a source counts as a note on it."""
    mine = Enrolment.user_id == user.id
    facts = select(func.count(distinct(CompletionFact.activity_id))).join(
        Enrolment, Enrolment.id == CompletionFact.enrolment_id
    )
    answers = (
        select(func.count(distinct(Step.attempt_item_id)))
        .join(AttemptItem, AttemptItem.id == Step.attempt_item_id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.user_id == user.id, Step.kind == StepKind.save)
    )
    entries = select(func.count(distinct(JournalEntry.activity_id))).join(
        Enrolment, Enrolment.id == JournalEntry.enrolment_id
    )
    notes = select(func.count(Note.id)).join(Enrolment, Enrolment.id == Note.enrolment_id).where(mine).scalar_subquery()
    frames = select(func.count(distinct(Frame.text_id))).join(Enrolment, Enrolment.id == Frame.enrolment_id).where(mine)
    drafts = select(func.count(Draft.id)).join(Enrolment, Enrolment.id == Draft.enrolment_id)
    ticks = facts.where(mine, CompletionFact.kind.in_([FactKind.tick, FactKind.untick]))
    noted = select(notes + frames.scalar_subquery())
    counts = (answers, ticks, entries.where(mine), noted, drafts.where(mine, Draft.text != ""))
    return Work(*session.execute(select(*(count.scalar_subquery() for count in counts))).one())


def merge(session: Session, guest: User, user: User, *, now: datetime) -> bool:
    """Make what GUEST did the work of USER, and delete the guest; return whether there was one to merge.

    Attempts and journal entries are numbered after USER's own; drafts at one place are all kept; where both have an
    open attempt at one quiz the guest's is submitted as it is, and USER's comes after it; what is done is rebuilt from
    it all, and what is remembered of an item from the answers of both."""
    # FOR UPDATE also holds up whoever would add something to what is merged: its foreign key asks for the same rows.
    both = session.scalars(
        select(User).where(User.id.in_([guest.id, user.id])).order_by(User.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    if len(both) < 2 or not guest.is_guest or user.is_guest:
        return False
    targets = []
    mine = select(Enrolment).where(Enrolment.user_id == guest.id).order_by(Enrolment.id).with_for_update()
    for enrolment in session.scalars(mine).all():
        target = _place_for(session, enrolment, user)
        _move_attempts(session, enrolment, target, now)
        _move_facts(session, enrolment, target)
        _move_numbered(session, JournalEntry.activity_id, enrolment, target)
        _move_numbered(session, Frame.text_id, enrolment, target)
        _move_notes(session, enrolment, target)
        _move_drafts(session, enrolment, target)
        targets.append(target.id)
    _move_rest(session, guest, user)
    bring_together(session, guest.id, user)
    user.active_on = max(user.active_on, guest.active_on)
    session.flush()
    guest_id = guest.id
    session.execute(delete(User).where(User.id == guest_id), execution_options=PLAIN)
    session.expunge(guest)
    session.expire_all()
    for target_id in targets:
        rebuild(session, [session.get_one(Enrolment, target_id)], now=now)
    log.info("Guest %d was merged into user %d", guest_id, user.id)
    return True


def _place_for(session: Session, enrolment: Enrolment, user: User) -> Enrolment:
    """Return USER's live enrolment at the same place, or a new one just like ENROLMENT.

    The key of an enrolment with its user is what attempts hang on, so a row cannot change hands; its work can."""
    if enrolment.left_at is None:
        group = Enrolment.group_id.is_(None) if enrolment.group_id is None else Enrolment.group_id == enrolment.group_id
        own = select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.course_id == enrolment.course_id, group)
        if (found := session.scalar(own.where(Enrolment.left_at.is_(None)).with_for_update())) is not None:
            found.used_at, found.path = max(found.used_at, enrolment.used_at), found.path or enrolment.path
            session.flush()
            return found
    same = ("course_id", "group_id", "role", "organiser", "joined_at", "left_at", "used_at", "path")
    new = Enrolment(user_id=user.id, **{name: getattr(enrolment, name) for name in same})
    session.add(new)
    session.flush()
    for table in OF_THE_PLACE:
        of_it = update(table).where(table.enrolment_id == enrolment.id)
        session.execute(of_it.values(enrolment_id=new.id), execution_options=PLAIN)
    return new


def _move_attempts(session: Session, enrolment: Enrolment, target: Enrolment, now: datetime) -> None:
    """With an attempt go its items, their steps and the drafts of their marks."""
    own = _attempts_of(session, target)
    for place, moving in _attempts_of(session, enrolment).items():
        here = own.get(place, [])
        waiting = [attempt for attempt in here if place[0] in ONE_OPEN and attempt.submitted_at is None]
        if waiting:
            for attempt in moving:
                submit_attempt(session, attempt, now=now)
        last = max((attempt.number for attempt in here if attempt not in waiting), default=0)
        for number, attempt in enumerate(waiting, last + len(moving) + 1):
            _set(session, Attempt, attempt.id, number=number)
        for number, attempt in enumerate(moving, last + 1):
            _set(session, Attempt, attempt.id, user_id=target.user_id, enrolment_id=target.id, number=number)


def _attempts_of(session: Session, enrolment: Enrolment) -> dict[tuple[Purpose, int | None], list[Attempt]]:
    """Return (purpose, activity) -> the attempts of ENROLMENT there, by number. One query."""
    found: dict[tuple[Purpose, int | None], list[Attempt]] = {}
    mine = select(Attempt).where(Attempt.enrolment_id == enrolment.id).order_by(Attempt.number)
    for attempt in session.scalars(mine):
        found.setdefault((attempt.purpose, attempt.activity_id), []).append(attempt)
    return found


def _move_facts(session: Session, enrolment: Enrolment, target: Enrolment) -> None:
    """The last fact wins, and the last is the last by id: who was first stays first."""
    facts = update(CompletionFact).where(CompletionFact.enrolment_id == enrolment.id)
    session.execute(facts.values(enrolment_id=target.id), execution_options=PLAIN)


def _move_numbered(session: Session, what: InstrumentedAttribute[int], enrolment: Enrolment, target: Enrolment) -> None:
    """Move the rows of a table that are numbered for each WHAT: they come after those that are there."""
    table: Any = what.class_
    own = select(what, func.max(table.number)).where(table.enrolment_id == target.id)
    last = _pairs(session.execute(own.group_by(what)))
    theirs = select(table.id, what).where(table.enrolment_id == enrolment.id).order_by(table.number)
    for row_id, on in session.execute(theirs).all():
        last[on] = last.get(on, 0) + 1
        _set(session, table, row_id, enrolment_id=target.id, number=last[on])


def _move_notes(session: Session, enrolment: Enrolment, target: Enrolment) -> None:
    """With a note goes all that hangs on it. A press of a button is not looked for again after a sign-in."""
    for table in (Note, NoteReply):
        of_it = update(table).where(table.enrolment_id == enrolment.id)
        session.execute(of_it.values(enrolment_id=target.id, once=None), execution_options=PLAIN)


def _move_drafts(session: Session, enrolment: Enrolment, target: Enrolment) -> None:
    own = select(Draft.place, func.max(Draft.copy)).where(Draft.enrolment_id == target.id).group_by(Draft.place)
    last = _pairs(session.execute(own))
    theirs = select(Draft.id, Draft.place, Draft.copy).where(Draft.enrolment_id == enrolment.id).order_by(Draft.copy)
    for draft_id, place, copy in session.execute(theirs).all():
        last[place] = last[place] + 1 if place in last else copy
        _set(session, Draft, draft_id, enrolment_id=target.id, copy=last[place])


def _move_rest(session: Session, guest: User, user: User) -> None:
    """What hangs on the user alone. A notice they had already stays the one they had."""
    alone = update(Attempt).where(Attempt.user_id == guest.id, Attempt.enrolment_id.is_(None))
    session.execute(alone.values(user_id=user.id), execution_options=PLAIN)
    for by in BY:
        session.execute(update(by.class_).where(by == guest.id).values({by.key: user.id}), execution_options=PLAIN)
    told = {tuple(row) for row in session.execute(select(Notice.kind, Notice.ref).where(Notice.user_id == user.id))}
    for notice in session.execute(select(Notice.id, Notice.kind, Notice.ref).where(Notice.user_id == guest.id)).all():
        if (notice.kind, notice.ref) not in told:
            _set(session, Notice, notice.id, user_id=user.id)


def _set(session: Session, table: type[Any], row_id: int, **values: Any) -> None:
    session.execute(update(table).where(table.id == row_id).values(**values), execution_options=PLAIN)


def _pairs(rows: Iterable[Any]) -> dict[Any, int]:
    return {key: number for key, number in rows}  # noqa: C416 (a row is no pair to the type checker)
