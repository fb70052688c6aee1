"""What of quizzes and attempts a user may have. Views get them only here."""

from datetime import datetime
from typing import NamedTuple

from flask_login import current_user
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from course.base.db import LARGEST_ID, in_words
from course.base.errors import Forbidden, NotFound
from course.base.words import _
from course.groups.access import show_place
from course.groups.models import Enrolment
from course.outline.models import Activity, ActivityKind, Course
from quizzes.attempts.saving import AskedItem
from quizzes.items import parse_data
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, Quiz
from quizzes.policy import Policy


class OwnAttempt(NamedTuple):
    """An attempt, with its items and their versions, at its quiz, in the enrolment it was made in."""

    attempt: Attempt
    quiz: Quiz
    enrolment: Enrolment


def quiz_named(session: Session, course: Course, ident: str, enrolment: Enrolment | None) -> Quiz:
    """Return the quiz of that ident, of the curriculum or of the study group of ENROLMENT, with activity and lesson.

    What is retired is there for those with work on it: a view that finds none raises NotFound itself."""
    group_id = enrolment.group_id if enrolment is not None else None
    quizzes = (
        select(Quiz)
        .join(Quiz.activity)
        .where(Activity.course_id == course.id, Activity.kind == in_words(ActivityKind.quiz), Activity.ident == ident)
        .where(or_(Activity.group_id.is_(None), Activity.group_id == group_id))
        .order_by(Activity.group_id.is_not(None), Activity.id)
        .options(joinedload(Quiz.activity).joinedload(Activity.parent))
    )
    quiz = session.scalars(quizzes).first()
    if quiz is None:
        raise NotFound
    return quiz


def own_attempt(session: Session, attempt_id: int, *, writing: bool = False) -> OwnAttempt:
    """Return the attempt of whoever asks; somebody else's does not exist for them.

    What was done in a study group one has left can be read, and no longer be added to (WRITING)."""
    if not current_user.is_authenticated or attempt_id > LARGEST_ID:
        raise NotFound
    asked = {"attempt_id": attempt_id, "user_id": current_user.id}
    row = session.execute(_OWN_ATTEMPT, asked).unique().one_or_none()
    if row is None:
        raise NotFound
    own = OwnAttempt(*row)
    if writing:
        _let_add(own.enrolment.left_at)
    show_place(own.enrolment)
    return own


def asked_item(session: Session, attempt_id: int, item_id: int) -> AskedItem:
    """Return a question of the attempt of whoever asks, to be answered; what `own_attempt` would not return is not
    there."""
    if not current_user.is_authenticated or max(attempt_id, item_id) > LARGEST_ID:
        raise NotFound
    asked = {"attempt_id": attempt_id, "item_id": item_id, "user_id": current_user.id}
    row = session.execute(_ASKED_ITEM, asked).one_or_none()
    if row is None:
        raise NotFound
    left_at, policy, data, *rest = row
    _let_add(left_at)
    return AskedItem(Policy.read(policy), parse_data(data), *rest)


def _let_add(left_at: datetime | None) -> None:
    if left_at is not None:
        raise Forbidden(_("You have left this study group. What you did there can be read, and no longer be added to."))


# Of the tables, not of the models: no rows are made of what is only looked at.
_attempt, _item, _all_items = Attempt.__table__, AttemptItem.__table__, AttemptItem.__table__.alias()
_version, _enrolment = ItemVersion.__table__, Enrolment.__table__

_MINE = (
    _attempt.c.id == bindparam("attempt_id"),
    _attempt.c.user_id == bindparam("user_id"),
    _attempt.c.purpose.in_((Purpose.quiz, Purpose.preview)),
)

_OWN_ATTEMPT = (
    select(Attempt, Quiz, Enrolment)
    .join(Quiz, Quiz.activity_id == Attempt.activity_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(*_MINE)
    .options(
        joinedload(Attempt.activity).joinedload(Activity.parent),
        joinedload(Attempt.activity).joinedload(Activity.course),
        joinedload(Attempt.items).joinedload(AttemptItem.version),
        joinedload(Enrolment.group),
    )
)

_ASKED_ITEM = (
    select(
        _enrolment.c.left_at,
        _attempt.c.policy,
        _version.c.data,
        _attempt.c.id,
        _attempt.c.user_id,
        _attempt.c.submitted_at,
        _attempt.c.deadline_at,
        select(func.count()).where(_all_items.c.attempt_id == _attempt.c.id).scalar_subquery(),
        _item.c.id,
        _item.c.shown,
        _item.c.flagged,
    )
    .join_from(_attempt, _item, _item.c.attempt_id == _attempt.c.id)
    .join(_version, _version.c.id == _item.c.item_version_id)
    .join(_enrolment, _enrolment.c.id == _attempt.c.enrolment_id)
    .where(*_MINE, _item.c.id == bindparam("item_id"))
)
