"""Making exceptions and accommodations (RULES, section 6). Nothing is changed: what holds no longer is revoked, and
what holds instead is added, so that it can be told later what held when, who gave it and why."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.errors import DomainError
from course.base.words import _
from course.groups.models import Enrolment, Subgroup
from course.outline.models import Activity
from course.rules import MINUTE, Value
from course.syllabus.models import Accommodation, RuleException
from course.users.models import User

log = logging.getLogger(__name__)

#: The longest reason, in characters.
LONGEST_REASON = 500

#: The longest time limit, a week, and the most attempts that can be allowed; beyond them one says "none".
LONGEST_LIMIT = timedelta(weeks=1)
MOST_ATTEMPTS = 1000

#: How many times as long somebody may have at the most, and how many days later.
LARGEST_FACTOR = Decimal(10)
MOST_DAYS = 365


class Refused(DomainError):
    """Something that no rule can say; `field` says where it was typed."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def except_rule(
    session: Session,
    activity: Activity,
    audience: Enrolment | Subgroup,
    field: str,
    value: Value,
    *,
    reason: str,
    by_id: int,
    now: datetime,
) -> RuleException:
    """Return the exception that FIELD of the rules of ACTIVITY is VALUE for AUDIENCE, in place of the one before.

    Sent twice it is made once. Raise Refused for a value that cannot be, or without a reason."""
    _check(value, reason)
    for_whom = _named(audience)
    _lock(session, audience)
    live = session.scalars(
        select(RuleException)
        .filter_by(activity_id=activity.id, field=field, **for_whom)
        .where(RuleException.revoked_at.is_(None))
    ).all()
    said = {"value": stored(value)}
    if live and (live[0].value, live[0].reason) == (said, reason):
        return live[0]
    _revoke(session, live, now)
    made = RuleException(
        activity_id=activity.id, field=field, value=said, reason=reason, by_id=by_id, at=now, **for_whom
    )
    session.add(made)
    session.flush()
    log.info("Exception %d of activity %d made by user %d", made.id, activity.id, by_id)
    return made


def revoke_exception(session: Session, exception: RuleException, *, now: datetime) -> None:
    """Let EXCEPTION hold no longer. Twice is once."""
    if exception.revoked_at is None:
        _revoke(session, [exception], now)


def set_accommodation(
    session: Session, enrolment: Enrolment, factor: Decimal, days: int, *, reason: str = "", by_id: int, now: datetime
) -> Accommodation | None:
    """Return what ENROLMENT is always given from now on: time limits times FACTOR, dates DAYS later.

    None where that is nothing (1 and 0). Sent twice it is made once. Raise Refused for what cannot be."""
    if not 1 <= factor <= LARGEST_FACTOR or factor != round(factor, 2):
        words = _("A number from 1 to {most}, with two digits after the point at most.")
        raise Refused("factor", words.format(most=LARGEST_FACTOR))
    if not 0 <= days <= MOST_DAYS:
        raise Refused("days", _("A whole number from 0 to {most}.").format(most=MOST_DAYS))
    _lock(session, enrolment)
    live = session.scalars(
        select(Accommodation).where(Accommodation.enrolment_id == enrolment.id, Accommodation.revoked_at.is_(None))
    ).all()
    if live and (live[0].factor, live[0].days, live[0].reason) == (factor, days, reason):
        return live[0]
    _revoke(session, live, now)
    if factor == 1 and days == 0:
        return None
    made = Accommodation(enrolment_id=enrolment.id, factor=factor, days=days, reason=reason, by_id=by_id, at=now)
    session.add(made)
    session.flush()
    log.info("Accommodation %d of enrolment %d made by user %d", made.id, enrolment.id, by_id)
    return made


class Made(NamedTuple):
    """An exception or an accommodation that holds, and the name of who made it; None where they have none any more."""

    row: Any
    by: str | None


def live_exceptions(session: Session, activity: Activity, audience: Enrolment | Subgroup) -> list[Made]:
    """Return the exceptions from the rules of ACTIVITY that hold for AUDIENCE itself, by age. One query."""
    rows = session.execute(
        select(RuleException, User.name)
        .outerjoin(User, User.id == RuleException.by_id)
        .filter_by(activity_id=activity.id, **_named(audience))
        .where(RuleException.revoked_at.is_(None))
        .order_by(RuleException.id)
    )
    return [Made(*row) for row in rows]


def live_accommodation(session: Session, enrolment: Enrolment) -> Made | None:
    """Return the accommodation of ENROLMENT that holds, None where there is none. One query."""
    row = session.execute(
        select(Accommodation, User.name)
        .outerjoin(User, User.id == Accommodation.by_id)
        .where(Accommodation.enrolment_id == enrolment.id, Accommodation.revoked_at.is_(None))
    ).one_or_none()
    return Made(*row) if row else None


def _check(value: Value, reason: str) -> None:
    if not reason.strip():
        raise Refused("reason", _("Say why: it stands beside the rule, for them and for who comes after you."))
    if isinstance(value, timedelta) and not MINUTE <= value <= LONGEST_LIMIT:
        words = _("A whole number of minutes from 1 to {most}.")
        raise Refused("value", words.format(most=LONGEST_LIMIT // MINUTE))
    if isinstance(value, int) and not 1 <= value <= MOST_ATTEMPTS:
        raise Refused("value", _("A whole number from 1 to {most}.").format(most=MOST_ATTEMPTS))


def _named(audience: Enrolment | Subgroup) -> dict[str, int]:
    return {"enrolment_id" if isinstance(audience, Enrolment) else "subgroup_id": audience.id}


def stored(value: Value) -> Any:
    """Return VALUE as an exception keeps it (`exceptions.value_of` reads it)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


def _lock(session: Session, audience: Enrolment | Subgroup) -> None:
    """Let one tutor at a time go on, for one of two would else break the rule that there is one live row."""
    kind = type(audience)
    session.execute(select(kind.id).where(kind.id == audience.id).with_for_update())


def _revoke(session: Session, live: Iterable[RuleException | Accommodation], now: datetime) -> None:
    for one in live:
        one.revoked_at = now
    session.flush()
