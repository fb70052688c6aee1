"""Answering in review: an attempt at one item in no place of a course, and a row of the log of its card."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.errors import Conflict
from course.base.words import _
from course.users.models import User
from quizzes.attempts.alone import answer_alone
from quizzes.attempts.side_door import open_attempts
from quizzes.checks.answering import InOpenAttempt
from quizzes.items import BadResponse, Response, is_marked_by_hand
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, Step, StepKind
from quizzes.review.answers import Answer
from quizzes.review.asking import Asked
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.recording import (
    Learner,
    counting,
    held,
    hold_card,
    hold_user,
    learners,
    logs_of,
    set_cards,
    write_down,
)
from quizzes.scheduling import LONGEST, Rating, rating_of, study_day

#: How one may rate what one recalled oneself. Never easy.
OWN_RATINGS = (Rating.Again, Rating.Hard, Rating.Good)


class NotToBeTakenBack(Conflict):
    """The answer cannot be taken back, or not any more; the message says why."""

    title = _("This answer was not taken back")


class Given(NamedTuple):
    """What was given: the response, None where an essay was only thought of; how sure of it, 1 to 3, None if that was
    not said. And what its page knew: the number of the last row of the card's log, 0 for none; a token that makes a
    double click harmless; when the question was shown."""

    response: Response | None
    certainty: int | None = None
    seen: int = 0
    once: str | None = None
    shown_at: datetime | None = None


def answer_review(session: Session, user: User, question: Asked, given: Given, *, now: datetime) -> ReviewLog:
    """Return the row of the log by which USER answered QUESTION in review; its attempt has the score.

    The other half of a double click is the same row. Where the item was answered since the page was made, on another
    device or in a quiz, the answer is kept and the memory is as it was. Raise InOpenAttempt where the item stands in an
    open attempt at a quiz, BadResponse for an essay: that is recalled (`recall_essay`)."""
    if is_marked_by_hand(question.data) or given.response is None:
        raise BadResponse(_("This question is not answered so. Load the page again."))
    card = _Held.of(session, Answer(user.id, question.item_id, now, ReviewSource.review, None))
    if (same := card.answered(given.once)) is not None:
        return same
    attempt = _new_attempt(session, user, question)
    score = answer_alone(
        session,
        attempt,
        question,
        given.response,
        given.certainty,
        course_id=question.course_id,
        text_version_id=question.text_version_id,
        now=now,
    )
    assert score is not None  # no human must mark it
    return card.write(session, given, rating_of(score, certainty=given.certainty), attempt)


def recall_essay(
    session: Session, user: User, question: Asked, rating: int, given: Given, *, now: datetime
) -> ReviewLog:
    """Return the row of the log by which USER, with the model answer before them, says how well they had recalled an
    essay: 1 not, 2 with effort, 3 well. What they wrote, if anything, is kept in an attempt that has no points.

    For the rest as `answer_review`. Raise BadResponse for another RATING, and at what is not an essay."""
    if rating not in OWN_RATINGS or not is_marked_by_hand(question.data):
        raise BadResponse(_("Say how well you knew it."))
    card = _Held.of(session, Answer(user.id, question.item_id, now, ReviewSource.review, None))
    if (same := card.answered(given.once)) is not None:
        return same
    attempt = None
    if given.response is not None:
        attempt = _new_attempt(session, user, question)
        answer_alone(session, attempt, question, given.response, course_id=question.course_id, now=now)
        rated = Step(number=2, kind=StepKind.rate, data={"rating": int(rating)}, base_step=1, by_id=user.id, at=now)
        attempt.items[0].steps.append(rated)
        session.flush()
    return card.write(session, given, Rating(rating), attempt)


def card_of(session: Session, user: User, item_id: int, *, now: datetime) -> Card:
    """Return USER's card at an item, made where there is none. Nobody else changes it before the transaction ends."""
    met = Answer(user.id, item_id, now, ReviewSource.review, None)
    hold_user(session, user.id)
    return hold_card(session, met)


class _Held(NamedTuple):
    """A card that nobody else changes before the transaction ends, and its log; MET says whose it is and at what."""

    met: Answer
    card: Card
    log: list[ReviewLog]
    learner: Learner

    @classmethod
    def of(cls, session: Session, met: Answer) -> "_Held":
        """Return the card of who MET an item; raise InOpenAttempt where the item stands in an open attempt of theirs.
        Four queries, six where they had no card of it."""
        if (open_attempt := open_attempts(session, met.user_id).get(met.item_id)) is not None:
            raise InOpenAttempt(open_attempt)
        learner = hold_user(session, met.user_id)
        card = hold_card(session, met)
        return cls(met, card, logs_of(session, [card])[card.id], learner)

    def answered(self, once: str | None) -> ReviewLog | None:
        """Return the row that the other half of a double click, ONCE, has added."""
        return next((row for row in self.log if once and row.once == once), None)

    def write(self, session: Session, given: Given, rating: Rating, attempt: Attempt | None) -> ReviewLog:
        """Return the row that says how it came out, which does not count where the log has one that its page had not
        seen."""
        answer = self.met._replace(
            rating=rating,
            attempt_item_id=attempt.items[0].id if attempt is not None else None,
            milliseconds=_milliseconds(given.shown_at, self.met.at),
            counts=all(row.number <= given.seen for row in counting(self.log)),
            once=given.once,
        )
        users = {self.met.user_id: self.learner}
        [row] = write_down(session, [answer], {self.met.key: self.card}, {self.card.id: self.log}, users)
        return row


def _new_attempt(session: Session, user: User, question: Asked) -> Attempt:
    """Return an attempt of purpose review; they are numbered by user and item."""
    last = session.scalar(_LAST_NUMBER, {"user_id": user.id, "item_id": question.item_id})
    return Attempt(user_id=user.id, purpose=Purpose.review, number=(last or 0) + 1)


_LAST_NUMBER = (
    select(func.max(Attempt.number))
    .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
    .where(Attempt.user_id == bindparam("user_id"), Attempt.purpose == in_words(Purpose.review))
    .where(ItemVersion.item_id == bindparam("item_id"))
)


def _milliseconds(shown_at: datetime | None, now: datetime) -> int | None:
    """Return how long it took from SHOWN_AT, two minutes at the most; None where that is no moment before NOW."""
    if shown_at is None or shown_at.tzinfo is None or shown_at > now:
        return None
    return int(min(now - shown_at, timedelta(seconds=LONGEST)) / timedelta(milliseconds=1))


def take_back(session: Session, log: ReviewLog, *, now: datetime) -> None:
    """Let the answer in review that LOG is a row of say nothing of the memory any more; its attempt stays.

    Twice is once. Raise NotToBeTakenBack where it is no answer in review, not the last that counts, or of another day
    of study."""
    card = next(iter(held(session, Card.id == log.card_id)), None)
    if card is None:  # it became one with that of an account
        raise Conflict(_("You have signed in meanwhile. Load the page again."))
    rows = logs_of(session, [card])[card.id]
    if log.taken_back_at is not None:
        return
    user = session.get_one(User, card.user_id)
    if log.source is not ReviewSource.review:
        raise NotToBeTakenBack(_("Only what was answered in review can be taken back."))
    if counting(rows)[-1:] != [log]:
        raise NotToBeTakenBack(_("The question was answered again since, and that answer is the one that counts."))
    if study_day(now, ZoneInfo(user.zone)) != log.day:
        raise NotToBeTakenBack(_("That goes on the same day only. Answered again, the question counts anew."))
    log.taken_back_at = now
    session.flush()
    set_cards(session, [card], {card.id: rows}, learners(session, [user.id]))


def suspend(session: Session, card: Card, *, now: datetime) -> None:
    """Let CARD not come in review until it is resumed. Twice is once."""
    card.suspended_at = card.suspended_at or now
    session.flush()


def resume(session: Session, card: Card) -> None:
    """Let CARD come in review again."""
    session.execute(update(Card).where(Card.id == card.id).values(suspended_at=None))
