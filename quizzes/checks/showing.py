"""The self-checks of a text as their boxes show them: the question, and what came of the last answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.base.held import held
from course.base.words import _
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment
from course.texts.models import Passage
from quizzes.attempts.ending import exactly
from quizzes.attempts.questions import choices_of
from quizzes.attempts.results import key_of
from quizzes.attempts.side_door import open_with_attempts
from quizzes.attempts.wording import combined, score_words, verdict
from quizzes.certainty import certainty_points, signed
from quizzes.checks.asking import Check
from quizzes.items import ItemData, Names, Raw, Response, type_of
from quizzes.models import Attempt, AttemptItem, ItemVersion, NameList, Purpose, Step, StepKind

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

    @property
    def is_new(self) -> bool:
        """Whether it asks as it asks everybody: nothing was answered to it, and it stands in no open attempt."""
        return not (self.seen or self.outcome or self.open_attempt_id or self.problem)


class _Last(NamedTuple):
    """The last answer to a self-check, if there is one (SCORE is None where there is none): in which attempt, by which
    names it was scored, how sure somebody was. And the open attempt in which the item stands."""

    open_attempt_id: int | None
    attempt_id: int | None
    names: Names
    response: Response | None
    certainty: int | None
    score: float | None


def questions_at(
    session: Session, checks: Sequence[Check], enrolment: Enrolment | None
) -> Mapping[str, Sequence[Question]]:
    """Return ident of a passage -> those of CHECKS after it, as ENROLMENT may see them. One query."""
    found: dict[str, list[Question]] = {}
    for question in questions_of(session, checks, enrolment):
        found.setdefault(question.passage, []).append(question)
    return found


def questions_of(session: Session, checks: Sequence[Check], enrolment: Enrolment | None) -> list[Question]:
    """Return CHECKS as their boxes show them. One query, none where there are none."""
    questions = [question_of(check) for check in checks]
    if not checks or enrolment is None:
        return questions
    last = _last_answers(session, enrolment, [check.version_id for check in checks])
    for question in questions:
        answer = last[question.version_id]
        question.seen = answer.attempt_id or 0
        question.open_attempt_id = answer.open_attempt_id
        if answer.score is not None and question.open_attempt_id is None:
            question.outcome = _outcome(question.data, answer, answer.score)
    return questions


def question_of(check: Check, response: Response | None = None) -> Question:
    """Return CHECK as it asks, with RESPONSE filled in."""
    data, kind = check.data, type_of(check.data)
    choices = choices_of(data, check.shown, response)
    return Question(
        check.item_id, check.passage, data.type, data, kind.kind_words, check.version_id, choices, response=response
    )


def _last_answers(session: Session, enrolment: Enrolment, versions: Collection[int]) -> dict[int, _Last]:
    """Return version of an item -> what ENROLMENT answered to it last, and in which open attempt of theirs it stands.
    One query, and what `held` spares."""
    rows = session.execute(_last(), {**ids_of(enrolment), "versions": versions})
    return {
        version_id: _Last(
            open_id, attempt_id, _names(session, names_id, names), response, (data or {}).get("certainty"), score
        )
        for version_id, open_id, attempt_id, names_id, names, response, data, score in rows
    }


@cache
def _last() -> Any:
    me = someone(ANYBODY)
    last = (
        select(AttemptItem.item_version_id, func.max(Attempt.id).label("attempt_id"))
        .join(Attempt, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id == me.id, Attempt.purpose == in_words(Purpose.check))
        .where(AttemptItem.item_version_id.in_(bindparam("versions", expanding=True)))
        .group_by(AttemptItem.item_version_id)
        .subquery()
    )
    save, scored, opened = aliased(Step), aliased(Step), open_with_attempts(me.user_id)
    its = (AttemptItem.attempt_id == Attempt.id) & (AttemptItem.item_version_id == ItemVersion.id)
    return (
        select(
            ItemVersion.id,
            opened.c.attempt_id,
            Attempt.id,
            NameList.id,
            NameList.hash,
            save.response,
            save.data,
            scored.score,
        )
        .select_from(ItemVersion)
        .outerjoin(last, last.c.item_version_id == ItemVersion.id)
        .outerjoin(Attempt, Attempt.id == last.c.attempt_id)
        .outerjoin(AttemptItem, its)
        .outerjoin(save, (save.attempt_item_id == AttemptItem.id) & (save.kind == StepKind.save))
        .outerjoin(scored, (scored.attempt_item_id == AttemptItem.id) & (scored.kind == StepKind.score))
        .outerjoin(NameList, NameList.id == Attempt.names_id)
        .outerjoin(opened, opened.c.item_id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(bindparam("versions", expanding=True)))
    )


def _names(session: Session, names_id: int | None, known_by: str | None) -> Names:
    """Return the list of names that is KNOWN_BY that hash."""
    if names_id is None:
        return ()
    read = select(NameList.data).where(NameList.id == names_id)
    return held(session, ("names", known_by), lambda: session.scalars(read).one()["names"])


def _outcome(data: ItemData, last: _Last, scored: float) -> Outcome:
    response, certainty = last.response, last.certainty
    kind, score = type_of(data), exactly(scored)
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
