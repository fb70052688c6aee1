"""A review as its pages show it: the question, what came of an answer, and where the item was met before."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.outline.models import Activity
from quizzes.attempts.ending import exactly
from quizzes.attempts.questions import choices_of
from quizzes.attempts.results import GONE, Answered, answers_of, key_of
from quizzes.attempts.steps import certainty_of
from quizzes.certainty import certainty_points, signed
from quizzes.checks.showing import CERTAINTIES_SAID, Question
from quizzes.items import Response, is_marked_by_hand, parse_data, type_of
from quizzes.models import Attempt, AttemptItem, Step, StepKind
from quizzes.review.asking import Asked
from quizzes.review.models import Card, ReviewLog, ReviewSource


def question_of(question: Asked, seen: int, response: Response | None = None) -> Question:
    """Return QUESTION as it asks after SEEN rows of its log, with RESPONSE filled in."""
    data = question.data
    return Question(
        question.item_id,
        question.place.ident if question.place else "",
        data.type,
        data,
        type_of(data).kind_words,
        question.version_id,
        choices_of(data, question.shown, response),
        seen=seen,
        response=response,
        passages=question.passages,
    )


class Outcome(NamedTuple):
    """What came of a review: the answer as results draw it, and of how sure somebody was of it in words."""

    answer: Answered
    certainty_words: str | None = None
    certainty_points: str | None = None


def outcome_of(session: Session, log: ReviewLog, now_asked: Asked, *, root: str = "") -> Outcome:
    """Return what came of the review LOG, whose item asks NOW_ASKED today; an essay with its model answer.

    Its passage leads back to it. ROOT is what addresses of the site begin with. Nine queries at the most."""
    item, way = log.attempt_item, f"review-{log.id}"
    if item is None or is_marked_by_hand(parse_data(item.version.data)):
        return Outcome(_recalled(item, now_asked, way, root))
    course_id, course = now_asked.course_id, now_asked.course
    [answer] = answers_of(session, item.attempt, course_id=course_id, course=course, root=root, came_from=way)
    score, certainty = _step(item, StepKind.score), certainty_of(_step(item, StepKind.save))
    if certainty is None or score is None:
        return Outcome(answer)
    points = certainty_points(exactly(score.score or 0.0), certainty)
    return Outcome(answer, CERTAINTIES_SAID[certainty], signed(points))


def _step(item: AttemptItem, kind: StepKind) -> Step | None:
    return next((step for step in item.steps if step.kind is kind), None)


def _recalled(item: AttemptItem | None, now_asked: Asked, way: str, root: str) -> Answered:
    """Return an essay that its writer recalled, with what they wrote where they wrote something."""
    data = parse_data(item.version.data) if item else now_asked.data
    save = _step(item, StepKind.save) if item else None
    response = save.response if save else None
    place = now_asked.place
    return Answered(
        item.id if item else 0,
        1,
        data.type,
        data,
        type_of(data).says(data, response),
        item.item_version_id if item else now_asked.version_id,
        response=response,
        key_says=key_of(data),
        explanation=data.explanation,
        passage_url=root + place.path(now_asked.course, **{"from": way}) if place else None,
        passage_words=place.words if place else GONE,
        place=place,
        course=now_asked.course,
    )


class Met(NamedTuple):
    """One answer in the log of a card: when it was given and how it came out (1 missed, 2 with effort, 3 known);
    where: of a quiz its title, its attempt and the number of the question there, of a self-check its lesson. `row` is
    the number of its row in the log."""

    at: datetime
    rating: int
    source: ReviewSource
    title: str | None
    attempt_id: int | None
    number: int | None
    counts: bool
    row: int

    @property
    def is_result(self) -> bool:
        """Whether there is a result page that it stands on."""
        return self.source is ReviewSource.quiz and self.attempt_id is not None


def history_of(session: Session, user_id: int, item_id: int) -> list[Met]:
    """Return what USER answered to an item so far, the last first, without what was taken back. One query."""
    return [Met(*row) for row in session.execute(_HISTORY, {"user_id": user_id, "item_id": item_id})]


_HISTORY = (
    select(
        *(ReviewLog.at, ReviewLog.rating, ReviewLog.source, Activity.title, Attempt.id, AttemptItem.slot),
        *(ReviewLog.counts, ReviewLog.number),
    )
    .join(Card, Card.id == ReviewLog.card_id)
    .outerjoin(AttemptItem, AttemptItem.id == ReviewLog.attempt_item_id)
    .outerjoin(Attempt, Attempt.id == AttemptItem.attempt_id)
    .outerjoin(Activity, Activity.id == Attempt.activity_id)
    .where(Card.user_id == bindparam("user_id"), Card.item_id == bindparam("item_id"))
    .where(ReviewLog.taken_back_at.is_(None))
    .order_by(ReviewLog.at.desc(), ReviewLog.number.desc())
)
