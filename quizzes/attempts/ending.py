"""How an attempt ends: handed in by whoever made it, or by the worker once its time is up (RULES, section 6)."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session, aliased

from course.base.db import Database, in_words
from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment, Role
from quizzes.attempts.names import names_of
from quizzes.attempts.records import record
from quizzes.attempts.replay import score_of
from quizzes.attempts.steps import History, items_of, standing
from quizzes.items import ItemData, parse_data
from quizzes.limits import GRACE, limits_at
from quizzes.models import Attempt, AttemptItem, Purpose, Quiz, Step, StepKind
from quizzes.policy import DUE, Policy, due_kept, with_due
from quizzes.review.recording import record_attempt

log = logging.getLogger(__name__)


class AttemptClosed(Conflict):
    """The attempt is submitted or its time is up: what is saved now is kept, and no longer counts."""

    title = _("This attempt is already submitted")


def weight(data: ItemData) -> Fraction:
    """Return the points of an item, exactly as its author wrote them."""
    return Fraction(str(data.points))


#: What others may change of an attempt.
MAY_CHANGE = ("submitted_at", "points", "deadline_at", "max_points")


def lock(session: Session, attempt: Attempt) -> None:
    """Wait until nobody else saves into ATTEMPT or submits it, and see it as they left it.

    On SQLite a writing transaction is alone from its beginning, and sees what it read in it."""
    if session.get_bind().dialect.name != "sqlite":
        session.refresh(attempt, MAY_CHANGE, with_for_update=True)


def deadline_of(session: Session, attempt: Attempt) -> datetime | None:
    """Return until when ATTEMPT, which is open, may last now; None for ever.

    What was promised at its start, or what the rules make of it now where that is better: an exception in the user's
    favour applies at once, and nothing that is worse. No query where nothing was promised."""
    if attempt.deadline_at is None:
        return None
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == attempt.activity_id)).one()
    enrolment = session.get_one(Enrolment, attempt.enrolment_id)
    now = limits_at(session, quiz, enrolment).deadline(attempt.started_at)
    return None if now is None else max(now, attempt.deadline_at)


def _better_due(session: Session, attempt: Attempt, quiz: Quiz | None) -> datetime | None:
    """Return until when ATTEMPT, which is handed in now, was due: as at its start, or as the rules say now, if better.

    No query where nothing was due at its start."""
    promised = due_kept(attempt.policy, None)
    if promised is None:
        return None
    quiz = quiz or session.scalars(select(Quiz).where(Quiz.activity_id == attempt.activity_id)).one()
    now = limits_at(session, quiz, session.get_one(Enrolment, attempt.enrolment_id)).due_at
    return None if now is None else max(now, promised)


class Timed(Protocol):
    """What is read of an attempt to say whether its time is up."""

    @property
    def submitted_at(self) -> datetime | None: ...
    @property
    def deadline_at(self) -> datetime | None: ...


def may_be_over(attempt: Timed, now: datetime) -> bool:
    """Say whether ATTEMPT was submitted, or its time is up NOW by the deadline that is written down."""
    return attempt.submitted_at is not None or (attempt.deadline_at is not None and now > attempt.deadline_at + GRACE)


def is_over(session: Session, attempt: Attempt, *, now: datetime) -> bool:
    """Say whether what is saved NOW comes too late to count: after the submission, or over GRACE after the deadline.

    A better deadline is written down."""
    if not may_be_over(attempt, now) or attempt.submitted_at is not None:
        return attempt.submitted_at is not None
    attempt.deadline_at = deadline_of(session, attempt)
    return attempt.deadline_at is not None and now > attempt.deadline_at + GRACE


def submit_attempt(session: Session, attempt: Attempt, *, now: datetime, quiz: Quiz | None = None) -> None:
    """Hand ATTEMPT in: score the last counting response of each item, and what they come to. Twice is once.

    QUIZ is what it is at, where that is known.
    After its deadline it is dated at that. Where an essay waits for a tutor it has no points yet."""
    lock(session, attempt)
    if attempt.submitted_at is not None:
        return
    if attempt.deadline_at is not None and now > attempt.deadline_at:
        attempt.deadline_at = deadline_of(session, attempt)
    names, policy = names_of(session, attempt), Policy.read(attempt.policy)
    past = standing(session, attempt)
    rows, scored = [], []
    for item in items_of(session, [attempt]):
        data, history = parse_data(item.version.data), past[item.id]
        if (score := score_of(data, policy, history, names)) is not None:
            rows.append(_score_step(item, history, float(score), now))
        scored.append((data, float(score) if score is not None else _verdict(history)))
    if rows:
        session.execute(insert(Step), rows, execution_options={"render_nulls": True})  # so blanks go along at once
    if DUE in attempt.policy:
        attempt.policy = with_due(attempt.policy, _better_due(session, attempt, quiz))
    is_open = any(score is None for _data, score in scored)
    _add_up(attempt, scored, awaits=is_open and _has_tutor(session, attempt))
    ended = now if attempt.deadline_at is None else min(now, attempt.deadline_at)
    attempt.submitted_at = max(ended, attempt.started_at)  # a clock may have been set back
    session.flush()
    if attempt.purpose is Purpose.quiz:
        record(session, attempt, now=now)
    record_attempt(session, attempt, now=now)
    log.info("Attempt %d of quiz %d submitted: %s points", attempt.id, attempt.activity_id, attempt.points)


def total_up(session: Session, attempt: Attempt, *, awaits: bool) -> None:
    """Add up what the items of ATTEMPT, which is submitted, came to.

    With an essay that is not marked there are no points yet where it AWAITS a tutor; else the result is that of the
    other items (RULES, section 7)."""
    past = standing(session, attempt)
    scored = [(parse_data(item.version.data), _verdict(past[item.id])) for item in items_of(session, [attempt])]
    _add_up(attempt, scored, awaits=awaits)
    session.flush()


def _verdict(history: History) -> float | None:
    """Return what the question came to, None while nobody has marked it."""
    return None if history.scored is None else history.scored.score or 0.0


def _add_up(attempt: Attempt, scored: Iterable[tuple[ItemData, float | None]], *, awaits: bool) -> None:
    """Set the points of ATTEMPT, whose questions came to what is SCORED."""
    points, total, waiting = Fraction(0), Fraction(0), False
    for data, score in scored:
        if score is None and not awaits:
            continue
        total += weight(data)
        if score is None:
            waiting = True
        else:
            points += exactly(score) * weight(data)
    attempt.points = None if waiting else float(points)
    attempt.max_points = float(total)


def exactly(score: float) -> Fraction:
    """Return the score of a step as the fraction that it was before it was stored: three thirds are one."""
    return Fraction(score).limit_denominator(100_000)


def is_awaited(session: Session, attempt: Attempt) -> bool:
    """Say whether ATTEMPT is submitted and waits for a tutor."""
    return attempt.submitted_at is not None and attempt.points is None


def submit_overdue(database: Database, *, now: Callable[[], datetime]) -> int:
    """Hand in every attempt whose deadline is GRACE ago, though nobody comes back; return how many.

    Each in a transaction of its own. One whose deadline has meanwhile moved gets the later one. One that fails is said
    in the log and tried again the next time; the others do not wait for it."""
    with database.transaction(writing=False) as session:
        overdue = select(Attempt.id).where(Attempt.submitted_at.is_(None), Attempt.deadline_at < now() - GRACE)
        ids = session.scalars(overdue.order_by(Attempt.deadline_at)).all()
    done = 0
    for attempt_id in ids:
        try:
            with database.transaction() as session:
                attempt = session.get_one(Attempt, attempt_id)
                lock(session, attempt)
                if attempt.submitted_at is None and is_over(session, attempt, now=now()):
                    submit_attempt(session, attempt, now=now())
                    done += 1
        except Exception:
            log.exception("Attempt %d is over and could not be handed in", attempt_id)
    return done


def settle_unawaited(session: Session, *, now: datetime) -> int:
    """Give their points to attempts that wait to be marked in study groups that have no tutor (any longer), as if there
    had been none when they were handed in; return how many there were."""
    tutor = aliased(Enrolment)
    tutors = exists().where(tutor.group_id == Enrolment.group_id, tutor.role == Role.tutor, tutor.left_at.is_(None))
    waiting = session.scalars(
        select(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Attempt.purpose == in_words(Purpose.quiz),
            Attempt.submitted_at.is_not(None),
            Attempt.points.is_(None),
            ~tutors,
        )
        .order_by(Attempt.id)
    ).all()
    for attempt in waiting:
        lock(session, attempt)
        total_up(session, attempt, awaits=False)
        record(session, attempt, now=now)
    return len(waiting)


def _has_tutor(session: Session, attempt: Attempt) -> bool:
    """Say whether a tutor is there to mark what ATTEMPT, of a student in a study group, leaves to be marked."""
    if attempt.purpose is not Purpose.quiz:
        return False
    own = select(Enrolment.group_id).where(Enrolment.id == attempt.enrolment_id).scalar_subquery()
    tutor = exists().where(Enrolment.group_id == own, Enrolment.role == Role.tutor, Enrolment.left_at.is_(None))
    return bool(session.scalar(select(tutor)))


def _score_step(item: AttemptItem, history: History, score: float, now: datetime) -> dict[str, Any]:
    """Return the step that scores the response to ITEM that counts."""
    return {
        "attempt_item_id": item.id,
        "number": history.newest + 1,
        "kind": StepKind.score,
        "response": history.response,
        "score": score,
        "at": now,
        "base_step": history.counting.number if history.counting else 0,
    }
