"""What may not come in a user's review now: its key may not be told yet, or it is not theirs to see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from course.groups.models import Enrolment, StudyGroup
from course.rules import NO_ACCOMMODATION, Level
from course.syllabus.assigned import given_to
from course.syllabus.exceptions import accommodations_of, all_layers_of
from quizzes.attempts.side_door import open_item_ids
from quizzes.limits import UTC, Limits, layers_of_quiz
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Purpose, Quiz
from quizzes.policy import MOMENTS, Policy, moment_of
from quizzes.review.models import Card

#: Whose closing time: (enrolment, quiz).
Sitting = tuple[int | None, int | None]

#: The levels of what assignments say: that of a lesson holds for its parts too.
ASSIGNED = frozenset({Level.user_assignment, Level.subgroup_assignment, Level.group_assignment})


def is_theirs(user_id: int) -> ColumnElement[bool]:
    """Return the condition that an item of the query may be asked of a user at all: it is not retired, and of a course,
    or of a study group that they are in."""
    places = select(Enrolment.group_id).where(
        Enrolment.user_id == user_id, Enrolment.left_at.is_(None), Enrolment.group_id.is_not(None)
    )
    return Item.retired_at.is_(None) & or_(Item.group_id.is_(None), Item.group_id.in_(places))


def withheld(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """Return the items that must not be shown to a user in review NOW, nor told of on any page about their memory.

    Those in an open attempt of theirs; those in a submitted one that may not show its key yet; of those they have a
    card of, what is not theirs (`is_theirs`). Three queries, and seven more where an attempt may not show its key at
    all times."""
    not_theirs = select(Card.item_id).join(Item, Item.id == Card.item_id)
    not_theirs = not_theirs.where(Card.user_id == user_id, ~is_theirs(user_id))
    return open_item_ids(session, user_id) | _unshown(session, user_id, now) | frozenset(session.scalars(not_theirs))


def _unshown(session: Session, user_id: int, now: datetime) -> frozenset[int]:
    """Return the items of submitted attempts whose key may not be seen NOW."""
    submitted = select(Attempt).where(
        Attempt.user_id == user_id,
        Attempt.purpose == Purpose.quiz,
        Attempt.submitted_at.is_not(None),
        # Most attempts show everything, and say nothing of it.
        Attempt.policy["shows"].as_string() != "{}",
    )
    doubtful = [attempt for attempt in session.scalars(submitted) if not _shows_key_always(attempt)]
    if not doubtful:
        return frozenset()
    closes = _closing_times(session, doubtful)
    hidden = [
        attempt.id
        for attempt in doubtful
        if "key" not in Policy.read(attempt.policy).seen(moment_of(attempt.submitted_at, closes[_place(attempt)], now))
    ]
    items = select(ItemVersion.item_id).join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    return frozenset(session.scalars(items.where(AttemptItem.attempt_id.in_(hidden))))


def _shows_key_always(attempt: Attempt) -> bool:
    policy = Policy.read(attempt.policy)
    return all("key" in policy.seen(moment) for moment in MOMENTS if moment != "during")


def _place(attempt: Attempt) -> Sitting:
    return attempt.enrolment_id, attempt.activity_id


def _closing_times(session: Session, attempts: Collection[Attempt]) -> Mapping[Sitting, datetime | None]:
    """Return until when the quizzes of ATTEMPTS may be begun in their places. Six queries."""
    places = session.scalars(select(Enrolment).where(Enrolment.id.in_([one.enrolment_id for one in attempts]))).all()
    quizzes = session.scalars(
        select(Quiz)
        .where(Quiz.activity_id.in_([one.activity_id for one in attempts]))
        .options(joinedload(Quiz.activity))
    ).all()
    limits = _limits(session, places, quizzes)
    return {_place(one): limits[_place(one)].closes_at for one in attempts}


def _limits(session: Session, places: Sequence[Enrolment], quizzes: Sequence[Quiz]) -> dict[Sitting, Limits]:
    """Return what holds in each of PLACES at each of QUIZZES. Four queries."""
    said = all_layers_of(session, places, given_to(session, places))
    always = accommodations_of(session, places)
    groups = select(StudyGroup.id, StudyGroup.zone).where(StudyGroup.id.in_([one.group_id for one in places]))
    zones = {group_id: ZoneInfo(zone) for group_id, zone in session.execute(groups)}
    found: dict[Sitting, Limits] = {}
    for place in places:
        here = said[place.id]
        zone = zones.get(place.group_id or 0, UTC)
        for quiz in quizzes:
            above = [one for one in here.get(quiz.activity.parent_id or 0, ()) if one.level in ASSIGNED]
            layers = (*here.get(quiz.activity_id, ()), *above, *layers_of_quiz(quiz))
            found[place.id, quiz.activity_id] = Limits(layers, always.get(place.id, NO_ACCOMMODATION), zone)
    return found
