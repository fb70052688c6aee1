"""Beginning an attempt, and handing it in."""

import logging
import random
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from course.base.errors import Conflict
from course.base.words import _, plural
from course.groups.models import Enrolment
from course.outline.models import Activity
from course.syllabus.exceptions import layers
from quizzes.attempts.records import record
from quizzes.attempts.steps import History, histories
from quizzes.items import ItemData, parse_data, type_of
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz, QuizSlot, Step, StepKind
from quizzes.policy import Policy, effective
from quizzes.spellings import spellings_of

log = logging.getLogger(__name__)


class AttemptsUsedUp(Conflict):
    """There are as many attempts as the quiz allows."""

    title = _("Your attempts at this quiz are used up")


class AttemptClosed(Conflict):
    """The attempt is submitted: what is saved now is kept, and no longer counts."""

    title = _("This attempt is already submitted")


def policy_for(session: Session, quiz: Quiz, enrolment: Enrolment | None) -> Policy:
    """Return what holds at QUIZ now: its own policy, and what exceptions make of it for ENROLMENT."""
    return effective(quiz, layers(session, enrolment, quiz.activity) if enrolment is not None else ())


def start_attempt(
    session: Session, enrolment: Enrolment, activity: Activity, *, now: datetime, rng: random.Random
) -> Attempt:
    """Return the open attempt of ENROLMENT at the quiz ACTIVITY, or a new one of the current versions of its items.

    Raise AttemptsUsedUp where no more are allowed. Of two that begin at once the indexes let one through, and both get
    that one."""
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == activity.id)).one()
    for _try in range(2):
        attempts = attempts_at(session, enrolment, activity)
        if attempts and attempts[-1].submitted_at is None:
            return attempts[-1]
        policy = policy_for(session, quiz, enrolment)
        if policy.attempts is not None and count_used(attempts, enrolment) >= policy.attempts:
            allowed = plural("One attempt is allowed here.", "{n} attempts are allowed here.", policy.attempts)
            raise AttemptsUsedUp(_("{allowed} The results stay open to you.").format(allowed=allowed))
        number = attempts[-1].number + 1 if attempts else 1
        attempt, rows = _prepared(quiz, enrolment, _current_versions(session, quiz), rng)
        attempt.number, attempt.policy, attempt.started_at = number, policy.stored(), now
        try:
            with session.begin_nested():
                session.add(attempt)
                session.flush()
                session.execute(insert(AttemptItem), [{"attempt_id": attempt.id} | row for row in rows])
        except IntegrityError:  # another request of the same user was first
            continue
        log.info("Attempt %d of quiz %d begun", attempt.id, activity.id)
        return attempt
    raise Conflict(_("This quiz was begun and submitted elsewhere at the same moment. Load the page again."))


def attempts_at(session: Session, enrolment: Enrolment, activity: Activity) -> Sequence[Attempt]:
    """Return the attempts of ENROLMENT at the quiz ACTIVITY, by number; only the last can be open. One query."""
    mine = select(Attempt).where(
        Attempt.enrolment_id == enrolment.id, Attempt.activity_id == activity.id, Attempt.purpose == Purpose.quiz
    )
    return session.scalars(mine.order_by(Attempt.number)).all()


def count_used(attempts: Sequence[Attempt], enrolment: Enrolment | None) -> int:
    """Return how many of the ATTEMPTS of ENROLMENT count against a limit: those begun since it joined its group.

    What was done alone before, and brought along, is the group's to see and not its to limit."""
    return sum(enrolment is None or attempt.started_at >= enrolment.joined_at for attempt in attempts)


def _current_versions(session: Session, quiz: Quiz) -> Sequence[ItemVersion]:
    rows = (
        select(ItemVersion)
        .join(Item, Item.current_version_id == ItemVersion.id)
        .join(QuizSlot, QuizSlot.item_id == Item.id)
        .where(QuizSlot.quiz_id == quiz.id)
        .order_by(QuizSlot.position)
    )
    return session.scalars(rows).all()


def _prepared(
    quiz: Quiz, enrolment: Enrolment, versions: Sequence[ItemVersion], rng: random.Random
) -> tuple[Attempt, list[dict[str, Any]]]:
    """Return a new attempt and its items: each of VERSIONS in the order in which it will be shown for good."""
    if not versions:
        raise Conflict(_("This quiz has no questions yet."))
    datas = [parse_data(version.data) for version in versions]
    rows = [
        {"slot": slot, "item_version_id": version.id, "shown": type_of(data).shown(data, rng)}
        for slot, (version, data) in enumerate(zip(versions, datas, strict=True), 1)
    ]
    attempt = Attempt(user_id=enrolment.user_id, enrolment_id=enrolment.id, activity_id=quiz.activity_id)
    attempt.purpose, attempt.max_points = Purpose.quiz, float(sum(map(weight, datas)))
    return attempt, rows


def weight(data: ItemData) -> Fraction:
    """Return the points of an item, exactly as its author wrote them."""
    return Fraction(str(data.points))


def lock(session: Session, attempt: Attempt) -> None:
    """Wait until nobody else saves into ATTEMPT or submits it, and see it as they left it.

    On SQLite a writing transaction is alone from its beginning."""
    if session.get_bind().dialect.name != "sqlite":
        session.refresh(attempt, ["submitted_at", "points"], with_for_update=True)


def submit_attempt(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Hand ATTEMPT in: score the last counting response of each item, and what they come to. Twice is once."""
    lock(session, attempt)
    if attempt.submitted_at is not None:
        return
    activity = session.get_one(Activity, attempt.activity_id)
    names = spellings_of(session, activity.course_id)
    past = histories(session, attempt)
    items = select(AttemptItem).where(AttemptItem.attempt_id == attempt.id).options(joinedload(AttemptItem.version))
    points, rows = Fraction(0), []
    for item in session.scalars(items.order_by(AttemptItem.slot)):
        data, history = parse_data(item.version.data), past[item.id]
        score = type_of(data).score(data, history.response, names=names).score
        points += score * weight(data)
        rows.append(_score_step(item, history, float(score), now))
    session.execute(insert(Step), rows, execution_options={"render_nulls": True})  # so blanks go along in one statement
    attempt.submitted_at = max(now, attempt.started_at)  # a clock may have been set back
    attempt.points = float(points)
    session.flush()
    record(session, attempt, now=now)
    log.info("Attempt %d of quiz %d submitted: %s points", attempt.id, activity.id, attempt.points)


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
