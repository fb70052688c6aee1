"""What a study group answered at a quiz: every question of every submitted attempt, with what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Literal

from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from course.base.markdown import to_inline_html
from course.base.words import _
from course.groups.models import Enrolment, StudyGroup
from course.users.models import User
from quizzes.attempts.ending import exactly, weight
from quizzes.attempts.replay import tries_allowed, tries_of
from quizzes.attempts.side_door import open_item_ids
from quizzes.attempts.steps import History, standing_of_all
from quizzes.attempts.wording import in_plain_words, quote
from quizzes.items import ItemData, Response, parse_data
from quizzes.items.essay import Essay
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion, MarkDraft, Quiz, StepKind
from quizzes.policy import Policy
from quizzes.results.taken import attempts_in, students_of

#: Scored by the house; marked by a tutor; waits for one, with a draft or without; nobody is there to mark it, and it is
#: no part of the result; it stands in an open attempt of who looks, so nothing is said but the answer.
State = Literal["scored", "marked", "waits", "draft", "left out", "silent"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, in one version of it; STEM and the answers to it in plain words."""

    item_id: int
    ident: str
    version_id: int
    data: ItemData
    stem: str
    _said: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def out_of(self) -> Fraction:
        """Its points."""
        return weight(self.data)

    def says(self, response: Response | None) -> str | None:
        """Return RESPONSE in plain words; None for a blank. What was chosen by many is put in words once."""
        if response is None:
            return None
        if isinstance(self.data, Essay):
            return str(response["text"])
        key = json.dumps(response, sort_keys=True)
        if key not in self._said:
            self._said[key] = in_plain_words(self.data, response)
        return self._said[key]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a submitted attempt. SCORE is from 0 to 1, None where nothing is known yet, or may be said.

    TRIES are those that it took, 0 where it was left blank. A mark has by whom and when it was given."""

    student: Enrolment
    attempt: Attempt
    number: int
    question: Question
    response: str | None
    state: State
    tries: int
    score: Fraction | None = None
    by: str | None = None
    at: datetime | None = None

    @property
    def points(self) -> Fraction | None:
        """What the score is worth."""
        return None if self.score is None else self.score * self.question.out_of


def answers_in(session: Session, group: StudyGroup, quiz: Quiz, looker_id: int) -> list[Answer]:
    """Return the answers of GROUP at QUIZ for a tutor who looks: by student, attempt and question. Seven queries.

    Of an attempt that is open there is nothing; of an item in an open attempt of the looker's only what was said."""
    closed = open_item_ids(session, looker_id)
    return [_silent(one) if one.question.item_id in closed else one for one in all_answers(session, group, quiz)]


def _silent(answer: Answer) -> Answer:
    return replace(answer, state="silent", score=None, by=None, at=None)


def all_answers(session: Session, group: StudyGroup, quiz: Quiz) -> list[Answer]:
    """Return the same for sums only, whoever looks. Six queries."""
    students = {student.id: student for student in students_of(session, group)}
    ids = attempts_in(group.id, quiz.activity_id).where(Attempt.submitted_at.is_not(None))
    rows = session.execute(
        select(Attempt, AttemptItem)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.enrolment_id, Attempt.number, AttemptItem.slot)
    ).all()
    past, questions = standing_of_all(session, ids), _questions(session, ids)
    drafts, names = _drafts(session, ids), _markers(session, past)
    of_student: dict[int, list[Answer]] = {}
    for attempt, item in rows:
        student, question = students[attempt.enrolment_id or 0], questions[item.item_version_id]
        answer = _answer(student, attempt, item, question, past[item.id], names)
        if answer.state == "waits" and item.id in drafts:
            answer = replace(answer, state="draft")
        of_student.setdefault(student.id, []).append(answer)
    return [answer for student_id in students for answer in of_student.get(student_id, ())]


def _answer(
    student: Enrolment,
    attempt: Attempt,
    item: AttemptItem,
    question: Question,
    history: History,
    names: Mapping[int, str],
) -> Answer:
    scored, data = history.scored, question.data
    says = question.says(history.judged)
    tries = len(tries_of(history, allowed=tries_allowed(data, Policy.read(attempt.policy)))) if says is not None else 0
    answer = Answer(
        student, attempt, item.slot, question, says, "waits" if attempt.points is None else "left out", tries
    )
    if scored is None:
        return answer
    answer = replace(answer, state="scored", score=exactly(scored.score or 0.0))
    if scored.kind is StepKind.score:
        return answer
    return replace(answer, state="marked", by=names.get(scored.by_id or 0, _("a former user")), at=scored.at)


def _questions(session: Session, attempts: Select[int]) -> dict[int, Question]:
    """Return what the ATTEMPTS, a query for their ids, were asked, by the version. One query."""
    versions = select(AttemptItem.item_version_id).where(AttemptItem.attempt_id.in_(attempts))
    rows = session.execute(
        select(ItemVersion.id, ItemVersion.item_id, Item.ident, ItemVersion.data)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(versions))
    )
    found = {}
    for version_id, item_id, ident, told in rows:
        data = parse_data(told)
        stem = Markup(to_inline_html(data.stem)).striptags()  # noqa: S704 (only text is left)
        found[version_id] = Question(item_id, ident, version_id, data, quote(str(stem)))
    return found


def _drafts(session: Session, attempts: Select[int]) -> frozenset[int]:
    """Return the items of ATTEMPTS for which there is a mark that is not released. One query."""
    rows = select(MarkDraft.attempt_item_id).join(AttemptItem, AttemptItem.id == MarkDraft.attempt_item_id)
    return frozenset(session.scalars(rows.where(AttemptItem.attempt_id.in_(attempts))))


def _markers(session: Session, past: Mapping[int, History]) -> dict[int, str]:
    """Return the names of those who marked. One query, none where nobody did."""
    ids = {history.scored.by_id for history in past.values() if history.scored and history.scored.by_id}
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}
