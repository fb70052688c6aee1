"""What an enrolment did last: the open attempt, the draft last saved, the part last worked on, the place in a text."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Subquery, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.completion.models import CompletionFact, FactKind
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment
from lessons.acts import Place, last_place
from lessons.discussion.models import Discussion, Post
from lessons.models import Draft, JournalEntry
from quizzes.models import Attempt, AttemptItem, Purpose, Step


class Act(NamedTuple):
    """A part and when something was done there."""

    activity_id: int
    at: datetime


class OpenAttempt(NamedTuple):
    """An attempt at a quiz that was not handed in."""

    id: int
    activity_id: int
    started_at: datetime


class LastActs(NamedTuple):
    """The newest open attempt, the draft last saved, and the last act of any other kind; the place in a text where
    something was done last; None where there is none."""

    open_attempt: OpenAttempt | None
    draft: Act | None
    other: Act | None
    place: Place | None = None


#: What a row of the query is about.
_PLACE, _OPEN, _DRAFT, _OTHER = 3, 2, 1, 0


def last_acts(session: Session, enrolment: Enrolment) -> LastActs:
    """Return what ENROLMENT did last. One query."""
    rows = session.execute(_newest(), ids_of(enrolment)).all()
    opened = (OpenAttempt(row.attempt, row.activity, row.at) for row in rows if row.what == _OPEN)
    drafts = (Act(row.activity, row.at) for row in rows if row.what == _DRAFT)
    others = (Act(row.activity, row.at) for row in rows if row.what == _OTHER)
    places = (Place(*(getattr(row, name) for name in Place._fields)) for row in rows if row.what == _PLACE)
    latest = max(others, key=lambda act: act.at, default=None)
    return LastActs(next(opened, None), next(drafts, None), latest, next(places, None))


@cache
def _newest() -> Any:
    me = someone(ANYBODY)
    place = last_place(me).subquery()
    of_place = [place.c[name] for name in Place._fields]
    nothing = [cast(null(), column.type) for column in (Attempt.activity_id, Attempt.id)]
    return union_all(*_newest_of_each(me, place), select(literal(_PLACE), *nothing, *of_place))


def _newest_of_each(enrolment: Enrolment, place: Subquery) -> Iterator[Any]:
    """Yield queries for the newest open attempt, draft, fact of one's own making, entry, post, attempt begun and answer
    saved, with empty columns for those of a PLACE."""
    own = (FactKind.reached, FactKind.tick, FactKind.untick)
    prompt = cast(func.substr(Draft.place, len("prompt:") + 1), BigInteger)
    sat = (Attempt.enrolment_id == enrolment.id, Attempt.purpose == in_words(Purpose.quiz))
    written = (Draft.enrolment_id == enrolment.id, Draft.text != "", Draft.place.startswith("prompt:"))
    acts: list[tuple[int, Any, Any, Any]] = [
        (_OPEN, Attempt.activity_id, Attempt.started_at, (*sat, Attempt.submitted_at.is_(None))),
        (_DRAFT, prompt, Draft.saved_at, written),
        (_OTHER, CompletionFact.activity_id, CompletionFact.at,
         (CompletionFact.enrolment_id == enrolment.id, CompletionFact.kind.in_(own))),
        (_OTHER, JournalEntry.activity_id, JournalEntry.written_at, (JournalEntry.enrolment_id == enrolment.id,)),
        (_OTHER, Discussion.activity_id, Post.made_at,
         (Post.enrolment_id == enrolment.id, Discussion.id == Post.discussion_id)),
        (_OTHER, Attempt.activity_id, Attempt.started_at, sat),
        (_OTHER, Attempt.activity_id, Step.at,
         (*sat, AttemptItem.attempt_id == Attempt.id, Step.attempt_item_id == AttemptItem.id)),
    ]  # fmt: skip
    for kind, activity, at, conditions in acts:
        attempt_id = Attempt.id if kind == _OPEN else cast(null(), Attempt.id.type)
        of_place = [(at if name == "at" else cast(null(), place.c[name].type)).label(name) for name in Place._fields]
        cells = (literal(kind).label("what"), activity.label("activity"), attempt_id.label("attempt"), *of_place)
        # As a subquery, for a part of a union has no order and limit of its own on SQLite.
        yield select(select(*cells).where(*conditions).order_by(at.desc(), at.class_.id.desc()).limit(1).subquery())
