"""What must hold in the database once a storm is over."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sqlalchemy import select, text, true
from sqlalchemy.orm import Session

from benchmarks.storm.browser import Acknowledged, Journal
from course.base.db import PRAGMAS
from course.groups.models import Enrolment
from quizzes.attempts.ending import exactly, weight
from quizzes.attempts.rescoring import Answer, answers_in
from quizzes.items import Response, is_marked_by_hand, type_of
from quizzes.models import Attempt, StepKind

#: An attempt that nobody comes back to is handed in so long after its deadline at the latest; or, where no process was
#: there to do it, so long after a worker is there again.
LATEST = timedelta(minutes=2)
AWAKE = timedelta(minutes=1)

#: What a PostgreSQL server says that writes a commit down before it says that it has.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Checked:
    """Faults found, in words, and figures."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.figures: Counter[str] = Counter()
        self.slowest = timedelta()

    def must(self, holds: bool, fault: str) -> None:
        """Note FAULT where it does not hold."""
        if not holds:
            self.faults.append(fault)


def check(session: Session, journals: Sequence[Journal], allowed: int, awake: Sequence[datetime]) -> Checked:
    """Return what of all that must hold did not. The site is stopped, every deadline long past; AWAKE says when workers
    began to look."""
    checked = Checked()
    check_durable(session, checked)
    attempts = session.scalars(select(Attempt).order_by(Attempt.id)).all()
    check_limits(session, checked, attempts, allowed)
    check_ends(checked, attempts, journals)
    answers = defaultdict(list)
    for answer in answers_in(session, true()):
        answers[answer.attempt.id].append(answer)
    for attempt in attempts:
        check_scores(checked, attempt, answers[attempt.id])
        check_in_time(checked, attempt, answers[attempt.id], awake)
    still_open = {attempt.id for attempt in attempts if attempt.submitted_at is None}  # a fault said already
    of_items = {answer.item.id: answer for some in answers.values() for answer in some}
    check_saved(checked, journals, of_items, still_open)
    return checked


def check_durable(session: Session, checked: Checked) -> None:
    """A commit is written down before it is acknowledged, as far as the settings say."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    wanted: dict[str, Any] = dict(PRAGMAS if is_sqlite else DURABLE)
    for name, value in wanted.items():
        said = session.scalar(text(f"PRAGMA {name}" if is_sqlite else f"SHOW {name}"))
        checked.must(said == value, f"{name} is {said} and not {value}")


def check_limits(session: Session, checked: Checked, attempts: Sequence[Attempt], allowed: int) -> None:
    """One place in the course for each, no attempt too many, none open, none beside another."""
    places = Counter(enrolment.user_id for enrolment in session.scalars(select(Enrolment)))
    checked.must(max(places.values(), default=0) <= 1, "somebody has two places in the course")
    by_place: dict[object, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_place[attempt.enrolment_id, attempt.activity_id].append(attempt)
        checked.must(attempt.submitted_at is not None, f"attempt {attempt.id} is still open")
    for theirs in by_place.values():
        checked.figures["students at their limit"] += len(theirs) == allowed
        checked.must(len(theirs) <= allowed, f"{len(theirs)} attempts of one student, and {allowed} are allowed")
        checked.must([one.number for one in theirs] == list(range(1, len(theirs) + 1)), "attempts are misnumbered")
        for first, second in pairwise(theirs):
            is_after = first.submitted_at is None or second.started_at >= first.submitted_at
            checked.must(is_after, f"attempts {first.id} and {second.id} were open at once")
    checked.figures["attempts"] = len(attempts)


def check_ends(checked: Checked, attempts: Sequence[Attempt], journals: Iterable[Journal]) -> None:
    """Handed in when its student did so, or dated at its deadline."""
    handed_in: dict[int, float] = {}
    begun: set[int] = set()
    for journal in journals:
        handed_in |= journal.handed_in
        begun |= journal.begun
    missing = begun - {attempt.id for attempt in attempts}
    checked.must(not missing, f"attempts that were begun are not there: {sorted(missing)}")
    for one in attempts:
        if one.submitted_at is None or one.deadline_at is None:
            checked.must(one.deadline_at is not None, f"attempt {one.id} has no deadline")
            continue
        checked.must(one.submitted_at <= one.deadline_at, f"attempt {one.id} is dated after its deadline")
        if one.id not in handed_in:
            checked.figures["submitted by the worker"] += 1
            checked.must(
                one.submitted_at == one.deadline_at, f"attempt {one.id}, left open, is not dated at its deadline"
            )
        elif said := handed_in[one.id]:
            is_before = one.submitted_at <= datetime.fromtimestamp(said, UTC)
            checked.must(is_before, f"attempt {one.id} is dated after its student was told that it is handed in")


def check_scores(checked: Checked, attempt: Attempt, answers: Sequence[Answer]) -> None:
    """One score for each question, and it replays; together they are the points."""
    points = Fraction(0)
    for answer in answers:
        scores = [step for step in answer.history.steps if step.kind is StepKind.score]
        waits = is_marked_by_hand(answer.data) and answer.history.response is not None
        checked.must(len(scores) == (0 if waits else 1), f"item {answer.item.id} has {len(scores)} scores")
        replayed = answer.replayed()
        came_to = None if replayed is None else float(replayed)
        checked.must(came_to == answer.stored, f"item {answer.item.id}: {came_to} replayed, {answer.stored} stored")
        checked.figures["scores replayed"] += answer.stored is not None
        checked.figures["steps"] += len(answer.history.steps)
        points += exactly(answer.stored or 0.0) * weight(answer.data)
    checked.must(
        attempt.points == float(points), f"attempt {attempt.id}: {attempt.points} and not {float(points)} points"
    )


def check_in_time(checked: Checked, attempt: Attempt, answers: Sequence[Answer], awake: Sequence[datetime]) -> None:
    """Handed in two minutes after its deadline at the latest, or a minute after there was a worker again."""
    at = next((step.at for one in answers for step in one.history.steps if step.kind is StepKind.score), None)
    if at is None or attempt.deadline_at is None:
        return
    late = at - attempt.deadline_at
    checked.slowest = max(checked.slowest, late)
    last = max((moment for moment in awake if moment <= at), default=attempt.started_at)
    checked.figures["handed in late, once a worker was there again"] += late > LATEST
    in_time = late <= LATEST or at <= last + AWAKE
    checked.must(in_time, f"attempt {attempt.id} was handed in {late} after its deadline, {at - last} after a start")


def check_saved(
    checked: Checked, journals: Iterable[Journal], answers: dict[int, Answer], still_open: Collection[int]
) -> None:
    """Every response that the site said it has is there, and what must count counts."""
    for journal in journals:
        for saved in journal.saved:
            checked.figures["acknowledged"] += 1
            if saved.attempt not in still_open and not is_there(saved, answers.get(saved.item)):
                checked.figures["lost"] += 1
                checked.faults.append(f"lost: {saved}")
        for item, fields in journal.counting.items():
            checked.figures["known to count"] += 1
            if (answer := answers.get(item)) is not None:  # else it is lost, or still open: said already
                counts = answer.history.response
                checked.must(counts == response_to(answer, fields), f"item {item}: {counts} counts, and not {fields}")


def is_there(saved: Acknowledged, answer: Answer | None) -> bool:
    """Return whether SAVED is a step of its item: of that number, where the site said one."""
    if answer is None or answer.attempt.id != saved.attempt:
        return False
    response = response_to(answer, saved.fields)
    if saved.step:
        step = answer.history.step(saved.step)
        return step is not None and step.response == response
    return response is None or any(step.response == response for step in answer.history.steps)


def response_to(answer: Answer, fields: Any) -> Response | None:
    """Return what typing FIELDS answers."""
    return type_of(answer.data).parse(answer.data, fields, answer.item.shown)
