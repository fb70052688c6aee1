"""What came of attempts: for the result page of one, and in short for other rooms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.words import _
from course.groups.models import Enrolment
from course.reference.models import Source
from course.texts.models import Anchor, Passage
from quizzes.attempts.places import Place, items_with_places, place_of
from quizzes.attempts.side_door import is_open_in_attempt, open_item_ids
from quizzes.attempts.steps import History, standing
from quizzes.attempts.wording import listed, quote, score_words, verdict
from quizzes.items import ItemData, Names, parse_data, type_of
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, Step, StepKind
from quizzes.policy import Policy, counting, passes
from quizzes.spellings import spellings_of

GONE = _("The passage of this question is no longer in the text.")


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a result, on the version that was taken. What may not be shown now is empty."""

    id: int
    number: int
    type: str
    data: ItemData
    says: Sequence[str]
    version_id: int
    key_says: Sequence[str] = ()
    feedback: Sequence[str] = ()
    explanation: str | None = None
    verdict: str = "blank"
    score_words: str = ""
    passage_url: str | None = None
    passage_words: str | None = None
    sources: Sequence[str] = ()
    place: Place | None = None


class Again(NamedTuple):
    """A passage to read again: the questions that lead there, its address, what it is and how it begins."""

    questions: str
    url: str
    words: str
    quote: str


class Looker(NamedTuple):
    """Another user who looks at a result, in the place of theirs that is the study group of that slug."""

    user_id: int
    group: str


def answers_of(
    session: Session, attempt: Attempt, *, course_id: int, course: str, root: str = "", looker: Looker | None = None
) -> list[Answered]:
    """Return the questions of ATTEMPT, which is submitted, with what was said and what came of it.

    LOOKER is who looks where it is not the user themselves. Of an item that stands in an open attempt of whoever looks
    nothing is shown but what was said. COURSE is the course's ident and ROOT what addresses of the site begin with.
    Five queries."""
    rows = session.execute(items_with_places(attempt.id, course_id)).all()
    past = standing(session, attempt)
    closed = open_item_ids(session, looker.user_id if looker else attempt.user_id)
    datas = {item.id: parse_data(version.data) for item, version, *_rest in rows}
    names = spellings_of(session, course_id) if any(data.type == "short" for data in datas.values()) else ()
    cited = _sources(session, course_id, {ident for data in datas.values() for ident in data.sources})
    answers = []
    for item, version, anchor, passage, text, lesson in rows:
        data, history = datas[item.id], past[item.id]
        if version.item_id in closed:
            answers.append(_silent(item, data, history))
            continue
        place = place_of(passage, text, lesson)
        query = {"group": looker.group} if looker else {"from": f"attempt-{attempt.id}-{item.slot}"}
        url = root + place.path(course, **query) if place else None
        answers.append(
            replace(
                _answered(item, data, history, names),
                passage_url=url,
                passage_words=place.words if place else GONE if anchor else None,
                sources=[cited[ident] for ident in data.sources if ident in cited],
                place=place,
            )
        )
    return answers


def _silent(item: AttemptItem, data: ItemData, history: History) -> Answered:
    said = history.scored.response if history.scored else history.response
    words = _("Shown again when your open attempt is submitted.")
    says = type_of(data).says(data, said)
    return Answered(item.id, item.slot, data.type, data, says, item.item_version_id, score_words=words)


def _answered(item: AttemptItem, data: ItemData, history: History, names: Names) -> Answered:
    kind, scored = type_of(data), history.scored
    response, score = (scored.response, scored.score) if scored else (history.response, None)
    again = kind.score(data, response, names=names)
    how = verdict(score, response)
    return Answered(
        item.id,
        item.slot,
        data.type,
        data,
        kind.says(data, response),
        item.item_version_id,
        key_says=() if how == "right" else _key(data),
        feedback=[*again.feedback, *([again.note] if again.note else [])],
        explanation=data.explanation,
        verdict=how,
        score_words=score_words(score, response, float(data.points)),
    )


def _key(data: ItemData) -> Sequence[str]:
    """Return the key in words; of a short answer its first spelling: the others are there for those who type."""
    said = type_of(data).key_says(data)
    return said[:1] if data.type == "short" else said


def _sources(session: Session, course_id: int, idents: Collection[str]) -> dict[str, str]:
    rows = session.scalars(select(Source).where(Source.course_id == course_id, Source.ident.in_(idents)))
    return {row.ident: ", ".join(part for part in (row.author, f"*{row.title}*", row.year) if part) for row in rows}


def to_read_again(answers: Sequence[Answered]) -> list[Again]:
    """Return the passages of the questions that came out wrong or partly right, each once, in the order of these."""
    missed: dict[tuple[int, str], list[Answered]] = {}
    for answer in answers:
        if answer.place is not None and answer.verdict in {"wrong", "part"}:
            missed.setdefault((answer.place.text_id, answer.place.ident), []).append(answer)
    found = []
    for group in missed.values():
        place, url = group[0].place, group[0].passage_url or ""
        assert place is not None
        found.append(Again(listed([one.number for one in group]), url, place.words, quote(place.plain)))
    return found


class Missed(NamedTuple):
    """The question that leads to a passage: of which attempt, its number there, when the attempt was submitted."""

    attempt_id: int
    number: int
    when: datetime


def missed_passages(session: Session, enrolment: Enrolment, text_ids: Collection[int]) -> dict[tuple[int, str], Missed]:
    """Return (text, ident of a passage now in it) -> what was missed there in the last submitted attempt of each quiz.

    Missed is wrong or partly right; items in an open attempt of the user's are left out. One query."""
    last = (
        select(func.max(Attempt.number).label("number"), Attempt.activity_id)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == Purpose.quiz, Attempt.submitted_at.is_not(None))
        .group_by(Attempt.activity_id)
        .subquery()
    )
    rows = session.execute(
        select(Anchor.text_id, Passage.ident, Attempt.id, AttemptItem.slot, Attempt.submitted_at)
        .select_from(Attempt)
        .join(last, (Attempt.activity_id == last.c.activity_id) & (Attempt.number == last.c.number))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Step, Step.attempt_item_id == AttemptItem.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Anchor, Anchor.id == ItemVersion.anchor_id)
        .join(Passage, Passage.id == Anchor.now_passage_id)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == Purpose.quiz, Anchor.text_id.in_(text_ids))
        .where(Step.kind == StepKind.score, Step.score < 1, Step.response.is_not(None))
        .where(~is_open_in_attempt(enrolment.user_id, ItemVersion.item_id))
        .order_by(Attempt.submitted_at.desc(), Attempt.id, AttemptItem.slot)
    )
    found: dict[tuple[int, str], Missed] = {}
    for text_id, ident, attempt_id, number, when in rows:
        assert when is not None
        found.setdefault((text_id, ident), Missed(attempt_id, number, when))
    return found


class QuizStanding(NamedTuple):
    """Where an enrolment stands at a quiz: how many attempts, which is open, what counts and of how much, whether it is
    passed (None: no pass mark, or nothing submitted)."""

    attempts: int
    open_attempt_id: int | None
    counting_points: float | None
    max_points: float | None
    passed: bool | None


def quiz_results(session: Session, enrolment: Enrolment, activity_ids: Collection[int]) -> Mapping[int, QuizStanding]:
    """Return the standing at each of the quizzes at which there is an attempt. One query."""
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == Purpose.quiz)
        .where(Attempt.activity_id.in_(activity_ids))
        .order_by(Attempt.activity_id, Attempt.number)
    )
    by_quiz = groupby(attempts, key=lambda attempt: attempt.activity_id or 0)
    return {activity_id: standing_at(list(sat)) for activity_id, sat in by_quiz}


def standing_at(attempts: Sequence[Attempt]) -> QuizStanding:
    """Return the standing from all ATTEMPTS at one quiz; what counts is as the last submitted one was promised."""
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    unfinished = next((attempt.id for attempt in attempts if attempt.submitted_at is None), None)
    if not submitted:
        return QuizStanding(len(attempts), unfinished, None, None, None)
    policy = Policy.read(submitted[-1].policy)
    result = counting(submitted, policy.counts)
    points, total = (result.points, result.max_points) if result else (None, None)
    return QuizStanding(len(attempts), unfinished, points, total, passes(result, policy.pass_mark))
