"""A tutor's exceptions from the rules of a quiz, and one more attempt."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import Enrolment, StudyGroup, Subgroup
from course.rules import Layer, Level, Value
from course.syllabus.excepting import Refused, except_rule, revoke_exception
from course.syllabus.exceptions import DATES, layers_for_all
from course.syllabus.models import RuleException
from course.syllabus.telling import tell_moved, untell_moved
from quizzes.attempts.starting import attempts_at, count_used
from quizzes.limits import Limits, limits_at
from quizzes.models import Quiz

#: The fields of a rule that mean something at a quiz, in the order in which they are told.
FIELDS = ("open", "due", "close", "time_limit", "attempts")


def limits_for_all(session: Session, quiz: Quiz, group: StudyGroup, subgroup: Subgroup | None = None) -> Limits:
    """Return the limits of everybody in GROUP at QUIZ, or of everybody in SUBGROUP. Two queries, or three."""
    own = limits_at(session, quiz, None).layers
    said = layers_for_all(session, group.id, quiz.activity, subgroup)
    return Limits((*said, *own), zone=ZoneInfo(group.zone))


def except_quiz(
    session: Session,
    quiz: Quiz,
    group: StudyGroup,
    audience: Enrolment | Subgroup,
    field: str,
    value: Value,
    *,
    reason: str,
    by_id: int,
    now: datetime,
) -> None:
    """Make an exception at QUIZ for AUDIENCE, of GROUP; tell them where it is of a date.

    Raise Refused, also where it would close before it opens."""
    if isinstance(audience, Enrolment):
        level, limits = Level.user_exception, limits_at(session, quiz, audience)
    else:
        level, limits = Level.subgroup_exception, limits_for_all(session, quiz, group, audience)
    if field in {"open", "close"}:
        _check_opens_first(limits, Layer(level, field, value, ""))
    made = except_rule(session, quiz.activity, audience, field, value, reason=reason, by_id=by_id, now=now)
    if field in DATES and made.at == now:  # sent twice it was made, and told, before
        untell_moved(session, quiz.activity, audience, [field])
        tell_moved(session, audience, made, by_id=by_id, now=now)


def take_back(
    session: Session, exception: RuleException, audience: Enrolment | Subgroup, *, by_id: int, now: datetime
) -> None:
    """Let EXCEPTION, which is for AUDIENCE, hold no longer, and tell them where it was of a date. Twice is once."""
    if exception.revoked_at is not None:
        return
    revoke_exception(session, exception, now=now)
    if exception.field in DATES:
        tell_moved(session, audience, exception, by_id=by_id, now=now)


def _check_opens_first(limits: Limits, made: Layer) -> None:
    """Raise Refused where LIMITS with what is MADE leave no moment at which one may begin."""
    others = [layer for layer in limits.layers if (layer.level, layer.field) != (made.level, made.field)]
    then = replace(limits, layers=(*others, made))
    if then.opens_at is None or then.closes_at is None or then.opens_at < then.closes_at:
        return
    if made.field == "open":
        raise Refused("value", _("It would open after it closes. Choose an earlier time, or let it close later first."))
    raise Refused("value", _("It would close before it opens. Choose a later time, or let it open earlier first."))


def give_one_more(
    session: Session, quiz: Quiz, student: Enrolment, *, reason: str, by_id: int, now: datetime
) -> int | None:
    """Let STUDENT begin one attempt more than they have made at QUIZ, and return how many that makes.

    None, and nothing is changed, where they may begin one anyhow: so sent twice it is given once. Raise Refused without
    a reason."""
    allowed = limits_at(session, quiz, student).attempts
    used = count_used(attempts_at(session, student, quiz.activity), student)
    if allowed is None or used < allowed:
        return None
    except_rule(session, quiz.activity, student, "attempts", used + 1, reason=reason, by_id=by_id, now=now)
    return used + 1
