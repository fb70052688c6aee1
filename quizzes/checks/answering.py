"""Answering a self-check: an attempt at one item, submitted as it is made, that counts for no quiz."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.errors import Conflict
from course.base.words import _
from course.groups.models import Enrolment
from quizzes.attempts.alone import answer_alone
from quizzes.attempts.side_door import open_attempts
from quizzes.attempts.steps import certainty_of
from quizzes.checks.asking import Check
from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose
from quizzes.review.recording import record_attempt


class InOpenAttempt(Conflict):
    """The item stands in an open attempt of whoever answers: its key is shown nowhere until that is submitted."""

    title = _("This question is in your open attempt")
    hint = _("Answer it there. Here it can be answered again once the attempt is submitted.")

    def __init__(self, attempt_id: int) -> None:
        super().__init__()
        self.attempt_id = attempt_id


class Given(NamedTuple):
    """What was given: the response; how sure of it, 1 to 3, None if that was not said; the last attempt that its page
    had seen, 0 for none."""

    response: Response
    certainty: int | None = None
    seen: int = 0


def answer_check(
    session: Session, enrolment: Enrolment, activity_id: int | None, check: Check, given: Given, *, now: datetime
) -> Attempt:
    """Return the attempt in which ENROLMENT answers CHECK, with its score; ACTIVITY_ID is the lesson it stands in.

    Attempts are numbered by user and item. The other half of a double click is the same attempt. Raise InOpenAttempt
    where the item stands in an open attempt at a quiz."""
    # One after the other: of two halves of a double click the second sees what the first did.
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    if (open_attempt := open_attempts(session, enrolment.user_id).get(check.item_id)) is not None:
        raise InOpenAttempt(open_attempt)
    mine = _attempts_at(enrolment.user_id, check.item_id)
    here = mine.where(Attempt.enrolment_id == enrolment.id, Attempt.id > given.seen)
    newer = session.scalars(here.order_by(Attempt.id.desc()).limit(1)).first()
    if newer is not None and _says(newer, given):
        return newer
    last = session.scalar(mine.with_only_columns(func.max(Attempt.number))) or 0
    attempt = Attempt(user_id=enrolment.user_id, enrolment_id=enrolment.id, activity_id=activity_id, number=last + 1)
    attempt.purpose = Purpose.check
    course_id = enrolment.course_id
    answer_alone(session, attempt, check, given.response, given.certainty, course_id=course_id, now=now)
    record_attempt(session, attempt, now=now)
    return attempt


def _attempts_at(user_id: int, item_id: int) -> Select[Attempt]:
    return (
        select(Attempt)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .where(Attempt.user_id == user_id, Attempt.purpose == in_words(Purpose.check), ItemVersion.item_id == item_id)
    )


def _says(attempt: Attempt, given: Given) -> bool:
    """Say whether ATTEMPT is at just what was GIVEN."""
    save = attempt.items[0].steps[0]
    return save.response == given.response and certainty_of(save) == given.certainty
