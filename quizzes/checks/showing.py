"""The self-checks of a text as their boxes show them: the question, and what came of the last answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from course.base.words import _
from course.groups.models import Enrolment
from course.texts.models import Passage
from quizzes.attempts.ending import exactly
from quizzes.attempts.questions import choices_of
from quizzes.attempts.results import key_of
from quizzes.attempts.side_door import open_attempts
from quizzes.attempts.steps import certainty_of
from quizzes.attempts.wording import combined, score_words, verdict
from quizzes.certainty import certainty_points, signed
from quizzes.checks.asking import Check
from quizzes.items import ItemData, Names, Raw, Response, type_of
from quizzes.models import Attempt, AttemptItem, NameList, Purpose, Step, StepKind

CERTAINTIES_SAID = {
    None: _("You did not say how sure you were"),
    1: _("You guessed"),
    2: _("You were fairly sure"),
    3: _("You were sure"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an answer, as `answered` of the type's template draws it, and of how sure somebody was of it."""

    data: ItemData
    says: Sequence[str]
    response: Response | None
    verdict: str
    score_words: str
    key_says: Sequence[str]
    feedback: Sequence[str]
    explanation: str
    certainty_words: str
    certainty_points: str


@dataclass(slots=True)
class Question:
    """One self-check as its box shows it. `seen` is the last attempt at it, 0 for none.

    RAW is what was typed, where it was refused, and PROBLEM says why. With `open_attempt_id` it stands in that attempt,
    and nothing is shown of what came of it."""

    id: int
    passage: str
    type: str
    data: ItemData
    kind_words: str
    version_id: int
    choices: Sequence[tuple[str, str]]
    seen: int = 0
    outcome: Outcome | None = None
    open_attempt_id: int | None = None
    response: Response | None = None
    certainty: int | None = None
    raw: Raw | None = None
    problem: str | None = None
    #: What can be picked as evidence, which only a review asks.
    passages: Sequence[Passage] = ()


class _Last(NamedTuple):
    """The last answer to a self-check."""

    attempt_id: int
    names: Names
    save: Step
    scored: Step


def questions_at(
    session: Session, checks: Sequence[Check], enrolment: Enrolment | None
) -> Mapping[str, Sequence[Question]]:
    """Return ident of a passage -> those of CHECKS after it, as ENROLMENT may see them. Three queries at the most."""
    found: dict[str, list[Question]] = {}
    for question in questions_of(session, checks, enrolment):
        found.setdefault(question.passage, []).append(question)
    return found


def questions_of(session: Session, checks: Sequence[Check], enrolment: Enrolment | None) -> list[Question]:
    """Return CHECKS as their boxes show them. Three queries at the most."""
    questions = [question_of(check) for check in checks]
    if not checks or enrolment is None:
        return questions
    closed = open_attempts(session, enrolment.user_id)
    last = _last_answers(session, enrolment, [check.version_id for check in checks])
    for question in questions:
        answer = last.get(question.version_id)
        question.seen = answer.attempt_id if answer else 0
        question.open_attempt_id = closed.get(question.id)
        if answer is not None and question.open_attempt_id is None:
            question.outcome = _outcome(question.data, answer)
    return questions


def question_of(check: Check, response: Response | None = None) -> Question:
    """Return CHECK as it asks, with RESPONSE filled in."""
    data, kind = check.data, type_of(check.data)
    choices = choices_of(data, check.shown, response)
    return Question(
        check.item_id, check.passage, data.type, data, kind.kind_words, check.version_id, choices, response=response
    )


def _last_answers(session: Session, enrolment: Enrolment, versions: Collection[int]) -> dict[int, _Last]:
    """Return version of an item -> what ENROLMENT answered to it last. Two queries, one where nothing was answered."""
    last = (
        select(func.max(Attempt.id))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == Purpose.check)
        .where(AttemptItem.item_version_id.in_(versions))
        .group_by(AttemptItem.item_version_id)
    )
    save, scored = aliased(Step), aliased(Step)
    rows = session.execute(
        select(AttemptItem.item_version_id, Attempt.id, Attempt.names_id, save, scored)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(save, (save.attempt_item_id == AttemptItem.id) & (save.kind == StepKind.save))
        .join(scored, (scored.attempt_item_id == AttemptItem.id) & (scored.kind == StepKind.score))
        .where(Attempt.id.in_(last))
    ).all()
    names = _names(session, {row.names_id for row in rows})
    return {
        version_id: _Last(attempt_id, names[names_id or 0], save, scored)
        for version_id, attempt_id, names_id, save, scored in rows
    }


def _names(session: Session, ids: Collection[int]) -> dict[int, Names]:
    if not ids:
        return {}
    return {row.id: row.data["names"] for row in session.scalars(select(NameList).where(NameList.id.in_(ids)))}


def _outcome(data: ItemData, last: _Last) -> Outcome:
    response, certainty = last.save.response, certainty_of(last.save)
    kind, score = type_of(data), exactly(last.scored.score or 0.0)
    how = verdict(float(score), response)
    again = kind.score(data, response, names=last.names)
    return Outcome(
        data,
        kind.says(data, response),
        response,
        how,
        score_words(float(score), response, None),
        key_of(data) if how != "right" else (),
        [*again.feedback, *([again.note] if again.note else []), *combined(data, how)],
        data.explanation,
        CERTAINTIES_SAID[certainty],
        signed(certainty_points(score, certainty)),
    )
