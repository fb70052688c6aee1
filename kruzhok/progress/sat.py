"""The attempts at quizzes in one place, as the record of it shows them: what came of each, what counts, who marked."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.base.words import _
from course.groups.models import Enrolment
from course.users.models import User
from quizzes.attempts.pages import Line, lines_of
from quizzes.attempts.wording import amount, of_points
from quizzes.limits import closing_times
from quizzes.models import Attempt, AttemptItem, Purpose, Step, StepKind
from quizzes.policy import Policy, counting, moment_of, passes


class Marked(NamedTuple):
    """That a human set a score in an attempt: by a mark, or (an override) in place of another score; who, and when."""

    attempt_id: int
    by: str
    at: datetime
    overrides: bool


class Result(NamedTuple):
    """What counts of all attempts at a quiz, in words; or, where it is not OUT, why it is not to be seen yet."""

    words: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class Sat:
    """The attempts at one quiz by number, what came of them all, and in one's own record who MARKED them."""

    lines: Sequence[Line]
    result: Result | None
    marked: Sequence[Marked] = ()


def attempts_in(session: Session, place: Enrolment, now: datetime, *, own: bool) -> dict[int, Sat]:
    """Return quiz (activity) -> what was sat of it in PLACE; where it is one's OWN, as far as it may be seen NOW.

    One query, two where it is one's own, and up to five more where results are not to be seen at all times."""
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == place.id, Attempt.purpose == in_words(Purpose.quiz))
        .order_by(Attempt.activity_id, Attempt.number)
    ).all()
    is_seen = _sight(session, place, attempts, now) if own else _anything
    marks = _marks(session, place, {one.id for one in attempts if one.submitted_at and is_seen(one)}) if own else {}
    found = {}
    for activity_id, sat in groupby(attempts, key=lambda attempt: attempt.activity_id or 0):
        its = list(sat)
        found[activity_id] = Sat(lines_of(its, is_seen), _result(its, is_seen), marks.get(activity_id, ()))
    return found


def _anything(_attempt: Attempt) -> bool:
    return True


def _sight(
    session: Session, place: Enrolment, attempts: Collection[Attempt], now: datetime
) -> Callable[[Attempt], bool]:
    """Return what says of one of ATTEMPTS whether its score may be seen NOW by whoever made it.

    Up to five queries, none where scores may be seen at all times."""
    withheld = {attempt.activity_id or 0 for attempt in attempts if not Policy.read(attempt.policy).always("score")}
    closes = closing_times(session, [place], withheld) if withheld else {}

    def is_seen(attempt: Attempt) -> bool:
        moment = moment_of(attempt.submitted_at, closes.get((place.id, attempt.activity_id or 0)), now)
        return "score" in Policy.read(attempt.policy).seen(moment)

    return is_seen


def _result(attempts: Sequence[Attempt], is_seen: Callable[[Attempt], bool]) -> Result | None:
    """Return what counts of ATTEMPTS at one quiz, None where none was submitted."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    if not submitted:
        return None
    if not all(map(is_seen, submitted)):
        return Result(_("the result is not out yet"), is_out=False)
    policy = Policy.read(submitted[-1].policy)
    if (counts := counting(submitted, policy.counts)) is None:
        return Result(_("waits to be marked"), is_out=False)
    said = [_("{got} of {points}").format(got=amount(counts.points), points=of_points(counts.max_points))]
    said += [_("the mean of all attempts")] if counts.number is None else []
    passed = passes(counts, policy.pass_mark)
    said += [] if passed is None else [_("passed") if passed else _("pass mark not reached")]
    return Result(", ".join(said), is_out=True)


def _marks(session: Session, place: Enrolment, seen: Collection[int]) -> Mapping[int, Sequence[Marked]]:
    """Return activity -> who last marked which of the attempts in SEEN, and who put a score in the place of another.
    One query."""
    rows = session.execute(
        select(Attempt.activity_id, Attempt.id, User.name, func.max(Step.at), Step.kind)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Step, Step.attempt_item_id == AttemptItem.id)
        .outerjoin(User, User.id == Step.by_id)
        .where(Attempt.enrolment_id == place.id, Attempt.purpose == in_words(Purpose.quiz))
        .where(Step.kind.in_([StepKind.mark, StepKind.override]))
        .group_by(Attempt.activity_id, Attempt.id, User.id, User.name, Step.kind)
        .order_by(func.max(Step.at), Attempt.id)
    )
    found: dict[int, list[Marked]] = defaultdict(list)
    for activity_id, attempt_id, name, at, kind in rows:
        if attempt_id in seen:
            found[activity_id or 0].append(Marked(attempt_id, name or _("a tutor"), at, kind is StepKind.override))
    return found
