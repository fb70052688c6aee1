"""What the pages of quizzes and results show: objects that templates draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.completion.models import Completion, State
from course.groups.models import Enrolment
from course.syllabus.meetings import next_meeting
from course.syllabus.models import Meeting
from quizzes.attempts.access import OwnAttempt
from quizzes.attempts.results import Again, Answered, QuizStanding, answers_of, standing_at, to_read_again
from quizzes.attempts.starting import Slot, attempts_at, count_used, slots_of
from quizzes.attempts.wording import COUNTS, amount, of_points
from quizzes.limits import Limits, limits_at
from quizzes.models import Attempt, Purpose, Quiz, QuizSection
from quizzes.policy import Policy, Thing, counting, moment_of
from quizzes.sizes import drawn_of

PREVIEW = _("preview, counted nowhere")


class Line(NamedTuple):
    """One attempt in the list of them."""

    id: int
    number: int
    submitted_at: datetime | None
    points_words: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands at a quiz, in words."""

    lines: Sequence[Line]
    standing: QuizStanding
    counts_words: str
    pass_words: str | None
    passed: bool | None
    may_begin: bool
    left_words: str | None
    latest_id: int | None
    is_preview: bool = False


def standing_of(
    attempts: Sequence[Attempt],
    quiz: Quiz,
    limits: Limits,
    total: float | None,
    enrolment: Enrolment | None,
    now: datetime,
) -> Standing:
    """Return the standing of ENROLMENT, which made ATTEMPTS (by number) at QUIZ, where LIMITS hold now.

    TOTAL is what the quiz is out of, None where that is not the same for all."""
    result = standing_at(attempts)
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    promised = Policy.read(submitted[-1].policy) if submitted else Policy.of(quiz)
    left = None if limits.attempts is None else max(limits.attempts - count_used(attempts, enrolment), 0)
    is_preview = bool(attempts) and attempts[0].purpose is Purpose.preview
    shows = bool(submitted) and "score" in seen_of(submitted[-1], limits, now)
    return Standing(
        lines=lines_of(attempts, lambda attempt: "score" in seen_of(attempt, limits, now)),
        standing=result if shows else result._replace(counting_points=None, passed=None),
        counts_words=COUNTS[promised.counts],
        pass_words=_pass_words(promised, result.max_points or total),
        passed=result.passed if shows else None,
        may_begin=result.open_attempt_id is None and (is_preview or (left != 0 and limits.may_start(now))),
        left_words=None if left is None else plural("One attempt left", "{n} attempts left", left),
        latest_id=submitted[-1].id if submitted else None,
        is_preview=is_preview,
    )


def seen_of(attempt: Attempt, limits: Limits, now: datetime) -> frozenset[Thing]:
    """Return what may be seen NOW of the result of ATTEMPT by whoever made it."""
    return Policy.read(attempt.policy).seen(moment_of(attempt.submitted_at, limits.closes_at, now))


def lines_of(attempts: Sequence[Attempt], shows: Callable[[Attempt], bool] = lambda _attempt: True) -> list[Line]:
    """Return a line for each of all ATTEMPTS at one quiz, by number; what counts is as the last one was promised.

    The points stand there only of an attempt of which SHOWS says that they may be seen."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    best = counting(submitted, Policy.read(submitted[-1].policy).counts) if submitted else None
    lines = []
    for attempt in attempts:
        seen = shows(attempt)
        is_it = seen and best is not None and best.number == attempt.number
        lines.append(_line(attempt, counts=is_it, shows=seen))
    return lines


def _line(attempt: Attempt, *, counts: bool, shows: bool) -> Line:
    if attempt.submitted_at is None:
        words = _("Open")
    elif attempt.points is None:
        words = _("Waits to be marked")
    elif not shows:
        words = _("Submitted")
    else:
        words = _("{got} of {points}").format(got=amount(attempt.points), points=of_points(attempt.max_points))
    return Line(attempt.id, attempt.number, attempt.submitted_at, words, counts)


def _pass_words(policy: Policy, total: float | None) -> str | None:
    if policy.pass_mark is None:
        return None
    share = amount(policy.pass_mark * 100)
    if total is None:
        return _("The pass mark is {share} percent of the points.").format(share=share)
    return _("The pass mark is {share} percent, which is {got} of {points}.").format(
        share=share, got=amount(policy.pass_mark * total), points=of_points(total)
    )


class Size(NamedTuple):
    """How many questions an attempt gets, and how many points; None where that hangs on which are drawn."""

    questions: int
    points: float | None


def size_of(session: Session, quiz: Quiz) -> Size:
    """Return the size of QUIZ. Two queries."""
    sections = session.scalars(select(QuizSection).where(QuizSection.quiz_id == quiz.id)).all()
    return sized(slots_of(session, quiz), {section.id: section.draws for section in sections})


def sized(slots: Sequence[Slot], draws: Mapping[int, Any]) -> Size:
    """Return the size of a quiz of these SLOTS, where DRAWS says of each section what is drawn from it."""
    pools: dict[int | None, list[float]] = {}
    for one in slots:
        pools.setdefault(one.slot.section_id, []).append(float(one.data.points))
    questions, points, is_known = 0, 0.0, True
    for section_id, weights in pools.items():
        count = drawn_of(len(weights), draws.get(section_id or 0))
        is_known = is_known and (count == len(weights) or len(set(weights)) == 1)
        questions += count
        points += sum(weights[:count])
    return Size(questions, points if is_known else None)


@dataclass(frozen=True, slots=True)
class Result:
    """The page of a submitted attempt. `got` is empty where the score may not be seen, or is not there yet."""

    answers: Sequence[Answered]
    again: Sequence[Again]
    got: str
    of: str
    again_words: str
    standing: Standing
    is_done: bool
    hidden: bool
    waits: bool
    seen: frozenset[Thing]
    #: The meeting of the study group at which one can ask to talk about a passage.
    meeting: Meeting | None = None


def result_of(session: Session, own: OwnAttempt, *, root: str, now: datetime) -> Result:
    """Return the result of the submitted attempt OWN; ROOT is what addresses of the site begin with."""
    attempt, quiz, enrolment = own
    course = quiz.activity.course
    limits = limits_at(session, quiz, enrolment)
    seen = seen_of(attempt, limits, now)
    answers = answers_of(session, attempt, course_id=course.id, course=course.ident, root=root, seen=seen)
    again = to_read_again(answers) if "right" in seen else []
    attempts = attempts_at(session, enrolment, quiz.activity)
    words = plural("One passage to read again.", "{n} passages to read again.", len(again)) if again else ""
    shows = "score" in seen and attempt.points is not None
    return Result(
        answers,
        again,
        amount(attempt.points or 0) if shows else "",
        of_points(attempt.max_points),
        words,
        standing_of(attempts, quiz, limits, attempt.max_points, enrolment, now),
        is_done=is_done(session, enrolment, quiz),
        hidden=any(answer.is_silent for answer in answers),
        waits=attempt.points is None,
        seen=seen,
        meeting=next_meeting(session, enrolment.group, now) if again and enrolment else None,
    )


def is_done(session: Session, enrolment: Enrolment | None, quiz: Quiz) -> bool:
    """Return whether QUIZ is done for ENROLMENT, as progress counts it. One query."""
    if enrolment is None:
        return False
    mine = (Completion.enrolment_id == enrolment.id, Completion.activity_id == quiz.activity_id)
    return session.scalar(select(Completion.state).where(*mine)) is State.done


def ordinal(number: int) -> str:
    """Return "first attempt" … for the small numbers, "attempt 12" for the others."""
    words = [_("first attempt"), _("second attempt"), _("third attempt"), _("fourth attempt"), _("fifth attempt")]
    return words[number - 1] if number <= len(words) else _("attempt {n}").format(n=number)
