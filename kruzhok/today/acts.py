"""What an enrolment did last: the open attempt, the draft last saved, the part last worked on."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from course.completion.models import CompletionFact, FactKind
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment
from lessons.discussion.models import Discussion, Post
from lessons.models import Draft, JournalEntry
from quizzes.models import Attempt, AttemptItem, Purpose, Step


class Act(NamedTuple):
    """A part and when something was done there."""

    activity_id: int
    at: datetime


class LastActs(NamedTuple):
    """The newest open attempt, the draft last saved, and the last act of any other kind; None where there is none."""

    open_attempt: Attempt | None
    draft: Act | None
    other: Act | None


def last_acts(session: Session, enrolment: Enrolment) -> LastActs:
    """Return what ENROLMENT did last. Two queries."""
    attempt = session.scalar(_open_attempt(), ids_of(enrolment))
    rows = session.execute(_newest(), ids_of(enrolment)).all()
    drafts = [Act(activity_id, at) for is_draft, activity_id, at in rows if is_draft]
    others = [Act(activity_id, at) for is_draft, activity_id, at in rows if not is_draft]
    return LastActs(attempt, next(iter(drafts), None), max(others, key=lambda act: act.at, default=None))


@cache
def _open_attempt() -> Any:
    me = someone(ANYBODY)
    return (
        select(Attempt)
        .where(Attempt.enrolment_id == me.id, Attempt.purpose == Purpose.quiz, Attempt.submitted_at.is_(None))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(1)
    )


@cache
def _newest() -> Any:
    return union_all(*_newest_of_each(someone(ANYBODY)))


def _newest_of_each(enrolment: Enrolment) -> Iterator[Select[Any]]:
    """Yield queries for the newest draft, fact of one's own making, entry, post, attempt begun and answer saved."""
    own = (FactKind.reached, FactKind.tick, FactKind.untick)
    prompt = cast(func.substr(Draft.place, len("prompt:") + 1), BigInteger)
    sat = (Attempt.enrolment_id == enrolment.id, Attempt.purpose == Purpose.quiz)
    written = (Draft.enrolment_id == enrolment.id, Draft.text != "", Draft.place.startswith("prompt:"))
    acts: list[tuple[int, Any, Any, Any]] = [
        (1, prompt, Draft.saved_at, written),
        (0, CompletionFact.activity_id, CompletionFact.at,
         (CompletionFact.enrolment_id == enrolment.id, CompletionFact.kind.in_(own))),
        (0, JournalEntry.activity_id, JournalEntry.written_at, (JournalEntry.enrolment_id == enrolment.id,)),
        (0, Discussion.activity_id, Post.made_at,
         (Post.enrolment_id == enrolment.id, Discussion.id == Post.discussion_id)),
        (0, Attempt.activity_id, Attempt.started_at, sat),
        (0, Attempt.activity_id, Step.at,
         (*sat, AttemptItem.attempt_id == Attempt.id, Step.attempt_item_id == AttemptItem.id)),
    ]  # fmt: skip
    for is_draft, activity, at, conditions in acts:
        newest = select(literal(is_draft), activity.label("activity"), at.label("at")).where(*conditions)
        # As a subquery, for a part of a union has no order and limit of its own on SQLite.
        yield select(newest.order_by(at.desc()).limit(1).subquery())
