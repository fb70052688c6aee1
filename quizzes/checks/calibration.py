"""Whether one knows what one knows: how sure a user was of answers in texts and in review, and how these came out."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from course.base.words import _, plural
from quizzes.attempts.ending import exactly
from quizzes.attempts.side_door import is_open_in_attempt
from quizzes.attempts.steps import certainty_of
from quizzes.certainty import WORDS, Level, fitting, levels_of
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, Step, StepKind
from quizzes.review.models import ReviewLog

#: Of fewer answers nothing can be said.
LEAST = 5


class Calibration(NamedTuple):
    """What came of the answers of each certainty, from the least, and of all together."""

    levels: Sequence[Level]
    answers: int
    points: Fraction


def calibration(session: Session, user_id: int) -> Calibration:
    """Return how well a user knows what they know, from their first answer to each item in a text or in review.

    Whoever answers again has seen the key. In review nobody need say how sure they are: who did not, and who took the
    answer back, said nothing of it. Items in an open attempt of theirs are left out until it is submitted.

    One query."""
    save, scored = aliased(Step), aliased(Step)
    rows = session.execute(
        select(ItemVersion.item_id, save, scored.score, Attempt.purpose, ReviewLog.taken_back_at)
        .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(save, (save.attempt_item_id == AttemptItem.id) & (save.kind == StepKind.save))
        .join(scored, (scored.attempt_item_id == AttemptItem.id) & (scored.kind == StepKind.score))
        .outerjoin(ReviewLog, ReviewLog.attempt_item_id == AttemptItem.id)
        .where(Attempt.user_id == user_id, Attempt.purpose.in_((Purpose.check, Purpose.review)))
        .where(~is_open_in_attempt(user_id, ItemVersion.item_id))
        .order_by(Attempt.id)
    )
    first: dict[int, tuple[int | None, Fraction] | None] = {}
    for item_id, save_step, score, purpose, taken_back_at in rows:
        certainty = certainty_of(save_step)
        said = taken_back_at is None and (purpose is Purpose.check or certainty is not None)
        first.setdefault(item_id, (certainty, exactly(score or 0.0)) if said else None)
    answers = [answer for answer in first.values() if answer is not None]
    levels = levels_of(answers)
    return Calibration(levels, len(answers), sum((level.points for level in levels), Fraction(0)))


def in_words(level: Level) -> str:
    """Return what came of one certainty: "When you were sure, you were right 7 of 9 times." """
    said = {
        1: _("When you guessed, or did not say, you were right {times}."),
        2: _("When you were fairly sure, you were right {times}."),
        3: _("When you were sure, you were right {times}."),
    }
    times = plural("{{right}} of {n} time", "{{right}} of {n} times", level.answers).format(right=level.right)
    return said[level.certainty].format(times=times)


def advice(level: Level) -> str | None:
    """Return which certainty would have earned more, None where this one fits or too little can be said."""
    if level.share is None or level.answers < LEAST or (better := fitting(level.share)) == level.certainty:
        return None
    return _("“{words}” would have earned more.").format(words=WORDS[better].capitalize())
