"""What the pages of quizzes and attempts show: objects that templates draw. How a moment is said is handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.words import _, plural
from course.completion.models import Completion, State
from course.groups.models import Enrolment
from quizzes.attempts.access import OwnAttempt
from quizzes.attempts.results import Again, Answered, QuizStanding, answers_of, standing_at, to_read_again
from quizzes.attempts.saving import Outcome, Saved, Sent
from quizzes.attempts.steps import History
from quizzes.attempts.taking import attempts_at, count_used, policy_for
from quizzes.attempts.wording import COUNTS, MENDED, amount, of_points, overtaken
from quizzes.items import ItemData, Raw, Response, matching, parse_data, type_of
from quizzes.items.matching import Matching
from quizzes.items.multiple import Multiple
from quizzes.items.ordering import Ordering
from quizzes.items.single import Single
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, Quiz, QuizSlot
from quizzes.policy import Policy, counting

Clock = Callable[[datetime], str]
"""How a time of the day is said to whoever reads: "14:02"."""


@dataclass(slots=True)
class Question:
    """One question of a sitting, as `quizzes/_item.html` draws it. RAW is what was typed, where it was refused."""

    id: int
    number: int
    type: str
    data: ItemData
    kind_words: str
    points_words: str
    choices: Sequence[tuple[str, str]]
    response: Response | None
    is_complete: bool
    flagged: bool
    base_step: int
    saved_at: str | None
    version_id: int
    raw: Raw | None = None
    problem: str | None = None
    notice: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there is a response that counts."""
        return self.response is not None


def questions_of(items: Sequence[AttemptItem], past: Mapping[int, History], clock: Clock) -> list[Question]:
    """Return the questions of a sitting as they stand."""
    questions = []
    for item in items:
        data = parse_data(item.version.data)
        kind, last = type_of(data), past[item.id].counting
        response = last.response if last else None
        questions.append(
            Question(
                item.id,
                item.slot,
                data.type,
                data,
                kind.kind_words,
                of_points(float(data.points)),
                choices_of(data, item.shown, response),
                response,
                kind.is_complete(data, response),
                item.flagged,
                last.number if last else 0,
                clock(last.at) if last else None,
                item.item_version_id,
            )
        )
    return questions


def choices_of(data: ItemData, shown: Sequence[str], response: Response | None) -> list[tuple[str, str]]:
    """Return what can be chosen, (ident, words), in the order of this attempt; entries as they were put last."""
    if isinstance(data, Single | Multiple):
        words = {option.ident: option.text for option in data.options}
    elif isinstance(data, Matching):
        words = {choice.ident: choice.text for choice in matching.choices(data)}
    elif isinstance(data, Ordering):
        words = {entry.ident: entry.text for entry in data.entries}
        shown = response["order"] if response else shown
    else:
        return []
    return [(ident, words[ident]) for ident in shown]


def tell(
    questions: Sequence[Question],
    sent: Mapping[int, Sent],
    outcomes: Mapping[int, Outcome],
    typed: Callable[[int], Raw],
) -> None:
    """Put what is to be said of a page that was sent on its QUESTIONS: refusals with what was typed, and notices."""
    for question in questions:
        if (one := sent.get(question.id)) is None:
            continue
        if one.problem is not None:
            question.problem, question.raw = one.problem, typed(question.id)
        elif (outcome := outcomes[question.id]).overtaken and not outcome.kept:
            continue  # this page only did not know yet, and now it shows what counts
        else:
            question.notice = notice_of(question.data, one, outcome)


def notice_of(data: ItemData, sent: Sent, outcome: Outcome) -> str | None:
    """Return what is to be said of a saved item, if anything."""
    if outcome.overtaken:
        return overtaken(data, outcome.counting, kept=outcome.kept)
    return MENDED if sent.mended else None


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


def standing_of(attempts: Sequence[Attempt], policy: Policy, total: float, enrolment: Enrolment | None) -> Standing:
    """Return the standing of ENROLMENT, which made ATTEMPTS (by number), where POLICY holds now.

    TOTAL is what the quiz is out of."""
    result = standing_at(attempts)
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    promised = Policy.read(submitted[-1].policy) if submitted else policy
    left = None if policy.attempts is None else max(policy.attempts - count_used(attempts, enrolment), 0)
    return Standing(
        lines=lines_of(attempts),
        standing=result,
        counts_words=COUNTS[promised.counts],
        pass_words=_pass_words(promised, result.max_points or total),
        passed=result.passed,
        may_begin=result.open_attempt_id is None and left != 0,
        left_words=None if left is None else plural("One attempt left", "{n} attempts left", left),
        latest_id=submitted[-1].id if submitted else None,
    )


def lines_of(attempts: Sequence[Attempt]) -> list[Line]:
    """Return a line for each of all ATTEMPTS at one quiz, by number; what counts is as the last one was promised."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    best = counting(submitted, Policy.read(submitted[-1].policy).counts) if submitted else None
    return [_line(attempt, counts=best is not None and best.number == attempt.number) for attempt in attempts]


def _line(attempt: Attempt, *, counts: bool) -> Line:
    if attempt.submitted_at is None:
        words = _("Open")
    else:
        words = _("{got} of {points}").format(got=amount(attempt.points or 0), points=of_points(attempt.max_points))
    return Line(attempt.id, attempt.number, attempt.submitted_at, words, counts)


def _pass_words(policy: Policy, total: float) -> str | None:
    if policy.pass_mark is None:
        return None
    return _("The pass mark is {share} percent, which is {got} of {points}.").format(
        share=amount(policy.pass_mark * 100), got=amount(policy.pass_mark * total), points=of_points(total)
    )


class Size(NamedTuple):
    """How many questions a quiz has now, and how many points."""

    questions: int
    points: float


def size_of(session: Session, quiz: Quiz) -> Size:
    """Return the size of QUIZ. One query."""
    rows = session.scalars(
        select(ItemVersion.data)
        .join(Item, Item.current_version_id == ItemVersion.id)
        .join(QuizSlot, QuizSlot.item_id == Item.id)
        .where(QuizSlot.quiz_id == quiz.id)
    ).all()
    return Size(len(rows), float(sum(parse_data(data).points for data in rows)))


@dataclass(frozen=True, slots=True)
class Result:
    """The page of a submitted attempt."""

    answers: Sequence[Answered]
    again: Sequence[Again]
    got: str
    of: str
    again_words: str
    standing: Standing
    is_done: bool
    hidden: bool


def result_of(session: Session, own: OwnAttempt, *, root: str) -> Result:
    """Return the result of the submitted attempt OWN; ROOT is what addresses of the site begin with."""
    attempt, quiz, enrolment = own
    course = quiz.activity.course
    answers = answers_of(session, attempt, course_id=course.id, course=course.ident, root=root)
    again = to_read_again(answers)
    attempts = attempts_at(session, enrolment, quiz.activity)
    policy = policy_for(session, quiz, enrolment)
    words = plural("One passage to read again.", "{n} passages to read again.", len(again)) if again else ""
    return Result(
        answers,
        again,
        amount(attempt.points or 0),
        of_points(attempt.max_points),
        words,
        standing_of(attempts, policy, attempt.max_points, own.enrolment),
        is_done=is_done(session, enrolment, quiz),
        hidden=any(answer.explanation is None for answer in answers),
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


def reply_of(attempt: Attempt, item: AttemptItem, sent: Sent, saved: Saved, *, time: str) -> dict[str, Any]:
    """Return what the page's script is told of a saved item (kruzhok.js reads exactly this)."""
    outcome = saved.outcomes[item.id]
    reply: dict[str, Any] = {
        "step": outcome.step,
        "saved": time,
        "answered": outcome.counting is not None,
        "flagged": item.flagged,
        "done": saved.answered,
        "of": len(attempt.items),
        "notice": notice_of(parse_data(item.version.data), sent, outcome),
    }
    if not outcome.overtaken and outcome.counting and "order" in outcome.counting:
        reply["order"] = outcome.counting["order"]
    return reply
